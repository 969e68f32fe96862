"""Unit: the plan drawn: what stands on the sheet, that nothing stands on another, and that no name breaks out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.operators import read_config
from hotline.settings import HOUSE
from routing.calendar import SHANGHAI
from routing.drawing.captions import condition, digits_words, duration, hours_words
from routing.drawing.chart import Chart, chart
from routing.drawing.headline import Inscription
from routing.drawing.ink import SIZES, Box, Face, Group, Sheet, Words
from routing.drawing.lettering import clean, shorten, width_of, wrap
from routing.drawing.mermaid import mermaid
from routing.drawing.sheet import sheet
from routing.drawing.stop import Kind, Tone
from routing.drawing.svg import svg
from routing.drawing.traffic import Traffic
from routing.labels import key_labels
from routing.node import Ask, Switch
from routing.plan import Direct, Plan
from tests.routing.drawn_plans import BAD_NAMES, PROMPTS, drawn_plans

SHIPPED = read_config(HOUSE / "config").plan
FRIDAY = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 11, 20, 23, tzinfo=SHANGHAI)

SOME = Traffic(
    calls=1000,
    steps={("greeting", None): 980, ("main", "1"): 600, ("main", "9"): 7, ("main", None): 11, ("consult", "4"): 250},
    visits={"greeting": 980, "main": 900, "consult": 590, "immunization": 240},
    left={None: 20, ("greeting", None): 30, ("consult", "4"): 5, ("immunization", None): 12, ("gone", None): 3},
    ends={("line", "immunization"): 240, ("message", "immunization"): 10, ("hangup", None): 750},
    outcomes={("immunization", "talked"): 228, ("immunization", "abandoned"): 12, (None, "left"): 760},
)

nothing_slow = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def texts_of(drawing: Sheet) -> str:
    return "\n".join([*(group.full for group in drawing.groups), *(word.text for word in drawing.words())])


def ids_drawn(drawn: Chart) -> list[str]:
    """Nodes and lines in the order in which they are drawn, those within a lane included."""
    found: list[str] = []
    for tree in drawn.trees:
        for branch in tree.walk():
            if branch.stop is not None:
                found += [branch.stop.id, *(name for lane in branch.stop.lanes for name in lane.passes)]
    return [name for name in found if not name.startswith("+")]


def overlapping(boxes: list[Box]) -> Iterator[tuple[Box, Box]]:
    """Every two that meet: those below each other first sorted out by their left edges."""
    open_: list[Box] = []
    for box in sorted(boxes):
        open_ = [one for one in open_ if one.x + one.width > box.x]
        yield from ((one, box) for one in open_ if one.overlaps(box))
        open_.append(box)


def cards_of(drawing: Sheet) -> list[Group]:
    return [group for group in drawing.groups if group.box is not None]


def wider(box: Box) -> Box:
    """The box with what floating numbers may lack."""
    return Box(box.x - 0.01, box.y - 0.01, box.width + 0.02, box.height + 0.02)


def assert_everything_has_room(drawing: Sheet) -> None:
    page = Box(0, 0, drawing.width, drawing.height)
    words = [word.box for word in drawing.words()]
    assert list(overlapping(words)) == []
    assert list(overlapping([group.box for group in cards_of(drawing) if group.box is not None])) == []
    assert [box for box in words if not page.holds(box)] == []
    cards = [group.box for group in cards_of(drawing) if group.box is not None]
    for group in drawing.groups:
        for word in group.shapes:
            if not isinstance(word, Words) or word.text == "没有来路":
                continue
            if group.box is None:
                assert not any(card.overlaps(word.box) for card in cards), word
            else:
                assert wider(group.box).holds(word.box), word


# ── the shipped hotline ─────────────────────────────────────────────────────


def test_every_node_and_line_of_the_shipped_plan_is_drawn_once() -> None:
    assert sorted(ids_drawn(chart(SHIPPED))) == sorted([*SHIPPED.nodes, *SHIPPED.lines])
    assert not chart(SHIPPED).unreached


def test_a_director_reads_each_line_with_its_owner_hours_and_agents() -> None:
    told = [word.text for word in sheet(chart(SHIPPED)).words()]
    for line in SHIPPED.lines.values():
        assert line.name in told
        assert any(text.startswith(line.owner[:4]) for text in told)
    assert told.count("工作日 8:30–16:30") == 8
    assert told.count("24小时") == 2
    assert "座席 2 人 + 外线 02200000001 ×2" in told


def test_keys_bear_the_words_that_callers_hear_for_them() -> None:
    tree = chart(SHIPPED).trees[0]
    ways = {(branch.way.keys, branch.way.label) for branch in tree.walk()}
    assert {(("1",), "咨询"), (("2",), "举报"), (("3",), "预约挂号"), (("0",), "人工服务")} <= ways


def test_what_is_reached_from_several_places_stands_once_and_is_referred_to_by_its_letter() -> None:
    drawn = chart(SHIPPED)
    assert {"leave-message", "overflow", "person", "emergency"} <= drawn.letters.keys()
    assert "hiv-counselling" not in drawn.letters
    letters = [word.text for word in sheet(drawn).words()]
    assert letters.count(drawn.letters["overflow"]) > len(SHIPPED.lines) - 3


def test_nothing_of_the_shipped_plan_stands_on_another() -> None:
    assert_everything_has_room(sheet(chart(SHIPPED), Inscription(foot="方案版本 f0280e634bc7")))
    assert_everything_has_room(sheet(chart(SHIPPED, at=NIGHT, traffic=SOME), Inscription("2026年11月20日 ")))


def test_a_landscape_sheet_holds_the_shipped_plan_in_readable_letters() -> None:
    drawing = sheet(chart(SHIPPED))
    assert 1.0 < drawing.width / drawing.height < 2.0
    scale = min(404 / drawing.width, 281 / drawing.height)  # A3 landscape without its margins, in millimetres
    assert SIZES[Face.WORDS] * scale * 72 / 25.4 > 4.5  # points


def test_at_night_the_lines_of_working_hours_are_shown_closed() -> None:
    tones = {stop.id: stop.tone for stop in chart(SHIPPED, at=NIGHT).stops.values() if stop.kind is Kind.LINE}
    assert tones["immunization"] is Tone.CLOSED
    assert tones["emergency"] is Tone.ALWAYS
    day = {stop.id: stop.tone for stop in chart(SHIPPED, at=FRIDAY).stops.values() if stop.kind is Kind.LINE}
    assert day["immunization"] is Tone.WORKDAYS
    assert "2026年11月20日 23:00 的开放情况" in texts_of(sheet(chart(SHIPPED, at=NIGHT)))


def test_the_published_picture_is_what_the_shipped_plan_draws_today() -> None:
    kept = (HOUSE / "docs/pictures/plan.svg").read_text("utf-8")
    assert kept == svg(sheet(chart(SHIPPED))), "draw it again: hotline draw --plain --out docs/pictures/plan.svg"


# ── counts ──────────────────────────────────────────────────────────────────


def test_arrows_bear_how_many_pressed_what_and_cards_where_they_hung_up() -> None:
    told = [word.text for word in sheet(chart(SHIPPED, traffic=SOME)).words()]
    assert "600 · 60%" in told
    assert "250 · 25%" in told
    assert "980 · 98%" in told
    assert "1,000 通" in told
    assert "不按键 11 · 按错 7 · 挂断 30" in told
    assert "来电 240 · 接通 228 · 等候中挂断 12" in told


def test_a_caller_who_hangs_up_is_told_of_at_what_they_heard() -> None:
    left = chart(SHIPPED, traffic=SOME).left
    assert left["greeting"] == 20
    assert left["main"] == 30
    assert left["closed-immunization"] == 5
    assert left["immunization"] == 12
    assert sum(left.values()) == 67  # what an older plan called otherwise has no place here


def test_zero_in_a_greeting_leads_to_the_person_and_a_direct_hotline_begins_elsewhere() -> None:
    assert chart(SHIPPED, traffic=Traffic(1, left={("greeting", "0"): 1})).left == {"person": 1}
    plan = small(nodes={"hello": {"say": "short", "then": "desk"}, "first": {"end": "short"}}, start="hello")
    hotline = plan.hotline.model_copy(update={"direct": Direct(on=True, start="first")})
    assert chart(plan.model_copy(update={"hotline": hotline}), traffic=Traffic(1, left={None: 1})).left == {"first": 1}


def test_more_calls_make_a_thicker_arrow_and_none_a_dotted_one() -> None:
    text = svg(sheet(chart(SHIPPED, traffic=SOME)))
    thick = [float(part) for part in re.findall(r'class="way(?: never)?" d="[^"]*" stroke-width="([0-9.]+)"', text)]
    assert max(thick) == 15.0
    assert min(thick) == 1.3
    assert 'class="way never"' in text


def test_a_day_without_calls_is_drawn_too() -> None:
    drawing = sheet(chart(SHIPPED, traffic=Traffic()))
    assert "0 通" in [word.text for word in drawing.words()]
    assert_everything_has_room(drawing)


@pytest.mark.parametrize(("number", "share"), [(0, "0%"), (1, "<1%"), (250, "25%"), (1000, "100%")])
def test_shares_are_of_all_calls(number: int, share: str) -> None:
    assert SOME.share(number) == share
    assert Traffic().share(0) == "–"


# ── any plan ────────────────────────────────────────────────────────────────


@nothing_slow
@given(drawn_plans(), st.booleans(), st.booleans())
def test_whatever_is_written_everything_is_drawn_once_and_nothing_stands_on_another(
    plan: Plan, counted: bool, dated: bool
) -> None:
    drawn = chart(plan, at=NIGHT if dated else None, traffic=SOME if counted else None)
    assert sorted(ids_drawn(drawn)) == sorted([*plan.nodes, *plan.lines])
    assert_everything_has_room(sheet(drawn, Inscription("2026年11月20日 ", "方案版本 " * 90)))


@nothing_slow
@given(drawn_plans())
def test_whatever_is_written_the_file_is_xml_without_scripts_or_anything_from_elsewhere(plan: Plan) -> None:
    text = svg(sheet(chart(plan, traffic=SOME)))
    root = ElementTree.fromstring(text)  # noqa: S314  (we wrote it ourselves)
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert kinds <= {"svg", "title", "style", "g", "rect", "path", "text"}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on") or "href" in name]


@nothing_slow
@given(drawn_plans(), st.booleans())
def test_whatever_is_written_the_mermaid_text_has_one_statement_a_line(plan: Plan, counted: bool) -> None:
    text = mermaid(chart(plan, traffic=SOME if counted else None))
    label = r'"[^"\\<>{}|]*(?:<br/>[^"\\<>{}|]*)*"'
    box = rf"(?:\(\[{label}\]\)|\{{\{{{label}\}}\}}|\{{{label}\}}|\[/{label}/\]|\[\[{label}\]\]|\[{label}\])"
    name = r"(?:n_[a-z0-9_]+|said_[0-9]+(?:_end)?)"
    statement = re.compile(
        rf"  (?:{name}{box}|{name} (?:-->|-\.->)(?:\|{label}\|)? {name}(?:{box})?"
        rf"|classDef [a-z]+ [a-z0-9#:,\- ]+|class {name}(?:,{name})* [a-z]+)"
    )
    first, *rest = text.splitlines()
    assert first == "flowchart LR"
    assert [line for line in rest if not statement.fullmatch(line)] == []


def test_the_same_plan_and_counts_give_the_same_file() -> None:
    assert svg(sheet(chart(SHIPPED, traffic=SOME))) == svg(sheet(chart(SHIPPED, traffic=SOME)))
    assert mermaid(chart(SHIPPED, traffic=SOME)) == mermaid(chart(SHIPPED, traffic=SOME))


def test_a_tree_too_tall_or_too_deep_is_drawn_in_parts() -> None:
    nodes: dict[str, object] = {f"step-{n}": {"say": "short", "then": f"step-{n + 1}"} for n in range(40)}
    nodes["step-40"] = {"menu": "keys", "keys": {str(key): f"menu-{key}" for key in range(1, 7)}}
    for key in range(1, 7):
        nodes[f"menu-{key}"] = {"menu": "keys", "keys": {str(n): f"end-{key}-{n}" for n in range(1, 9)}}
        nodes |= {f"end-{key}-{n}": {"end": "short"} for n in range(1, 9)}
    plan = small(nodes=nodes, start="step-0")
    drawn = chart(plan)
    assert sorted(ids_drawn(drawn)) == sorted([*plan.nodes, *plan.lines])
    assert max(tree.rows for tree in drawn.trees) <= 18
    assert_everything_has_room(sheet(drawn))


def test_what_nothing_leads_to_is_drawn_and_says_so() -> None:
    plan = small(nodes={"hello": {"end": "short"}, "lost": {"say": "short", "then": "hello"}}, start="hello")
    drawn = chart(plan)
    assert "lost" in drawn.unreached
    assert "没有来路" in texts_of(sheet(drawn))


def small(*, nodes: dict[str, object], start: str) -> Plan:
    """A plan of these nodes and one line."""
    return Plan.model_validate(
        {
            "hotline": {
                "name": "小热线",
                "number": "12320",
                "start": start,
                "person": "desk",
                "hours": "office",
                "silence": {"then": "desk"},
                "wrong": {"then": "desk"},
                "apology": "short",
            },
            "nodes": {**nodes, "bye": {"end": "short"}},
            "lines": {"desk": {"name": "座席", "closed": "bye", "overflow": "bye"}},
            "calendar": {"hours": {"office": [{"on": "workdays", "open": "8:30-16:30"}]}},
            "prompts": PROMPTS,
        }
    )


# ── words ───────────────────────────────────────────────────────────────────


def test_labels_are_found_in_what_a_menu_says() -> None:
    assert key_labels([PROMPTS["keys"]]) == {
        "1": "心理援助",
        "2": "妇保咨询",
        "3": "儿保咨询",
        "*": "返回",
        "0": "人工服务",
    }
    assert key_labels(["留言请按#号键。"]) == {"#": "留言"}
    assert key_labels(["请选择。"]) == {}


def test_hours_are_told_as_people_say_them() -> None:
    calendar = small(nodes={}, start="bye").calendar.model_copy(
        update={"hours": drawn_hours()},
    )
    assert hours_words(calendar, "office") == "工作日 8:30–12:00、13:30–16:30"
    assert hours_words(calendar, "always") == "24小时"
    assert hours_words(calendar, "expert") == (
        "每月第2个周二、每月最后一个周四 14:00–16:00（节假日除外）；"
        "2026年10月1日–7日 9:00–11:00（2026年9月1日起，至2026年12月31日）"
    )


def drawn_hours() -> object:
    return Plan.model_validate(
        {
            **small(nodes={}, start="bye").model_dump(mode="json", exclude={"calendar"}),
            "calendar": {
                "hours": {
                    "office": [{"on": "workdays", "open": ["8:30-12:00", "13:30-16:30"]}],
                    "always": [{"on": "every day", "open": ["0:00-24:00"]}],
                    "expert": [
                        {"on": ["2nd tue", "last thu"], "open": ["14:00-16:00"], "holidays": "closed"},
                        {
                            "on": "2026-10-01..2026-10-07",
                            "open": ["9:00-11:00"],
                            "from": "2026-09-01",
                            "until": "2026-12-31",
                        },
                    ],
                }
            },
        }
    ).calendar.hours


def test_conditions_are_told_in_words() -> None:
    plan = small(nodes={}, start="bye")
    switch = Switch.model_validate(
        {
            "switch": [
                {"open": "desk", "wait": {"line": "desk", "over": "2m"}, "then": "bye"},
                {"dates": "2026-12-31..2027-01-02", "caller": ["022*", "withheld"], "then": "bye"},
                {"hours": "office", "unstaffed": "desk", "then": "bye"},
            ],
            "otherwise": "bye",
        }
    )
    assert [condition(plan, case) for case in switch.switch] == [
        "座席开放，且座席预计等候超过2分钟",
        "2026年12月31日–2027年1月2日，且来电022*、不显示号码",
        "工作日 8:30–16:30内，且座席无人在岗",
    ]


def test_numbers_and_durations_are_told_in_words() -> None:
    ask = Ask.model_validate({"ask": "short", "digits": "4-12", "confirm": "short", "then": "bye"})
    assert digits_words(ask) == "4–12位，以 # 结束，读回，按 1 确认"
    assert [duration(seconds) for seconds in (6, 60, 90, 3600, 5400, 0)] == [
        "6秒", "1分钟", "1分30秒", "1小时", "1小时30分钟", "0秒",
    ]  # fmt: skip


@given(st.text(max_size=80), st.floats(30, 400), st.integers(1, 4))
def test_words_never_get_wider_than_their_place(text: str, width: float, lines: int) -> None:
    found = wrap(text, 12, width, lines)
    assert len(found) <= lines
    assert all(width_of(line, 12) <= width for line in found)
    assert width_of(shorten(text, 12, width), 12) <= width


@given(st.text(max_size=60))
def test_words_lose_nothing_but_what_cannot_be_shown(text: str) -> None:
    assert "".join(wrap(text, 12, 60, 99)).replace(" ", "") == clean(text).replace(" ", "")
    assert not set(clean(text)) & set("\n\t\x00\x07\u202e")


def test_a_chinese_line_does_not_begin_with_a_closing_mark() -> None:
    lines = wrap("咨询请按1，举报请按2，预约挂号请按3，人工服务请按0。" * 3, 12, 66, 20)
    assert [line for _, line in pairwise(lines) if line[0] in "，。"] == []


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_name_breaks_out_of_its_place(name: str) -> None:
    plan = small(nodes={}, start="bye")
    lines = {"desk": plan.lines["desk"].model_copy(update={"name": name})}
    drawn = chart(plan.model_copy(update={"lines": lines}))
    assert "<script>" not in svg(sheet(drawn))
    assert "<script>" not in mermaid(drawn)
    assert_everything_has_room(sheet(drawn))


@pytest.mark.parametrize(("over", "said"), [(600.0, "10分钟"), (5400.0, "1小时30分钟"), (5430.0, "1小时30分30秒")])
def test_how_long_a_limit_is_can_be_read_to_its_last_letter(over: float, said: str) -> None:
    lines = dict(SHIPPED.lines)
    rule = lines["immunization"]
    limit = rule.limits[0].model_copy(update={"over": over})
    lines["immunization"] = rule.model_copy(update={"limits": (limit, *rule.limits[1:])})
    drawn = sheet(chart(SHIPPED.model_copy(update={"lines": lines})))
    assert f">预计等候超过{said}<" in svg(drawn)
    assert_everything_has_room(drawn)


def test_each_way_out_of_a_wait_is_drawn() -> None:
    stop = chart(SHIPPED).stops["immunization"]
    told = {lane.label: lane.target for lane in stop.lanes}
    assert told["预计等候超过10分钟"] == "call-back-immunization"
    assert told["排队超过20人"] == "overflow"
    assert (told["等候时按 1"], told["等候时按 2"], told["等候时按 0"]) == (
        "call-back-immunization",
        "leave-message",
        "main",
    )
