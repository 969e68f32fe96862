"""The outlook of a call: what it may look at on its way beside its own keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.guesses import Guesses
from ivr.inquiry import Inquiry, NoInquiry
from ivr.memory import CallerMemory
from ivr.outbound import OutboundToday
from ivr.status import Files
from routing.plan import Plan
from routing.scene import Scene


class Outlook:
    """Shows a call the instant, who is on shift, how long it would wait, what it did before, what is in front, what was
    opened or closed by hand, and how orders stand."""

    def __init__(
        self,
        clock: Clock,
        dispatch: Dispatch,
        memory: CallerMemory | None = None,
        front: Callable[[], str | None] = lambda: None,
        by_hand: Callable[[], Mapping[str, bool]] = dict,
        outbound: OutboundToday | None = None,
        inquiry: Inquiry | None = None,
        guesses: Guesses | None = None,
    ) -> None:
        self._clock, self._dispatch, self._memory, self._front = clock, dispatch, memory or CallerMemory(), front
        self._by_hand = by_hand
        self._outbound = outbound or OutboundToday(clock.now)
        self.files = Files(inquiry or NoInquiry(), guesses or Guesses(), clock.now)
        """How orders stand."""

    def scene(self, number: str) -> Scene:
        """What this caller's call may look at now."""
        return Scene(
            at=self._clock.now(),
            number=number,
            front=self._front(),
            staffed=self._dispatch.staffed,
            expected_wait=self._dispatch.expected_wait,
            last=self._memory.last(number),
            by_hand=self._by_hand(),
        )

    def capped(self, plan: Plan, agent: str | None) -> str | None:
        """Why this agent dials no more outside numbers today; None when they may."""
        return self._outbound.refusal(plan.outbound, agent)

    def had(self, number: str, line: str) -> str | None:
        """The agent of this line whom the caller talked with last."""
        return self._memory.agent(number, line)
