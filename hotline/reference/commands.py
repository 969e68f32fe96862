"""The page of all commands, made of the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import typer.main

from hotline.cli import ROOMS, app_of

_HEAD: Final = """# Every command

Made of the command line itself: `python -m hotline.reference`. `hotline COMMAND --help` says the same in the terminal.

JSON goes to stdout alone, words for people to stderr. A command ends with 0 when it is done, 1 when something is not
good, 2 when it was typed wrongly. What is in brackets may be left out; `…` may be repeated.

Most commands take some of these, and are then marked with them:

| Option | |
|---|---|
| `--config DIR` | The folder of the hotline's YAML files; `config`, or `HOTLINE_CONFIG`. |
| `--var DIR` | The folder of the hotline's data; `var`, or `HOTLINE_VAR`. |
| `--json` | JSON to stdout, for programs. |

"""

_SHARED: Final = {"config": "--config", "var": "--var", "as_json": "--json"}
_WORDS: Final = {
    "path": "PATH",
    "str": "TEXT",
    "int": "NUMBER",
    "float": "NUMBER",
    "list[str]": "TEXT …",
    "int range": "NUMBER",
    "float range": "NUMBER",
}
"""What the command line calls a type → what a reader is told to type."""


def page() -> str:
    """The whole page, in Markdown."""
    app = typer.main.get_command(app_of(ROOMS))
    top = app.make_context("hotline", ["check"], resilient_parsing=True)
    commands = list(_commands(app, top))
    listed = "".join(f"| [`{name}`](#{_anchor(name)}) | {_first(words)} |\n" for name, words, _ in commands)
    return f"{_HEAD}| Command | |\n|---|---|\n{listed}" + "".join(text for _, _, text in commands)


def _commands(group: Any, context: Any) -> Iterator[tuple[str, str, str]]:
    """Every command below a group: its name, its words, its piece of the page."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        inside = type(context)(command, info_name=name, parent=context)
        if hasattr(command, "commands"):
            yield from _commands(command, inside)
        else:
            words = " ".join((command.help or "").split())
            yield inside.command_path.removeprefix("hotline "), words, _piece(command, inside, words)


def _piece(command: Any, context: Any, words: str) -> str:
    name = context.command_path
    usage = " ".join(
        _bare(piece) for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"
    )  # {required}, [optional]
    own = [one for one in command.params if not one.hidden and one.name not in _SHARED]
    shared = [_SHARED[one.name] for one in command.params if one.name in _SHARED]
    text = f"\n## {name.removeprefix('hotline ')}\n\n`{name}{' ' if usage else ''}{usage}`\n\n{words}\n"
    if own:
        rows = "".join(_row(one, context) for one in own)
        text += f"\n| Takes | |\n|---|---|\n{rows}"
    if shared:
        text += f"\nAlso {', '.join(f'`{one}`' for one in shared)}.\n"
    return text


def _bare(piece: str) -> str:
    return piece.removeprefix("{").removesuffix("}") if "|" not in piece else piece


def _row(parameter: Any, context: Any) -> str:
    record = parameter.get_help_record(context)
    typed, words = record if record is not None else (parameter.name, "")
    for theirs, ours in _WORDS.items():
        mark = f" <{theirs}>"
        typed = typed.replace(mark, "" if parameter.param_type_name == "argument" else f" {ours}")
    return f"| `{_cell(typed)}` | {_cell(words)} |\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<=", "≤").replace("<", "&lt;")


def _first(words: str) -> str:
    """The first sentence."""
    return words.split(". ")[0].split("; ")[0].removesuffix(".").replace("|", "\\|") + "."


def _anchor(name: str) -> str:
    return name.replace(" ", "-")
