"""What a new plan changes, in sentences for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from routing.calendar import SHANGHAI
from routing.rehearsal.difference import GROUPS, Change, Group
from routing.rehearsal.hours_change import HOLIDAYS, MADE_UP
from routing.rehearsal.paths import WRONG
from routing.rules.rule import Both, Language

MOST: Final = 8
"""Of one group, no more is told unless all is asked for."""
_MOST_KEYS: Final = 6
_MOST_MOMENTS: Final = 2
"""Of those that share one sentence."""
_LONGEST: Final = 24
"""Of a prompt's words, where they are not the matter."""

NOTHING: Final = Both("nothing changes for callers", "对来电者没有任何变化")
_LOOKED: Final = Both("looked until {last}", "查看到 {last} 为止")
_UNARRANGED: Final = re.compile("（[0-9]+年节假日安排未知[^）]*）")
"""Behind a weekday's name, for each day of a year alike."""

HEADINGS: Final[dict[Group, Both]] = {
    "ends": Both("Callers get elsewhere", "来电走向不同"),
    "hours": Both("Hours", "服务时间"),
    "answers": Both("Who answers", "由谁接听"),
    "rules": Both("Rules", "规则"),
    "heard": Both("Callers hear something else on the way", "途中听到的内容不同"),
    "words": Both("Words", "提示语"),
}

_SENTENCES: Final = {
    "elsewhere": Both("{keys}: {old} → {new}   {when}{situation}", "{keys}：{old} → {new}　{when}{situation}"),
    "heard": Both(
        "{keys}: hears {come} instead of {gone}{situation}", "{keys}：听到 {come}，不再是 {gone}{situation}"
    ),
    "heard-more": Both("{keys}: hears {come} as well{situation}", "{keys}：另外听到 {come}{situation}"),
    "heard-less": Both("{keys}: no longer hears {gone}{situation}", "{keys}：不再听到 {gone}{situation}"),
    "open": Both(
        "{lines}: {since}open {days} {new} (was {old}){until}", "{lines}：{since}{days} {new} 开放（原为{old}）{until}"
    ),
    "closed": Both(
        "{lines}: {since}closed {days} (was {old}){until}", "{lines}：{since}{days}不开放（原为{old}）{until}"
    ),
    "number": Both("the hotline's number is {new} (was {old})", "热线号码为 {new}（原为 {old}）"),
    "line-added": Both("new line {name} ({line}), open {hours}", "新增热线 {name}（{line}），开放时间：{hours}"),
    "line-removed": Both("line {name} ({line}) is gone", "取消热线 {name}（{line}）"),
    "renamed": Both("{id} is called {new} (was {old})", "{id} 改名为 {new}（原为 {old}）"),
    "agent-added": Both("new agent {name} ({agent}) on {lines}", "新增座席 {name}（{agent}）：{lines}"),
    "agent-removed": Both("agent {name} ({agent}) is gone", "取消座席 {name}（{agent}）"),
    "agent-lines": Both("{name} ({agent}) answers {new} (was {old})", "{name}（{agent}）接听 {new}（原为 {old}）"),
    "outside-added": Both("{name} has the outside number {number}", "{name} 新增外线 {number}"),
    "outside-removed": Both("{name} has no outside number any more (was {number})", "{name} 取消外线（原为 {number}）"),
    "outside-number": Both("{name} dials {new} (was {old})", "{name} 外线改为 {new}（原为 {old}）"),
    "direct": Both("direct mode is {on}: {means}", "人工直通{on}：{means}"),
    "front-added": Both("new front message {front}, off until it is turned on", "新增紧急通知 {front}，打开以后才播放"),
    "front-removed": Both("front message {front} is gone", "取消紧急通知 {front}"),
    "front-times": Both("front message {front} is heard {since}–{until}", "紧急通知 {front} 播放时间：{since}–{until}"),
    "rule": Both("{name}: {rule} {new} (was {old})", "{name}：{rule} {new}（原为 {old}）"),
    "words": Both("{prompt}:\n    - {old}\n    + {new}", "{prompt}：\n    - {old}\n    + {new}"),
    "words-added": Both("{prompt}: + {words}", "{prompt}：+ {words}"),
    "words-removed": Both("{prompt}: - {words}", "{prompt}：- {words}"),
}  # fmt: skip

