"""Unit: what the doctor finds, on machines that lack something."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.commands.doctor import app
from hotline.doctor import Finding, examine
from hotline.managed import claim
from hotline.operators import read_config
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, Settings
from prompts.catalogue import Catalogue
from tests.databases import execute


@pytest.fixture
def good(settings: Settings) -> Settings:
    """A hotline that was set up: the shipped plan, every sound, music, secrets, a database."""
    ready = settings.model_copy(update={"config": HOUSE / "config"})
    ready.sounds.mkdir(parents=True)
    ready.moh.mkdir(parents=True)
    (ready.moh / "music.alaw").touch()
    for name in Catalogue(read_config(ready.config).plan.prompts).texts:
        (ready.sounds / f"{name}.alaw").touch()
    keep_secrets(ready.var)
    sqlite3.connect(ready.var / "hotline.db").close()
    return ready


def faults(settings: Settings) -> list[Finding]:
    return [finding for finding in examine(settings) if finding.needed and not finding.ok]


@pytest.fixture
def no_asterisk(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def mends(settings: Settings, words: str) -> str:
    """The mend of the one fault whose words these are."""
    (finding,) = (finding for finding in faults(settings) if words in finding.what)
    return finding.mend


@pytest.mark.system
def test_a_machine_that_was_set_up_lacks_nothing(good: Settings) -> None:
    assert faults(good) == []


def test_every_fault_has_a_mend(settings: Settings, no_asterisk: Path) -> None:
    bad = settings.model_copy(update={"asterisk_tree": no_asterisk})
    assert len(faults(bad)) >= 3
    assert all(finding.mend for finding in faults(bad))


def test_a_missing_asterisk(good: Settings, no_asterisk: Path) -> None:
    assert mends(good.model_copy(update={"asterisk_tree": no_asterisk}), "no unpacked Asterisk") == "make setup"


def test_ports_that_somebody_else_has(good: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind((good.web.host, good.web.port))
        other.listen()
        assert "web.port" in mends(good, f"TCP port {good.web.port}")
    assert not [finding for finding in faults(good) if "port" in finding.what]


def test_ports_that_our_own_running_hotline_has(good: Settings) -> None:
    lock = claim(good)
    assert lock
    with lock, socket.socket(socket.AF_INET, socket.SOCK_STREAM) as ours:
        ours.bind((good.web.host, good.web.port))
        ours.listen()
        assert not [finding for finding in faults(good) if "port" in finding.what]
        assert f"a hotline runs on {good.var}" in [finding.what for finding in examine(good)]


def test_a_mistake_of_the_operators(good: Settings, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "plan.yaml").write_text("nonsense: [")
    assert mends(good.model_copy(update={"config": tmp_path / "broken"}), "mistakes").startswith("hotline check ")


def test_a_prompt_without_sound(good: Settings) -> None:
    name = next(iter(Catalogue(read_config(good.config).plan.prompts).texts))
    (good.sounds / f"{name}.alaw").unlink()
    assert mends(good, f"1 sounds not built, such as {name}") == "hotline prompts build"


def test_no_music(good: Settings) -> None:
    (good.moh / "music.alaw").unlink()
    assert mends(good, "no music on hold") == "hotline prompts build"


def test_secrets_that_others_can_read(good: Settings) -> None:
    (good.var / "secrets.json").chmod(0o644)
    assert mends(good, "readable by others").startswith("chmod 600 ")


def test_a_damaged_database(good: Settings) -> None:
    (good.var / "hotline.db").write_bytes(b"not a database, but long enough to be taken for one" * 40)
    assert "copy" in mends(good, "not a database")


def test_no_secret_and_no_password_is_told(good: Settings) -> None:
    remote = good.model_copy(update={"database": "postgresql+asyncpg://us:geheim@db.example/hotline"})
    told = " ".join(finding.what + finding.mend for finding in examine(remote))
    assert "geheim" not in told
    assert keep_secrets(good.var).ari_password not in told


def test_a_machine_without_chinese_type(good: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.doctor.missing", lambda: ("a font with Chinese type",))
    assert "fonts-noto-cjk" in mends(good, "forms cannot be printed without a font with Chinese type")


@pytest.mark.postgresql
def test_a_server_is_asked_and_what_is_wrong_with_it_told(good: Settings, url: str, bare: str) -> None:
    def told(database: str) -> Finding:
        found = examine(good.model_copy(update={"database": database}))
        return next(one for one in found if one.what.startswith("database "))

    assert told(url).ok
    assert "answers" in told(url).what
    assert "tables are made at the first start" in told(bare).what
    gone = told(url.replace("@/t", "@/no_such_"))
    assert (gone.ok, "does not exist" in gone.what) == (False, True)
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer version" in told(url).what


def test_pages_for_everybody_with_sound_for_this_machine_alone_are_a_hint(good: Settings) -> None:
    def hints(**web: object) -> list[Finding]:
        changed = good.model_copy(update={"web": good.web.model_copy(update=web)})
        return [one for one in examine(changed) if "sound of browsers" in one.what]

    assert hints() == []
    (hint,) = hints(behind_proxy=True)
    assert (hint.ok, hint.needed, "webrtc.media" in hint.mend) == (False, False, True)
    (hint,) = hints(host="10.1.0.5")
    assert hint.what == (
        "the pages are open to the network, but the sound of browsers goes to 127.0.0.1: "
        "telephones in pages work on this machine alone"
    )
    heard = good.webrtc.model_copy(update={"media": "10.1.0.5"})
    assert not [one for one in examine(good.model_copy(update={"webrtc": heard})) if not one.ok and one.needed]


def test_what_the_doctor_tells_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told = "the first: plan.yaml:3: [red] and [/] and [::1]:8320 are taken as they are"
    monkeypatch.setattr("hotline.commands.doctor.examine", lambda _: [Finding(False, told, "mend [it]", needed=False)])
    answer = CliRunner().invoke(app, [])
    assert answer.exit_code == 0, answer.output
    assert answer.stderr == f"· {told} → mend [it]\n"
