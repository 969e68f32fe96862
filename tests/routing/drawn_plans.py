"""Random plans with every kind of node, for the drawing: ways lead anywhere, names are as bad as people write them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from routing.plan import Plan

NAMES = ["node", "end", "graph", "a-b-c", *(f"n{number}" for number in range(7))]
LINES = ["desk", "night", "long-name-of-a-line-that-goes-on-and-on"]
WORDS = ["short", "keys", "long", "latin", "hostile"]

PROMPTS = {
    "short": "您好。",
    "keys": "心理援助请按1，妇保咨询请按2，按3儿保咨询，按星号键返回，人工服务请按0。",
    "long": "为提高服务质量，本次通话将被录音；" * 20,
    "latin": "Press one for vaccination, mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm, WWWWWWWWWWWWWWWWWW",
    "hostile": "</title><script>alert(1)</script> & \"quoted\" 'x' ]]> |;#{}[]() %% \U0001f4de",
}

BAD_NAMES = [
    "心理援助",
    "一条名字特别长的热线" * 6,
    "</svg><script>alert(1)</script>",
    "a\"b'c&d<e>f|g",
    "end",
    "x\u202ey\u0007z",
    "W" * 70,
    "甲",
]

_target = st.sampled_from([*NAMES, *LINES])
_prompts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)
_retry = st.none() | st.fixed_dictionaries({"tries": st.integers(1, 9), "then": _target, "last": _prompts})
_key = st.sampled_from("123456789*#0")
_line = st.sampled_from(LINES)
_limit = st.fixed_dictionaries(
    {
        "when": st.sampled_from(["expected_wait", "waited", "length", "nobody_on_shift", "nobody_ready"]),
        "over": st.sampled_from([5, 60]),
        "at": st.sampled_from(["joining", "waiting", "both"]),
        "then": _target,
    }
).filter(lambda limit: (limit["when"], limit["at"]) not in (("length", "waiting"), ("waited", "joining")))


def _node() -> st.SearchStrategy[dict[str, Any]]:
    case = st.fixed_dictionaries(
        {
            "then": _target,
            "hours": st.sampled_from(["office", "always", "expert"]),
            "wait": st.none() | st.fixed_dictionaries({"line": _line, "over": st.just("90s")}),
            "caller": st.none() | st.just(["022*", "withheld"]),
            "dates": st.none() | st.just(["2026-10-01..2026-10-07", "2026-12-31..2027-01-02"]),
        }
    )
    return st.one_of(
        st.fixed_dictionaries(
            {
                "menu": _prompts,
                "keys": st.dictionaries(_key, _target, max_size=12),
                "silence": _retry,
                "wrong": _retry,
            }
        ),
        st.fixed_dictionaries({"say": _prompts, "then": _target}),
        st.fixed_dictionaries(
            {
                "ask": _prompts,
                "digits": st.sampled_from(["1", "4-12"]),
                "confirm": _prompts,
                "leads": st.dictionaries(st.sampled_from(["022", "010", "12345678901234567890"]), _target),
                "then": _target,
                "wrong": _retry,
            }
        ),
        st.fixed_dictionaries({"information": _prompts, "then": _target}),
        st.fixed_dictionaries({"switch": st.lists(case, min_size=1, max_size=4), "otherwise": _target}),
        st.fixed_dictionaries({"recall": st.dictionaries(_line, _prompts, min_size=1), "then": _target}),
        st.fixed_dictionaries({"variant": st.just("dialect"), "say": _prompts, "then": _target}),
        st.fixed_dictionaries(
            {
                "survey": _prompts,
                "answers": st.dictionaries(_key, st.sampled_from(BAD_NAMES), min_size=1),
                "then": _target,
            }
        ),
        st.fixed_dictionaries({"priority": st.integers(-9, 9), "then": _target}),
        st.fixed_dictionaries(
            {"callback": _prompts, "line": st.none() | _line, "then": _target, "otherwise": _target, "booked": _prompts}
        ),
        st.fixed_dictionaries({"status": _prompts, "choices": _prompts, "then": _target, "otherwise": _target}),
        st.fixed_dictionaries({"message": _prompts}),
        st.fixed_dictionaries({"end": _prompts}),
    )


@st.composite
def drawn_plans(draw: st.DrawFn) -> Plan:
    """A plan whose types are right; whether it is fit to serve callers is another matter."""
    name = st.sampled_from(BAD_NAMES)
    lines = {
        line: {
            "name": draw(name),
            "owner": draw(name),
            "hours": draw(st.sampled_from(["office", "always", "expert"])),
            "closed": draw(_target),
            "overflow": draw(_target),
            "record": draw(st.booleans()),
            "survey": draw(st.none() | _target),
            "keys": draw(st.dictionaries(_key, _target, max_size=3)),
            "limits": draw(st.lists(_limit, max_size=3)),
            "callback": draw(st.none() | st.just({"numbers": "022*"})),
            "outside": draw(st.none() | st.just({"number": "02200000001", "simultaneous": 3})),
        }
        for line in LINES
    }
    direct = draw(st.none() | st.fixed_dictionaries({"on": st.booleans(), "start": _target}))
    return Plan.model_validate(
        {
            "hotline": {
                "name": draw(name),
                "number": "12320",
                "start": draw(_target),
                "person": draw(_target),
                "hours": "office",
                "silence": {"then": draw(_target), "say": ["short"]},
                "wrong": {"then": draw(_target), "say": ["hostile"]},
                "survey": draw(st.none() | _target),
                "direct": direct,
                "apology": ["short"],
            },
            "nodes": {node: draw(_node()) for node in NAMES},
            "lines": lines,
            "agents": {"ann": {"name": "甲", "lines": ["desk", "night"]}},
            "calendar": {
                "hours": {
                    "office": [{"on": "workdays", "open": ["8:30-12:00", "13:30-16:30"]}],
                    "always": [{"on": "every day", "open": ["0:00-24:00"]}],
                    "expert": [
                        {"on": ["2nd tue", "last thu"], "open": ["14:00-16:00"], "holidays": "closed"},
                        {"on": "2026-10-01..2026-10-07", "open": ["9:00-11:00"], "until": "2026-12-31"},
                    ],
                },
            },
            "front": draw(
                st.dictionaries(
                    st.sampled_from(["outbreak", "recall"]),
                    st.fixed_dictionaries({"say": _prompts, "then": st.none() | _target}),
                )
            ),
            "prompts": PROMPTS,
            "variants": {"dialect": {"short": "侬好。"}},
        }
    )
