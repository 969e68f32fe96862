"""Quality: quality sheets, sample, list, score, show, averages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Column, Table

from hotline.accounts_book import with_accounts
from hotline.audited import write_down
from hotline.identity import asker
from hotline.sealing import vault_of
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, instant, live_in, people, put, put_table, settings_of
from paperwork.filing import Changed
from paperwork.quality.book import NoScore, Scores
from paperwork.quality.figures import By, averages, calibration, counted, satisfaction
from paperwork.quality.lots import days_of
from paperwork.quality.rules import QualityRules
from paperwork.quality.samples import NotYet, Samples
from paperwork.quality.score import Illegal, Move, Score, State, percent
from paperwork.rules import rules_in
from records.audit import Act
from records.clock import wall_time
from records.store import Store
from routing.reading.problem import Unreadable

app = typer.Typer()
quality = typer.Typer(no_args_is_help=True, help="Spot checks, quality sheets, averages, satisfaction.")
app.add_typer(quality, name="quality")

T = TypeVar("T")
Since = Annotated[str | None, typer.Option("--from", help="Talks that began from this time on.")]
Until = Annotated[str | None, typer.Option("--to", help="Talks that began before this time.")]


@quality.command("sheets")
def sheets(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """The sheets that talks are judged by, and the sampling plans."""
    rules = _rules(settings_of(config, var))
    if as_json:
        put(rules.model_dump(mode="json"))
        return
    for name, sheet in rules.sheets.items():
        typer.echo(f"{name}@{sheet.version} {sheet.title}（{sheet.most} 分）")
        for item, it in sheet.items.items():
            more = "，一票否决" if it.fatal else "，可不适用" if it.optional else ""
            typer.echo(f"  {item}：{it.title}（{it.points} 分{more}）")
    for name, plan in rules.plans.items():
        typer.echo(
            f"{name} {plan.title}：每位座席 {plan.per_agent}，每条热线至少 {plan.per_line}，{plan.shortest} 秒以上"
        )


@quality.command("sample")
def sample(
    plan: Annotated[str, typer.Argument(help="A sampling plan of rules.yaml.")],
    period: Annotated[str, typer.Argument(help="A month like 2026-10 or a week like 2026-W41.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Draw again and compare; 1 when it is not the same.")
    ] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Draw the talks of a period that is over; what was drawn once stays as it is."""
    settings = settings_of(config, var)
    rules = _rules(settings)
    if plan not in rules.plans:
        raise typer.BadParameter(f"there is no plan {plan!r}; there is {', '.join(rules.plans)}", param_hint="PLAN")
    quiet = _quiet(settings)
    if verify:
        _verify(settings, plan, period, rules, quiet, as_json=as_json)
        return
    kept = frozenset(vault_of(settings).names())

    async def work(store: Store) -> Any:
        days_of(period)
        now = datetime.now(UTC)
        return await Samples(store).draw(plan, rules.plans[plan], period, quiet=quiet, kept=kept, now=now)

    found = _with(settings, work)
    write_down(settings, Act.SAMPLE_DRAWN, about=f"{plan} {period}", reason=None, talks=len(found))
    if as_json:
        put([one.to_json() for one in found])
        return
    table = Table(*(Column(title, overflow="fold") for title in ("录音", "热线", "座席", "评分", "")), box=None)
    for one in found:
        table.add_row(
            one.recording, one.line or "", one.agent or "", " ".join(one.scores), "录音已删" if one.gone else ""
        )
    put_table(table, "no recorded talk of that period can be drawn")


def _verify(
    settings: Settings, plan: str, period: str, rules: QualityRules, quiet: frozenset[str], *, as_json: bool
) -> None:
    missing, strange = _with(
        settings, lambda store: Samples(store).proven(plan, rules.plans[plan], period, quiet=quiet)
    )
    if as_json:
        put({"missing": missing, "strange": strange})
    for one in () if as_json else missing:
        typer.echo(f"{one}: should have been drawn (its recording may have been deleted before)")
    for one in () if as_json else strange:
        typer.echo(f"{one}: was drawn and should not have been")
    if missing or strange:
        raise typer.Exit(1)
    people.print("what was drawn is what the lots say", markup=False)


@quality.command("list")
def list_(
    agent: Annotated[str | None, typer.Option(help="Of this agent alone.")] = None,
    line: Annotated[str | None, typer.Option(help="Of this line alone.")] = None,
    state: Annotated[State | None, typer.Option(help="Only these.")] = None,
    since: Since = None,
    until: Until = None,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="Only the newest so many.")] = 100,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """The sheets that were filled in, newest talk last."""
    settings = settings_of(config, var)
    span = (instant(since) if since else None, instant(until) if until else None)
    rows = _with(
        settings,
        lambda store: _scores(settings, store).page(
            agent=agent, line=line, state=state, since=span[0], until=span[1], limit=last
        ),
    )
    if as_json:
        for row in reversed(rows):
            share = percent(Decimal(str(row["total"])), Decimal(str(row["most"])))
            put({**row, "id": row["paper"].partition(":")[2], "at": wall_time(row["at"]), "percent": float(share)})
        return
    table = Table(
        *(Column(t, overflow="fold") for t in ("通话时间", "评分单", "座席", "热线", "得分", "状态")), box=None
    )
    for row in reversed(rows):
        points = f"{row['total']:g}/{row['most']:g}{' 一票否决' if row['fatal'] else ''}"
        name = row["paper"].partition(":")[2]
        table.add_row(
            wall_time(row["at"])[:16], name, row["agent"], row["line"] or "", points, State(row["state"]).label
        )
    put_table(table)


