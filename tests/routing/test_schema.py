"""Unit: the language as schema and as page: an editor and a reader are told what the loader takes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from hotline.settings import HOUSE
from routing.check import read_plan
from routing.reference import reference
from routing.reference_keys import KEYS
from routing.reference_parts import PARTS
from routing.schema import schema, schema_of_tests
from tests.routing.plans import SMALL
from tests.routing.rich import RICH

VALIDATOR = Draft202012Validator(schema())
SHIPPED = sorted((HOUSE / "config").glob("*.yaml"))


def loaded(text: str) -> Any:
    """As an editor sees it: keys are text, dates are text."""
    reader = YAML(typ="safe", pure=True)
    reader.constructor.yaml_constructors["tag:yaml.org,2002:timestamp"] = lambda constructor, node: node.value
    return json.loads(json.dumps(reader.load(text)))


def told(text: str) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(loaded(text))]


@pytest.mark.parametrize("text", [*(path.read_text("utf-8") for path in SHIPPED), SMALL, RICH])
def test_an_editor_underlines_nothing_in_a_good_file(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("right", "wrong", "path"),
    [
        ("tries: 2", "tris: 2", "$.hotline.silence"),
        ("tries: 2", "tries: 12", "$.hotline.silence.tries"),
        ("limit: 1m", "limit: 1 minute", "$.nodes.message"),
        ("  bye: {end: goodbye}", "  bye: {ende: goodbye}", "$.nodes.bye"),
        ("number: 12320", "number: 12 320", "$.hotline.number"),
        ("lines: [desk, night]", "lines: 3", "$.agents.ann.lines"),
        ("on: workdays", "on: workday", "$.calendar.hours.office[0].on"),
        ("prompts:\n", "promts:\n", "$"),
        ("  welcome: 您好。", "  Welcome!: 您好。", "$.prompts"),
    ],
)
def test_an_editor_underlines_what_the_loader_would_refuse(right: str, wrong: str, path: str) -> None:
    assert right in SMALL
    broken = SMALL.replace(right, wrong, 1)
    assert path in told(broken)
    with pytest.raises(Exception, match=r"\S"):
        read_plan({"small.yaml": broken})


def test_the_published_schema_and_page_are_those_of_the_code() -> None:
    """Mend with `hotline schema --out config/schema/plan.json`, and each page with `hotline reference`."""
    published = json.loads((HOUSE / "config" / "schema" / "plan.json").read_text("utf-8"))
    assert published == schema()
    assert (HOUSE / "docs" / "reference" / "plan.md").read_text("utf-8") == reference()
    # `hotline reference --lang zh --out docs/reference/plan.zh-CN.md`; what lacks: `routing/reference_keys.py`
    assert (HOUSE / "docs" / "reference" / "plan.zh-CN.md").read_text("utf-8") == reference("zh")


def test_every_chinese_meaning_is_of_a_key_or_part_that_there_is() -> None:
    page = " ".join(reference().replace("\\|", "|").split())
    assert [text for text in (*KEYS, *PARTS) if text not in page] == []
    without = re.compile("[a-z]{4,} [a-z]{2,}")
    left = [line for line in reference("zh").splitlines() if without.search(re.sub("`[^`]+`", "", line))]
    assert left == []


TABLES = sorted((HOUSE / "config" / "tests").glob("*.yaml"))


def test_an_editor_knows_tables_of_test_calls_as_well() -> None:
    published = json.loads((HOUSE / "config" / "schema" / "tests.json").read_text("utf-8"))
    assert published == schema_of_tests()  # `hotline schema --tests --out config/schema/tests.json`
    assert len(TABLES) == 3
    for path in TABLES:
        text = path.read_text("utf-8")
        assert list(Draft202012Validator(published).iter_errors(loaded(text))) == []
        assert "# yaml-language-server: $schema=../schema/tests.json\n" in text, path.name
    wrong = loaded('tests: [{at: 2026-11-20T10:00, keys: "1,x", expect: lines immunization}]')
    told = [error.json_path for error in Draft202012Validator(published).iter_errors(wrong)]
    assert told == ["$.tests[0].keys", "$.tests[0].expect"]


def test_every_key_of_the_language_is_explained() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    assert [row for row in rows if row.endswith("|  |")] == []


def test_each_shipped_file_names_its_schema_for_editors() -> None:
    for path in SHIPPED:
        assert "# yaml-language-server: $schema=schema/plan.json\n" in path.read_text("utf-8"), path.name
