"""What is missing on this machine."""

from __future__ import annotations

import dataclasses

import typer

from hotline.doctor import examine
from hotline.terminal import Config, Json, Var, people, put, settings_of

app = typer.Typer()


@app.command()
def doctor(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """What is missing on this machine, and the command that mends it."""
    findings = examine(settings_of(config, var))
    if as_json:
        put([dataclasses.asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "[green]✔[/]" if finding.ok else "[red]✘[/]" if finding.needed else "[yellow]·[/]"
            people.print(mark, finding.what if finding.ok else f"{finding.what} → {finding.mend}")
    if not all(finding.ok for finding in findings if finding.needed):
        raise typer.Exit(1)
