"""Lint of ways: what nobody meets, and where callers get stuck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from routing.lint.ways import By, Way, beginnings, reached, reaching, ways
from routing.names import is_own_sound, references
from routing.node import Ask, Callback, Information, Menu, Message, Status, Variant
from routing.plan import Plan
from routing.reading.problem import Places, Problem, found
from routing.written import STANDARD

ENGINE_PROMPTS = frozenset({"fallback"})
"""Said by the switch itself when no engine is there, so no file points at them."""

_TOLD_NAMES = 6
_BY_KEYS: tuple[By, ...] = ("key", "on")
_ANSWERED: tuple[By, ...] = ("key", "on", "zero", "silence")


def ways_on(plan: Plan, places: Places) -> Iterator[Problem]:
    on = ways(plan)
    met = _met(plan, on)
    yield from _dead_ends(plan, places, on, met)
    yield from _no_way_out(plan, places, on, met)
    yield from _too_deep(plan, places, on)
    yield from _lacking_variants(plan, places, on)


def unmet(plan: Plan, places: Places) -> Iterator[Problem]:
    """What no caller meets: nodes, lines, prompts, hours, variants."""
    met = _met(plan, ways(plan))
    for section, names in (("nodes", plan.nodes), ("lines", plan.lines)):
        for name in names:
            if name not in met:
                yield found(places.of_key((section, name)), "unreachable", name=name)
    whole = plan.model_dump(mode="python", by_alias=True)
    said = {name for _, name, is_key in references(whole, "prompt") if not is_key}
    for name in plan.prompts:
        if name not in said and name not in ENGINE_PROMPTS and not is_own_sound(name):
            yield found(places.of_key(("prompts", name)), "unused", what="prompt", name=name)
    hours = {name for _, name, _ in references(whole, "hours")}
    for name in plan.calendar.hours:
        if name not in hours:
            yield found(places.of_key(("calendar", "hours", name)), "unused", what="hours", name=name)
    variants = {name for _, name, _ in references(whole, "variant")}
    for name in plan.variants:
        if name not in variants:
            yield found(places.of_key(("variants", name)), "unused", what="variant", name=name)


def _met(plan: Plan, on: Mapping[str, tuple[Way, ...]]) -> Mapping[str, int]:
    """What callers meet. `0` is pressed wherever it can be; a line's ways are met though nobody waits on it."""
    return reached(on, beginnings(plan))


def _dead_ends(
    plan: Plan, places: Places, on: Mapping[str, tuple[Way, ...]], met: Mapping[str, int]
) -> Iterator[Problem]:
    """Who may press keys, but gets to no line and no message by any of them."""
    messages = [name for name, node in plan.nodes.items() if isinstance(node, Message | Callback | Status)]
    fine = reaching(on, (*plan.lines, *messages))
    for name, node in plan.nodes.items():
        if name in met and name not in fine and isinstance(node, Menu | Ask | Information):
            yield found(places.of_key(("nodes", name)), "dead-end", name=name)


def _no_way_out(
    plan: Plan, places: Places, on: Mapping[str, tuple[Way, ...]], met: Mapping[str, int]
) -> Iterator[Problem]:
    """Menus and questions whose keys lead to nothing but to such whose keys lead back."""
    ends = [name for name in on if name in plan.lines or not any(way.by in _BY_KEYS for way in on[name])]
    fine = reaching(on, ends, _BY_KEYS)
    told: set[str] = set()
    for name, node in plan.nodes.items():
        if name in met and name not in fine and name not in told and isinstance(node, Menu | Ask):
            onward = [way.target for way in on[name] if way.by in _BY_KEYS]
            if name not in reached(on, onward, _BY_KEYS):
                continue  # it leads to a round, and is no part of it
            there = list(reached(on, [name], _BY_KEYS))
            told.update(there)
            yield found(places.of_key(("nodes", name)), "no-way-out", round=" → ".join([*there, name]))


def _too_deep(plan: Plan, places: Places, on: Mapping[str, tuple[Way, ...]]) -> Iterator[Problem]:
    """How many menus a caller has to pass at the least, by whatever way; a menu counts itself."""
    begin = [name for name in beginnings(plan) if name in on]
    menus = {name: int(isinstance(plan.nodes.get(name), Menu)) for name in begin}
    level = begin
    while level:
        onward: list[str] = []
        for name in level:
            for way in on[name]:
                if way.by not in _ANSWERED or name in plan.lines:
                    continue
                count = menus[name] + int(isinstance(plan.nodes.get(way.target), Menu))
                if count < menus.get(way.target, 1000):
                    menus[way.target] = count
                    onward.append(way.target)
        level = onward
    for name, count in menus.items():
        if isinstance(plan.nodes.get(name), Menu) and count > plan.lint.deepest:
            yield found(
                places.of_key(("nodes", name)), "too-deep-menus", name=name, count=count, most=plan.lint.deepest
            )


def _lacking_variants(plan: Plan, places: Places, on: Mapping[str, tuple[Way, ...]]) -> Iterator[Problem]:
    """Prompts that callers of a variant may hear and that have no words in it."""
    for variant, texts in plan.variants.items():
        choosing = [name for name, node in plan.nodes.items() if isinstance(node, Variant) and node.variant == variant]
        if not choosing or variant == STANDARD:
            continue
        met = reached(on, choosing)
        heard = _heard(plan, met)
        lacking = [prompt for prompt in plan.prompts if prompt in heard and prompt not in texts]
        if lacking:
            more = ", …" if len(lacking) > _TOLD_NAMES else ""
            names = ", ".join(lacking[:_TOLD_NAMES]) + more
            place = places.of_key(("variants", variant))
            yield found(place, "variant-lacks", name=variant, count=len(lacking), prompts=names)


def _heard(plan: Plan, met: Mapping[str, int]) -> set[str]:
    """The prompts of the hotline, and of the nodes and lines that are met."""
    whole = plan.model_dump(mode="python", by_alias=True)
    return {
        name
        for path, name, is_key in references(whole, "prompt")
        if not is_key and (path[0] == "hotline" or (path[0] in ("nodes", "lines") and path[1] in met))
    }
