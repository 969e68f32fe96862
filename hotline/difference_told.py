"""What a new plan changes, in sentences for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from hotline.difference_words import (
    AFTERWARDS,
    AS_KINDS,
    DAYS,
    HEADINGS,
    KINDS,
    LOOKED,
    NOTHING,
    RULES,
    SENTENCES,
    SITUATIONS,
    VALUES,
)
from routing.calendar import SHANGHAI
from routing.rehearsal.difference import GROUPS, Change
from routing.rules.rule import Both, Language

MOST: Final = 8
"""Of one group, no more is told unless all is asked for."""
_MOST_KEYS: Final = 6
_MOST_MOMENTS: Final = 2
"""Of those that share one sentence."""
_LONGEST: Final = 24
"""Of a prompt's words, where they are not the matter."""

_UNARRANGED: Final = re.compile("（[0-9]+年节假日安排未知[^）]*）")
"""Behind a weekday's name, for each day of a year alike."""


def told(changes: Sequence[Change], language: Language, last: date, most: int | None = MOST) -> Iterator[str]:
    """The changes, group by group, so many of each, and the last day that was looked at."""
    if not changes:
        yield NOTHING.in_language(language)
    for group in GROUPS:
        of_group = alike([change for change in changes if change.group == group])
        if of_group:
            yield HEADINGS[group].in_language(language)
            yield from ("  " + sentence(change, language) for change in of_group[:most])
        if most is not None and len(of_group) > most:
            more = len(of_group) - most
            yield "  " + Both(f"… and {more} more (--all)", f"……另有 {more} 处（--all）").in_language(language)
    yield LOOKED.in_language(language).format(last=last)


def alike(changes: Iterable[Change]) -> list[Change]:
    """Rules that change in the same way in several places, as one change of all of them."""
    found: dict[object, Change] = {}
    for change in changes:
        values = change.values
        same: object = id(change)
        if change.what == "rule":
            same = (values["of"], values["rule"], str(values["old"]), str(values["new"]))
        if same in found:
            change = replace(change, values={**values, "name": f"{found[same].values['name']}, {values['name']}"})
        found[same] = change
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
            values["rule"] = RULES[values["rule"]].in_language(language)
    return teller.say(change.what, **{name: teller.value(value) for name, value in values.items()})


class _Teller:
    """Speaks one language."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language

    def say(self, what: str, **values: str) -> str:
        return SENTENCES[what].in_language(self._language).format_map(values)

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
        typed = ",".join(key for key in keys if key not in AFTERWARDS)
        after = [AFTERWARDS[key].in_language(self._language) for key in keys if key in AFTERWARDS]
        if not typed:
            typed = self._either("no key", "不按键")
            after = [] if keys == (".",) else after
        return " ".join([typed, *(f"({word})" for word in after)])

    def situation(self, values: dict[str, Any]) -> str:
        if "situation" not in values:
            return ""
        words = SITUATIONS[values["situation"]].in_language(self._language)
        of = values["of"] or self._either("a withheld number", "隐藏号码")
        return self._either(f" ({words.format(of=of)})", f"（{words.format(of=of)}）")

    def _end(self, end: dict[str, Any]) -> str:
        words = KINDS[end["kind"]].in_language(self._language).format_map(end)
        if end["kind"] in ("message", "information", "callback") and end["name"]:
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
        return DAYS[day].in_language(self._language) if day in DAYS else self._either(f"on {day}", day)

    def _written(self, hours: Mapping[str, Any]) -> str:
        """One rule of hours."""
        days = self._either(", ", "、").join(self._days(AS_KINDS.get(day, day)) for day in hours["on"])
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
            case str() if value in VALUES:
                return VALUES[value].in_language(self._language)
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
