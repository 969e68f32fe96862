"""The rules of an agent, as operators write them: lines, levels, phones, languages and shift."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from routing.days import Written, listed, one_or_many
from routing.written import AgentId, Id, Level

_NAME = "[a-z][a-z0-9-]{0,39}"
_ACCOUNT = "[a-z][a-z0-9-]{0,31}"
_ID = {"type": "string", "pattern": f"^{_NAME}$"}
_LEVELS = WithJsonSchema(
    {
        "anyOf": [
            {"type": "array", "items": _ID},
            {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 9}},
        ]
    }
)


def _levels(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return value
    if not all(isinstance(line, str) for line in value):
        raise ValueError("write the names of lines in a list, or each with its level")
    return dict.fromkeys(value, 1)


class AgentRule(Written):
    """An agent (座席): a person with lines, phones and shift hours."""

    name: Annotated[str, StringConstraints(pattern=r'^[^\[\]<>;,"\\\x00-\x1f]{1,80}$')]
    """As people know them."""
    lines: Annotated[dict[Id, Level], BeforeValidator(_levels), _LEVELS] = Field(default_factory=dict)
    """Line → level, 1 is best; a plain list means level 1 everywhere. Only a leader may have none."""
    phones: Annotated[tuple[AgentId, ...], BeforeValidator(listed), Field(max_length=4), one_or_many(_ACCOUNT)] = ()
    """SIP accounts of their phones, which ring together; default is one phone under the agent's own id."""
    speaks: Annotated[tuple[Id, ...], BeforeValidator(listed), one_or_many(_NAME)] = ()
    """Languages and dialects beside the hotline's own: names under `variants`."""
    shift: Id | None = None
    """Name of hours in `calendar.hours` in which they are on duty; default is always, once their phone is there."""
    leader: bool = False
    """A shift leader (班长): may listen, whisper, join, take calls, move agents, and close and open lines."""
