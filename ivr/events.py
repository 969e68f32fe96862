"""The facts of a call: frozen, past tense, written once.

Everything that is later told of a call (CDR, metrics, screens, reports) is a fold over these. An event carries no
call id and no time of its own: the journal's `Entry` does.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, get_args, get_origin, get_type_hints

from acd.decision import Decision
from ivr.door.verdict import Lane, Why
from ivr.inquiry import Standing
from ivr.reasons import decision_data, decision_from


class Outcome(StrEnum):
    """How a call ended for the caller: the closed list that CDR and metrics share."""

    TALKED = "talked"  # an agent, or an outside number, talked with the caller
    MESSAGE = "message"  # the caller left a message
    INFORMED = "informed"  # the caller heard a recording to its end and was let go
    ABANDONED = "abandoned"  # hung up while waiting for a line
    LEFT = "left"  # hung up before a line was reached
    CALLBACK = "callback"  # a callback was booked; its tries are calls of their own
    UNANSWERED = "unanswered"  # a callback whose caller could not be reached
    FAILED = "failed"  # we or the switch failed the caller
    REJECTED = "rejected"  # not let in: the caller heard that all is busy


class Reason(StrEnum):
    """Why it ended so."""

    CALLER_HUNG_UP = "caller_hung_up"
    OTHER_SIDE_HUNG_UP = "other_side_hung_up"
    MEDIA_LOST = "media_lost"  # the caller's sound stopped, or the switch died with the call on it
    COMPLETED = "completed"
    NO_MESSAGE = "no_message"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    WITHDRAWN = "withdrawn"  # a callback's turn that came to nothing before its caller was rung
    UNREACHABLE = "unreachable"
    SWITCH_ERROR = "switch_error"
    ENGINE_STOPPED = "engine_stopped"
    BUG = "bug"
    OVERLOAD = "overload"  # more calls than we can serve well
    CALLER_LIMIT = "caller_limit"  # too many calls of this number, or of numbers like it
    BLOCKED = "blocked"  # on the nuisance list
    NO_PROOF = "no_proof"  # of being a person: asked to press a key, and did not


class OfferResult(StrEnum):
    """What became of ringing one phone for one caller."""

    ANSWERED = "answered"
    REFUSED = "refused"  # the phone said busy or declined
    UNANSWERED = "unanswered"  # rang until the line's limit
    UNREACHABLE = "unreachable"  # not registered, or no reply to the call
    WITHDRAWN = "withdrawn"  # the caller left, or we took the offer back


class Party(StrEnum):
    """Who ended a talk."""

    CALLER = "caller"
    OTHER_SIDE = "other_side"
    ENGINE = "engine"
    PASSED_ON = "passed_on"  # the agent passed the caller on: to a line, an agent, a number
    LEFT = "left"  # the agent left, and the others talked on
    TAKEN_OVER = "taken_over"  # a shift leader took the talk
    LOST = "lost"  # the other side's phone vanished: no sound, and no word of a hang-up


class ConsultationEnd(StrEnum):
    """What became of asking somebody while the caller was held."""

    COMPLETED = "completed"  # who was asked took the caller
    MERGED = "merged"  # all three talked
    CANCELLED = "cancelled"
    REFUSED = "refused"  # they cannot be asked now: away, busy, closed, unknown
    NOT_REACHED = "not_reached"  # nobody answered, or could
    HUNG_UP = "hung_up"  # who was asked hung up
    AGENT_LEFT = "agent_left"  # who asked hung up before there was an answer
    CALLER_LEFT = "caller_left"


class Attendance(StrEnum):
    """How a shift leader takes part in a talk."""

    LISTENING = "listening"  # heard by nobody
    WHISPERING = "whispering"  # heard by the agent alone
    JOINED = "joined"
    TALKING = "talking"  # in the agent's stead


class WaitEnd(StrEnum):
    """Why a call stopped waiting on a line."""

    CONNECTED = "connected"
    CALLER_LEFT = "caller_left"
    MAXIMUM_WAIT = "maximum_wait"
    NOBODY_ON_SHIFT = "nobody_on_shift"
    OUTSIDE_FAILED = "outside_failed"
    CLOSED = "closed"  # the line's hours ended, and it serves nobody who is left
    EXPECTED_WAIT = "expected_wait"
    TOO_MANY = "too_many"
    NOBODY_READY = "nobody_ready"
    AGENT_AWAY = "agent_away"  # the one agent whom the call was for did not take it
    KEY_PRESSED = "key_pressed"  # the caller chose another way
    BOOKED = "booked"  # a callback has the place from now on
    MEDIA_LOST = "media_lost"
    ENGINE_STOPPED = "engine_stopped"


class CallbackEnd(StrEnum):
    """Why a callback is done with."""

    REACHED = "reached"  # the caller answered
    NOT_REACHED = "not_reached"  # as often as the line tries
    EXPIRED = "expired"
    CALLED_IN = "called_in"  # the caller called in meanwhile and took the place back
    CANCELLED = "cancelled"  # by hand
    LINE_GONE = "line_gone"  # the line is no more, or calls nobody back any more


class StatusResult(StrEnum):
    """What a caller heard who asked how their order stands: the closed list of the metric."""

    TOLD = "told"
    UNMATCHED = "unmatched"  # no such order, or other digits: a mistake
    REFUSED = "refused"  # too many mistakes, of the call, the caller, or about the order
    LATE = "late"  # nobody answered in time
    FAILED = "failed"  # nothing can be looked up


@dataclass(frozen=True, slots=True)
class CallArrived:
    """A channel of the trunk entered the hotline. `number` is the caller's, digits or empty when withheld."""

    number: str
    dialled: str
    channel: str
    plan: str
    """Version of the plan that the call keeps."""
    test: bool = False
    """One of our own calls, made to see that all works: no count has it. (Entries of before 0.5 do not say.)"""
    tester: bool = False
    """The synthetic caller made it, so it rings nobody. (Entries of before 0.6 do not say.)"""


