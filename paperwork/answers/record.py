"""An answer record, folded from what was filed in it. Pure.

The call files that talks began and ended, the agent what they wrote, a leader the judgement; after that only
corrections. `apply` is the whole life of a record: a fact that may not follow raises Illegal and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from ivr.outcomes import Party
from paperwork.answers.words import BOXES, Gender, Heard, Settled, State
from paperwork.filing import Filing
from paperwork.kind import Kind

SERIES: Final = "answer"
"""Of the yearly numbers, and what a paper's name begins with."""


class Illegal(ValueError):
    """This may not be filed in a record as it stands."""


class Fact(StrEnum):
    """What can be filed, and with which data."""

    OPENED = "opened"  # number, test, complete, body; and as JOINED
    JOINED = "joined"  # fact, offer, line, agent, quiet
    LEFT = "left"  # fact, offer, by
    FILLED = "filled"  # changes, complete; linked: by the work order that was opened
    SIGNED = "signed"  # name, opinion
    CORRECTED = "corrected"  # reason, changes


_OF_TALKS: Final = frozenset({Fact.JOINED, Fact.LEFT})
_ANY = frozenset(State)
MAY: Final[Mapping[Fact, frozenset[State | None]]] = {
    Fact.OPENED: frozenset({None}),
    Fact.JOINED: _ANY,
    Fact.LEFT: _ANY,
    Fact.FILLED: frozenset({State.OPEN, State.FILLED}),
    Fact.SIGNED: frozenset({State.OPEN, State.FILLED}),  # whether enough stands in it is the rules' business
    Fact.CORRECTED: frozenset({State.SIGNED}),
}
"""In which states what may be filed; None is a record that is not there yet."""


@dataclass(frozen=True, slots=True)
class Talked:
    """One talk of the call. `fact` is its beginning's place in the journal of the call; None is an outside number."""

    fact: int
    offer: int
    line: str
    agent: str | None
    at: datetime
    quiet: bool = False
    """The line keeps no numbers."""


@dataclass(frozen=True, slots=True)
class Gone:
    """One talk's end. `by` is an `ivr.outcomes.Party`; `offer` None ends all: the call did, and nobody told more."""

    fact: int
    offer: int | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Body:
    """What people write into the record. None is not written yet."""

    asked_by: str | None = None
    gender: Gender | None = None
    contact: str | None = None
    consent: bool | None = None
    """The caller left the contact to be kept, on a line that otherwise keeps none."""
    heard: Heard | None = None
    heard_note: str | None = None
    kind: Kind | None = None
    category: str | None = None
    place: str | None = None
    content: str | None = None
    note: str | None = None
    settled: Settled | None = None
    work_order: str | None = None
    test: bool = False
    """A call to try the hotline: never counted."""


FIELDS: Final = tuple(one.name for one in fields(Body))
_WORDS: Final[Mapping[str, type[StrEnum]]] = {"gender": Gender, "heard": Heard, "kind": Kind, "settled": Settled}


@dataclass(frozen=True, slots=True)
class Signature:
    """管理部门审定意见."""

    at: datetime
    by: str
    name: str
    opinion: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What was corrected after the signature: each field, before and after."""

    at: datetime
    by: str
    reason: str
    changes: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Record:
    """One answer record as it stands. `original` is the body that was signed."""

    call: str
    number: str
    seq: int
    written: int
    """The last filing in which a person wrote, or the first; what the hotline files by itself is in nobody's way."""
    state: State
    body: Body
    talks: tuple[Talked, ...]
    ends: tuple[Gone, ...] = ()
    filled: datetime | None = None
    """When it was complete for the first time."""
    signature: Signature | None = None
    original: Body | None = None
    corrections: tuple[Correction, ...] = field(default=())

    @property
    def first(self) -> Talked:
        """Who answered: first-contact responsibility (首问负责) stays with them."""
        return min(self.talks, key=lambda talk: talk.fact)

    @property
    def at(self) -> datetime:
        """When the first talk began."""
        return self.first.at

    @property
    def line(self) -> str:
        return self.first.line

    @property
    def agent(self) -> str | None:
        return self.first.agent

    @property
    def agents(self) -> tuple[str, ...]:
        """Everybody of ours who talked, in their order."""
        ordered = sorted(self.talks, key=lambda talk: talk.fact)
        return tuple(dict.fromkeys(talk.agent for talk in ordered if talk.agent is not None))

    @property
    def owner(self) -> str | None:
        """Who has to fill it now: whom the caller was passed on to last; None when no agent of ours talked."""
        return _owner(self.talks, self.ends)

    @property
    def quiet(self) -> bool:
        """A line that keeps no numbers took part."""
        return any(talk.quiet for talk in self.talks)

    @property
    def over(self) -> datetime | None:
        """When the last talk ended; None while one goes on."""
        ended = {end.offer for end in self.ends}
        if None not in ended and any(talk.offer not in ended for talk in self.talks):
            return None
        return max((end.at for end in self.ends), default=None)


