"""What a new plan changes for callers, as facts that can be told in any language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from routing.calendar import SHANGHAI, day_of
from routing.caller_rule import CallerLimit
from routing.line_rule import Limit
from routing.node import Retry
from routing.plan import LineRule, Plan
from routing.rehearsal.hours_change import hours_changes
from routing.rehearsal.moments import moments
from routing.rehearsal.paths import ANYBODY, End, Pair, Situation, paths, situations

Group = Literal["ends", "heard", "hours", "answers", "rules", "words"]
TALKED = "t"
"""The key that stands for a talk with an agent."""
GROUPS: tuple[Group, ...] = ("ends", "hours", "answers", "rules", "heard", "words")
"""The most important first."""


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise in the new plan: `what` is a word of a closed list, `values` its particulars."""

    group: Group
    what: str
    values: Mapping[str, Any]


def difference(old: Plan, new: Plan, since: datetime) -> list[Change]:
    """All that changes from an aware instant on, group by group, what concerns most callers first."""
    changes = [
        *_walked(old, new, since),
        *_hours(old, new, since),
        *_answers(old, new),
        *_rules(old, new),
        *_words(old, new),
    ]
    return sorted(changes, key=lambda change: GROUPS.index(change.group))


# ── where calls lead, and what is heard ─────────────────────────────────────


class _Elsewhere(NamedTuple):
    situation: Situation
    old: End
    new: End


class _Heard(NamedTuple):
    gone: tuple[str, ...]
    come: tuple[str, ...]


_Keys = tuple[str, ...]


def _walked(old: Plan, new: Plan, since: datetime) -> Iterator[Change]:
    """What differs on the paths of both plans, each told once with all its keys and moments."""
    ends: dict[_Elsewhere, dict[_Keys, list[datetime]]] = {}
    heard: dict[_Heard, dict[_Keys, Situation]] = {}
    all_times = moments((old, new), since)
    for situation in situations((old, new)):
        for at in all_times:
            reached: dict[_Keys, str | None] = {}
            for pair in paths(old, new, situation.scene(at)):
                reached[pair.keys] = pair.new.end.line
                if TALKED in pair.keys and _other_survey(old, new, reached.get(_until_talk(pair.keys))):
                    continue
                found = _Elsewhere(situation, pair.old.end, pair.new.end)
                if found.old == found.new:
                    if pair.old.sounds != pair.new.sounds:
                        heard.setdefault(_sounds(pair), {}).setdefault(pair.keys, situation)
                elif at not in ends.get(found._replace(situation=ANYBODY), {}).get(pair.keys, ()):
                    ends.setdefault(found, {}).setdefault(pair.keys, []).append(at)
    yield from sorted(_ends(old, new, ends, all_times), key=_weight)
    for (gone, come), pressed in sorted(heard.items(), key=lambda item: -len(item[1])):
        situation = ANYBODY if ANYBODY in pressed.values() else next(iter(pressed.values()))
        words = {sound: new.words.get(sound) or old.words[sound] for sound in (*gone, *come)}
        particulars = {"gone": gone, "come": come, "words": words, "keys": tuple(pressed)}
        yield Change("heard", "heard", {**particulars, **_situation(situation)})


def _until_talk(keys: _Keys) -> _Keys:
    return keys[: keys.index(TALKED)]


def _other_survey(old: Plan, new: Plan, line: str | None) -> bool:
    """Whether the rules tell already that callers get elsewhere after a talk with this line."""
    return line in old.lines and line in new.lines and old.survey_of(line) != new.survey_of(line)


def _ends(
    old: Plan, new: Plan, ends: Mapping[_Elsewhere, Mapping[_Keys, list[datetime]]], all_times: list[datetime]
) -> Iterator[Change]:
    """Keys that lead from the same place to the same place at the same moments, together."""
    for call, by_keys in ends.items():
        together: dict[tuple[datetime, ...], list[_Keys]] = {}
        for keys, at in by_keys.items():
            together.setdefault(tuple(at), []).append(keys)
        for at_moments, all_keys in together.items():
            values = {
                "keys": tuple(all_keys),
                "old": _end(old, call.old),
                "new": _end(new, call.new),
                "always": len(at_moments) == len(all_times),
                "at": at_moments,
                "days": tuple(day_of(new.calendar, at.date()).why for at in at_moments),
            }
            yield Change("ends", "elsewhere", {**values, **_situation(call.situation)})


