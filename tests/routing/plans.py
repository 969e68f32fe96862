"""Plans for tests: a small one as an operator would write it, and any that is fit to serve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from routing.calendar import SHANGHAI
from routing.plan import Plan
from routing.rules.table import ADJUSTABLE
from routing.scene import Scene

SMALL = """\
hotline:
  name: 小热线
  number: 12320
  start: hello
  person: desk
  hours: office
  silence: {say: again, tries: 2, then: desk}
  wrong: {say: no-such-key, tries: 3, then: desk}
  apology: sorry
nodes:
  hello: {say: welcome, then: main}
  main:
    menu: choose
    keys: {1: desk, 2: night, 3: partner, 4: bye}
  bye: {end: goodbye}
  closed: {say: shut, then: message}
  message: {message: speak, thanks: thanks, limit: 1m, silence: 4s}
lines:
  desk: {name: 座席, closed: closed, overflow: message, connecting: connecting, record: true, notice: notice}
  night: {name: 夜班, hours: always, closed: closed, overflow: message, outside: {number: "0221", simultaneous: 2}}
  partner: {name: 合作单位, hours: always, closed: closed, overflow: message, outside: {number: "0222"}}
agents:
  ann: {name: 甲, lines: [desk, night]}
calendar:
  hours:
    office: [{on: workdays, open: ["8:30-16:30"]}]
    always: [{on: every day, open: ["0:00-24:00"]}]
prompts:
  welcome: 您好。
  choose: 请选择。
  again: 没有听到。
  no-such-key: 按键有误。
  sorry: 抱歉。
  goodbye: 再见。
  shut: 现在不是服务时间。
  speak: 请留言。
  thanks: 谢谢。
  connecting: 正在转接。
  notice: 本次通话将被录音。
