"""Property, pure: whatever people try, an order is what its filings say, and its clock is the one of its state."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from paperwork.filing import Filing
from paperwork.orders.asked import FORMS, Unfit, read
from paperwork.orders.deeds import Desk, deed_of
from paperwork.orders.escalation import owed, wake_at
from paperwork.orders.order import OPENED, Order, apply, fold, paper_of, row_of
from paperwork.orders.rules import OrderRules
from paperwork.orders.sheet import sheet_json, sheet_of
from paperwork.orders.state import MOVES, IllegalMove, Move, State
from paperwork.orders.words import Clock, Urgency
from routing.calendar import Calendar
from tests.paperwork.orders.house import UNITS, local

NATION = Calendar(hours={})
TEXTS = st.sampled_from(["同意", "请回电13900000042", "x"])
SAID: dict[Move, st.SearchStrategy[dict[str, Any]]] = {
    Move.ACCEPT: st.fixed_dictionaries({}, optional={"urgency": st.sampled_from([*map(str, Urgency)])}),
    Move.SIGN: st.fixed_dictionaries({"text": TEXTS}),
    Move.HAND_ON: st.fixed_dictionaries({"unit": st.sampled_from(sorted(UNITS))}),
    Move.RETURN: st.fixed_dictionaries({"reason": TEXTS}),
    Move.TAKE: st.just({}),
    Move.EXTEND: st.fixed_dictionaries({"workdays": st.integers(1, 40), "reason": TEXTS}),
    Move.DONE: st.fixed_dictionaries({"text": TEXTS}),
    Move.SETTLE: st.fixed_dictionaries({"text": TEXTS}),
    Move.ANSWER: st.fixed_dictionaries({"text": TEXTS}),
    Move.VISIT: st.sampled_from([{"reached": False}, {"satisfaction": "fair"}, {"satisfaction": "dissatisfied"}]),
    Move.CLOSE: st.fixed_dictionaries({}, optional={"reason": TEXTS}),
    Move.REOPEN: st.fixed_dictionaries({"reason": TEXTS}),
    Move.WITHDRAW: st.fixed_dictionaries({"reason": TEXTS}),
    Move.URGE: st.fixed_dictionaries({"text": TEXTS}),
    Move.CONFIRM: st.fixed_dictionaries({"text": TEXTS}),
    Move.CORRECT: st.fixed_dictionaries(
        {
            "changes": st.dictionaries(
                st.sampled_from(["content", "urgency", "kind", "contact"]),
                st.sampled_from([None, "simple", "complex", "complaint", "13900000042", "139****0042"]),
                min_size=1,
            ),
            "reason": TEXTS,
        }
    ),
}
CLOCKS = {
    State.RECEIVED: {Clock.ACCEPT},
    **{state: {Clock.HAND_ON} for state in (State.OPENED, State.APPROVED, State.RETURNED, State.REOPENED)},
    **{state: {Clock.DONE} for state in (State.HANDED_ON, State.IN_PROGRESS, State.EXTENDED)},
    State.DONE: {Clock.ANSWER},
}


class AnyOrder(RuleBasedStateMachine):
    """Everything is tried at once, also what is not allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.now = OrderRules(), local("2026-09-28 10:00")
        self.facts: list[Filing] = []
        self.order: Order

    @initialize(urgency=st.sampled_from(Urgency), received=st.booleans(), returned=st.sampled_from(["keep", "restart"]))
    def opens(self, urgency: Urgency, received: bool, returned: str) -> None:
        self.written = OrderRules.model_validate({"returned": returned})
        promise = self.written.to_hand_on(self.now, urgency, NATION)
        runs = self.written.of_message(self.now, NATION) if received else promise
        data = {
            "number": "2026-000001",
            "source": "other",
            "body": {"content": "食堂卫生", "urgency": str(urgency), "contact": "13900000042"},
            "hand_on_by": promise.until.isoformat(),
            "runs": runs.to_data(),
        }
        self.file(OPENED, data)

    def file(self, kind: str, data: dict[str, Any]) -> None:
        told = json.loads(json.dumps(data))
        fact = Filing(paper_of("2026-000001"), len(self.facts) + 1, self.now, "desk:ann", kind, told)
        self.order = apply(self.order if self.facts else None, fact)
        self.facts.append(fact)

    @rule(move=st.sampled_from(sorted(FORMS)), data=st.data())
    def tries(self, move: Move, data: st.DataObject) -> None:
        before = self.order
        said = data.draw(SAID[move])
        try:
            form = read(FORMS[move], said)
            unit = UNITS[said["unit"]] if move is Move.HAND_ON else None
            kind, told = deed_of(before, move, form, Desk(self.now, self.written, NATION, "甲"), unit)
        except (IllegalMove, Unfit):
            assert self.order == before
            return
        self.file(kind, told)
        assert self.order.state is MOVES[before.state, kind]

    @rule(span=st.timedeltas(timedelta(0), timedelta(days=40)))
    def passes(self, span: timedelta) -> None:
        self.now += span

    @precondition(lambda self: self.order.running is not None)
    @rule()
    def escalates(self) -> None:
        for step in owed(self.order, self.written, NATION):
            if step.due <= self.now:
                self.file(Move.ESCALATE, {"key": step.key})
        left = wake_at(self.order, self.written, NATION)
        assert left is None or left > self.now

    @invariant()
    def is_what_its_filings_say(self) -> None:
        if self.facts:
            assert fold(self.facts) == self.order
            assert row_of(self.order, None)["state"] == self.order.state
            sheet = sheet_of(self.order)
            assert "13900000042" not in json.dumps(sheet_json(sheet))

    @invariant()
    def has_the_clock_of_its_state(self) -> None:
        if self.facts:
            running = self.order.running
            assert ({running.clock} if running else set()) == CLOCKS.get(self.order.state, set())
            assert (self.order.closed is not None) == (not self.order.state.open)

    @invariant()
    def was_given_no_more_time_than_the_rules_allow(self) -> None:
        if self.facts:
            assert self.order.extensions <= 1
            assert self.order.extended <= 30


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestAnyOrder = AnyOrder.TestCase
