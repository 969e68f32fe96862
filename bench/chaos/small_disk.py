"""A disk of a few hundred megabytes that can be filled to its last byte."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.stand import StandFailed

SIZE = 400
"""Megabytes: what a hotline writes in a run, and as much again."""


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A new `folder` is such a disk until the block ends. Raises StandFailed where nobody may lend one."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        raise StandFailed(f"a small disk is lent to root alone: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], capture_output=True, check=False)


def fill(file: Path) -> None:
    """Write into a new file until its disk is full."""
    block = bytes(1 << 20)
    with file.open("wb", buffering=0) as handle:
        while block:
            try:
                handle.write(block)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                block = block[: len(block) // 2]
