"""The whole command line, for tests that run commands in their own process."""

from __future__ import annotations

from functools import cache

from typer import testing

from hotline.cli import ROOMS, app_of

app = app_of(ROOMS)

# Typer builds each of the 140 commands anew for every command that is run: a third of a second of nothing but reading
# signatures. What it builds is not changed by running it.
vars(testing)["_get_command"] = cache(vars(testing)["_get_command"])
