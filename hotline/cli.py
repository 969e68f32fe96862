"""The command line. Messages for people go to stderr, `--json` alone to stdout; 0 done, 1 not good, 2 wrong usage."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from hotline import service
from hotline.asterisk_program import AsteriskMissing
from hotline.doctor import examine
from hotline.lock import AnotherHotline, alone_on
from hotline.logs import set_up_logs
from hotline.managed import SwitchRefused
from hotline.operators import Published, read_config
from hotline.secrets import SecretsError
from hotline.settings import Settings, SettingsError, load
from hotline.sounds import build_sounds
from ivr.switch import SwitchTaken
from records.calls import calls as recorded_calls
from routing.calendar import SHANGHAI, day_of, spans_of
from routing.load import Unreadable
from routing.walk import DryWalk, dry_walk

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
people = Console(stderr=True, highlight=False)

Config = Annotated[Path | None, typer.Option("--config", help="Folder of the hotline's YAML files.")]
Var = Annotated[Path | None, typer.Option("--var", help="Folder of the hotline's data.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


def fail(message: object) -> NoReturn:
    """Say in one line what to do, and end with 1."""
    people.print(str(message), markup=False, soft_wrap=True)
    raise typer.Exit(1)


def settings_of(config: Path | None, var: Path | None) -> Settings:
    try:
        return load(config=config, var=var)
    except SettingsError as error:
        fail(error)


def published_in(folder: Path) -> Published:
    try:
        return read_config(folder)
    except Unreadable as error:
        fail(error)


def put(data: Any) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def instant(text: str | None) -> datetime:
    """A time that a person typed: ISO 8601, Asia/Shanghai unless it names an offset; now when they typed none."""
    if text is None:
        return datetime.now(UTC).astimezone(SHANGHAI)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time; write it like 2026-10-01T09:00") from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def keys_of(text: str) -> list[str]:
    """Typed keys: `1,4`, `.` for silence, `h` for hanging up."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for key in keys:
        if not re.fullmatch(r"[0-9*#.h]", key):
            raise typer.BadParameter(f"{key!r} is no key; write keys like 1,4 with . for silence and h for hanging up")
    return keys


# ── the plan ────────────────────────────────────────────────────────────────


@app.command()
def check(folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None, config: Config = None) -> None:
    """Tell every problem of the hotline's files, or say nothing and end with 0."""
    at = folder or config or Path("config")
    problems: list[str] = []
    try:
        read_config(at)
    except Unreadable as error:
        problems += map(str, error.problems)
    try:
        load(config=at)
    except SettingsError as error:
        problems += str(error).splitlines()
    for problem in problems:
        sys.stdout.write(problem + "\n")
    if problems:
        raise typer.Exit(1)


