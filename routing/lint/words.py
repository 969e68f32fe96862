"""Lint of the words that callers hear, against the keys that they may press."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from routing.lint.told import keys_told, seconds
from routing.lint.ways import SILENT, beginnings, reached, reaching, ways
from routing.node import Ask, Callback, End, Information, Menu, Message, Node, Recall, Say, Status, Survey, Variant
from routing.plan import Plan, in_variant
from routing.reading.problem import Path, Place, Places, Problem, found

LEAST_WAIT = 3.0
"""Seconds for a key; whoever holds the phone to the ear has to take it down first."""

_UNFINISHED = re.compile(r"\b(?:TODO|TBD|FIXME|XX+)\b|[×Ｘ○]{2,}|_{3,}|[（(【]待[定补填写][^）)】]*[）)】]")
"""What people put where words are still to come."""

_ALWAYS = frozenset({"0"})


class _Choice(NamedTuple):
    """Words, and the keys that may be pressed after them."""

    path: Path
    prompts: tuple[str, ...]
    keys: frozenset[str]
    must_tell: bool = True
    wait: float | None = None
    timed: bool = True
    """Callers have to hear it out before they can do anything; advice that they asked for may take its time."""


def words_and_keys(plan: Plan, places: Places, sounds: Container[str] | None) -> Iterator[Problem]:
    greetings = reached(ways(plan), beginnings(plan), ("on",))
    for name, node in plan.nodes.items():
        yield from _says_nothing(name, node, places)
        for choice in _choices(plan, name, node):
            yield from _keys(plan, places, choice)
            if choice.timed or name in greetings:
                yield from _length(plan, places, name, choice)
            yield from _hurried(places.of((*choice.path[:2], "wait")), name, choice.wait)
        match node:
            case Menu(keys=keys) if len(keys.keys() - _ALWAYS) > plan.lint.most_keys:
                yield found(places.of_key(("nodes", name, "keys")), "too-many-keys", name=name,
                            count=len(keys.keys() - _ALWAYS), most=plan.lint.most_keys)  # fmt: skip
            case Ask(leads=leads, digits=digits):
                for lead in leads:
                    if len(lead) > digits.most:
                        place = places.of_key(("nodes", name, "leads", lead))
                        yield found(place, "never-matches", digits=lead, most=digits.most)
    for name in plan.lines:
        for choice in _while_waiting(plan, name):
            yield from _keys(plan, places, choice)
    yield from _hurried(places.of(("hotline", "wait")), "hotline", plan.hotline.wait)
    for name, front in plan.front.items():
        if not front.say:
            yield found(places.of_key(("front", name)), "says-nothing", name=name)
    yield from _unfinished(plan, places)
    yield from _zero(plan, places)
    yield from _unsounded(plan, places, sounds)


def _hurried(place: Place, name: str, wait: float | None) -> Iterator[Problem]:
    if wait == 0:
        yield found(place, "no-time", name=name, key="wait")
    elif wait is not None and wait < LEAST_WAIT:
        yield found(place, "hurried", name=name, seconds=f"{wait:g}", least=f"{LEAST_WAIT:g}")


def _says_nothing(name: str, node: Node, places: Places) -> Iterator[Problem]:
    match node:
        case Callback(callback=()):
            yield found(places.of_key(("nodes", name)), "says-nothing", name=name)
        case Menu(menu=()) | Say(say=()) | Ask(ask=()) | Survey(survey=()) | Message(message=()) | End(end=()):
            yield found(places.of_key(("nodes", name)), "says-nothing", name=name)
        case Status(status=()):
            yield found(places.of_key(("nodes", name)), "says-nothing", name=name)
        case Recall(recall=lines):
            for line, prompts in lines.items():
                if not prompts:
                    yield found(places.of_key(("nodes", name, "recall", line)), "says-nothing", name=name)


def _choices(plan: Plan, name: str, node: Node) -> Iterator[_Choice]:
    at: Path = ("nodes", name)
    match node:
        case Menu(menu=said, keys=keys, wait=wait):
            yield _Choice((*at, "menu"), said, frozenset(keys), wait=wait)
        case Information(choices=choices, repeat=again, next=onward, back=back, wait=wait):
            keys_of = frozenset(key for key in (again, onward, back) if key is not None)
            yield _Choice((*at, "choices"), choices, keys_of, must_tell=bool(choices), wait=wait)
        case Recall(recall=lines, key=key, wait=wait, then=then):
            onward_keys = _keys_ahead(plan, then) or frozenset()
            for line, said in lines.items():
                choice = _Choice((*at, "recall", line), said, frozenset({key}), wait=wait)
                yield from _with_others(plan, choice, onward_keys)
        case Survey(survey=said, answers=answers, wait=wait):
            yield _Choice((*at, "survey"), said, frozenset(answers), wait=wait)
        case Ask(ask=said, choices=choices, wait=wait):
            yield _Choice((*at, "ask"), said, frozenset("0123456789*#"), must_tell=False, wait=wait)
            yield _Choice((*at, "choices"), choices, frozenset("0123456789*#"), must_tell=False)
        case Status(status=said, choices=choices, wait=wait):
            yield _Choice((*at, "status"), said, frozenset("0123456789*#"), must_tell=False, wait=wait)
            yield _Choice((*at, "choices"), choices, frozenset("1*0"), must_tell=False)
        case Say(say=said, then=then) | Variant(say=said, then=then):
            ahead = _keys_ahead(plan, then)
            kept = frozenset("123456789*#") if ahead is None else ahead
            yield _Choice((*at, "say"), said, kept, must_tell=False, timed=False)
        case Message(message=said):
            yield _Choice((*at, "message"), said, frozenset("#"), must_tell=False, timed=False)
        case _:
            pass


def _while_waiting(plan: Plan, name: str) -> Iterator[_Choice]:
    """What a waiting caller is told, against the keys that the line has for them."""
    line = plan.lines[name]
    for field, said, own in (
        ("busy", plan.busy_of(name), line.busy is not None),
        ("comfort", plan.comfort_of(name), line.comfort is not None),
    ):
        path: Path = ("lines", name, field) if own else ("lines", name, "keys") if line.keys else ("hotline", field)
        yield _Choice(path, said, frozenset(line.keys), must_tell=field == "busy", timed=False)


def _with_others(plan: Plan, choice: _Choice, others: frozenset[str]) -> Iterator[_Choice]:
    """A question whose other keys are kept for what follows must tell its own and may tell those."""
    told = keys_told(_words(plan, choice.prompts, None))
    yield choice._replace(keys=choice.keys | (others & told))


def _keys_ahead(plan: Plan, name: str) -> frozenset[str] | None:
    """The keys of the next menu that a key typed ahead gets to; None when that can't be told."""
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        match plan.nodes.get(name):
            case Say(then=then) | Variant(then=then):
                name = then
            case Menu(keys=keys):
                return frozenset(keys)
            case Message():
                return frozenset("#")
            case End():
                return frozenset()
            case _:
                return frozenset() if name in plan.lines else None
    return None


