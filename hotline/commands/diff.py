"""What a new version changes for callers."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline.commands.plan import language_of
from hotline.difference_told import sentence, told
from hotline.operators import Published
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, instant, published_in, put, settings_of
from hotline.versions import NoSuchVersion, Versions
from routing.reading.load import Unreadable
from routing.rehearsal.difference import Change, difference
from routing.rules.rule import Language

app = typer.Typer()


@app.command()
def diff(
    old: Annotated[
        str | None,
        typer.Argument(metavar="[OLD]", help="A folder, or a number of `hotline versions`; else the live one."),
    ] = None,
    new: Annotated[str | None, typer.Argument(metavar="[NEW]", help="The same; else the config folder.")] = None,
    at: Annotated[
        str | None, typer.Option(help="Changes from then on, like 2026-10-01T09:00; else from now on.")
    ] = None,
    language: Annotated[str | None, typer.Option("--lang", help="zh or en; else as the terminal is set.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Tell in words what a new version changes for callers."""
    settings = settings_of(config, var)
    spoken = language_of(language)
    before = _plan(old, settings) if old is not None else _live(settings)
    after = _plan(new, settings) if new is not None else published_in(settings.config)
    changes = difference(before.plan, after.plan, instant(at))
    if as_json:
        put({"old": before.version, "new": after.version, "changes": [_data(change, spoken) for change in changes]})
        return
    for line in told(changes, spoken):
        sys.stdout.write(line + "\n")


def _live(settings: Settings) -> Published:
    versions = Versions(settings.var / "plans")
    live = versions.live
    if live is None:
        fail(f"no version is kept in {settings.var / 'plans'} yet: name the folder of the old files")
    return _kept(versions, live.number)


def _plan(name: str, settings: Settings) -> Published:
    if name.isdecimal() and not Path(name).is_dir():
        return _kept(Versions(settings.var / "plans"), int(name))
    return published_in(Path(name))


def _kept(versions: Versions, number: int) -> Published:
    try:
        return versions.read(versions.find(number))
    except (NoSuchVersion, Unreadable) as error:
        fail(error)


def _data(change: Change, language: Language) -> dict[str, Any]:
    values = {name: _plain(value) for name, value in change.values.items()}
    return {"group": change.group, "what": change.what, "told": sentence(change, language), **values}


def _plain(value: Any) -> Any:
    match value:
        case date() | datetime():
            return value.isoformat()
        case tuple() | list():
            return [_plain(one) for one in value]
        case dict():
            return {name: _plain(one) for name, one in value.items()}
    return value