_KINDS: Final = {
    "line": Both("{name}", "{name}"),
    "outside": Both("{name} (outside)", "{name}（外线）"),
    "message": Both("message", "留言"),
    "information": Both("information", "录音"),
    "hangup": Both("the end", "挂机"),
    "asked": Both("asked on at {line}", "继续提问 {line}"),
}

_DAYS: Final = {
    "every-day": Both("every day", "每天"), "workdays": Both("on workdays", "工作日"),
    "days-off": Both("on weekends and holidays", "周末和节假日"), "weekdays": Both("Monday to Friday", "周一至周五"),
    "weekends": Both("on weekends", "周末"), HOLIDAYS: Both("on public holidays", "法定节假日"),
    MADE_UP: Both("on make-up workdays", "调休上班日"), "mon": Both("on Mondays", "周一"),
    "tue": Both("on Tuesdays", "周二"), "wed": Both("on Wednesdays", "周三"), "thu": Both("on Thursdays", "周四"),
    "fri": Both("on Fridays", "周五"), "sat": Both("on Saturdays", "周六"), "sun": Both("on Sundays", "周日"),
}  # fmt: skip

_AS_KINDS: Final = {"days off": "days-off", "every day": "every-day"}
"""As hours are written → kinds of days."""

_RULES: Final = {
    "maximum_wait": Both("longest wait", "最长等候"), "at_closing": Both("at closing, those who wait", "下班时等候者"),
    "ring": Both("a phone rings", "振铃"), "wrap_up": Both("rest after a talk", "通话后整理"),
    "priority": Both("priority", "优先级"), "position": Both("tells how many wait", "播报排队人数"),
    "record": Both("talks are recorded", "通话录音"), "survey": Both("survey", "满意度调查"),
    "owner": Both("belongs to", "所属单位"), "simultaneous": Both("outside calls at once", "外线并发"),
    "digits": Both("digits", "位数"), "terminator": Both("key that ends a number", "结束键"),
    "wait": Both("silence counts after", "等待按键"), "limit": Both("longest message", "留言时长"),
    "silence": Both("own rule for silence", "静音规则"), "wrong": Both("own rule for wrong keys", "错键规则"),
    "answers": Both("answers", "选项"), "days": Both("remembers days", "记住天数"), "name": Both("name", "名称"),
    "thanks": Both("says after a message", "留言后提示"),
    "apology": Both("says when it fails a caller", "故障时提示"),
    "may_dial": Both("may dial", "允许外拨"), "busy": Both("says to those who wait", "等候提示"),
    "comfort": Both("says to those who still wait", "继续等候提示"),
    "silence-tries": Both("silences borne", "静音次数"),
    "silence-say": Both("says after silence", "静音提示"),
    "silence-last": Both("says after the last silence", "末次静音提示"),
    "wrong-tries": Both("wrong keys borne", "错键次数"), "wrong-say": Both("says after a wrong key", "错键提示"),
    "wrong-last": Both("says after the last wrong key", "末次错键提示"),
}  # fmt: skip

_SITUATIONS: Final = {
    "caller": Both("called from {of}", "来电号码 {of}"), "nobody": Both("nobody on shift at {of}", "{of} 无人在岗"),
    "wait": Both("long wait at {of}", "{of} 等候过长"), "front": Both("front message {of} on", "紧急通知 {of} 打开时"),
    "last": Both("talked with {of} before", "此前咨询过 {of}"),
}  # fmt: skip

_AFTERWARDS: Final = {
    "t": Both("after the talk", "通话以后"), "o": Both("given up by the line", "热线未能接听"),
    "c": Both("closed while waiting", "等候时下班"), ".": Both("then nothing", "不再按键"),
    WRONG: Both("then wrong keys", "按错键"),
}  # fmt: skip


