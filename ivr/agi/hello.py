"""What Asterisk says first on an AGI session: who calls, and what the dialplan asks for.

Whoever reaches the port can say anything here, so nothing is taken for what it should be: names, lengths and characters
are held to what Asterisk writes, and the rest is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

from ivr.agi.speech import NotAgi


class Errand(StrEnum):
    """What the dialplan asks for: the path of its address."""

    CALL = ""  # walk the plan
    ANSWERED = "answered"  # a phone of ours was answered
    OPEN = "open"
    WHY_CLOSED = "why-closed"
    BLOCKED = "blocked"


_ARGUMENTS: Mapping[Errand, frozenset[str]] = {
    Errand.CALL: frozenset({"dialled"}),
    Errand.ANSWERED: frozenset({"leg"}),
    Errand.OPEN: frozenset({"line"}),
    Errand.WHY_CLOSED: frozenset({"line"}),
    Errand.BLOCKED: frozenset({"number"}),
}

_NAME = re.compile(r"agi_[a-z0-9_]{1,40}")
_VALUE = re.compile(r"[^\x00-\x1f\x7f]{0,512}")
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_PLAIN = re.compile(r"[A-Za-z0-9+_.-]{1,80}")
_CHANNEL = re.compile(r"[A-Za-z0-9]{1,16}/[^\s\"\\,&|(){}$]{1,120}")
_PHONE = re.compile(r"PJSIP/([a-z][a-z0-9_-]{0,35})-[0-9a-f]{8}")
_MOST_ARGUMENTS = 4


@dataclass(frozen=True, slots=True)
class Hello:
    """One session's beginning."""

    errand: Errand
    channel: str
    """Asterisk's name of the channel."""
    unique: str
    number: str
    """The caller's; empty when it is withheld, or none that we understand."""
    dialled: str
    phone: str | None
    """The PJSIP endpoint that the channel belongs to."""
    arguments: Mapping[str, str] = field(default_factory=dict)


def hello_of(said: Mapping[str, str]) -> Hello:
    """Judge what was said. Raises NotAgi."""
    for name, value in said.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise NotAgi("a variable that Asterisk does not send")
    channel, unique = said.get("agi_channel", ""), said.get("agi_uniqueid", "")
    if not _CHANNEL.fullmatch(channel) or not _PLAIN.fullmatch(unique):
        raise NotAgi("no channel that Asterisk would name")
    errand, arguments = _request(said.get("agi_request", ""))
    phone = _PHONE.fullmatch(channel)
    return Hello(
        errand,
        channel,
        unique,
        number=_number(said.get("agi_callerid", "")),
        dialled=arguments.get("dialled") or _number(said.get("agi_extension", "")) or _number(said.get("agi_dnid", "")),
        phone=phone[1] if phone else None,
        arguments=arguments,
    )


def _number(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else ""


def _request(request: str) -> tuple[Errand, Mapping[str, str]]:
    """What is asked for, and with which arguments. Raises NotAgi."""
    try:
        address = urlsplit(request)
        given = parse_qsl(address.query, keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_ARGUMENTS)
        errand = Errand(address.path.strip("/"))
    except ValueError:
        raise NotAgi("an address that nobody has") from None
    arguments = dict(given)
    if address.scheme != "agi" or len(arguments) != len(given) or not arguments.keys() <= _ARGUMENTS[errand]:
        raise NotAgi("an address that nobody has")
    if not all(_PLAIN.fullmatch(value) for value in arguments.values()):
        raise NotAgi("an argument that nobody has")
    return errand, arguments
