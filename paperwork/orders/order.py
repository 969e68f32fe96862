"""A work order as it stands, folded from what was filed in it. Pure.

What was promised (until when it is handed on, done) was filed with the fact that promised it: rules that the operators
change later move no old promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from paperwork.filing import Filing
from paperwork.kind import Kind
from paperwork.orders.clock import Running
from paperwork.orders.state import Move, State, moved
from paperwork.orders.words import Acceptance, Clock, Feedback, Gender, Means, Result, Satisfaction, Source, Urgency

PAPER: Final = "order"
OPENED: Final = "opened"


def paper_of(number: str) -> str:
    """What the order's filings are kept under."""
    return f"{PAPER}:{number}"


@dataclass(frozen=True, slots=True)
class Body:
    """What the caller wants, as it was written down; changed by corrections alone."""

    content: str
    kind: Kind | None = None
    category: str | None = None
    place: str | None = None
    line: str | None = None
    urgency: Urgency = Urgency.SIMPLE
    asked_by: str | None = None
    gender: Gender | None = None
    contact: str | None = None
    feedback: Feedback = Feedback.UNIT
    against: str | None = None
    """The unit complained of: its id, or its name where it is no unit of the register."""

    def to_data(self) -> dict[str, Any]:
        return {name: _plain(value) for name in BODY if (value := getattr(self, name)) is not None}


BODY: Final = tuple(field.name for field in fields(Body))
_WORDS: Final[Mapping[str, Any]] = {"kind": Kind, "urgency": Urgency, "gender": Gender, "feedback": Feedback}


def body_with(body: Body, changes: Mapping[str, Any]) -> Body:
    """The body with other values, as a filing or a request has them. Raises ValueError for a word that there is not."""
    read = {name: _WORDS[name](value) if name in _WORDS and value else value for name, value in changes.items()}
    return replace(body, **read)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Signature:
    """A signed opinion: 审定意见, or 督促落实办结情况. `name` is what was signed with."""

    at: datetime
    by: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Handing:
    """One time that the order was handed on."""

    at: datetime
    by: str
    unit: str
    unit_name: str
    means: Means
    liaison: str | None
    """Their name."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What was corrected: each field, before and after."""

    at: datetime
    by: str
    reason: str
    changes: Mapping[str, tuple[Any, Any]]
    signed: bool
    """The department had signed already."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order. Instants are aware."""

    number: str
    seq: int
    state: State
    source: Source
    body: Body
    opened: datetime
    opened_by: str
    hand_on_by: datetime
    call: str | None = None
    caller: str | None = None
    """The number that called, where one is kept."""
    recording: str | None = None
    outside_number: str | None = None
    acceptance: Acceptance = Acceptance.OTHER
    test: bool = False
    accepted: datetime | None = None
    accepted_by: str | None = None
    signature: Signature | None = None
    signed_body: Body | None = None
    handings: tuple[Handing, ...] = ()
    done_by: datetime | None = None
    done: datetime | None = None
    result: Result | None = None
    result_text: str | None = None
    answered: datetime | None = None
    answer_text: str | None = None
    satisfaction: Satisfaction | None = None
    visits: int = 0
    """Follow-up calls that were tried."""
    confirmation: Signature | None = None
    closed: datetime | None = None
    reopened: int = 0
    urged: int = 0
    extensions: int = 0
    extended: int = 0
    """Workdays, all extensions of this round together."""
    running: Running | None = None
    """The clock that runs; `begun` is the number of the filing that started it."""
    begun: int = 0
    done_clock: Running | None = None
    """The last clock of a unit, for who goes on with what is left of it."""
    escalated: frozenset[str] = frozenset()
    handed_late: datetime | None = None
    """When it was first handed on, or settled, after the hour until which it had to be; no new clock forgives it."""
    sent_back: datetime | None = None
    """When the unit that had it last said that it is not theirs; None once it is handed on again."""
    meant: str | None = None
    """Which unit `against` means, as a person said: its id, or `none`; None where nobody was asked."""
    corrections: tuple[Correction, ...] = ()

    @property
    def paper(self) -> str:
        return paper_of(self.number)

    @property
    def handing(self) -> Handing | None:
        """The last time that it was handed on."""
        return self.handings[-1] if self.handings else None

    @property
    def unit(self) -> str | None:
        """The unit that it was handed to last."""
        return self.handings[-1].unit if self.handings else None

    def overdue(self, now: datetime) -> bool:
        """Whether its clock has run out."""
        return self.running is not None and now > self.running.until

    def step_key(self, moment: str) -> str:
        """What an escalation of the clock that runs is known by: filed once."""
        return f"{self.begun}:{self.running.clock if self.running else ''}:{moment}"


