"""Telling other programs what happened: webhooks add, list, remove, test, pause, resume, deliveries, retry."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.table import Column, Table

from desk.factor import Unsealable
from hotline.accounts_book import with_accounts
from hotline.audited import write_down
from hotline.settings import Settings, SettingsError
from hotline.terminal import Config, Json, Var, fail, people, put, put_table, settings_of
from hotline.webhooks import book_of, post_of
from paperwork.webhooks.book import Delivery, NotAllowed, NoWebhook, State, Unfit, Webhooks
from paperwork.webhooks.events import OFFERED
from paperwork.webhooks.sender import ping
from records.audit import Act, Detail

app = typer.Typer()
webhooks = typer.Typer(no_args_is_help=True, help="Other programs that are told what happened.")
app.add_typer(webhooks, name="webhooks")

Name = Annotated[str, typer.Argument(help="The receiver's name.")]
T = TypeVar("T")


@webhooks.command("add")
def add(
    name: Name,
    url: Annotated[str, typer.Argument(help="Where to send: https, or a host of `webhooks.hosts` in the settings.")],
    event: Annotated[list[str], typer.Option(help=f"Of what: {', '.join(OFFERED)}. May be repeated.")],
    config: Config = None,
    var: Var = None,
) -> None:
    """Tell a receiver of what happens from now on; prints the secret that signs it, this once."""
    settings = settings_of(config, var)
    secret = _with(settings, lambda book: book.add(name, url, event, datetime.now(UTC)))
    _written(settings, name, "added", url=url, events=sorted(set(event)))
    people.print(f"the secret of {name}, shown this once; docs/api.md says how to check with it:", markup=False)
    sys.stdout.write(f"{secret}\n")


@webhooks.command("list")
def list_(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """All receivers, and how they stand."""
    found = _with(settings_of(config, var), lambda book: book.all())
    if as_json:
        put([one.to_json() for one in found])
        return
    table = Table(*(Column(title, overflow="fold") for title in ("名称", "地址", "事件", "待发", "状态")), box=None)
    for one in found:
        state = f"暂停：{one.why or '手动'}" if one.paused else f"不通：{one.why}" if one.failing else "正常"
        table.add_row(one.name, one.url, " ".join(one.events), str(one.waiting), state)
    put_table(table, "nobody is told: `hotline webhooks add NAME URL --event call.ended`")


@webhooks.command("remove")
def remove(name: Name, config: Config = None, var: Var = None) -> None:
    """Tell a receiver nothing more, and forget what waits for it."""
    settings = settings_of(config, var)
    _with(settings, lambda book: book.remove(name))
    _written(settings, name, "removed")
    people.print(f"{name} is told nothing more", markup=False)


@webhooks.command("test")
def try_(name: Name, config: Config = None, var: Var = None) -> None:
    """Send a `ping` now; 0 when the receiver took it."""
    settings = settings_of(config, var)

    async def work(book: Webhooks) -> str | None:
        post = post_of(settings)
        try:
            return await ping(book, post, name, datetime.now(UTC))
        finally:
            await post.close()

    why = _with(settings, work)
    if why is not None:
        fail(f"{name} did not take it: {why}")
    people.print(f"{name} took it", markup=False)


@webhooks.command("pause")
def pause(name: Name, config: Config = None, var: Var = None) -> None:
    """Send a receiver nothing until it is resumed."""
    settings = settings_of(config, var)
    _with(settings, lambda book: book.pause(name, datetime.now(UTC)))
    _written(settings, name, "paused")
    people.print(f"{name} is paused: `hotline webhooks resume {name}` goes on", markup=False)


@webhooks.command("resume")
def resume(name: Name, config: Config = None, var: Var = None) -> None:
    """End a pause."""
    settings = settings_of(config, var)
    _with(settings, lambda book: book.resume(name))
    _written(settings, name, "resumed")
    people.print(f"{name} is told again", markup=False)


@webhooks.command("deliveries")
def deliveries(
    name: Name,
    state: Annotated[State | None, typer.Option(help="Only these.")] = None,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="Only the newest so many.")] = 50,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """What was sent to a receiver and what became of it, newest last."""

    async def work(book: Webhooks) -> list[Delivery]:
        await book.find(name)
        return list(reversed(await book.page(name, state=state, limit=last)))

    found = _with(settings_of(config, var), work)
    if as_json:
        for one in found:
            put(one.to_json())
        return
    table = Table(*(Column(title, overflow="fold") for title in ("时间", "事件", "状态", "次数", "原因")), box=None)
    for one in found:
        row = one.to_json()
        table.add_row(
            row["made"][:19].replace("T", " "), row["id"], row["state"], str(row["tries"]), row["error"] or ""
        )
    put_table(table)


@webhooks.command("retry")
def retry(
    name: Name,
    id: Annotated[str | None, typer.Argument(help="One event's id; all that was not taken without it.")] = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Send again what waits or was given up; ends a pause."""
    settings = settings_of(config, var)
    again = _with(settings, lambda book: book.retry(name, datetime.now(UTC), id))
    _written(settings, name, "retried", events=again)
    people.print(f"{name}: {again} events are sent again", markup=False)


def _with(settings: Settings, work: Callable[[Webhooks], Awaitable[T]]) -> T:
    try:
        return with_accounts(settings, lambda store: work(book_of(settings, store)))
    except (Unfit, NotAllowed, NoWebhook, Unsealable, SettingsError) as error:
        fail(str(error.args[0]) if error.args else error)


def _written(settings: Settings, name: str, change: str, **details: Detail) -> None:
    write_down(settings, Act.WEBHOOK_CHANGED, about=name, reason=None, change=change, **details)
