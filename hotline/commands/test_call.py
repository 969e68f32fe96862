"""A test call on demand: call-test."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from hotline.browsers import furnished
from hotline.clock import clock_of
from hotline.control import NotRunning, Refused, ask
from hotline.operators import RECORDINGS
from hotline.secrets import SecretsError
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, keys_of, live_in, people, put, settings_of
from hotline.testcalls.account import NUMBER, secret_of
from hotline.testcalls.errand import NoErrand, errand_of, paths
from hotline.testcalls.process import TAKES, CallFailed, apart
from hotline.testcalls.verdict import Verdict, judge, not_made
from routing.scene import Scene

app = typer.Typer()


@app.command("call-test")
def call_test(
    keys: Annotated[
        str | None, typer.Argument(help="Keys like 1,4; without them the next path, as the synthetic caller would.")
    ] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Call the running hotline, listen to every prompt of a path, and tell what is wrong; 0 when nothing is."""
    settings = settings_of(config, var)
    typed = None if keys is None else keys_of(keys)
    try:
        told = asyncio.run(ask(settings.var, "POST", "/test-call", {} if typed is None else {"keys": typed}))
    except NotRunning:
        told = _without_an_engine(settings, typed)
    except Refused as error:
        fail(error)
    if as_json:
        put(told)
    else:
        shown = ",".join(told["keys"]) or "no keys"
        people.print(
            f"{'✓' if told['passed'] else '✗'} {told['result']}  {shown}  {told['seconds']:.0f} s", markup=False
        )
        people.print("heard: " + ("、".join(told["heard"]) or "nothing"), markup=False)
        if told["why"]:
            people.print(told["why"], markup=False)
    if not told["passed"]:
        raise typer.Exit(1)


def _without_an_engine(settings: Settings, typed: list[str] | None) -> dict[str, object]:
    """Call all the same: whether callers are served, and by whom, is what is asked."""
    published = furnished(live_in(settings), settings)
    plan, scene = published.plan, Scene(clock_of(settings).now(), NUMBER)
    keys = tuple(typed) if typed is not None else next(iter(paths(plan, scene)), ())
    recordings = None if published.folder is None else published.folder / RECORDINGS
    try:
        errand = errand_of(plan, published.version, keys, scene)
        heard = asyncio.run(apart(settings, errand, secret_of(settings), recordings, within=TAKES + 300))
    except NoErrand as error:
        fail(error)
    except (CallFailed, SecretsError, OSError) as error:
        verdict: Verdict = not_made(",".join(keys), str(error))
    else:
        verdict = judge(errand, heard, None)
    return verdict.to_json()
