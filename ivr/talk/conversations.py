"""All conversations, and the hand that an agent has in theirs.

    talk = board.conversations.of_agent("vaccine-1")
    await talk.consult(ToLine("immunization"))
    await talk.complete()

Every method returns when it is done, does nothing when it is done already (a double click), and raises `Refused`,
whose words are for the person, when it does not fit what goes on: see `ivr.talk.states.MOVES`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from ivr.call import Call
from ivr.dispatch import Dispatch
from ivr.events import Flagged
from ivr.offer_legs import Connected
from ivr.order import settled
from ivr.room import Room
from ivr.switch import Switch
from ivr.talk.away import WITHIN
from ivr.talk.conversation import Conversation
from ivr.talk.inbox import Onward, Resumed
from ivr.talk.legs import Legs
from ivr.talk.states import Command, State
from ivr.talk.targets import Refused, TalkRules, Target

DOUBLE_CLICK = 2.0
"""Seconds in which the same command of the same agent counts as the one that was carried out."""


class AgentTalk:
    """What one agent can do with the caller whom they have."""

    def __init__(self, agent: str, conversations: Conversations) -> None:
        self.agent = agent
        self._conversations = conversations

    @property
    def state(self) -> State:
        """What goes on; OVER when the agent is in no talk."""
        found = self._conversations.find(self.agent)
        return State.OVER if found is None else found.state

    async def hold(self) -> None:
        """Let the caller hear music until `resume`, or until the line's `hold_limit` brings them back by itself."""
        await self._do(Command.HOLD)

    async def resume(self) -> None:
        """Talk with the caller again."""
        await self._do(Command.RESUME)

    async def transfer(self, to: Target) -> None:
        """Pass the caller on and be free at once (blind).

        Who does not come is made up for: from an agent the caller comes back to this one when ready; else, and from an
        outside number, they go before all who wait on the line.
        """
        await self._do(Command.TRANSFER, to)

    async def consult(self, to: Target) -> None:
        """Ask somebody while the caller hears music (warm). Returns when the phone begins to ring."""
        await self._do(Command.CONSULT, to)

    async def complete(self) -> None:
        """Give the caller to whom was asked, and be free. Hanging up does the same."""
        await self._do(Command.COMPLETE)

    async def cancel(self) -> None:
        """Let go whom was asked, and talk with the caller again."""
        await self._do(Command.CANCEL)

    async def merge(self) -> None:
        """Talk all three."""
        await self._do(Command.MERGE)

    async def leave(self) -> None:
        """Leave the three: the others talk on. Hanging up does the same."""
        await self._do(Command.LEAVE)

    async def flag(self) -> None:
        """Mark the call as one of high risk: shift leaders are rung to listen, and wherever it waits it goes first."""
        await self._do(Command.FLAG)

    async def pause_recording(self) -> None:
        """Let nothing be recorded, until `resume_recording`, or for `ivr.talk.pause.AT_MOST` seconds."""
        await self._do(Command.PAUSE_RECORDING)

    async def resume_recording(self) -> None:
        """What is said is recorded again."""
        await self._do(Command.RESUME_RECORDING)

    async def _do(self, command: Command, target: Target | None = None) -> None:
        await self._conversations.obey(self.agent, command, target)


class Conversations:
    """Every conversation that goes on, and the legs that they and shift leaders ring beside the floor."""

    def __init__(
        self, dispatch: Dispatch, switch: Switch, spawn: Callable[..., object], returns: float = WITHIN
    ) -> None:
        """`returns`: seconds that an agent's browser has to come back to its talk."""
        self.legs = Legs(switch, spawn)
        self.on_flag: list[Callable[[Call], None]] = []
        """Told of each call that is marked as one of high risk."""
        self.room = Room()
        """What may be recorded now."""
        self._dispatch, self._switch, self._returns = dispatch, switch, returns
        self._going: dict[str, Conversation] = {}
        """By call."""
        self._last: dict[str, tuple[Command, Target | None, float]] = {}
        """What each agent did last, and when."""

    async def run(
        self, call: Call, seated: Connected, line: str, rules: TalkRules, resumed: Resumed | None = None
    ) -> Onward | None:
        """Let caller and agent talk; where the caller waits next, None when the other side hung up.

        `resumed` is a talk that goes on from before us.
        """
        conversation = Conversation(
            call,
            seated,
            line,
            rules,
            dispatch=self._dispatch,
            legs=self.legs,
            switch=self._switch,
            resumed=resumed,
            returns=self._returns,
        )
        self._going[call.id] = conversation
        try:
            return await conversation.run()
        finally:
            del self._going[call.id]

    def cut_recordings(self) -> Coroutine[Any, Any, None]:
        """There is no more room: end every talk's recording. The talks go on."""
        return settled(*(talk.call.recordings.cut_talk() for talk in self.all()))

    def all(self) -> Sequence[Conversation]:
        """Those that go on, oldest first."""
        return tuple(self._going.values())

    def of_call(self, call: str) -> Conversation | None:
        """The talk of a call, when it is in one."""
        return self._going.get(call)

    def find(self, agent: str) -> Conversation | None:
        """The talk in which this agent is, as who leads it, was asked, or joined."""
        return next((talk for talk in self._going.values() if talk.side_of(agent) is not None), None)

    def of_agent(self, agent: str) -> AgentTalk:
        """This agent's hand in whatever talk they are in when they command."""
        return AgentTalk(agent, self)

    async def obey(self, agent: str, command: Command, target: Target | None = None) -> None:
        """Carry a command out. Raises Refused, unless this agent's very same command was carried out just now."""
        try:
            talk = self._talk_of(agent)
            if command is Command.FLAG:
                self.flag(talk.call, agent)
            else:
                await talk.obey(command, agent, target)
        except Refused:
            if not self._is_double_click(agent, command, target):
                raise
        else:
            self._last[agent] = (command, target, self._now())

    def wants_back(self, agent: str) -> None:
        """The page of this agent is new, and has no leg of the talk that they are in. Raises Refused."""
        self._talk_of(agent).wants_back(agent)

    def _talk_of(self, agent: str) -> Conversation:
        talk = self.find(agent)
        if talk is None:
            raise Refused("you are in no talk")
        return talk

    def _is_double_click(self, agent: str, command: Command, target: Target | None) -> bool:
        done, at, when = self._last.get(agent, (None, None, 0.0))
        return done is command and at == target and self._now() - when <= DOUBLE_CLICK

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    def flag(self, call: Call, by: str) -> None:
        """Mark a call as one of high risk. Once is enough."""
        if call.raised:
            return
        call.raised = True
        call.note(Flagged(by))
        for told in self.on_flag:
            told(call)
