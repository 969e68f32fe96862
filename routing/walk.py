"""The walk: what a call does next, from the plan and what came of the steps before.

A pure interpreter. `begin` gives the first `Position`; `advance` takes what came of its step and gives the next one.
The telephone (`ivr.flow`) and the dry walk (`routing.dry_walk`) both drive this, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, assert_never

from routing import node as nodes
from routing.calendar import Opening
from routing.moment import holds, in_front, line_opening, remembers
from routing.node import Retry
from routing.plan import Plan
from routing.scene import Scene
from routing.steps import (
    Ask,
    Book,
    Booked,
    Came,
    Closed,
    Collect,
    Confirm,
    Enter,
    Entered,
    Finish,
    GaveUp,
    Inquire,
    Listen,
    PassedOn,
    Pressed,
    Rate,
    Recorded,
    Said,
    Say,
    Silent,
    Step,
    TakeMessage,
    Talked,
    Told,
    Untold,
)
from routing.written import STANDARD

RIGHT = "1"
"""The key that takes a number which was read back."""

_ADMITTED = Opening(True, "")


class NotOfThisStep(Exception):
    """What came does not belong to the step at hand: a bug in the driver."""


class Way(NamedTuple):
    """What a call keeps from node to node."""

    line: str | None = None
    """The line last chosen."""
    opening: Opening = _ADMITTED
    """Whether that line admitted the caller."""
    variant: str | None = None
    """The language or dialect that the caller chose; None is the hotline's own."""
    priority: int = 0
    """Points of the call's own."""
    raised: frozenset[str] = frozenset()
    """The nodes that gave them."""
    past: frozenset[tuple[str, int]] = frozenset()
    """Line and limit for which the call was given up before."""
    booked: bool = False
    """A callback was booked, and nothing was done for the caller since."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a call is in its plan."""

    step: Step
    way: Way
    silent: int = 0
    """How often in a row this node met silence."""
    wrong: int = 0
    """How often in a row this node met a wrong key."""
    item: int = 0
    """Which recording of a library is heard."""
    about: str | None = None
    """The line that the caller is asked about: the same as lately?"""

    @property
    def line(self) -> str | None:
        return self.way.line


def begin(plan: Plan, scene: Scene) -> Position:
    """The first step of a call that arrives now."""
    direct = plan.hotline.direct
    start = direct.start if direct is not None and direct.on else plan.hotline.start
    front = in_front(plan, scene)
    if front is None:
        return _go(plan, start, scene, Way(), ())
    return _go(plan, front.then or start, scene, Way(), front.say)


def entering(plan: Plan, line: str, scene: Scene, variant: str | None, priority: int) -> tuple[Position, Enter]:
    """Where a caller is who was called back for a line, whatever its hours."""
    way = Way(line, line_opening(plan, line, scene), variant, priority)
    step = _enter(plan, line, way, ())
    return Position(step, way), step


def at_node(plan: Plan, node: str, scene: Scene, way: Way | None = None) -> Position | None:
    """The beginning of a node or line, whatever led there; None when the plan has none of that name to stand at."""
    if node in plan.lines:
        way = (way or Way())._replace(line=node, opening=line_opening(plan, node, scene))
        return Position(_enter(plan, node, way, ()), way)
    if node not in plan.nodes:
        return None
    try:
        return _go(plan, node, scene, way or Way())
    except KeyError:
        return None  # what it speaks of is no more


def waiting_on(plan: Plan, line: str, scene: Scene, way: Way | None = None) -> Position:
    """Where a caller is who waits on a line, whatever its hours: they heard its notice and its welcome."""
    way = (way or Way())._replace(line=line, opening=line_opening(plan, line, scene))
    return Position(replace(_enter(plan, line, way, ()), prompts=(), welcome=()), way)


