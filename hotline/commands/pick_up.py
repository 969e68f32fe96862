"""An agent's telephone in the terminal: who tries the hotline needs no softphone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import typer

from hotline.accounts import phones_of, secrets_of
from hotline.secrets import SecretsError
from hotline.settings import Settings
from hotline.switch_config import PhoneAccount
from hotline.terminal import Config, Json, Var, fail, live_in, people, put, settings_of

app = typer.Typer()

NOTE = 440.0
"""Hertz of what the caller hears from us."""


@app.command("pick-up")
def pick_up(
    phone: Annotated[str, typer.Argument(help="The telephone, as `hotline phones` lists it.")],
    calls: Annotated[int, typer.Option(min=1, help="Answer so many, one after the other.")] = 1,
    talk: Annotated[float, typer.Option(min=0.1, help="Seconds after which it hangs up.")] = 5.0,
    wait: Annotated[float, typer.Option(min=1, help="Seconds to wait for each call.")] = 300.0,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Be an agent's telephone: register, answer the next call, let the caller hear a note, hang up."""
    from hotline.phone import NotRegistered

    settings = settings_of(config, var)
    plan = live_in(settings).plan
    try:
        accounts = {one.username: one for one in phones_of(plan, secrets_of(settings, plan))}
    except (SecretsError, OSError) as error:
        fail(error)
    if phone not in accounts:
        raise typer.BadParameter(f"{phone!r} is no telephone of the plan; there is {', '.join(accounts)}")

    def tell(what: str, words: str) -> None:
        if as_json:
            put({"phone": phone, "what": what})
            sys.stdout.flush()  # a program waits for it
        else:
            people.print(f"{phone}: {words}")

    try:
        asyncio.run(_answer(settings, accounts[phone], calls=calls, seconds=talk, wait=wait, tell=tell))
    except NotRegistered as error:
        fail(f"{error} at {_switch(settings)}: is `hotline up` running with the same settings?")


def _switch(settings: Settings) -> str:
    return f"{settings.sip.host}:{settings.sip.port}"


async def _answer(
    settings: Settings,
    account: PhoneAccount,
    *,
    calls: int,
    seconds: float,
    wait: float,
    tell: Callable[[str, str], None],
) -> None:
    """Register and answer; `seconds` is how long each talk may be. Raises NotRegistered."""
    from hotline.phone import Exchange  # here: it opens a SIP stack
    from hotline.talk import NotAnswered

    async with Exchange(host=settings.sip.host) as exchange:
        phone = await exchange.phone(account.username, switch=_switch(settings), secret=account.secret)
        await phone.register()
        tell("registered", f"registered, {account.name} can be rung")
        answered = 0
        while answered < calls:
            try:
                ring = await phone.ringing(wait)
            except TimeoutError:
                fail(f"nobody called {account.username} in {wait:g} seconds")
            tell("rings", "it rings")
            try:
                talk = await ring.answer()
            except NotAnswered:
                tell("withdrawn", "it stopped ringing")
                continue
            answered += 1
            tell("talks", "they talk")
            talk.speak(NOTE)
            with suppress(TimeoutError):  # still there
                await talk.ended(seconds)
            ending = await talk.hang_up()
            tell("hung_up" if ending.by_us else "was_hung_up", "hung up" if ending.by_us else "the caller hung up")
