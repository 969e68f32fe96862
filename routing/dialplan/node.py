"""The nodes in the dialplan, each a context of its own: `s` begins it, keys are extensions, `i` is a wrong key and
`t` silence, as Asterisk has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from routing import node as nodes
from routing.dialplan.caller import Writer, arrive, noted, reached, take, whole
from routing.dialplan.hours import TODAY, hours_name, now
from routing.dialplan.record import SHORTEST_MESSAGE, SPOKEN
from routing.dialplan.text import Context, Extension, NotWritable, Step, chunks, dialled, extension, word
from routing.walk import RIGHT
from routing.written import STANDARD, WITHHELD


def node_context(writer: Writer, name: str) -> Context:
    node = writer.plan.nodes[name]
    match node:
        case nodes.Menu():
            extensions = _menu(writer, name, node)
        case nodes.Say():
            extensions = _say(writer, name, node.say, node.then)
        case nodes.Ask():
            extensions = _ask(writer, name, node)
        case nodes.Information():
            extensions = _information(writer, name, node)
        case nodes.Switch():
            extensions = _switch(writer, name, node)
        case nodes.Recall() | nodes.Priority():
            extensions = iter((extension("s", *arrive(name), writer.goto(node.then)),))
        case nodes.Callback():  # nobody is there who could call back
            extensions = iter((extension("s", *arrive(name), writer.goto(node.otherwise)),))
        case nodes.Status():  # nobody is there who could look it up
            extensions = _say(writer, name, node.unavailable or writer.no_status, node.otherwise)
        case nodes.Variant():
            extensions = _variant(writer, name, node)
        case nodes.Survey():
            extensions = _survey(writer, name, node)
        case nodes.Message():
            extensions = _message(writer, name, node)
        case nodes.End():
            extensions = _end(writer, name, node)
        case _:
            assert_never(node)
    return Context(f"plan-node-{word(name)}", tuple(extensions))


def _menu(writer: Writer, name: str, menu: nodes.Menu) -> Iterator[Extension]:
    silence, wrong = menu.silence or writer.plan.hotline.silence, menu.wrong or writer.plan.hotline.wrong
    yield extension("s", *arrive(name), "Goto(ask,1)")
    yield extension("ask", *writer.listen(menu.menu, writer.wait(menu.wait)), *take())
    for key, target in {"0": writer.plan.hotline.person, **menu.keys}.items():
        yield extension(_key(key), writer.goto(target))
    yield extension("i", *writer.again("WRONG", wrong, "ask", writer.place(wrong.then)))
    yield extension("t", *writer.again("SILENT", silence, "ask", writer.place(silence.then)))


def _say(writer: Writer, name: str, prompts: tuple[str, ...], then: str, *before: str) -> Iterator[Extension]:
    yield extension(
        "s",
        *arrive(name),
        *before,
        *writer.listen(prompts),
        'GotoIf($["${KEY}" = "0"]?zero,1)',
        writer.goto(then),
    )
    yield extension("zero", "Set(KEY=)", f"Goto({writer.person()})")


def _variant(writer: Writer, name: str, node: nodes.Variant) -> Iterator[Extension]:
    chosen = f"Set(VARIANT={'' if node.variant == STANDARD else word(node.variant)})"
    if node.say:
        yield from _say(writer, name, node.say, node.then, chosen)
    else:
        yield extension("s", *arrive(name), chosen, writer.goto(node.then))


def _ask(writer: Writer, name: str, node: nodes.Ask) -> Iterator[Extension]:
    hotline, wait = writer.plan.hotline, writer.wait(node.wait)
    silence, wrong = node.silence or hotline.silence, node.wrong or hotline.wrong
    yield extension("s", *arrive(name), "Goto(ask,1)")
    yield extension("ask", "Set(DIGITS=)", "Set(READ=)", *writer.listen(node.ask, wait), "Goto(typed,1)")
    yield extension("more", *writer.listen((), wait), "Goto(typed,1)")
    yield extension(
        "typed",
        "Set(PRESSED=${KEY})",
        "Set(KEY=)",
        'GotoIf($["${PRESSED}" = ""]?full,1)',
        noted(),
        *(() if node.terminator is None else (f'GotoIf($["${{PRESSED}}" = "{_key(node.terminator)}"]?full,1)',)),
        "Set(DIGITS=${DIGITS}${PRESSED})",
        *((f"Set(READ=${{READ}}{writer.spelled()})",) if node.choices else ()),
        f"GotoIf($[${{LEN(${{DIGITS}})}} < {node.digits.most}]?more,1)",
        "Goto(full,1)",
    )
    yield extension(
        "full",
        'GotoIf($["${DIGITS}" = ""]?t,1)',
        *(('GotoIf($["d${DIGITS}" = "d0"]?zero,1)',) if node.digits.least > 1 else ()),
        f"GotoIf($[${{LEN(${{DIGITS}})}} < {node.digits.least}]?i,1)",
        "Goto(confirm,1)" if node.choices else "Goto(lead,1)",
    )
    if node.choices:
        yield extension("confirm", *writer.first(node.confirm), "Set(FIRST=${FIRST}${READ})",
                        *writer.listen(node.choices, wait), "Set(PRESSED=${KEY})", "Set(KEY=)", noted(),
                        f'GotoIf($["${{PRESSED}}" = "{_key(RIGHT)}"]?lead,1)', "Goto(untaken,1)")  # fmt: skip
        untaken = wrong.model_copy(update={"say": ()})
        yield extension("untaken", *writer.again("WRONG", untaken, "ask", writer.place(wrong.then)))
    longest_first = sorted(node.leads.items(), key=lambda lead: -len(lead[0]))
    yield extension(
        "lead",
        *(
            f'GotoIf($["d${{DIGITS:0:{len(digits)}}}" = "d{dialled(digits)}"]?{writer.place(target)})'
            for digits, target in longest_first
        ),
        writer.goto(node.then),
    )
    if node.digits.least > 1:
        yield extension("zero", f"Goto({writer.person()})")
    yield extension("i", *writer.again("WRONG", wrong, "ask", writer.place(wrong.then)))
    yield extension("t", *writer.again("SILENT", silence, "ask", writer.place(silence.then)))


def _information(writer: Writer, name: str, node: nodes.Information) -> Iterator[Extension]:
    yield extension("s", *arrive(name), "Goto(item1,1)")
    for number, recording in enumerate(node.information, 1):
        heard = writer.listen((recording, *node.choices), writer.wait(node.wait))
        yield extension(f"item{number}", f"Set(ITEM={number})", *heard, *take())
    calm = ("Set(SILENT=0)", "Set(WRONG=0)")
    if node.repeat is not None:
        yield extension(_key(node.repeat), *calm, "Goto(item${ITEM},1)")
    if node.next is not None:
        last = f"GotoIf($[${{ITEM}} >= {len(node.information)}]?{writer.place(node.then)})"
        yield extension(_key(node.next), last, *calm, "Goto(item$[${ITEM} + 1],1)")
    if node.back is not None:
        yield extension(_key(node.back), writer.goto(node.then))
    yield extension("0", f"Goto({writer.person()})")
    yield extension("i", *writer.again("WRONG", writer.plan.hotline.wrong, "item${ITEM}", writer.place(node.then)))
    yield extension("t", reached("information"), writer.goto(node.then))


def _survey(writer: Writer, name: str, node: nodes.Survey) -> Iterator[Extension]:
    yield extension("s", *arrive(name), "Goto(ask,1)")
    yield extension("ask", *writer.listen(node.survey, writer.wait(node.wait)), *take())
    for key in node.answers:
        yield extension(_key(key), writer.goto(node.then))
    once = nodes.Retry(say=writer.plan.hotline.wrong.say, tries=2, then=node.then)
    yield extension("i", *writer.again("WRONG", once, "ask", writer.place(node.then)))
    yield extension("t", writer.goto(node.then))


def _message(writer: Writer, name: str, node: nodes.Message) -> Iterator[Extension]:
    file = "${ASTSPOOLDIR}/recording/fallback/${UNIQUEID}.wav"
    silence = whole(node.silence)
    yield extension(
        "s",
        *arrive(name),
        reached("message"),
        "Set(KEY=)",
        *writer.listen(node.message),
        "Set(KEY=)",
        "Set(BEGAN=${EPOCH})",
        f"Set(HUSH={silence})",
        f"Record({file},{silence},{whole(node.limit)},k)",
        SPOKEN,
        f"GotoIf($[${{SPOKEN}} < {SHORTEST_MESSAGE}]?over,1)",
        *writer.tell(node.thanks),
        "Goto(over,1)",
    )


def _end(writer: Writer, name: str, node: nodes.End) -> Iterator[Extension]:
    kind = '${IF($["${OPEN}" = "closed"]?information:hangup)}'
    yield extension("s", *arrive(name), f"Set(KIND={kind})", reached("${KIND}"), *writer.tell(node.end), "Goto(over,1)")


def _key(key: str) -> str:
    if len(key) != 1 or key not in "0123456789*#":
        raise NotWritable(f"{key!r} is no key")
    return key


# ── switch ──────────────────────────────────────────────────────────────────


def _switch(writer: Writer, name: str, node: nodes.Switch) -> Iterator[Extension]:
    """Each condition of a case leads to the next one, and to the next case where it does not hold."""
    yield extension("s", *arrive(name), now(writer.shift), "Goto(case1,1)")
    for number, case in enumerate(node.switch, 1):
        fails = f"case{number + 1}"
        steps = list(_conditions(writer, case, fails))
        hours = [hours for hours in (case.hours, case.open and writer.plan.hours_of(case.open)) if hours]
        part = f"case{number}"
        for count, named in enumerate(hours, 1):
            label = f"case{number}part{count}"
            steps += [f"Set(BACK=plan-node-{word(name)},{label})", f"Goto({hours_name(named)},s,1)"]
            yield extension(part, *steps)
            yield extension(f"{label}closed", f"Goto({fails},1)")
            part, steps = f"{label}open", []
        yield extension(part, *steps, writer.goto(case.then))
    yield extension(f"case{len(node.switch) + 1}", writer.goto(node.otherwise))


def _conditions(writer: Writer, case: nodes.Case, fails: str) -> Iterator[str | Step]:
    """The steps that lead to the extension `fails` unless everything holds beside the hours."""
    if case.wait is not None:
        yield f"Goto({fails},1)"  # nobody waits in a queue here
    if case.unstaffed is not None:
        yield from _unstaffed(writer, case.unstaffed, fails)
    if case.dates is not None:
        spans = (f"({TODAY} >= {first:%Y%m%d} & {TODAY} <= {last:%Y%m%d})" for first, last in case.dates)
        yield from _any_of(spans, "date", fails)
    if case.caller is not None:
        yield from _any_of(map(_is_called_by, case.caller), "caller", fails)


def _any_of(expressions: Iterable[str], label: str, fails: str) -> Iterator[str | Step]:
    """At least one of these holds: asked some at a time, for a step takes no longer expression."""
    *before, last = (" | ".join(chunk) or "0" for chunk in chunks(expressions))
    yield from (f"GotoIf($[{some}]?{label})" for some in before)
    yield f"GotoIf($[{last}]?:{fails},1)"
    if before:
        yield Step("NoOp()", label)


def _unstaffed(writer: Writer, line: str, fails: str) -> Iterator[str]:
    """Nobody's phone is there, and there is no outside number."""
    if writer.plan.lines[line].outside is not None:
        yield f"Goto({fails},1)"
        return
    for phone in (phone for agent in writer.plan.agents_of(line) for phone in writer.plan.phones_of(agent)):
        state = f"${{DEVICE_STATE(PJSIP/{word(phone)})}}"
        yield f'GotoIf($["{state}" = "UNAVAILABLE" | "{state}" = "INVALID"]?:{fails},1)'


def _is_called_by(pattern: str) -> str:
    if pattern == WITHHELD:
        return '"${NUMBER}" = ""'
    if not pattern.endswith("*"):
        return f'"n${{NUMBER}}" = "n{dialled(pattern)}"'
    prefix = dialled(pattern[:-1])
    return f'"n${{NUMBER:0:{len(prefix)}}}" = "n{prefix}"'