def advance(plan: Plan, position: Position, came: Came, scene: Scene) -> Position | None:
    """The next position; None when the call is over. Raises NotOfThisStep."""
    way, step = position.way, position.step
    match step, came:
        case Finish(), Said():
            return None
        case TakeMessage(thanks=thanks), Recorded(left):
            return replace(position, step=Finish(step.node, thanks, left=True)) if left and thanks else None
        case Enter(line), Talked():
            survey = plan.survey_of(line)
            return None if survey is None else _go(plan, survey, scene, way)
        case Enter(), PassedOn(line, heard=True):  # admitted before, whatever the hour is now
            way = way._replace(line=line)
            return Position(replace(_enter(plan, line, way, ()), prompts=(), welcome=()), way)
        case Enter(), PassedOn(line):
            return _go(plan, line, scene, way)
        case Enter(line), GaveUp(limit):
            return _given_up(plan, line, limit, scene, way)
        case Enter(line, keys=keys), Pressed(key) if key in keys:
            return _go(plan, plan.lines[line].keys[key], scene, way)
        case Enter(line), Closed():
            over = Opening(False, line_opening(plan, line, scene).why)
            return _go(plan, plan.lines[line].closed, scene, way._replace(opening=over))
        case ((Say() | Listen() | Inquire()), Pressed("0")) | (Inquire(), Told("0")):
            return _go(plan, plan.hotline.person, scene, way)
    if isinstance(step, Enter):
        raise NotOfThisStep(f"{came} after {step}")
    node = plan.nodes[step.node]
    match step, came, node:
        case Say(), Said(), nodes.Say(then=then) | nodes.Variant(then=then):
            return _go(plan, then, scene, way)
        case Ask(), Pressed(key), nodes.Menu():
            return _chosen(plan, position, node, key, scene)
        case Ask(), Silent(), nodes.Menu():
            return _again(plan, position, node.silence or plan.hotline.silence, scene, silent=True)
        case Ask(), Pressed(), nodes.Recall() if position.about is not None:
            return _go(plan, position.about, scene, way)
        case Ask(), Pressed() | Silent(), nodes.Recall():
            return _go(plan, node.then, scene, way)
        case Book(line=line), Booked(), nodes.Callback(booked=booked):
            booked_way = way._replace(line=line, opening=line_opening(plan, line, scene), booked=True)
            return _go(plan, node.then, scene, booked_way, booked)
        case Book(), Pressed() | Silent(), nodes.Callback():
            return _go(plan, node.otherwise, scene, way)
        case Inquire(), Told() | Pressed() | Silent(), nodes.Status():
            return _go(plan, node.then, scene, way)
        case Inquire(), Untold(), nodes.Status():
            return _go(plan, node.otherwise, scene, way)
        case Collect(), Entered(digits), nodes.Ask():
            return _entered(plan, position, node, digits, scene)
        case Confirm(digits=digits), Pressed(key), nodes.Ask() if key == RIGHT:
            return _go(plan, _leads(node, digits), scene, way)
        case Confirm(), Pressed() | Silent(), nodes.Ask():
            rule = node.wrong or plan.hotline.wrong
            return _again(plan, position, rule.model_copy(update={"say": ()}), scene, silent=False)
        case Listen(), _, nodes.Information():
            return _listened(plan, position, node, came, scene)
        case Rate(), Pressed(key), nodes.Survey() if key not in node.answers and not position.wrong:
            return _again(
                plan, position, Retry(say=plan.hotline.wrong.say, tries=2, then=node.then), scene, silent=False
            )
        case Rate(), Pressed() | Silent(), nodes.Survey():
            return _go(plan, node.then, scene, way)
    raise NotOfThisStep(f"{came} after {step}")


def _given_up(plan: Plan, line: str, limit: int | None, scene: Scene, way: Way) -> Position:
    """Where a limit of the line leads, or its overflow: also for one that this plan does not have, but a newer one."""
    limits = plan.lines[line].limits
    if limit is None or limit >= len(limits):
        return _go(plan, plan.lines[line].overflow, scene, way)
    return _go(plan, limits[limit].then, scene, way._replace(past=way.past | {(line, limit)}))


