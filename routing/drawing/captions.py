"""The plan's rules in the few Chinese words that a drawing has room for."""

from __future__ import annotations

from datetime import date, timedelta

from routing.calendar import Calendar
from routing.days import Dates, Days, Weekday
from routing.hours import WHOLE_DAY, Hours, Span
from routing.line_rule import Limit
from routing.node import Ask, Case
from routing.plan import LineRule, Plan
from routing.written import WITHHELD

ALL_DAY = "24小时"
_WEEKDAYS = "一二三四五六日"
_DAYS = {Days.WORKDAYS: "工作日", Days.DAYS_OFF: "休息日", Days.EVERY_DAY: "每天"}
_WHOLE = Span(timedelta(), WHOLE_DAY)


def duration(seconds: float) -> str:
    """`90` → `1分30秒`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [f"{hours}小时"] if hours else []
    if minutes:
        parts.append(f"{minutes}分" if rest else f"{minutes}分钟")
    if rest or not parts:
        parts.append(f"{rest}秒")
    return "".join(parts)


def around_the_clock(calendar: Calendar, hours: str) -> bool:
    """Whether the named hours never close by rule."""
    return any(
        Days.EVERY_DAY in rule.on
        and _WHOLE in rule.open
        and rule.begin is None
        and rule.until is None
        and rule.holidays == "open"
        for rule in calendar.hours[hours]
    )


def never_closed(calendar: Calendar, hours: str) -> bool:
    """Whether nothing that is written ever closes the named hours."""
    return around_the_clock(calendar, hours) and not any(closure.concerns(hours) for closure in calendar.closures)


def hours_words(calendar: Calendar, hours: str) -> str:
    """When the named hours are open by rule: `工作日 8:30–16:30`, `24小时`."""
    if around_the_clock(calendar, hours):
        return ALL_DAY
    return "；".join(map(_rule_words, calendar.hours[hours])) or "从不开放"


def workday_hours(calendar: Calendar, hours: str) -> bool:
    """Whether the named hours are those of workdays alone."""
    return bool(calendar.hours[hours]) and all(rule.on == (Days.WORKDAYS,) for rule in calendar.hours[hours])


def _rule_words(rule: Hours) -> str:
    days = "、".join(map(_on_words, rule.on))
    spans = "全天" if rule.open == (_WHOLE,) else "、".join(map(_span_words, rule.open))
    limits = [
        *([f"{_date_words(rule.begin)}起"] if rule.begin else []),
        *([f"至{_date_words(rule.until)}"] if rule.until else []),
        *(["节假日除外"] if rule.holidays == "closed" else []),
    ]
    return f"{days} {spans}" + (f"（{'，'.join(limits)}）" if limits else "")


def _on_words(on: Days | Weekday | Dates) -> str:
    match on:
        case Days():
            return _DAYS[on]
        case Weekday(weekday, nth):
            which = "" if nth is None else "每月最后一个" if nth == 0 else f"每月第{nth}个"
            return f"{which}周{_WEEKDAYS[weekday]}"
        case Dates(first, last):
            return dates_words(first, last)


def dates_words(first: date, last: date) -> str:
    """`2026年10月1日–7日`, without what the second date repeats."""
    if first == last:
        return _date_words(first)
    if first.year != last.year:
        return f"{_date_words(first)}–{_date_words(last)}"
    end = f"{last.day}日" if first.month == last.month else f"{last.month}月{last.day}日"
    return f"{_date_words(first)}–{end}"


def _date_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _span_words(span: Span) -> str:
    return "–".join(f"{minutes // 60}:{minutes % 60:02d}" for minutes in (int(t.total_seconds()) // 60 for t in span))


def line_name(plan: Plan, line: str) -> str:
    return plan.lines[line].name if line in plan.lines else line


def staff_words(plan: Plan, line: str) -> str:
    """Who answers a line: agents, and the outside number with how many it takes at once."""
    agents, rule = len(list(plan.agents_of(line))), plan.lines[line]
    ours = f"座席 {agents} 人" if agents else ""
    if rule.outside is None:
        return ours or "无座席"
    theirs = f"外线 {rule.outside.number} ×{rule.outside.simultaneous}"
    return f"{ours} + {theirs}" if ours else theirs


def condition(plan: Plan, case: Case) -> str:
    """When a case of a switch holds: all of its conditions, with `且` between them."""
    parts: list[str] = []
    if case.hours is not None:
        parts.append(f"{hours_words(plan.calendar, case.hours)}内" if case.hours in plan.calendar.hours else case.hours)
    if case.open is not None:
        parts.append(f"{line_name(plan, case.open)}开放")
    if case.unstaffed is not None:
        parts.append(f"{line_name(plan, case.unstaffed)}无人在岗")
    if case.wait is not None:
        parts.append(f"{line_name(plan, case.wait.line)}预计等候超过{duration(case.wait.over)}")
    if case.dates is not None:
        parts.append("、".join(dates_words(span.first, span.last) for span in case.dates))
    if case.caller is not None:
        parts.append("来电" + "、".join("不显示号码" if one == WITHHELD else one for one in case.caller))
    return "，且".join(parts)


def digits_words(ask: Ask) -> str:
    """How a number is to be keyed: `4–12位，以 # 结束，读回确认`."""
    least, most = ask.digits
    parts = [f"{least}位" if least == most else f"{least}–{most}位"]
    if ask.terminator is not None and least != most:
        parts.append(f"以 {ask.terminator} 结束")
    if ask.confirm or ask.choices:
        parts.append("读回，按 1 确认")
    return "，".join(parts)


def rules_of(rule: LineRule) -> list[str]:
    """What else holds on a line, for who wants to know it all."""
    return [
        *(["通话录音"] if rule.record else []),
        *(["保密"] if rule.confidential is not None else []),
        *(["下班时仍在等候者转下班流程"] if rule.at_closing == "leave" else []),
        f"振铃 {duration(rule.ring)}",
        f"整理 {duration(rule.wrap_up)}",
        f"最长等候 {duration(rule.maximum_wait)}",
        *([f"优先级 {rule.priority:+d}"] if rule.priority else []),
        *(["紧急，先于其他热线"] if rule.urgent else []),
        *([f"留 {rule.keep_free} 位座席"] if rule.keep_free else []),
        *(f"{level} 级座席 {duration(after)}后呼叫" for level, after in sorted(rule.widen.items())),
        *([f"先等上次的座席 {duration(rule.sticky)}"] if rule.sticky else []),
        *(["可预约回拨"] if rule.callback else []),
    ]


_LIMITS = {
    "expected_wait": "预计等候超过{over}",
    "waited": "等候超过{over}",
    "length": "排队超过{calls}人",
    "nobody_on_shift": "无人当班{over}",
    "nobody_ready": "无人空闲{over}",
}


def limit_words(limit: Limit) -> str:
    """When a line gives a caller up: `预计等候超过10分钟`."""
    over = duration(limit.over) if limit.over else ""
    return _LIMITS[limit.when].format(over=over, calls=f"{limit.over:g}")
