"""Who may sign in to the web: users add, list, role, disable, enable, password, reset-factor, sessions, sign-out."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from getpass import getpass
from typing import Annotated

import typer
from rich.table import Column, Table

from desk.passwords import Weak, hashed, hold, made
from desk.roles import SEATED, Role
from desk.sessions import Sessions
from desk.users import User, Users, fit
from hotline.accounts_book import with_accounts
from hotline.audited import write_down
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, live_in, people, put, put_table, settings_of
from records.audit import Act, Detail
from routing.reading.load import Unreadable

app = typer.Typer()
users_app = typer.Typer(no_args_is_help=True, help="Who may sign in to the web, and as what.")
app.add_typer(users_app, name="users")

Name = Annotated[str, typer.Argument(help="The user's name.")]
Seat = Annotated[str | None, typer.Option(help="Which agent of the plan they are.")]
Made = Annotated[bool, typer.Option("--made", help="Make a password and print it once, instead of asking for one.")]


@users_app.command("add")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What they may do: docs/web.md has the table.")],
    shown: Annotated[str | None, typer.Option("--name", help="The name that is shown, like 王医生.")] = None,
    agent: Seat = None,
    make: Made = False,
    config: Config = None,
    var: Var = None,
) -> None:
    """Let somebody in. Their password is asked for here, or made; they choose their own when they first sign in."""
    settings = settings_of(config, var)
    with_accounts(settings, lambda store: _fit(Users(store), name, shown or name, role, agent))
    _warn_of(settings, agent)
    password = _password(name, make=make)
    with_accounts(
        settings,
        lambda store: Users(store).add(
            name,
            shown or name,
            role,
            agent=agent,
            password=hashed(password),
            must_change=True,
            now=datetime.now(UTC),
        ),
    )
    _written(settings, name, "added", role=role, agent=agent)
    _tell(name, password, make=make)


async def _fit(users: Users, name: str, shown: str, role: Role, agent: str | None) -> None:
    """Refuse before a password is asked for."""
    fit(name, shown, role, agent)
    if await users.find(name) is not None:
        fail(f"there is a user {name} already")


@users_app.command("list")
def list_(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """All accounts."""
    found = with_accounts(settings_of(config, var), lambda store: Users(store).all())
    if as_json:
        put([user.to_json() for user in found])
        return
    table = Table(
        *(Column(heading) for heading in ("用户", "姓名", "角色", "座席", "第二步", "最近登录", "")), box=None
    )
    for user in found:
        row = user.to_json()
        table.add_row(
            user.name,
            user.shown,
            user.role,
            user.agent or "",
            "✔" if user.factor_on else "",
            (row["seen"] or "")[:16].replace("T", " "),
            "停用" if user.disabled else "",
        )
    put_table(table, "nobody yet: `hotline users add NAME --role administrator`")


@users_app.command("role")
def role(name: Name, role: Role, agent: Seat = None, config: Config = None, var: Var = None) -> None:
    """Another role, and whose seat they have with it (theirs stays where the role has one). All their sessions end."""
    settings = settings_of(config, var)
    user = _known(settings, name)
    seat = agent if agent is not None else (user.agent if role in SEATED else None)
    _warn_of(settings, agent)
    with_accounts(settings, lambda store: Users(store).set_role(name, role, seat))
    _written(settings, name, "role", role=role, agent=seat)
    people.print(f"{name} is {role} now{f', with the seat of {seat}' if seat else ''}", markup=False)


@users_app.command("disable")
def disable(name: Name, config: Config = None, var: Var = None) -> None:
    """Let them in no more. All their sessions end within seconds."""
    settings = settings_of(config, var)
    with_accounts(settings, lambda store: Users(store).set_disabled(name, True))
    _written(settings, name, "disabled")
    people.print(f"{name} cannot sign in any more", markup=False)


@users_app.command("enable")
def enable(name: Name, config: Config = None, var: Var = None) -> None:
    """Let them in again."""
    settings = settings_of(config, var)
    with_accounts(settings, lambda store: Users(store).set_disabled(name, False))
    _written(settings, name, "enabled")
    people.print(f"{name} can sign in again", markup=False)


@users_app.command("password")
def password(name: Name, make: Made = False, config: Config = None, var: Var = None) -> None:
    """A new password for somebody, until they choose their own when they next sign in. All their sessions end."""
    settings = settings_of(config, var)
    _known(settings, name)
    new = _password(name, make=make)
    with_accounts(settings, lambda store: Users(store).set_password(name, hashed(new), must_change=True))
    _written(settings, name, "password_reset")
    _tell(name, new, make=make)


@users_app.command("reset-factor")
def reset_factor(name: Name, config: Config = None, var: Var = None) -> None:
    """Their phone is lost: they set a new second step up when they next sign in. All their sessions end."""
    settings = settings_of(config, var)
    with_accounts(settings, lambda store: Users(store).reset_factor(name))
    _written(settings, name, "second_factor_reset")
    people.print(f"{name} has no second step any more", markup=False)


@users_app.command("sessions")
def sessions(
    name: Annotated[str | None, typer.Argument(help="The user's name; all if not given.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Who is signed in, and from where."""
    settings = settings_of(config, var)
    if name is not None:
        _known(settings, name)
    found = with_accounts(settings, lambda store: Sessions(store).of(name, datetime.now(UTC)))
    rows = [session.to_json() for session in found]
    if as_json:
        put(rows)
        return
    table = Table(*(Column(heading) for heading in ("用户", "登录", "最近", "地址", "浏览器")), box=None)
    for row in rows:
        began, seen = (row[when][:16].replace("T", " ") for when in ("began", "seen"))
        table.add_row(row["user"], began, seen, row["address"], row["browser"][:60])
    put_table(table, "nobody is signed in")


