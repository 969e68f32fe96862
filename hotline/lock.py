"""One hotline at a time on a folder of data."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AnotherHotline(RuntimeError):
    """The folder is in use; the text says what to do."""


@contextmanager
def alone_on(var: Path) -> Iterator[None]:
    """Hold `var` for this process, until it is left or we die. Raises AnotherHotline, OSError."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "hotline.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherHotline(
                f"another hotline already runs on {var}: stop it, or give this one its own --var"
            ) from None
        yield
