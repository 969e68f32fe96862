"""What agents saw on the wire: each call at a phone, from its INVITE to the agent's own BYE.

Times are SIPp's, taken with the message in hand, to the microsecond, and the same for whatever switch sent it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.sipp import Exchange, agent_stamps


@dataclass(frozen=True, slots=True)
class Leg:
    """One call at an agent's phone. Unix seconds."""

    agent: str
    number: str
    """The caller's."""
    invited: float
    hung_up: float | None
    """When the agent hung up; None when somebody else did, or nobody answered."""


def legs(here: Exchange) -> list[Leg]:
    """Every leg, by its INVITE's time."""
    folder = here.folder / "agents"
    invited, hung_up = _messages(folder / "messages.log")
    found = {
        stamp.leg: Leg(stamp.agent, stamp.number, invited.get(stamp.leg, stamp.at), hung_up.get(stamp.leg))
        for stamp in agent_stamps(here)
        if stamp.what == "invited"
    }
    return sorted(found.values(), key=lambda leg: leg.invited)


def next_rings(found: Iterable[Leg]) -> list[float]:
    """Seconds from each agent's hang-up to the next INVITE at the same agent."""
    return [
        after.invited - before.hung_up
        for one in _by_agent(found)
        for before, after in pairwise(one)
        if before.hung_up is not None and after.invited >= before.hung_up
    ]


def rung_twice(found: Sequence[Leg]) -> list[str]:
    """In words: agents whose phone rang during a call, and callers for whom a second phone was rung."""
    busy = [
        f"{after.agent} was rung for {after.number} during the call with {before.number}"
        for one in _by_agent(found)
        for before, after in pairwise(one)
        if before.hung_up is None or after.invited < before.hung_up
    ]
    phones = Counter(leg.number for leg in found)
    return busy + [f"{number} was offered to {count} phones" for number, count in phones.items() if count > 1]


def overtaken(found: Iterable[Leg], joined: Sequence[str]) -> dict[str, float]:
    """Callers who were rung for after somebody who had joined later, and by how many seconds."""
    rung = {leg.number: leg.invited for leg in reversed(list(found))}
    late: dict[str, float] = {}
    earliest = float("inf")
    for number in reversed(joined):
        at = rung.get(number, float("inf"))
        if at > earliest:
            late[number] = at - earliest
        earliest = min(earliest, at)
    return late


def _by_agent(found: Iterable[Leg]) -> list[list[Leg]]:
    agents: dict[str, list[Leg]] = defaultdict(list)
    for leg in sorted(found, key=lambda leg: leg.invited):
        agents[leg.agent].append(leg)
    return list(agents.values())


def _messages(path: Path) -> tuple[dict[str, float], dict[str, float]]:
    """First INVITE that came and first BYE that went, by Call-ID, from SIPp's short message log."""
    invited: dict[str, float] = {}
    hung_up: dict[str, float] = {}
    for line in path.read_text().splitlines():
        _, _, at, way, call, _, first = line.split("\t", 6)
        if (way, first[:6]) == ("R", "INVITE"):
            invited.setdefault(call, float(at))
        elif (way, first[:3]) == ("S", "BYE"):
            hung_up.setdefault(call, float(at))
    return invited, hung_up
