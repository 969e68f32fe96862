"""The dry walk: a call without a telephone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from hotline.terminal import (
    Config,
    Json,
    Var,
    as_keys,
    fail,
    instant,
    keys_of,
    people,
    published_in,
    put,
    settings_of,
)
from hotline.test_calls_told import steps_data
from routing.calendar import SHANGHAI
from routing.dry_walk import HANG_UP, MORE_KEYS, SILENCE, DryWalk, Heard, Keys, NotReached, dry_walk
from routing.plan import Plan
from routing.rehearsal.circumstance import Circumstances, in_direct_mode

app = typer.Typer()


@app.command()
def dial(
    keys: Annotated[
        str | None,
        typer.Argument(
            help="Keys like 1,4 — a dot for silence, h for hanging up. Where the call has got to: t they talked, "
            "o the line gave the caller up (o1: for its first limit), c it closed, m a message was left, b a callback "
            "was booked, s they heard how their order stands, u they could not be told. Without keys a terminal asks "
            "for them."
        ),
    ] = None,
    at: Annotated[str | None, typer.Option(help="When the call is made, like 2026-10-01T09:00.")] = None,
    number: Annotated[str, typer.Option(help="The caller's number.")] = "",
    front: Annotated[str | None, typer.Option(help="A front message that is turned on.")] = None,
    nobody: Annotated[list[str] | None, typer.Option(metavar="LINE", help="A line with nobody on shift.")] = None,
    closed: Annotated[
        list[str] | None, typer.Option(metavar="LINE", help="A line that the shift leader closed by hand.")
    ] = None,
    opened: Annotated[
        list[str] | None, typer.Option(metavar="LINE", help="A line that the shift leader opened by hand.")
    ] = None,
    wait: Annotated[
        list[str] | None, typer.Option(metavar="LINE=TIME", help="How long one would wait, like booking=90s.")
    ] = None,
    last: Annotated[
        str | None, typer.Option(metavar="LINE@TIME", help="The caller's last talk, like booking@2026-11-20T10:00.")
    ] = None,
    direct: Annotated[bool, typer.Option("--direct", help="As if the direct mode were on: no menu.")] = False,
    interactive: Annotated[bool, typer.Option("--interactive", help="Ask for keys, whatever stdin is.")] = False,
    speak: Annotated[bool, typer.Option("--speak", help="Play what would be heard.")] = False,
    wav: Annotated[Path | None, typer.Option(help="Write what would be heard into this WAV file.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Walk a call through the plan without a telephone: what would be heard, and where it leads."""
    settings = settings_of(config, var)
    plan = published_in(settings.config).plan
    given = circumstances(
        plan,
        number=number,
        front=front,
        nobody=tuple(nobody or ()),
        closed=tuple(closed or ()),
        opened=tuple(opened or ()),
        wait=_waits(wait or ()),
        last=last,
    )
    if direct and plan.hotline.direct is None:
        raise typer.BadParameter("this plan has none: write `direct` under `hotline`", param_hint="--direct")
    scene = given.scene(instant(at))
    asks = interactive or (keys is None and sys.stdin.isatty())
    out = Console(highlight=False, emoji=False, stderr=as_json)
    typed = Typed(plan, out, keys_of(keys or "", MORE_KEYS))
    heard: Callable[[Heard], None] = typed.hear if asks else lambda _: None
    if keys is None and not asks:
        people.print("no keys, a silent caller; write keys like `hotline dial 1,4`, or --interactive", markup=False)
    if asks:
        out.print("[dim]每行输入一个或几个按键；空行表示不按，h 表示挂机。[/]")
    if asks and speak:
        heard = _aloud(plan, settings.sounds, heard)
    pressed = Keys(typed.ahead, typed.more if asks else lambda: None)
    try:
        walk = dry_walk(in_direct_mode(plan) if direct else plan, pressed, scene, heard)
    except NotReached as error:
        raise typer.BadParameter(str(error)) from None
    if left := pressed.left():
        people.print(f"keys {','.join(left)} were never asked for: the call had got to its end", markup=False)
    if as_json:
        put(walk_data(walk))
    elif asks:
        out.print(_end(plan, walk))
    else:
        read_out(plan, walk, out)
    if wav is not None or (speak and not asks):
        _recite(plan, walk, settings.sounds, wav, speak=speak and not asks)


