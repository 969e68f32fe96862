"""Hotlines that are broken on purpose, each in one way that people break files.

`«` in what is written marks where the problem has to be told; with several marks the rules stand in their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from routing.reading.problem import Place
from tests.routing.plans import SMALL
from tests.routing.rich import RICH

HOUSE = Path(__file__).parents[2]
MARK = "«"


class Broken(NamedTuple):
    """In a file, something right is written wrongly; then these rules are told, with these words."""

    file: str
    right: str
    wrong: str
    rules: tuple[str, ...]
    words: tuple[str, ...]

    def made(self) -> tuple[dict[str, str], list[Place]]:
        """The files as they are then, and where a problem is to be told."""
        files = dict(HOTLINES[self.file])
        assert files[self.file].count(self.right) >= 1, f"{self.file} has no {self.right!r} any more"
        marked = files[self.file].replace(self.right, self.wrong, 1)
        files[self.file] = marked.replace(MARK, "")
        places = [
            Place(self.file, line, len(text[:at].replace(MARK, "")) + 1)
            for line, text in enumerate(marked.split("\n"), 1)
            for at, sign in enumerate(text)
            if sign == MARK
        ]
        return files, places


def _shipped() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted((HOUSE / "config").glob("*.yaml"))}


HOTLINES: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(_shipped(), _shipped()),
    "small.yaml": {"small.yaml": SMALL},
    "rich.yaml": {"rich.yaml": RICH},
}


def _one(file: str, right: str, wrong: str, rule: str, *words: str) -> Broken:
    return Broken(file, right, wrong, (rule,), words)


_LINE = '{name: 甲, hours: always, closed: closed, overflow: message, outside: {number: "0229"}}'

SPELLED = (
    _one("small.yaml", "{1: desk, 2", "{«１: desk, 2", "full-width", "`１` is a full-width digit; write `1`"),
    _one("small.yaml", "{say: welcome,", "{say«：welcome,", "full-width", "write `:` followed by a space"),
    _one("small.yaml", "{say: welcome, then", "{say: welcome«，then", "full-width", "full-width comma; write `,`"),
    _one("small.yaml", "  choose: 请", "  choose«：请", "full-width", "full-width colon"),
    _one("small.yaml", "lines: [desk, night]", "lines: «［desk", "full-width", "full-width bracket"),
    _one("small.yaml", "number: 12320", "number: «１２３２０", "full-width", "full-width digit"),
    _one("small.yaml", "  choose: 请", "«　　choose: 请", "full-width", "U+3000", "space"),
    _one("small.yaml", "number: 12320", "number: «“12320”", "smart-quotes", 'write `"`'),
    _one("small.yaml", "{say: welcome,", "{say«:welcome,", "space-after-colon", "a space after the colon of `say:`"),
    _one("small.yaml", "  choose: 请", "  choose«:请", "space-after-colon", "`choose:`"),
    _one("small.yaml", "  choose: 请", "«\tchoose: 请", "tab", "indent with spaces"),
    _one("small.yaml", "[desk, night]", "«[desk, night", "syntax", "a bracket is not closed"),
    _one("small.yaml", "  again: 没有听到。", "  again: «'没有听到。", "syntax", "a quote is not closed"),
    _one("small.yaml", "  choose: 请", "    choose«: 请", "syntax", "look at the line before"),
    _one("small.yaml", "  choose: 请", " «choose: 请", "syntax", "indented like its neighbours"),
    _one("small.yaml", "welcome: 您好", "welcome: «@您好", "syntax", "put it in quotes"),
    _one("small.yaml", "prompts:", "«---\nprompts:", "several-documents", "a file holds one"),
    _one("small.yaml", "hello: {say", "hello: {«<<: {then: main}, say", "merge-key", "write the keys out"),
    _one("small.yaml", "name: 小热线", "name: «!!python/object:os.system 小热线", "tag", "!!python/object:os.system"),
    _one("small.yaml", "3: partner", "3: «*partner", "alias", "`*partner` means nothing"),
    _one("small.yaml", "then: main}", "then: main, «then: desk}", "duplicate-key", "`then` is written twice"),
    _one("small.yaml", "\n  closed:", "\n  «bye: {end: sorry}\n  closed:", "duplicate-key", "first in line 15"),
    _one("small.yaml", "  hello: {say", "  hello: {«[a]: b, say", "key-not-text", "plain text"),
    _one("prompts.yaml", "prompts:", "nodes:\n  «person: {end: wrong-key}\nprompts:", "in-two-files", "`nodes.person`"),
    _one("prompts.yaml", "prompts:", "prompts:\n  welcome«\u200b: 您好。", "control-character", "U+200B"),
    _one(
        "lines.yaml",
        "lines:\n  psychological-aid:",
        "lines\n  psychological-aid«:",
        "syntax",
        "look at the line before",
    ),
)
"""Slips of the keyboard."""

TYPED = (
    _one("small.yaml", "tries: 2", "«tris: 2", "unknown-key", "did you mean `tries`?"),
    _one("small.yaml", "keys: {1", "«kyes: {1", "unknown-key", "did you mean `keys`?"),
    _one("small.yaml", "  main:\n    menu", "  «main:\n    mneu", "node-kind", "did you mean `menu`?"),
    _one("small.yaml", "nodes:", "«nods:", "unknown-key", "did you mean `nodes`?"),
    _one("plan.yaml", "hotline:\n", "hotline:\n  «owner: 天津\n", "unknown-key", "hotline: unknown key `owner`"),
    _one("small.yaml", "hotline:\n  name: 小热线\n", "«hotline:\n", "missing", "hotline: `name` is missing"),
    _one("small.yaml", "tries: 2", "tries: «two", "wrong-type", "a whole number", "'two'"),
    _one("small.yaml", "tries: 2", "tries: «99999999999999999999999", "out-of-range", "at most 9"),
    _one("small.yaml", "tries: 2", "tries: «22", "out-of-range", "at most 9"),
    _one("lines.yaml", "maximum_wait: 10m", "maximum_wait: «10 minutes", "wrong-value", "like 20s, 5m or 1h30m"),
    _one("calendar.yaml", '["8:30-16:30"]', '[«"8:30"]', "wrong-value", "like 8:30-16:30"),
    _one("calendar.yaml", "on: workdays", "on: «workday", "wrong-value", "write workdays"),
    _one(
        "calendar.yaml", "own_days: {}", "own_days: {2026-12-24: {day: «holiday, why: 检修}}", "not-one-of", "day off"
    ),
    _one(
        "small.yaml",
        "overflow: message, connecting",
        "overflow: message, at_closing: «leav, connecting",
        "not-one-of",
        "did you mean `leave`?",
    ),
    _one("small.yaml", "record: true", "record: «maybe", "wrong-type", "`true` or `false`"),
    _one("small.yaml", '"0221"', '«"0221; rm -rf"', "wrong-value", "write the digits that are dialled"),
    _one("small.yaml", "{say: welcome,", "{say: «Welcome!,", "wrong-name", "digits and single hyphens"),
    _one("small.yaml", "welcome: 您好。", "welcome: «''", "wrong-value", "something must stand here"),
    _one("small.yaml", "{1: desk, 2", "{«10: desk, 2", "wrong-value", "one key of a telephone"),
    _one("small.yaml", "name: 甲", 'name: «"甲<1>"', "wrong-value", "without brackets, quotes"),
    _one("small.yaml", "lines: [desk, night]", "lines: «[[desk], night]", "wrong-value", "names of lines in a list"),
    _one("small.yaml", "silence: 4s", "silence: «-4s", "wrong-value", "duration"),
    _one("rich.yaml", "digits: 4-8", "digits: «8-4", "wrong-value", "the smaller number first"),
    _one("rich.yaml", "dates: 2026-10-01..2026-10-08", "dates: «2026-10-32", "wrong-value", "2026-10-32"),
    _one("rich.yaml", "until: 2026-11-25T18:00", "until: «next week", "wrong-type", "a date or time"),
)
"""What the types refuse."""

LED = (
    _one("plan.yaml", "start: greeting", "start: «greting", "unknown-name", "did you mean `greeting`?"),
    _one("plan.yaml", "4: immunization", "4: «imunization", "unknown-name", "did you mean `immunization`?"),
    _one("agents.yaml", "[psychological-aid]", "[«person]", "unknown-name", "that is a node"),
    _one("lines.yaml", "hours: always", "hours: «allways", "unknown-name", "no hours is called `allways`"),
    _one("small.yaml", "say: welcome", "say: «welcom", "unknown-name", "no prompt is called `welcom`"),
    _one("rich.yaml", "hours: office, then: library", "hours: «ofice, then: library", "unknown-name", "`office`?"),
    _one("rich.yaml", "unstaffed: desk", "unstaffed: «dsk", "unknown-name", "no line is called `dsk`"),
    _one("rich.yaml", "recall: {desk", "recall: {«desc", "unknown-name", "no line is called `desc`"),
    _one("rich.yaml", "{variant: english", "{variant: «englisch", "unknown-name", "no variant is called"),
    _one("rich.yaml", '"99": night', '"99": «nigth', "unknown-name", "did you mean `night`?"),
    _one("rich.yaml", "start: straight}", "start: «strait}", "unknown-name", "did you mean `straight`?"),
    _one("rich.yaml", "  survey: rating", "  survey: «ratings", "unknown-name", "did you mean `rating`?"),
    _one("rich.yaml", "    hello: Hello.", "    «helo: Hello.", "unknown-name", "no prompt is called `helo`"),
    _one("rich.yaml", "say: front-drill, then: bye", "say: front-drill, then: «by", "unknown-name", "`bye`?"),
    _one("small.yaml", "  ann: {name: 甲", "  «trunk: {name: 甲", "reserved-name", "Asterisk"),
    _one("small.yaml", "  welcome: ", "  «say-hello: 您好。\n  welcome: ", "reserved-name", "`say-hello`"),
    _one("small.yaml", "lines:\n", f"lines:\n  {MARK}bye: {_LINE}\n", "two-meanings", "`bye` is a node as well"),
    _one(
        "small.yaml",
        "  hello: {say: welcome, then: main",
        "  «hello: {say: welcome, then: hello",
        "silent-round",
        "→ hello",
    ),
    _one("plan.yaml", "nodes:\n", "lint: {rules: {«unreachabel: off}}\nnodes:\n", "unknown-name", "`unreachable`?"),
    _one("plan.yaml", "nodes:\n", "lint: {rules: {«missing: off}}\nnodes:\n", "fixed-rule", "always an error"),
)
"""Names that lead nowhere."""
