"""Secrets of one hotline: made at the first start, kept in `var/secrets.json` (mode 0600), the same ever after."""

from __future__ import annotations

import fcntl
import json
import os
import secrets as chance
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

FILE = "secrets.json"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What Asterisk's door and each phone is opened with. Nothing of it shows in a log."""

    ari_password: str = field(repr=False)
    phones: Mapping[str, str] = field(repr=False)
    """Digest secret by phone username."""


class SecretsError(ValueError):
    """The secrets' file is there but cannot be used."""


def keep_secrets(var: Path, usernames: Iterable[str] = ()) -> Secrets:
    """The secrets below `var`; what is missing (a new phone, everything at first) is made and written down.

    A phone that left the configuration keeps its secret, so that it is the same if the phone returns.
    Raises SecretsError when the file is damaged: it is never replaced, since every phone would have to be set anew.
    """
    var.mkdir(parents=True, exist_ok=True)
    path = var / FILE
    with _alone(var):
        known = _read(path)
        password = known.ari_password if known else chance.token_hex(16)
        phones = dict(known.phones) if known else {}
        for username in usernames:
            phones.setdefault(username, chance.token_hex(16))
        kept = Secrets(password, phones)
        if kept != known:
            _write(path, kept)
    return kept


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    with (var / f".{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> Secrets | None:
    try:
        path.chmod(0o600)
        data = json.loads(path.read_text(encoding="ascii"))
        return Secrets(str(data["ari_password"]), {str(k): str(v) for k, v in data["phones"].items()})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SecretsError(f"{path}: damaged; put back a copy, or remove it and set every phone anew") from error


def _write(path: Path, kept: Secrets) -> None:
    data = {"ari_password": kept.ari_password, "phones": dict(sorted(kept.phones.items()))}
    handle, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(data, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
