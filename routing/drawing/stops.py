"""The stops of a plan, in words: what each node, line and message says, and where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from routing import node as nodes
from routing.calendar import SHANGHAI, opening
from routing.drawing.captions import (
    around_the_clock,
    condition,
    digits_words,
    duration,
    hours_words,
    limit_words,
    line_name,
    never_closed,
    rules_of,
    staff_words,
    workday_hours,
)
from routing.drawing.lettering import clean, shorten
from routing.drawing.stop import Kind, Lane, Stop, Tone, Way
from routing.labels import key_labels
from routing.node import Node, Retry
from routing.plan import FrontMessage, LineRule, Plan


def _together(ways: Iterable[Way]) -> tuple[Way, ...]:
    """One way to each target, with all the keys that lead there."""
    found: dict[tuple[str, bool], Way] = {}
    for way in ways:
        slot = (way.target, bool(way.keys))
        if (known := found.get(slot)) is None:
            found[slot] = way
            continue
        label = known.label if way.keys or way.label == known.label else f"{known.label}；或{way.label}"
        found[slot] = replace(known, keys=known.keys + way.keys, label=label)
    return tuple(found.values())


def _retry(plan: Plan, label: str, rule: Retry) -> Lane:
    times = f"{label} {rule.tries} 次" if rule.tries > 1 else label
    return Lane(times, tuple(plan.texts((*rule.say, *rule.last))), rule.then)


def _retries(plan: Plan, silence: Retry | None, wrong: Retry | None) -> tuple[Lane, ...]:
    """The rules that a node has for itself."""
    named = (("不按键", silence), ("按错", wrong))
    return tuple(_retry(plan, label, rule) for label, rule in named if rule is not None)


_GREETINGS = ("您好", "你好", "对不起", "抱歉", "很抱歉")


def _heading(words: Sequence[str], otherwise: str) -> str:
    """The first words that say something, as a name for what has none."""
    clauses = [clause for text in words for clause in re.split("[，。；：！？,.;:!?]", clean(text)) if clause.strip()]
    found = next((clause.strip() for clause in clauses if clause.strip() not in _GREETINGS), otherwise)
    return otherwise if "按" in found else shorten(found, 1, 11)


def node_stop(plan: Plan, id: str, node: Node) -> Stop:
    """A node as it is drawn."""
    match node:
        case nodes.Menu():
            return _menu(plan, id, node)
        case nodes.Say(say=say, then=then):
            words = tuple(plan.texts(say))
            return Stop(id, Kind.SAY, _heading(words, "语音"), words=words, ways=(Way((), "", then),))
        case nodes.Ask():
            labelled = "其他号码" if node.leads else ""
            ways = [*(Way((digits,), "", to, digits=True) for digits, to in node.leads.items())]
            return Stop(
                id,
                Kind.ASK,
                "输入号码",
                words=tuple(plan.texts(node.ask)),
                notes=(digits_words(node),),
                ways=_together([*ways, Way((), labelled, node.then)]),
                lanes=_retries(plan, node.silence, node.wrong),
            )
        case nodes.Information(information=recordings, choices=choices, then=then):
            keys = (("重听", node.repeat), ("下一条", node.next), ("返回", node.back))
            told = "，".join(f"按 {key} {what}" for what, key in keys if key is not None)
            return Stop(
                id,
                Kind.INFORMATION,
                f"信息 {len(recordings)} 条",
                words=tuple(plan.texts(recordings)),
                notes=(told,) if told else (),
                rules=tuple(plan.texts(choices)),
                ways=(Way((), "听完", then),),
            )
        case nodes.Switch(switch=cases, otherwise=otherwise):
            ways = [*(Way((), condition(plan, case), case.then) for case in cases), Way((), "否则", otherwise)]
            return Stop(id, Kind.SWITCH, "判断", ways=_together(ways))
        case nodes.Recall(recall=lines, days=days, key=key, then=then):
            ways = [Way((key,), f"上次是{line_name(plan, line)}", line) for line in lines]
            return Stop(
                id,
                Kind.RECALL,
                "再次来电",
                words=tuple(text for said in lines.values() for text in plan.texts(said)),
                notes=(f"{days} 天内通过话的来电者才会听到",),
                ways=_together([*ways, Way((), "其他", then)]),
            )
        case nodes.Variant(variant=variant, say=say, then=then):
            return Stop(
                id,
                Kind.VARIANT,
                f"语言 {variant}",
                words=tuple(plan.texts(plan.said(say, variant))),
                ways=(Way((), "", then),),
            )
        case nodes.Priority(priority=points, then=then):
            name = f"优先 {points:+d}" if points else "优先 0"
            return Stop(id, Kind.PRIORITY, name, ways=(Way((), "", then),))
        case nodes.Callback():
            return _callback(plan, id, node)
        case nodes.Status():
            return _status(plan, id, node)
        case nodes.Survey(survey=words, answers=answers, then=then):
            told = "，".join(f"{key} {answer}" for key, answer in answers.items())
            return Stop(
                id, Kind.SURVEY, "满意度", words=tuple(plan.texts(words)), notes=(told,), ways=(Way((), "", then),)
            )
        case nodes.Message(message=words, limit=limit, silence=silence, thanks=thanks):
            limits = f"最长 {duration(limit)}，静默 {duration(silence)}结束"
            return Stop(id, Kind.MESSAGE, "留言", words=tuple(plan.texts((*words, *thanks))), notes=(limits,))
        case nodes.End(end=end):
            words = tuple(plan.texts(end))
            return Stop(id, Kind.END, _heading(words, "挂机"), words=words, notes=("说完挂机",))
    assert_never(node)


def _menu(plan: Plan, id: str, menu: nodes.Menu) -> Stop:
    words = tuple(plan.texts(menu.menu))
    labels = key_labels(words)
    keys = dict(menu.keys)
    keys.setdefault("0", plan.hotline.person)
    labels.setdefault("0", "人工服务") if keys["0"] == plan.hotline.person else None
    ways = [
        Way((key,), labels.get(key, line_name(plan, target) if target in plan.lines else ""), target)
        for key, target in sorted(keys.items(), key=lambda pair: "123456789*#0".index(pair[0]))
    ]
    return Stop(
        id,
        Kind.MENU,
        _heading(words, "菜单"),
        words=words,
        ways=_together(ways),
        lanes=_retries(plan, menu.silence, menu.wrong),
    )


def _callback(plan: Plan, id: str, node: nodes.Callback) -> Stop:
    words = (*node.callback, *node.own, *node.other, *node.choices, *node.refused, *node.booked)
    line = () if node.line is None else (f"由{line_name(plan, node.line)}回拨",)
    return Stop(
        id,
        Kind.CALLBACK,
        "预约回拨",
        words=tuple(plan.texts(words)),
        notes=line,
        ways=_together([Way((), "已预约", node.then), Way((), "不预约", node.otherwise)]),
    )


def _status(plan: Plan, id: str, node: nodes.Status) -> Stop:
    words = (*node.status, *node.last_four, *node.unmatched, *node.choices, *node.unavailable)
    limits = f"错 {node.mistakes} 次为止；同一号码每小时 {node.mistakes_an_hour} 次，每天 {node.mistakes_a_day} 次"
    return Stop(
        id,
        Kind.STATUS,
        "办理结果查询",
        words=tuple(plan.texts(words)),
        notes=(limits,),
        ways=_together([Way((), "听完或返回", node.then), Way((), "查不到", node.otherwise)]),
    )


def line_stop(plan: Plan, id: str, at: datetime | None) -> Stop:
    """A line as it is drawn; closed, when it is at an instant."""
    rule, hours = plan.lines[id], plan.hours_of(id)
    staff = [staff_words(plan, id), *(["录音"] if rule.record else [])]
    lanes = [] if never_closed(plan.calendar, hours) else [Lane("非服务时间", (), rule.closed)]
    lanes += (Lane(limit_words(limit), (), limit.then) for limit in rule.limits)
    lanes.append(Lane(f"{duration(rule.maximum_wait)}未接通", (), rule.overflow))
    lanes += _while_waiting(rule)
    if (survey := plan.survey_of(id)) is not None:
        lanes.append(Lane("通话之后", (), survey))
    return Stop(
        id,
        Kind.LINE,
        rule.name,
        named=True,
        words=tuple(plan.texts((*rule.notice, *rule.connecting))),
        notes=(rule.owner, hours_words(plan.calendar, hours), " · ".join(staff)),
        lanes=tuple(lanes),
        rules=tuple(rules_of(rule)),
        tone=_tone(plan, hours, at),
        hours=hours,
    )


def _while_waiting(rule: LineRule) -> Iterator[Lane]:
    """Where the keys of a waiting caller lead."""
    for target in dict.fromkeys(rule.keys.values()):
        keys = "、".join(key for key, to in rule.keys.items() if to == target)
        yield Lane(f"等候时按 {keys}", (), target)


def _tone(plan: Plan, hours: str, at: datetime | None) -> Tone:
    if at is not None and not opening(plan.calendar, hours, at).open:
        return Tone.CLOSED
    if around_the_clock(plan.calendar, hours):
        return Tone.ALWAYS
    return Tone.WORKDAYS if workday_hours(plan.calendar, hours) else Tone.OTHER


def front_stop(plan: Plan, id: str, front: FrontMessage, at: datetime | None) -> Stop:
    """A front message as it is drawn: whether it is on depends on the instant."""
    times = [f"自 {front.since.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"] if front.since else []
    times += [f"至 {front.until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"] if front.until else []
    on = at is not None and front.holds(at)
    told = " ".join(times) or "由值班人员开启"
    return Stop(
        id,
        Kind.FRONT,
        id.removeprefix("+front-"),
        named=True,
        words=tuple(plan.texts(front.say)),
        notes=(f"{told}（正在播报）" if on else told,),
        ways=(Way((), "播完", front.then or _first(plan)),),
    )


def _first(plan: Plan) -> str:
    direct = plan.hotline.direct
    return direct.start if direct is not None and direct.on else plan.hotline.start


def hotline_stop(plan: Plan, id: str) -> Stop:
    """The number, where calls come in."""
    direct = plan.hotline.direct is not None and plan.hotline.direct.on
    way = Way((), "直通" if direct else "", _first(plan))
    return Stop(id, Kind.NUMBER, plan.hotline.number, named=True, notes=(plan.hotline.name,), ways=(way,))


def rules_stop(plan: Plan, id: str) -> Stop:
    """What holds everywhere."""
    hotline = plan.hotline
    lanes = [
        Lane("随时按 0", (), hotline.person),
        _retry(plan, "不按键", hotline.silence),
        _retry(plan, "按错", hotline.wrong),
    ]
    if hotline.survey is not None:
        lanes.append(Lane("通话之后", (), hotline.survey))
    if hotline.direct is not None:
        off = (
            Lane("平时（未用）", (), hotline.start)
            if hotline.direct.on
            else Lane("直通（未开）", (), hotline.direct.start),
        )
        lanes += off
    lanes += [Lane(f"语言 {name}", (f"{len(texts)} 条另有说法或录音",)) for name, texts in plan.variants.items()]
    return Stop(id, Kind.RULES, "通用规则", named=True, lanes=tuple(lanes))
