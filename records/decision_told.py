"""The floor's decisions told in sentences: who was rung for a call and why, who was not and why not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from acd.decision import Bar, Barred, Decision, Ranked
from ivr.events import Considered
from ivr.journal import Entry
from records import account_words as words
from records.account_words import Language
from records.teller import Teller


def considered(teller: Teller, event: Considered, at: datetime) -> str | None:
    """One look for an agent; None when it found nobody for the reasons of the look before."""
    why, line = event.why, teller.line(event.line)
    waited = teller.lasted(why.waited)
    if event.offer is None:
        found = (event.line, why.ahead, tuple((bar, who.agents, who.count) for bar, who in why.barred.items()))
        if found == teller.held:
            return None
        teller.held = found
        told = [teller.say("held", line=line, waited=waited)]
    else:
        teller.held = None
        told = [teller.say("rang_outside", line=line, waited=waited)]
        if not why.outside:
            told = [teller.say("rang", agents=teller.together(why.chosen), line=line, waited=waited)]
    told += _claim(teller, event, why)
    if why.ranked and event.offer is not None:
        told += _ranking(teller, why)
    if why.barred:
        told.append(teller.say("barred", barred=_barred(teller, why.barred, at)))
    return teller.in_turn(told)


def _claim(teller: Teller, event: Considered, why: Decision) -> list[str]:
    """What set the call before or behind others."""
    told = []
    if why.urgent:
        told.append(teller.say("urgent"))
    if why.priority:
        told.append(teller.say("priority", priority=why.priority))
    if why.ahead:
        told.append(teller.say("ahead_held" if event.offer is None else "ahead_rang", ahead=why.ahead))
    if why.over:
        told.append(teller.say("over", lines=teller.together([teller.line(line) for line in why.over])))
    return told


def _ranking(teller: Teller, why: Decision) -> list[str]:
    first, *others = why.ranked
    by = _by(teller, why, first)
    if not others:
        return [teller.say("only_one", first=first.agent, by=by)]
    told = [
        teller.say(
            "first_of",
            strategy=teller.word(words.STRATEGIES[why.strategy]),
            first=first.agent,
            by=by,
            second=others[0].agent,
            second_by=_by(teller, why, others[0]),
            count=len(why.ranked),
        )
    ]
    if failed := [one.agent for one in why.ranked if one.failed_before]:
        told.append(teller.say("failed_before", agents=teller.together(failed)))
    return told


def _by(teller: Teller, why: Decision, one: Ranked) -> str:
    template = teller.word(words.RANKED_BY[why.strategy])
    return template.format(lasted=teller.lasted(one.by), number=f"{one.by:g}", place=f"{one.by + 1:g}")


def _barred(teller: Teller, barred: Mapping[Bar, Barred], at: datetime) -> str:
    return teller.word(words.APART).join(
        part for bar, who in barred.items() for part in _barred_for(teller, bar, who, at)
    )


def _barred_for(teller: Teller, bar: Bar, who: Barred, at: datetime) -> list[str]:
    """The agents of one bar; those on a break by the reason of it."""
    together: dict[str, list[str]] = {}
    for agent in who.agents:
        together.setdefault(_bar(teller, bar, agent, at), []).append(agent)
    unnamed = who.count - len(who.agents)
    parts = []
    for number, (bar_words, agents) in enumerate(together.items()):
        named = teller.together(agents)
        if unnamed and number == len(together) - 1:
            named = teller.word(words.MORE).format(agents=named, count=len(agents) + unnamed)
        parts.append(f"{named} {bar_words}")
    return parts


def _bar(teller: Teller, bar: Bar, agent: str, at: datetime) -> str:
    said = teller.word(words.BARS[bar])
    reason = teller.names.on_break(agent, at) if bar is Bar.BREAK else None
    if reason is None:
        return said
    own = words.BREAKS.get(reason)
    called = teller.word(own) if own is not None else teller.names.breaks.get(reason, reason)
    return f"{said}（{called}）" if teller.language is Language.ZH else f"{said} ({called})"


def of_agent(teller: Teller, agent: str, event: Considered, entry: Entry) -> str | None:
    """What one look says of this agent; None when it names them nowhere."""
    why, line = event.why, teller.line(event.line)
    if agent in why.chosen:
        return teller.say("agent_chosen", agent=agent, call=entry.call, line=line)
    for place, one in enumerate(why.ranked, start=1):
        if one.agent == agent:
            return teller.say(
                "agent_ranked",
                agent=agent,
                call=entry.call,
                line=line,
                chosen=teller.together(why.chosen) or teller.word(words.OUTSIDE),
                strategy=teller.word(words.STRATEGIES[why.strategy]),
                by=_by(teller, why, one),
                place=place,
            )
    for bar, who in why.barred.items():
        if agent in who.agents:
            said = _bar(teller, bar, agent, entry.at)
            return teller.say("agent_barred", agent=agent, call=entry.call, line=line, bar=said)
    return None
