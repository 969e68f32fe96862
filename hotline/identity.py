"""Who asks: the account of the operating system behind a command. The desk names its own people (`desk:AGENT`)."""

from __future__ import annotations

import os
import pwd


def asker() -> str:
    """Like `os:ann`; with `os:root(ann)` for ann who became root by sudo.

    Taken from the process, not from variables that anybody sets; only behind sudo, which sets it itself, is its word
    believed.
    """
    return f"os:{_name(os.getuid())}" + (f"({behind})" if (behind := _behind()) else "")


def _behind() -> str | None:
    uid = os.environ.get("SUDO_UID", "")
    return _name(int(uid)) if os.getuid() == 0 and uid.isdecimal() else None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
