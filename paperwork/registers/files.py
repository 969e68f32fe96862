"""The registers as files: YAML of all of them, or a CSV of one with the labels of the form as its head.

Read whole or not at all: every problem is told, with its line. Both can be read back as they were written.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from paperwork.reading import read_text
from paperwork.registers.entries import (
    LABELS,
    AgentEntry,
    ExpertEntry,
    LineEntry,
    Register,
    UnitEntry,
    flat,
)
from paperwork.registers.fields import ID, Id
from paperwork.registers.registers import Version, Wish
from paperwork.registers.spelling import listed, sessions, spelt
from paperwork.registers.unfit import Unfit, entry_of
from routing.days import Written
from routing.reading.problem import Unreadable

ID_LABEL: Final = "代码"
LARGEST: Final = 1 << 20
"""Bytes of a file."""
MOST_TOLD: Final = 200
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9][0-9-]*$)")
"""What a spreadsheet would take for a formula; a number with a + is none."""


class Unread(ValueError):
    """A file that nothing was taken from. `problems` has a line for each thing that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class RegistersFile(Written):
    """A YAML file: each section by id."""

    lines: dict[Id, LineEntry] = Field(default_factory=dict)
    units: dict[Id, UnitEntry] = Field(default_factory=dict)
    agents: dict[Id, AgentEntry] = Field(default_factory=dict)
    experts: dict[Id, ExpertEntry] = Field(default_factory=dict)


# ── reading ─────────────────────────────────────────────────────────────────


def decoded(name: str, data: bytes) -> str:
    """The text of a file: UTF-8, or what spreadsheets in China write (GB 18030). Raises Unread."""
    if len(data) > LARGEST:
        raise Unread([f"{name}: larger than {LARGEST >> 20} MiB"])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unread([f"{name}: neither UTF-8 nor GB 18030: save it anew as UTF-8"])


def from_yaml(name: str, text: str) -> list[Wish]:
    """What a YAML file wants to stand. Raises Unread."""
    try:
        found, _ = read_text(name, text, RegistersFile)
    except Unreadable as error:
        raise Unread([str(problem) for problem in error.problems]) from None
    return [
        Wish(register, name, entry) for register in Register for name, entry in getattr(found, register.section).items()
    ]


@dataclass(slots=True)
class _Csv:
    """One file of one register as it is read."""

    name: str
    register: Register
    problems: list[str]

    def wrong(self, line: int, words: str) -> None:
        if len(self.problems) < MOST_TOLD:
            self.problems.append(f"{self.name}:{line}: {words}")


def from_csv(name: str, text: str, register: Register) -> list[Wish]:
    """What a CSV file of one register wants to stand; its head has the labels of the form, or the fields' names.

    Raises Unread.
    """
    file = _Csv(name, register, [])
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    wishes: dict[str, Wish] = {}
    try:
        fields = _head(file, next(rows, []))
        for row in rows if fields else ():
            if any(cell.strip() for cell in row):
                _row(file, rows.line_num, fields, row, wishes)
    except csv.Error as error:
        file.wrong(rows.line_num, f"this is no CSV: {error}")
    if file.problems:
        raise Unread(file.problems)
    return list(wishes.values())


def _head(file: _Csv, head: Sequence[str]) -> list[str]:
    known = {label: field for field, label in LABELS[file.register].items()} | {ID_LABEL: "id"}
    fields = [known.get(cell.strip(), cell.strip()) for cell in head]
    for cell, field in zip(head, fields, strict=True):
        if field != "id" and field not in LABELS[file.register]:
            file.wrong(1, f"there is no column {cell.strip()[:40]!r}; there is {', '.join(known)}")
        elif fields.count(field) > 1:
            file.wrong(1, f"the column {cell.strip()} stands there more than once")
    if "id" not in fields:
        file.wrong(1, f"the column {ID_LABEL} is missing: the id of each entry")
    return [] if file.problems else fields


def _row(file: _Csv, line: int, fields: Sequence[str], row: Sequence[str], wishes: dict[str, Wish]) -> None:
    if len(row) != len(fields):
        file.wrong(line, f"{len(row)} cells where the head has {len(fields)}")
        return
    cells = {field: _plain(cell) for field, cell in zip(fields, row, strict=True) if cell.strip()}
    key = cells.pop("id", "")
    if not re.fullmatch(ID, key):
        file.wrong(line, f"{ID_LABEL}: {key[:40]!r} is no id: small letters, digits and hyphens, a letter first")
    elif key in wishes:
        file.wrong(line, f"{ID_LABEL}: {key} stands there already")
    else:
        try:
            wishes[key] = Wish(file.register, key, entry_of(file.register, deep(file.register, cells)))
        except Unfit as error:
            for problem in error.problems:
                file.wrong(line, f"{key}: {problem}")
        except ValueError as error:
            file.wrong(line, f"{key}: {error}")


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def deep(register: Register, cells: Mapping[str, str]) -> dict[str, Any]:
    """Fields with dots, each one text, as the entry has them. Raises ValueError."""
    found: dict[str, Any] = {}
    for field, text in cells.items():
        outer, _, inner = field.partition(".")
        if inner:
            found.setdefault(outer, {})[inner] = text
        elif field == "sessions":
            found[field] = sessions(text)
        elif register.model.model_fields.get(field) is not None and field in ("also", "lines"):
            found[field] = listed(text)
        else:
            found[field] = text
    return found


# ── writing ─────────────────────────────────────────────────────────────────


def to_yaml(standing: Iterable[Version]) -> str:
    """All entries given, by register and id. Every text is in quotes: a postcode is no number."""
    whole: dict[str, dict[str, Any]] = {}
    for one in standing:
        whole.setdefault(one.register.section, {})[one.id] = _quoted(one.data)
    if not whole:
        return ""
    out, writer = io.StringIO(), YAML()
    writer.allow_unicode, writer.width = True, 4096
    writer.dump(whole, out)
    return out.getvalue()


def _quoted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _quoted(each) for name, each in value.items() if each is not None and each != []}
    if isinstance(value, list):
        return [_quoted(each) for each in value]
    return DoubleQuotedScalarString(value) if isinstance(value, str) else value


def to_csv(register: Register, standing: Iterable[Version]) -> str:
    """The entries of one register, with a byte order mark so that spreadsheets know the encoding."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    labels = LABELS[register]
    writer.writerow([ID_LABEL, *labels.values()])
    for one in standing:
        values = flat(one.data)
        writer.writerow([one.id, *(_safe(spelt(values.get(name)) or "") for name in labels)])
    return "\ufeff" + out.getvalue()


def _safe(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text
