"""Unit and shell: what agents dial outside is counted from the facts, and capped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ivr.callbacks.events import CallerRung
from ivr.events import (
    CallAnswered,
    CallEnded,
    ConsultationAnswered,
    ConsultationBegan,
    ConsultationEnded,
    PassedOn,
    TalkBegan,
    TalkEnded,
)
from ivr.journal import Entry, Event
from ivr.outbound import Capped, OutboundToday
from ivr.outcomes import ConsultationEnd, Outcome, Party, Reason
from ivr.talk.targets import Refused, ToNumber
from routing.calendar import SHANGHAI
from routing.line_rule import CallbackRule
from routing.outbound_rule import Outbound
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, PLAN, WORKDAY, House, house

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI).astimezone(UTC)
OVER = CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)


class Day:
    """A day whose clock the test moves."""

    def __init__(self) -> None:
        self.now = NOON
        self.account = OutboundToday(lambda: self.now)
        self.told: list[Entry] = []

    def tells(self, call: str, *events: Event | float) -> None:
        """Facts of a call; a number lets minutes pass."""
        for event in events:
            if isinstance(event, float | int):
                self.now += timedelta(minutes=event)
                continue
            entry = Entry(call, len(self.told) + 1, self.now, event)
            self.told.append(entry)
            self.account.hear(entry)


def transferred(agent: str, minutes: float) -> tuple[Event | float, ...]:
    return (
        TalkBegan(1, "desk", agent),
        PassedOn(1, "number", "0222", warm=False),
        TalkEnded(1, Party.PASSED_ON),
        TalkBegan(-1, "desk", None),
        minutes,
        TalkEnded(-1, Party.CALLER),
        OVER,
    )


def test_a_blind_transfer_counts_for_the_agent_who_made_it() -> None:
    day = Day()
    day.tells("a-1", *transferred("ann", 7))
    assert (day.account.calls("ann"), day.account.minutes("ann")) == (1, 7.0)
    assert (day.account.calls("bob"), day.account.minutes("bob")) == (0, 0.0)
    assert (day.account.calls(), day.account.minutes()) == (1, 7.0)


def test_a_consultation_counts_and_goes_on_counting_when_the_number_takes_the_caller() -> None:
    day = Day()
    day.tells(
        "a-1",
        TalkBegan(1, "desk", "ann"),
        ConsultationBegan(1, "number", "0222"),
        ConsultationAnswered(1, None),
        2,
        ConsultationEnded(1, ConsultationEnd.COMPLETED),
        PassedOn(1, "number", "", warm=True),
        TalkEnded(1, Party.PASSED_ON),
        TalkBegan(-1, "desk", None),
        3,
    )
    assert (day.account.calls("ann"), day.account.minutes("ann")) == (1, 5.0), "what goes on counts too"
    day.tells("a-1", 1, OVER)
    assert day.account.minutes("ann") == 6.0


def test_a_refused_wish_and_a_line_s_own_number_do_not_count() -> None:
    day = Day()
    day.tells(
        "a-1",
        TalkBegan(1, "desk", "ann"),
        ConsultationBegan(1, "number", "0222"),
        ConsultationEnded(1, ConsultationEnd.REFUSED),
        ConsultationBegan(1, "agent", "bob"),
        ConsultationEnded(1, ConsultationEnd.REFUSED),
        OVER,
    )
    day.tells("a-2", TalkBegan(1, "night", None), 5, TalkEnded(1, Party.CALLER), OVER)
    assert (day.account.calls(), day.account.minutes()) == (0, 0.0)


def test_a_callback_counts_for_all_and_for_no_agent() -> None:
    day = Day()
    day.tells("a-1", CallerRung("13900000001"), CallAnswered(), TalkBegan(1, "desk", "ann"), 4, OVER)
    day.tells("a-2", CallAnswered(), 9, OVER)  # a caller's own call
    assert (day.account.calls(), day.account.minutes()) == (1, 4.0)
    assert (day.account.calls("ann"), day.account.minutes("ann")) == (0, 0.0)


@pytest.mark.parametrize(
    ("rules", "agent", "why"),
    [
        (Outbound(), "ann", None),
        (Outbound(agent_calls=2), "ann", Capped.AGENT_CALLS),
        (Outbound(agent_calls=2), "bob", None),
        (Outbound(agent_minutes=10), "ann", Capped.AGENT_MINUTES),
        (Outbound(calls=2), "bob", Capped.CALLS),
        (Outbound(minutes=10), "bob", Capped.MINUTES),
        (Outbound(calls=0), "bob", Capped.CALLS),
    ],
)
def test_a_cap_that_is_reached_is_told_and_counted(rules: Outbound, agent: str, why: Capped | None) -> None:
    day = Day()
    for name in ("a-1", "a-2"):
        day.tells(name, *transferred("ann", 5))
    told = day.account.refusal(rules, agent)
    assert (told is None) is (why is None)
    if why is not None:
        assert f"outbound.{why}" in (told or "")
        assert day.account.refused[why] == 1


def test_a_restart_forgets_nothing_and_midnight_forgets_all() -> None:
    day = Day()
    day.tells("a-1", *transferred("ann", 7))
    again = OutboundToday(lambda: day.now)
    for entry in day.told:
        again.hear(entry)
    assert (again.calls("ann"), again.minutes("ann")) == (1, 7.0)
    day.tells("a-2", *transferred("ann", 12.5 * 60)[:5])  # until half past midnight, and it goes on
    assert (day.account.calls("ann"), round(day.account.minutes("ann"))) == (0, 37)


# ── at a desk ────────────────────────────────────────────────────────────────


async def _talks(h: House) -> None:
    h.switch.caller_dials(CALLER)
    h.switch.caller_types(CALLER, "1")
    await h.ledger.noted(TalkBegan)


async def _over(h: House) -> None:
    h.switch.ends(CALLER)
    await h.ledger.noted(CallEnded)


@pytest.mark.looptime
async def test_an_agent_over_the_cap_is_told_in_one_line_and_nothing_is_dialled() -> None:
    plan = PLAN.model_copy(update={"outbound": Outbound(agent_calls=1)})
    account = OutboundToday(lambda: WORKDAY)
    account.hear(Entry("t-0", 1, WORKDAY, TalkBegan(1, "desk", "ann")))
    account.hear(Entry("t-0", 2, WORKDAY, PassedOn(1, "number", "0222", warm=False)))
    async with house(plan=plan, outbound=account, ann=Behaviour(answers_after=1.0), n0222=Behaviour()) as h:
        await _talks(h)
        for order in ("transfer", "consult"):
            with pytest.raises(Refused, match="you made 1 calls"):
                await getattr(h.board.conversations.of_agent("ann"), order)(ToNumber("0222"))
        assert "0222" not in h.switch.rung
        await _over(h)


@pytest.mark.looptime
@pytest.mark.parametrize("order", ["transfer", "consult"])
async def test_the_last_call_of_a_cap_is_dialled(order: str) -> None:
    plan = PLAN.model_copy(update={"outbound": Outbound(agent_calls=1)})
    async with house(plan=plan, ann=Behaviour(answers_after=1.0), n0222=Behaviour(answers_after=1.0)) as h:
        h.switch.phones["0222"] = Behaviour(answers_after=1.0)
        await _talks(h)
        await getattr(h.board.conversations.of_agent("ann"), order)(ToNumber("0222"))
        await h.ledger.noted(ConsultationAnswered if order == "consult" else TalkBegan, 1 if order == "consult" else 2)
        assert "0222" in h.switch.rung
        await _over(h)


@pytest.mark.looptime
@pytest.mark.parametrize(
    ("allowed", "number", "dialled"),
    [
        ("00*", "0014155550100", False),
        ("+*", "+14155550100", False),
        ("0014155550100", "0014155550100", True),
        ("+86*", "+8602200000001", True),
        ("+86*", "+860014155550100", False),
        ("022*", "02200000001", True),
    ],
)
async def test_a_star_does_not_open_the_world(allowed: str, number: str, dialled: bool) -> None:
    hotline = PLAN.hotline.model_copy(update={"may_dial": (allowed,)})
    plan = PLAN.model_copy(update={"hotline": hotline})
    async with house(plan=plan, ann=Behaviour(answers_after=1.0)) as h:
        h.switch.phones[number] = Behaviour(answers_after=1.0)
        await _talks(h)
        ann = h.board.conversations.of_agent("ann")
        if dialled:
            await ann.transfer(ToNumber(number))
            await h.ledger.noted(TalkBegan, 2)
        else:
            with pytest.raises(Refused, match="abroad"):
                await ann.transfer(ToNumber(number))
        assert (number in h.switch.rung) is dialled
        await _over(h)


def test_nobody_is_called_back_abroad_unless_it_is_allowed() -> None:
    line = PLAN.lines["desk"].model_copy(update={"callback": CallbackRule(numbers=("00*", "022*"))})
    plan = PLAN.model_copy(update={"lines": {**PLAN.lines, "desk": line}})
    assert plan.may_call_back("desk", "02200000001")
    assert not plan.may_call_back("desk", "0014155550100")
    opened = plan.model_copy(update={"outbound": Outbound(international=True)})
    assert opened.may_call_back("desk", "0014155550100")
