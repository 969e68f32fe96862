"""Keys of machines: tokens add, list, revoke."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Column, Table

from desk.roles import SCOPES, Permission
from desk.tokens import Tokens
from hotline.accounts_book import with_accounts
from hotline.audited import write_down
from hotline.terminal import Config, Json, Var, people, put, put_table, settings_of
from records.audit import Act

app = typer.Typer()
tokens_app = typer.Typer(no_args_is_help=True, help="Keys with which machines ask the web.")
app.add_typer(tokens_app, name="tokens")

Name = Annotated[str, typer.Argument(help="The token's name: what uses it.")]
_UNITS = {"h": 1, "d": 24, "w": 24 * 7}


@tokens_app.command("add")
def add(
    name: Name,
    scope: Annotated[
        list[str], typer.Option(help=f"What it may ask for: {', '.join(sorted(SCOPES))}. May be repeated.")
    ],
    lasts: Annotated[str, typer.Option("--for", help="How long it lasts: 90d, 12h, 8w.")] = "90d",
    config: Config = None,
    var: Var = None,
) -> None:
    """Make a token and print it, this once."""
    wanted = [_scope(one) for one in scope]
    length = _length(lasts)
    settings = settings_of(config, var)
    now = datetime.now(UTC)
    key = with_accounts(settings, lambda store: Tokens(store).add(name, wanted, length, now))
    write_down(settings, Act.TOKEN_MADE, about=name, scopes=sorted(wanted), hours=int(length.total_seconds() // 3600))
    people.print(f"the token {name}, shown this once; send it as `Authorization: Bearer …`:", markup=False)
    sys.stdout.write(f"{key}\n")


@tokens_app.command("list")
def list_(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """All tokens that ever were; none of them can be shown again."""
    found = with_accounts(settings_of(config, var), lambda store: Tokens(store).all())
    if as_json:
        put([token.to_json() for token in found])
        return
    table = Table(*(Column(heading) for heading in ("令牌", "权限", "到期", "最近使用", "")), box=None)
    now = datetime.now(UTC)
    for token in found:
        row = token.to_json()
        state = "吊销" if token.revoked else "" if token.holds(now) else "过期"
        expires, used = (str(row[when] or "")[:16].replace("T", " ") for when in ("expires", "used"))
        table.add_row(token.name, " ".join(row["scopes"]), expires, used, state)
    put_table(table, "no tokens yet")


@tokens_app.command("revoke")
def revoke(name: Name, config: Config = None, var: Var = None) -> None:
    """It is worth nothing from now on."""
    settings = settings_of(config, var)
    with_accounts(settings, lambda store: Tokens(store).revoke(name, datetime.now(UTC)))
    write_down(settings, Act.TOKEN_REVOKED, about=name)
    people.print(f"the token {name} is worth nothing any more", markup=False)


def _scope(text: str) -> Permission:
    if text not in {scope.value for scope in SCOPES}:
        raise typer.BadParameter(f"{text!r} is nothing that a token is for; there is {', '.join(sorted(SCOPES))}")
    return Permission(text)


def _length(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([hdw])", text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no length of time; write it like 90d, 12h or 8w", param_hint="--for")
    return timedelta(hours=int(found[1]) * _UNITS[found[2]])
