"""Calls told as facts with the second at which each happened, for tests of everything that listens to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.door.verdict import Lane, Why
from ivr.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    CallScreened,
    EndReached,
    MessageLeft,
    Offered,
    OfferEnded,
    RecordingBegan,
    RecordingEnded,
    RecordingRefused,
    StatusAsked,
    StepHeard,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.inquiry import Standing
from ivr.journal import Entry, Event
from ivr.outcomes import OfferResult, Outcome, Party, Reason, StatusResult, WaitEnd
from records.journal import SqlJournal
from records.migrations import upgrade

NINE = datetime(2026, 10, 1, 1, 0, 0, tzinfo=UTC)
"""Nine in the morning of the National Day in Tianjin."""

NUMBER = "13800138000"

Fact = tuple[float, Event]


def at(second: float) -> datetime:
    return NINE + timedelta(seconds=second)


def entries(facts: list[Fact], call: str = "a-1") -> list[Entry]:
    return [Entry(call, seq, at(second), event) for seq, (second, event) in enumerate(facts, start=1)]


async def told_in(var: Path, facts: list[Fact]) -> None:
    """A hotline's folder `var` in whose database one call was written down."""
    url = f"sqlite+aiosqlite:///{var / 'hotline.db'}"
    await upgrade(url)
    async with SqlJournal(url) as journal:
        for entry in entries(facts):
            journal.note(entry)


ARRIVES: list[Fact] = [
    (0, CallArrived(NUMBER, "12320", "PJSIP/trunk-1", "plan-1")),
    (1, CallAnswered()),
]

PRESSES_1_4: list[Fact] = [
    *ARRIVES,
    (6, StepHeard("main", ("welcome", "main"), "1")),
    (9, StepHeard("consult", ("consult",), "4")),
]

WAITS: list[Fact] = [
    *PRESSES_1_4,
    (9, EndReached("line", "immunization", True, "工作日")),
    (9.5, WaitBegan("immunization", 2)),
]

TALKS: list[Fact] = [
    *WAITS,
    (12, Offered(1, "immunization", "1001", "PJSIP/1001")),
    (32, OfferEnded(1, OfferResult.UNANSWERED, 16)),
    (32, Offered(2, "immunization", "1002", "PJSIP/1002")),
    (36, OfferEnded(2, OfferResult.ANSWERED)),
    (36, RecordingBegan("2026-10-01/a-1.wav", "talk")),
    (36.25, TalkBegan(2, "immunization", "1002")),
    (36.3, WaitEnded("immunization", WaitEnd.CONNECTED)),
    (156.25, TalkEnded(2, Party.OTHER_SIDE)),
    (156.3, RecordingEnded("2026-10-01/a-1.wav", 120.0)),
    (156.5, CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)),
]

OUTSIDE: list[Fact] = [
    *ARRIVES,
    (5, StepHeard("main", ("welcome", "main"), "3")),
    (5, EndReached("outside", "booking", True, "每天")),
    (6, Offered(1, "booking", None, "02287654321")),
    (14, OfferEnded(1, OfferResult.ANSWERED)),
    (14, TalkBegan(1, "booking", None)),
    (74, TalkEnded(1, Party.CALLER)),
    (74, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
]

LEAVES_MESSAGE: list[Fact] = [
    *PRESSES_1_4,
    (9, EndReached("message", "immunization", False, "国庆节")),
    (20, StepHeard("immunization.closed", ("closed",), None)),
    (21, RecordingBegan("messages/a-1.wav", "message")),
    (51, RecordingEnded("messages/a-1.wav", 30.0)),
    (51, MessageLeft("immunization", "messages/a-1.wav", 30.0)),
    (53, CallEnded(Outcome.MESSAGE, Reason.COMPLETED)),
]

GIVES_UP_WAITING: list[Fact] = [
    *WAITS,
    (12, Offered(1, "immunization", "1001", "PJSIP/1001")),
    (20, OfferEnded(1, OfferResult.WITHDRAWN)),
    (20, WaitEnded("immunization", WaitEnd.CALLER_LEFT)),
    (20, CallEnded(Outcome.ABANDONED, Reason.CALLER_HUNG_UP)),
]

HANGS_UP_IN_THE_GREETING: list[Fact] = [
    *ARRIVES,
    (3, CallEnded(Outcome.LEFT, Reason.CALLER_HUNG_UP)),
]

TURNED_AWAY: list[Fact] = [
    ARRIVES[0],
    (0, CallScreened(Lane.AWAY, Why.CALLS)),
    (0, CallEnded(Outcome.REJECTED, Reason.OVERLOAD)),
]

OVERFLOWS: list[Fact] = [
    *WAITS,
    (69.5, WaitEnded("immunization", WaitEnd.MAXIMUM_WAIT)),
    (70, EndReached("line", "general", True, "溢出")),
    (70, WaitBegan("general", 0)),
    (71, Offered(3, "general", "1003", "PJSIP/1003")),
    (73, OfferEnded(3, OfferResult.ANSWERED)),
    (73, WaitEnded("general", WaitEnd.CONNECTED)),
    (73, TalkBegan(3, "general", "1003")),
    (103, TalkEnded(3, Party.CALLER)),
    (103, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
]

REFUSES: list[Fact] = [
    *WAITS,
    (10, RecordingRefused()),
    (12, Offered(1, "immunization", "1001", "PJSIP/1001")),
    (15, OfferEnded(1, OfferResult.ANSWERED)),
    (15, WaitEnded("immunization", WaitEnd.CONNECTED)),
    (15, TalkBegan(1, "immunization", "1001")),
    (45, TalkEnded(1, Party.CALLER)),
    (45, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
]

INQUIRES: list[Fact] = [
    *ARRIVES,
    (4, StepHeard("main", ("welcome", "main"), "2")),
    (8, StepHeard("report", ("report",), "3")),
    (12, StepHeard("status", ("status-number",), None)),
    (20.2, StatusAsked("status", StatusResult.UNMATCHED)),
    (26, StepHeard("status", ("status-number",), None)),
    (31, StatusAsked("status", StatusResult.TOLD, "2026-000123", Standing.IN_PROGRESS)),
    (44, StepHeard("status", ("status-number",), None, asked=True)),
    (44, EndReached("information", None, True, "")),
    (50, StepHeard("report", ("report",), None, asked=True)),
    (52, CallEnded(Outcome.INFORMED, Reason.CALLER_HUNG_UP)),
]

TALES = [REFUSES, TALKS, OUTSIDE, LEAVES_MESSAGE, GIVES_UP_WAITING, HANGS_UP_IN_THE_GREETING, OVERFLOWS, INQUIRES]