def fold(facts: Iterable[Filing]) -> Order:
    """The order that these filings make. Raises IllegalMove, and ValueError for none at all."""
    order: Order | None = None
    for fact in facts:
        order = apply(order, fact)
    if order is None:
        raise ValueError("an order begins with what was filed in it")
    return order


def apply(order: Order | None, fact: Filing) -> Order:
    """The order after one more fact. Raises IllegalMove when it may not follow."""
    if order is None:
        return _opened(fact)
    move = Move(fact.kind)
    order = replace(order, seq=fact.seq, state=moved(order.state, move))
    order = _TOLD[move](order, fact)
    if "runs" in fact.data:
        runs = fact.data["runs"]
        order = replace(order, running=None if runs is None else Running.from_data(runs), begun=fact.seq)
        if order.running is not None and order.running.clock is Clock.HAND_ON:
            order = replace(order, hand_on_by=order.running.until)
        elif order.running is not None and order.running.clock is Clock.DONE:
            order = replace(order, done_by=order.running.until, done_clock=order.running)
    return order


def _opened(fact: Filing) -> Order:
    if fact.kind != OPENED:
        raise ValueError(f"an order begins with {OPENED}, not with {fact.kind}")
    data = fact.data
    runs = Running.from_data(data["runs"])
    received = runs.clock is Clock.ACCEPT
    return Order(
        number=data["number"],
        seq=fact.seq,
        state=State.RECEIVED if received else State.OPENED,
        source=Source(data["source"]),
        body=body_with(Body(content=""), data["body"]),
        opened=fact.at,
        opened_by=fact.who,
        hand_on_by=datetime.fromisoformat(data["hand_on_by"]),
        call=data.get("call"),
        caller=data.get("caller"),
        recording=data.get("recording"),
        outside_number=data.get("outside_number"),
        acceptance=Acceptance(data.get("acceptance", Acceptance.OTHER)),
        test=bool(data.get("test")),
        accepted=None if received else fact.at,
        accepted_by=None if received else fact.who,
        running=runs,
        begun=fact.seq,
    )


# ── what each move tells ────────────────────────────────────────────────────


def _accepted(order: Order, fact: Filing) -> Order:
    body = order.body
    if urgency := fact.data.get("urgency"):
        body = replace(body, urgency=Urgency(urgency))
    return replace(order, accepted=fact.at, accepted_by=fact.who, body=body)


def _signature(fact: Filing) -> Signature:
    return Signature(fact.at, fact.who, fact.data["name"], fact.data["text"])


def _signed(order: Order, fact: Filing) -> Order:
    return replace(order, signature=_signature(fact), signed_body=order.body)


def _handed_on(order: Order, fact: Filing) -> Order:
    data = fact.data
    handing = Handing(fact.at, fact.who, data["unit"], data["unit_name"], Means(data["means"]), data.get("liaison"))
    order = replace(_moved_on(order, fact), sent_back=None)
    return replace(order, handings=(*order.handings, handing), meant=data.get("complained_of", order.meant))


def _moved_on(order: Order, fact: Filing) -> Order:
    """It lies with us no longer: in time, or not."""
    late = order.handed_late is None and fact.at > order.hand_on_by
    return replace(order, handed_late=fact.at) if late else order


def _sent_back(order: Order, fact: Filing) -> Order:
    return replace(order, sent_back=fact.at)


def _extended(order: Order, fact: Filing) -> Order:
    return replace(order, extensions=order.extensions + 1, extended=order.extended + fact.data["workdays"])


def _done(order: Order, fact: Filing) -> Order:
    return replace(order, done=fact.at, result=Result(fact.data["result"]), result_text=fact.data.get("text"))


def _answered(order: Order, fact: Filing) -> Order:
    return replace(order, answered=fact.at, answer_text=fact.data.get("text"))


