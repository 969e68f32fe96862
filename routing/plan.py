"""The plan: one checked, immutable version of what the operators wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, StringConstraints, Tag

from routing.calendar import Calendar

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""Name of a node, line, agent or prompt: small letters, digits and hyphens."""

AgentId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
"""Name of an agent, and of the SIP account of their phone."""

Key = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]
"""One key of a telephone."""

_DURATION = re.compile(r"^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$")


def _seconds(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value and (match := _DURATION.match(value)):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return float(hours * 3600 + minutes * 60 + seconds)
    raise ValueError("write a duration like 20s, 5m or 1h30m")


Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=86400)]
"""Written `20s`, `5m`, `1h30m`, or a number of seconds."""


def _number(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


PhoneNumber = Annotated[str, BeforeValidator(_number), StringConstraints(pattern=r"^\+?[0-9]{3,20}$")]
"""Digits as they are dialled on the trunk."""


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Prompts = Annotated[tuple[Id, ...], BeforeValidator(_listed)]
"""One prompt id or a list of them, said in order."""


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Retry(_Written):
    """What happens after silence, or after wrong keys: say, ask again, and after so many times go elsewhere."""

    say: Prompts = ()
    tries: Annotated[int, Field(ge=1, le=9)] = 2
    """The how-manieth time leads to `then`."""
    last: Prompts = ()
    """Said on the way to `then`."""
    then: Id


class Menu(_Written):
    """Say, wait for one key, go where it leads. `0` leads to the hotline's `person` unless written otherwise."""

    menu: Prompts
    keys: dict[Key, Id]
    wait: Seconds | None = None
    """Silence after the prompt until it counts as such; default is the hotline's."""
    silence: Retry | None = None
    wrong: Retry | None = None


class Say(_Written):
    """Say, then go on. A key cuts it short and is kept for the next menu."""

    say: Prompts
    then: Id


class Message(_Written):
    """Say, beep, and record what the caller leaves (留言) until `#`, hang-up, `silence` or `limit`."""

    message: Prompts
    limit: Annotated[Seconds, Field(ge=1)] = 180.0
    silence: Annotated[Seconds, Field(ge=1)] = 6.0
    thanks: Prompts = ()


class End(_Written):
    """Say, then hang up."""

    end: Prompts


_NODES: Mapping[str, type[BaseModel]] = {"menu": Menu, "say": Say, "message": Message, "end": End}


def _kind(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return next((kind for kind in _NODES if kind in value), None)
    return next((kind for kind, node in _NODES.items() if isinstance(value, node)), None)


Node = Annotated[
    Annotated[Menu, Tag("menu")]
    | Annotated[Say, Tag("say")]
    | Annotated[Message, Tag("message")]
    | Annotated[End, Tag("end")],
    Discriminator(
        _kind,
        custom_error_type="node_kind",
        custom_error_message="a node needs one of: menu, say, message, end",
    ),
]


class Outside(_Written):
    """The institution's own number, reached over the trunk."""

    number: PhoneNumber
    simultaneous: Annotated[int, Field(ge=1, le=1000)] = 1
    ring: Seconds = 30.0


class LineRule(_Written):
    """A linked line (联动热线): its name, hours, and what callers of it meet."""

    name: str
    owner: str = ""
    hours: Id | None = None
    """Name of hours in `calendar.hours`; default is the hotline's."""
    closed: Id
    """Node for callers outside the hours."""
    overflow: Id
    """Node for callers whom the line gave up: waited too long, or nobody there."""
    connecting: Prompts = ()
    busy: Prompts | None = None
    """Said to a caller who has to wait; default is the hotline's."""
    comfort: Prompts | None = None
    """Said to one who still waits, once a minute; default is the hotline's."""
    position: bool = True
    """Say how many wait before the caller."""
    ring: Seconds = 20.0
    wrap_up: Seconds = 15.0
    maximum_wait: Seconds = 300.0
    priority: Annotated[int, Field(ge=-9, le=9)] = 0
    record: bool = False
    notice: Prompts = ()
    """Said before the talk when it is recorded."""
    outside: Outside | None = None


class AgentRule(_Written):
    """An agent (座席): registers a SIP phone under the agent's own id."""

    name: Annotated[str, StringConstraints(pattern=r'^[^\[\]<>;,"\\\x00-\x1f]{1,80}$')]
    lines: Annotated[dict[Id, Annotated[int, Field(ge=1, le=9)]], BeforeValidator(lambda v: _levels(v))]
    """Line → level, 1 is best; a plain list means level 1 everywhere."""


def _levels(value: Any) -> Any:
    return dict.fromkeys(value, 1) if isinstance(value, list | tuple) else value


class Hotline(_Written):
    """What holds for the whole hotline."""

    name: str
    number: PhoneNumber
    start: Id
    """Where every call begins."""
    person: Id
    """Where `0` leads from anywhere."""
    hours: Id
    """Hours of lines that write none."""
    wait: Seconds = 5.0
    silence: Retry
    wrong: Retry
    apology: Prompts
    """Said when we fail a caller."""
    busy: Prompts = ()
    """Said to a caller who has to wait."""
    comfort: Prompts = ()
    """Said to one who still waits, once a minute."""


class Plan(_Written):
    """Everything the operators wrote, checked. A call keeps the plan it began with."""

    version: Literal[1] = 1
    hotline: Hotline
    nodes: dict[Id, Node]
    lines: dict[Id, LineRule]
    agents: dict[AgentId, AgentRule] = Field(default_factory=dict)
    calendar: Calendar
    prompts: dict[Id, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]]

    def hours_of(self, line: str) -> str:
        """Name of the hours that hold for a line."""
        return self.lines[line].hours or self.hotline.hours

    def busy_of(self, line: str) -> tuple[str, ...]:
        """What a caller hears who has to wait on a line."""
        own = self.lines[line].busy
        return self.hotline.busy if own is None else own

    def comfort_of(self, line: str) -> tuple[str, ...]:
        """What a caller hears who still waits on a line."""
        own = self.lines[line].comfort
        return self.hotline.comfort if own is None else own

    def agents_of(self, line: str) -> Iterator[str]:
        return (agent for agent, rule in self.agents.items() if line in rule.lines)

    def texts(self, prompts: tuple[str, ...]) -> list[str]:
        """The words of prompts."""
        return [self.prompts[prompt] for prompt in prompts]
