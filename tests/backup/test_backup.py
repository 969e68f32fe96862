"""Unit on real databases and files: what was kept comes back the same, and half a backup is none."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.backup import manifest as form
from hotline.cli import app_of
from hotline.lock import alone_on
from hotline.sealing import vault_of
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, Settings, load
from records.audit import Audit, Broken
from records.copying import contents, differences
from records.database import database_file
from records.journal import SqlJournal
from records.migrations import upgrade
from records.vault.ciphers import CIPHERS
from records.vault.keys import KeyFile
from tests.databases import execute
from tests.postgres import postgres
from tests.records.tales import TALES, TALKS, Fact, entries
from tests.records.test_vault import put, sound

APP = app_of(["backup", "database", "audit"])
TALK, NOW_MADE = "talks/2026/11/20/a-1-3", "talks/2026/11/20/a-2-4"


class House:
    """A hotline that has served: its folders, its database, and where its backups go."""

    def __init__(self, root: Path, url: str) -> None:
        self.root, self.url = root, url
        self.var, self.config, self.to = root / "var", root / "config", root / "backups"
        self.keys = root / "keys"
        shutil.copytree(HOUSE / "config", self.config)
        keep_secrets(self.var, ["vct-1"])
        (self.var / "front.json").write_text('{"name": "flood", "until": "2026-11-21T00:00:00+00:00"}')
        (self.var / "plans" / "0001").mkdir(parents=True)
        (self.var / "plans" / "0001" / "plan.yaml").write_text("kept: true\n")
        (self.var / "sounds").mkdir()
        (self.var / "sounds" / "made-again.alaw").write_bytes(b"x")
        log = self.var / "asterisk" / "log"
        log.mkdir(parents=True)
        (log / "fallback.log").write_text("[2026-11-20] whole\n[2026-11-20] ha")
        self.spool.mkdir(parents=True, exist_ok=True)
        (self.spool / "journal-spool-000001.jsonl").write_text('\n{"a": 1}\n{"a": 2}\n{"a"')
        KeyFile(self.var / "keys.json").rotate(CIPHERS["AES-256-GCM"], datetime.now(UTC))
        self.vault = vault_of(self.settings())
        put(self.vault, sound(1.0), TALK)
        assert self.vault.seal(TALK)
        self.told([TALKS])

    @property
    def spool(self) -> Path:
        file = database_file(self.url)
        return self.var if file is None else file.parent

    def settings(self) -> Settings:
        return load(var=self.var, config=self.config)

    def told(self, tales: Sequence[list[Fact]]) -> None:
        async def tell() -> None:
            async with SqlJournal(self.url, folder=self.root / "told") as journal:
                for n, tale in enumerate(tales):
                    for entry in entries(tale, f"a-{n}"):
                        journal.note(entry)

        asyncio.run(tell())

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(APP, [*words, "--var", str(self.var), "--config", str(self.config)])

    def backup(self, *words: str) -> Path:
        done = self.run("backup", str(self.to), "--json", *words)
        assert done.exit_code == 0, done.output
        return Path(json.loads(done.stdout)["backup"])

    def refused(self, *words: str) -> str:
        """The one line with which a command was refused."""
        done = self.run(*words)
        lines = done.stderr.splitlines()
        assert (done.exit_code, len(lines)) == (1, 1), done.output
        return lines[0]


@pytest.fixture
def house(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("HOTLINE_DATABASE", url)
    if database_file(url) is None:
        monkeypatch.setenv("PATH", f"{postgres()._programs}:{os.environ['PATH']}")
    return House(tmp_path, url)


class There:
    """Another machine: empty places for a backup."""

    def __init__(self, house: House, url: str) -> None:
        self.house, self.url = house, url
        self.var, self.config = house.root / "there" / "var", house.root / "there" / "config"

    def words(self, backup: Path, *more: str) -> list[str]:
        places = ["--var", str(self.var), "--config", str(self.config), "--database", self.url]
        return ["restore", str(backup), *places, *more]

    def restored(self, backup: Path, *more: str) -> Result:
        return CliRunner().invoke(APP, self.words(backup, *more))

    def refused(self, backup: Path, *more: str) -> str:
        done = self.restored(backup, *more)
        lines = done.stderr.splitlines()
        assert (done.exit_code, len(lines)) == (1, 1), done.output
        return lines[0]

    def left(self) -> list[str]:
        return sorted(
            path.name for folder in (self.var, self.config) if folder.is_dir() for path in folder.iterdir()
            if path.name != "hotline.lock"
        )  # fmt: skip


@pytest.fixture
def there(house: House, bare: str) -> There:
    return There(house, bare)


def test_what_was_kept_comes_back_and_plays(house: House, there: There) -> None:
    put(house.vault, sound(0.5), NOW_MADE)  # written this moment: a call goes on
    backup = house.backup("--keys-to", str(house.keys))
    assert "recordings/talks/2026/11/20/a-1-3.wav.sealed" in form.read(backup).files
    assert form.read(backup).open == (NOW_MADE,)
    (keys,) = house.keys.iterdir()
    done = there.restored(backup, "--keys", str(keys), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"]["journal"] > 10

    before, after = asyncio.run(contents(house.url)), asyncio.run(contents(there.url))
    assert differences(before, after) == ["audit"]  # that it was restored is written down there
    assert not isinstance(asyncio.run(Audit(there.url, there.var).verify()), Broken)
    assert (there.var / "front.json").read_text() == (house.var / "front.json").read_text()
    assert (there.var / "secrets.json").read_text() == (house.var / "secrets.json").read_text()
    assert (there.var / "plans" / "0001" / "plan.yaml").read_text() == "kept: true\n"
    assert (there.config / "plan.yaml").read_bytes() == (house.config / "plan.yaml").read_bytes()
    assert (there.var / "asterisk" / "log" / "fallback.log").read_text() == "[2026-11-20] whole\n"
    spool = (database_file(there.url) or there.var / "x").parent
    assert (spool / "journal-spool-000001.jsonl").read_text() == '\n{"a": 1}\n{"a": 2}\n'
    assert not (there.var / "sounds").exists()
    assert stat.S_IMODE((there.var / "keys.json").stat().st_mode) == 0o600
    assert vault_of(load(var=there.var, config=there.config)).read(TALK) == sound(1.0)


def test_keys_never_lie_beside_what_they_open_unless_somebody_asked_for_it(house: House, there: There) -> None:
    done = house.run("backup", str(house.to))
    assert done.exit_code == 0
    assert "keys are not in it" in done.stderr
    (backup,) = house.to.glob("hotline-*")
    key = (house.var / "keys.json").read_text().split('"key": "')[1][:64]
    for path in backup.rglob("*"):
        assert path.is_dir() or key.encode() not in path.read_bytes()
    assert "sealed with keys that are not here" in there.refused(backup)
    assert there.left() == []
    assert there.restored(backup, "--without-keys").exit_code == 0
    assert not (there.var / "keys.json").exists()
    assert "the keys' folder lies in the backup's" in house.refused("backup", str(house.to), "--keys-to", str(house.to))


def test_keys_inside_open_the_recordings_again(house: House, there: There) -> None:
    assert there.restored(house.backup("--keys-inside")).exit_code == 0
    assert vault_of(load(var=there.var, config=there.config)).read(TALK) == sound(1.0)


@pytest.mark.sqlite
def test_who_made_a_backup_is_in_the_audit_log_before_it(house: House) -> None:
    house.backup()
    entries = [json.loads(line) for line in house.run("audit", "list", "--json").stdout.splitlines()]
    assert [(entry["what"], entry["about"]) for entry in entries] == [("backup_made", str(house.to))]
    told = json.loads((house.var / "backup.json").read_text())
    assert told["to"].startswith(str(house.to / "hotline-"))


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda b: (b / "var/front.json").write_text("{}"), "is not as it was written"),
        (lambda b: (b / "config/plan.yaml").unlink(), "is missing"),
        (lambda b: (b / "config/more.yaml").write_text("x: 1"), "is in no manifest"),
        (lambda b: (b / "manifest.json").unlink(), "is no backup"),
        (lambda b: (b / "manifest.json").write_text("{"), "is damaged"),
        (
            lambda b: (b / "manifest.json").write_text(
                (b / "manifest.json").read_text().replace('"rows": 0', '"rows": 1')
            ),
            "was changed after it was written",
        ),
    ],
)
def test_a_broken_backup_is_refused_before_anything_is_put_back(
    house: House, there: There, harm: Callable[[Path], object], said: str
) -> None:
    backup = house.backup("--keys-inside")
    harm(backup)
    assert said in there.refused(backup)
    assert said in house.refused("restore", str(backup), "--check")
    assert there.left() == []


@pytest.mark.sqlite
def test_nothing_is_put_over_something(house: House, there: There) -> None:
    backup = house.backup("--keys-inside")
    with alone_on(there.var):
        assert "another hotline already runs" in there.refused(backup)
    (there.var / "front.json").write_text("{}")
    assert "is not empty (front.json)" in there.refused(backup)
    assert (there.var / "front.json").read_text() == "{}"
    (there.var / "front.json").unlink()
    there.config.mkdir()
    (there.config / "lines.yaml").touch()
    assert "is not empty (lines.yaml)" in there.refused(backup)
    assert there.restored(backup, "--without-config").exit_code == 0


@pytest.mark.postgresql
def test_a_database_with_tables_is_not_filled_and_nothing_else_stays(house: House, there: There) -> None:
    backup = house.backup("--keys-inside")
    assert "is not empty: name an empty database" in There(house, house.url).refused(backup)
    assert there.left() == []


@pytest.mark.postgresql
def test_without_its_programs_a_server_is_told_of_in_one_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(house.root))
    assert "pg_dump is not installed: apt-get install postgresql-client" in house.refused("backup", str(house.to))
    assert [path.name for path in house.to.iterdir()] == [".lock"]
    assert form.read(house.backup("--without-database")).database is None


@pytest.mark.sqlite
def test_a_database_that_does_not_hold_what_was_kept_is_taken_away_again(house: House, there: There) -> None:
    """As if a disk had written something else than it was told."""
    backup = house.backup("--keys-inside")
    manifest = form.read(backup)
    execute(f"sqlite:///{backup}/database/hotline.db", "DELETE FROM legs")
    data = manifest.to_json()
    file = backup / "database" / "hotline.db"
    data["files"]["database/hotline.db"] |= {"bytes": file.stat().st_size, "sha256": form.hash_of(file)}
    del data["digest"]
    (backup / "manifest.json").write_text(json.dumps({**data, "digest": form._digest(data)}))
    assert "does not hold what was kept: legs" in there.refused(backup)
    assert there.left() == []


@pytest.mark.sqlite
@pytest.mark.parametrize("where", ["front.json", "hotline.db", "a-1-3.wav.sealed", "manifest.json"])
def test_a_disk_that_fills_leaves_one_line_and_nothing_by_halves(
    house: House, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    first = house.backup("--keys-to", str(house.keys))
    (first / "recordings" / f"{TALK}.wav.sealed").unlink()  # else it is linked, and takes no room
    fill(monkeypatch, where)
    assert house.refused("backup", str(house.to), "--keys-to", str(house.keys)).startswith(
        "it cannot be written: No space"
    )
    assert sorted(path.name for path in house.to.iterdir()) == [".lock", first.name]
    assert len(list(house.keys.iterdir())) == 1


@pytest.mark.sqlite
@pytest.mark.parametrize("where", ["front.json", "hotline.db", "a-1-3.wav.sealed", "keys.json", "plan.yaml"])
def test_a_disk_that_fills_under_a_restore_leaves_the_places_empty(
    house: House, there: There, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    backup = house.backup("--keys-inside")
    fill(monkeypatch, where)
    assert there.refused(backup).startswith("it cannot be written: No space")
    assert there.left() == []
    monkeypatch.undo()
    assert database_file(there.url) is not None
    assert not (database_file(there.url) or house.var).exists()
    assert there.restored(backup).exit_code == 0  # once there is room


def fill(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """The disk is full when a file of this name has to be on it."""
    fsync = os.fsync

    def full(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().name.endswith(where):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), where)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)


@pytest.mark.sqlite
def test_a_disk_that_is_too_small_is_told_before_anything_is_written(
    house: House, there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = house.backup("--keys-inside")
    usage = shutil.disk_usage(house.root)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert "0 MB free and" in house.refused("backup", str(house.root / "other"))
    assert "0 MB free and" in there.refused(backup)
    assert there.left() == []


@pytest.mark.sqlite
def test_a_restore_that_was_killed_lets_no_hotline_begin(house: House, there: There) -> None:
    backup = house.backup("--keys-inside")
    there.var.mkdir(parents=True)
    (there.var / "restoring").touch()
    assert "was broken off: empty the folder" in there.refused(backup)
    begin = [sys.executable, "-m", "hotline", "up", "--var", str(there.var), "--config", str(house.config)]
    begun = subprocess.run(
        begin, cwd=HOUSE, capture_output=True, text=True, check=False
    )  # it sets umask and logs of its process
    assert (begun.returncode, "was broken off" in begun.stderr) == (1, True)


@pytest.mark.sqlite
def test_recordings_take_room_once_and_old_backups_go(house: House) -> None:
    (house.var / "moh").mkdir()
    (house.var / "moh" / "own.alaw").write_bytes(b"music")
    first = house.backup()
    first.rename(house.to / "hotline-20260101T000000Z")
    second = house.backup("--keep", "1")
    assert [path.name for path in house.to.glob("hotline-*")] == [second.name]
    second.rename(house.to / "hotline-20260102T000000Z")
    third = house.backup("--keep", "2")
    for name in (f"recordings/{TALK}.wav.sealed", "var/moh/own.alaw"):
        assert (third / name).stat().st_nlink == 2
    assert (third / "var" / "front.json").stat().st_nlink == 1
    assert json.loads(house.run("restore", str(third), "--check", "--json").stdout)["files"] > 10


@pytest.mark.sqlite
def test_a_voice_that_nobody_sealed_yet_lies_sealed_in_the_backup(house: House, there: There) -> None:
    plain = put(house.vault, sound(0.7), NOW_MADE)
    os.utime(plain, (1, 1))  # long ago
    backup = house.backup("--keys-inside")
    assert not list(backup.rglob("*.wav"))
    assert there.restored(backup).exit_code == 0
    assert vault_of(load(var=there.var, config=there.config)).read(NOW_MADE) == sound(0.7)


def test_calls_that_are_written_meanwhile_are_in_it_whole_or_not_at_all(house: House, there: There) -> None:
    """A writer that never rests; what came back was one moment of it: no call without its record, none cut."""
    stop, failed = threading.Event(), []

    def write() -> None:
        async def calls() -> None:
            async with SqlJournal(house.url, folder=house.root / "busy") as journal:
                number = 1000
                while not stop.is_set():
                    for tale in TALES:
                        number += 1
                        for entry in entries(tale, f"a-{number}"):
                            journal.note(entry)
                    await journal.flush()
                written.set()

        try:
            asyncio.run(calls())
        except BaseException as error:  # told to the test's own thread
            failed.append(error)

    written = threading.Event()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = [house.backup("--keys-inside", "--keep", "1")]
        rows = json.loads(house.run("database", "show", "--json").stdout)["rows"]
    finally:
        stop.set()
        writer.join()
    assert failed == []
    assert written.is_set()
    assert there.restored(backups[-1]).exit_code == 0
    found = asyncio.run(contents(there.url))
    assert found["journal"].rows <= rows["journal"]
    ended = execute(there.url, "SELECT count(DISTINCT call) FROM journal WHERE kind = 'CallEnded'")[0][0]
    assert execute(there.url, "SELECT count(*) FROM cdr")[0][0] == ended > 0


@pytest.mark.sqlite
@pytest.mark.migrates
def test_a_backup_of_newer_tables_is_for_a_newer_version(house: House, there: There) -> None:
    asyncio.run(upgrade(house.url))
    execute(house.url, "UPDATE alembic_version SET version_num = '9999'")
    backup = house.run("backup", str(house.to), "--keys-inside", "--json")
    assert backup.exit_code == 0, backup.output
    assert "made by a newer version of the hotline" in there.refused(Path(json.loads(backup.stdout)["backup"]))