def _weight(change: Change) -> tuple[bool, int, int]:
    """What concerns most callers comes first: anybody, at many moments, after few keys."""
    values = change.values
    return "situation" in values, -len(values["at"]), min(map(len, values["keys"]))


def _sounds(pair: Pair) -> _Heard:
    old, new = pair.old.sounds, pair.new.sounds
    gone: list[str] = []
    come: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += old[i1:i2]
            come += new[j1:j2]
    return _Heard(tuple(gone), tuple(come))


def _end(plan: Plan, end: End) -> dict[str, Any]:
    line = plan.lines.get(end.line) if end.line is not None and end.kind != "asked" else None
    return {**end._asdict(), "name": line and line.name}


def _situation(situation: Situation) -> dict[str, Any]:
    return {} if situation == ANYBODY else {"situation": situation.what, "of": situation.name}


def _hours(old: Plan, new: Plan, since: datetime) -> Iterator[Change]:
    for change in hours_changes(old, new, since.astimezone(SHANGHAI).date()):
        names = tuple(new.lines[line].name for line in change.lines)
        yield Change("hours", "hours", {**change._asdict(), "names": names, "all": set(change.lines) == set(new.lines)})


# ── who answers ─────────────────────────────────────────────────────────────


def _answers(old: Plan, new: Plan) -> Iterator[Change]:
    if old.hotline.number != new.hotline.number:
        yield Change("answers", "number", {"old": old.hotline.number, "new": new.hotline.number})
    for line, rule in new.lines.items():
        if line not in old.lines:
            yield Change("answers", "line-added", {"line": line, "name": rule.name, "hours": _written(new, line)})
            continue
        yield from _line(line, old.lines[line], rule)
    for line, rule in old.lines.items():
        if line not in new.lines:
            yield Change("answers", "line-removed", {"line": line, "name": rule.name})
    for agent, person in new.agents.items():
        before = old.agents.get(agent)
        lines = _levels(new, person.lines)
        if before is None:
            yield Change("answers", "agent-added", {"agent": agent, "name": person.name, "lines": lines})
        elif before.lines != person.lines:
            values = {"agent": agent, "name": person.name, "old": _levels(old, before.lines), "new": lines}
            yield Change("answers", "agent-lines", values)
        if before is not None and before.name != person.name:
            yield Change("answers", "renamed", {"id": agent, "old": before.name, "new": person.name})
    for agent, person in old.agents.items():
        if agent not in new.agents:
            yield Change("answers", "agent-removed", {"agent": agent, "name": person.name})


def _written(plan: Plan, line: str) -> tuple[dict[str, Any], ...]:
    """The hours of a line as the operators wrote them."""
    return tuple(
        {
            "on": tuple(map(str, rule.on)),
            "open": tuple(map(str, rule.open)),
            "since": rule.begin,
            "until": rule.until,
        }
        for rule in plan.calendar.hours[plan.hours_of(line)]
    )


def _levels(plan: Plan, lines: Mapping[str, int]) -> tuple[dict[str, Any], ...]:
    """The lines of an agent."""
    return tuple({"line": line, "name": plan.lines[line].name, "level": level} for line, level in lines.items())


def _line(line: str, old: LineRule, new: LineRule) -> Iterator[Change]:
    named = {"line": line, "name": new.name}
    if old.name != new.name:
        yield Change("answers", "renamed", {"id": line, "old": old.name, "new": new.name})
    match old.outside, new.outside:
        case None, None:
            pass
        case None, outside if outside is not None:
            yield Change("answers", "outside-added", {**named, "number": outside.number})
        case outside, None if outside is not None:
            yield Change("answers", "outside-removed", {**named, "number": outside.number})
        case before, after if before is not None and after is not None and before.number != after.number:
            yield Change("answers", "outside-number", {**named, "old": before.number, "new": after.number})


# ── rules ───────────────────────────────────────────────────────────────────