_PASSING: Final = frozenset({Party.PASSED_ON, Party.LEFT, Party.TAKEN_OVER})
"""Ends with which an agent gives the caller away."""


def _owner(talks: Iterable[Talked], ends: Iterable[Gone]) -> str | None:
    """Facts of one call have their order in the journal, whatever the order in which the office heard of them."""
    order: list[Talked | Gone] = sorted([*talks, *ends], key=lambda one: one.fact)
    owner: Talked | None = None
    given, talking = False, dict[int, Talked]()
    for one in order:
        if isinstance(one, Talked):
            if one.agent is None:
                continue  # an outside number fills no records: who passed the caller on still answers for the question
            talking[one.offer] = one
            if owner is None or given:
                owner, given = one, False
            continue
        if one.offer is None:
            break
        talking.pop(one.offer, None)
        if owner is not None and one.offer == owner.offer and one.by in _PASSING:
            owner, given = next(iter(talking.values()), owner), not talking
    return None if owner is None else owner.agent


def fold(facts: Iterable[Filing]) -> Record:
    """The record that these filings make. Raises Illegal, and ValueError for none at all."""
    record: Record | None = None
    for fact in facts:
        record = apply(record, fact)
    if record is None:
        raise ValueError("a record begins with what was filed in it")
    return record


def apply(record: Record | None, fact: Filing) -> Record:
    """The record after one more fact. Raises Illegal."""
    kind = Fact(fact.kind)
    state = None if record is None else record.state
    if state not in MAY[kind]:
        raise Illegal(f"{kind} cannot follow when a record is {state or 'not there'}")
    data = fact.data
    if record is None:
        body = _with(Body(test=bool(data.get("test"))), data.get("body") or {})
        complete = bool(data["complete"])
        return Record(
            call=fact.paper.partition(":")[2],
            number=data["number"],
            seq=fact.seq,
            written=fact.seq,
            state=State.FILLED if complete else State.OPEN,
            body=body,
            talks=(_talked(fact),),
            filled=fact.at if complete else None,
        )
    by_itself = kind in _OF_TALKS or fact.who.startswith("engine:") or bool(data.get("linked"))
    record = replace(record, seq=fact.seq, written=record.written if by_itself else fact.seq)
    match kind:
        case Fact.JOINED:
            return replace(record, talks=(*record.talks, _talked(fact)))
        case Fact.LEFT:
            return replace(record, ends=(*record.ends, Gone(data["fact"], data["offer"], data["by"], _at(fact))))
        case Fact.FILLED:
            complete = bool(data["complete"])
            return replace(
                record,
                body=_with(record.body, data["changes"]),
                state=State.FILLED if complete else State.OPEN,
                filled=record.filled or (fact.at if complete else None),
            )
        case Fact.SIGNED:
            signature = Signature(fact.at, fact.who, data["name"], data["opinion"])
            return replace(record, state=State.SIGNED, signature=signature, original=record.body)
        case Fact.CORRECTED:
            return _corrected(record, fact)
    raise AssertionError(kind)


def _corrected(record: Record, fact: Filing) -> Record:
    after = _with(record.body, fact.data["changes"])
    changes = {name: (getattr(record.body, name), getattr(after, name)) for name in fact.data["changes"]}
    correction = Correction(fact.at, fact.who, fact.data["reason"], changes)
    return replace(record, body=after, corrections=(*record.corrections, correction))


def _talked(fact: Filing) -> Talked:
    data = fact.data
    return Talked(data["fact"], data["offer"], data["line"], data["agent"], _at(fact), bool(data.get("quiet")))


def _at(fact: Filing) -> datetime:
    """When it happened: filed later, should the office have been closed."""
    told = fact.data.get("at")
    return fact.at if told is None else datetime.fromisoformat(told)


def _with(body: Body, changes: Mapping[str, Any]) -> Body:
    """The body with changes as they were filed: JSON values, by their field's name."""
    return replace(body, **{name: typed(name, value) for name, value in changes.items()})


def typed(name: str, value: Any) -> Any:
    """A field's value from JSON. Raises ValueError for a word that is none of its list, KeyError for no field."""
    if name not in FIELDS:
        raise KeyError(name)
    words = _WORDS.get(name)
    return value if value is None or words is None else words(value)


def box_of(body: Body) -> Heard | None:
    """接听类别: as it was chosen, else the only box in which the kind can stand."""
    if body.heard is not None or body.kind is None:
        return body.heard
    boxes = BOXES[body.kind]
    return boxes[0] if len(boxes) == 1 else None
