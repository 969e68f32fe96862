"""A form that is signed, as values, in the order of the paper: what is printed, not how. Pure.

附件6 and 附件9 are sheets: `paperwork.answers.sheet`, `paperwork.orders.sheet`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class Choice:
    """A box of the form."""

    label: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Entered:
    """One field: `value` as text (empty: left blank on the form); `choices` where the form has boxes to tick."""

    id: str
    label: str
    value: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Amended:
    """One field of a correction: what was signed stays legible beside what holds now."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Correction:
    at: str
    by: str
    reason: str
    changes: tuple[Amended, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form. `fields` are the form's own, in its order; `more` is what our records know beside them.

    With corrections, `fields` has what was signed and `corrections` what was corrected in it afterwards.
    """

    form: str
    title: str
    number: str
    fields: tuple[Entered, ...]
    more: tuple[Entered, ...]
    corrections: tuple[Correction, ...]
    test: bool

    def __getitem__(self, field: str) -> Entered:
        """A field by its id. Raises KeyError."""
        for one in (*self.fields, *self.more):
            if one.id == field:
                return one
        raise KeyError(field)


def minute(at: datetime) -> str:
    """`2026年11月20日 10:05`, in China."""
    here = at.astimezone(SHANGHAI)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"
