"""What is missing on this machine, and whether the switch is as shut as it should be."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.text import Text

from hotline.accounts import secrets_of
from hotline.asterisk_asked import NoAnswer
from hotline.asterisk_program import AsteriskMissing, find_asterisk
from hotline.browsers import furnished
from hotline.commands.plan import language_of
from hotline.doctor import examine
from hotline.hardening import table
from hotline.hardening.demand import Finding, State
from hotline.hardening.gathering import gather
from hotline.secrets import SecretsError
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, live_in, people, put, settings_of
from hotline.testcalls.account import tester_of
from hotline.trying import caller_of
from routing.rules.rule import Language

app = typer.Typer()


_MARKS = {
    State.OK: Text("✔", "green"),
    State.NOT_GOOD: Text("✘", "red"),
    State.WARNING: Text("!", "yellow"),
    State.NOT_APPLICABLE: Text("–", "dim"),
}
_HINT = Text("·", "yellow")

_STATES: Mapping[Language, Mapping[State, str]] = {
    "en": {state: state.value for state in State},
    "zh": {
        State.OK: "合格",
        State.NOT_GOOD: "不合格",
        State.WARNING: "提醒",
        State.NOT_APPLICABLE: "不适用",
    },
}


@app.command()
def doctor(
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
    security: Annotated[bool, typer.Option("--security", help="Hold the running switch to the checklist.")] = False,
    lang: Annotated[str | None, typer.Option(help="Of the checklist: zh or en; else as the terminal is set.")] = None,
) -> None:
    """What is missing on this machine, and the command that mends it; with --security: is the switch shut."""
    settings = settings_of(config, var)
    if security:
        _security(settings, as_json=as_json, language=language_of(lang))
        return
    findings = examine(settings)
    if as_json:
        put([dataclasses.asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = _MARKS[State.OK] if finding.ok else _MARKS[State.NOT_GOOD] if finding.needed else _HINT
            people.print(mark, end=" ")
            people.print(finding.what if finding.ok else f"{finding.what} → {finding.mend}")
    if not all(finding.ok for finding in findings if finding.needed):
        raise typer.Exit(1)


def _security(settings: Settings, *, as_json: bool, language: Language) -> None:
    plan = furnished(live_in(settings), settings).plan
    try:
        secrets = secrets_of(settings, plan)
        ours = (*caller_of(settings, plan), *tester_of(settings, secrets, plan))
        phones = [*plan.phones, *(caller.username for caller in ours)]
        evidence = asyncio.run(gather(settings, find_asterisk(settings), phones, secrets))
    except (AsteriskMissing, NoAnswer, SecretsError, OSError) as error:
        fail(error)
    findings = table.examine(evidence)
    if as_json:
        put([_json(finding, language) for finding in findings])
    else:
        _print(findings, language)
    if any(finding.state is State.NOT_GOOD for finding in findings):
        raise typer.Exit(1)


def _json(finding: Finding, language: Language) -> dict[str, object]:
    demand = finding.demand
    return {
        "id": demand.id,
        "state": finding.state.value,
        "what": demand.what.in_language(language),
        "wrong": list(finding.wrong),
        "mend": demand.mending.in_language(language) if finding.wrong else "",
        "why_not": finding.why_not.in_language(language) if finding.why_not else "",
    }


def _print(findings: Sequence[Finding], language: Language) -> None:
    for finding in findings:
        demand = finding.demand
        state = _STATES[language][finding.state]
        line = f"{demand.id}: {demand.what.in_language(language)}"
        if finding.why_not:
            line += f" ({state}: {finding.why_not.in_language(language)})"
        people.print(_MARKS[finding.state], end=" ")
        people.print(line, markup=False)
        for wrong in finding.wrong:
            people.print(f"    {wrong}", markup=False)
        if finding.wrong:
            people.print(f"    → {demand.mending.in_language(language)}", markup=False)
