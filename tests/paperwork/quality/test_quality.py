"""Unit on a real database: sheets go their way, lots are nobody's choice, averages count what counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from paperwork.filing import Changed
from paperwork.quality.book import NoScore, Scores
from paperwork.quality.figures import By, averages, calibration, counted, satisfaction
from paperwork.quality.lots import Talk, days_of, draw
from paperwork.quality.rules import Item, QualityRules, SamplingPlan, Sheet
from paperwork.quality.samples import NotYet, Samples
from paperwork.quality.score import MOVES, Illegal, Move, State, marks_of, result
from paperwork.rules import rules_in
from records.store import Store
from records.tables import journal
from tests.paperwork.quality.house import call_row, calls_in

AT = datetime(2026, 10, 5, 1, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
SHEET = Sheet(
    title="表",
    items={
        "greet": Item(title="问候", points=10),
        "right": Item(title="正确", points=20, fatal=True),
        "hold": Item(title="等待", points=10, optional=True),
    },
)
RULES = QualityRules(sheets={"s": SHEET}, plans={"m": SamplingPlan(title="月", per_agent=2, per_line=3)})
FULL = {"greet": 8, "right": 15.5, "hold": None}


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


@pytest.fixture
async def scores(store: Store) -> Scores:
    await calls_in(store, call_row("a-1", AT), call_row("a-2", AT, line="hiv"), call_row("a-3", AT, "bob"))
    return Scores(store, lambda: RULES, lambda: frozenset({"hiv"}))


async def submitted(scores: Scores, call: str, marks: dict[str, Any], who: str = "desk:q", agent: str = "ann") -> str:
    made = await scores.draft(call, agent, "s", who=who, at=LATER, marks=marks)
    return (await scores.move(made.id, Move.SUBMITTED, who=who, at=LATER)).id


# ── a sheet's way ───────────────────────────────────────────────────────────


async def test_a_sheet_goes_from_draft_to_settled_and_keeps_all_that_was_said(scores: Scores) -> None:
    made = await scores.draft("a-1", "ann", "s", who="desk:q", at=LATER, marks={"greet": 8})
    assert (made.id, made.line, made.recording) == ("a-1~ann~1", "immunization", "talks/2026/10/01/a-1-1")
    with pytest.raises(Illegal, match="not judged yet: 正确, 等待"):
        await scores.move(made.id, Move.SUBMITTED, who="desk:q", at=LATER)
    await scores.move(made.id, Move.MARKED, who="desk:q", at=LATER, marks={"right": 15.5, "hold": None})
    await scores.move(made.id, Move.SUBMITTED, who="desk:q", at=LATER)
    await scores.move(made.id, Move.SEEN, who="desk:ann", at=LATER)
    with pytest.raises(Illegal, match="reason"):
        await scores.move(made.id, Move.CONTESTED, who="desk:ann", at=LATER)
    await scores.move(made.id, Move.CONTESTED, who="desk:ann", at=LATER, reason="当时系统故障")
    done = await scores.move(made.id, Move.SETTLED, who="desk:q", at=LATER, marks={"greet": 9}, reason="采纳")
    assert (done.state, done.result.total, done.result.most) == (State.SETTLED, Decimal("24.5"), Decimal(30))
    assert done.result.percent == Decimal("81.7")
    told = (await scores.find(made.id)).to_json()
    assert [one["what"] for one in told["history"]] == [
        *("drafted", "marked", "submitted", "seen", "contested", "settled")
    ]
    assert told["history"][-1]["marks"] == {"greet": 9.0}
    assert told["moves"] == ["corrected"]
    (row,) = await scores.page()
    assert (row["state"], row["total"], row["marks"]["greet"]) == ("settled", 24.5, 9.0)


async def test_what_was_signed_is_corrected_with_a_reason_and_read_again(scores: Scores) -> None:
    for way in ([], [Move.SEEN], [Move.SEEN, Move.SETTLED]):
        one = await submitted(scores, "a-1", FULL)
        for step in way:
            await scores.move(one, step, who="desk:ann", at=LATER, reason="x")
        with pytest.raises(Illegal, match="reason"):
            await scores.move(one, Move.CORRECTED, who="desk:q", at=LATER, marks={"greet": 9})
        with pytest.raises(Illegal, match="what is corrected"):
            await scores.move(one, Move.CORRECTED, who="desk:q", at=LATER, reason="看错了一行")
        done = await scores.move(one, Move.CORRECTED, who="desk:p", at=LATER, reason="看错了一行", marks={"greet": 9})
        assert (done.state, done.result.total) == (State.SUBMITTED, Decimal("24.5"))
        assert done.history[0].data["marks"]["greet"] == "8"
        (row,) = [row for row in await scores.page() if row["paper"] == done.paper]
        assert (row["state"], row["total"]) == ("submitted", 24.5)


async def test_what_the_table_does_not_have_may_not_happen(scores: Scores) -> None:
    for state in State:
        for move in Move:
            if move is Move.DRAFTED or (state, move) in MOVES:
                continue
            one = await scores.draft("a-1", "ann", "s", who="desk:q", at=LATER, marks=FULL)
            for step in _way_to(state):
                await scores.move(one.id, step, who="desk:q", at=LATER, reason="x")
            with pytest.raises(Illegal):
                await scores.move(one.id, move, who="desk:q", at=LATER, reason="x")


def _way_to(state: State) -> list[Move]:
    return {
        State.DRAFT: [],
        State.SUBMITTED: [Move.SUBMITTED],
        State.SEEN: [Move.SUBMITTED, Move.SEEN],
        State.CONTESTED: [Move.SUBMITTED, Move.CONTESTED],
        State.SETTLED: [Move.SUBMITTED, Move.SEEN, Move.SETTLED],
        State.DISCARDED: [Move.DISCARDED],
    }[state]


async def test_a_draft_is_its_judges_own_and_a_confidential_talk_nobodys(scores: Scores) -> None:
    made = await scores.draft("a-1", "ann", "s", who="desk:q", at=LATER)
    with pytest.raises(Illegal, match="own"):
        await scores.move(made.id, Move.MARKED, who="desk:p", at=LATER, marks=FULL)
    with pytest.raises(Illegal, match="confidential"):
        await scores.draft("a-2", "ann", "s", who="desk:q", at=LATER)
    for call, agent in (("a-1", "bob"), ("nothing", "ann")):
        with pytest.raises(NoScore):
            await scores.draft(call, agent, "s", who="desk:q", at=LATER)
    with pytest.raises(NoScore):
        await scores.find("a-1~ann~9")
    with pytest.raises(NoScore):
        await scores.find("../x")


async def test_a_later_version_of_the_sheet_changes_nothing_that_was_judged(store: Store, scores: Scores) -> None:
    made = await submitted(scores, "a-1", FULL)
    other = RULES.model_copy(
        update={"sheets": {"s": Sheet(title="新", version=2, items={"x": Item(title="x", points=1)})}}
    )
    again = Scores(store, lambda: other, frozenset)
    assert (await again.find(made)).result.total == Decimal("23.5")


async def test_two_who_move_at_once_are_told_apart(scores: Scores, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await submitted(scores, "a-1", FULL)
    await scores.move(one, Move.SEEN, who="desk:ann", at=LATER)
    with pytest.raises((Illegal, Changed)):
        await scores.move(one, Move.SEEN, who="desk:ann", at=LATER)


# ── points ──────────────────────────────────────────────────────────────────


def test_a_fatal_item_without_points_makes_the_sheet_nothing() -> None:
    assert result(SHEET, marks_of(SHEET, {**FULL, "right": 0})).total == 0
    assert result(SHEET, marks_of(SHEET, {**FULL, "right": 0})).fatal == "right"
    assert result(SHEET, marks_of(SHEET, {"greet": 10, "right": 20, "hold": 10})).percent == 100


@pytest.mark.parametrize(
    "marks",
    [
        *({"greet": 11}, {"greet": -1}, {"greet": 0.3}, {"greet": None}, {"greet": True}, {"greet": "5"}),
        *({"x": 1}, {"greet": float("nan")}, {"greet": float("inf")}),
    ],
)
def test_points_that_cannot_be_are_refused(marks: dict[str, Any]) -> None:
    with pytest.raises(Illegal, match="marks"):
        marks_of(SHEET, marks)


def test_the_shipped_sheet_has_a_hundred_points_and_stands_in_the_shipped_rules() -> None:
    assert QualityRules().sheets["service"].most == 100
    assert rules_in(Path(__file__).parents[3] / "config").quality == QualityRules()


# ── lots ────────────────────────────────────────────────────────────────────

TALKS = st.lists(
    st.builds(
        Talk,
        recording=st.uuids().map(str),
        call=st.just("c"),
        line=st.sampled_from("xyz"),
        agent=st.sampled_from("abcd"),
        at=st.just(AT),
        seconds=st.sampled_from([10.0, 60.0]),
    ),
    max_size=60,
    unique_by=lambda talk: talk.recording,
)


@settings(max_examples=60, deadline=None)
@given(TALKS, st.integers(0, 4), st.integers(0, 6), st.randoms())
def test_lots_do_not_depend_on_order_and_give_each_agent_and_line_its_share(
    talks: list[Talk], per_agent: int, per_line: int, chance: Any
) -> None:
    if not per_agent and not per_line:
        return
    plan = SamplingPlan(title="x", per_agent=per_agent, per_line=per_line)
    drawn = draw("m", plan, "2026-10", talks)
    chance.shuffle(talks)
    assert draw("m", plan, "2026-10", talks) == drawn
    there = [talk for talk in talks if talk.seconds >= plan.shortest]
    assert set(drawn) <= set(there)
    for agent in {talk.agent for talk in there}:
        theirs = [talk for talk in there if talk.agent == agent]
        assert sum(talk.agent == agent for talk in drawn) >= min(per_agent, len(theirs))
        if per_agent and not per_line:
            lines = {talk.line for talk in theirs}
            got = {talk.line for talk in drawn if talk.agent == agent}
            assert len(got) == min(per_agent, len(lines), len(theirs))
    for line in {talk.line for talk in there}:
        of_line = [talk for talk in there if talk.line == line]
        assert sum(talk.line == line for talk in drawn) >= min(per_line, len(of_line))


def test_another_plan_or_period_draws_others() -> None:
    talks = [Talk(f"r{n}", "c", "x", "a", AT, 60.0) for n in range(200)]
    plan = SamplingPlan(title="x", per_agent=5)
    found = {tuple(draw(name, plan, period, talks)) for name in "ab" for period in ("2026-10", "2026-W41")}
    assert len(found) == 4


@pytest.mark.parametrize("period", ["2026-13", "2026-1", "2026-W54", "2026-W00", "x", "", "2026-10-01"])
def test_what_is_no_period_is_refused(period: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        days_of(period)


def test_a_period_is_whole_days_of_china() -> None:
    since, until = days_of("2026-12")
    assert (since.isoformat(), until.isoformat()) == ("2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00")
    since, until = days_of("2026-W53")
    assert (until - since) == timedelta(days=7)


async def test_what_was_drawn_stays_can_be_proven_and_leaves_out_who_may_not_be_heard(store: Store) -> None:
    rows = [call_row(f"a-{n:02}", AT + timedelta(minutes=n), "ann" if n % 2 else "bob") for n in range(20)]
    rows += [call_row("q-1", AT, line="hiv"), call_row("s-1", AT, "cy", seconds=5)]
    rows += [call_row("u-1", AT, "dee", recorded=False), {**call_row("t-1", AT, "eve"), "test": True}]
    for row in rows:
        row.setdefault("test", False)
    await calls_in(store, *rows)
    samples, plan, quiet = Samples(store), RULES.plans["m"], frozenset({"hiv"})
    with pytest.raises(NotYet):
        await samples.draw("m", plan, "2026-10", quiet=quiet, kept=None, now=AT + timedelta(days=1))
    drawn = await samples.draw("m", plan, "2026-10", quiet=quiet, kept=None, now=LATER)
    assert sorted(one.agent or "" for one in drawn) == ["ann", "ann", "bob", "bob"]
    assert {one.line for one in drawn} == {"immunization"}
    assert await samples.proven("m", plan, "2026-10", quiet=quiet) == ([], [])
    more = SamplingPlan(title="x", per_agent=9)
    again = await samples.draw("m", more, "2026-10", quiet=quiet, kept=None, now=LATER + timedelta(days=1))
    assert again == drawn
    missing, strange = await samples.proven("m", more, "2026-10", quiet=quiet)
    assert (len(missing), strange) == (14, [])
    kept = {one.recording for one in drawn[1:]}
    assert [one.gone for one in await samples.all("m", "2026-10", kept=kept)] == [True, False, False, False]


async def test_what_was_deleted_before_is_not_drawn_and_a_score_is_shown_beside_its_lot(
    store: Store, scores: Scores
) -> None:
    samples = Samples(store)
    kept = {"talks/2026/10/01/a-1-1"}
    (drawn,) = await samples.draw("m", RULES.plans["m"], "2026-10", quiet={"hiv"}, kept=kept, now=LATER)
    assert drawn.call == "a-1"
    made = await submitted(scores, "a-1", FULL)
    (sheet,) = (await samples.all())[0].sheets
    assert (sheet.id, sheet.state, sheet.by) == (made, State.SUBMITTED, "desk:q")


# ── figures ─────────────────────────────────────────────────────────────────


async def test_averages_have_their_counts_and_leave_drafts_out(store: Store, scores: Scores) -> None:
    await submitted(scores, "a-1", {"greet": 10, "right": 20, "hold": None})
    await submitted(scores, "a-1", {"greet": 5, "right": 20, "hold": None}, who="desk:p")
    await submitted(scores, "a-3", {"greet": 10, "right": 0, "hold": 10}, agent="bob")
    await scores.draft("a-3", "bob", "s", who="desk:q", at=LATER, marks=FULL)
    rows = await counted(store, None, None)
    told = {one["of"]: (one["count"], one["percent"], one["fatal"]) for one in averages(rows, By.AGENT)}
    assert told == {"ann": (2, 91.7, 0), "bob": (1, 0.0, 1)}
    (whole,) = averages(rows, By.ALL)
    assert (whole["count"], whole["percent"]) == (3, 61.1)
    items = {one["of"]: (one["count"], one["points"], one["none"]) for one in averages(rows, By.ITEM)}
    assert items["s@1/right"] == (3, 13.33, 1)
    assert items["s@1/hold"] == (1, 10.0, 0)
    (apart,) = calibration(rows)
    assert (apart["call"], apart["apart"], apart["items"]) == ("a-1", 16.7, {"greet": 5.0})
    assert [one["of"] for one in averages(rows, By.MONTH)] == ["2026-10"]
    assert averages([], By.AGENT) == []


async def test_what_callers_answered_is_told_by_agent_and_line(store: Store) -> None:
    rows = [
        {"call": f"a-{n}", "seq": 9, "at": AT, "node": "a", "kind": "SurveyAnswered", "data": data}
        for n, data in enumerate(
            [
                {"node": "s", "line": "x", "agent": "ann", "key": "1", "answer": "满意"},
                {"node": "s", "line": "x", "agent": "ann", "key": "3", "answer": "不满意"},
                {"node": "s", "line": "y", "agent": None, "key": "1", "answer": "非常满意"},
            ]
        )
    ]
    await store.do(insert(journal).values(rows))
    since, until = AT - timedelta(days=1), AT + timedelta(days=1)
    told = await satisfaction(store, since, until, By.AGENT, RULES.satisfied)
    assert [(one["of"], one["count"], one["percent"]) for one in told] == [("", 1, 100.0), ("ann", 2, 50.0)]
    assert [one["of"] for one in await satisfaction(store, since, until, By.LINE, RULES.satisfied)] == ["x", "y"]
    assert await satisfaction(store, until, until, By.ALL, RULES.satisfied) == []