@dataclass(frozen=True, slots=True)
class CallScreened:
    """The door did not let the call in like any other: into the slow lane, asked for a proof, or sent away."""

    lane: Lane
    why: Why
    told: bool = True
    """One who is sent away heard a sentence; else the busy tone."""


@dataclass(frozen=True, slots=True)
class CallAdopted:
    """The engine that had this call is no more; another one goes on with it, `by` its how manieth."""

    by: int


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """We picked up: from here on the caller hears us (and pays)."""


@dataclass(frozen=True, slots=True)
class StepHeard:
    """One step of the plan was walked: its prompts, and what the caller did (`heard`: a key, or None for silence)."""

    node: str
    prompts: tuple[str, ...]
    heard: str | None
    asked: bool = False
    """Whether a key was waited for: then None is silence. (Entries of before 0.2 do not say.)"""


@dataclass(frozen=True, slots=True)
class DigitsEntered:
    """The caller typed a number where one was asked for; empty for silence. Private, as a caller's own number is."""

    node: str
    digits: str


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """The caller asked how an order stands. `order` and `standing` are what they were told of.

    What they keyed is not kept: not the digits of a telephone number, and no order's number that may be none.
    """

    node: str
    result: StatusResult
    order: str | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The caller judged a talk: `answer` is what `key` means, in the plan's words."""

    node: str
    line: str | None
    agent: str | None
    key: str
    answer: str


@dataclass(frozen=True, slots=True)
class EndReached:
    """The walk came to an end: `kind` is line, outside, message, information or hangup, as `hotline dial` names it.

    `open` says whether the line's hours admit callers now, `why` in the calendar's words. The first of a call is where
    its keys led; a later one comes from a line's overflow.
    """

    kind: str
    line: str | None
    open: bool
    why: str


@dataclass(frozen=True, slots=True)
class WaitBegan:
    """The call joined the line's waiting callers; `ahead` of it waited so many.

    The rest is its place, for an engine that goes on with the call: entries of before 0.4 do not say.
    """

    line: str
    ahead: int
    waited: float = 0.0
    """Seconds before this that count."""
    priority: int = 0
    language: str | None = None
    only: str | None = None
    """This agent and nobody else."""
    back_to: str | None = None
    """The agent to ask when that one does not take it."""
    urgent: bool = False
    past: tuple[int, ...] = ()
    """Limits of the line, by their place, for which it was given up before."""
    behind: float = 0.0
    """Seconds: served as if it had come so much later."""


