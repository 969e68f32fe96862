"""What is done with the texts of a plan: checked, tested, dialled, drawn, compared. Runs in the worker's process.

The same code as the commands: the texts are laid out in a folder, and looked at there.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from hotline.difference_told import alike, sentence
from hotline.difference_words import HEADINGS
from hotline.drafting.draft import Texts, line_by_line, part_of_the_plan
from hotline.operators import look
from hotline.settings import Settings
from hotline.test_calls_told import share_data, verdict_data
from routing.calendar import SHANGHAI, day_of, reason, spans_of, unknown_years
from routing.check import Checked
from routing.drawing.chart import chart
from routing.drawing.headline import Inscription
from routing.drawing.sheet import sheet
from routing.drawing.svg import svg
from routing.dry_walk import HANG_UP, SILENCE, DryWalk, Heard, Keys, NotReached, dry_walk
from routing.plan import Plan
from routing.reading.problem import Problem, Unreadable
from routing.rehearsal.cases import read_cases
from routing.rehearsal.circumstance import Circumstances, in_direct_mode
from routing.rehearsal.coverage import Coverage
from routing.rehearsal.difference import GROUPS, difference
from routing.rehearsal.moments import HORIZON
from routing.rehearsal.verdict import Verdict, judge

KEPT: Final = 6
"""Plans that are kept as they were read."""


class NoPlan(Exception):
    """The texts hold errors: there is nothing to walk."""


class Wrong(Exception):
    """What was asked makes no sense of this plan; the text says why."""


@dataclass(slots=True)
class Jobs:
    """Everything that may be asked of texts."""

    settings: Settings
    _seen: OrderedDict[tuple[int, str | None], Checked] = field(default_factory=OrderedDict)

    def do(self, name: str, asked: Mapping[str, Any]) -> bytes:
        """The answer, as it is sent. Raises NoPlan, Wrong."""
        jobs: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "check": self.check,
            "test": self.test,
            "judge": self.judge,
            "dial": self.dial,
            "draw": self.draw,
            "compare": self.compare,
            "calendar": self.calendar,
        }
        answer = jobs[name](asked)
        return answer if isinstance(answer, bytes) else orjson.dumps(answer)

    # ── is it good ──────────────────────────────────────────────────────────

    def check(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Every problem at once: those of the plan, and those of the tables of test calls."""
        checked = self._checked(asked["files"], asked["today"])
        problems = [(problem, "plan") for problem in (*checked.errors, *checked.warnings)]
        if checked.plan is not None:
            problems += [(problem, "tests") for problem in _table_problems(asked["files"], checked.plan)]
        return {
            "good": checked.plan is not None,
            "problems": [_problem(problem, part) for problem, part in sorted(problems)],
        }

    def test(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Each test call of the tables, and what no test came by."""
        plan = self._plan(asked["files"])
        try:
            verdicts, seen = _judged(asked["files"], plan)
        except Unreadable as error:
            return {
                "problems": [_problem(one, "tests") for one in error.problems],
                "calls": [],
                "passed": 0,
                "failed": 0,
                "coverage": {},
            }
        shares = {"nodes": seen.nodes(), "lines": seen.lines(), "keys": seen.keys(), "waits": seen.waits()}
        bad = sum(not verdict.good for verdict in verdicts)
        return {
            "problems": [],
            "calls": [verdict_data(verdict) for verdict in verdicts],
            "passed": len(verdicts) - bad,
            "failed": bad,
            "coverage": {what: share_data(share) for what, share in shares.items()},
        }

    def judge(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What decides whether it may be published."""
        checked = self._checked(asked["files"], asked["today"])
        if checked.plan is None:
            return {"errors": [f"{one.place}: {one.said('zh')}" for one in checked.errors], "failing": []}
        try:
            verdicts, _ = _judged(asked["files"], checked.plan)
        except Unreadable as error:
            return {"errors": [], "failing": [f"{one.place}: {one.said('zh')}" for one in error.problems]}
        bad = [str(verdict.case.place) for verdict in verdicts if not verdict.good]
        return {"errors": [], "failing": list(dict.fromkeys(bad))}

    # ── what would callers meet ─────────────────────────────────────────────

    def dial(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A call with these keys, up to where it waits for another one; `end` when it has got to its end."""
        plan = self._plan(asked["files"])
        try:
            given = Circumstances(**asked["scene"])
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise Wrong(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None
        for what, kind, name in given.strangers(plan):
            raise Wrong(f"{what}: no {kind} is called {name}")
        scene = given.scene(datetime.fromisoformat(asked["at"]))
        if asked["direct"]:
            if plan.hotline.direct is None:
                raise Wrong("this plan has no direct mode")
            plan = in_direct_mode(plan)
        return _dialled(plan, asked["keys"], lambda keys, hear: dry_walk(plan, keys, scene, hear))

    def draw(self, asked: Mapping[str, Any]) -> bytes:
        """The drawing; `since` and `until` count calls on it."""
        plan, foot = self._plan(asked["files"]), str(asked["foot"])
        at = datetime.fromisoformat(asked["at"]) if asked["at"] else None
        counts, words = None, ""
        if asked["since"] is not None:
            from records.traffic import traffic  # here: the first check need not wait for a database's driver

            since, until = (datetime.fromisoformat(asked[end]) for end in ("since", "until"))
            try:
                counts = asyncio.run(traffic(self.settings.database_url, since, until))
            except FileNotFoundError:
                raise Wrong("no call was recorded yet") from None
            day = since.astimezone(SHANGHAI)
            words = f"{day.year}年{day.month}月{day.day}日 "
        return svg(sheet(chart(plan, at=at, traffic=counts), Inscription(words, foot))).encode()

    def compare(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What changes for callers, in sentences; and line by line."""
        old, new = self._plan(asked["old"]), self._plan(asked["files"])
        since = datetime.fromisoformat(asked["since"])
        changes = difference(old, new, since)
        groups = []
        for group in GROUPS:
            of_group = alike(change for change in changes if change.group == group)
            if of_group:
                told = [{"zh": sentence(one, "zh"), "en": sentence(one, "en")} for one in of_group]
                groups.append({"group": group, "zh": HEADINGS[group].zh, "en": HEADINGS[group].en, "changes": told})
        last = since.astimezone(SHANGHAI).date() + timedelta(days=HORIZON - 1)
        return {
            "groups": groups,
            "until": last.isoformat(),
            "files": line_by_line(asked["old"], asked["files"]),
        }

    def calendar(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Each day from the first on, for each of the hours that lines have."""
        plan, first = self._plan(asked["files"]), date.fromisoformat(asked["first"])
        days = [first + timedelta(days=ahead) for ahead in range(asked["days"])]
        kinds = [day_of(plan.calendar, day) for day in days]
        lines = [{"id": name, "name": line.name, "hours": plan.hours_of(name)} for name, line in plan.lines.items()]
        hours = dict.fromkeys([plan.hotline.hours, *(line["hours"] for line in lines)])
        return {
            "days": [
                {
                    "date": day.date.isoformat(),
                    "workday": day.workday,
                    "holiday": day.holiday,
                    "why": day.why,
                    "known": not unknown_years(day.date, day.date, plan.calendar),
                }
                for day in kinds
            ],
            "hours": [
                {
                    "name": name,
                    "days": [
                        {
                            "open": [str(span) for span in spans_of(plan.calendar, name, day)],
                            "why": reason(plan.calendar, name, day),
                        }
                        for day in kinds
                    ],
                }
                for name in hours
            ],
            "lines": lines,
        }

    # ── reading ─────────────────────────────────────────────────────────────

    def _plan(self, files: Texts) -> Plan:
        """Raises NoPlan."""
        plan = self._checked(files, None).plan
        if plan is None:
            raise NoPlan
        return plan

    def _checked(self, files: Texts, today: str | None) -> Checked:
        of_plan = {name: text for name, text in files.items() if part_of_the_plan(name)}
        key = (hash(tuple(sorted(of_plan.items()))), today)
        if key not in self._seen:
            with _laid_out(of_plan):
                self._seen[key] = self._looked(today)
        self._seen.move_to_end(key)
        while len(self._seen) > KEPT:
            self._seen.popitem(last=False)
        return self._seen[key]

    def _looked(self, today: str | None) -> Checked:
        if today is None:
            return look(Path())[1]
        from hotline.playable import sounds_of  # here: it brings numpy, and only checks ask what can be spoken

        return look(Path(), date.fromisoformat(today), sounds_of(self.settings))[1]


@contextmanager
def _laid_out(files: Texts) -> Iterator[None]:
    """A folder with these files, which we are in: problems then name files as the operators do."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="hotline-draft-") as folder:
        for name, text in files.items():
            file = Path(folder) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)


def _tables(files: Texts) -> dict[str, str]:
    return {name: text for name, text in files.items() if not part_of_the_plan(name)}


def _table_problems(files: Texts, plan: Plan) -> Sequence[Problem]:
    try:
        read_cases(_tables(files), plan)
    except Unreadable as error:
        return error.problems
    return ()


def _judged(files: Texts, plan: Plan) -> tuple[list[Verdict], Coverage]:
    """Raises Unreadable."""
    seen = Coverage(plan)
    watched = seen.watched()
    verdicts = [judge(watched, case) for case in read_cases(_tables(files), plan)]
    for verdict in verdicts:
        if verdict.walk is not None:
            seen.note(verdict.walk)
    return verdicts, seen


def _problem(problem: Problem, part: str) -> dict[str, Any]:
    return {
        "part": part,
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "rule": problem.rule,
        "severity": problem.severity,
        "zh": problem.said("zh"),
        "en": problem.said("en"),
    }


class _Asked(Exception):
    """The walk waits for a key."""


_Walk = Callable[[Keys, Callable[[Heard], None]], DryWalk]


def _dialled(plan: Plan, typed: Sequence[str], walk: _Walk) -> dict[str, Any]:
    steps: list[Heard] = []

    def stop() -> None:
        raise _Asked

    keys = Keys(typed, stop)
    try:
        try:
            whole = walk(keys, steps.append)
        except _Asked:
            # the same again with a silent caller tells which key each step took
            took = [step.heard for step in walk(Keys(typed), lambda _: None).steps][: len(steps) - 1]
            return {"steps": _steps(plan, steps, [*took, None]), "end": None, "left": []}
    except NotReached as error:
        raise Wrong(str(error)) from None
    end = whole.end
    name = plan.lines[end.line].name if end.line is not None and end.line in plan.lines else None
    return {
        "steps": _steps(plan, whole.steps, [step.heard for step in whole.steps]),
        "end": {"kind": end.kind, "line": end.line, "name": name, "open": end.open, "why": end.why},
        "left": [key for key in keys.left() if key not in (SILENCE, HANG_UP)],
    }


def _steps(plan: Plan, steps: Sequence[Heard], took: Sequence[str | None]) -> list[dict[str, Any]]:
    found = []
    for step, key in zip(steps, took, strict=True):
        line = plan.lines.get(step.step)
        found.append(
            {"step": step.step, "name": None if line is None else line.name, "say": list(step.say), "heard": key}
        )
    return found
