"""Where a work order stands, and the one table of what may be done with it there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from paperwork.orders.words import Word


class State(Word):
    """How far an order has come."""

    RECEIVED = "received", "待受理"
    OPENED = "opened", "已受理"
    APPROVED = "approved", "已审定"
    HANDED_ON = "handed_on", "已转办"
    RETURNED = "returned", "退回待转"
    IN_PROGRESS = "in_progress", "办理中"
    EXTENDED = "extended", "延期办理"
    DONE = "done", "已办结"
    ANSWERED = "answered", "已答复"
    VISITED = "visited", "已回访"
    CLOSED = "closed", "已归档"
    REOPENED = "reopened", "重新办理"
    VOID = "void", "作废"

    @property
    def open(self) -> bool:
        """Whether somebody has something to do still."""
        return self not in (State.CLOSED, State.VOID)


class Move(StrEnum):
    """What may be done with an order. As a word of the API and the command line: `hand-on`."""

    ACCEPT = "accept"
    SIGN = "sign"
    HAND_ON = "hand_on"
    RETURN = "return"
    TAKE = "take"
    EXTEND = "extend"
    DONE = "done"
    SETTLE = "settle"
    ANSWER = "answer"
    VISIT = "visit"
    MISS = "miss"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    URGE = "urge"
    CONFIRM = "confirm"
    CORRECT = "correct"
    ESCALATE = "escalate"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final[Mapping[Move, str]] = {
    Move.ACCEPT: "受理",
    Move.SIGN: "审定签字",
    Move.HAND_ON: "转办",
    Move.RETURN: "退回（非本部门职责）",
    Move.TAKE: "开始办理",
    Move.EXTEND: "延期",
    Move.DONE: "办结",
    Move.SETTLE: "当场办结",
    Move.ANSWER: "答复来电人",
    Move.VISIT: "回访",
    Move.MISS: "回访未接通",
    Move.CLOSE: "归档",
    Move.REOPEN: "重新办理",
    Move.WITHDRAW: "作废",
    Move.URGE: "督办",
    Move.CONFIRM: "督促落实签字",
    Move.CORRECT: "更正",
    Move.ESCALATE: "到期提醒",
}


class IllegalMove(RuntimeError):
    """This is not done with an order that stands there; one line for people."""


_S, _M = State, Move
_WITH_US = (_S.OPENED, _S.APPROVED, _S.RETURNED, _S.REOPENED)
_WITH_UNIT = (_S.HANDED_ON, _S.IN_PROGRESS, _S.EXTENDED)
_OVER = (_S.DONE, _S.ANSWERED, _S.VISITED, _S.CLOSED)
_RUNNING = (_S.RECEIVED, *_WITH_US, *_WITH_UNIT)

MOVES: Final[Mapping[tuple[State, Move], State]] = {
    (_S.RECEIVED, _M.ACCEPT): _S.OPENED,
    **{(state, _M.SIGN): _S.APPROVED for state in (_S.OPENED, _S.RETURNED, _S.REOPENED)},
    **{(state, _M.HAND_ON): _S.HANDED_ON for state in _WITH_US},
    **{(state, _M.SETTLE): _S.ANSWERED for state in _WITH_US},
    (_S.HANDED_ON, _M.TAKE): _S.IN_PROGRESS,
    **{(state, _M.RETURN): _S.RETURNED for state in _WITH_UNIT},
    **{(state, _M.EXTEND): _S.EXTENDED for state in _WITH_UNIT},
    **{(state, _M.DONE): _S.DONE for state in _WITH_UNIT},
    (_S.DONE, _M.ANSWER): _S.ANSWERED,
    (_S.ANSWERED, _M.VISIT): _S.VISITED,
    (_S.VISITED, _M.VISIT): _S.VISITED,
    (_S.ANSWERED, _M.MISS): _S.ANSWERED,
    (_S.ANSWERED, _M.CLOSE): _S.CLOSED,
    (_S.VISITED, _M.CLOSE): _S.CLOSED,
    **{(state, _M.REOPEN): _S.REOPENED for state in _OVER},
    **{(state, _M.WITHDRAW): _S.VOID for state in _RUNNING},
    **{(state, _M.URGE): state for state in _RUNNING},
    **{(state, _M.CONFIRM): state for state in _OVER},
    **{(state, _M.CORRECT): state for state in _S if state is not _S.VOID},
    **{(state, _M.ESCALATE): state for state in (*_RUNNING, _S.DONE)},
}
"""State and move → the state after it. What is not here is refused."""


def moved(state: State, move: Move) -> State:
    """Where a move leads. Raises IllegalMove."""
    try:
        return MOVES[state, move]
    except KeyError:
        able = ", ".join(allowed(state)) or "nothing that can be done"
        raise IllegalMove(f"an order that is {state} cannot be moved by {move}; there is {able}") from None


def allowed(state: State) -> tuple[Move, ...]:
    """What people may do with an order there, in the table's order."""
    return tuple(move for move in Move if (state, move) in MOVES and move is not Move.ESCALATE)
