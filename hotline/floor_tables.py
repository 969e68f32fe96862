"""The floor as tables for a terminal, from the data that `GET /floor` answers with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from acd.agent import Presence
from acd.signals import AlertKind
from hotline.alarms import AlarmKind
from hotline.floor_watch import LineAlert
from records.account_words import BREAKS, Language

Data = Mapping[str, Any]

PRESENCES: Final[Mapping[Presence, tuple[str, str]]] = {
    Presence.OFFLINE: ("离线", "dim"),
    Presence.READY: ("空闲", "green"),
    Presence.OFFERED: ("振铃", "yellow"),
    Presence.TALKING: ("通话", "cyan"),
    Presence.WRAP_UP: ("整理", "blue"),
    Presence.BREAK: ("小休", "magenta"),
}
"""Word and colour."""

STATES: Final[Mapping[str, str]] = {
    "talking": "通话",
    "held": "保持",
    "asking": "呼叫第三方",
    "consulting": "咨询",
    "together": "多方通话",
    "passing": "转接中",
    "over": "结束",
}

ALERTS: Final[Mapping[str, str]] = {
    AlertKind.PHONE_FAILED: "话机没有接起",
    AlertKind.LONG_TALK: "通话过长",
    AlertKind.MENDED: "已自动修复",
    LineAlert.SOON_EMPTY: "快要没有人在班",
    LineAlert.EMPTY: "没有人在班",
    AlarmKind.JOURNAL: "通话记录写不进数据库",
    AlarmKind.PRESENCES: "座席记录写不进数据库",
    AlarmKind.SPOOL: "记录无法暂存到磁盘",
    AlarmKind.SEALING: "录音没有加密",
    AlarmKind.ANSWERS: "接听记录单没有建立",
    AlarmKind.ORDERS: "转办单的时限没有看管",
    AlarmKind.WEBHOOKS: "事件推送没有送达",
    AlarmKind.OFFICE: "后台文书处理中断，正在恢复",
    AlarmKind.TERMS: "到期或保密的号码、录音没有清除",
    AlarmKind.TEST_CALLS: "自检呼叫没有通过",
    AlarmKind.TALKS: "磁盘将满，通话不再录音",
    AlarmKind.MESSAGES: "磁盘将满，不能留言",
}


def tables(floor: Data, breaks: Mapping[str, str]) -> RenderableType:
    """Lines, agents, talks, and what else there is. `breaks` are the plan's reasons by id."""
    parts: list[RenderableType] = [lines_table(floor["lines"]), Text(), agents_table(floor["agents"], breaks)]
    for rows, table in ((floor["talks"], talks_table), (floor["offers"], offers_table)):
        if rows:
            parts += [Text(), table(rows)]
    if waiting := [(line, place) for line in floor["lines"] for place in line["waiting"]]:
        parts += [Text(), waiting_table(waiting)]
        unlisted = sum(line["waiting_calls"] - len(line["waiting"]) for line in floor["lines"])
        if unlisted:
            parts.append(Text(f"另有 {unlisted} 位在等"))
    if floor["callbacks"]:
        parts += [Text(), callbacks_table(floor["callbacks"])]
    if floor["alerts"]:
        parts += [Text(), alerts_table(floor["alerts"])]
    return Group(*parts)


def clock(seconds: float | None) -> str:
    """Minutes and seconds, hours when there are such.

    >>> clock(75.4), clock(3600), clock(None)
    ('1:15', '1:00:00', '')
    """
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


_WHOLE: Final = frozenset({"来电", "号码", "已", "等候", "最久", "预计", *(word for word, _ in PRESENCES.values())})
"""Columns that no terminal folds."""


def _table(*headings: str) -> Table:
    """A narrow terminal folds what is long: nothing is cut, for ids are typed from here."""
    columns = [Column(heading, overflow="fold", no_wrap=heading in _WHOLE) for heading in headings]
    return Table(*columns, box=None, pad_edge=False, header_style="bold")


def lines_table(lines: Iterable[Data]) -> Table:
    """A row for each line."""
    table = _table("热线", "", "状态", "等候", "最久", "预计", *(word for word, _ in PRESENCES.values()))
    for line in lines:
        expected = line["expected_wait"]
        table.add_row(
            line["id"],
            line["name"] + ("（外线）" if line["outside"] else ""),
            Text("开放", "green") if line["open"] else Text(line["why"] or "未开放", "dim"),
            str(line["waiting_calls"] or ""),
            clock(line["longest_wait"]) if line["waiting_calls"] else "",
            clock(expected["seconds"]) if expected else "",
            *(str(line["agents"].get(presence) or "") for presence in PRESENCES),
        )
    return table


