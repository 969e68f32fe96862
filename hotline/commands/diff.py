"""What a new version changes for callers."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline.commands.plan import language_of
from hotline.difference_told import MOST, sentence, told
from hotline.operators import Published
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, instant, published_in, put, settings_of
from hotline.versions import NoSuchVersion, Versions
from routing.calendar import SHANGHAI
from routing.reading.load import Unreadable
from routing.rehearsal.difference import Change, difference
from routing.rehearsal.moments import HORIZON
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
    everything: Annotated[bool, typer.Option("--all", help="Tell all, however much.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Tell in words what a new version changes for callers."""
    settings = settings_of(config, var)
    spoken = language_of(language)
    before = _plan(old, settings) if old is not None else _live(settings)
    after = _plan(new, settings) if new is not None else published_in(settings.config)
    since = instant(at)
    changes = difference(before.plan, after.plan, since)
    last = since.astimezone(SHANGHAI).date() + timedelta(days=HORIZON - 1)
    if as_json:
        data = [_data(change, spoken) for change in changes]
        put({"old": before.version, "new": after.version, "until": last.isoformat(), "changes": data})
        return
    for line in told(changes, spoken, last, None if everything else MOST):
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
