"""Shell: recordings are listed, heard and exported from the command line, and who did is written down."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from hotline import keeping
from hotline.cli import app_of
from hotline.sealing import vault_of
from hotline.settings import load
from records.audit import Audit, Deed
from records.vault.ciphers import CIPHERS
from records.vault.keys import KeyFile
from records.vault.vault import Vault
from routing.calendar import SHANGHAI
from tests.records.tales import TALKS, told_in
from tests.records.test_vault import files, put, sound

APP = app_of(["recordings", "keys", "audit"])
NAME = "2026-10-01/a-1"
"""As the tale of a talk has it."""
BECAUSE = ("--reason", "投诉 17 号")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A hotline in which a talk was recorded and sealed, and a message was left while no engine ran."""
    asyncio.run(told_in(tmp_path, TALKS))
    keys = KeyFile(tmp_path / "keys.json")
    keys.rotate(CIPHERS["AES-256-GCM"], datetime.now(UTC))
    vault = vault_of(load(var=tmp_path))
    put(vault, sound(1.0), NAME)
    vault.seal(NAME)
    put(vault, sound(2.0), "fallback/1763600000.7")
    return vault


def typed(vault: Vault, *words: str) -> Result:
    return CliRunner().invoke(APP, [*words, "--var", str(vault.folder.parent)])


def audited(vault: Vault) -> list[dict[str, object]]:
    return [json.loads(line) for line in typed(vault, "audit", "list", "--json").stdout.splitlines()]


def test_what_is_kept_is_listed_without_being_opened(vault: Vault) -> None:
    (vault.folder.parent / "keys.json").unlink()
    listed = [json.loads(line) for line in typed(vault, "recordings", "list", "--json").stdout.splitlines()]
    known = {"recording", "kind", "call", "day", "line", "agent", "at", "bytes", "sealed", "keys"}
    assert [set(one) for one in listed] == [known, known]  # docs/design.md
    by_name = {one["recording"]: one for one in listed}
    talk, message = by_name[NAME], by_name["fallback/1763600000.7"]
    assert (talk["call"], talk["sealed"], talk["bytes"]) == ("a-1", True, len(sound(1.0)))
    assert (message["call"], message["kind"], message["sealed"]) == ("1763600000.7", "fallback", False)
    assert "已加密" in typed(vault, "recordings", "list").stdout
    assert audited(vault) == []


@pytest.mark.parametrize("which", ["a-1", NAME])
def test_an_export_is_decrypted_for_its_owner_alone_and_written_down(vault: Vault, tmp_path: Path, which: str) -> None:
    out = tmp_path / "out.wav"
    done = typed(vault, "recordings", "export", which, "--out", str(out), *BECAUSE)
    assert (done.exit_code, out.read_bytes()) == (0, sound(1.0)), done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    (entry,) = audited(vault)
    assert (entry["what"], entry["about"], entry["reason"]) == ("recording_exported", NAME, "投诉 17 号")
    again = typed(vault, "recordings", "export", which, "--out", str(out), *BECAUSE)
    assert (again.exit_code, len(audited(vault))) == (1, 1)
    assert "there already" in again.stderr


def test_who_listens_is_written_down_and_hears_it(vault: Vault) -> None:
    heard = typed(vault, "recordings", "listen", "1763600000.7", *BECAUSE)
    assert (heard.exit_code, heard.stdout_bytes) == (0, sound(2.0))
    assert audited(vault)[0]["what"] == "recording_heard"


@pytest.mark.parametrize("verb", ["listen", "export"])
def test_without_a_reason_nobody_hears_anything(vault: Vault, verb: str) -> None:
    refused = typed(vault, "recordings", verb, "a-1")
    assert (refused.exit_code, refused.stdout_bytes) == (2, b"")
    assert "say why" in refused.stderr


@pytest.mark.parametrize("call", ["a-2", "../keys", "talks/../../keys", "talks/2026/11/20/none"])
def test_what_is_not_there_is_told_in_one_line(vault: Vault, call: str) -> None:
    refused = typed(vault, "recordings", "listen", call, *BECAUSE)
    assert (refused.exit_code, refused.stdout_bytes) == (1, b"")
    assert len(refused.stderr.splitlines()) == 1
    assert audited(vault) == []


def test_a_recording_that_was_tampered_with_is_told_and_not_played(vault: Vault) -> None:
    path = vault.folder / f"{NAME}.wav.sealed"
    path.write_bytes(path.read_bytes()[:-1])
    refused = typed(vault, "recordings", "listen", "a-1", *BECAUSE)
    assert (refused.exit_code, refused.stdout_bytes) == (1, b"")
    assert "tampered" in refused.stderr


