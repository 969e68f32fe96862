"""Unit: what the server says in one language, the pages say in the other. A sentence or word that they lack fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import pytest

from hotline.floor_door import _TALK_VERBS
from hotline.settings import HOUSE
from ivr.outcomes import ConsultationEnd, OfferResult, Outcome, Party, Reason
from paperwork.answers import words as answer_words
from paperwork.orders import state
from paperwork.orders import words as order_words
from paperwork.quality import score
from paperwork.reports.cases import Fate, Source
from records.audit import Act
from records.legs import Turn

CODED: Mapping[str, tuple[type[StrEnum], ...]] = {
    "source": (Source, order_words.Source),
    "fate": (Fate,),
    "state": (answer_words.State, state.State, score.State),
    "turned_out": (Turn,),
    "outcome": (Outcome,),
    "reason": (Reason,),
    "end": (Party, OfferResult, ConsultationEnd),
    "urgency": (order_words.Urgency,),
}
"""Columns of the rows behind a number that tell codes of closed lists."""
PARTS = HOUSE / "desk" / "web" / "src" / "parts"
HAN = re.compile("[\u4e00-\u9fff]")
SAYING = (
    *("desk/passwords.py", "desk/users.py", "hotline/floor_door.py", "hotline/hand.py", "hotline/nuisance.py"),
    *("hotline/desk_routing.py", "hotline/desk_telling.py", "hotline/desk_hand.py", "hotline/desk_telephones.py"),
    *("hotline/drafting/draft.py", "hotline/drafting/workbench.py", "ivr/talk", "ivr/lead", "knowledge/book.py"),
    *(
        "knowledge/article.py",
        "paperwork/answers/complete.py",
        "paperwork/answers/book.py",
        "paperwork/answers/codes.py",
        "paperwork/orders/asked.py",
    ),
    *(
        "paperwork/orders/deeds.py",
        "paperwork/orders/orders.py",
        "paperwork/orders/state.py",
        "paperwork/quality/book.py",
    ),
    *("paperwork/quality/score.py", "paperwork/quality/samples.py", "paperwork/registers/fields.py"),
    *("paperwork/printing/press.py", "paperwork/printing/paper.py", "paperwork/reports/signed.py"),
    *("paperwork/past/row.py", "paperwork/past/sheet.py", "paperwork/past/meaning.py", "paperwork/past/imports.py"),
    *("paperwork/webhooks/book.py", "paperwork/webhooks/hosts.py", "records/audit.py"),
)
"""What people may run into by what they do on a page: files, and folders, whose errors are shown to them."""
FOR_PEOPLE = frozenset(
    {
        *("Refused", "Unfit", "Illegal", "IllegalMove", "NotYet", "CannotSign", "NoWebhook", "NotAllowed", "NoNumber"),
        *(
            "Weak",
            "NotListed",
            "NoSheet",
            "Unprintable",
            "PressBusy",
            "PressBroken",
            "Busy",
            "Broken",
            "Errors",
            "Broken",
        ),
    }
)
FIELDS = ("fields.py", "asked.py", "complete.py", "article.py")
"""Files whose plain errors are what is wrong with a field of a form."""
GIVING = ("codes.py",)
"""Files that give the sentence back, for others to refuse with."""
NO_PAGE = re.compile(
    r"^`(at|from|to|seconds|agent|call|lines|lang|\{\})` |^ask for|is nothing that can be done|^`changes` has"
)
"""Said to programs alone: no page asks so."""
PAPERS = (
    *("paperwork/orders/words.py", "paperwork/orders/state.py", "paperwork/orders/sheet.py", "paperwork/kind.py"),
    *("paperwork/answers/words.py", "paperwork/answers/sheet.py", "paperwork/registers/gaps.py"),
    *("paperwork/registers/entries.py", "paperwork/reports/book.py", "paperwork/reports/assessment.py"),
    *("paperwork/reports/abandoned_sheet.py", "paperwork/reports/agents_sheet.py", "paperwork/reports/briefing.py"),
    *("paperwork/reports/connect_sheet.py", "paperwork/reports/line_sheet.py", "paperwork/reports/load_sheet.py"),
    *("paperwork/reports/monthly.py", "paperwork/reports/orders_sheet.py", "paperwork/reports/places_sheet.py"),
    *("paperwork/reports/radar.py", "paperwork/reports/due.py"),
)


def files(names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        path = HOUSE / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else (path,)


def template(node: ast.expr) -> str | None:
    """A text with `{}` for what is filled in; None for what is put together elsewhere."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
    return None


def said(path: Path) -> Iterator[str]:
    """The sentences of errors that are shown to people."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if path.name in GIVING and isinstance(node, ast.Return) and node.value is not None:
            yield from filter(None, [template(node.value)])
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [text for one in node.args if (text := template(one)) is not None]
        if name == "Refusal":
            texts = texts[1:]
        elif name == "Broken":
            texts = texts[-1:]
        elif name not in FOR_PEOPLE | {"bad"} and not (name == "ValueError" and path.name in FIELDS):
            continue
        yield from (text for text in texts if re.search("[a-z] ", text) and not NO_PAGE.search(text))


def pairs(name: str, table: str) -> dict[str, str]:
    """The pairs of a table of the pages' words."""
    text = (PARTS / name).read_text("utf-8")
    text = text[text.index(f"export const {table}") :]
    text = text[: text.index("\n]") if f"{table}: readonly" in text else text.index("\n}")]
    quoted = r"(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|(\w+))"
    found = re.findall(rf"^ *\[?\s*{quoted}\s*[,:]\s*{quoted}", text, re.MULTILINE)
    return {_bare(*one[:3]): _bare(*one[3:]) for one in found}