def told(changes: Sequence[Change], language: Language, last: date, most: int | None = MOST) -> Iterator[str]:
    """The changes, group by group, so many of each, and the last day that was looked at."""
    if not changes:
        yield NOTHING.in_language(language)
    for group in GROUPS:
        of_group = _alike([change for change in changes if change.group == group])
        if of_group:
            yield HEADINGS[group].in_language(language)
            yield from ("  " + sentence(change, language) for change in of_group[:most])
        if most is not None and len(of_group) > most:
            more = len(of_group) - most
            yield "  " + Both(f"… and {more} more (--all)", f"……另有 {more} 处（--all）").in_language(language)
    yield _LOOKED.in_language(language).format(last=last)


def _alike(changes: Iterable[Change]) -> list[Change]:
    """Rules that change in the same way in several places, as one change of all of them."""
    found: dict[object, Change] = {}
    for change in changes:
        values = change.values
        alike: object = id(change)
        if change.what == "rule":
            alike = (values["of"], values["rule"], str(values["old"]), str(values["new"]))
        if alike in found:
            change = replace(change, values={**values, "name": f"{found[alike].values['name']}, {values['name']}"})
        found[alike] = change
    return list(found.values())


def sentence(change: Change, language: Language) -> str:
    """One change in one sentence."""
    teller = _Teller(language)
    values = dict(change.values)
    match change.what:
        case "elsewhere":
            return teller.say("elsewhere", **teller.elsewhere(values))
        case "heard":
            gone, come = (
                " + ".join(_quoted(sound, values["words"]) for sound in values[side]) for side in ("gone", "come")
            )
            what = "heard" if gone and come else "heard-more" if come else "heard-less"
            return teller.say(
                what, keys=teller.keys(values["keys"]), gone=gone, come=come, situation=teller.situation(values)
            )
        case "hours":
            return teller.say("open" if values["new"] else "closed", **teller.hours(values))
        case "direct":
            on = Both("on", "打开") if values["on"] else Both("off", "关闭")
            means = Both("no menu", "没有菜单") if values["on"] else Both("callers hear the menu", "播放菜单")
            return teller.say("direct", on=on.in_language(language), means=means.in_language(language))
        case "rule":
            values["rule"] = _RULES[values["rule"]].in_language(language)
    return teller.say(change.what, **{name: teller.value(value) for name, value in values.items()})


