"""The recorded words of the hotline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hotline.sounds import build_sounds
from hotline.terminal import Config, Json, Var, fail, people, published_in, put, settings_of

app = typer.Typer()
prompts_app = typer.Typer(no_args_is_help=True, help="The recorded words of the hotline.")
app.add_typer(prompts_app, name="prompts")


@prompts_app.command("build")
def prompts_build(
    masters: Annotated[
        Path | None,
        typer.Option(help="Where words that the voice speaks anew are kept, and no others; var/masters by default."),
    ] = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Turn the words of the YAML into sound: your recordings first, then masters, then the voice."""
    settings = settings_of(config, var)
    try:
        report = build_sounds(settings, published_in(settings.config).plan, people, masters=masters)
    except OSError as error:
        fail(error)
    people.print(
        f"{report.sounds} sounds: {len(report.built)} written, {len(report.recorded)} from recordings, "
        f"{len(report.spoken)} spoken anew, {len(report.removed)} removed"
    )
    for problem in report.problems:
        people.print(problem, style="red", markup=False)
    if report.problems:
        raise typer.Exit(1)


@prompts_app.command("list")
def prompts_list(config: Config = None, as_json: Json = False) -> None:
    """Every prompt and its words."""
    plan = published_in(settings_of(config, None).config).plan
    if as_json:
        put(dict(plan.prompts))
        return
    for prompt, words in plan.prompts.items():
        sys.stdout.write(f"{prompt}\t{words}\n")
