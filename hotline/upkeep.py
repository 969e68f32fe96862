"""What the doctor looks at where a hotline serves for years: backups, certificates, clock, logs, unit, watchers."""

from __future__ import annotations

import ctypes
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from hotline.backup.last import recall
from hotline.backup.mark import broken_off
from hotline.certificates import expiries
from hotline.log_rotation import KEPT, LARGEST
from hotline.settings import Settings, SettingsError
from records.database import database_file
from records.migrations import head

BACKUP_AGE = timedelta(hours=50)
"""Two nights: past that a backup has failed."""
CERTIFICATE_DAYS = 21
"""Whoever renews by themselves has done it by then."""
LOGS = 3 * (KEPT + 1) * LARGEST
"""Bytes of Asterisk's logs past which nobody puts them aside."""
PROMETHEUS: Final = "http://127.0.0.1:9090"
PATIENCE = 2.0
"""Seconds that a program beside us may take."""
UNIT: Final = "hotline.service"
HARDENED: Final[Mapping[str, str]] = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateDevices": "yes",
    "RestrictSUIDSGID": "yes",
    "CapabilityBoundingSet": "",
}
"""What the shipped unit says; a drop-in may have taken it away."""
_UNSYNCHRONISED = 5
"""What adjtimex(2) returns then (TIME_ERROR)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    what: str
    mend: str = ""
    """The command, or the line to change; empty when it is good."""
    needed: bool = True
    """False for a hint: what only tests and building prompts use, or what serves fewer people than it seems to."""


def backups(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """When one was made last, and whether a restore was left half-way."""
    half = broken_off(settings.var)
    if half is not None:
        yield Finding(False, half, f"empty {settings.var}, then `hotline restore` again")
    last = recall(settings.var)
    if last is None:
        mend = "hotline backup FOLDER --keys-to FOLDER, each on another disk; docs/backup.md makes one every night"
        yield Finding(False, "there is no backup yet", mend, needed=False)
        return
    age = (now or datetime.now(UTC)) - last.made
    told = f"last backup {_age(age)} ago, in {last.to}"
    mend = f"hotline backup {Path(last.to).parent}; `systemctl status hotline-backup` says why there was none"
    yield Finding(age <= BACKUP_AGE, told, mend)


def certificates(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """For how many days those of the settings are good."""
    try:
        until = expiries(settings)
    except SettingsError as error:
        yield Finding(False, str(error), "put a certificate there, or take it out of settings.yaml")
        return
    for use, end in until.items():
        days = (end - (now or datetime.now(UTC))).days
        told = f"the certificate of {use} is good for {days} days" if days >= 0 else f"the certificate of {use} ended"
        mend = "certbot renew; it is taken up while calls go on (docs/install.md)"
        yield Finding(days >= CERTIFICATE_DAYS, told, mend, needed=days < 0)


def clock(settings: Settings) -> Iterator[Finding]:
    """Whether something keeps the machine's clock right: hours, holidays and records go by it."""
    del settings
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    good = state not in (-1, _UNSYNCHRONISED)
    told = "the clock is kept right" if good else "nobody keeps this machine's clock right"
    mend = "apt-get install chrony, as root: it slews the clock, others may set it under calls"
    yield Finding(good, told, mend, needed=False)


def logs(settings: Settings) -> Iterator[Finding]:
    """Whether Asterisk's logs stay small."""
    folder = settings.var / "asterisk" / "log"
    size = sum(path.stat().st_size for path in folder.glob("*") if path.is_file()) if folder.is_dir() else 0
    mend = f"the engine puts them aside while it runs; look into {folder} for what else grows there"
    yield Finding(size <= LOGS, f"{size / 1e6:,.0f} MB of Asterisk's logs", mend, needed=False)


def tables(settings: Settings) -> Iterator[Finding]:
    """Of which version an SQLite file is, and copies that upgrades left. (A server is asked as it is let in.)"""
    file = database_file(settings.database_url)
    if file is None or not file.exists():
        return
    revision = None
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=2)) as database:
        revision = database.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    if revision is not None and revision > head():
        told = f"{file} was written by a newer version of the hotline (tables {revision}, ours {head()})"
        yield Finding(False, told, "start that version, or restore the backup made before it: docs/install.md")
    elif revision is not None and revision < head():
        yield Finding(True, f"the next start brings the tables from {revision} to {head()}; a copy is made first")
    old = sorted(file.parent.glob(f"{file.name}.before-*"))
    if old:
        told = f"{len(old)} copies from before upgrades lie beside the database, such as {old[0].name}"
        yield Finding(False, told, f"rm {old[0]}, once nobody goes back to that version", needed=False)


def unit(settings: Settings, shown: str | None = None) -> Iterator[Finding]:
    """Whether systemd runs us as shipped. `shown` is what `systemctl show` says; by itself it is asked."""
    del settings
    if shown is None:
        if not Path("/run/systemd/system").is_dir() or (program := shutil.which("systemctl")) is None:
            return
        names = ",".join((*HARDENED, "LoadState", "UnitFileState", "KillMode", "ExecStart"))
        done = subprocess.run(
            [program, "show", UNIT, f"--property={names}"], capture_output=True, text=True, check=False
        )
        shown = done.stdout
    told = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    if told.get("LoadState") != "loaded":
        yield Finding(False, f"systemd has no {UNIT}", "docs/install.md: the package brings it", needed=False)
        return
    enabled = told.get("UnitFileState") == "enabled"
    yield Finding(enabled, f"{UNIT} begins with the machine" if enabled else f"{UNIT} does not begin with the machine",
                  f"systemctl enable {UNIT}, as root", needed=False)  # fmt: skip
    soft = [name for name, value in HARDENED.items() if name in told and not _held(name, told[name], value)]
    yield Finding(
        not soft,
        f"{UNIT} may do little" if not soft else f"{UNIT} may do more than it has to: {', '.join(soft)}",
        f"systemctl cat {UNIT} shows which drop-in; systemctl revert {UNIT}",
        needed=False,
    )
    if told.get("KillMode") not in ("process", None) and "hotline up" in told.get("ExecStart", ""):
        yield Finding(False, f"{UNIT} ends Asterisk, and its calls, with the engine", "KillMode=process in the unit")


def watchers(settings: Settings, prometheus: str = PROMETHEUS) -> Iterator[Finding]:
    """Whether a Prometheus on this machine sees the hotline; one elsewhere is not known here."""
    del settings
    mend = "docs/install.md sets one up; from another machine it is not seen here"
    try:
        with urlopen(f"{prometheus}/api/v1/query?query=up%7Bjob%3D%22hotline%22%7D", timeout=PATIENCE) as answer:  # noqa: S310 - our own address
            found = json.load(answer)["data"]["result"]
    except (URLError, OSError, ValueError, KeyError, TypeError):
        yield Finding(False, f"no Prometheus watches at {prometheus}", mend, needed=False)
        return
    up = any(series["value"][1] == "1" for series in found)
    told = "Prometheus sees the hotline" if up else "Prometheus runs here and does not see the hotline"
    yield Finding(up, told, "monitoring/prometheus.yml: the job `hotline`, and is the hotline up?", needed=False)


def _held(name: str, value: str, wanted: str) -> bool:
    """A port below 1024 is the one thing that may be asked for."""
    return value == wanted or (name == "CapabilityBoundingSet" and value == "cap_net_bind_service")


def _age(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"
