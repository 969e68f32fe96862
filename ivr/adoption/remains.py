"""What is left on the switch of one call whose engine is no more, and whom of it the next one keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.adoption.names import offer_of
from ivr.adoption.unfinished import Unfinished
from ivr.switch import Found, Kind


@dataclass(frozen=True, slots=True)
class Kept:
    """Somebody who talks with the caller, or did when the music began."""

    leg: str
    offer: int
    line: str
    agent: str | None
    noted: bool
    """The journal tells that the talk began."""


@dataclass(frozen=True, slots=True)
class Remains:
    """Channels and bridges of one call."""

    bridge: str | None
    """In which the caller is."""
    kept: tuple[Kept, ...]
    """Who stays with the caller; the first commands."""
    channels: frozenset[str]
    """All of it, the caller's included."""
    let_go: tuple[str, ...]
    """Legs and ears that are hung up: who was asked, who listened in, whose talk was over."""
    drop: tuple[str, ...]
    """Bridges that are taken apart."""
    phones: Mapping[str, str]
    """Phones of ours, by channel."""

    @property
    def together(self) -> bool:
        """Whether who is kept is with the caller already; else the caller hears music, or nothing."""
        return self.bridge is not None and bool(self.kept)


def _newest(kept: list[Kept]) -> list[Kept]:
    """Of an offer whose browser came back at another leg the newest: its name is the longest."""
    newest = {side.offer: side for side in sorted(kept, key=lambda side: (len(side.leg), side.leg))}
    return list(newest.values())


def remains(one: Unfinished, found: Found) -> Remains | None:
    """What is left of a call; None when its caller is not there any more."""
    if one.channel not in found.channels:
        return None
    bridge = next((name for name, members in found.bridges.items() if one.channel in members), None)
    beside = found.bridges[bridge] - {one.channel} if bridge is not None else frozenset()
    owners = tuple(f"{name}{end}" for name in (one.id, one.ticket) if name is not None for end in "-~")
    own = {name for name in found.channels if name.startswith(owners)} | beside
    own.discard(one.channel)
    kept: list[Kept] = []
    for leg in sorted(own):
        stranger = found.channels.get(leg)
        if stranger is None or stranger.kind is Kind.EAR or not stranger.up:
            continue
        offer = offer_of(leg)
        talk = None if offer is None else one.talks.get(offer)
        if offer is not None and talk is not None:
            kept.append(Kept(leg, offer, talk.line, talk.agent, noted=True))
        elif offer is not None and leg in beside and (offered := one.offers.get(offer)) is not None:
            kept.append(Kept(leg, offer, offered.line, offered.agent, noted=False))
    kept = _newest(kept)
    order = list(one.talks)
    kept.sort(key=lambda one_: (order.index(one_.offer) if one_.offer in order else len(order), one_.leg))
    if bridge is not None and not any(side.leg in beside for side in kept):
        beside = frozenset()
    if beside:
        kept = [side for side in kept if side.leg in beside]
    legs = {side.leg for side in kept}
    bridges = {name for name, members in found.bridges.items() if name.startswith(owners) or members & own}
    talk_bridge = bridge if beside else None
    keeps = {talk_bridge} if talk_bridge is not None or not kept else {f"{kept[0].leg}-talk"}
    return Remains(
        talk_bridge,
        tuple(kept),
        frozenset(own | {one.channel}),
        tuple(sorted(own - legs)),
        tuple(sorted(bridges - keeps)),
        {name: phone for name in own if name in found.channels and (phone := found.channels[name].phone) is not None},
    )