_LINE_RULES = (
    *("maximum_wait", "at_closing", "ring", "wrap_up", "priority", "position", "record", "refuse", "survey", "owner"),
    *("strategy", "at_once", "widen", "language_wait", "sticky", "keep_free", "urgent", "talk_warning", "hold_limit"),
    *("estimate", "tell_every", "keys", "limits"),
)
"""What walks and hours do not show."""
_OUTSIDE_RULES = ("simultaneous", "ring")
_STATUS_RULES = ("mistakes", "mistakes_an_hour", "mistakes_a_day", "unmatched", "unavailable")
_NODE_RULES = (
    "digits",
    "terminator",
    "wait",
    "limit",
    "silence",
    "answers",
    "days",
    "thanks",
    "priority",
    *_STATUS_RULES,
)
_CALLBACK_RULES = ("first", "tries", "retry", "expires", "numbers", "abandoned", "greeting", "notice")
_CONFIDENTIAL_RULES = ("numbers", "listeners")
_HOTLINE_RULES = ("name", "wait", "survey", "may_dial", "apology", "head_start", "most_head_start")
_CALLER_RULES = ("behind", "trusted", "priority", "direct", "blocked_direct", "prove")
_OUTBOUND_RULES = ("calls", "minutes", "agent_calls", "agent_minutes", "international")
_AGENT_RULES = ("phones", "speaks", "shift", "leader")


def _rules(old: Plan, new: Plan) -> Iterator[Change]:
    yield from _fields("hotline", new.hotline.name, old.hotline, new.hotline, _HOTLINE_RULES)
    yield from _retries("hotline", new.hotline.name, old.hotline, new.hotline)
    yield from _fields("callers", new.hotline.name, old.callers, new.callers, _CALLER_RULES)
    yield from _fields("outbound", new.hotline.name, old.outbound, new.outbound, _OUTBOUND_RULES)
    limits = {side: _caller_limits(plan) for side, plan in (("old", old), ("new", new))}
    if limits["old"] != limits["new"]:
        told = {"of": "callers", "id": "", "name": new.hotline.name, "rule": "caller-limits", **limits}
        yield Change("rules", "rule", told)
    before, after = old.hotline.direct, new.hotline.direct
    if (before is not None and before.on) != (after is not None and after.on):
        yield Change("rules", "direct", {"on": after is not None and after.on})
    for line, rule in new.lines.items():
        if line in old.lines:
            yield from _line_rules(old, new, line, rule)
    for name, node in new.nodes.items():
        if type(old.nodes.get(name)) is type(node):
            yield from _fields("node", name, old.nodes[name], node, _NODE_RULES, id=name)
            yield from _retries("node", name, old.nodes[name], node, id=name)
    for agent, person in new.agents.items():
        if agent in old.agents:
            yield from _fields("agent", person.name, old.agents[agent], person, _AGENT_RULES, id=agent)
    if old.breaks != new.breaks:
        reasons: dict[str, Any] = {side: tuple(plan.breaks.values()) for side, plan in (("old", old), ("new", new))}
        told = {"of": "hotline", "id": "", "name": new.hotline.name, "rule": "breaks", **reasons}
        yield Change("rules", "rule", told)
    for name, front in new.front.items():
        if name not in old.front:
            yield Change("rules", "front-added", {"front": name})
        elif (old.front[name].since, old.front[name].until) != (front.since, front.until):
            yield Change("rules", "front-times", {"front": name, "since": front.since, "until": front.until})
    for name in old.front:
        if name not in new.front:
            yield Change("rules", "front-removed", {"front": name})


def _caller_limits(plan: Plan) -> tuple[str, ...]:
    """The limits of callers, as they are written."""
    rules = plan.callers
    limits = {"number": rules.number, "withheld": rules.withheld}
    limits |= {", ".join(prefix.numbers): prefix for prefix in rules.prefixes}
    told: dict[str, dict[str, float]] = {
        name: limit.model_dump(include=set(CallerLimit.model_fields), exclude_none=True)
        for name, limit in limits.items()
    }
    told |= {"wall": {"×": rules.wall}, "attack": {"share": rules.attack.share}}
    return tuple(
        f"{name}: {', '.join(f'{key} {one:g}' for key, one in given.items())}" for name, given in told.items() if given
    )


