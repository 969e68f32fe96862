"""What the operators decide about work orders: section `orders` of `config/paperwork/rules.yaml`.

The figures of the defaults are those of the hotline's own rules: hand on within one workday, simple requests done
within 7 workdays, complex ones within 30, public-health emergencies within 2 hours a level; acceptance of what the
mayor's hotline hands over within 15 minutes, 30 minutes or a workday.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from paperwork.kind import Kind
from paperwork.orders.clock import Hours, Moment, Running, Span, When, Within, local_day, start, workday_after
from paperwork.orders.words import Acceptance, Clock, Means, Told, Urgency
from routing.calendar import Calendar, day_of
from routing.days import Written


def _time(value: object) -> time | None:
    if value is None or isinstance(value, time):
        return value
    if value == "24:00":
        return None
    try:
        return datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007 - a time of any day
    except ValueError:
        raise ValueError("write a time like 16:30, or 24:00") from None


TimeOfDay = Annotated[
    time | None,
    PlainValidator(_time),
    PlainSerializer(lambda at: "24:00" if at is None else f"{at:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}),
]


def _kind(value: object) -> object:
    """Kinds as the forms call them (`投诉`), or as the database does (`complaint`)."""
    return Kind.labelled(value) if isinstance(value, str) and value in {kind.label for kind in Kind} else value


AnyKind = Annotated[Kind, BeforeValidator(_kind)]


class Clocks(Written):
    """How much time orders of one urgency have."""

    hand_on: Within
    """From acceptance until it is handed on."""
    done: Within
    """Until the unit is done."""
    longest_extension: int = Field(default=0, ge=0, le=250)
    """Workdays by which a unit may be given more time, all extensions together; 0: never."""


class AcceptanceClocks(Written):
    """Until somebody accepts what came in by itself."""

    life_safety: Within = Span(wall=timedelta(minutes=15))
    utilities: Within = Span(wall=timedelta(minutes=30))
    other: Within = Span(workdays=1)

    def of(self, acceptance: Acceptance) -> Span:
        return {
            Acceptance.LIFE_SAFETY: self.life_safety,
            Acceptance.UTILITIES: self.utilities,
            Acceptance.OTHER: self.other,
        }[acceptance]


class Step(Written):
    """One step of an escalation."""

    at: When
    tell: tuple[Told, ...] = Field(min_length=1)
    """Who is told; nobody of a unit that the order complains of ever is."""


def _each_once(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    moments = [str(step.at) for step in steps]
    for moment in moments:
        if moments.count(moment) > 1:
            raise ValueError(f"`at: {moment}` stands twice")
    return steps


Steps = Annotated[tuple[Step, ...], AfterValidator(_each_once)]

_WORKDAY = Span(workdays=1)
_DEADLINE = Moment()
_AFTER = Moment(span=_WORKDAY, after=True)
_US = (Told.HANDLER, Told.LEADER)


class Escalation(Written):
    """Who is told when, clock by clock."""

    accept: Steps = (
        Step(at=Moment(percent=50), tell=(Told.LEADER,)),
        Step(at=_DEADLINE, tell=(Told.LEADER, Told.CENTRE)),
    )
    hand_on: Steps = (
        Step(at=Moment(percent=50), tell=(Told.HANDLER,)),
        Step(at=_DEADLINE, tell=_US),
        Step(at=_AFTER, tell=(*_US, Told.CENTRE)),
    )
    done: Steps = (
        Step(at=Moment(percent=50), tell=(Told.LIAISON_A,)),
        Step(at=Moment(span=_WORKDAY), tell=(Told.LIAISON_A, Told.LIAISON_B)),
        Step(at=_DEADLINE, tell=(Told.LIAISON_A, Told.LIAISON_B, Told.UNIT_LEADER, Told.LEADER)),
        Step(at=_AFTER, tell=(Told.UNIT_LEADER, Told.PARENT, Told.LEADER, Told.CENTRE)),
    )
    answer: Steps = (
        Step(at=Moment(percent=50), tell=(Told.HANDLER,)),
        Step(at=_DEADLINE, tell=_US),
    )

    def of(self, clock: Clock) -> tuple[Step, ...]:
        return {
            Clock.ACCEPT: self.accept,
            Clock.HAND_ON: self.hand_on,
            Clock.DONE: self.done,
            Clock.ANSWER: self.answer,
        }[clock]


class Messages(Written):
    """Messages that callers left become orders."""

    catch_up_days: int = Field(default=30, ge=1, le=3660)
    """Of a journal from before the office was there, so many days are made up for."""


class OrderRules(Written):
    """Section `orders`."""

    simple: Clocks = Clocks(hand_on=_WORKDAY, done=Span(workdays=7), longest_extension=7)
    complex: Clocks = Clocks(hand_on=_WORKDAY, done=Span(workdays=30), longest_extension=30)
    emergency: Clocks = Clocks(hand_on=Span(wall=timedelta(hours=2)), done=Span(wall=timedelta(hours=2)))
    acceptance: AcceptanceClocks = AcceptanceClocks()
    answer_within: Within | None = _WORKDAY
    """From done until the caller is answered; null: no clock."""
    done_counts_from: Literal["handed_on", "accepted"] = "handed_on"
    """Where the clock `done` begins."""
    returned: Literal["restart", "keep"] = "restart"
    """What an order that came back from a wrong address has: a new day to hand it on and the whole time for the next
    unit, or what is left."""
    day_begins: TimeOfDay = time(8, 30)
    """When people are told of what a day brings."""
    day_ends: TimeOfDay = None
    """When the last workday of a clock is over: `24:00`, or when the office closes."""
    sign_first: bool = False
    """Nothing is handed on before the department has signed (审定意见)."""
    visit_first: tuple[AnyKind, ...] = (Kind.COMPLAINT, Kind.REPORT)
    """Orders of these kinds are closed after a follow-up call (回访) was tried, where there is a number to call."""
    extensions: int = Field(default=1, ge=0, le=20)
    """How often a unit may be given more time."""
    means: Means = Means.TELEPHONE
    """How an order is handed on when nobody says otherwise."""
    messages: Messages = Messages()
    escalation: Escalation = Escalation()

    @property
    def hours(self) -> Hours:
        return Hours(self.day_begins or time(0), self.day_ends)

    def clocks(self, urgency: Urgency) -> Clocks:
        return {
            Urgency.SIMPLE: self.simple,
            Urgency.COMPLEX: self.complex,
            Urgency.EMERGENCY: self.emergency,
        }[urgency]

    # ── starting clocks ─────────────────────────────────────────────────────

    def to_accept(self, since: datetime, acceptance: Acceptance, calendar: Calendar) -> Running:
        """The clock of what came in by itself."""
        return start(Clock.ACCEPT, since, self.acceptance.of(acceptance), calendar, self.hours)

    def to_hand_on(self, since: datetime, urgency: Urgency, calendar: Calendar) -> Running:
        return start(Clock.HAND_ON, since, self.clocks(urgency).hand_on, calendar, self.hours)

    def to_be_done(self, since: datetime, urgency: Urgency, calendar: Calendar) -> Running:
        return start(Clock.DONE, since, self.clocks(urgency).done, calendar, self.hours)

    def to_answer(self, since: datetime, calendar: Calendar) -> Running | None:
        if self.answer_within is None:
            return None
        return start(Clock.ANSWER, since, self.answer_within, calendar, self.hours)

    def of_message(self, left: datetime, calendar: Calendar) -> Running:
        """The clock of a message: it counts as come in when the next workday begins, and is accepted on that day.

        What was left on a workday before the office opened is that day's.
        """
        day = local_day(left)
        if not day_of(calendar, day).workday or left >= self.hours.began(day):
            day = workday_after(calendar, day, 1)
        return Running(Clock.ACCEPT, self.hours.began(day), self.hours.ended(day), workdays=True)
