"""What forms 6 and 9 have in common: fields of a sheet as parts of a box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from paperwork.printing.form import Choice, Field, Writing
from paperwork.sheet import Correction, Entered

BLANK_DAY = "　　　年　　月　　日"
"""To be written in by hand."""


def entry(entered: Entered, wide: int = 4, named: int = 2) -> Field:
    return Field(entered.label, entered.value, wide, named)


def boxes(entered: Entered) -> Choice:
    """The boxes to tick over the whole width, with what was written beside the last one."""
    label = ticked(entered)
    return Choice(entered.label, [one.label for one in entered.choices], label, note_of(entered.value, label))


def ticked(entered: Entered) -> str | None:
    """The label of the box that is ticked."""
    return next((one.label for one in entered.choices if one.marked), None)


def note_of(value: str, label: str | None) -> str:
    """What was written beside a box: the words in brackets behind its name.

    >>> note_of("其他（表扬（口头））", "其他"), note_of("政策咨询", "政策咨询"), note_of("", None)
    ('表扬（口头）', '', '')
    """
    if label is None:
        return ""
    beside = value.removeprefix(label)
    return beside[1:-1] if beside.startswith("（") and beside.endswith("）") else beside


def signed(what: Entered, by: Entered, at: Entered, high: int) -> Writing:
    """A box that somebody signs: printed when that is known, blank to be signed by hand when not."""
    return Writing(what.label, what.value, high, (("签字", by.value), ("时间", at.value or BLANK_DAY)))


def corrections(found: Sequence[Correction]) -> list[tuple[Writing]]:
    """A box of what was corrected after the signature; none when nothing was."""
    return [(Writing("更正记录", "\n".join(corrected(one) for one in found), high=12),)] if found else []


def corrected(correction: Correction) -> str:
    """One correction in a sentence."""
    changes = "；".join(
        f"{one.label}由“{one.before or '空白'}”更正为“{one.after or '空白'}”" for one in correction.changes
    )
    return f"{correction.at} {correction.by}：{changes}。原因：{correction.reason}"


def beside(fields: Iterable[Entered]) -> str:
    """What our records know and the form has no field for, in one line below it."""
    return "　".join(f"{one.label}：{one.value}" for one in fields if one.value)
