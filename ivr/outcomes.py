"""How things of a call end: the closed lists that its facts, the CDR and the metrics share."""

from __future__ import annotations

from enum import StrEnum


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
