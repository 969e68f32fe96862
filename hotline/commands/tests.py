"""Test calls that operators write beside their plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hotline.operators import TESTS
from hotline.terminal import Config, Json, fail, people, published_in, put, settings_of
from hotline.test_calls_told import failure_data, share_data
from routing.calendar import SHANGHAI
from routing.reading.encoding import LARGEST_FILE, decoded
from routing.reading.load import Unreadable
from routing.rehearsal.cases import read_cases
from routing.rehearsal.coverage import Coverage
from routing.rehearsal.verdict import Verdict, judge

app = typer.Typer()


@app.command(name="test")
def make_test_calls(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILES or DIR]", help="Tables; default is tests/ of the config.")
    ] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Tell what no test came by.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Make the test calls of tables, and tell which did not lead where they must."""
    settings = settings_of(config, None)
    plan = published_in(settings.config).plan
    paths = list(_tables(files or [settings.config / TESTS]))
    texts = {str(path): _text(path) for path in paths}
    seen = Coverage(plan)
    try:
        cases = read_cases(texts, plan)
    except Unreadable as error:
        fail(error)
    if not cases:
        fail(f"no test calls in {', '.join(map(str, paths))}; write some, see docs/operators.md")
    watched = seen.watched()
    verdicts = [judge(watched, case) for case in cases]
    for verdict in verdicts:
        if verdict.walk is not None:
            seen.note(verdict.walk)
    bad = [verdict for verdict in verdicts if not verdict.good]
    if as_json:
        put(_data(verdicts, bad, seen if coverage else None))
    else:
        _told(verdicts, bad, len(paths))
        if coverage:
            _told_coverage(seen)
    if bad:
        raise typer.Exit(1)


def _tables(given: list[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            found = sorted((*path.glob("*.yaml"), *path.glob("*.yml")))
            if not found:
                fail(f"{path}: no *.yaml file here; write a table of test calls, see docs/operators.md")
            yield from found
        elif path.is_file():
            yield path
        else:
            fail(f"{path}: no such file or folder; name a table of test calls, or a folder of them")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = decoded(str(path), file.read(LARGEST_FILE + 1))
    except OSError as error:
        fail(f"{path}: cannot be read: {error.strerror}")
    return text if isinstance(text, str) else fail(text)


def _told(verdicts: list[Verdict], bad: list[Verdict], files: int) -> None:
    out = Console(highlight=False, emoji=False, markup=False, soft_wrap=True)
    for alike in _alike(bad):
        verdict, case = alike[0], alike[0].case
        keys = f"keys {case.keys}" if case.keys else "no keys"
        why = f"  {case.call.why}" if case.call.why else ""
        out.print(f"{case.place}: {keys} at {_at(verdict)}{why}", style="bold red", markup=False)
        for fault in verdict.faults:
            out.print(f"  {fault.what:<9}expected  {fault.expected}", markup=False, style="green")
            out.print(f"  {'':<9}got       {fault.got}", markup=False, style="red")
        for number, step in enumerate(verdict.walk.steps if verdict.walk else ()):
            out.print(f"  {'' if number else 'heard':<9}{step.step:<24}  {'｜'.join(step.say)}", markup=False)
            if step.heard is not None:
                out.print(f"  {'':<35}按 {step.heard}", markup=False, style="yellow")
        if alike[1:]:
            out.print(f"  so too at {', '.join(map(_at, alike[1:]))}", markup=False)
    people.print(
        f"{len(verdicts)} test calls in {files} {'file' if files == 1 else 'files'}: "
        + (f"{len(bad)} did not lead where they must" if bad else "all lead where they must"),
        style="bold red" if bad else "green",
    )


def _alike(bad: list[Verdict]) -> list[list[Verdict]]:
    """Those of one row that went wrong in the same way at several instants, together."""
    groups: dict[Any, list[Verdict]] = {}
    for verdict in bad:
        faults = tuple((fault.what, fault.got if fault.what != "open" else "") for fault in verdict.faults)
        groups.setdefault((verdict.case.place, verdict.case.keys, faults), []).append(verdict)
    return list(groups.values())


def _at(verdict: Verdict) -> str:
    at, name = verdict.case.at.astimezone(SHANGHAI), verdict.case.name
    written = f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"
    return f"{written} ({name})" if name else written


def _told_coverage(seen: Coverage) -> None:
    out = Console(highlight=False, emoji=False, markup=False, soft_wrap=True)
    shares = {
        "nodes": seen.nodes(),
        "lines": seen.lines(),
        "keys of menus": seen.keys(),
        "ways out of a wait": seen.waits(),
    }
    for what, share in shares.items():
        missed = f"; no test came by: {', '.join(share.missed)}" if share.missed else ""
        out.print(f"{what}: {share.percent:.0f} % of {share.all}{missed}", markup=False)


def _data(verdicts: list[Verdict], bad: list[Verdict], seen: Coverage | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "tests": len(verdicts),
        "passed": len(verdicts) - len(bad),
        "failed": len(bad),
        "failures": [failure_data(verdict) for verdict in bad],
    }
    if seen is not None:
        shares = {"nodes": seen.nodes(), "lines": seen.lines(), "keys": seen.keys(), "waits": seen.waits()}
        data["coverage"] = {what: share_data(share) for what, share in shares.items()}
    return data