def agents_table(agents: Iterable[Data], breaks: Mapping[str, str]) -> Table:
    """A row for each agent."""
    table = _table("座席", "", "状态", "已", "热线（级别）", "话机", "今日")
    for agent in agents:
        word, colour = doing(agent), PRESENCES[Presence(agent["presence"])][1]
        if agent["reason"]:
            word += f"：{reason(agent['reason'], breaks)}"
        if agent["wish"]:
            word += f"（之后小休：{reason(agent['wish'], breaks)}）"
        if agent["line"]:
            word += f" {agent['line']}"
        if not agent["on_shift"]:
            word += " 不在班"
        lines = "，".join(f"{line}({level})" for line, level in agent["lines"].items())
        phones = "，".join(f"{phone}{'✔' if up else '✘'}" for phone, up in agent["phones"].items())
        table.add_row(
            agent["id"] + (" ★" if agent["leader"] else ""),
            agent["name"],
            Text(word, colour),
            clock(agent["seconds"]),
            lines + ("（临时）" if agent["moved"] else ""),
            phones,
            str(agent["answered_today"] or ""),
        )
    return table


def doing(agent: Data) -> str:
    """What an agent does, in a word: of a talk, what goes on there."""
    word, _ = PRESENCES[Presence(agent["presence"])]
    return word if agent["talk"] is None else STATES.get(agent["talk"], word)


def reason(name: str, breaks: Mapping[str, str]) -> str:
    """What a reason of a break is called."""
    own = BREAKS.get(name)
    return own[Language.ZH] if own is not None else breaks.get(name, name)


def waiting_table(waiting: Iterable[tuple[Data, Data]]) -> Table:
    """A row for each waiting caller."""
    table = _table("等候", "位", "来电", "号码", "已等", "预计", "")
    for line, place in waiting:
        expected = place["expected"]
        marks = [word for word, holds in (("紧急", place["urgent"]), ("振铃中", place["rings"])) if holds]
        table.add_row(
            line["id"],
            str(place["place"]),
            place["call"],
            place["number"] or "",
            clock(place["waited"]),
            clock(expected["seconds"]) if expected else "",
            "，".join(marks),
        )
    return table


def talks_table(talks: Iterable[Data]) -> Table:
    """A row for each talk."""
    table = _table("通话", "来电", "号码", "热线", "座席", "与", "已")
    for talk in talks:
        table.add_row(
            STATES.get(talk["state"], talk["state"]),
            talk["call"],
            talk["number"] or "",
            talk["line"],
            talk["agent"] or "外线",
            "，".join(name or "外线" for name in talk["with"]),
            clock(talk["seconds"]),
        )
    return table


def offers_table(offers: Iterable[Data]) -> Table:
    """A row for each ringing phone."""
    table = _table("振铃", "来电", "热线", "座席", "话机", "还响")
    for offer in offers:
        phones = "，".join(offer["phones"])
        agent = offer["agent"] or "外线"
        table.add_row(str(offer["offer"]), offer["call"], offer["line"], agent, phones, clock(offer["rings_on"]))
    return table


def callbacks_table(callbacks: Iterable[Data]) -> Table:
    """A row for each booked callback."""
    table = _table("回电", "热线", "号码", "预约", "已等", "次数", "")
    for callback in callbacks:
        table.add_row(
            callback["ticket"],
            callback["line"],
            callback["number"],
            callback["booked"][11:19],
            clock(callback["waited"]),
            str(callback["tries"] or ""),
            "挂机者" if callback["abandoned"] else "",
        )
    return table


def alerts_table(alerts: Iterable[Data]) -> Table:
    """A row for each alert of the last hour."""
    table = _table("提醒", "", "座席", "热线", "来电", "")
    for alert in alerts:
        word = ALERTS.get(alert["kind"], alert["kind"])
        table.add_row(
            alert["at"][11:19], word, alert["agent"] or "", alert["line"] or "", alert["call"] or "", alert["what"]
        )
    return table


def times_table(agents: Iterable[Data], breaks: Mapping[str, str]) -> Table:
    """How long each agent did what, and on breaks for what."""
    table = _table("座席", *(word for word, _ in PRESENCES.values()), "合计", "小休原因")
    for agent in agents:
        seconds = agent["seconds"]
        why = "，".join(f"{reason(name, breaks)} {clock(value)}" for name, value in agent["breaks"].items())
        total = clock(sum(seconds.values()))
        table.add_row(agent["agent"], *(clock(seconds[presence]) for presence in PRESENCES), total, why)
    return table
