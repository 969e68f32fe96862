"""Unit: systemd takes our units, and they may do little. Needs `systemd-analyze` (scripts/system-packages test)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hotline.settings import HOUSE

UNITS = HOUSE / "install" / "systemd"
OTHERS = ("network-online", "time-sync", "timers", "multi-user", "sysinit", "basic", "shutdown", "time-set")
"""Targets of every machine."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine's files, as far as units name them."""
    system = tmp_path / "usr" / "lib" / "systemd" / "system"
    system.mkdir(parents=True)
    for unit in (*UNITS.glob("*.service"), *UNITS.glob("*.timer")):
        shutil.copy(unit, system)
    for target in OTHERS:
        (system / f"{target}.target").write_text("[Unit]\nDescription=of every machine\n")
    (system / "asterisk.service").write_text("[Service]\nExecStart=/usr/bin/hotline\n")
    for program in ("usr/bin/hotline", "bin/sh"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    return tmp_path


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which("systemd-analyze"), "systemd-analyze is missing: scripts/system-packages test"
    return subprocess.run(["systemd-analyze", "--no-pager", *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("drop_in", [None, *(path.name for path in UNITS.glob("hotline.service.d/*.example"))])
def test_systemd_finds_nothing_wrong_with_them(root: Path, drop_in: str | None) -> None:
    if drop_in is not None:
        folder = root / "etc" / "systemd" / "system" / "hotline.service.d"
        folder.mkdir(parents=True)
        shutil.copy(UNITS / "hotline.service.d" / drop_in, folder / drop_in.removesuffix(".example"))
    names = sorted(path.name for path in UNITS.glob("hotline*.*") if path.is_file())
    assert len(names) == 4
    done = analyze("verify", f"--root={root}", *names)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", ["hotline.service", "hotline-backup.service", "hotline-alert-bridge.service"])
def test_a_broken_service_can_do_little_harm(root: Path, unit: str) -> None:
    """The exposure by systemd's own count, of 100; docs/install.md names it."""
    done = analyze("security", "--offline=true", "--threshold=20", f"--root={root}", unit)
    assert done.returncode == 0, done.stdout[-2000:]
    told = (HOUSE / "docs" / "install.md").read_text("utf-8")
    (figure,) = (line for line in done.stdout.splitlines() if "Overall exposure level" in line)
    assert f"{unit} {figure.rsplit(':', 1)[1].split()[0]}" in told


def test_certbots_hook_puts_a_renewed_pair_where_the_hotline_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    for part in ("privkey", "fullchain", "cert", "chain"):
        (tmp_path / "live" / f"{part}.pem").write_text(part)
    group = str(os.getgid())
    told = {"RENEWED_LINEAGE": str(tmp_path / "live"), "HOTLINE_TLS": str(tmp_path / "tls"), "HOTLINE_GROUP": group}
    for _ in range(2):  # and the next time
        subprocess.run([HOUSE / "install" / "certbot-deploy-hook"], check=True, env={**os.environ, **told})
    laid = {path.name: (path.read_text(), path.stat().st_mode & 0o777) for path in (tmp_path / "tls").iterdir()}
    assert laid == {"privkey.pem": ("privkey", 0o640), "fullchain.pem": ("fullchain", 0o640)}


def test_a_setting_that_systemd_does_not_know_is_found(root: Path) -> None:
    unit = root / "usr" / "lib" / "systemd" / "system" / "hotline.service"
    unit.write_text(unit.read_text().replace("ProtectHome=", "ProtectHouse="))
    assert "ProtectHouse" in analyze("verify", f"--root={root}", "hotline.service").stderr
