"""Unit: what an operator may write in settings.yaml, and what is said of a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.settings import SettingsError, load


def written(folder: Path, text: str) -> Path:
    (folder / "settings.yaml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_everything_is_on_loopback(tmp_path: Path) -> None:
    settings = load(config=tmp_path)
    assert {settings.sip.host, settings.ari.host, settings.web.host, settings.trunk.host} == {"127.0.0.1"}
    assert [str(network) for network in settings.trunk.match] == ["127.0.0.1/32"]


def test_the_command_line_beats_the_environment_and_the_environment_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "sip: {port: 5070, max_calls: 7}\nari: {port: 8090}\nnode: tj\n")
    monkeypatch.setenv("HOTLINE_SIP__PORT", "5080")
    monkeypatch.setenv("HOTLINE_NODE", "bj")
    settings = load(config=tmp_path, node="sh")
    assert (settings.sip.port, settings.sip.max_calls, settings.ari.port, settings.node) == (5080, 7, 8090, "sh")


def test_the_folder_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_CONFIG", str(written(tmp_path, "node: tj\n")))
    assert load().node == "tj"


def test_words_of_yaml_1_1_are_words(tmp_path: Path) -> None:
    assert load(config=written(tmp_path, "node: no\n")).node == "no"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("node: a\nsip:\n  port: 70000\n", 3, "sip.port"),
        ("node: a\nsip:\n  prot: 5060\n", 3, "sip.prot"),
        ("node: a\n\nweb: 5\n", 3, "web"),
        ("node: a\ntrunk:\n  match: [10.0.0.0/8, somewhere]\n", 3, "trunk.match.1"),
        ("sip: {}\nrtp:\n  first: 9000\n  last: 9001\n", 2, "last port"),
        ("trunk:\n  username: someone\n", 1, "username and password"),
        ('node: a\ntrunk: {host: "h; evil"}\n', 2, "trunk.host"),
        ("node: a\nnode: b\n", 2, "twice"),
        ("node: a\nsip: {port: 5060\nari: {}\n", 3, ""),
        ("- a list\n", 1, "name: value"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError) as told:
        load(config=written(tmp_path, text))
    assert f"settings.yaml:{line}: " in str(told.value)
    assert words in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as told:
        load(config=written(tmp_path, "node: A!\nsip:\n  port: none\n"))
    assert [line.split(":")[1] for line in str(told.value).splitlines()] == ["1", "3"]


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SIP__PORT", "many")
    with pytest.raises(SettingsError, match=r"^HOTLINE_SIP__PORT: sip\.port: "):
        load(config=tmp_path)


def test_a_refused_password_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as told:
        load(config=written(tmp_path, 'trunk:\n  username: us\n  password: "geheim;1"\n'))
    assert "settings.yaml:3: trunk.password" in str(told.value)
    assert "geheim" not in str(told.value)


def test_the_databases_password_is_shown_to_nobody() -> None:
    settings = load(database="postgresql+asyncpg://hotline:s3cr3t-word@10.0.0.9/hotline")
    assert "s3cr3t-word" in settings.database_url
    assert settings.database_shown == "postgresql+asyncpg://hotline:***@10.0.0.9/hotline"
