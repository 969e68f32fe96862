"""A line in the dialplan: its hours, its phones in turn, its outside number, its overflow.

Nobody waits in a queue here. A phone that is free is rung once, best level first; the caller hears music meanwhile.
Talks are not recorded, so no notice of recording is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from routing.dialplan.caller import Writer, arrive, reached, whole
from routing.dialplan.hours import hours_name, now, second
from routing.dialplan.text import Context, Extension, Step, dialled, extension, word

DEADLINE = 3600
"""Seconds that a call may last before it talks with anybody."""

OUTSIDE = "outside"
"""Group category by which calls to a line's outside number are counted."""


def line_context(writer: Writer, line: str, by_hand: tuple[bool, datetime] | None = None) -> Context:
    plan, rule = writer.plan, writer.plan.lines[line]
    agents = sorted(plan.agents_of(line), key=lambda agent: plan.agents[agent].lines[line])
    phones = [phone for agent in agents for phone in plan.phones_of(agent)]
    kind = "outside" if plan.passed_outside(line) else "line"
    turns = [*(f"phone{number}" for number in range(1, len(phones) + 1)), *(["outside"] if rule.outside else ())]
    following = dict(pairwise([*turns, "overflow"]))
    return Context(
        f"plan-line-{word(line)}",
        (
            extension(
                "s",
                *arrive(line),
                f"Set(LINE={word(line)})",
                *_by_hand(writer, by_hand),
                f"Set(BACK=plan-line-{word(line)},)",
                f"Goto({hours_name(plan.hours_of(line))},s,1)",
            ),
            extension("closed", "Set(OPEN=closed)", writer.goto(rule.closed)),
            extension(
                "open",
                "Set(OPEN=open)",
                reached(kind),
                *writer.tell(()),
                "Set(WELCOMED=)",
                "Set(ENTERED=${EPOCH})",
                f"Goto({turns[0] if turns else 'overflow'},1)",
            ),
            *(_phone(writer, line, turn, phone, following[turn]) for turn, phone in zip(turns, phones, strict=False)),
            *_outside(writer, line),
            extension("overflow", writer.goto(rule.overflow)),
        ),
    )


def _by_hand(writer: Writer, by_hand: tuple[bool, datetime] | None) -> Iterator[str]:
    """As the shift leader turned the line, until its time is over."""
    if by_hand is not None:
        yield now(writer.shift)
        yield f"GotoIf($[${{NOW}} < {second(by_hand[1])}]?{'open' if by_hand[0] else 'closed'},1)"


def _phone(writer: Writer, line: str, turn: str, phone: str, following: str) -> Extension:
    rule, agent = writer.plan.lines[line], writer.plan.phones[phone]
    others = [other for other in writer.plan.phones_of(agent) if other != phone]
    return extension(
        turn,
        f"GotoIf($[${{EPOCH}} - ${{ENTERED}} >= {whole(rule.maximum_wait)}]?overflow,1)",
        f'GotoIf($["${{DEVICE_STATE(PJSIP/{word(phone)})}}" != "NOT_INUSE"]?{following},1)',
        *(f'GotoIf($["${{DEVICE_STATE(PJSIP/{word(other)})}}" = "INUSE"]?{following},1)' for other in others),
        *_welcome(writer, line),
        *_dial(f"PJSIP/{word(phone)},{whole(rule.ring)},im"),
        f"Goto({following},1)",
    )


def _outside(writer: Writer, line: str) -> Iterator[Extension]:
    """The outside number, unless as many of this line's callers talk there as may."""
    outside = writer.plan.lines[line].outside
    if outside is None:
        return
    shown = f"f({dialled(writer.caller_id)})" if writer.caller_id is not None else ""
    yield extension(
        "outside",
        f"Set(GROUP({OUTSIDE})={word(line)})",
        f"GotoIf($[${{GROUP_COUNT({word(line)}@{OUTSIDE})}} > {outside.simultaneous}]?busy)",
        *_welcome(writer, line),
        *_dial(f"PJSIP/{dialled(outside.number)}@trunk,{whole(outside.ring)},im{shown}"),
        Step(f"Set(GROUP({OUTSIDE})=)", "busy"),
        "Goto(overflow,1)",
    )


def _welcome(writer: Writer, line: str) -> list[str | Step]:
    """What is said while the first phone rings, said once."""
    said = writer.plan.lines[line].connecting
    if not said:
        return []
    return [
        'GotoIf($["${WELCOMED}" != ""]?ring)',
        "Set(WELCOMED=yes)",
        *writer.played(said),
        Step("NoOp()", "ring"),
    ]


def _dial(what: str) -> list[str | Step]:
    """Ring, and talk as long as both like; otherwise the call has what is left of its hour.

    `i`: a phone cannot send the call elsewhere. Without `g` the call is over when the other side hangs up.
    """
    return [
        "GotoIf($[${EPOCH} >= ${UNTIL}]?over,1)",
        "Set(TIMEOUT(absolute)=0)",
        f"Dial({what})",
        "Set(TIMEOUT(absolute)=$[${UNTIL} - ${EPOCH} + 1])",
    ]
