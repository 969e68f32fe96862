"""The clock on the wall of a hotline, which can be set while it runs: libfaketime, preloaded into its processes."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from bench.stand import StandFailed

_SLEEP = """\
import select
import time

time.sleep = lambda seconds: select.select([], [], [], seconds) and None
"""
"""Python sleeps until an instant, of which libfaketime (0.9.10) makes one that is no instant: EINVAL. `subprocess.run`
sleeps so when a program has closed its output and is not gone yet."""


class Wall:
    """The clock of those who are started with `environment`. Monotonic time goes on, and Asterisk's clock is right:
    what a step does to it (docs/reliability.md) would be what is tested."""

    def __init__(self, folder: Path) -> None:
        """`folder` exists. Raises StandFailed where there is no libfaketime."""
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
        if library is None:
            raise StandFailed("libfaketime is not installed: apt-get install libfaketime")
        self._file = folder / "wall"
        python = folder / "wall-python"
        python.mkdir(exist_ok=True)
        (python / "sitecustomize.py").write_text(_SLEEP)
        self.set(timedelta())
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_SKIP_CMDS": "asterisk,ld-linux-x86-64.so.2,ld-linux-aarch64.so.1",
            "NO_FAKE_STAT": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(python), os.getenv("PYTHONPATH")))),
        }

    def set(self, off: timedelta) -> None:
        """Move it so far off the true time; who runs sees it within a second."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{off.total_seconds():+.0f}\n")
        new.replace(self._file)
