"""Calls of high risk: who waits is lifted, and leaders are rung to listen to who talks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from acd.signals import CallRaised
from ivr.call import Call
from ivr.dispatch import Dispatch
from ivr.talk.conversation import Conversation
from ivr.talk.conversations import Conversations
from routing.plan import Plan

log = structlog.get_logger()


class Listeners(Protocol):
    """Leaders, as a call of high risk looks at them."""

    async def answers(self, leader: str, agent: str, talk: Conversation) -> bool: ...

    def could_listen(self, leader: str, agent: str) -> bool: ...


class HighRisk:
    """Told of each call that is marked. `begin` starts a task that is cancelled at the engine's end."""

    def __init__(
        self,
        supervision: Listeners,
        conversations: Conversations,
        dispatch: Dispatch,
        plan: Callable[[], Plan],
        begin: Callable[..., object],
    ) -> None:
        self._supervision, self._conversations, self._dispatch = supervision, conversations, dispatch
        self._plan, self._begin = plan, begin

    def flagged(self, call: Call) -> None:
        """Lift who waits; let leaders hear who talks."""
        if self._dispatch.waits(call.id):
            self._dispatch.signal(CallRaised(call.id))
        elif (talk := self._conversations.of_call(call.id)) is not None:
            self._begin(self._call_leaders(talk))

    async def _call_leaders(self, talk: Conversation) -> None:
        """Ring all leaders who can be rung; who answers first listens, and the others' phones stop."""
        lead = talk.lead
        agent = None if lead is None else lead.agent
        if agent is None:
            return
        leaders = [name for name in self._plan().agents if self._supervision.could_listen(name, agent)]
        if not leaders:
            log.warning("a call of high risk, and no shift leader can be rung", call=talk.call.id)
            return
        async with asyncio.TaskGroup() as tasks:
            waiting = {tasks.create_task(self._supervision.answers(name, agent, talk)) for name in leaders}
            heard = False
            while waiting and not heard:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                heard = any(ring.result() for ring in done)
            for ring in waiting:
                ring.cancel()
        if not heard:
            log.warning("a call of high risk, and no shift leader answered", call=talk.call.id)
