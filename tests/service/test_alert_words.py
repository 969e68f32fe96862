"""Unit: what Alertmanager tells, in words that fit into a robot's message."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline.alerting.notice import Alert, Notice, Status
from hotline.alerting.robots import MOST
from hotline.alerting.words import told
from hotline.dashboards.runbooks import runbooks

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def alert(name: str = "LineEmpty", severity: str = "page", *, over: bool = False, **more: Any) -> Alert:
    words = {"summary": f"{name} is so", "summary_zh": f"{name} 如此", "runbook": f"house.md#{name.lower()}"}
    return Alert(
        status=Status.RESOLVED if over else Status.FIRING,
        labels={"alertname": name, "severity": severity, "hotline": "12320"},
        annotations=words | more.pop("annotations", {}),
        since=more.pop("since", AT),
    )


def notice(*alerts: Alert, cut: int = 0) -> Notice:
    return Notice(status=Status.FIRING, alerts=list(alerts), cut=cut)


def test_a_message_says_what_is_wrong_since_when_and_what_to_do() -> None:
    message = told(notice(alert()), "zh", 4096)
    assert message.title == "12320 · 紧急告警 1"
    assert message.text.splitlines()[0] == f"### {message.title}"
    assert "**LineEmpty** LineEmpty 如此" in message.text
    assert "自 11-20 10:00:00" in message.text  # Asia/Shanghai
    assert runbooks("zh")["LineEmpty"].do in message.text


def test_in_english_too() -> None:
    message = told(notice(alert(severity="ticket")), "en", 4096)
    assert message.title == "12320 · To be seen to 1"
    assert "LineEmpty is so" in message.text
    assert runbooks("en")["LineEmpty"].do in message.text


def test_what_wakes_somebody_comes_first_and_what_is_over_last() -> None:
    message = told(
        notice(
            alert("CalendarEnds", "ticket", since=AT - timedelta(hours=1)),
            alert("TrunkDown", over=True),
            alert("HotlineDown", since=AT),
        ),
        "zh",
        4096,
    )
    assert message.title == "12320 · 紧急告警 2 · 已恢复 1"
    places = [message.text.index(name) for name in ("**HotlineDown**", "**CalendarEnds**", "**TrunkDown**")]
    assert places == sorted(places)
    assert runbooks("zh")["TrunkDown"].do not in message.text  # it is over


def test_an_alert_that_shares_a_runbook_leads_to_it() -> None:
    words = {"runbook": "callers.md#callersturnedaway"}
    message = told(notice(alert("CallersTurnedAwayInSilence", annotations=words)), "zh", 4096)
    assert runbooks("zh")["CallersTurnedAway"].do in message.text


def test_one_of_somebody_elses_is_told_without_a_runbook() -> None:
    strange = Alert(status=Status.FIRING, labels={"alertname": "NodeDown"}, annotations={"summary": "gone"}, since=AT)
    assert "**NodeDown** gone" in told(notice(strange), "zh", 4096).text


@pytest.mark.parametrize("most", MOST.values())
@pytest.mark.parametrize("count", [1, 7, 60, 5000])
def test_a_flood_of_alerts_fits_and_says_how_many_had_no_room(most: int, count: int) -> None:
    message = told(notice(*[alert("HotlineDown") for _ in range(count)], cut=3), "zh", most)
    assert len(message.text.encode()) <= most
    shown = message.text.count("**HotlineDown**")
    assert shown >= min(count, 20)
    assert f"另有 {count - shown + 3} 项" in message.text
    assert message.text.count("**处理**") <= 1


def test_words_of_a_label_can_colour_nothing_and_call_nobody() -> None:
    words = {"summary_zh": 'x\n\n# big <font color="info">fine</font> <@all> @all' + "长" * 5000}
    text = told(notice(alert(annotations=words)), "zh", 4096).text
    assert "<" not in text
    assert "@" not in text
    assert "\n# big" not in text
    assert len(text.encode()) <= 4096


def test_the_payload_of_alertmanager_is_read_with_what_we_do_not_know_of() -> None:
    one = {
        "status": "firing",
        "labels": {"alertname": "TrunkDown", "severity": "page"},
        "annotations": {},
        "startsAt": "2026-11-20T02:00:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://127.0.0.1:9090/graph",
        "fingerprint": "1a30ba71cca2921f",
    }
    payload = {"version": "4", "groupKey": "{}", "truncatedAlerts": 2, "status": "firing", "receiver": "duty"}
    read = Notice.model_validate_json(json.dumps(payload | {"alerts": [one]}))
    assert (read.cut, read.alerts[0].name, read.alerts[0].pages) == (2, "TrunkDown", True)
    assert read.alerts[0].since.astimezone(UTC) == AT.replace(microsecond=123456)
