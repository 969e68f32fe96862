"""Unit: what the doctor says of a hotline that has served for years, and of one that nobody looks after."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from hotline import upkeep
from hotline.backup.last import Last, remember
from hotline.settings import Settings, load
from hotline.upkeep import Finding
from records.migrations import kept_before
from tests.databases import execute
from tests.desk.test_gate import certificate
from tests.desk.test_gate import settings as written

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
AS_SHIPPED = (
    "LoadState=loaded\nUnitFileState=enabled\nKillMode=process\nNoNewPrivileges=yes\nProtectSystem=strict\n"
    "ProtectHome=yes\nPrivateDevices=yes\nRestrictSUIDSGID=yes\nCapabilityBoundingSet=\n"
    "ExecStart={ path=/usr/bin/hotline ; argv[]=/usr/bin/hotline up ; }\n"
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(var=tmp_path, config=tmp_path)


def only(found: Iterator[Finding]) -> Finding:
    (finding,) = found
    assert finding.ok or finding.mend
    return finding


@pytest.mark.parametrize(("hours", "ok"), [(1, True), (49, True), (51, False), (500, False)])
def test_the_age_of_the_last_backup_is_told(settings: Settings, hours: int, ok: bool) -> None:
    assert not only(upkeep.backups(settings, NOW)).needed  # whoever only tries the hotline needs none
    remember(settings.var, Last(NOW - timedelta(hours=hours), "/mnt/backup/hotline-x", 1, "d"))
    found = only(upkeep.backups(settings, NOW))
    assert (found.ok, found.needed, "/mnt/backup" in found.what) == (ok, True, True)
    (settings.var / "restoring").touch()
    assert [one.ok for one in upkeep.backups(settings, NOW)] == [False, ok]


@pytest.mark.parametrize(("days", "ok", "needed"), [(90, True, False), (20, False, False), (-1, False, True)])
def test_a_certificate_that_ends_soon_is_told_in_time(tmp_path: Path, days: int, ok: bool, needed: bool) -> None:
    found = only(upkeep.certificates(written(tmp_path, certificate(tmp_path, days=days))))
    assert (found.ok, found.needed) == (ok, needed)


def test_logs_that_nobody_puts_aside_are_told(settings: Settings) -> None:
    folder = settings.var / "asterisk" / "log"
    folder.mkdir(parents=True)
    with (folder / "messages.log").open("wb") as file:
        file.truncate(upkeep.LOGS)
    assert only(upkeep.logs(settings)).ok
    (folder / "more.log").write_bytes(b"x")
    assert not only(upkeep.logs(settings)).ok


@pytest.mark.sqlite
def test_tables_of_other_versions_are_told(url: str, tmp_path: Path) -> None:
    settings = load(var=tmp_path, config=tmp_path, database=url)
    assert list(upkeep.tables(settings)) == []
    execute(url, "UPDATE alembic_version SET version_num = '0001'")
    assert "a copy is made first" in only(upkeep.tables(settings)).what
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer version" in only(upkeep.tables(settings)).what
    kept_before(tmp_path / "hotline.db", "0001").touch()
    assert [one.needed for one in upkeep.tables(settings)] == [True, False]


def test_a_unit_as_shipped_is_good_and_each_thing_taken_away_is_named(settings: Settings) -> None:
    assert all(one.ok for one in upkeep.unit(settings, AS_SHIPPED))
    assert all(one.ok for one in upkeep.unit(settings, AS_SHIPPED.replace("Set=\n", "Set=cap_net_bind_service\n")))
    for name, value in upkeep.HARDENED.items():
        weak = AS_SHIPPED.replace(f"{name}={value}\n", f"{name}=no\n")
        assert [name in one.what for one in upkeep.unit(settings, weak) if not one.ok] == [True]
    killing = AS_SHIPPED.replace("=process", "=control-group")
    assert [one.needed for one in upkeep.unit(settings, killing) if not one.ok] == [True]
    assert "has no hotline.service" in only(upkeep.unit(settings, "LoadState=not-found\n")).what


@pytest.mark.parametrize(("value", "ok"), [("1", True), ("0", False), (None, False)])
def test_whether_somebody_watches_is_told(settings: Settings, value: str | None, ok: bool) -> None:
    series = [] if value is None else [{"metric": {"job": "hotline"}, "value": [1, value]}]

    class Prometheus(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"data": {"result": series}}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Prometheus) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            found = only(upkeep.watchers(settings, f"http://127.0.0.1:{server.server_port}"))
        finally:
            server.shutdown()
            thread.join()
    assert found.ok is ok
    assert "no Prometheus watches" in only(upkeep.watchers(settings, "http://127.0.0.1:1")).what


def test_the_clock_is_looked_at(settings: Settings) -> None:
    assert "clock" in only(upkeep.clock(settings)).what
