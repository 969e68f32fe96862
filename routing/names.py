"""Names that point at other things in the files, and whether those are there.

Looked at as written, not as typed: a node whose `tries` is wrong still tells where its keys lead, and still counts
as a node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from routing.reading.load import Draft
from routing.reading.problem import Path, Problem, found, nearest
from routing.rules.table import ADJUSTABLE, RULES
from routing.written import STANDARD

NOT_AGENTS = frozenset({"trunk", "leg", "phone", "phone-aor", "global", "system", "transport-udp", "transport-tcp"})
"""Names that the switch's configuration uses itself."""

NOT_BREAKS = frozenset({"refused", "unanswered", "unreachable"})
"""Breaks that the floor gives itself."""

OWN_SOUNDS = ("beep", "say-")
"""A sound of the house, and the beginning of the names of all others."""

_RETRIES = ("silence", "wrong")
_NODE_PROMPTS = ("menu", "say", "ask", "confirm", "choices", "information", "survey", "message", "thanks", "end",
                 "callback", "own", "other", "refused", "booked",
                 "status", "last_four", "unmatched", "unavailable")  # fmt: skip

_PROMPTS = (
    *(f"hotline.{key}" for key in ("apology", "busy", "comfort")),
    *(f"hotline.{retry}.{key}" for retry in _RETRIES for key in ("say", "last")),
    *(f"nodes.*.{key}" for key in _NODE_PROMPTS),
    *(f"nodes.*.{retry}.{key}" for retry in _RETRIES for key in ("say", "last")),
    "nodes.*.recall.*",
    *(f"lines.*.{key}" for key in ("connecting", "busy", "comfort", "notice")),
    *(f"lines.*.callback.{key}" for key in ("greeting", "notice")),
    "callers.prove",
    "front.*.say",
    "variants.*.@",
)
_WAYS = (
    *(f"hotline.{key}" for key in ("start", "direct.start", "person", "survey")),
    *(f"hotline.{retry}.then" for retry in _RETRIES),
    *(f"nodes.*.{key}" for key in ("then", "keys.*", "leads.*", "switch.*.then", "otherwise")),
    *(f"nodes.*.{retry}.then" for retry in _RETRIES),
    *(f"lines.*.{key}" for key in ("closed", "overflow", "survey", "limits.*.then", "keys.*")),
    "front.*.then",
)
_HOURS = (
    *("hotline.hours", "lines.*.hours", "agents.*.shift", "nodes.*.switch.*.hours"),
    *(f"calendar.{section}.*.hours" for section in ("closures", "openings")),
)
_LINES = (
    *(f"nodes.*.switch.*.{key}" for key in ("open", "unstaffed", "wait.line")),
    "nodes.*.recall.@",
    "nodes.*.line",
    "agents.*.lines",
    "agents.*.lines.@",
)
_VARIANTS = ("nodes.*.variant", "agents.*.speaks")

REFERENCES: Mapping[str, tuple[str, ...]] = {
    "prompt": _PROMPTS,
    "node or line": _WAYS,
    "hours": _HOURS,
    "line": _LINES,
    "variant": _VARIANTS,
}
"""What is pointed at → where. `*` is any key or place in a list; `.@` means the keys themselves."""


class Reference(NamedTuple):
    """A name, and where it is written."""

    path: Path
    name: str
    is_key: bool


def references(whole: Mapping[str, Any], what: str) -> Iterator[Reference]:
    """All names in the files that point at this kind of thing; a list of names counts as each of them."""
    yield from _follow_all(whole, REFERENCES[what])


def _follow_all(whole: Mapping[str, Any], patterns: Iterable[str]) -> Iterator[Reference]:
    for pattern in patterns:
        yield from _follow(whole, tuple(pattern.split(".")), ())


