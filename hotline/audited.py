"""What the commands do that is written into the audit log first: without an entry nothing is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from hotline.identity import asker
from hotline.settings import Settings
from hotline.terminal import fail, people
from records.audit import Act, Audit, Deed, Detail
from records.database import database_file

Private = Annotated[bool, typer.Option("--private", help="Show callers' whole numbers; say why: --reason.")]
Reason = Annotated[str | None, typer.Option(help="Why; it is written into the audit log.")]


def reason_of(reason: str | None, what: str) -> str:
    """The reason that a person gave, or a line that says that one is needed."""
    if reason is None or not reason.strip():
        raise typer.BadParameter(f"say why: {what} is written into the audit log", param_hint="--reason")
    return reason.strip()


def unmasked(reason: str | None, what: str = "who sees whole numbers", *, private: bool) -> str | None:
    """The reason for which whole numbers are shown; None when they are not asked for."""
    return reason_of(reason, what) if private else None


def shown(settings: Settings, about: str, why: str | None, **which: Sequence[str]) -> None:
    """Write down whose numbers are shown, before they are; nothing when nobody asked for them."""
    if why is not None:
        write_down(settings, Act.NUMBERS_SHOWN, about=about, reason=why, **which)


def write_down(
    settings: Settings, what: str, *, about: str | None = None, reason: str | None = None, **details: Detail
) -> None:
    """Write into the audit log that the person at this terminal does it now; end with a line when it cannot be.

    The time is the machine's own: no clock of a hotline that tries a holiday gets into the log.
    """
    deed = Deed(asker(), what, about, reason, details)
    with readable(settings):
        file = database_file(settings.database_url)
        if file is not None and not file.exists():
            raise FileNotFoundError(file)  # no command makes a database
        asyncio.run(Audit(settings.database_url, settings.var).write(deed, datetime.now(UTC)))


def note_down(settings: Settings, what: str, about: str | None, details: Mapping[str, Detail]) -> None:
    """Write into the audit log that the person at this terminal does it now, where there is one.

    A log that cannot be written is told and hinders nothing: for what callers in an emergency are waiting for.
    """
    file = database_file(settings.database_url)
    if file is not None and not file.exists():
        return  # no hotline was ever started here
    try:
        deed = Deed(asker(), what, about, details=details)
        asyncio.run(Audit(settings.database_url, settings.var).write(deed, datetime.now(UTC)))
    except (DBAPIError, OSError) as error:
        people.print(f"this is not in the audit log: {error}", style="yellow", markup=False)


@contextmanager
def readable(settings: Settings) -> Iterator[None]:
    """Tell in one line why the audit log cannot be used."""
    try:
        yield
    except FileNotFoundError:
        fail(f"no hotline was ever started in {settings.var}: name its folder with --var")
    except DBAPIError as error:
        fail(
            f"the audit log cannot be used ({error.orig}), so nothing is shown; a start of the hotline mends old tables"
        )
    except (OSError, ValueError) as error:
        fail(f"the audit log cannot be used, so nothing is shown: {error}")
