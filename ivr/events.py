"""The facts of a call: frozen, past tense, written once.

Everything that is later told of a call (CDR, metrics, screens, reports) is a fold over these. An event carries no
call id and no time of its own: the journal's `Entry` does (`ivr.journal`, which names every kind of fact). Those of
callbacks are in `ivr.callbacks.events`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from acd.decision import Decision
from ivr.door.verdict import Lane, Why
from ivr.inquiry import Standing
from ivr.outcomes import ConsultationEnd, OfferResult, Outcome, Party, Reason, StatusResult, WaitEnd


class Attendance(StrEnum):
    """How a shift leader takes part in a talk."""

    LISTENING = "listening"  # heard by nobody
    WHISPERING = "whispering"  # heard by the agent alone
    JOINED = "joined"
    TALKING = "talking"  # in the agent's stead


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
class CallEnded:
    """The last event of a call, exactly once; only `FallbackEnded` and what belongs to it may follow."""

    outcome: Outcome
    reason: Reason
    during: str | None = None
    """The node that the caller hung up in before its `StepHeard` was told, if it was in one. (Entries of before 0.6 do
    not say.)"""


@dataclass(frozen=True, slots=True)
class FallbackEnded:
    """Of a call that was given to the fallback: what it came to there, told when an engine read the dialplan's line.

    `line` is the one that it got to there.
    """

    outcome: Outcome
    reason: Reason
    line: str | None = None
