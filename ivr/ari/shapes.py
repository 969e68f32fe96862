"""What Asterisk tells over ARI, in its JSON: names, numbers, whose a channel is; of another shape nothing passes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ivr.switch import Kind, SwitchError

APPLICATION = "hotline"
LEG = "leg"
"""The word with which a leg of ours enters Stasis; whoever comes with another is a caller."""
EAR = "ear"
"""The word with which a channel that listens in enters Stasis."""
_LONGEST = 1e6
"""Seconds past which no recording can be."""

PLAIN = re.compile(r"[a-z][a-z0-9-]{0,39}")
DIGITS = re.compile(r"\+?[0-9]{3,20}")
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
"""To be matched whole: `$` would let a line's end through."""
LEG_NAME = re.compile(r"^[a-z][a-z0-9]{0,15}-[0-9a-z]{6,12}(~[0-9a-z]+)?-([a-z]*[0-9]+[a-z]?)(-ear[0-9]*)?$")
"""A leg's name: node, call (`~N` for one that is made within it, such as a consultation), then the offer (with a letter
where the agent has several phones), `xN` for an outside number or `vN` for a shift leader, whose ear ends in `-ear`.
An engine that adopted the call puts letters of its own before the number: `ivr.adoption.names.mark_of`.
"""
OWN_BRIDGE = re.compile(r"-(talk|aside|listen)$")
EAR_NAME = re.compile(r"-ear[0-9]*$")
_CHANNEL = re.compile(r"^PJSIP/(.+)-[0-9a-f]{8}$")

MISSHAPEN = (KeyError, IndexError, TypeError, AttributeError, ValueError)
"""What reading JSON of another shape than we know raises."""


@contextmanager
def of_known_shape(what: str) -> Iterator[None]:
    """Raises SwitchError when an answer is not of the shape that we know."""
    try:
        yield
    except MISSHAPEN as error:
        raise SwitchError(f"{what}: told in an unknown shape ({error!r})") from error


def plain(phone: str) -> str:
    """The name of a phone, which may stand in an order's path. Raises SwitchError."""
    if not PLAIN.fullmatch(phone):
        raise SwitchError(f"not a phone: {phone!r}")
    return phone


def name_in(value: object) -> str:
    """A name; another kind of value must not pass for one. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where a name is expected")
    return value


def seconds(value: object) -> float | None:
    """A length; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LONGEST:
        return None
    return float(value)


def number_in(part: object, name: str) -> str:
    """The telephone number in a part of a channel; empty when there is none."""
    value = part.get(name) if isinstance(part, dict) else None
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else ""


def is_ours(channel: dict[str, Any]) -> bool:
    """Whether a channel is in our application, and in no other's."""
    dialplan = channel["dialplan"]
    return bool(dialplan.get("app_name") == "Stasis" and dialplan.get("app_data", "").split(",")[0] == APPLICATION)


def _is_leg(channel: dict[str, Any]) -> bool:
    return channel["dialplan"].get("app_data") in (f"{APPLICATION},{LEG}", f"{APPLICATION},{EAR}")


def kind_of(channel: dict[str, Any]) -> Kind:
    """A leg has its name before it is answered and enters our application."""
    name = channel["id"]
    if LEG_NAME.match(name) or _is_leg(channel):
        return Kind.EAR if EAR_NAME.search(name) else Kind.LEG
    return Kind.CALLER if is_ours(channel) else Kind.OTHER


def phone_of(channel: dict[str, Any]) -> str | None:
    """The PJSIP endpoint that a channel belongs to."""
    name = channel.get("name")
    match = _CHANNEL.match(name) if isinstance(name, str) else None
    return match[1] if match else None
