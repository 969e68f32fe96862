"""Numbers that are blocked, or put behind everybody else, for a while: nuisance add, list, remove."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Column, Table

from hotline.audited import Private, Reason, reason_of, shown, unmasked, write_down
from hotline.commands.by_hand import hand_of, looked, wished
from hotline.nuisance import Listed, NotListed
from hotline.terminal import Config, Json, Var, fail, people, put, put_table, settings_of
from ivr.door.door import Treatment
from routing.calendar import SHANGHAI

app = typer.Typer()
nuisance_app = typer.Typer(no_args_is_help=True, help="Numbers that are blocked, or served last, for a while.")
app.add_typer(nuisance_app, name="nuisance")


@nuisance_app.command("add")
def add(
    number: Annotated[str, typer.Argument(help="A number, the beginning of numbers like 0229999*, or withheld.")],
    reason: Reason = None,
    lasts: Annotated[str, typer.Option("--for", help="How long: 30d, 12h, 1d12h.")] = "7d",
    slow: Annotated[
        bool, typer.Option("--slow/--block", help="Serve these calls after all others; or send them away.")
    ] = True,
    config: Config = None,
    var: Var = None,
) -> None:
    """List a number; listing it again changes how, and for how long."""
    settings, found = settings_of(config, var), list[Listed]()
    why = reason_of(reason, "every entry")
    with wished(number="NUMBER"):
        treatment = Treatment.SLOW if slow else Treatment.BLOCK
        wish = hand_of(settings).nuisance_add(number, treatment, why, lasts, found.append)
    write_down(settings, wish.what, about=wish.about, reason=why, **wish.details)
    with looked():
        wish.do()
    (entry,) = found
    does = "served last" if slow else "blocked"
    people.print(f"#{entry.id} {entry.masked} is {does} until {_shown(entry.until)}", markup=False)


@nuisance_app.command("list")
def show(
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Who is listed now, why, by whom and until when."""
    settings = settings_of(config, var)
    why = unmasked(reason, private=private)
    with looked():
        rows = hand_of(settings).nuisance(private=private)
    shown(settings, "nuisance", why, entries=[f"#{row['id']}" for row in rows])
    if as_json:
        put(rows)
    elif rows:
        table = Table(*(Column(name, overflow="fold") for name in ("编号", "号码", "处理", "到期", "登记人", "原因")),
                      box=None, pad_edge=False)  # fmt: skip
        for row in rows:
            does = "拦截" if row["treatment"] is Treatment.BLOCK else "排在最后"
            until = _shown(datetime.fromisoformat(row["until"]))
            table.add_row(f"#{row['id']}", row["pattern"], does, until, row["by"], row["reason"])
        put_table(table)
    else:
        people.print("nobody is on the nuisance list")


@nuisance_app.command("remove")
def remove(
    what: Annotated[str, typer.Argument(metavar="NUMBER|#ID", help="As it was added, or its id, like #3.")],
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Take a number off the list."""
    settings = settings_of(config, var)
    try:
        with looked():
            wish = hand_of(settings).nuisance_remove(what)
    except NotListed as error:
        fail(error)
    write_down(settings, wish.what, about=wish.about, reason=reason, **wish.details)
    with looked():
        wish.do()
    people.print(f"{wish.about} is not listed any more", markup=False)


def _shown(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
