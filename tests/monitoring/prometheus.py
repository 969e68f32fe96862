"""Prometheus's own programs for tests: queries as rules for promtool, and the names that a query asks for."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline.metrics.families import FAMILIES
from hotline.metrics.family import Kind, Label
from hotline.settings import HOUSE

BIN = HOUSE / ".prometheus" / "usr" / "bin"
"""`scripts/setup test` brings it."""
ROOM = HOUSE / "monitoring"

_TEMPLATES = b"/usr/share/prometheus/alertmanager"


@contextmanager
def alertmanager() -> Iterator[Path]:
    """The program. Debian's has one place for its templates of mails, which is not ours to write: a copy of the program
    looks for it in a folder of ours, whose name is as long."""
    with tempfile.TemporaryDirectory(prefix="am") as short:
        folder = Path(short)
        ours = folder / ("t" * (len(_TEMPLATES) - len(short) - 1))
        ours.mkdir()
        for template in ("default.tmpl", "email.tmpl"):
            (ours / template).touch()
        program = folder / "alertmanager"
        program.write_bytes((BIN / "prometheus-alertmanager").read_bytes().replace(_TEMPLATES, bytes(ours)))
        program.chmod(0o700)
        yield program


THEIRS = re.compile(r"(up|ALERTS|(hotline_office_)?process_[a-z_]+)")
"""What Prometheus and its client make by themselves."""
_SELECTED = re.compile(r"\b((?:hotline|process)[a-z0-9_:]+|up|ALERTS)\b(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')


def promtool(*arguments: str | Path) -> str:
    """What it says. Raises AssertionError where it complains."""
    run = subprocess.run([BIN / "promtool", *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def as_rules(queries: Iterable[str], file: Path) -> None:
    """A file of rules that record each query, as `promtool check rules` reads it: JSON is YAML."""
    rules = [{"record": f"asked:{number}", "expr": query} for number, query in enumerate(queries)]
    file.write_text(json.dumps({"groups": [{"name": "asked", "rules": rules}]}), "utf-8")


def selected(query: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """The metrics that a query asks for, and how: label, sign, value."""
    for name, matchers in _SELECTED.findall(query):
        yield name, _MATCHER.findall(matchers)


def shown() -> dict[str, tuple[Label, ...]]:
    """Every name under which Prometheus keeps one of ours, and its labels."""
    names: dict[str, tuple[Label, ...]] = {}
    for family in FAMILIES.values():
        parts = ("_sum", "_count", "_bucket") if family.kind is Kind.HISTOGRAM else ("",)
        for part in parts:
            more = (Label("le", "", ""),) if part == "_bucket" else ()
            names[f"{family.shown}{part}"] = (*family.labels, *more)
    return names