@app.command()
def dial(
    keys: Annotated[str, typer.Argument(help="Keys like 1,4 — a dot for silence, h for hanging up.")] = "",
    at: Annotated[str | None, typer.Option(help="When the call is made, like 2026-10-01T09:00.")] = None,
    number: Annotated[str, typer.Option(help="The caller's number.")] = "",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Walk a call through the plan without a telephone: what would be heard, and where it leads."""
    del number  # no rule of the plan asks who calls
    plan = published_in(settings_of(config, None).config).plan
    walk = dry_walk(plan, keys_of(keys), instant(at))
    if as_json:
        put(walk_data(walk))
        return
    out = Console(highlight=False)
    out.print(f"[bold]{walk.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}[/]  {escape(plan.hotline.name)}")
    for step in walk.steps:
        out.print(f"[cyan]{step.step}[/]")
        for words in step.say:
            out.print(f"  {words}", markup=False)
        if step.heard is not None:
            out.print(f"  [bold yellow]按 {step.heard}[/]")
    name = escape(f" {plan.lines[walk.end.line].name}") if walk.end.line else ""
    state = "开放" if walk.end.open else "非服务时间"
    out.print(f"[bold green]→ {walk.end.kind}[/]{name}（{state}，{escape(walk.end.why)}）")


def walk_data(walk: DryWalk) -> dict[str, Any]:
    """A dry walk as the outside contract has it."""
    return {
        "at": walk.at.astimezone(SHANGHAI).isoformat(),
        "steps": [{"step": step.step, "say": list(step.say), "heard": step.heard} for step in walk.steps],
        "end": {"kind": walk.end.kind, "line": walk.end.line, "open": walk.end.open},
    }


@app.command()
def calendar(
    first: Annotated[str, typer.Argument(metavar="DATE")],
    last: Annotated[str | None, typer.Argument(metavar="[DATE]")] = None,
    line: Annotated[str | None, typer.Option(help="Hours of this line instead of the hotline's.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Each day from the first to the last: open or not, which hours, and why."""
    plan = published_in(settings_of(config, None).config).plan
    if line is not None and line not in plan.lines:
        raise typer.BadParameter(f"no line is called {line!r}; there are {', '.join(plan.lines)}", param_hint="--line")
    hours = plan.hotline.hours if line is None else plan.hours_of(line)
    begin, end = _day(first), _day(last or first)
    if end < begin:
        raise typer.BadParameter("the last day comes before the first")
    days = [day_of(plan.calendar, begin + timedelta(days=ahead)) for ahead in range((end - begin).days + 1)]
    rows = [(day, [str(span) for span in spans_of(plan.calendar, hours, day)]) for day in days]
    if as_json:
        put(
            [
                {
                    "date": day.date.isoformat(),
                    "open": bool(spans),
                    "hours": [span.split("-") for span in spans],
                    "why": day.why,
                }
                for day, spans in rows
            ]
        )
        return
    table = Table("日期", "开放", "时间", "原因")
    for day, spans in rows:
        table.add_row(day.date.isoformat(), "是" if spans else "否", "、".join(spans), day.why)
    Console(highlight=False).print(table)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-10-01") from None


# ── the service ─────────────────────────────────────────────────────────────


@app.command()
def up(config: Config = None, var: Var = None) -> None:
    """Start the whole hotline, its own Asterisk included, and stay in the foreground."""
    _serve(settings_of(config, var), managed=True)


@app.command()
def serve(config: Config = None, var: Var = None) -> None:
    """Start the hotline on an Asterisk that you run yourself."""
    _serve(settings_of(config, var), managed=False)


def _serve(settings: Settings, *, managed: bool) -> None:
    set_up_logs(level=settings.log_level, as_json=settings.log_json)
    published = published_in(settings.config)
    try:
        with alone_on(settings.var):
            for problem in build_sounds(settings, published.plan, people).problems:
                people.print(problem, style="red", markup=False, soft_wrap=True)  # the hotline starts all the same
            asyncio.run(service.serve(settings, published, managed=managed))
    except DBAPIError as error:
        fail(f"the database cannot be used ({error.orig}): put it aside, or put back a copy: {settings.database_url}")
    except (AnotherHotline, SwitchRefused, AsteriskMissing, SecretsError, OSError, ValueError) as error:
        fail(error)
    except BaseExceptionGroup as group:
        taken, rest = group.split(SwitchTaken)
        if rest is not None or taken is None:
            raise
        fail("another engine took this Asterisk over; only one can serve it, so this one ended")


# ── what happened ───────────────────────────────────────────────────────────


@app.command()
def calls(
    since: Annotated[str | None, typer.Option("--from", help="Calls that began from this time on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Calls that began before this time.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only the newest so many.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Show callers' whole numbers.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """The call detail records, newest last."""
    settings = settings_of(config, var)
    span = (instant(since) if since else None, instant(until) if until else None)
    try:
        found = asyncio.run(recorded_calls(settings.database_url, since=span[0], until=span[1], last=last))
    except FileNotFoundError:
        fail(f"no calls yet in {settings.var}: start the hotline with `hotline up`, or name its folder with --var")
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_url}")
    if as_json:
        for cdr in found:
            put(cdr.to_json(private=private))
        return
    table = Table("开始", "来电", "热线", "座席", "结果", "按键", "秒", box=None, pad_edge=False)
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for cdr in found:
        row = cdr.to_json(private=private)
        seconds = f"{(cdr.ended - cdr.started).total_seconds():.0f}" if cdr.ended else ""
        table.add_row(
            row["started"][:19].replace("T", " "),
            row["number"],
            row["line"] or "",
            row["agent"] or "",
            row["outcome"],
            row["keys"],
            seconds,
        )
    Console(highlight=False).print(table)


@app.command()
def call(
    keys: Annotated[str, typer.Argument(help="Keys like 1,4 — a dot for silence, h for hanging up.")] = "",
    number: Annotated[str | None, typer.Option(help="The caller's number; one that nobody has by default.")] = None,
    at: Annotated[
        str | None, typer.Option(help="Compare with the dry walk of this time; the running clock's now by default.")
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the call to arrive.")] = 120.0,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Place a real SIP call to the running hotline and press keys; 0 when it reached what the dry walk says."""
    from hotline.trial import NoSuchCall, try_call

    if number is not None and not re.fullmatch(r"\+?[0-9]{1,20}", number):
        raise typer.BadParameter(f"{number!r} is no telephone number", param_hint="--number")
    settings = settings_of(config, var)
    published = published_in(settings.config)
    when = instant(at) if at else service.clock_of(settings).now()
    try:
        trial = asyncio.run(try_call(settings, published.plan, keys_of(keys), number=number, at=when, wait=wait))
    except NoSuchCall as error:
        fail(error)
    if as_json:
        put(trial.to_json())
    else:
        for line in trial.told():
            people.print(line, markup=False)
    if not trial.agrees:
        raise typer.Exit(1)


# ── things ──────────────────────────────────────────────────────────────────


@app.command()
def phones(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """The SIP account of each agent: what to type into Linphone, MicroSIP or a desk telephone."""
    settings = settings_of(config, var)
    plan = published_in(settings.config).plan
    try:
        accounts = service.phones_of(plan, service.secrets_of(settings, plan))
    except (SecretsError, OSError) as error:
        fail(error)
    server = f"{settings.sip.host}:{settings.sip.port}"
    if as_json:
        put([{"agent": a.username, "name": a.name, "server": server, "secret": a.secret} for a in accounts])
        return
    table = Table("用户名 username", "密码 password", "服务器 server", "座席 agent", "热线 lines")
    for account in accounts:
        lines = "、".join(plan.lines[line].name for line in plan.agents[account.username].lines)
        table.add_row(account.username, account.secret, server, account.name, lines)
    Console(highlight=False).print(table)


prompts_app = typer.Typer(no_args_is_help=True, help="The recorded words of the hotline.")
app.add_typer(prompts_app, name="prompts")


@prompts_app.command("build")
def prompts_build(
    masters: Annotated[
        Path | None,
        typer.Option(help="Where words that the voice speaks anew are kept, and no others; var/masters by default."),
    ] = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Turn the words of the YAML into sound: your recordings first, then masters, then the voice."""
    settings = settings_of(config, var)
    try:
        report = build_sounds(settings, published_in(settings.config).plan, people, masters=masters)
    except OSError as error:
        fail(error)
    people.print(
        f"{report.sounds} sounds: {len(report.built)} written, {len(report.recorded)} from recordings, "
        f"{len(report.spoken)} spoken anew, {len(report.removed)} removed"
    )
    for problem in report.problems:
        people.print(problem, style="red", markup=False, soft_wrap=True)
    if report.problems:
        raise typer.Exit(1)


@prompts_app.command("list")
def prompts_list(config: Config = None, as_json: Json = False) -> None:
    """Every prompt and its words."""
    plan = published_in(settings_of(config, None).config).plan
    if as_json:
        put(dict(plan.prompts))
        return
    for prompt, words in plan.prompts.items():
        sys.stdout.write(f"{prompt}\t{words}\n")


@app.command()
def doctor(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """What is missing on this machine, and the command that mends it."""
    findings = examine(settings_of(config, var))
    if as_json:
        put([dataclasses.asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "[green]✔[/]" if finding.ok else "[red]✘[/]" if finding.needed else "[yellow]·[/]"
            people.print(mark, finding.what if finding.ok else f"{finding.what} → {finding.mend}")
    if not all(finding.ok for finding in findings if finding.needed):
        raise typer.Exit(1)
