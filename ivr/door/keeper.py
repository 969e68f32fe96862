"""The keeper of the door: what the switchboard asks about each call that arrives."""

from __future__ import annotations

from typing import Protocol

from ivr.door.verdict import WELCOME, Verdict
from ivr.switch import Arrived


class Doorkeeper(Protocol):
    """Judges calls at the door. Never waits."""

    def judge(self, call: str, arrived: Arrived) -> Verdict:
        """What becomes of a call. One that is let in will `leave`."""
        ...

    def leave(self, call: str) -> None:
        """The call ended."""
        ...


class OpenDoor:
    """Lets everybody in."""

    def judge(self, call: str, arrived: Arrived) -> Verdict:
        del call, arrived
        return WELCOME

    def leave(self, call: str) -> None:
        del call
