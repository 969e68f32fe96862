"""What the commands share: reading what a person typed, and telling them what is wrong.

Messages for people go to stderr, `--json` alone to stdout; 0 done, 1 not good, 2 wrong usage.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Container
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from hotline.operators import Published, read_config
from hotline.settings import Settings, SettingsError, load
from hotline.versions import Versions
from routing.calendar import SHANGHAI
from routing.reading.load import Unreadable

people = Console(stderr=True, highlight=False, emoji=False, markup=False, soft_wrap=True)
"""Where people are told something, as it is: a path, an address or a name may hold what looks like markup, and a line
that is a program's to read, or longer than the terminal is wide, stays one line."""

Config = Annotated[Path | None, typer.Option("--config", help="Folder of the hotline's YAML files.")]
Var = Annotated[Path | None, typer.Option("--var", help="Folder of the hotline's data.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


def fail(message: object) -> NoReturn:
    """Say in one line what to do, and end with 1."""
    people.print(str(message), markup=False)
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


def live_in(settings: Settings) -> Published:
    """The plan that the hotline of these settings serves; that of the config folder when none was ever live."""
    versions = Versions(settings.var / "plans")
    live = versions.live
    try:
        return published_in(settings.config) if live is None else versions.read(live)
    except Unreadable as error:
        fail(error)


def put(data: Any) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def put_table(table: Table, otherwise: str | None = None) -> None:
    """A table on stdout, its cells as they are; one without rows is `otherwise`, for people."""
    if otherwise is not None and table.row_count == 0:
        people.print(otherwise, markup=False)
    else:
        Console(highlight=False, emoji=False, markup=False).print(table)


def instant(text: str | None) -> datetime:
    """A time that a person typed: ISO 8601, Asia/Shanghai unless it names an offset; now when they typed none."""
    if text is None:
        return datetime.now(UTC).astimezone(SHANGHAI)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time; write it like 2026-10-01T09:00") from None
    if not 1900 < at.year < 9000:  # days before and after it must be times too
        raise typer.BadParameter(f"{text!r} is a time that nobody could mean")
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def day_typed(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-10-01") from None


_AS_KEYS = str.maketrans("０１２３４５６７８９＊＃．。，、", "0123456789*#..,,")


def as_keys(text: str) -> str:
    """What a Chinese input method made of typed keys, as keys again."""
    return text.translate(_AS_KEYS)


def keys_of(text: str, also: Container[str] = ()) -> list[str]:
    """Typed keys: `1,4`, `.` for silence, `h` for hanging up, and `also` what else is a key here."""
    keys = [key.strip() for key in as_keys(text).split(",") if key.strip()]
    for key in keys:
        if not _is_key(key, also):
            apart = [sign for one in keys for sign in one]
            hint = "write keys like 1,4 with . for silence and h for hanging up"
            if all(_is_key(sign, also) for sign in apart):
                hint = f"one key between commas: {','.join(apart)}"
            raise typer.BadParameter(f"{key!r} is no key; {hint}")
    return keys


def _is_key(text: str, also: Container[str]) -> bool:
    return re.fullmatch(r"[0-9*#.h]", text) is not None or text in also
