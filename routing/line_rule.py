"""The rules of a line, as operators write them: whom it rings, how its callers wait, and for what they are given up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from routing.days import Written
from routing.written import DURATION_SCHEMA, CallerPatterns, Id, Key, Level, Name, PhoneNumber, Prompts, Seconds

_WIDEN = WithJsonSchema(
    {"type": "object", "patternProperties": {"^[1-9]$": DURATION_SCHEMA}, "additionalProperties": False}
)


class Outside(Written):
    """The institution's own number, reached over the trunk."""

    number: PhoneNumber
    """As it is dialled on the trunk."""
    simultaneous: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many calls it takes at once."""
    ring: Seconds = 30.0
    """How long it rings."""


Strategy = Literal["longest_idle", "fewest_calls", "least_busy", "round_robin", "level", "fixed_order"]
"""Whom of several free agents a line rings first."""

LimitKind = Literal["expected_wait", "waited", "length", "nobody_on_shift", "nobody_ready"]
"""What a line may give a waiting caller up for."""

MEASURED: tuple[LimitKind, ...] = ("expected_wait", "waited", "length")
"""Limits that are nothing without an amount."""


class Limit(Written):
    """A reason to give a waiting caller up, and where they go then. Each caller is given up for it only once."""

    when: LimitKind
    """It would take longer than `over`; the caller has waited longer than `over`; more than `over` callers wait; nobody
    has been on shift, or nobody free, for `over`."""
    over: Seconds = 0.0
    """A duration like `10m`; for `length` the number of callers."""
    at: Literal["joining", "waiting", "both"] = "both"
    """When it is looked at: as a caller joins, while they wait, or both; `length` is only as one joins, `waited` only
    while one waits."""
    then: Id
    """The node or line to go to."""

    @field_validator("over", mode="before")
    @classmethod
    def _no_callers_in_minutes(cls, over: object, told: ValidationInfo) -> object:
        if told.data.get("when") == "length" and isinstance(over, str):
            raise ValueError("for `length` write a whole number of callers under `over`")
        return over

    @model_validator(mode="after")
    def _of_an_amount(self) -> Limit:
        if self.when in MEASURED and not self.over:
            raise ValueError("write `over`: how long, or for `length` how many callers")
        if self.when == "length" and not self.over.is_integer():
            raise ValueError("for `length` write a whole number of callers under `over`")
        if self.when == "length" and self.at == "waiting":
            raise ValueError("`length` is looked at only as a caller joins: delete `at`")
        if self.when == "waited" and self.at == "joining":
            raise ValueError("`waited` is looked at only while a caller waits: delete `at`")
        return self


class CallbackRule(Written):
    """How a line calls back those who did not want to wait; their turn comes when it would have come."""

    first: Literal["agent", "caller"] = "agent"
    """Who is rung first: the agent, who then hears the caller's phone ring; or the caller, who then waits a moment."""
    tries: Annotated[int, Field(ge=1, le=9)] = 3
    """So often the caller is rung before the callback counts as failed."""
    retry: Annotated[Seconds, Field(ge=10)] = 300.0
    """How long after a try that nobody answered the next one comes."""
    expires: Annotated[Seconds, Field(ge=60)] = 28800.0
    """A callback that was not reached so long after it was booked is given up."""
    numbers: CallerPatterns | None = None
    """Numbers that may be called back: `022*`, `13*`; `hotline.may_dial` has to allow them too, where it is written."""
    abandoned: Annotated[Seconds, Field(ge=1)] | None = None
    """Callers who hung up after waiting at least so long are called back as well; not written: they are not."""
    greeting: Prompts = ()
    """Said to the caller who answers the callback."""
    notice: Prompts = ()
    """Said to the agent who takes a callback, before the caller is rung."""


class Confidential(Written):
    """What is private between a line and its callers, whatever holds elsewhere."""

    numbers: bool = False
    """Callers' whole numbers are kept in the records; otherwise they are masked for good when the call is over."""
    listeners: tuple[Id, ...] = ()
    """Shift leaders who may listen to its talks, whisper, join and take them over; nobody else may."""


