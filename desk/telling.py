"""What a listener of the live floor is told: all of it at first, then what is not as it was told before. Pure.

A state of the floor is taken apart: each line and each agent is a part of its own, every other list is one. A part is
told again when it changed, not when time alone passed: `waited`, `seconds` and the like go on by themselves, and who
shows them goes on with them. Each part is spelt once, however many listen.

A message is one object. With `whole` it stands for everything told before it; without, `lines` and `agents` hold those
that changed, by `id`, any other key stands for the part of that name as it is now, and what is not there is as it was.
`now` is in every message; one with nothing else is a sign of life.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

BY_ID: Final = ("lines", "agents")
"""Lists of which each member is a part of its own, known by its `id`."""
OWN: Final = ("offers", "talks", "answers", "alerts")
"""Lists of which an agent sees what is theirs."""
PASSING: Final = frozenset(
    {"seconds", "breaks", "since", "waited", "longest_wait", "expected", "expected_wait", "rings_on", "worked_today"}
)
"""What time alone changes, wherever it stands."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the floor as it was spelt when it changed last, in the `version`-th state."""

    spelt: bytes
    lasting: bytes
    """The same without what time alone changes."""
    version: int


def part_of(known: Part | None, value: Any, version: int, *, refresh: bool = False) -> Part:
    """The part as it is now: the known one, unless it changed; with `refresh` what time changed counts, too."""
    lasting = spelt(_lasting(value))
    if known is not None and known.lasting == lasting:
        if not refresh:
            return known
        fresh = spelt(value)
        return known if fresh == known.spelt else Part(fresh, lasting, version)
    return Part(spelt(value), lasting, version)


def as_theirs(name: str, one: Mapping[str, Any]) -> Mapping[str, Any]:
    """A member of such a list as its agent sees it: of a talk not who listens, whom nobody hears."""
    if name != "talks":
        return one
    return {**one, "leaders": [leader for leader in one.get("leaders", ()) if leader["how"] != "listening"]}


class Listed:
    """A list of parts that are known by their `id`."""

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {}
        self.whole_since = 0
        """The version from which on the same members are there, in the same order."""

    def take(self, members: Iterable[Mapping[str, Any]], version: int, *, refresh: bool = False) -> None:
        there = {}
        for one in members:
            name = str(one["id"])
            there[name] = part_of(self.parts.get(name), one, version, refresh=refresh)
        if list(there) != list(self.parts):
            self.whole_since = version
        self.parts = there

    def since(self, told: int) -> list[bytes]:
        """Those that changed after the `told`-th state."""
        return [part.spelt for part in self.parts.values() if part.version > told]


class Telling:
    """The floor as it was told. `take` each state, then `whole` and `own` for whom there is something to tell."""

    def __init__(self) -> None:
        self.version = 0
        self._now = b'""'
        self._parts: dict[str, Part] = {}
        self._listed = {name: Listed() for name in BY_ID}
        self._bare_lines = Listed()
        """As agents see them: how lines stand, not who waits."""
        self._theirs: dict[str, Part] = {}
        """Of each agent their offers, talks, answer records and alerts, spelt as members of an object."""
        self._messages: dict[tuple[str, int], bytes | None] = {}

    def take(self, floor: Mapping[str, Any], *, lines: bool = True, refresh: bool = False) -> None:
        """The next state of the floor. With `lines` agents are told how lines stand, too.

        With `refresh` lines are told again though time alone changed them: an expected wait goes on as it likes.
        """
        self.version += 1
        self._messages.clear()
        self._now = spelt(floor["now"])
        for name, value in floor.items():
            if name in BY_ID:
                self._listed[name].take(value, self.version, refresh=refresh and name == "lines")
            elif name != "now":
                self._parts[name] = part_of(self._parts.get(name), value, self.version)
        if lines or not self._bare_lines.parts:
            bare = ({**line, "waiting": []} for line in floor["lines"])
            self._bare_lines.take(bare, self.version, refresh=refresh)
        self._take_theirs(floor)

    def _take_theirs(self, floor: Mapping[str, Any]) -> None:
        of_agents: dict[str, dict[str, list[Any]]] = {}
        for name in OWN:
            for one in floor[name]:
                if (agent := one["agent"]) is not None:
                    of_agents.setdefault(agent, {}).setdefault(name, []).append(as_theirs(name, one))
        for agent in {*of_agents, *self._theirs}:
            theirs = of_agents.get(agent, {})
            value = {name: theirs.get(name, []) for name in OWN}
            self._theirs[agent] = part_of(self._theirs.get(agent), value, self.version)

    # ── telling ─────────────────────────────────────────────────────────────

    def whole(self, told: int) -> bytes | None:
        """For who sees the whole floor and was told the `told`-th state (0: none); None when nothing changed since."""
        key = ("", told)
        if key not in self._messages:
            anew = told == 0 or any(told < listed.whole_since for listed in self._listed.values())
            told = 0 if anew else told
            pieces = [_named(name, part.spelt) for name, part in self._parts.items() if part.version > told]
            for name, listed in self._listed.items():
                pieces += _members(name, listed.since(told), anew=anew)
            self._messages[key] = self._message(pieces, anew=anew)
        return self._messages[key]

    def own(self, agent: str | None, told: int) -> bytes | None:
        """The same for an agent: how lines stand, and what is theirs."""
        seat = self._listed["agents"].parts.get(agent or "")
        theirs = self._theirs.get(agent or "", _NOTHING)
        anew = told == 0 or told < self._bare_lines.whole_since or told < self._listed["agents"].whole_since
        told = 0 if anew else told
        plan = self._parts["plan"]
        pieces = [_named("plan", plan.spelt)] if plan.version > told else []
        if anew:
            pieces.append(b'"callbacks":[]')
        key = ("lines", told)
        if key not in self._messages:
            self._messages[key] = b",".join(self._bare_lines.since(told))
        if (lines := self._messages[key]) or anew:
            pieces.append(b'"lines":[%b]' % (lines or b""))
        if anew or (seat is not None and seat.version > told):
            pieces.append(b'"agents":[%b]' % (b"" if seat is None else seat.spelt))
        if anew or theirs.version > told:
            pieces.append(theirs.spelt[1:-1])
        return self._message(pieces, anew=anew)

    def sign(self) -> bytes:
        """A sign of life: nothing but `now`."""
        return b'{"now":%b}' % self._now

    def _message(self, pieces: Collection[bytes], *, anew: bool) -> bytes | None:
        if not pieces:
            return None
        head = [_named("now", self._now), *([b'"whole":true'] if anew else [])]
        return b"{%b}" % b",".join([*head, *pieces])


def spelt(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)  # presences are keys


_NOTHING = Part(spelt({name: [] for name in OWN}), b"", 0)


def _named(name: str, value: bytes) -> bytes:
    return b'"%b":%b' % (name.encode(), value)


def _members(name: str, members: list[bytes], *, anew: bool) -> list[bytes]:
    return [b'"%b":[%b]' % (name.encode(), b",".join(members))] if members or anew else []


def _lasting(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _lasting(part) for name, part in value.items() if name not in PASSING}
    if isinstance(value, list | tuple):
        return [_lasting(part) for part in value]
    return value