def test_keys_are_rotated_listed_without_themselves_and_written_down(vault: Vault) -> None:
    before = vault.keys.all()[0]
    assert "say why" in typed(vault, "keys", "rotate").stderr
    assert typed(vault, "keys", "rotate", *BECAUSE).exit_code == 0
    listed = typed(vault, "keys", "list", "--json").stdout
    told = [json.loads(line) for line in listed.splitlines()]
    assert [(one["key"], one["seals"]) for one in told] == [(before.id, False), (vault.keys.all()[1].id, True)]
    assert before.key.hex() not in listed + typed(vault, "keys", "list").stdout
    assert [entry["what"] for entry in audited(vault)] == ["key_made"]
    assert vault.seal("fallback/1763600000.7")
    assert vault.about("fallback/1763600000.7").keys == (vault.keys.all()[1].id,)
    assert vault.read(NAME) == sound(1.0)
    assert len(files(vault)) == 2


def test_a_held_call_is_shown_and_neither_it_nor_what_is_young_expires(vault: Vault) -> None:
    assert "say why" in typed(vault, "recordings", "hold", "a-1").stderr
    assert typed(vault, "recordings", "hold", NAME, *BECAUSE).exit_code == 0
    (held,) = map(json.loads, typed(vault, "recordings", "hold", "--json").stdout.splitlines())
    assert (held["call"], held["reason"]) == ("a-1", "投诉 17 号")
    assert "a-1" in typed(vault, "recordings", "hold").stdout
    long_ago = time.time() - 2000 * 86400
    for path in vault.folder.rglob("*.wav*"):
        os.utime(path, (long_ago, long_ago))
    put(vault, sound(), "talks/2020/01/02/a-9-1")  # its name is old, its sound is of today
    dry = json.loads(typed(vault, "recordings", "expire", "--dry-run", "--json").stdout)
    assert {one["recording"]: one["held"] for one in dry["recordings"]} == {NAME: True, "fallback/1763600000.7": False}
    assert (dry["deleted"], len(files(vault))) == (False, 3)
    done = json.loads(typed(vault, "recordings", "expire", "--json").stdout)
    assert done["deleted"]
    assert list(vault.names()) == [NAME, "talks/2020/01/02/a-9-1"]
    assert typed(vault, "recordings", "release", "a-1", *BECAUSE).exit_code == 0
    assert "not held" in typed(vault, "recordings", "release", "a-1", *BECAUSE).stderr
    assert "deleted (kept for 1095 days)" in typed(vault, "recordings", "expire").stderr
    assert [entry["what"] for entry in audited(vault)] == [
        "hold_placed",
        "recording_expired",
        "hold_released",
        "recording_expired",
    ]
    assert typed(vault, "audit", "verify").exit_code == 0


def test_nobody_holds_a_call_that_never_was(vault: Vault) -> None:
    refused = typed(vault, "recordings", "hold", "a-77", *BECAUSE)
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
    assert audited(vault) == []


async def test_the_engine_deletes_in_its_quiet_hour_and_tells_the_logs_head(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LOOK", 0.01)
    var = vault.folder.parent
    settings = load(var=var, retention={"messages": 10, "lines": {"nobody": {"talks": 3}}})
    long_ago = time.time() - 20 * 86400
    os.utime(vault.folder / "fallback/1763600000.7.wav", (long_ago, long_ago))
    at = datetime.now(UTC).astimezone(SHANGHAI).replace(hour=2, minute=59)
    with capture_logs() as told:
        work = asyncio.create_task(keeping.Keeping(settings, who="engine:a").run(lambda: ["desk"], lambda: at))
        async with asyncio.timeout(10):
            while not told:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            assert [line["event"] for line in told] == [
                "settings.retention.lines names lines that the plan does not have"
            ]
            at = at.replace(hour=3)
            while len(told) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)  # once a day
        work.cancel()
        await asyncio.wait([work])
    assert [line["event"] for line in told[1:]] == ["terms were kept", "head of the audit log"]
    assert (told[1]["deleted"], told[2]["entry"]) == (1, 1)
    assert list(vault.names()) == [NAME]


async def test_what_an_earlier_run_could_not_erase_is_an_alarm_until_the_next_night(vault: Vault) -> None:
    settings = load(var=vault.folder.parent)
    at = datetime.now(UTC).astimezone(SHANGHAI).replace(hour=12)
    left = Deed("engine:a", "recording_not_erased", NAME, "it is there still", {"sha256": ("1f",)})
    await Audit(settings.database_url, settings.var).write(left, at)
    keeper = keeping.Keeping(settings, who="engine:a")
    work = asyncio.create_task(keeper.run(lambda: ["desk"], lambda: at))
    async with asyncio.timeout(10):
        while keeper.alarm is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert NAME in keeper.alarm
    work.cancel()
    await asyncio.wait([work])


async def test_a_bug_of_the_quiet_hour_does_not_end_the_engine(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stumbles(self: keeping.Keeping, now: datetime) -> keeping.Done:
        raise LookupError("a recording that is no more")

    monkeypatch.setattr(keeping.Keeping, "expire", stumbles)
    at = datetime.now(UTC).astimezone(SHANGHAI).replace(hour=3)
    work = asyncio.create_task(
        keeping.Keeping(load(var=vault.folder.parent), who="engine:a").run(lambda: ["desk"], lambda: at)
    )
    with capture_logs() as told:
        async with asyncio.timeout(10):
            while not told:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert told[0]["event"].endswith("a bug")
        assert not work.done()
    work.cancel()
    await asyncio.wait([work])
