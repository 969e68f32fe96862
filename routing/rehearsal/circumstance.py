"""Circumstances of a call that somebody imagines: who calls, who is on shift, how long the wait is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from routing.days import Written, listed, one_or_many
from routing.plan import Plan
from routing.scene import Scene
from routing.written import Id, Seconds, in_shanghai
from routing.written import number as digits

_NUMBER = r"^(\+?[0-9]{1,20})?$"


def _caller(value: Any) -> Any:
    if isinstance(value, str) and not re.match(_NUMBER, value):
        raise ValueError("write the number in digits, like 02212345678, or nothing for a withheld one")
    return digits(value)


class Talk(NamedTuple):
    """The line that a caller talked with last, and when."""

    line: str
    at: datetime


def _talk(value: Any) -> Any:
    if isinstance(value, str):
        line, _, at = value.partition("@")
        try:
            return Talk(line.strip(), in_shanghai(datetime.fromisoformat(at.strip())))
        except ValueError:
            pass
    elif isinstance(value, Talk):
        return value
    raise ValueError("write a line and when, like immunization@2026-11-20T10:00")


_TALK = WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9-]{0,39}@.+$"})


class Circumstances(Written):
    """What a call meets beside its keys and its instant. By default all lines are staffed and nobody waits."""

    number: Annotated[str, BeforeValidator(_caller), StringConstraints(pattern=_NUMBER)] = ""
    """The caller's number; empty when withheld."""
    front: Id | None = None
    """The front message that somebody turned on."""
    nobody: Annotated[tuple[Id, ...], BeforeValidator(listed), one_or_many("[a-z][a-z0-9-]{0,39}")] = ()
    """Lines without anybody on shift."""
    closed: Annotated[tuple[Id, ...], BeforeValidator(listed), one_or_many("[a-z][a-z0-9-]{0,39}")] = ()
    """Lines that the shift leader closed by hand."""
    opened: Annotated[tuple[Id, ...], BeforeValidator(listed), one_or_many("[a-z][a-z0-9-]{0,39}")] = ()
    """Lines that the shift leader opened by hand."""
    wait: dict[Id, Seconds] = Field(default_factory=dict)
    """Line → how long one would wait there."""
    last: Annotated[Talk, BeforeValidator(_talk), _TALK] | None = None
    """The line that the caller talked with last, and when: `immunization@2026-11-20T10:00`."""

    def scene(self, at: datetime) -> Scene:
        """The scene of a call at an aware instant."""
        deserted, waits = frozenset(self.nobody), self.wait
        return Scene(
            at=at,
            number=self.number,
            front=self.front,
            staffed=lambda line: line not in deserted,
            expected_wait=waits.get,
            last=self.last,
            by_hand=dict.fromkeys(self.opened, True) | dict.fromkeys(self.closed, False),
        )

    def strangers(self, plan: Plan) -> Iterator[tuple[str, str, str]]:
        """What names nothing in the plan: the field, the kind of thing, and the name."""
        if self.front is not None and self.front not in plan.front:
            yield "front", "front message", self.front
        last = () if self.last is None else (self.last.line,)
        named = {"nobody": self.nobody, "closed": self.closed, "opened": self.opened, "wait": self.wait, "last": last}
        for field, lines in named.items():
            yield from ((field, "line", line) for line in lines if line not in plan.lines)


def in_direct_mode(plan: Plan) -> Plan:
    """The same plan with its direct mode turned on, where it has one."""
    direct = plan.hotline.direct
    if direct is None:
        return plan
    hotline = plan.hotline.model_copy(update={"direct": direct.model_copy(update={"on": True})})
    return plan.model_copy(update={"hotline": hotline})
