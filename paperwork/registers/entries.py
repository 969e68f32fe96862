"""What one entry of each register says; labels are those of the forms 4 and 5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, PlainSerializer, model_validator

from paperwork.registers.fields import Email, Id, Mobile, Phone, Postcode, Words
from routing.days import When, Written

_CLOCK = PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str, when_used="json")
Clock = Annotated[time, _CLOCK]


class Person(Written):
    """Somebody with the ways to reach them."""

    name: Words
    title: Words | None = None
    section: Words | None = None
    office_phone: Phone | None = None
    mobile: Mobile | None = None
    email: Email | None = None


class _WithLiaisons(Written):
    """An institution that is reached through two liaisons: A first, B in their place."""

    name: Words
    address: Words | None = None
    postcode: Postcode | None = None
    responsible_leader: Words | None = None
    liaison_a: Person | None = None
    liaison_b: Person | None = None

    @property
    def liaisons(self) -> tuple[Person, ...]:
        """A, then B; those that there are."""
        return tuple(person for person in (self.liaison_a, self.liaison_b) if person is not None)


class LineEntry(_WithLiaisons):
    """A linked line (联动热线), form 4."""

    number: Phone | None = None
    institution: Words | None = None
    legal_representative: Words | None = None


class UnitEntry(_WithLiaisons):
    """A unit that work orders are handed to (承办部门)."""

    phone: Phone | None = None
    fax: Phone | None = None
    email: Email | None = None
    parent: Id | None = None
    """The unit above it: who is told when it lets a clock run out."""
    also: tuple[Words, ...] = ()
    """Other names under which callers complain of it: it never handles its own complaint."""


class AgentEntry(Written):
    """An agent (座席员), a row of form 5."""

    number: Words
    name: Words
    section: Words | None = None
    title: Words | None = None
    office_phone: Phone | None = None
    mobile: Mobile | None = None
    email: Email | None = None
    lines: tuple[Id, ...] = ()
    """The lines on whose form they stand."""


class Session(Written):
    """When an expert answers (专家在线): `thu` from 14:00 until 16:00."""

    days: When
    since: Clock
    until: Clock

    @model_validator(mode="after")
    def _in_order(self) -> Session:
        if self.until <= self.since:
            raise ValueError("a session ends after it begins, on the same day")
        return self


class ExpertEntry(Written):
    """An expert of the roster (专家在线)."""

    name: Words
    title: Words | None = None
    institution: Words | None = None
    section: Words | None = None
    field: Words
    office_phone: Phone | None = None
    mobile: Mobile | None = None
    email: Email | None = None
    line: Id | None = None
    """The line that exists while they answer."""
    sessions: tuple[Session, ...] = Field(default=())


Entry = LineEntry | UnitEntry | AgentEntry | ExpertEntry


class Register(StrEnum):
    """Which register; the database has these words."""

    LINE = "line"
    UNIT = "unit"
    AGENT = "agent"
    EXPERT = "expert"

    @property
    def label(self) -> str:
        return _NAMES[self]

    @property
    def section(self) -> str:
        """Of a YAML file."""
        return f"{self.value}s"

    @property
    def model(self) -> type[LineEntry] | type[UnitEntry] | type[AgentEntry] | type[ExpertEntry]:
        return _MODELS[self]


_NAMES: Final = {
    Register.LINE: "热线登记表",
    Register.UNIT: "承办部门登记表",
    Register.AGENT: "座席员登记表",
    Register.EXPERT: "专家在线登记表",
}
_MODELS: Final[Mapping[Register, type[LineEntry] | type[UnitEntry] | type[AgentEntry] | type[ExpertEntry]]] = {
    Register.LINE: LineEntry,
    Register.UNIT: UnitEntry,
    Register.AGENT: AgentEntry,
    Register.EXPERT: ExpertEntry,
}

PERSON: Final = {
    "name": "姓名",
    "title": "职务/职称",
    "section": "科室",
    "office_phone": "办公室电话",
    "mobile": "手机",
    "email": "电子邮箱",
}


def _liaisons() -> dict[str, str]:
    return {
        f"liaison_{letter}.{field}": f"联络人{letter.upper()}{label}"
        for letter in "ab"
        for field, label in PERSON.items()
    }


LABELS: Final[Mapping[Register, Mapping[str, str]]] = {
    Register.LINE: {
        "name": "热线名称",
        "number": "热线号码",
        "institution": "所属单位",
        "address": "单位地址",
        "postcode": "邮政编码",
        "legal_representative": "法定代表人",
        "responsible_leader": "负责领导",
        **_liaisons(),
    },
    Register.UNIT: {
        "name": "部门名称",
        "parent": "上级部门",
        "address": "地址",
        "postcode": "邮政编码",
        "phone": "电话",
        "fax": "传真",
        "email": "电子邮箱",
        "responsible_leader": "负责领导",
        "also": "别名",
        **_liaisons(),
    },
    Register.AGENT: {
        "number": "编号",
        **PERSON,
        "lines": "热线",
    },
    Register.EXPERT: {
        "name": "姓名",
        "title": "职务/职称",
        "institution": "所属单位",
        "section": "科室",
        "field": "专业",
        "office_phone": "办公室电话",
        "mobile": "手机",
        "email": "电子邮箱",
        "line": "热线",
        "sessions": "在线时间",
    },
}
"""Field → its label, in the order of the forms. A dot leads into a liaison."""


def data_of(entry: Entry) -> dict[str, Any]:
    """As JSON keeps it; what is not known is left out."""
    return entry.model_dump(mode="json", exclude_none=True, exclude_defaults=False)


def ordered(register: Register, data: Mapping[str, Any]) -> dict[str, Any]:
    """The same in the order of the form: PostgreSQL's JSON forgets it."""

    def sorted_by(names: Iterable[str], of: Mapping[str, Any]) -> dict[str, Any]:
        known = [name for name in names if name in of]
        return {name: of[name] for name in (*known, *(name for name in of if name not in known))}

    outer = dict.fromkeys(label.partition(".")[0] for label in LABELS[register])
    return {
        name: sorted_by(PERSON, value) if isinstance(value, Mapping) else value
        for name, value in sorted_by(outer, data).items()
    }


def flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """Field → value with dots into the liaisons; what is not known, or is an empty list, is not there."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{inner}": deep for inner, deep in value.items() if deep is not None}
        elif value is not None and value != []:
            found[name] = value
    return found
