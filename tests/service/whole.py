"""The whole command line, for tests that run commands in their own process."""

from __future__ import annotations

from hotline.cli import ROOMS, app_of

app = app_of(ROOMS)