def _line_rules(old: Plan, new: Plan, line: str, rule: LineRule) -> Iterator[Change]:
    yield from _fields("line", rule.name, old.lines[line], rule, _LINE_RULES, id=line)
    was_called, is_called = old.lines[line].callback, rule.callback
    if was_called is not None and is_called is not None:
        yield from _fields("callback", rule.name, was_called, is_called, _CALLBACK_RULES, id=line)
    elif was_called is not is_called:
        called = {"old": was_called is not None, "new": is_called is not None}
        yield Change("rules", "rule", {"of": "line", "id": line, "name": rule.name, "rule": "callback", **called})
    kept_by, keeps = old.lines[line].confidential, rule.confidential
    if kept_by is not None and keeps is not None:
        yield from _fields("confidential", rule.name, kept_by, keeps, _CONFIDENTIAL_RULES, id=line)
    elif kept_by is not keeps:
        kept = {"old": kept_by is not None, "new": keeps is not None}
        yield Change("rules", "rule", {"of": "line", "id": line, "name": rule.name, "rule": "confidential", **kept})
    before, after = old.lines[line].outside, rule.outside
    if before is not None and after is not None:
        yield from _fields("outside", rule.name, before, after, _OUTSIDE_RULES, id=line)
    for what, says in (("busy", Plan.busy_of), ("comfort", Plan.comfort_of)):
        if (was := says(old, line)) != (now := says(new, line)):
            values = {"of": "line", "id": line, "name": rule.name, "rule": what, "old": was, "new": now}
            yield Change("rules", "rule", values)


def _fields(
    of: str, name: str, old: BaseModel, new: BaseModel, fields: tuple[str, ...], *, id: str = ""
) -> Iterator[Change]:
    for field in fields:
        was, now = (getattr(one, field, None) for one in (old, new))
        if was != now and not any(isinstance(value, BaseModel) for value in (was, now)):
            values = {"of": of, "id": id, "name": name, "rule": field}
            yield Change("rules", "rule", {**values, "old": _plain(was), "new": _plain(now)})


def _plain(value: Any) -> Any:
    """A rule's value as it can be told: limits one after another, in words of their own."""
    match value:
        case tuple() if any(isinstance(one, Limit) for one in value):
            return tuple(
                f"{limit.when} > {limit.over:g}{'' if limit.when == 'length' else ' s'} → {limit.then}"
                if limit.over
                else f"{limit.when} → {limit.then}"
                for limit in value
            )
        case dict():
            return tuple(f"{key} → {_amount(one)}" for key, one in value.items())
    return value


def _amount(value: Any) -> str:
    return f"{value:g} s" if isinstance(value, float) else str(value)


def _retries(of: str, name: str, old: BaseModel, new: BaseModel, *, id: str = "") -> Iterator[Change]:
    """What happens after silence and wrong keys; where they lead in the end is walked."""
    for retry in ("silence", "wrong"):
        was, now = (getattr(one, retry, None) for one in (old, new))
        if isinstance(was, Retry) and isinstance(now, Retry):
            for field in ("tries", "say", "last"):
                if (before := getattr(was, field)) != (after := getattr(now, field)):
                    values = {"of": of, "id": id, "name": name, "rule": f"{retry}-{field}"}
                    yield Change("rules", "rule", {**values, "old": before, "new": after})
        elif isinstance(was, Retry) or isinstance(now, Retry):
            values = {"of": of, "id": id, "name": name, "rule": retry}
            yield Change("rules", "rule", {**values, "old": isinstance(was, Retry), "new": isinstance(now, Retry)})


# ── words ───────────────────────────────────────────────────────────────────


def _words(old: Plan, new: Plan) -> Iterator[Change]:
    """New and changed words; what a prompt that goes has said is told where it was heard."""
    for sound, words in new.words.items():
        before = old.words.get(sound)
        if before is not None and " ".join(before.split()) != " ".join(words.split()):
            yield Change("words", "words", {"prompt": sound, "old": before, "new": words})
    for sound, words in new.words.items():
        if sound not in old.words:
            yield Change("words", "words-added", {"prompt": sound, "words": words})
    for sound, words in old.words.items():
        if "--" in sound and sound not in new.words:
            yield Change("words", "words-removed", {"prompt": sound, "words": words})
