"""What stands in one field of a register: numbers, addresses and names as China writes them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints

ID = r"^[a-z][a-z0-9-]{0,39}$"
_PHONE = re.compile(r"(?:\+86-?)?(?:0[1-9][0-9]{1,2}-?)?[0-9]{7,8}(?:-[0-9]{1,6})?")
_SHORT = re.compile(r"[0-9]{3,8}")
_SERVICE = re.compile(r"[48]00-?[0-9]{3}-?[0-9]{4}")
_MOBILE = re.compile(r"(?:\+86-?)?1[3-9][0-9]{9}")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)


def _phone(text: str) -> str:
    if any(kind.fullmatch(text) for kind in (_PHONE, _SHORT, _SERVICE, _MOBILE)):
        return text
    raise ValueError("a telephone number is written like 022-00001234, 022-00001234-801, 13900000011 or 12320")


def _mobile(text: str) -> str:
    if _MOBILE.fullmatch(text):
        return text
    raise ValueError("a mobile number has 11 digits and begins with 13 to 19")


def _email(text: str) -> str:
    if _EMAIL.fullmatch(text) and ".." not in text and not text.startswith("."):
        return text
    raise ValueError("an e-mail address is written like name@example.org")


def _postcode(text: str) -> str:
    if re.fullmatch(r"[0-9]{6}", text):
        return text
    raise ValueError("a postcode has 6 digits")


def _as_text(value: Any) -> Any:
    """YAML takes 300071 for a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line of text, without control characters")
    return text


_TEXT = BeforeValidator(_as_text)

Id = Annotated[str, StringConstraints(pattern=ID)]
"""Of a line, an agent, a unit, an expert; lines and agents have the same ids in the plan."""
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line), _TEXT
]
"""A name, a title, an address."""
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(_phone), _TEXT]
"""Fixed (with its area and extension), mobile, short (12320) or a service number (400-…)."""
Mobile = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(_mobile), _TEXT]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)]
Postcode = Annotated[str, StringConstraints(strip_whitespace=True, max_length=12), AfterValidator(_postcode), _TEXT]