def _words(plan: Plan, prompts: tuple[str, ...], variant: str | None) -> str:
    return "，".join(plan.words[sound] for sound in plan.said(prompts, variant) if sound in plan.words)


def _keys(plan: Plan, places: Places, choice: _Choice) -> Iterator[Problem]:
    place = places.of(choice.path)
    for variant in (None, *plan.variants):
        if variant is not None and not any(prompt in plan.variants[variant] for prompt in choice.prompts):
            continue
        told = keys_told(_words(plan, choice.prompts, variant))
        if nowhere := sorted(told - choice.keys - _ALWAYS):
            prompt = next(
                (one for one in choice.prompts if keys_told(_words(plan, (one,), variant)) & set(nowhere)),
                choice.prompts[0],
            )
            name = prompt if variant is None else in_variant(prompt, variant)
            yield found(place, "key-nowhere", prompt=name, keys=", ".join(nowhere))
        untold = sorted(choice.keys - told - _ALWAYS)
        if choice.must_tell and untold and _all_known(plan, choice.prompts):
            where = f" ({variant})" if variant is not None else ""
            yield found(place, "key-untold", keys=", ".join(untold), variant=where)


def _all_known(plan: Plan, prompts: tuple[str, ...]) -> bool:
    return bool(prompts) and all(prompt in plan.prompts for prompt in prompts)


def _length(plan: Plan, places: Places, name: str, choice: _Choice) -> Iterator[Problem]:
    longest = max((seconds(_words(plan, choice.prompts, variant)) for variant in (None, *plan.variants)), default=0.0)
    if longest > plan.lint.longest_prompt:
        most = f"{plan.lint.longest_prompt:g}"
        yield found(places.of(choice.path), "long-prompt", name=name, seconds=round(longest), most=most)


def _zero(plan: Plan, places: Places) -> Iterator[Problem]:
    """`0` should lead to a person from every menu, and the words should say so.

    Not in menus that those meet who asked for a person already: there it was of no use.
    """
    on = ways(plan)
    for name, node in plan.nodes.items():
        if isinstance(node, Recall) and node.key == "0":
            yield found(places.of(("nodes", name, "key")), "zero-taken", name=name)
    asked = reached(on, [plan.hotline.person], SILENT)
    answered = reaching(on, plan.lines, ("on",))
    for name, node in plan.nodes.items():
        if not isinstance(node, Menu):
            continue
        zero = node.keys.get("0", plan.hotline.person)
        if zero not in on:
            continue
        if (
            "0" in node.keys
            and zero != plan.hotline.person
            and not (zero in answered or isinstance(plan.nodes.get(zero), Message))
        ):
            yield found(places.of(("nodes", name, "keys", "0")), "zero-elsewhere", name=zero)
        elif name not in asked and _all_known(plan, node.menu) and "0" not in keys_told(_words(plan, node.menu, None)):
            yield found(places.of(("nodes", name, "menu")), "zero-untold", name=name)
    if plan.hotline.person in on and not (plan.lines.keys() & asked.keys()):
        yield found(places.of(("hotline", "person")), "nobody-at-zero", name=plan.hotline.person)


def _unfinished(plan: Plan, places: Places) -> Iterator[Problem]:
    texts: list[tuple[Path, str, str]] = [(("prompts", prompt), prompt, text) for prompt, text in plan.prompts.items()]
    texts += [
        (("variants", variant, prompt), prompt, text)
        for variant, own in plan.variants.items()
        for prompt, text in own.items()
    ]
    for path, prompt, text in texts:
        if mark := _UNFINISHED.search(text):
            yield found(places.of(path), "placeholder", name=prompt, mark=mark[0])


def _unsounded(plan: Plan, places: Places, sounds: Container[str] | None) -> Iterator[Problem]:
    if sounds is None:
        return
    for prompt in plan.prompts:
        if prompt not in sounds:
            yield found(places.of_key(("prompts", prompt)), "no-sound", name=prompt)
    for variant, texts in plan.variants.items():
        for prompt in texts:
            if (sound := in_variant(prompt, variant)) not in sounds:
                yield found(places.of_key(("variants", variant, prompt)), "no-sound", name=sound)
