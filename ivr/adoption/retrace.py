"""The way of a call through its plan, walked again from what the journal tells: where in the plan it is now.

The walk is deterministic but for what it looked at (who was on shift, how long the wait was), and the plan may be
another one since. So the journal has the last word: where it names a node that the walk does not come to, the walk is
set there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.callbacks.events import CallPlaced
from ivr.events import (
    DigitsEntered,
    LineGaveUp,
    PassedBack,
    PassedOn,
    StatusAsked,
    StepHeard,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry
from ivr.outcomes import Party, StatusResult, WaitEnd
from routing import steps
from routing.plan import Plan
from routing.scene import Scene
from routing.walk import NotOfThisStep, Position, advance, at_node, begin, waiting_on


@dataclass(frozen=True, slots=True)
class Retraced:
    """Where a call is in a plan."""

    position: Position | None
    """None: its walk was over."""
    informed: bool = False
    """The caller heard what they called for."""


def retrace(plan: Plan, entries: Sequence[Entry], scene: Callable[[datetime], Scene]) -> Retraced:
    """Walk again what the entries of one call tell; `scene` is what the walk could look at at an instant."""
    walker = _Walker(plan, scene, entries[0].at)
    for number, entry in enumerate(entries):
        after = entries[number + 1] if number + 1 < len(entries) else None
        walker.hear(entry, after)
    return Retraced(walker.position, walker.informed)


class _Walker:
    def __init__(self, plan: Plan, scene: Callable[[datetime], Scene], at: datetime) -> None:
        self._plan, self._scene = plan, scene
        self.position: Position | None = begin(plan, scene(at))
        self.informed = False
        self._pressed: str | None = None
        """A key that the caller typed while they waited."""
        self._told = False
        """They heard how their order stands, and are asked what then."""

    def hear(self, entry: Entry, after: Entry | None) -> None:
        scene = self._scene(entry.at)
        match entry.event:
            case CallPlaced(line=line) if line in self._plan.lines:
                self.position = waiting_on(self._plan, line, scene)
            case StepHeard() as heard:
                self._heard(heard, after, scene)
            case StatusAsked() as asked:
                self._asked(asked, scene)
            case WaitBegan() as began if began.line in self._plan.lines:
                self._waits(began, scene)
            case LineGaveUp(limit=limit):
                self._goes_on(steps.GaveUp(limit), scene)
            case WaitEnded(end=WaitEnd.KEY_PRESSED) if self._pressed is not None:
                self._goes_on(steps.Pressed(self._pressed), scene)
            case WaitEnded(end=WaitEnd.CLOSED):
                self._goes_on(steps.Closed(), scene)
            case PassedOn(to="line", target=line, warm=False) if line in self._plan.lines:
                self._goes_on(steps.PassedOn(line, heard=False), scene)
            case PassedBack(to="line", target=line) if line in self._plan.lines:
                self._goes_on(steps.PassedOn(line, heard=True), scene)
            case TalkEnded(by=Party.OTHER_SIDE) if isinstance(after and after.event, StepHeard):
                self._goes_on(steps.Talked(), scene)

    def _goes_on(self, came: steps.Came, scene: Scene) -> None:
        if self.position is None:
            return
        try:
            self.position = advance(self._plan, self.position, came, scene)
        except (NotOfThisStep, KeyError):
            return  # another plan by now: it stays where it is, and the next fact says where it was

    def _waits(self, began: WaitBegan, scene: Scene) -> None:
        here = self.position is not None and self.position.step.node == began.line
        if not here or not isinstance(self.position and self.position.step, steps.Enter):
            way = None if self.position is None else self.position.way
            self.position = waiting_on(self._plan, began.line, scene, way)

    def _asked(self, asked: StatusAsked, scene: Scene) -> None:
        self._told = asked.result is StatusResult.TOLD
        self.informed |= self._told
        if not self._told and asked.result is not StatusResult.UNMATCHED:
            self._goes_on(steps.Untold(), scene)

    def _heard(self, heard: StepHeard, after: Entry | None, scene: Scene) -> None:
        position = self.position
        if position is None or position.step.node != heard.node:
            way = None if position is None else position.way
            found = at_node(self._plan, heard.node, scene, way)
            if found is None:
                return  # the plan has no such node any more
            position = self.position = found
        if not isinstance(position.step, steps.Inquire):
            self._told = False
        digits = after.event.digits if after is not None and isinstance(after.event, DigitsEntered) else None
        came: steps.Came
        match position.step:
            case steps.Collect() if digits is not None:
                came = steps.Entered(digits)
            case steps.Enter():
                self._pressed = heard.heard
                return
            case steps.TakeMessage() | steps.Book():
                return
            case steps.Inquire():
                if heard.heard not in ("0", "*"):
                    return
                came = steps.Told(heard.heard) if self._told else steps.Pressed(heard.heard)
            case steps.Finish():
                self.informed = True
                return
            case steps.Say() if heard.heard is None:
                came = steps.Said()
            case steps.Listen():
                self.informed = True
                came = steps.Silent() if heard.heard is None else steps.Pressed(heard.heard)
            case _:
                came = steps.Silent() if heard.heard is None else steps.Pressed(heard.heard)
        self._goes_on(came, scene)