@dataclass(frozen=True, slots=True)
class WaitEnded:
    line: str
    end: WaitEnd


@dataclass(frozen=True, slots=True)
class Considered:
    """The floor looked for an agent, and why it found whom it found: `offer` is what rang for it, None is nobody."""

    line: str
    offer: int | None
    why: Decision


@dataclass(frozen=True, slots=True)
class LineGaveUp:
    """The line serves this call no more. `limit` is the place in the line's own limits, None for one of every line.

    `over` is what the limit allowed and `measured` what was found: seconds, or calls for `too_many`.
    """

    line: str
    why: WaitEnd
    limit: int | None = None
    over: float | None = None
    measured: float | None = None


@dataclass(frozen=True, slots=True)
class CallRaised:
    """A shift leader let the waiting call go before all others."""

    by: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A phone was rung for this caller. `agent` is None for the outside number of a line."""

    offer: int
    line: str
    agent: str | None
    phone: str


@dataclass(frozen=True, slots=True)
class OfferEnded:
    offer: int
    result: OfferResult
    cause: int | None = None
    """Q.850 cause of the leg's end, when the switch gave one."""


@dataclass(frozen=True, slots=True)
class TalkBegan:
    """Caller and phone hear each other."""

    offer: int
    line: str
    agent: str | None


@dataclass(frozen=True, slots=True)
class TalkEnded:
    offer: int
    by: Party


@dataclass(frozen=True, slots=True)
class AgentAway:
    """The browser of the agent of `offer` is not there and silent: the caller is asked to wait for them."""

    offer: int


@dataclass(frozen=True, slots=True)
class AgentBack:
    """They are there again: `again` on a new leg, that their page was rung for; else the old one sounds again."""

    offer: int
    again: bool


@dataclass(frozen=True, slots=True)
class CallerHeld:
    """The caller hears music while the talk of `offer` goes on without them."""

    offer: int


@dataclass(frozen=True, slots=True)
class CallerBack:
    """The caller is out of the music again: talking, passed on, or gone."""

    offer: int


@dataclass(frozen=True, slots=True)
class HeldTooLong:
    """The line's limit of music was reached; `seconds` is what it allows."""

    offer: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PassedOn:
    """An agent passed the caller on: `to` is `line`, `agent` or `number`, `target` which.

    `warm`: after a consultation.
    """

    offer: int
    to: str
    target: str
    warm: bool


@dataclass(frozen=True, slots=True)
class PassedBack:
    """Whom the caller was passed on to did not take them: back to the agent, or to the head of the line's callers."""

    to: str
    """`agent` or `line`."""
    target: str


@dataclass(frozen=True, slots=True)
class ConsultationBegan:
    """The agent of `offer` asks somebody while the caller hears music; `to` and `target` as in `PassedOn`."""

    offer: int
    to: str
    target: str


@dataclass(frozen=True, slots=True)
class ConsultationAnswered:
    """The agent of `offer` and whom they asked (`agent`, None for an outside number) hear each other."""

    offer: int
    agent: str | None


@dataclass(frozen=True, slots=True)
class ConsultationEnded:
    offer: int
    end: ConsultationEnd


@dataclass(frozen=True, slots=True)
class Flagged:
    """Somebody (`by`: an agent, or a shift leader) marked the call as one of high risk."""

    by: str


@dataclass(frozen=True, slots=True)
class LeaderCame:
    """A shift leader takes part in the talk of `agent` from now on."""

    leader: str
    agent: str | None
    how: Attendance


@dataclass(frozen=True, slots=True)
class LeaderLeft:
    leader: str


@dataclass(frozen=True, slots=True)
class RecordingRefused:
    """The caller, told of the recording, does not want it: their talks in this call are not recorded."""


@dataclass(frozen=True, slots=True)
class RecordingBegan:
    """`file` is relative to the recordings' folder."""

    file: str
    what: str
    """`talk` or `message`."""


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """`seconds` as the switch measured it; None when it could not say."""

    file: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class RecordingPaused:
    """The agent of `offer` lets what is said go unrecorded, for a while."""

    offer: int
    by: str


