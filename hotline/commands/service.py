"""The hotline, run: up, serve."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import typer
from sqlalchemy.exc import DBAPIError

from hotline import service
from hotline.asterisk_program import AsteriskMissing
from hotline.live import opening_of
from hotline.lock import AnotherHotline, alone_on
from hotline.logs import set_up_logs
from hotline.managed import SwitchRefused
from hotline.operators import RECORDINGS
from hotline.secrets import SecretsError
from hotline.settings import Settings
from hotline.sounds import build_sounds
from hotline.terminal import Config, Var, fail, people, settings_of
from hotline.versions import Versions
from ivr.switch import SwitchTaken
from routing.reading.load import Unreadable

app = typer.Typer()


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
    try:
        with alone_on(settings.var):
            opening = opening_of(settings.config, Versions(settings.var / "plans"))
            folder = opening.published.folder
            recordings = None if folder is None else folder / RECORDINGS
            report = build_sounds(settings, opening.published.plan, people, recordings=recordings)
            for problem in report.problems:
                people.print(problem, style="red", markup=False, soft_wrap=True)  # the hotline starts all the same
            asyncio.run(service.serve(settings, replace(opening, failed=report.failed), managed=managed))
    except Unreadable as error:
        fail(error)
    except DBAPIError as error:
        fail(f"the database cannot be used ({error.orig}): put it aside, or put back a copy: {settings.database_url}")
    except (AnotherHotline, SwitchRefused, AsteriskMissing, SecretsError, OSError, ValueError) as error:
        fail(error)
    except BaseExceptionGroup as group:
        taken, rest = group.split(SwitchTaken)
        if rest is not None or taken is None:
            raise
        fail("another engine took this Asterisk over; only one can serve it, so this one ended")
