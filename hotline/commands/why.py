"""Why a call was served as it was, and why an agent was rung or not."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.exc import DBAPIError

from hotline.clock import clock_of
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, instant, live_in, people, put, settings_of
from hotline.testimony import NoSuchCall, why_agent, why_call
from records.account import Sentence
from records.account_words import Language
from routing.calendar import SHANGHAI

app = typer.Typer()

T = TypeVar("T")


class Lang(StrEnum):
    ZH = "zh"
    EN = "en"


@app.command()
def why(
    call: Annotated[str | None, typer.Argument(help="A call's id, or `last` for the newest.")] = None,
    agent: Annotated[str | None, typer.Option(help="Why was this agent rung, or not, around --at?")] = None,
    at: Annotated[str | None, typer.Option(help="The time in question; now if not given.")] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the sentences.")] = Lang.ZH,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Tell a call in sentences: where its keys led, each wait, who was rung and why, who was not and why not."""
    if (call is None) == (agent is None):
        raise typer.BadParameter("name a call, or an agent with --agent", param_hint="CALL")
    settings = settings_of(config, var)
    plan, language = live_in(settings).plan, Language[lang.name]
    answer: dict[str, Any]
    if call is not None:
        found, sentences = _read(settings, why_call(settings.database_url, plan, call, language))
        answer = {"call": found}
    else:
        when = instant(at) if at else clock_of(settings).now()
        sentences = _read(settings, why_agent(settings.database_url, plan, str(agent), when, language))
        answer = {"agent": agent}
    if as_json:
        put({**answer, "sentences": [sentence.to_json() for sentence in sentences]})
    elif sentences:
        for sentence in sentences:
            typer.echo(_line(sentence))
    else:
        people.print(f"within a minute of that time no look for an agent names {agent}", markup=False)


def _line(sentence: Sentence) -> str:
    return f"{sentence.at.astimezone(SHANGHAI):%H:%M:%S} {sentence.text}"


def _read(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except NoSuchCall as error:
        fail(error)
    except FileNotFoundError:
        fail(f"nothing was written yet in {settings.var}: start the hotline with `hotline up`")
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_shown}")
