"""What this machine holds: bench."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from hotline.asterisk_program import AsteriskMissing
from hotline.commands.plan import language_of
from hotline.ports import taken
from hotline.settings import HOUSE
from hotline.terminal import Config, Json, Var, fail, people, put, settings_of

if TYPE_CHECKING:
    from bench.capacity import Ladder, Step

app = typer.Typer()

PARTS: Final = ("calls", "waiting", "talks")
BUSY: Final = 0.5
"""Load average above which other work spoils the figures."""
SHORT: Final = {"calls": (5, 10), "waiting": (20, 40), "talks": (10, 20)}
"""Steps of a look that takes three minutes."""

_WORDS: Final = {
    "en": {
        "title": "What this machine holds",
        "calls": "calls a second",
        "waiting": "callers waiting at once",
        "talks": "recorded talks at once",
        "more": "or more: no higher step was tried",
        "none": "not even the first step held",
        "head": f"{'':>8} {'good':>11} {'200 p99':>9} {'loop p99':>9} {'cores':>6} {'memory':>8}",
        "plan": "Plan with half of it: callers and agents are not as even as a measurement, and backups and reports run"
        " beside.\nHow many agents that is, and what to buy: docs/capacity.md.",
        "failed": "did not hold",
        "busy": "Other work ran before this began (load average {load}): the machine holds more without it.",
    },
    "zh": {
        "title": "这台机器能承担多少",
        "calls": "每秒来电",
        "waiting": "同时等候的来电人",
        "talks": "同时录音的通话",
        "more": "或更多：没有再往上试",
        "none": "第一级就没有撑住",
        "head": f"{'':>8} {'成功':>11} {'接通p99':>8} {'循环p99':>8} {'核':>6} {'内存':>8}",
        "plan": "按一半规划：来电和座席不会像测量那样均匀，旁边还有备份和报表。\n"
        "合多少座席、该买什么机器：docs/capacity.zh-CN.md。",
        "failed": "没有撑住",
        "busy": "测量前机器上有其他工作（平均负载 {load}）：没有它们时能承担更多。",
    },
}


@app.command()
def bench(
    parts: Annotated[list[str] | None, typer.Argument(help="calls, waiting, talks; all three when left out.")] = None,
    short: Annotated[bool, typer.Option("--short", help="Two low steps of each: whether it runs at all.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Although a hotline is in service on this machine.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the page into this file as well.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep logs, databases and recordings in this new folder.")] = None,
    lang: Annotated[str | None, typer.Option(help="zh or en; the terminal's language by default.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Measure calls a second, waiting callers and recorded talks on this machine; a quarter of an hour."""
    language, settings = language_of(lang), settings_of(config, var)
    asked = list(dict.fromkeys(parts or PARTS))
    if unknown := [part for part in asked if part not in PARTS]:
        raise typer.BadParameter(f"{unknown[0]!r}: there are {', '.join(PARTS)}", param_hint="PARTS")
    if not force and (busy := taken(settings, asterisk=True, web=True)):
        fail(f"a hotline is in service here ({busy[0]}): measure when it is not, or say --force")
    if which("sipp") is None:
        fail("SIPp plays the callers and the agents, and is not installed: apt-get install sip-tester")
    if keep is not None and keep.exists():
        fail(f"{keep} exists already: name a new folder")
    capacity = _room()
    words = _WORDS[language]

    def tell(part: str, step: Step) -> None:
        people.print(f"{words[part]:<28}{_line(step, words)}", markup=False)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwinds, so that nothing of ours stays behind
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as temporary:
        folder = (keep or Path(temporary)).absolute()
        try:
            if short:
                found = capacity(folder, asked, ladders=SHORT, seconds=5, talk=5.0, held=5.0, tell=tell)
            else:
                found = capacity(folder, asked, tell=tell)
        except (AsteriskMissing, RuntimeError, OSError) as error:
            fail(error)
    text = _page(found, words)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    if as_json:
        put({**found, "parts": {part: ladder.to_json() for part, ladder in found["parts"].items()}})
    else:
        sys.stdout.write(text)
    if not all(ladder.holds for ladder in found["parts"].values()):
        raise typer.Exit(1)


def _room() -> Callable[..., dict[str, Any]]:
    """What measures. It lies beside the hotline's own packages, in the tree that was set up."""
    if not (HOUSE / "bench" / "capacity.py").is_file():
        fail(f"the measurements are not part of this installation: {HOUSE / 'bench'} is missing")
    if str(HOUSE) not in sys.path:
        sys.path.append(str(HOUSE))
    survey: Callable[..., dict[str, Any]] = import_module("bench.capacity").survey
    return survey


def _page(found: dict[str, Any], words: dict[str, str]) -> str:
    machine = found["machine"]
    lines = [
        words["title"],
        f"{found['began']}  {machine['cpu']}",
        f"{machine['system']}, Asterisk {machine['asterisk']}",
    ]
    if found["load_before"] > BUSY:
        lines.append(words["busy"].format(load=found["load_before"]))
    lines.append("")
    ladders: dict[str, Ladder] = found["parts"]
    for part, ladder in ladders.items():
        holds = f"{ladder.holds:>6}" if ladder.holds else f"     – ({words['none']})"
        lines.append(f"{holds}  {words[part]}{' (' + words['more'] + ')' if ladder.more else ''}")
    lines += ["", words["head"]]
    for part, ladder in ladders.items():
        lines.append(words[part])
        lines += [_line(step, words) for step in ladder.steps]
    return "\n".join([*lines, "", words["plan"], ""])


def _line(step: Step, words: dict[str, str]) -> str:
    good, times = f"{step.good}/{step.calls}", f"{step.answer:>6.0f} ms {step.late:>6.0f} ms"
    told = f"{step.load:>8} {good:>11} {times} {step.cores:>6.2f} {step.memory:>4.0f} MiB"
    return told if step.holds else f"{told}  {words['failed']}: {step.why}"
