"""The spans with which a period is compared: the one before it (环比), and the same days a year before (同比)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from paperwork.reports.report import Period


def before(period: Period) -> Period:
    """As many whole months before whole months, else as many days."""
    if period.since.day == 1 and period.until.day == 1:
        months = (period.until.year - period.since.year) * 12 + period.until.month - period.since.month
        return Period(_months_on(period.since, -months), period.since)
    return Period(period.since - (period.until - period.since), period.since)


def year_before(period: Period) -> Period:
    """The same dates; 29 February becomes 28 February, of which a day remains."""
    since, until = _months_on(period.since, -12), _months_on(period.until, -12)
    return Period(since, max(until, since + timedelta(days=1)))


def last_month(today: date) -> Period:
    """The month that is over."""
    first = today.replace(day=1)
    return Period(_months_on(first, -1), first)


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