class _Teller:
    """Speaks one language."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language

    def say(self, what: str, **values: str) -> str:
        return _SENTENCES[what].in_language(self._language).format_map(values)

    def elsewhere(self, values: dict[str, Any]) -> dict[str, str]:
        old, new = (self._end(values[side]) for side in ("old", "new"))
        if old == new:  # the same name, but a line before and a message now
            old, new = (f"{end} [{values[side]['kind']}]" for end, side in ((old, "old"), (new, "new")))
        when = self._either("at any time", "任何时候") if values["always"] else self._moments(values)
        return {
            "keys": self.keys(values["keys"]),
            "old": old,
            "new": new,
            "when": when,
            "situation": self.situation(values),
        }

    def hours(self, values: dict[str, Any]) -> dict[str, str]:
        since, until = values["since"], values["until"]
        return {
            "lines": self._either("all lines", "全部热线") if values["all"] else self._listed(values["names"], 12),
            "days": self._listed([self._days(day) for day in values["days"]], 8),
            "old": self._spans(values["old"]),
            "new": self._spans(values["new"]),
            "since": self._either(f"from {since} on ", f"自 {since} 起，") if since else "",
            "until": self._either(f", until {until}", f"，至 {until}") if until else "",
        }

    def keys(self, all_keys: Iterable[Sequence[str]]) -> str:
        """`1,4`, and in words what is no key."""
        told = dict.fromkeys(self._keys(keys) for keys in sorted(all_keys, key=len))
        return self._listed(list(told), _MOST_KEYS)

    def _keys(self, keys: Sequence[str]) -> str:
        typed = ",".join(key for key in keys if key not in _AFTERWARDS)
        after = [_AFTERWARDS[key].in_language(self._language) for key in keys if key in _AFTERWARDS]
        if not typed:
            typed = self._either("no key", "不按键")
            after = [] if keys == (".",) else after
        return " ".join([typed, *(f"({word})" for word in after)])

    def situation(self, values: dict[str, Any]) -> str:
        if "situation" not in values:
            return ""
        words = _SITUATIONS[values["situation"]].in_language(self._language)
        of = values["of"] or self._either("a withheld number", "隐藏号码")
        return self._either(f" ({words.format(of=of)})", f"（{words.format(of=of)}）")

    def _end(self, end: dict[str, Any]) -> str:
        words = _KINDS[end["kind"]].in_language(self._language).format_map(end)
        if end["kind"] in ("message", "information") and end["name"]:
            return self._either(f"{words} for {end['name']}", f"{end['name']}{words}")
        return words

    def _moments(self, values: dict[str, Any]) -> str:
        moments = [
            f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {_UNARRANGED.sub('', why)}"
            for at, why in zip(values["at"], values["days"], strict=True)
        ]
        listed = self._listed(moments, _MOST_MOMENTS)
        return self._either(f"such as {listed}", f"例如 {listed}")

    def _days(self, day: str) -> str:
        return _DAYS[day].in_language(self._language) if day in _DAYS else self._either(f"on {day}", day)

    def _written(self, hours: Mapping[str, Any]) -> str:
        """One rule of hours."""
        days = self._either(", ", "、").join(self._days(_AS_KINDS.get(day, day)) for day in hours["on"])
        since, until = hours["since"], hours["until"]
        return "".join(
            [
                self._either(f"from {since} on ", f"自 {since} 起") if since else "",
                f"{days} {self._spans(hours['open'])}",
                self._either(f" until {until}", f"（至 {until}）") if until else "",
            ]
        )

    def _spans(self, spans: Sequence[str]) -> str:
        return ", ".join(spans) or self._either("closed", "不开放")

    def value(self, value: Any) -> str:
        """A plain value as people say it."""
        match value:
            case None | ():
                return self._either("none", "无")
            case bool():
                return self._either("yes", "是") if value else self._either("no", "否")
            case float():
                return _duration(value)
            case datetime():
                return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
            case date():
                return value.isoformat()
            case ({"on": _}, *_):
                return self._either(", ", "、").join(map(self._written, value))
            case ({"level": _}, *_):
                return self._either(", ", "、").join(map(_answered, value))
            case list() | tuple():
                return self._either(", ", "、").join(map(str, value))
            case dict():
                return ", ".join(f"{key} {word}" for key, word in value.items())
            case "stay" | "leave":
                return self._either(*{"stay": ("stay", "继续接听"), "leave": ("leave", "转录音留言")}[value])
        return str(value)

    def _listed(self, words: Sequence[str], most: int) -> str:
        more = len(words) - most
        rest = [self._either(f"{more} more", f"另{more}处")] if more > 0 else []
        return self._either(", ", "、").join([*words[:most], *rest])

    def _either(self, english: str, chinese: str) -> str:
        return english if self._language == "en" else chinese


def _answered(line: dict[str, Any]) -> str:
    """A line with the agent's level, where it is not the first."""
    return str(line["name"]) if line["level"] == 1 else f"{line['name']} ({line['level']})"


def _quoted(sound: str, words: Mapping[str, str]) -> str:
    """A prompt with the beginning of its words."""
    text = words[sound]
    return f"{sound}「{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}」"


def _duration(seconds: float) -> str:
    """As the files write it: `1h30m`, `20s`."""
    if seconds != int(seconds):
        return f"{seconds:g}s"
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{left}s" if left else ""]
    return "".join(parts) or "0s"
