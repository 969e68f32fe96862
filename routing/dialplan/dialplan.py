"""The dialplan for when the engine is dead: the same plan, written for Asterisk to walk alone.

It plays the greeting and menus, knows hours and holidays, rings a line's phones in turn and then its outside number,
and takes a message. What only the engine can know it does without: nobody waits in a queue, no talk is recorded, no
caller is remembered or called back, no order is looked up, no talk is judged, and front messages follow their own
times alone.

Its parts: the nodes in `node`, the lines in `line`, the table of days in `hours`, and the
line that is written of each call in `record`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from routing import node as nodes
from routing.dialplan.caller import Writer
from routing.dialplan.hours import hours_context, now, second
from routing.dialplan.line import DEADLINE, line_context
from routing.dialplan.node import node_context
from routing.dialplan.record import AT_THE_END
from routing.dialplan.text import COMMON, Context, Step, extension
from routing.plan import FrontMessage, Plan

START = "plan-start,s,1"
"""Where a call begins."""


def compile_dialplan(
    plan: Plan,
    today: date,
    digits: Sequence[str],
    *,
    shift: int = 0,
    sounds: str = "hotline",
    caller_id: str | None = None,
    front: tuple[str, datetime] | None = None,
    by_hand: Mapping[str, tuple[bool, datetime]] | None = None,
    no_status: tuple[str, ...] = (),
) -> str:
    """The text of the dialplan; calls begin at `START`.

    Days are written ahead from `today`. `digits` are the names of the sounds of 0 to 9, as numbers are read back.
    `shift`: seconds that the hotline's clock is off the machine's. `caller_id`: the number that outside numbers are
    shown. `front`: the front message that somebody turned on, and until when. `by_hand`: lines
    that the shift leader opened or closed, and until when. `no_status` are the names of the sounds that say that
    no order can be looked up now. Raises NotWritable.
    """
    writer = Writer(plan, shift, sounds, digits, caller_id, no_status)
    contexts = [
        _start(writer, front),
        *(node_context(writer, name) for name in plan.nodes),
        *(line_context(writer, name, (by_hand or {}).get(name)) for name in plan.lines),
        *(hours_context(plan.calendar, name, today, shift) for name in sorted(_hours(plan))),
        Context(COMMON, (extension("h", *AT_THE_END), extension("over", "Hangup()"))),
    ]
    return "\n".join(context.text() for context in contexts)


def _start(writer: Writer, turned_on: tuple[str, datetime] | None) -> Context:
    """What every call does first, and the front messages whose time it is."""
    hotline = writer.plan.hotline
    begin = hotline.direct.start if hotline.direct is not None and hotline.direct.on else hotline.start
    told = list(_front(writer.plan, turned_on))
    return Context(
        "plan-start",
        (
            extension(
                "s",
                "Answer()",
                "Set(STARTED=${EPOCH})",
                f"Set(UNTIL=$[${{STARTED}} + {DEADLINE}])",
                f"Set(TIMEOUT(absolute)={DEADLINE})",
                *(f"Set({name}=)" for name in ("KEY", "FIRST", "VARIANT", "LINE", "REACHED", "WAY")),
                "Set(OPEN=open)",
                "Set(NUMBER=${FILTER(0-9+,${CALLERID(num)})})",
                "GotoIf($[${LEN(${CALLERID(num)})} = ${LEN(${NUMBER})} & ${LEN(${NUMBER})} <= 20]?known)",
                "Set(NUMBER=)",
                Step("Set(CALLERID(num)=${NUMBER})", "known"),
                "Set(CALLERID(name)=)",
                now(writer.shift),
                *(f"GotoIf($[{time}]?front{number},1)" for number, (time, _) in enumerate(told, 1)),
                writer.goto(begin),
            ),
            *(
                extension(f"front{number}", *writer.first(message.say), writer.goto(message.then or begin))
                for number, (_, message) in enumerate(told, 1)
            ),
        ),
    )


def _front(plan: Plan, turned_on: tuple[str, datetime] | None) -> Iterator[tuple[str, FrontMessage]]:
    """The front messages that may be heard, the first that holds goes first; and when each holds."""
    if turned_on is not None and turned_on[0] in plan.front:
        yield f"${{NOW}} < {second(turned_on[1])}", plan.front[turned_on[0]]
    for message in plan.front.values():
        bounds = ((">=", message.since), ("<", message.until))
        times = [f"${{NOW}} {than} {second(at)}" for than, at in bounds if at is not None]
        if times:
            yield " & ".join(times), message


def _hours(plan: Plan) -> Iterator[str]:
    """Every named hours that somebody asks for."""
    asked = {plan.hours_of(line) for line in plan.lines}
    for node in plan.nodes.values():
        if isinstance(node, nodes.Switch):
            asked |= {case.hours for case in node.switch if case.hours is not None}
    return iter(asked)
