"""What a browser may say to the switch through the door: SIP of its own phone, and nothing else.

Pure. It reads no more than it must, and takes nothing that two readers could read differently: one header `From`, no
folded lines, no line ends but CR LF, names without escapes (RFC 3261 7.3, 25.1; RFC 7118 4.1: one message a frame).
"""

from __future__ import annotations

import re

LARGEST = 32 * 1024
"""Bytes of a message: a browser's longest, an offer with many candidates, has about 8000."""
ALIVE, HEARD = ("\r\n\r\n",), "\r\n"
"""What a browser sends to see whether its connection lives, and the answer: the door's (RFC 5626 3.5.1)."""

METHODS = frozenset({"REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "PRACK", "OPTIONS"})
_STARTS = frozenset({"INVITE", "CANCEL", "ACK", "PRACK"})
"""What a phone that may not dial needs a talk for, in which it is already."""

_REQUEST = re.compile(r"([A-Z]{2,12}) sips?:[!-~]{1,512} SIP/2\.0")
_RESPONSE = re.compile(r"SIP/2\.0 [1-6][0-9]{2}(?: [^\r\n]*)?")
_HEADER = re.compile(r"([A-Za-z-]{1,40})[ \t]*:[ \t]*(.*)")
_ADDRESS = re.compile(
    r'(?:"[^"\\<>]{0,80}"[ ]?|[A-Za-z0-9_.~ -]{0,80})<sips?:(?:([A-Za-z0-9_.!~*\'()&=+$%-]{1,80})@)?'
    r"[A-Za-z0-9.:\[\]-]{1,255}(?:;[A-Za-z0-9_=.-]{1,80})*>((?:;[!-:<-~]{1,200})*)"
)
_TAG = re.compile(r";tag=[^;]+")
_SHORT = {"f": "from", "t": "to", "m": "contact", "v": "via", "i": "call-id", "l": "content-length"}
_OUTSIDE = frozenset(
    {"p-asserted-identity", "p-preferred-identity", "remote-party-id", "diversion", "replaces", "route"}
)
"""What speaks of somebody else, or sends elsewhere."""


def objection(message: str, phone: str, *, dials: bool = False) -> str | None:
    """Why the switch must not hear this from the browser that is this phone; None when it may.

    `dials`: it may begin calls. The words name no number and nothing of what was sent.
    """
    head, end, _ = message.partition("\r\n\r\n")
    if not end or "\0" in message:
        return "no whole message"
    first, *lines = head.split("\r\n")
    if any("\r" in line or "\n" in line for line in (first, *lines)):
        return "a line that does not end as lines do"
    if _RESPONSE.fullmatch(first):
        return None
    request = _REQUEST.fullmatch(first)
    if request is None or request[1] not in METHODS:
        return "a request that no phone of ours makes"
    return _who(request[1], lines, phone, dials=dials)


def _who(method: str, lines: list[str], phone: str, *, dials: bool) -> str | None:
    headers: dict[str, list[str]] = {}
    for line in lines:
        header = _HEADER.fullmatch(line)
        if header is None:
            return "a header that is none"
        name = header[1].lower()
        headers.setdefault(_SHORT.get(name, name), []).append(header[2])
    if headers.keys() & _OUTSIDE:
        return "a header that speaks for others"
    sender, to = (_address(headers.get(name, [])) for name in ("from", "to"))
    if sender is None or to is None or sender[0] != phone:
        return "another phone's name"
    if method == "REGISTER" and to[0] != phone:
        return "another phone's name"
    if method in _STARTS and not dials and not to[1]:
        return "a call of its own"
    contacts = headers.get("contact", [])
    if len(contacts) > 1 or any("," in contact for contact in contacts):
        return "more than one address"
    shown = [value for name in ("authorization", "proxy-authorization") for value in headers.get(name, [])]
    if any(_shown(value) != phone for value in shown):
        return "another phone's secret"
    return None


def _address(values: list[str]) -> tuple[str, bool] | None:
    """The user of the one address, and whether it is that of a dialog; None when there is not exactly one."""
    found = _ADDRESS.fullmatch(values[0].strip()) if len(values) == 1 else None
    return None if found is None else (found[1], _TAG.search(found[2]) is not None)


def _shown(value: str) -> str | None:
    """Whose secret a digest shows."""
    names = re.findall(r'(?:^|[\s,])username[ \t]*=[ \t]*("[^"\\]*"|[^",\s]*)', value, re.IGNORECASE)
    if not value.startswith("Digest ") or len(names) != 1 or "username*" in value.lower():
        return None
    return str(names[0]).strip('"')
