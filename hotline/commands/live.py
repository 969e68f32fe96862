"""The plan that is live: reload, rollback, versions. They ask the running engine, or act for its next start."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from hotline.control import NotRunning, Refused, ask
from hotline.live import Result, roll_back_at_rest
from hotline.lock import AnotherHotline, alone_on
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, people, put, put_table, settings_of
from hotline.versions import NoSuchVersion, Versions
from routing.calendar import SHANGHAI
from routing.reading.load import Unreadable

app = typer.Typer()

_SAID = {
    Result.DONE: "version {number} ({version}) is live",
    Result.UNCHANGED: "nothing changed: version {number} ({version}) is live",
    Result.REFUSED: "refused: version {number} ({version}) goes on",
}


@app.command()
def reload(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Make the operators' files live, without losing a call; a bad file changes nothing."""
    settings = settings_of(config, var)
    try:
        folder = Path(asyncio.run(ask(settings.var, "GET", "/plan"))["config"])
        if folder.resolve() != settings.config.resolve():
            fail(
                f"the running hotline reads {folder}, not {settings.config}: reload without --config, or start it anew"
            )
        change = asyncio.run(ask(settings.var, "POST", "/reload"))
    except (NotRunning, Refused) as error:
        fail(error)
    _tell(change, as_json=as_json)


@app.command()
def rollback(
    number: Annotated[
        int | None,
        typer.Argument(metavar="[N]", help="A number that `hotline versions` lists; the one before if none."),
    ] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Make an older version live again; the files are left alone, and set aside until they change."""
    settings = settings_of(config, var)
    try:
        change = asyncio.run(ask(settings.var, "POST", "/rollback", {"number": number}))
    except Refused as error:
        fail(error)
    except NotRunning:
        change = _at_rest(settings, number)
    _tell(change, as_json=as_json)


def _at_rest(settings: Settings, number: int | None) -> dict[str, Any]:
    try:
        with alone_on(settings.var):
            version = roll_back_at_rest(settings.config, Versions(settings.var / "plans"), number)
    except AnotherHotline:
        fail(f"a hotline on {settings.var} is just starting or ending: try again")
    except (NoSuchVersion, Unreadable, OSError) as error:
        fail(error)
    people.print("no hotline runs: this holds from its next start")
    return {"result": Result.DONE, "number": version.number, "version": version.mark, "problems": [], "warnings": []}


@app.command()
def versions(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Every version that was live and is kept, the newest last."""
    kept = Versions(settings_of(config, var).var / "plans")
    live = kept.live
    rows = [(version, version == live) for version in kept.listed()]
    if as_json:
        put(
            [
                {"number": v.number, "kept": v.kept.astimezone(SHANGHAI).isoformat(), "version": v.mark, "live": live}
                for v, live in rows
            ]
        )
        return
    table = Table("版本", "时间", "标记", "启用")
    for v, is_live in rows:
        table.add_row(str(v.number), f"{v.kept.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", v.mark, "✔" if is_live else "")
    put_table(table)


def _tell(change: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put(change)
    else:
        for problem in change["problems"]:
            sys.stdout.write(problem + "\n")
    for warning in change["warnings"]:
        people.print(warning, markup=False)
    result = Result(change["result"])
    people.print(_SAID[result].format(**change), markup=False)
    if result is Result.REFUSED:
        raise typer.Exit(1)