class LineRule(Written):
    """A linked line (联动热线): its name, hours, and what callers of it meet."""

    name: Name
    """As people know it."""
    owner: str = ""
    """The institution that it belongs to."""
    hours: Id | None = None
    """Name of hours in `calendar.hours`; default is the hotline's."""
    closed: Id
    """Node for callers outside the hours."""
    overflow: Id
    """Node for callers whom the line gave up: waited too long, or nobody there."""
    at_closing: Literal["stay", "leave"] = "stay"
    """What happens to callers who wait when the hours end: they are still served, or go to `closed`."""
    connecting: Prompts = ()
    """Said while the first phone rings."""
    busy: Prompts | None = None
    """Said to a caller who has to wait; default is the hotline's."""
    comfort: Prompts | None = None
    """Said to one who still waits, every `tell_every`; default is the hotline's."""
    position: bool = True
    """Say how many wait before the caller."""
    estimate: bool = True
    """Say about how long it will take, where that can be told."""
    tell_every: Annotated[Seconds, Field(ge=10)] = 60.0
    """A waiting caller is told something at most so often; music is heard between."""
    keys: dict[Key, Id] = Field(default_factory=dict)
    """Keys of a waiting caller, live all the time → the node or line each leads to. Tell of them in `busy`."""
    ring: Seconds = 20.0
    """How long one phone rings."""
    wrap_up: Seconds = 15.0
    """Rest of the agent after a talk."""
    maximum_wait: Seconds = 300.0
    """Then the caller goes to `overflow`."""
    limits: tuple[Limit, ...] = ()
    """Other reasons to give a caller up, looked at in order, again and again while the caller waits."""
    callback: CallbackRule | None = None
    """Callers may be called back and keep their place; not written: they may not."""
    priority: Annotated[int, Field(ge=-9, le=9)] = 0
    """Points for each call of the line: each is worth `hotline.head_start` of waiting to an agent of several lines."""
    urgent: bool = False
    """Its calls go before those of all lines that are not urgent, however long these have waited."""
    strategy: Strategy = "longest_idle"
    """Whom of several free agents it rings first: who is free longest, answered fewest calls today, was least busy
    today, comes after whom it rang last, has the best level, or stands first in the file."""
    at_once: Annotated[int, Field(ge=1, le=20)] = 1
    """So many agents are rung together for one call; the first to answer has it."""
    widen: Annotated[dict[Level, Seconds], _WIDEN] = Field(default_factory=dict)
    """Level → how long a call has waited before agents of this level are rung too; a level not named, at once."""
    language_wait: Seconds = 20.0
    """So long a call waits for an agent who speaks the caller's language or dialect; then anybody is rung."""
    sticky: Seconds = 0.0
    """So long a call waits for the agent whom its caller talked with before, as long as they are on shift."""
    keep_free: Annotated[int, Field(ge=0, le=100)] = 0
    """So many of its free agents are kept for it: no other line rings the last ones."""
    record: bool = False
    """Talks are recorded."""
    notice: Prompts = ()
    """Said before the talk when it is recorded."""
    refuse: Key | None = None
    """Pressed from `notice` on until somebody answers: the caller is not recorded. Tell of it in `notice`."""
    confidential: Confidential | None = None
    """Its talks are never recorded and nobody else hears them; not written: `record` and the leaders decide."""
    survey: Id | Literal[False] | None = None
    """Where the caller goes when the agent hangs up first; default is the hotline's, `false` is nowhere."""
    outside: Outside | None = None
    """The institution's own number, rung when none of the line's agents is ready."""
    talk_warning: Seconds | None = None
    """A talk longer than this is shown to the shift leader; not written: none is."""
    hold_limit: Annotated[Seconds, Field(ge=5)] = 180.0
    """So long an agent may keep a caller on hold; then they are together again."""

    @model_validator(mode="after")
    def _confidential_throughout(self) -> LineRule:
        if self.confidential is None:
            return self
        if self.record:
            raise ValueError("a confidential line is not recorded: delete `record` or `confidential`")
        if self.callback is not None and not self.confidential.numbers:
            raise ValueError("who is called back has a number that is kept: write `numbers: true` under `confidential`")
        return self

    @model_validator(mode="after")
    def _refused_where_recorded(self) -> LineRule:
        if self.refuse is not None and not self.record:
            raise ValueError("`refuse` is for a line that records: delete it, or write `record: true`")
        if self.refuse in self.keys:
            raise ValueError("`refuse` needs a key of its own: this one stands under `keys`")
        return self