def _bare(*ways: str) -> str:
    return re.sub(r"\\(.)", r"\1", next(filter(None, ways), ""))


@pytest.fixture(scope="module")
def sentences() -> Mapping[str, str]:
    return pairs("refusalWords.ts", "SENTENCES")


def test_every_refusal_that_people_may_meet_is_said_in_chinese_too(sentences: Mapping[str, str]) -> None:
    assert len(sentences) > 150
    asked = {text: path.name for path in files(SAYING) for text in said(path)}
    assert len(asked) > 100
    lacking = {text: name for text, name in asked.items() if text not in sentences}
    assert lacking == {}
    assert [
        one for one, chinese in sentences.items() if not HAN.search(chinese) and not re.fullmatch(r"[{}\d：]+", chinese)
    ] == []


def test_every_code_of_a_refusal_has_chinese_words() -> None:
    codes = pairs("refusalWords.ts", "CODES")
    asked = set()
    for path in files(("desk", "hotline")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Refusal"), args=[_, ast.Constant(value=str() as code), *_]):
                    asked.add(code)
                case ast.Call(func=ast.Name(id="wait"), args=[_, ast.Constant(value=str() as code), *_]):
                    asked.add(code)
    assert len(asked) > 30
    assert asked - codes.keys() == set()


def test_every_word_of_the_official_papers_is_said_in_english_too() -> None:
    known = pairs("officialWords.ts", "OFFICIAL")
    filled = pairs("officialWords.ts", "FILLED")
    assert len(known) > 250
    lacking = [word for path in files(PAPERS) for word in words_of(path) if word not in known]
    assert lacking == []
    assert [
        one for one, english in {**known, **filled}.items() if HAN.sub("", english).strip(" ()0123456789") == ""
    ] == []


def words_of(path: Path) -> Iterator[str]:
    """Chinese texts that stand in a file by themselves: not in sentences with holes, nor in what explains it."""
    tree = ast.parse(path.read_text("utf-8"))
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    told = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts | told:
            yield from [node.value] if HAN.search(node.value) and not node.value.startswith("%") else []


def test_the_audit_page_has_a_word_for_everything_that_is_written_down() -> None:
    words = (HOUSE / "desk" / "web" / "src" / "pages" / "audit" / "words.ts").read_text("utf-8")
    listed = set(re.findall(r"^    (\w+): '", words, re.MULTILINE))
    assert {act.value for act in Act} - listed == set()
    noted = set()
    for path in files(("desk", "hotline")):
        text = path.read_text("utf-8")
        noted |= set(re.findall(r"ledger\.(?:note|write)\(\s*[^,]+,\s*\"(\w+)\"", text))
        noted |= set(re.findall(r"write_down\(\s*settings,\s*\"(\w+)\"", text))
        noted |= set(re.findall(r"return Turn\(\"(\w+)\"", text))
    assert len(noted) > 15
    assert noted - listed == set()


def test_the_rows_behind_a_number_have_a_word_for_every_code() -> None:
    text = (HOUSE / "desk" / "web" / "src" / "pages" / "reports" / "codes.ts").read_text("utf-8")
    sets = re.findall(r"^  (\w+): \{\n((?:    .*\n)+)  \},", text, re.MULTILINE)
    known: dict[str, list[set[str]]] = {}
    for name, words in sets:
        known.setdefault(name, []).append(set(re.findall(r"^    '?(\w+)'?: '", words, re.MULTILINE)))
    assert known.keys() == CODED.keys()
    for name, kinds in CODED.items():
        assert known[name] == [{str(code) for kind in kinds for code in kind}] * 2, name


def test_the_audit_page_has_a_word_for_every_change_and_command_that_it_shows() -> None:
    words = (HOUSE / "desk" / "web" / "src" / "pages" / "audit" / "codes.ts").read_text("utf-8")
    listed = set(re.findall(r"^    '?([\w-]+)'?: '", words, re.MULTILINE))
    texts = {path: path.read_text("utf-8") for path in files(("desk", "hotline/commands"))}
    changes = set(re.findall(r"change=\"(\w+)\"", "".join(texts.values())))
    for text in texts.values():
        if re.search(r"change=change", text):
            changes |= set(re.findall(r"_(?:changed|written|told)\((?:request|settings), [^\")]*\"(\w+)\"", text))
    door = (HOUSE / "hotline" / "floor_door.py").read_text("utf-8")
    verbs = set(re.findall(r"^            \"([a-z-]+)\": self\._", door, re.MULTILINE)) | _TALK_VERBS.keys()
    assert (len(changes) > 10, len(verbs) > 20) == (True, True)
    assert (changes | verbs) - listed == set()
