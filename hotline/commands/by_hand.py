"""What the commands share that turn something by hand: `hotline.hand` in words of the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from hotline.audited import note_down
from hotline.clock import clock_of
from hotline.control import NotRunning, Refused, ask
from hotline.hand import Hand, Turn, Unfit
from hotline.identity import asker
from hotline.settings import Settings
from hotline.terminal import fail, live_in, people


def hand_of(settings: Settings) -> Hand:
    """The hand of the person at this terminal."""
    return Hand(settings.var, lambda: live_in(settings).plan, clock_of(settings).now(), asker())


@contextmanager
def wished(**hints: str) -> Iterator[None]:
    """Tell of a wish that cannot be as of an argument; `hints` names those that are no option of the same name."""
    try:
        yield
    except Unfit as error:
        hint = hints.get(error.field, f"--{error.field}")
        raise typer.BadParameter(str(error), param_hint=hint) from None


@contextmanager
def looked() -> Iterator[None]:
    """Tell in one line why something that is kept in `var` cannot be read, or written."""
    try:
        yield
    except (OSError, ValueError) as error:
        fail(error)


def turn(settings: Settings, wish: Turn) -> None:
    """Do it, and write it into the audit log if that can be: callers in an emergency do not wait for a database."""
    note_down(settings, wish.what, wish.about, wish.details)
    with looked():
        wish.do()


def tell_the_engine(settings: Settings, path: str, else_: str) -> None:
    """A running engine hears of it; without one `else_` is told."""
    try:
        asyncio.run(ask(settings.var, "POST", path))
    except NotRunning:
        people.print(else_, style="yellow", markup=False)
    except Refused as error:
        people.print(str(error), style="yellow", markup=False)
