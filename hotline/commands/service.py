"""The hotline, run: up, serve."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import replace

import typer
from sqlalchemy.exc import DBAPIError

from desk.desk import learn
from hotline import engine
from hotline.asterisk_program import AsteriskMissing
from hotline.backup.mark import broken_off
from hotline.drafting.config_folder import finish
from hotline.left_behind import left_behind
from hotline.live import opening_of
from hotline.lock import AnotherHotline, alone_on
from hotline.logs import set_up_logs
from hotline.operators import RECORDINGS, read_config
from hotline.secrets import SecretsError
from hotline.settings import Settings
from hotline.sounds import build_sounds
from hotline.supervisor import Handed, Supervisor, Wire, Word
from hotline.switch_refused import SwitchLost, SwitchRefused
from hotline.terminal import Config, Var, fail, people, settings_of
from hotline.versions import Versions
from ivr.switch import SwitchTaken
from paperwork.rules import rules_in
from routing.reading.load import Unreadable

app = typer.Typer()


@app.command()
def up(config: Config = None, var: Var = None) -> None:
    """Start the whole hotline, its own Asterisk included, and stay in the foreground."""
    os.umask(0o077)  # what it writes, and its Asterisk, is nobody else's to read
    _serve(settings_of(config, var), managed=True)


@app.command()
def serve(config: Config = None, var: Var = None) -> None:
    """Start the hotline on an Asterisk that you run yourself."""
    _serve(settings_of(config, var), managed=False)


def _serve(settings: Settings, *, managed: bool) -> None:
    set_up_logs(level=settings.log_level, as_json=settings.log_json)
    handed = Handed.take()
    try:
        if (half := broken_off(settings.var)) is not None:
            fail(half)
        with alone_on(settings.var, None if handed is None else handed.lock) as lock:
            _learn(settings)
            supervisor = Supervisor(
                lambda wire: _engine(settings, wire, managed=managed),
                lambda asked: asyncio.run(left_behind(settings, managed=managed, asked=asked)),
                lock=lock,
                handed=handed,
            )
            status = supervisor.run()
    except (AnotherHotline, OSError) as error:
        fail(error)
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)  # end as the engine did: by the signal that was sent to us
    raise typer.Exit(status)


def _learn(settings: Settings) -> None:
    """Work out once what every engine forked from here would: it begins sooner when callers wait for it."""
    learn()
    with suppress(Unreadable, OSError):  # the engine says what is wrong
        read_config(settings.config)
        rules_in(settings.config)


def _engine(settings: Settings, wire: Wire, *, managed: bool) -> int:
    """An engine's whole life, in its own process; its exit status."""
    try:
        if finish(settings.config, settings.var):
            people.print("files that were being published when the engine ended are all in the config folder now")
        opening = opening_of(settings.config, Versions(settings.var / "plans"))
        folder = opening.published.folder
        recordings = None if folder is None else folder / RECORDINGS
        report = build_sounds(settings, opening.published.plan, people, recordings=recordings)
        for problem in report.problems:
            people.print(problem, style="red", markup=False)  # the hotline starts all the same
        asyncio.run(engine.serve(settings, replace(opening, failed=report.failed), managed=managed, wire=wire))
    except DBAPIError as error:
        return _ended(
            f"the database cannot be used ({error.orig}): put it aside, or put back a copy: {settings.database_shown}"
        )
    except SwitchLost as error:
        wire.tell(Word.FINAL)
        return _ended(error)
    except (Unreadable, SwitchRefused, AsteriskMissing, SecretsError, OSError, ValueError) as error:
        return _ended(error)
    except BaseExceptionGroup as group:
        taken, rest = group.split(SwitchTaken)
        if rest is not None or taken is None:
            raise
        wire.tell(Word.FINAL)
        return _ended("another engine took this Asterisk over; only one can serve it, so this one ended")
    return 0


def _ended(message: object) -> int:
    people.print(str(message), markup=False)
    return 1
