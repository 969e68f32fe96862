"""The mark of a restore that goes on, or was killed: no hotline begins on half of one."""

from __future__ import annotations

from pathlib import Path

MARK = "restoring"
"""In `var` while a backup is put back."""


def broken_off(var: Path) -> str | None:
    """Why no hotline may begin on this folder, when a restore into it did not come to its end."""
    if not (var / MARK).exists():
        return None
    return f"a restore into {var} was broken off: empty the folder, then `hotline restore` again"
