"""A notice in words: what is wrong, since when, and what to do, as Markdown that fits into a robot's message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from hotline.alerting.notice import Alert, Notice, Status
from hotline.dashboards.panel import Language, Words
from hotline.dashboards.runbooks import Runbook, runbooks
from routing.calendar import SHANGHAI

_LONGEST: Final = 300
"""Signs of one summary."""
_ROOM: Final = 100
"""Bytes that are kept for what is said of the alerts that had no room."""

_PAGE: Final = Words("紧急告警", "Urgent")
_TICKET: Final = Words("待处理告警", "To be seen to")
_OVER: Final = Words("已恢复", "Over")
_SINCE: Final = Words("自", "since")
_DO: Final = Words("处理", "Do")
_MORE: Final = Words("另有 {count} 项，见 Alertmanager", "{count} more: see Alertmanager")


class Told(NamedTuple):
    """A message: its title, and its text in Markdown, of which the title is a part."""

    title: str
    text: str


def told(notice: Notice, language: Language, most: int) -> Told:
    """The notice in at most `most` bytes of UTF-8: every alert first, then what to do as there is room."""
    firing = _ordered(notice, Status.FIRING)
    over = _ordered(notice, Status.RESOLVED)
    title = _title(firing, over, language)
    lines = [f"### {title}"]
    left, cut = most - _bytes(lines[0]) - _ROOM, notice.cut
    shown: list[tuple[Alert, int]] = []
    for alert in (*firing, *over):
        line = _line(alert, language)
        if (size := _bytes(line)) > left:
            cut += 1
            continue
        left -= size
        if alert.status is Status.FIRING:
            shown.append((alert, len(lines)))
        lines.append(line)
    books, said, more = runbooks(language), set[str](), {}
    for alert, place in shown:
        book = _book(alert, books)
        if book is None or book.alert in said:
            continue
        line = f"**{_DO.told(language)}** {_safe(book.do, 2000)}"
        if (size := _bytes(line)) <= left:
            left -= size
            said.add(book.alert)
            more[place] = line
    parts = [part for place, line in enumerate(lines) for part in (line, more.get(place)) if part]
    if cut:
        parts.append(_MORE.told(language).format(count=cut))
    return Told(title, "\n\n".join(parts))


def _ordered(notice: Notice, status: Status) -> list[Alert]:
    """What wakes somebody first, then by when it began."""
    found = [alert for alert in notice.alerts if alert.status is status]
    return sorted(found, key=lambda alert: (not alert.pages, alert.since))


def _title(firing: Sequence[Alert], over: Sequence[Alert], language: Language) -> str:
    hotlines = sorted({alert.labels.get("hotline", "") for alert in (*firing, *over)} - {""})
    parts = [_safe(" ".join(hotlines), 60)] if hotlines else []
    if firing:
        kind = _PAGE if any(alert.pages for alert in firing) else _TICKET
        parts.append(f"{kind.told(language)} {len(firing)}")
    if over:
        parts.append(f"{_OVER.told(language)} {len(over)}")
    return " · ".join(parts)


def _line(alert: Alert, language: Language) -> str:
    summary = alert.annotations.get("summary_zh" if language == "zh" else "summary", "")
    words = _safe(summary or alert.annotations.get("summary", ""), _LONGEST)
    name = _safe(alert.name, 100)
    if alert.status is Status.RESOLVED:
        return f"{_OVER.told(language)} **{name}** {words}"
    since = alert.since.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S")
    return f"**{name}** {words}\n> {_SINCE.told(language)} {since}"


def _book(alert: Alert, books: Mapping[str, Runbook]) -> Runbook | None:
    """The runbook that its rule names, or that bears its name."""
    anchor = alert.annotations.get("runbook", "").partition("#")[2]
    return next((book for name, book in books.items() if name.lower() == anchor), books.get(alert.name))


def _safe(text: str, most: int) -> str:
    """In one line, and without signs by which a robot would colour words or call people."""
    line = re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip().replace("<", "‹").replace(">", "›").replace("@", "＠")
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _bytes(text: str) -> int:
    return len(text.encode()) + 2  # with the empty line after it
