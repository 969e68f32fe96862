"""One hotline at a time on a folder of data."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AnotherHotline(RuntimeError):
    """The folder is in use; the text says what to do."""


@contextmanager
def alone_on(var: Path, held: int | None = None) -> Iterator[int]:
    """Hold `var` for this process and its children, until it is left or the last of them dies.

    Yields the lock's descriptor: `held` again, when we got it from who held `var` before us. Raises AnotherHotline,
    OSError.
    """
    var.mkdir(parents=True, exist_ok=True)
    with (var / "hotline.lock").open("w") if held is None else os.fdopen(held, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherHotline(
                f"another hotline already runs on {var}: stop it, or give this one its own --var"
            ) from None
        yield file.fileno()