@dataclass(frozen=True, slots=True)
class RecordingResumed:
    """It is recorded again; `by` None: by itself, or with the talk's end."""

    offer: int
    by: str | None = None


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """Something that should have been recorded is not, or not to its end."""

    what: str
    """`talk` or `message`."""
    why: str
    """`no_room`: the disk is filling."""


@dataclass(frozen=True, slots=True)
class MessageLeft:
    line: str | None
    file: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CallbackBooked:
    """A callback took the place of this call. `number` is the one to call, `waited` the seconds that count for it."""

    ticket: str
    """Under this id the callback waits, and the journal tells what becomes of it."""
    line: str
    number: str
    waited: float
    priority: int = 0
    language: str | None = None
    abandoned: bool = False
    """The caller did not ask for it: they hung up, and the line calls those back."""


@dataclass(frozen=True, slots=True)
class CallPlaced:
    """A callback's turn came: the first fact of a try, which is a call of its own, made by us."""

    ticket: str
    line: str
    number: str
    dialled: str
    """The hotline's own number, for which we call."""
    plan: str


@dataclass(frozen=True, slots=True)
class CallerRung:
    """The number to call back was dialled. `CallAnswered` follows, or a `CallEnded` that says why it was not."""

    number: str


@dataclass(frozen=True, slots=True)
class CallbackTried:
    """Told under the ticket: this try did not reach the caller."""

    call: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class CallbackClosed:
    """Told under the ticket: it is done with. `call` is the one that ended it, if one did."""

    end: CallbackEnd
    call: str | None = None


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The last event of a call, exactly once; only `FallbackEnded` and what belongs to it may follow."""

    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, slots=True)
class FallbackEnded:
    """Of a call that was given to the fallback: what it came to there, told when an engine read the dialplan's line.

    `line` is the one that it got to there.
    """

    outcome: Outcome
    reason: Reason
    line: str | None = None


Event = (
    CallArrived
    | CallScreened
    | CallAdopted
    | CallAnswered
    | StepHeard
    | DigitsEntered
    | StatusAsked
    | SurveyAnswered
    | EndReached
    | WaitBegan
    | WaitEnded
    | Considered
    | LineGaveUp
    | CallRaised
    | Offered
    | OfferEnded
    | TalkBegan
    | TalkEnded
    | AgentAway
    | AgentBack
    | CallerHeld
    | CallerBack
    | HeldTooLong
    | PassedOn
    | PassedBack
    | ConsultationBegan
    | ConsultationAnswered
    | ConsultationEnded
    | Flagged
    | LeaderCame
    | LeaderLeft
    | RecordingRefused
    | RecordingBegan
    | RecordingEnded
    | RecordingPaused
    | RecordingResumed
    | NotRecorded
    | MessageLeft
    | CallbackBooked
    | CallPlaced
    | CallerRung
    | CallbackTried
    | CallbackClosed
    | CallEnded
    | FallbackEnded
)

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
_HINTS: dict[type, dict[str, Any]] = {kind: get_type_hints(kind) for kind in KINDS.values()}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: the `seq`-th fact (from 1) of `call`, at an aware UTC instant."""

    call: str
    seq: int
    at: datetime
    event: Event


class Journal(Protocol):
    """Where facts go. Never blocks and never fails the caller: what can't be written waits, and an alarm says so."""

    def note(self, entry: Entry) -> None: ...


def to_data(event: Event) -> dict[str, Any]:
    """The event's fields as JSON data."""
    return {name: _plain(getattr(event, name)) for name in _HINTS[type(event)]}


def _plain(value: Any) -> Any:
    if isinstance(value, Decision):
        return decision_data(value)
    return list(value) if isinstance(value, tuple) else value


def from_data(kind: str, data: dict[str, Any]) -> Event:
    """The event that `to_data` came from. Raises KeyError for an unknown kind, TypeError for missing fields."""
    cls = KINDS[kind]
    hints = _HINTS[cls]
    return cls(**{name: _revive(hints[name], value) for name, value in data.items()})


def _revive(hint: Any, value: Any) -> Any:
    if hint is Decision:
        return decision_from(value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if get_origin(hint) is tuple:
        return tuple(value)
    if get_origin(hint) is types.UnionType:
        return None if value is None else _revive(get_args(hint)[0], value)
    return value