@quality.command("score")
def score(
    call: Annotated[str, typer.Argument(help="An ended call's id.")],
    marks: Annotated[list[str], typer.Argument(metavar="ITEM=POINTS…", help="`-` where an item does not apply.")],
    agent: Annotated[str, typer.Option(help="Whose talk is judged.")],
    sheet: Annotated[str, typer.Option(help="By which sheet.")] = "service",
    comment: Annotated[str, typer.Option(help="What the agent should read.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Do not submit it yet.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Judge an agent's talk: every item of the sheet gets its points."""
    settings = settings_of(config, var)
    given = dict(map(_mark, marks))

    async def work(store: Store) -> Score:
        book = _scores(settings, store)
        now = datetime.now(UTC)
        made = await book.draft(call, agent, sheet, who=asker(), at=now, marks=given, comment=comment)
        return made if draft else await book.move(made.id, Move.SUBMITTED, who=asker(), at=now)

    _told(_with(settings, work), as_json=as_json)


@quality.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="CALL~AGENT~N", help="A quality sheet.")],
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """One sheet with all its items."""
    settings = settings_of(config, var)
    _told(_with(settings, lambda store: _scores(settings, store).find(name)), as_json=as_json)


@quality.command("averages")
def averages_(
    by: Annotated[By, typer.Option(help="By what.")] = By.AGENT,
    since: Since = None,
    until: Until = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Averages with their counts, how far judges are apart, and what callers answered."""
    settings = settings_of(config, var)
    end = instant(until) if until else datetime.now(UTC) + timedelta(days=1)
    begin = instant(since) if since else end - timedelta(days=366)
    rules = _rules(settings)

    async def work(store: Store) -> dict[str, Any]:
        rows = await counted(store, begin, end)
        asked = by if by in (By.AGENT, By.LINE) else By.ALL
        return {
            "averages": averages(rows, by),
            "calibration": calibration(rows),
            "satisfaction": await satisfaction(store, begin, end, asked, rules.satisfied),
        }

    found = _with(settings, work)
    if as_json:
        put(found)
        return
    for one in found["averages"]:
        value = f"{one['percent']:.1f}%" if "percent" in one else f"{one['points']:.2f} 分"
        typer.echo(f"{one['of'] or '全部'}：{value}（{one['count']} 份）")
    for one in found["calibration"]:
        typer.echo(f"校准 {one['call']} {one['agent']}：相差 {one['apart']:.1f} 个百分点")
    for one in found["satisfaction"]:
        typer.echo(f"满意度 {one['of'] or '全部'}：{one['percent']:.1f}%（{one['satisfied']}/{one['count']}）")


def _mark(text: str) -> tuple[str, Decimal | None]:
    name, between, points = text.partition("=")
    try:
        if between:
            return name, None if points == "-" else Decimal(points)
    except InvalidOperation:
        pass
    raise typer.BadParameter(f"{text[:60]!r}: write ITEM=POINTS, or ITEM=- where it does not apply")


def _told(score: Score, *, as_json: bool) -> None:
    if as_json:
        put(score.to_json())
        return
    came_to = score.result
    typer.echo(f"{score.id} {score.sheet.title}：{came_to.total:f}/{came_to.most:f}，{score.state.label}")
    for name, item in score.sheet.items.items():
        mark = score.marks.get(name)
        shown = "未评" if name not in score.marks else "不适用" if mark is None else f"{mark:f}"
        typer.echo(f"  {item.title}：{shown}/{item.points}")
    if score.comment:
        typer.echo(f"  {score.comment}")


def _rules(settings: Settings) -> QualityRules:
    try:
        return rules_in(settings.config).quality
    except (Unreadable, OSError) as error:
        fail(error)


def _quiet(settings: Settings) -> frozenset[str]:
    rules = live_in(settings).plan.lines.items()
    return frozenset(line for line, rule in rules if rule.confidential is not None)


def _scores(settings: Settings, store: Store) -> Scores:
    return Scores(store, lambda: _rules(settings), lambda: _quiet(settings))


def _with(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    try:
        return with_accounts(settings, work)
    except (NoScore, Illegal, NotYet, ValueError) as error:
        fail(error)
    except Changed:
        fail("somebody else changed this at the same time: look again")
