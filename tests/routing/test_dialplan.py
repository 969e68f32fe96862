"""Unit: the plan as a dialplan, read back and walked by a small Asterisk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendar import SHANGHAI, opening
from routing.dialplan.dialplan import compile_dialplan
from routing.dialplan.record import FallbackCall, read
from routing.dialplan.text import NotWritable
from routing.dry_walk import Keys, dry_walk
from routing.node import Say, Status
from routing.plan import Plan
from routing.reading.load import load
from routing.scene import Scene
from tests.routing.plans import ANY_TIME, HOURS, SMALL, TYPED, plans
from tests.routing.small_asterisk import Contexts, Walker, parse

DIGITS = ["say-number-0", "say-yao", *(f"say-number-{n}" for n in range(2, 10))]
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
DESK = {"name": "座席", "closed": "closed", "overflow": "message"}


def compiled(plan: Plan, at: datetime = FRIDAY, **given: Any) -> Contexts:
    return parse(compile_dialplan(plan, at.date(), DIGITS, **given))


def small(**changes: Any) -> Plan:
    """The small plan, with other parts: `nodes={"main": {…}}` puts nodes in its place."""
    data = load({"small.yaml": SMALL})[0].model_dump(mode="json", exclude_none=True)
    for part, values in changes.items():
        data[part] = {**data.get(part, {}), **values}
    return Plan.model_validate(data)


def walked(plan: Plan, keys: str = "", at: datetime = FRIDAY, number: str = "13900000001", **given: Any) -> Walker:
    """A call that typed these keys."""
    walker = Walker(compiled(plan, at, **given), Keys(keys), int(at.timestamp()), number)
    walker.walk()
    return walker


# ── any plan ────────────────────────────────────────────────────────────────


def targets(contexts: Contexts) -> list[tuple[str, str, str]]:
    """Every place that some step may go to, from which context and extension; what only a call decides is left out."""
    found = []
    for context, extensions in contexts.items():
        for extension, steps in extensions.items():
            for step in steps:
                ways = step.args if step.app == "Goto" else step.args.rpartition("?")[2] if step.app == "GotoIf" else ""
                found += [(context, extension, way) for way in ways.split(":") if way and "$" not in way]
    return found


@given(plans(), st.dates(date(2026, 1, 1), date(2028, 1, 1)))
def test_no_step_leads_nowhere(plan: Plan, today: date) -> None:
    text = compile_dialplan(plan, today, DIGITS)
    contexts = parse(text)
    for context, extension, way in targets(contexts):
        place = way.split(",")
        if len(place) == 1:
            assert way in [step.label for step in contexts[context][extension]]
        else:
            *other, name, _ = place
            assert name in {**contexts["plan-common"], **contexts[other[0] if other else context]}, way
    for context, extensions in contexts.items():
        for steps in extensions.values():
            for step in steps:
                if step.app == "Set" and step.args.startswith("BACK="):
                    back, _, prefix = step.args.removeprefix("BACK=").partition(",")
                    assert {f"{prefix}open", f"{prefix}closed"} <= contexts[back].keys()
                if step.args == "${PRESSED},1":
                    assert "i" in extensions
        assert context == "plan-common" or f"[{context}]" in text
    assert text.count("include => plan-common") == len(contexts) - 1
    assert "h" in contexts["plan-common"]


@given(st.data())
def test_any_call_on_any_plan_gets_where_the_dry_walk_says(data: st.DataObject) -> None:
    plan = data.draw(plans())
    at = data.draw(ANY_TIME).replace(microsecond=0)
    number = data.draw(st.sampled_from(["", "02212345678", "13800138000"]))
    keys = data.draw(TYPED)
    front = data.draw(st.sampled_from([*plan.front, None]))
    there = data.draw(st.booleans())
    shift = data.draw(st.integers(-(10**7), 10**7))

    def staffed(line: str) -> bool:
        return plan.lines[line].outside is not None or (there and any(plan.agents_of(line)))

    contexts = compiled(plan, at, shift=shift, front=front and (front, at + timedelta(hours=1)))
    state = "NOT_INUSE" if there else "UNAVAILABLE"
    walker = Walker(contexts, Keys(keys), int(at.timestamp()) - shift, number, lambda phone: state)
    walker.walk()
    end = dry_walk(_without_waiting(plan), keys, Scene(at, number, front, staffed)).end
    expected = "" if end.why == "caller hung up" else f"{end.kind}/{end.line or ''}/{'open' if end.open else 'closed'}"
    assert walker.values["REACHED"] == expected


def _without_waiting(plan: Plan) -> Plan:
    """The plan as Asterisk alone serves it: phones ring at once or not at all, nobody presses keys meanwhile, and no
    order is looked up."""
    lines = {name: line.model_copy(update={"keys": {}}) for name, line in plan.lines.items()}
    sorry = {
        name: Say(say=node.unavailable, then=node.otherwise)
        for name, node in plan.nodes.items()
        if isinstance(node, Status)
    }
    return plan.model_copy(update={"lines": lines, "nodes": {**plan.nodes, **sorry}})


@given(st.sampled_from(sorted(HOURS)), ANY_TIME, st.integers(0, 390))
def test_the_table_of_days_knows_hours_as_the_calendar_does(hours: str, today: datetime, ahead: int) -> None:
    plan = small(calendar={"hours": HOURS}, lines={"desk": {**DESK, "hours": hours}})
    at = (today + timedelta(days=ahead)).replace(microsecond=0)
    contexts = compiled(plan, today)
    walker = Walker(contexts, Keys("1"), int(at.timestamp()))
    walker.walk()
    assert walker.values["REACHED"].endswith("open") is opening(plan.calendar, hours, at).open


# ── one plan, one call ──────────────────────────────────────────────────────


def test_phones_are_rung_by_level_and_then_the_outside_number() -> None:
    agents = {"ann": {"name": "甲", "lines": {"night": 2}}, "bob": {"name": "乙", "lines": {"night": 1}}}
    assert walked(small(agents=agents), "2", caller_id="12320").dialled == [
        "PJSIP/bob,20,im",
        "PJSIP/ann,20,im",
        "PJSIP/0221@trunk,30,imf(12320)",
    ]


def test_a_phone_that_is_not_free_is_not_rung() -> None:
    walker = Walker(compiled(small()), Keys("2"), int(FRIDAY.timestamp()), device_state=lambda _: "INUSE")
    walker.walk()
    assert walker.dialled == ["PJSIP/0221@trunk,30,im"]


def test_a_line_that_nobody_answers_leads_to_its_overflow() -> None:
    walker = walked(small(agents={"ann": {"name": "甲", "lines": ["night"]}}), "1")
    assert walker.dialled == []
    assert walker.values["WAY"].split() == ["hello", "main:1", "desk", "message"]


def test_nobody_is_told_that_talks_are_recorded_for_none_is() -> None:
    heard = walked(small(), "1").heard
    assert "hotline/connecting" in heard
    assert "hotline/notice" not in heard


def test_words_are_said_once_however_many_phones_ring() -> None:
    agents = {name: {"name": "甲", "lines": ["desk"]} for name in ("ann", "bob", "eve")}
    walker = walked(small(agents=agents), "1")
    assert len(walker.dialled) == 3
    assert walker.heard.count("hotline/connecting") == 1


def test_a_talk_has_no_end_and_everything_before_it_has() -> None:
    steps = compiled(small())["plan-line-desk"]["phone1"]
    told = [f"{step.app}({step.args})" for step in steps]
    dial = next(number for number, step in enumerate(steps) if step.app == "Dial")
    assert told[dial - 1] == "Set(TIMEOUT(absolute)=0)"
    assert told[dial + 1] == "Set(TIMEOUT(absolute)=$[${UNTIL} - ${EPOCH} + 1])"
    assert compiled(small())["plan-start"]["s"][3].args == "TIMEOUT(absolute)=3600"


def test_a_front_message_is_said_in_its_own_time() -> None:
    front = {"alert": {"say": ["sorry"], "since": "2026-11-20T09:00", "until": "2026-11-20T11:00", "then": "bye"}}
    plan = small(front=front)
    assert walked(plan).heard == ["hotline/sorry", "hotline/goodbye"]
    assert "hotline/sorry" not in walked(plan, at=FRIDAY + timedelta(hours=1)).heard
    assert "hotline/sorry" not in walked(plan, at=FRIDAY - timedelta(hours=1, seconds=1)).heard


def test_a_front_message_that_was_turned_on_goes_first_and_ends_by_itself() -> None:
    plan = small(front={"alert": {"say": ["sorry"], "then": "bye"}})
    assert "hotline/sorry" not in walked(plan).heard
    assert "hotline/sorry" in walked(plan, front=("alert", FRIDAY + timedelta(seconds=1))).heard
    assert "hotline/sorry" not in walked(plan, front=("alert", FRIDAY)).heard


def test_a_caller_who_chose_a_dialect_hears_it_where_there_are_words() -> None:
    plan = small(
        nodes={"hello": {"variant": "min", "say": ["welcome"], "then": "main"}},
        variants={"min": {"choose": "方言的话。"}, "hui": {"choose": "另一种话。"}},
    )
    assert walked(plan).heard[:2] == ["hotline/welcome", "hotline/min--choose"]


def test_a_number_is_read_back_digit_by_digit() -> None:
    ask = {"ask": ["speak"], "digits": "3", "confirm": ["notice"], "choices": ["choose"], "then": "bye"}
    plan = small(nodes={"main": ask})
    read_back = ["hotline/notice", "hotline/say-yao", "hotline/say-number-0", "hotline/say-number-2", "hotline/choose"]
    heard = " ".join(walked(plan, "102").heard)
    assert " ".join(read_back) in heard
    assert walked(plan, "1021").values["REACHED"] == "hangup//open"


def test_words_of_a_hundred_prompts_fit_into_the_dialplan() -> None:
    prompts = {f"a-very-long-name-of-a-prompt-{n:03}": "话。" for n in range(100)}
    plan = small(nodes={"hello": {"say": list(prompts), "then": "main"}}, prompts=prompts)
    text = compile_dialplan(plan, FRIDAY.date(), DIGITS)
    assert max(map(len, text.splitlines())) < 1000
    assert len(walked(plan).heard) > 100


def large() -> Plan:
    """A small plan with a switch, a front message and retries that are as long as anybody writes them."""
    day = date(2026, 1, 1)
    dates = [str(day + timedelta(days=2 * ahead)) for ahead in range(300)]
    prompts = {f"a-very-long-name-of-a-prompt-{n:03}": "话。" for n in range(30)}
    callers = [*(f"022{n:08}" for n in range(499)), "withheld"]
    return small(
        nodes={
            "hello": {
                "switch": [
                    {"caller": callers, "dates": dates, "then": "night"},
                    {"unstaffed": "desk", "then": "message"},
                ],
                "otherwise": "main",
            }
        },
        hotline={
            **load({"small.yaml": SMALL})[0].hotline.model_dump(mode="json", exclude_none=True),
            "wrong": {"say": list(prompts), "tries": 2, "last": list(prompts), "then": "message"},
        },
        lines={"desk": {**DESK, "connecting": list(prompts)}},
        agents={f"a{n}": {"name": "甲", "lines": ["desk"]} for n in range(60)},
        front={"alert": {"say": list(prompts), "since": "2026-11-20T09:00", "until": "2026-11-20T11:00"}},
        prompts=prompts,
    )


def test_no_list_in_a_plan_is_too_long_for_the_dialplan() -> None:
    text = compile_dialplan(large(), FRIDAY.date(), DIGITS)
    assert max(map(len, text.splitlines())) < 1000


@pytest.mark.parametrize(
    ("number", "at", "there", "way"),
    [
        ("02200000000", datetime(2026, 1, 1, 12, tzinfo=SHANGHAI), True, ["hello", "night"]),
        ("02200000498", datetime(2027, 8, 22, 12, tzinfo=SHANGHAI), True, ["hello", "night"]),
        ("", datetime(2026, 11, 20, 12, tzinfo=SHANGHAI), True, ["hello", "main"]),
        ("02200000250", datetime(2026, 11, 20, 12, tzinfo=SHANGHAI), True, ["hello", "main"]),
        ("", datetime(2026, 1, 3, 12, tzinfo=SHANGHAI), True, ["hello", "night"]),
        ("02200000499", datetime(2026, 1, 3, 12, tzinfo=SHANGHAI), True, ["hello", "main"]),
        ("02200000499", datetime(2026, 1, 3, 12, tzinfo=SHANGHAI), False, ["hello", "message"]),
    ],
)
def test_each_of_many_callers_and_dates_is_known(number: str, at: datetime, there: bool, way: list[str]) -> None:
    states = {"a59": "NOT_INUSE"} if there else {}
    contexts = compiled(large(), at)
    walker = Walker(contexts, Keys(""), int(at.timestamp()), number, lambda phone: states.get(phone, "UNAVAILABLE"))
    walker.walk()
    assert walker.values["WAY"].split()[:2] == way


def test_long_words_before_others_are_said_whole_and_in_order_or_cut_short_by_a_key() -> None:
    plan = large()
    said = [f"hotline/{name}" for name in plan.prompts if name.startswith("a-very")]
    front = walked(plan, "~").heard
    assert front[: len(said)] == said
    wrong = walked(plan, "9.9", at=FRIDAY).heard
    begins = [at for at, sound in enumerate(wrong) if sound == said[0]]
    assert [wrong[at : at + len(said)] for at in begins] == [said, said]
    assert walked(plan, "97").heard.count(said[0]) == walked(plan, "97").heard.count(said[-1]) == 1
    connecting = walked(plan, "1").heard[-len(said) - 1 : -1]
    assert connecting == said


@pytest.mark.parametrize("name", ["a,b", "a)", "${EPOCH}", "a;b", "a\nexten", "安娜", "", "a b", "A"])
def test_a_name_that_asterisk_would_misread_is_refused(name: str) -> None:
    plan = small()
    renamed = plan.model_copy(update={"agents": {name: plan.agents["ann"]}})
    with pytest.raises(NotWritable):
        compile_dialplan(renamed, FRIDAY.date(), DIGITS)
    hello = plan.nodes["hello"].model_copy(update={"say": (name,)})
    with pytest.raises(NotWritable):
        compile_dialplan(plan.model_copy(update={"nodes": {**plan.nodes, "hello": hello}}), FRIDAY.date(), DIGITS)


def test_a_number_that_is_none_is_not_dialled() -> None:
    with pytest.raises(NotWritable, match="no number"):
        compile_dialplan(small(), FRIDAY.date(), DIGITS, caller_id="1,2)")


def test_days_are_written_only_where_they_differ_from_the_usual_week() -> None:
    table = compiled(small(), datetime(2026, 9, 1, tzinfo=SHANGHAI))["plan-hours-office"]
    days = [name for name in table if name.isdigit()]
    assert {"20261001", "20261010"} <= set(days)  # a holiday, and a Saturday worked for it
    assert "20261120" not in days
    assert "_X!" in table
    assert len(days) < 60


def test_the_line_about_a_call_is_read_back() -> None:
    line = (
        "[2026-11-20 10:01:00.000] fallback_call[77][C-00000001]: Ext. h:3 @ plan-line-desk: fallback-call "
        "a-1763.7|1763604000|1763604060|13900000001|line/desk/open|ANSWER|||hello main:1 desk\n"
    )
    with pytest.raises(ValueError, match="9 fields"):
        read(line)
    for spoiled in ("9" * 30, "x", ""):
        with pytest.raises(ValueError, match=r"no time|invalid literal"):
            read(line.replace("|||", "||").replace("1763604000", spoiled))
    assert read(line.replace("|||", "||")) == FallbackCall(
        "a-1763.7",
        datetime.fromtimestamp(1763604000, SHANGHAI),
        datetime.fromtimestamp(1763604060, SHANGHAI),
        "13900000001",
        "line",
        "desk",
        True,
        True,
        None,
        ("hello", "main:1", "desk"),
    )
    assert read("[2026-11-20 10:01:00.000] NOTICE[77] cdr.c: CDR logging disabled.") is None
