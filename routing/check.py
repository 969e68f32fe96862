"""What a plan's types cannot say: names that lead nowhere, and ways that never end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches

from routing.load import Path, Place, Problem, Unreadable, load
from routing.node import End, Menu, Message, Say
from routing.plan import Plan

NOT_AGENTS = frozenset({"trunk", "leg", "phone", "phone-aor", "global", "system", "transport-udp", "transport-tcp"})
"""Names that the switch's configuration uses itself."""

_Finder = Callable[[Path], Place]


def read_plan(files: Mapping[str, str]) -> Plan:
    """The plan written in `files` (name → text), fit to serve callers. Raises Unreadable with every problem."""
    plan, places = load(files)
    problems = list(check(plan, places))
    if problems:
        raise Unreadable(problems)
    return plan


def check(plan: Plan, places: Mapping[Path, Place]) -> Iterator[Problem]:
    """All problems of a plan whose types are right."""

    def place(path: Path) -> Place:
        while path and path not in places:
            path = path[:-1]
        return places.get(path, Place("config", 1, 1))

    def known(path: Path, name: str | None, names: Iterable[str], what: str) -> Iterator[Problem]:
        names = set(names)
        if name is not None and name not in names:
            near = get_close_matches(name, names, n=1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            yield Problem(place(path), f"no {what} is called `{name}`{meant}")

    for name in sorted(plan.nodes.keys() & plan.lines.keys()):
        yield Problem(place(("lines", name)), f"`{name}` is a node as well; a name leads to one thing only")
    for path, prompt in _prompts(plan):
        yield from known(path, prompt, plan.prompts, "prompt")
    for path, target in _targets(plan):
        yield from known(path, target, plan.nodes.keys() | plan.lines.keys(), "node or line")
    for path, hours in _hours(plan):
        yield from known(path, hours, plan.calendar.hours, "hours")
    for agent, rule in plan.agents.items():
        if agent in NOT_AGENTS:
            yield Problem(
                place(("agents", agent)), f"`{agent}` means something else to Asterisk; name the agent otherwise"
            )
        for line in rule.lines:
            yield from known(("agents", agent, "lines", line), line, plan.lines, "line")
    for line, line_rule in plan.lines.items():
        if line_rule.outside is None and not any(plan.agents_of(line)):
            yield Problem(place(("lines", line)), f"`{line}` has neither agents nor an outside number")
    yield from _rounds(plan, place)


def _prompts(plan: Plan) -> Iterator[tuple[Path, str]]:
    def each(path: Path, prompts: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
        return (((*path, at), prompt) for at, prompt in enumerate(prompts))

    for kind in ("apology", "busy", "comfort"):
        yield from each(("hotline", kind), getattr(plan.hotline, kind))
    for retry in ("silence", "wrong"):
        for part in ("say", "last"):
            yield from each(("hotline", retry, part), getattr(getattr(plan.hotline, retry), part))
    for name, node in plan.nodes.items():
        for kind in ("menu", "say", "message", "thanks", "end"):
            yield from each(("nodes", name, kind), getattr(node, kind, ()))
        for retry in ("silence", "wrong"):
            if (rule := getattr(node, retry, None)) is not None and isinstance(node, Menu):
                yield from each(("nodes", name, retry, "say"), rule.say)
                yield from each(("nodes", name, retry, "last"), rule.last)
    for name, line in plan.lines.items():
        for kind in ("connecting", "busy", "comfort", "notice"):
            yield from each(("lines", name, kind), getattr(line, kind) or ())


def _targets(plan: Plan) -> Iterator[tuple[Path, str]]:
    yield ("hotline", "start"), plan.hotline.start
    yield ("hotline", "person"), plan.hotline.person
    yield ("hotline", "silence", "then"), plan.hotline.silence.then
    yield ("hotline", "wrong", "then"), plan.hotline.wrong.then
    for name, node in plan.nodes.items():
        match node:
            case Menu():
                for key, target in node.keys.items():
                    yield ("nodes", name, "keys", key), target
                for retry, rule in (("silence", node.silence), ("wrong", node.wrong)):
                    if rule is not None:
                        yield ("nodes", name, retry, "then"), rule.then
            case Say(then=then):
                yield ("nodes", name, "then"), then
            case Message() | End():
                pass
    for name, line in plan.lines.items():
        yield ("lines", name, "closed"), line.closed
        yield ("lines", name, "overflow"), line.overflow


def _hours(plan: Plan) -> Iterator[tuple[Path, str | None]]:
    yield ("hotline", "hours"), plan.hotline.hours
    for name, line in plan.lines.items():
        yield ("lines", name, "hours"), line.hours
    for once in ("closures", "openings"):
        for at, entry in enumerate(getattr(plan.calendar, once)):
            for nth, hours in enumerate(entry.hours or ()):
                yield ("calendar", once, at, "hours", nth), hours


def _rounds(plan: Plan, place: _Finder) -> Iterator[Problem]:
    """A caller who presses nothing must come to an end: no way of theirs may lead back to where it began."""
    way: dict[str, list[str]] = {}
    for name, node in plan.nodes.items():
        match node:
            case Menu(silence=silence):
                way[name] = [(silence or plan.hotline.silence).then]
            case Say(then=then):
                way[name] = [then]
            case Message() | End():
                way[name] = []
    for name, line in plan.lines.items():
        way[name] = [line.closed, line.overflow]
    done: set[str] = set()
    for start in way:
        trail: dict[str, Iterator[str]] = {start: iter(way[start])} if start not in done else {}
        while trail:
            name, onward = next(reversed(trail.items()))
            target = next(onward, None)
            if target is None:
                done.add(name)
                del trail[name]
            elif target in trail:
                names = list(trail)
                circle = " → ".join([*names[names.index(target) :], target])
                yield Problem(
                    place(("lines" if target in plan.lines else "nodes", target)),
                    f"a silent caller goes round for ever: {circle}",
                )
            elif target in way and target not in done:
                trail[target] = iter(way[target])