def _chosen(plan: Plan, position: Position, menu: nodes.Menu, key: str, scene: Scene) -> Position:
    target = menu.keys.get(key) or (plan.hotline.person if key == "0" else None)
    if target is not None:
        return _go(plan, target, scene, position.way)
    return _again(plan, position, menu.wrong or plan.hotline.wrong, scene, silent=False)


def _entered(plan: Plan, position: Position, node: nodes.Ask, digits: str, scene: Scene) -> Position:
    if not digits:
        return _again(plan, position, node.silence or plan.hotline.silence, scene, silent=True)
    if digits == "0" and node.digits.least > 1:
        return _go(plan, plan.hotline.person, scene, position.way)
    if len(digits) < node.digits.least:
        return _again(plan, position, node.wrong or plan.hotline.wrong, scene, silent=False)
    if not node.choices:
        return _go(plan, _leads(node, digits), scene, position.way)
    said, choices = (plan.said(words, position.way.variant) for words in (node.confirm, node.choices))
    return replace(position, step=Confirm(position.step.node, said, digits, choices, _wait(plan, node.wait)))


def _leads(node: nodes.Ask, digits: str) -> str:
    """Where a number leads: by the longest of the first digits that are written."""
    prefix = max((prefix for prefix in node.leads if digits.startswith(prefix)), key=len, default=None)
    return node.then if prefix is None else node.leads[prefix]


def _listened(plan: Plan, position: Position, node: nodes.Information, came: Came, scene: Scene) -> Position:
    item = position.item
    match came:
        case Pressed(key) if key == node.repeat:
            return _listen(plan, position, node, item)
        case Pressed(key) if key == node.next and item + 1 < len(node.information):
            return _listen(plan, position, node, item + 1)
        case Pressed(key) if key not in (node.next, node.back):
            return _again(
                plan, position, plan.hotline.wrong.model_copy(update={"then": node.then}), scene, silent=False
            )
        case Pressed() | Silent():
            return _go(plan, node.then, scene, position.way)
    raise NotOfThisStep(f"{came} after {position.step}")


def _listen(plan: Plan, position: Position, node: nodes.Information, item: int) -> Position:
    step = _first_step(plan, position.step.node, position.way, (), item)
    return Position(step, position.way, item=item)


def _again(plan: Plan, position: Position, rule: Retry, scene: Scene, *, silent: bool) -> Position:
    """Ask again, or go where the rule leads when that was tried often enough."""
    tries = (position.silent if silent else position.wrong) + 1
    if tries >= rule.tries:
        return _go(plan, rule.then, scene, position.way, rule.last)
    step = _first_step(plan, position.step.node, position.way, rule.say, position.item)
    if silent:
        return replace(position, step=step, silent=tries)
    return replace(position, step=step, wrong=tries)


# ── arriving ────────────────────────────────────────────────────────────────


def _go(plan: Plan, target: str, scene: Scene, way: Way, first: tuple[str, ...] = ()) -> Position:
    """Arrive at a node or a line, through everything on the way where nothing is said.

    A closed line leads on to its `closed` node, and is remembered. `first` is said before the next thing.
    """
    while True:
        if target in plan.lines:
            way = way._replace(line=target, opening=line_opening(plan, target, scene))
            if way.opening.open:
                way = way._replace(booked=False)
                return Position(_enter(plan, target, way, first), way)
            target = plan.lines[target].closed
            continue
        match plan.nodes[target]:
            case nodes.Switch() as switch:
                target = next((case.then for case in switch.switch if holds(plan, case, scene)), switch.otherwise)
            case nodes.Variant(say=(), then=then) as chosen:
                way, target = way._replace(variant=_variant(chosen)), then
            case nodes.Priority(priority=points, then=then):
                if target not in way.raised:
                    way = way._replace(priority=way.priority + points, raised=way.raised | {target})
                target = then
            case nodes.Callback() as callback if _calls_back(plan, callback, scene, way) is None:
                target = callback.otherwise
            case nodes.Recall() as recall if not remembers(recall, scene):
                target = recall.then
            case _:
                break
    match plan.nodes[target]:
        case nodes.Variant() as chosen:
            way = way._replace(variant=_variant(chosen))
        case nodes.Recall(recall=questions, key=key, wait=wait) if scene.last is not None:
            about = scene.last[0]
            question = plan.said(first + questions[about], way.variant)
            return Position(Ask(target, question, _wait(plan, wait), frozenset(key)), way, about=about)
        case nodes.Callback() as callback if (line := _calls_back(plan, callback, scene, way)) is not None:
            return Position(_book(plan, target, callback, line, way, first), way)
    return Position(_first_step(plan, target, way, first), way)


