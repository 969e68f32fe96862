"""Unit over real sockets and SQLite: webhooks through the API."""

from __future__ import annotations

from pathlib import Path

from desk.factor import Sealer
from desk.roles import Role
from paperwork.webhooks.book import Webhooks
from paperwork.webhooks.hosts import Hosts
from records.store import Store
from tests.desk.house import DeskHouse
from tests.paperwork.webhooks.house import end_calls

HOOKS = "/api/v1/webhooks"


async def test_an_administrator_adds_looks_at_and_removes_a_receiver_and_it_is_in_the_audit_log(
    house: DeskHouse, tmp_path: Path
) -> None:
    async with house.browser(Role.ADMINISTRATOR) as chief:
        asked = {"name": "crm", "url": "https://crm.example.org/hook", "events": ["call.ended"]}
        status, made = await chief.post(HOOKS, asked)
        assert (status, made["secret"][:4], made["waiting"]) == (201, "whk_", 0)
        _, told = await chief.get(HOOKS)
        assert made["secret"] not in str(told)
        assert [one["name"] for one in told["webhooks"]] == ["crm"]
        assert {"event": "order.due", "label": "转办单到期提醒"} in told["events"]
        for bad in ({"url": "http://10.0.0.1/"}, {"events": ["x"]}, {"events": "call.ended"}, {"name": "X"}):
            assert (await chief.post(HOOKS, {**asked, "name": "other", **bad}))[0] == 400, bad
        store = Store(f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}")
        await end_calls(store, house.now(), *(f"a-{n}" for n in range(5)))
        book = Webhooks(store, Sealer(b"k" * 32), Hosts())
        assert await book.secret("crm") == made["secret"]
        assert await book.gather(house.now()) == 5
        await store.close()
        found, after = [], ""
        while True:
            status, page = await chief.get(f"{HOOKS}/crm/deliveries?limit=2&state=waiting{after}")
            assert status == 200, page
            found += [one["id"] for one in page["deliveries"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert sorted(found) == [f"call.ended:a-{n}" for n in range(5)]
        assert (await chief.post(f"{HOOKS}/crm/retry", {}))[1] == {"again": 5}
        assert (await chief.post(f"{HOOKS}/nobody/retry", {}))[0] == 404
        assert (await chief.post(f"{HOOKS}/nobody/pause"))[0] == 404
        status, still = await chief.post(f"{HOOKS}/crm/pause")
        assert (status, still["paused"] is None, still["why"]) == (200, False, None)
        assert await chief.post(f"{HOOKS}/crm/resume") == (200, {**still, "paused": None})
        assert (await chief.ask("DELETE", f"{HOOKS}/crm"))[0] == 200
        assert (await chief.get(f"{HOOKS}/crm/deliveries"))[0] == 404
    deeds = [entry.deed for entry in await house.written() if entry.deed.what == "webhook_changed"]
    assert [(deed.about, deed.details["change"]) for deed in deeds] == [
        ("crm", "added"),
        ("crm", "retried"),
        ("crm", "paused"),
        ("crm", "resumed"),
        ("crm", "removed"),
    ]
    assert made["secret"] not in str(deeds)
