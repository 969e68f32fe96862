"""Talks from before us of which the journal knows nothing: they go on as they are, and end as they would have."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from ivr.dispatch import Dispatch
from ivr.switch import Switch, TalkFound


class FoundTalks:
    """Every one that goes on. Their agents are offered nothing until they are out of them."""

    def __init__(
        self,
        dispatch: Dispatch,
        switch: Switch,
        order: Callable[[Coroutine[Any, Any, None]], object],
        agent_of: Callable[[str], str],
    ) -> None:
        """`agent_of` says whose a phone is."""
        self._dispatch, self._switch, self._order, self._agent_of = dispatch, switch, order, agent_of
        self._talks: dict[str, TalkFound] = {}
        """By channel."""

    def channels(self) -> frozenset[str]:
        """Everybody who is in one."""
        return frozenset(self._talks)

    def bridges(self) -> frozenset[str]:
        """Where they talk."""
        return frozenset(talk.bridge for talk in self._talks.values())

    def keep(self, talk: TalkFound) -> None:
        """This one was found."""
        self._talks |= dict.fromkeys(talk.channels, talk)
        for phone in talk.phones.values():
            self._dispatch.hold_back(self._agent_of(phone))

    def gone(self, channel: str) -> bool:
        """Somebody hung up; whether they were in one: of three, the caller among them, two talk on."""
        talk = self._talks.get(channel)
        if talk is None:
            return False
        rest = talk.channels - {channel}
        if channel not in talk.legs or len(rest) < 2:
            self._end(talk)
            return True
        del self._talks[channel]
        phones = {name: phone for name, phone in talk.phones.items() if name != channel}
        self._talks |= dict.fromkeys(rest, replace(talk, channels=rest, phones=phones))
        if channel in talk.phones:
            self._dispatch.let_back(self._agent_of(talk.phones[channel]))
        return True

    def media_lost(self) -> None:
        """The switch died, and all of them with it."""
        for talk in {id(talk): talk for talk in self._talks.values()}.values():
            self._end(talk)

    def _end(self, talk: TalkFound) -> None:
        """One side hung up: let the other go."""
        for channel in talk.channels:
            self._talks.pop(channel, None)
            self._order(self._switch.hang_up(channel))
        self._order(self._switch.drop_bridge(talk.bridge))
        for phone in talk.phones.values():
            self._dispatch.let_back(self._agent_of(phone))
