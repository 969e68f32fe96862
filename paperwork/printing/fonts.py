"""Whether this machine can set Chinese type at all: without the fonts a form would be a sheet of empty boxes."""

from __future__ import annotations

import ctypes
import subprocess
from functools import cache

_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
MEND = "scripts/setup system run (as root: apt-get install libpango-1.0-0 libpangoft2-1.0-0 fontconfig fonts-noto-cjk)"


@cache
def missing() -> tuple[str, ...]:
    """What printing lacks, in words; nothing when forms can be printed."""
    lacking = [library for library in _LIBRARIES if not _loads(library)]
    if not families():
        lacking.append("a font with Chinese type")
    return tuple(lacking)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


@cache
def families() -> tuple[str, ...]:
    """The fonts with simplified Chinese that are installed, by name."""
    try:
        said = subprocess.run(
            ["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(sorted({line.split(",")[0].strip() for line in said.splitlines() if line.strip()}))