def _settled(order: Order, fact: Filing) -> Order:
    return _answered(_done(_moved_on(order, fact), fact), fact)


def _visited(order: Order, fact: Filing) -> Order:
    return replace(order, visits=order.visits + 1, satisfaction=Satisfaction(fact.data["satisfaction"]))


def _missed(order: Order, _fact: Filing) -> Order:
    return replace(order, visits=order.visits + 1)


def _closed(order: Order, fact: Filing) -> Order:
    return replace(order, closed=fact.at)


def _reopened(order: Order, _fact: Filing) -> Order:
    return replace(
        order,
        reopened=order.reopened + 1,
        signature=None,
        signed_body=None,
        confirmation=None,
        done=None,
        done_by=None,
        done_clock=None,
        result=None,
        result_text=None,
        answered=None,
        answer_text=None,
        satisfaction=None,
        visits=0,
        closed=None,
        extensions=0,
        extended=0,
    )


def _urged(order: Order, _fact: Filing) -> Order:
    return replace(order, urged=order.urged + 1)


def _confirmed(order: Order, fact: Filing) -> Order:
    return replace(order, confirmation=_signature(fact))


def _corrected(order: Order, fact: Filing) -> Order:
    after = body_with(order.body, fact.data["changes"])
    changes = {name: (getattr(order.body, name), getattr(after, name)) for name in fact.data["changes"]}
    signed = order.signature is not None
    correction = Correction(fact.at, fact.who, fact.data["reason"], changes, signed)
    meant = fact.data.get("complained_of", None if "against" in changes else order.meant)
    return replace(order, body=after, corrections=(*order.corrections, correction), meant=meant)


def _escalated(order: Order, fact: Filing) -> Order:
    return replace(order, escalated=order.escalated | {fact.data["key"]})


def _nothing(order: Order, _fact: Filing) -> Order:
    return order


_TOLD: Final[Mapping[Move, Any]] = {
    Move.ACCEPT: _accepted,
    Move.SIGN: _signed,
    Move.HAND_ON: _handed_on,
    Move.RETURN: _sent_back,
    Move.TAKE: _nothing,
    Move.EXTEND: _extended,
    Move.DONE: _done,
    Move.SETTLE: _settled,
    Move.ANSWER: _answered,
    Move.VISIT: _visited,
    Move.MISS: _missed,
    Move.CLOSE: _closed,
    Move.REOPEN: _reopened,
    Move.WITHDRAW: _closed,
    Move.URGE: _urged,
    Move.CONFIRM: _confirmed,
    Move.CORRECT: _corrected,
    Move.ESCALATE: _escalated,
}


def row_of(order: Order, wake_at: datetime | None) -> dict[str, Any]:
    """The order as its row. `wake_at` is what the rules of today say of it."""
    signature, body = order.signature, order.body
    return {
        "number": order.number,
        "seq": order.seq,
        "state": str(order.state),
        "source": str(order.source),
        "call": order.call,
        "line": body.line,
        "kind": body.kind and str(body.kind),
        "category": body.category,
        "place": body.place,
        "urgency": str(body.urgency),
        "asked_by": body.asked_by,
        "gender": body.gender and str(body.gender),
        "contact": body.contact,
        "caller": order.caller,
        "content": body.content,
        "feedback": str(body.feedback),
        "unit": order.unit,
        "against": body.against,
        "opened": order.opened,
        "opened_by": order.opened_by,
        "accepted": order.accepted,
        "signed": signature and signature.at,
        "signed_by": signature and signature.by,
        "hand_on_by": order.hand_on_by,
        "handed_on": order.handing and order.handing.at,
        "handed_late": order.handed_late,
        "sent_back": order.sent_back,
        "done_by": order.done_by,
        "done": order.done,
        "answered": order.answered,
        "closed": order.closed,
        "result": order.result and str(order.result),
        "satisfaction": order.satisfaction and str(order.satisfaction),
        "reopened": order.reopened,
        "urged": order.urged,
        "clock": order.running and str(order.running.clock),
        "due": order.running and order.running.until,
        "wake_at": wake_at,
        "recording": order.recording,
        "outside_number": order.outside_number,
        "test": order.test,
        "reduced": None,  # something was filed: whoever reduces looks again
    }
