"""The floor in virtual time: a steady load, or a recorded day with other agents and other rules."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from acd.erlang import Steady, steady
from acd.simulation.tally import Tally
from hotline.arrangement import arrangement_of
from hotline.commands import simulate_day
from hotline.simulation.draws import Demand
from hotline.simulation.steady import ALL, one_line, run_steady
from hotline.terminal import Config, Json, Var, published_in, put, put_table, settings_of

app = typer.Typer()

MOST_CALLS = 5_000_000


@app.command(name="simulate")
def simulate(
    agents: Annotated[
        list[str] | None, typer.Option("--agents", help="How many agents; with --journal LINE=N, also several times.")
    ] = None,
    per_hour: Annotated[float | None, typer.Option("--per-hour", help="Calls an hour.")] = None,
    handle: Annotated[float | None, typer.Option("--handle", help="Mean seconds of talk and wrap-up.")] = None,
    patience: Annotated[
        float | None, typer.Option("--patience", help="Mean seconds until a waiting caller hangs up; else never.")
    ] = None,
    hours: Annotated[float, typer.Option("--hours", help="Hours that count.")] = 8.0,
    warm_up: Annotated[float, typer.Option("--warm-up", help="Hours before them, which don't.")] = 2.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same calls.")] = 1,
    within: Annotated[float, typer.Option("--within", help="Seconds in which a call should be answered.")] = 15.0,
    rings: Annotated[float, typer.Option("--rings", help="Seconds that each phone rings before it is answered.")] = 0.0,
    lines: Annotated[
        str | None, typer.Option("--lines", help="The plan's lines with calls an hour: ID=30,ID=12.5 …")
    ] = None,
    journal: Annotated[bool, typer.Option("--journal", help="Replay the calls of recorded days.")] = False,
    since: Annotated[
        str | None, typer.Option("--from", help="Recorded calls from this time on; else yesterday's.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Recorded calls before this time.")] = None,
    changed: Annotated[Path | None, typer.Option("--changed", help="Folder of the plan to be tried.")] = None,
    staffing: Annotated[bool, typer.Option("--staffing", help="Agents that each half hour needed.")] = False,
    chart: Annotated[
        Path | None, typer.Option("--chart", help="Draw the days side by side into this SVG file.")
    ] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Simulate the floor: a steady load on one line or on the plan's, or a recorded day with changes.

    `hotline simulate --agents 12 --per-hour 200 --handle 180 --patience 120`;
    `hotline simulate --lines immunization=30,emergency=4 --handle 200`;
    `hotline simulate --journal --from 2026-10-01 --to 2026-10-02 --agents immunization=4 --chart day.svg`.
    """
    for option, value, least in (
        ("--per-hour", per_hour, 0.0),
        ("--handle", handle, 0.0),
        ("--patience", patience, 0.0),
        ("--hours", hours, 0.0),
    ):
        if value is not None and not (isfinite(value) and value > least):
            raise typer.BadParameter(f"{value:g} will not do: more than 0", param_hint=option)
    for option, value in (("--within", within), ("--rings", rings), ("--warm-up", warm_up)):
        if not (isfinite(value) and value >= 0.0):
            raise typer.BadParameter(f"{value:g} will not do: 0 or more", param_hint=option)
    if journal or staffing:
        simulate_day.run(
            settings_of(config, var), since, until, agents or [], changed, chart, seed, within, staffing, as_json
        )
        return
    if changed or chart or since or until:
        raise typer.BadParameter("--from, --to, --changed and --chart are for recorded days: add --journal")
    if handle is None:
        raise typer.BadParameter("say how long a call keeps an agent, in seconds", param_hint="--handle")
    if lines is not None:
        if agents or per_hour is not None:
            raise typer.BadParameter("--lines takes the plan's agents, and an hour's calls for each line: ID=30")
        plan = published_in(settings_of(config, var).config).plan
        demands = [Demand(line, rate, handle, patience) for line, rate in _rates(lines, frozenset(plan.lines)).items()]
        _bounded(sum(demand.per_hour for demand in demands), hours + warm_up)
        arranged = arrangement_of(plan)
        tallies = run_steady(
            arranged.lines,
            arranged.agents,
            demands,
            hours=hours,
            warm_up=warm_up,
            seed=seed,
            within=within,
            rings=rings,
        )
        if as_json:
            put({**tallies[ALL].figures(), "lines": {name: tallies[name].figures() for name in tallies if name != ALL}})
        else:
            names = {ALL: "all lines", **{name: rule.name for name, rule in plan.lines.items()}}
            _told({names[name]: tally for name, tally in tallies.items()}, within)
        return
    if per_hour is None:
        raise typer.BadParameter("say how many calls come in an hour", param_hint="--per-hour")
    number = _number(agents)
    _bounded(per_hour, hours + warm_up)
    demand = Demand("line", per_hour, handle, patience)
    tally = run_steady(
        *one_line(number, demand), [demand], hours=hours, warm_up=warm_up, seed=seed, within=within, rings=rings
    )[ALL]
    if as_json:
        put(tally.figures())
    else:
        _told({"simulated": tally}, within, steady(number, per_hour, handle, patience, within))