class Typed:
    """A person at the terminal: hears each step in words, and types keys line by line."""

    def __init__(self, plan: Plan, out: Console, ahead: list[str]) -> None:
        self.ahead = ahead
        self._plan, self._out = plan, out
        self._asked = False

    def hear(self, heard: Heard) -> None:
        _read_step(heard, self._out)
        self._asked = False

    def more(self) -> list[str]:
        """The keys of the next line. A number is typed in one line: what follows it at the same step is silence."""
        if self._asked:
            return [SILENCE]
        self._asked = True
        while True:
            self._out.print("[bold yellow]按键>[/] ", end="")
            line = sys.stdin.readline()
            if not line:
                self._out.print()
                return [HANG_UP]
            text = as_keys(line.strip())
            if not sys.stdin.isatty():
                self._out.print(text, markup=False)
            try:
                return keys_of(
                    text if "," in text or text in MORE_KEYS else ",".join(text.replace(" ", "")), MORE_KEYS
                ) or [SILENCE]
            except typer.BadParameter as error:
                people.print(error.message, markup=False)


def circumstances(plan: Plan, **given: Any) -> Circumstances:
    """What was said about the call on the command line; wrong usage when it fits no call of this plan."""
    try:
        found = Circumstances(**given)
    except ValidationError as error:
        first = error.errors()[0]
        option = f"--{first['loc'][0]}"
        match first["type"]:
            case "string_pattern_mismatch":
                told = _stranger(plan, str(first["loc"][0]), first["input"])
            case "less_than_equal":
                told = "nobody waits longer than 24h; write it like booking=90s"
            case _:
                told = first["msg"].removeprefix("Value error, ")
        raise typer.BadParameter(told, param_hint=option) from None
    for field, _, name in found.strangers(plan):
        raise typer.BadParameter(_stranger(plan, field, name), param_hint=f"--{field}")
    return found


def _stranger(plan: Plan, field: str, name: str) -> str:
    kind, names = ("front message", plan.front) if field == "front" else ("line", plan.lines)
    return f"no {kind} is called {name!r}; there are {', '.join(names) or 'none'}"


def _waits(texts: list[str] | tuple[str, ...]) -> dict[str, str]:
    waits = {}
    for text in texts:
        line, between, time = text.partition("=")
        if not between:
            raise typer.BadParameter(f"{text!r} is no wait; write it like booking=90s", param_hint="--wait")
        waits[line] = time
    return waits


def read_out(plan: Plan, walk: DryWalk, out: Console) -> None:
    """The walk in words."""
    out.print(f"[bold]{walk.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}[/]  {escape(plan.hotline.name)}")
    for step in walk.steps:
        _read_step(step, out)
        if step.heard is not None:
            out.print(f"  [bold yellow]按 {step.heard}[/]")
    out.print(_end(plan, walk))


def _read_step(step: Heard, out: Console) -> None:
    out.print(f"[cyan]{escape(step.step)}[/]")
    for words in step.say:
        out.print(f"  {words}", markup=False)


def _end(plan: Plan, walk: DryWalk) -> str:
    name = escape(f" {plan.lines[walk.end.line].name}") if walk.end.line else ""
    state = "开放" if walk.end.open else "非服务时间"
    return f"[bold green]→ {walk.end.kind}[/]{name}（{state}，{escape(walk.end.why)}）"


def _aloud(plan: Plan, sounds: Path, heard: Callable[[Heard], None]) -> Callable[[Heard], None]:
    """Each step as it is reached, in words and aloud."""
    from hotline.recital import Recital, Unheard, play

    recital = Recital(plan, sounds)

    def hear(step: Heard) -> None:
        heard(step)
        try:
            play(recital.of([step]))
        except Unheard as error:
            fail(error)

    return hear


def _recite(plan: Plan, walk: DryWalk, sounds: Path, wav: Path | None, *, speak: bool) -> None:
    from hotline.handset import RATE
    from hotline.recital import Recital, Unheard, play, write_wav

    try:
        sound = Recital(plan, sounds).of(walk.steps)
        if wav is not None:
            write_wav(wav, sound)
            people.print(f"{wav}: {len(sound) / RATE:.0f} s", markup=False)
        if speak:
            play(sound)
    except Unheard as error:
        fail(error)


def walk_data(walk: DryWalk) -> dict[str, Any]:
    """A dry walk as the outside contract has it."""
    return {
        "at": walk.at.astimezone(SHANGHAI).isoformat(),
        "steps": steps_data(walk),
        "end": {"kind": walk.end.kind, "line": walk.end.line, "open": walk.end.open},
    }
