"""What each move files: the data of its fact, and the clock that it starts or stops. Pure but for its arguments.

Raises IllegalMove for what the table or a rule of the operators does not let happen, Unfit for what makes no sense.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paperwork.orders import asked
from paperwork.orders.asked import Unfit, told
from paperwork.orders.clock import Running, prolong
from paperwork.orders.order import Order, body_with
from paperwork.orders.rules import OrderRules
from paperwork.orders.sheet import BareNames
from paperwork.orders.sheet import told as told_field
from paperwork.orders.state import IllegalMove, Move, moved
from paperwork.orders.units import Unit
from paperwork.orders.words import Clock, Satisfaction
from records.privacy import unveil_prose
from routing.calendar import Calendar
from routing.days import Written


@dataclass(frozen=True, slots=True)
class Desk:
    """What a move is judged by: the instant, the operators' rules, the city's calendar, who signs."""

    now: datetime
    rules: OrderRules
    calendar: Calendar
    name: str
    """The name of whoever does it, for a signature that says no other."""


def deed_of(
    order: Order, move: Move, form: Written, desk: Desk, unit: Unit | None = None
) -> tuple[Move, dict[str, Any]]:
    """The fact to be filed: its kind and what it tells. `unit` is whom `hand_on` names."""
    if isinstance(form, asked.Visit) and not form.reached:
        move = Move.MISS
    moved(order.state, move)
    data = told(form)
    match form:
        case asked.Accept():
            data |= _accept(order, form, desk)
        case asked.Sign():
            data["name"] = form.name or desk.name
        case asked.HandOn():
            data |= _hand_on(order, form, desk, unit)
        case asked.Extend():
            data |= _extend(order, form, desk)
        case asked.Done():
            answering = desk.rules.to_answer(desk.now, desk.calendar)
            data["runs"] = answering and answering.to_data()
        case asked.Settle() | asked.Answer():
            data["runs"] = None
        case asked.Close():
            _close(order, form, desk)
        case asked.Correct():
            data = _correct(order, form, desk)
        case asked.Reason():
            data |= _sent_back(order, move, desk)
    return move, data


def _accept(order: Order, form: asked.Accept, desk: Desk) -> dict[str, Any]:
    since = desk.now if order.running is None else max(desk.now, order.running.since)
    urgency = form.urgency or order.body.urgency
    return {"runs": desk.rules.to_hand_on(since, urgency, desk.calendar).to_data()}


def _hand_on(order: Order, form: asked.HandOn, desk: Desk, unit: Unit | None) -> dict[str, Any]:
    rules = desk.rules
    if rules.sign_first and order.signature is None:
        raise IllegalMove("nothing is handed on before the department has signed (审定意见): sign it first")
    if unit is None:
        raise Unfit(f"`unit`: the register has no unit {form.unit!r}: `hotline registers` lists them")
    if unit.retired:
        raise Unfit(f"`unit`: {unit.name} is in the register no longer")
    means = form.means or rules.means
    return {
        "unit": unit.id,
        "unit_name": unit.name,
        "means": str(means),
        "liaison": unit.liaison,
        "runs": _unit_clock(order, desk).to_data(),
    }


def _unit_clock(order: Order, desk: Desk) -> Running:
    rules = desk.rules
    if order.done_clock is not None and rules.returned == "keep":
        return order.done_clock
    since = desk.now
    if rules.done_counts_from == "accepted" and order.accepted is not None and not order.reopened:
        since = order.accepted
    return rules.to_be_done(since, order.body.urgency, desk.calendar)


def _extend(order: Order, form: asked.Extend, desk: Desk) -> dict[str, Any]:
    rules, running = desk.rules, order.running
    if running is None or running.clock is not Clock.DONE:
        raise IllegalMove("no clock of a unit runs: there is nothing to extend")
    if order.overdue(desk.now):
        raise IllegalMove("its time is over: who needs more asks before that")
    if order.extensions >= rules.extensions:
        raise IllegalMove(f"it was extended {order.extensions} times, and the rules allow {rules.extensions}")
    left = rules.clocks(order.body.urgency).longest_extension - order.extended
    if form.workdays > left:
        raise IllegalMove(f"the rules allow {left} workdays more for {order.body.urgency.label}, not {form.workdays}")
    return {"runs": prolong(running, desk.now, form.workdays, desk.calendar, rules.hours).to_data()}


def _close(order: Order, form: asked.Close, desk: Desk) -> None:
    if form.reason is not None:
        return
    if order.satisfaction is Satisfaction.DISSATISFIED:
        raise IllegalMove("its caller is not satisfied: reopen it, or close it with a reason")
    must = order.body.kind in desk.rules.visit_first and (order.body.contact or order.caller)
    if must and not order.visits:
        raise IllegalMove("no follow-up call (回访) was tried: do it first, or close it with a reason")


def _sent_back(order: Order, move: Move, desk: Desk) -> dict[str, Any]:
    """Of `return`, `reopen` and `withdraw`."""
    if move is Move.WITHDRAW:
        return {"runs": None}
    if move is Move.RETURN and desk.rules.returned == "keep":
        since = order.handings[0].at if order.accepted is None else order.accepted
    else:
        since = desk.now
    return {"runs": desk.rules.to_hand_on(since, order.body.urgency, desk.calendar).to_data()}


def _correct(order: Order, form: asked.Correct, desk: Desk) -> dict[str, Any]:
    before: Mapping[str, Any] = order.body.to_data()
    said = {
        **before,
        **{
            name: _with_numbers(before, name, value)
            for name, value in form.changes.items()
            if not _as_shown(before, name, value)
        },
    }
    checked = asked.read(asked.Wanted, {name: value for name, value in said.items() if value is not None})
    whole = {name: value if value is None else str(value) for name, value in checked.model_dump().items()}
    changes = {name: whole[name] for name in form.changes}
    changes = {name: value for name, value in changes.items() if before.get(name) != value}
    if not changes:
        raise Unfit("`changes`: it says so already")
    data: dict[str, Any] = {"changes": changes, "reason": form.reason}
    if form.complained_of is not None:
        data["complained_of"] = form.complained_of
    running = order.running
    if "urgency" in changes and running is not None and running.clock in (Clock.HAND_ON, Clock.DONE):
        if order.extended:
            raise IllegalMove("it was extended: its urgency can no longer be changed")
        urgency = body_with(order.body, changes).urgency
        begin = desk.rules.to_hand_on if running.clock is Clock.HAND_ON else desk.rules.to_be_done
        data["runs"] = begin(running.since, urgency, desk.calendar).to_data()
    return data


def _as_shown(before: Mapping[str, Any], name: str, value: str | None) -> bool:
    """A screen that sends back what it was shown, masked, changes nothing."""
    kept = before.get(name)
    return kept is not None and value is not None and value == told_field(name, kept, BareNames(), private=False)


def _with_numbers(before: Mapping[str, Any], name: str, value: str | None) -> str | None:
    """What was shown masked and written around is whole again; no masked number becomes what is kept. Raises Unfit."""
    if value is None or name not in ("content", "contact", "asked_by"):
        return value
    if name != "content":
        if "*" in value:
            raise Unfit(f"`changes.{name}` is masked: leave it out to keep what it is, or write it in whole")
        return value
    try:
        return unveil_prose(value, before.get(name) or "")
    except ValueError as error:
        raise Unfit(f"`changes.{name}`: {error}") from None