def _follow(here: Any, pattern: tuple[str, ...], path: Path) -> Iterator[Reference]:
    if not pattern:
        if isinstance(here, str):
            yield Reference(path, here, is_key=False)
        elif isinstance(here, list | tuple):
            yield from (
                Reference((*path, at), name, is_key=False) for at, name in enumerate(here) if isinstance(name, str)
            )
        return
    step, rest = pattern[0], pattern[1:]
    if step == "@" and isinstance(here, Mapping):
        yield from (Reference((*path, key), key, is_key=True) for key in here)
    elif step == "*" and isinstance(here, Mapping):
        for key, value in here.items():
            yield from _follow(value, rest, (*path, key))
    elif step == "*" and isinstance(here, list | tuple):
        for at, value in enumerate(here):
            yield from _follow(value, rest, (*path, at))
    elif isinstance(here, Mapping) and step in here:
        yield from _follow(here[step], rest, (*path, step))


def unknown_names(draft: Draft) -> Iterator[Problem]:
    """Names that lead nowhere. What a file that could not be read may hold is not called unknown."""
    if not draft.names_known:
        return
    whole, places = draft.whole, draft.places
    nodes, lines = _names(whole, "nodes"), _names(whole, "lines")
    calendar = whole.get("calendar")
    there: Mapping[str, set[str] | None] = {
        "prompt": _names(whole, "prompts"),
        "node or line": None if nodes is None or lines is None else nodes | lines,
        "hours": _names(calendar, "hours") if isinstance(calendar, Mapping) else None,
        "line": lines,
        "variant": _names(whole, "variants", absent=set()),
    }
    for what, names in there.items():
        if names is None:
            continue
        if what == "variant":
            names = names | {STANDARD}
        for path, name, is_key in references(whole, what):
            if name not in names and _is_name(name):
                place = places.of_key(path) if is_key else places.of(path)
                hint = "; that is a node" if what == "line" and nodes and name in nodes else ""
                near = None if hint else nearest(name, names)
                yield found(place, "unknown-name", near, what=what, name=name, hint=hint)


def _is_name(name: str) -> bool:
    """Whether it can be a name at all; the types tell of others."""
    return name.replace("-", "").isalnum() and name.isascii() and name == name.lower() and not name[0].isdigit()


def _names(whole: Mapping[str, Any], section: str, absent: set[str] | None = None) -> set[str] | None:
    """The names that a section defines; None when it is unknown what they are."""
    there = whole.get(section)
    if there is None:
        return absent
    return set(there) if isinstance(there, Mapping) else None


def taken_names(draft: Draft) -> Iterator[Problem]:
    """Names that mean two things."""
    whole, places = draft.whole, draft.places
    for name in sorted((_names(whole, "nodes") or set()) & (_names(whole, "lines") or set())):
        yield found(places.of_key(("lines", name)), "two-meanings", name=name)
    for name in sorted((_names(whole, "agents") or set()) & NOT_AGENTS):
        yield found(places.of_key(("agents", name)), "reserved-name", name=name, owner="Asterisk")
    for path, phone, _ in _follow_all(whole, ("agents.*.phones",)):
        if phone in NOT_AGENTS:
            yield found(places.of(path), "reserved-name", name=phone, owner="Asterisk")
    for name in sorted((_names(whole, "breaks") or set()) & NOT_BREAKS):
        yield found(places.of_key(("breaks", name)), "reserved-name", name=name, owner="`hotline`")
    for name in sorted(_names(whole, "prompts") or set()):
        if is_own_sound(name):
            yield found(places.of_key(("prompts", name)), "reserved-name", name=name, owner="`hotline prompts`")
    if STANDARD in (_names(whole, "variants") or set()):
        yield found(places.of_key(("variants", STANDARD)), "reserved-name", name=STANDARD, owner="`variant`")


def is_own_sound(name: str) -> bool:
    """Whether the name belongs to a sound of the house."""
    beep, own = OWN_SOUNDS
    return name == beep or name.startswith(own)


def unknown_rules(draft: Draft) -> Iterator[Problem]:
    """Entries of `lint.rules` that name no rule, or one that is always an error."""
    lint = draft.whole.get("lint")
    rules = lint.get("rules") if isinstance(lint, Mapping) else None
    for name in rules if isinstance(rules, Mapping) else ():
        place = draft.places.of_key(("lint", "rules", name))
        if name not in RULES:
            yield found(place, "unknown-name", nearest(name, ADJUSTABLE), what="rule", name=name, hint="")
        elif name not in ADJUSTABLE:
            yield found(place, "fixed-rule", name=name)