def _first_step(plan: Plan, name: str, way: Way, first: tuple[str, ...], item: int = 0) -> Step:
    """What a node asks for first, `first` being said before it."""

    def said(prompts: tuple[str, ...]) -> tuple[str, ...]:
        return plan.said(prompts, way.variant)

    node = plan.nodes[name]
    match node:
        case nodes.Menu():
            return Ask(name, said(first + node.menu), _wait(plan, node.wait))
        case nodes.Ask():
            return Collect(name, said(first + node.ask), node.digits.most, node.terminator, _wait(plan, node.wait))
        case nodes.Information():
            heard = (node.information[item], *node.choices)
            return Listen(name, said(first + heard), _wait(plan, node.wait))
        case nodes.Status():
            return _inquire(plan, name, node, way, first)
        case nodes.Survey():
            return Rate(name, said(first + node.survey), _wait(plan, node.wait), way.line)
        case nodes.Say() | nodes.Variant():
            return Say(name, said(first + node.say))
        case nodes.Message():
            return TakeMessage(name, said(first + node.message), node.limit, node.silence, said(node.thanks))
        case nodes.End():
            return Finish(name, said(first + node.end))
        case nodes.Switch() | nodes.Recall() | nodes.Priority() | nodes.Callback():
            raise NotOfThisStep(name)
        case _:
            assert_never(node)


def _enter(plan: Plan, line: str, way: Way, first: tuple[str, ...]) -> Enter:
    rule = plan.lines[line]
    notice = rule.notice if rule.record else ()
    said, welcome = (plan.said(words, way.variant) for words in (first + notice, rule.connecting))
    return Enter(
        line,
        said,
        welcome,
        plan.passed_outside(line),
        way.opening,
        priority=way.priority,
        keys=frozenset(rule.keys),
        refuse=rule.refuse,
        language=way.variant,
        past=frozenset(limit for given_up_by, limit in way.past if given_up_by == line),
    )


def _calls_back(plan: Plan, node: nodes.Callback, scene: Scene, way: Way) -> str | None:
    """The line that would call back; None when it calls nobody back, or is closed."""
    line = node.line or way.line
    if line is None or plan.lines[line].callback is None or not line_opening(plan, line, scene).open:
        return None
    return line


def _book(plan: Plan, name: str, node: nodes.Callback, line: str, way: Way, first: tuple[str, ...]) -> Book:
    prompts = (first + node.callback, node.own, node.other, node.choices, node.refused)
    said, own, other, choices, refused = (plan.said(words, way.variant) for words in prompts)
    return Book(name, said, line, own, other, choices, refused, _wait(plan, node.wait))


def _inquire(plan: Plan, name: str, node: nodes.Status, way: Way, first: tuple[str, ...]) -> Inquire:
    def said(prompts: tuple[str, ...]) -> tuple[str, ...]:
        return plan.said(prompts, way.variant)

    return Inquire(
        name,
        said(first + node.status),
        last_four=said(node.last_four),
        unmatched=said(node.unmatched),
        choices=said(node.choices),
        unavailable=said(node.unavailable),
        nothing_heard=said(plan.hotline.silence.say),
        wait=_wait(plan, node.wait),
        mistakes=node.mistakes,
        mistakes_an_hour=node.mistakes_an_hour,
        mistakes_a_day=node.mistakes_a_day,
    )


def _variant(node: nodes.Variant) -> str | None:
    return None if node.variant == STANDARD else node.variant


def _wait(plan: Plan, own: float | None) -> float:
    return plan.hotline.wait if own is None else own