@users_app.command("sign-out")
def sign_out(name: Name, config: Config = None, var: Var = None) -> None:
    """End all their sessions."""
    settings = settings_of(config, var)
    _known(settings, name)
    ended = with_accounts(settings, lambda store: Sessions(store).end_all(name))
    _written(settings, name, "signed_out", sessions=ended)
    people.print(f"{name}: {ended} sessions ended", markup=False)


def _known(settings: Settings, name: str) -> User:
    user = with_accounts(settings, lambda store: Users(store).find(name))
    if user is None:
        fail(f"there is no user {name}: `hotline users list` shows who there is")
    return user


def _password(name: str, *, make: bool) -> str:
    """Made, or typed twice by a person. Never an argument: everybody on the machine sees those."""
    if make:
        return made()
    if not sys.stdin.isatty():
        fail("no terminal to ask for the password on: use --made, which makes one and prints it once")
    while True:
        try:
            typed = hold(getpass(f"password for {name}: "), name)
        except Weak as error:
            people.print(str(error), style="yellow", markup=False)
            continue
        if getpass("once more: ") == typed:
            return typed
        people.print("the two are not the same", style="yellow", markup=False)


def _tell(name: str, password: str, *, make: bool) -> None:
    if make:
        people.print(f"the first password of {name}, shown this once:", markup=False)
        sys.stdout.write(f"{password}\n")
    people.print(f"{name} signs in at /sign-in and chooses a password there", markup=False)


def _warn_of(settings: Settings, agent: str | None) -> None:
    """An agent that the live plan does not have may come with its next version."""
    try:
        known = agent is None or agent in live_in(settings).plan.agents
    except (Unreadable, typer.Exit):
        return
    if not known:
        people.print(f"the live plan has no agent {agent} yet", style="yellow", markup=False)


def _written(settings: Settings, name: str, change: str, **details: Detail) -> None:
    write_down(settings, Act.ACCOUNT_CHANGED, about=name, reason=None, change=change, **details)
