"""Unit: accounts and tokens from the terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.cli import app_of


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("HOTLINE_CONFIG", "config")
    program, runner = app_of(["users", "tokens", "audit"]), CliRunner()

    def ask(*words: str) -> Result:
        return runner.invoke(program, [*words, "--var", str(tmp_path)])

    return ask


def test_accounts_are_kept_from_the_terminal(run: object) -> None:
    assert callable(run)
    made = run("users", "add", "root", "--role", "administrator", "--made")
    assert made.exit_code == 0
    assert re.fullmatch(r"(?:[a-z2-9]{5}-){3}[a-z2-9]{5}\n", made.stdout)
    assert run("users", "add", "root", "--role", "agent", "--made").exit_code == 1
    assert "the only administrator" in run("users", "disable", "root").stderr
    assert "is no user name" in run("users", "add", "Root", "--role", "agent", "--made").stderr
    assert run("users", "add", "li", "--role", "leader", "--made", "--name", "李医生").exit_code == 0
    assert run("users", "role", "li", "agent", "--agent", "vaccine-1").exit_code == 0
    assert run("users", "disable", "li").exit_code == 0
    users = json.loads(run("users", "list", "--json").stdout)
    assert [(user["name"], user["role"], user["agent"], user["disabled"]) for user in users] == [
        ("li", "agent", "vaccine-1", True),
        ("root", "administrator", None, False),
    ]
    told = run("audit", "list", "--json").stdout
    assert [json.loads(line)["details"]["change"] for line in told.splitlines()] == [
        "added",
        "added",
        "role",
        "disabled",
    ]
    assert made.stdout.strip() not in told
    assert run("users", "sessions", "--json").stdout == "[]\n"


def test_a_password_is_never_an_argument_and_without_a_terminal_one_is_made(run: object) -> None:
    assert callable(run)
    refused = run("users", "add", "root", "--role", "administrator")
    assert (refused.exit_code, "--made" in refused.stderr) == (1, True)
    assert run("users", "add", "root", "--role", "administrator", "--password", "x").exit_code == 2
    assert run("users", "password", "nobody", "--made").exit_code == 1


def test_tokens_are_shown_once_and_only_look(run: object) -> None:
    assert callable(run)
    made = run("tokens", "add", "prom", "--scope", "metrics", "--for", "90d")
    assert re.fullmatch(r"hlt_[A-Za-z0-9_-]{43}\n", made.stdout)
    assert run("tokens", "add", "boss", "--scope", "users.manage").exit_code == 2
    assert run("tokens", "add", "long", "--scope", "metrics", "--for", "9999d").exit_code == 1
    assert run("tokens", "add", "odd", "--scope", "metrics", "--for", "soon").exit_code == 2
    listed = run("tokens", "list", "--json").stdout
    assert made.stdout.strip() not in listed
    assert run("tokens", "revoke", "prom").exit_code == 0
    assert run("tokens", "revoke", "prom").exit_code == 1