"""


# ── any plan ────────────────────────────────────────────────────────────────

PIECES = tuple(f"p{number}" for number in range(6))
HOURS = {
    "office": [{"on": "workdays", "open": ["8:30-11:30", "13:00-16:30"]}],
    "always": [{"on": "every day", "open": ["0:00-24:00"]}],
    "expert": [{"on": "2nd thu", "open": ["14:00-16:00"], "holidays": "closed"}],
    "weekend": [{"on": "days off", "open": ["9:00-12:00"]}],
    "never": [],
}
ANY_TIME = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001
TYPED = st.lists(st.sampled_from("0123456789*#.h"), max_size=20)
"""What a caller may type: keys, silence, hanging up."""

_ONE_KEY = st.sampled_from("123456789*#")
_SAID = st.lists(st.sampled_from(PIECES), min_size=1, max_size=2)
_PERHAPS_SAID = st.lists(st.sampled_from(PIECES), max_size=1)
_Targets = st.SearchStrategy[str]


def written_plans() -> st.SearchStrategy[dict[str, Any]]:
    """Any plan that is fit to serve, with every kind of node, as data that its files would hold."""
    return _written_plans()


def plans() -> st.SearchStrategy[Plan]:
    """Any plan that is fit to serve."""
    return written_plans().map(Plan.model_validate)


@st.composite
def scenes(draw: st.DrawFn, plan: Plan) -> Scene:
    """Any instant of a call of this plan."""
    lines = list(plan.lines)
    deserted = draw(st.sets(st.sampled_from(lines)))
    waits = {line: draw(st.floats(0, 400)) for line in draw(st.sets(st.sampled_from(lines)))}
    at = draw(ANY_TIME)
    last = draw(st.none() | st.tuples(st.sampled_from(lines), st.integers(0, 4)))
    return Scene(
        at,
        draw(st.sampled_from(["", "02212345678", "13800138000"])),
        draw(st.none() | st.sampled_from([*plan.front, "unheard-of"])),
        lambda line: line not in deserted,
        waits.get,
        last and (last[0], at - timedelta(days=last[1])),
    )


@st.composite
def _written_plans(draw: st.DrawFn) -> dict[str, Any]:
    """Silent ways lead onward in one order of all names, so that none goes round; keys lead anywhere."""
    kinds = draw(st.lists(st.sampled_from(list(_NODES)), min_size=1, max_size=7))
    lines = [f"line-{number}" for number in range(draw(st.integers(1, 3)))]
    nodes = {f"{kind}-{number}": kind for number, kind in enumerate(kinds)}
    order = [*draw(st.permutations([*nodes, *lines])), "judge", "leave", "bye"]
    anywhere = st.sampled_from(order)

    def onward(name: str) -> _Targets:
        return st.sampled_from(order[order.index(name) + 1 :])

    manned = draw(st.lists(st.sampled_from(lines), min_size=1, unique=True))
    retry = {"say": ["p0"], "tries": 2, "then": "leave"}
    return {
        "hotline": {
            "name": "某热线", "number": "12320", "start": order[0], "person": draw(anywhere), "hours": "office",
            "silence": retry, "wrong": {**retry, "tries": draw(st.integers(1, 3))}, "apology": "p0",
            "direct": draw(st.none() | st.fixed_dictionaries({"on": st.booleans(), "start": anywhere})),
            "survey": draw(st.sampled_from(["judge", None])),
        },
        "nodes": {
            **{name: _NODES[kind](draw, onward(name), anywhere, lines) for name, kind in nodes.items()},
            "judge": {"survey": ["p1"], "answers": {"1": "满意", "2": "不满意"}, "then": "bye"},
            "leave": {"message": ["p2"], "thanks": ["p3"]},
            "bye": {"end": ["p4"]},
        },
        "lines": {line: _line(draw, line, onward(line), anywhere, manned=line in manned) for line in lines},
        "agents": {"ann": {"name": "甲", "lines": manned}},
        "calendar": {"hours": HOURS},
        "front": draw(st.sampled_from([{}, {"alert": {"say": ["p5"]}, "autumn": {
            "say": ["p5"], "since": "2026-10-01T00:00", "until": "2026-11-01T00:00", "then": order[-2]}}])),
        "lint": {"rules": dict.fromkeys(ADJUSTABLE, "off")},
        "prompts": {piece: f"{piece}的话。" for piece in PIECES},
        "variants": {"dialect": {"p0": "方言的话。"}},
    }  # fmt: skip


def _line(draw: st.DrawFn, name: str, onward: _Targets, anywhere: _Targets, *, manned: bool) -> dict[str, Any]:
    outside = {"number": f"0220000{name[-1]}"}
    return {
        "name": f"{name}热线",
        "hours": draw(st.sampled_from(list(HOURS))),
        "closed": draw(onward),
        "overflow": draw(onward),
        "at_closing": draw(st.sampled_from(["stay", "leave"])),
        "keys": draw(st.dictionaries(st.sampled_from("120"), anywhere, max_size=2)),
        "limits": draw(st.lists(st.fixed_dictionaries({"when": st.just("waited"), "over": st.just(60),
                                                       "then": anywhere}), max_size=2)),
        "callback": draw(st.sampled_from([None, {"numbers": "022*"}])),
        "connecting": draw(_PERHAPS_SAID),
        "outside": draw(st.sampled_from([None, outside])) if manned else outside,
    }  # fmt: skip


_Drawn = Callable[[st.DrawFn, _Targets, _Targets, list[str]], dict[str, Any]]


def _menu(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    keys = draw(st.dictionaries(_ONE_KEY | st.just("0"), anywhere, min_size=1, max_size=4))
    retry = {"say": draw(_PERHAPS_SAID), "tries": draw(st.integers(1, 3)), "last": draw(_PERHAPS_SAID)}
    return {
        "menu": draw(_SAID),
        "keys": keys,
        "silence": draw(st.sampled_from([None, {**retry, "then": draw(onward)}])),
        "wrong": draw(st.sampled_from([None, {**retry, "then": draw(onward)}])),
    }


def _ask(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    return {
        "ask": draw(_SAID),
        "digits": draw(st.sampled_from(["1", "4", "2-6"])),
        "terminator": draw(st.sampled_from(["#", "*", None])),
        "confirm": draw(_PERHAPS_SAID),
        "choices": draw(_PERHAPS_SAID),
        "leads": draw(st.dictionaries(st.sampled_from(["1", "12", "3", "30"]), anywhere, max_size=2)),
        "then": draw(onward),
    }


def _information(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    return {
        "information": draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3)),
        "choices": draw(_PERHAPS_SAID),
        "repeat": draw(st.sampled_from(["1", None])),
        "then": draw(onward),
    }


def _switch(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    line = draw(st.sampled_from(lines))
    conditions: list[dict[str, Any]] = [
        {"hours": draw(st.sampled_from(list(HOURS)))},
        {"open": line},
        {"unstaffed": line},
        {"wait": {"line": line, "over": 90}},
        {"dates": ["2026-10-01..2026-10-07", "2026-11-20"]},
        {"caller": ["022*", "withheld"]},
        {"hours": "office", "caller": "13800138000"},
    ]
    cases = draw(st.lists(st.sampled_from(conditions), min_size=1, max_size=3))
    return {"switch": [{**case, "then": draw(onward)} for case in cases], "otherwise": draw(onward)}


def _recall(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    asked = draw(st.lists(st.sampled_from(lines), min_size=1, unique=True))
    return {"recall": {line: draw(_SAID) for line in asked}, "key": draw(_ONE_KEY), "then": draw(onward)}


def _variant(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    name = draw(st.sampled_from(["dialect", "standard"]))
    return {"variant": name, "say": draw(_PERHAPS_SAID), "then": draw(onward)}


def _priority(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    return {"priority": draw(st.integers(-9, 9)), "then": draw(onward)}


def _callback(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    return {
        "callback": draw(_SAID),
        "line": draw(st.none() | st.sampled_from(lines)),
        "booked": draw(_PERHAPS_SAID),
        "then": draw(anywhere),
        "otherwise": draw(onward),
    }


def _status(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    return {
        "status": draw(_SAID),
        "unavailable": draw(_PERHAPS_SAID),
        "mistakes": draw(st.integers(1, 3)),
        "then": draw(onward),
        "otherwise": draw(onward),
    }


def _survey(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    return {"survey": draw(_SAID), "answers": {"1": "满意", "2": "不满意"}, "then": draw(onward)}


def _say(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    return {"say": draw(_SAID), "then": draw(onward)}


def _message(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    return {"message": draw(_SAID), "limit": "1m", "silence": "4s", "thanks": draw(_PERHAPS_SAID)}


def _end(draw: st.DrawFn, onward: _Targets, anywhere: _Targets, lines: list[str]) -> dict[str, Any]:
    return {"end": draw(_SAID)}


_NODES: dict[str, _Drawn] = {
    "menu": _menu,
    "ask": _ask,
    "information": _information,
    "switch": _switch,
    "recall": _recall,
    "variant": _variant,
    "priority": _priority,
    "callback": _callback,
    "status": _status,
    "survey": _survey,
    "say": _say,
    "message": _message,
    "end": _end,
}