def _number(agents: list[str] | None) -> int:
    if not agents:
        raise typer.BadParameter("say how many agents there are", param_hint="--agents")
    try:
        number = int(agents[-1])
    except ValueError:
        raise typer.BadParameter(f"{agents[-1]!r} is not a number of agents", param_hint="--agents") from None
    if not 1 <= number <= 10_000:
        raise typer.BadParameter(f"{number} will not do: from 1 to 10000", param_hint="--agents")
    return number


def _rates(text: str, known: frozenset[str]) -> Mapping[str, float]:
    rates: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        line, _, number = part.partition("=")
        if line not in known:
            raise typer.BadParameter(
                f"the plan has no line {line!r}; it has {', '.join(sorted(known))}", param_hint="--lines"
            )
        try:
            rates[line] = float(number)
        except ValueError:
            rates[line] = -1.0
        if not (isfinite(rates[line]) and rates[line] > 0):
            raise typer.BadParameter(
                f"{part!r} will not do: write {line}=30 for 30 calls an hour", param_hint="--lines"
            )
    if not rates:
        raise typer.BadParameter("write lines with their calls an hour: ID=30,ID=12", param_hint="--lines")
    return rates


def _bounded(per_hour: float, hours: float) -> None:
    if per_hour * hours > MOST_CALLS:
        raise typer.BadParameter(f"these are {per_hour * hours:.0f} calls; at most {MOST_CALLS} are simulated")


def _told(tallies: Mapping[str, Tally], within: float, theory: Steady | None = None) -> None:
    table = Table("", *tallies, *(["by formula"] if theory else []), box=None, pad_edge=False)
    rows = {
        "calls": [str(tally.offered) for tally in tallies.values()],
        "answered": [_share(tally.answered, tally.offered) for tally in tallies.values()],
        "hung up waiting": [_share(tally.abandoned, tally.offered) for tally in tallies.values()],
        "given up by the line": [_share(tally.turned_away, tally.offered) for tally in tallies.values()],
        "mean wait of the answered": [_seconds(tally.asa) for tally in tallies.values()],
        "90 % waited at most": [_seconds(tally.wait(0.9)) for tally in tallies.values()],
        f"answered within {within:g} s": [_percent(tally.service_level) for tally in tallies.values()],
        "agents busy": [_percent(tally.occupancy) for tally in tallies.values()],
    }
    if theory is not None:
        told = {
            "answered": _percent(1.0 - theory.abandons),
            "hung up waiting": _percent(theory.abandons),
            "mean wait of the answered": _seconds(theory.asa),
            f"answered within {within:g} s": _percent(theory.service_level),
            "agents busy": _percent(theory.occupancy),
        }
        for name, cells in rows.items():
            cells.append(told.get(name, ""))
    for name, cells in rows.items():
        table.add_row(name, *cells)
    put_table(table)


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else str(part)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _seconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1f} s" if isfinite(value) else "without end"
