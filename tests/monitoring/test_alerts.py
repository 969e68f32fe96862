"""The alert rules as Prometheus reads them: each fires when it should, is quiet otherwise, and leads to its runbook."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hotline.metrics.families import FAMILIES
from hotline.metrics.family import Kind
from hotline.settings import HOUSE

ROOM = HOUSE / "monitoring"
PROMTOOL = HOUSE / ".prometheus" / "usr" / "bin" / "promtool"
"""`scripts/setup test` brings it."""

FILES = sorted(ROOM.glob("rules/*.yaml"))


def rules(file: Path) -> list[dict[str, Any]]:
    read = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
    return [rule for group in read["groups"] for rule in group["rules"]]


ALERTS = [(file, rule) for file in FILES for rule in rules(file) if "alert" in rule]
IDS = [rule["alert"] for _, rule in ALERTS]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_prometheus_takes_the_rules_and_each_case_comes_out(file: Path) -> None:
    for command in (("check", "rules", file), ("test", "rules", ROOM / "tests" / file.name)):
        run = subprocess.run([PROMTOOL, *command], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(("file", "rule"), ALERTS, ids=IDS)
def test_an_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_quiet(file: Path, rule: dict[str, Any]) -> None:
    cases = YAML(typ="safe", pure=True).load((ROOM / "tests" / file.name).read_text("utf-8"))["tests"]
    asked = f'count(ALERTS{{alertname="{rule["alert"]}", alertstate="firing"}})'
    told = [one["exp_samples"] for case in cases for one in case["promql_expr_test"] if one["expr"] == asked]
    assert {len(samples) for samples in told} == {0, 1}
    assert all(samples in ([], [{"value": 1}]) for samples in told)


@pytest.mark.parametrize(("file", "rule"), ALERTS, ids=IDS)
def test_an_alert_says_what_is_wrong_in_both_languages_and_where_to_read_on(file: Path, rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    told = rule["annotations"]
    assert re.search("[一-鿿]", told["summary_zh"])
    assert not re.search("[一-鿿]", told["summary"])
    page, _, anchor = told["runbook"].partition("#")
    for name in (page, page.replace(".md", ".zh-CN.md")):
        headings = re.findall(r"^## (\w+)$", (HOUSE / "docs" / "runbooks" / name).read_text("utf-8"), re.MULTILINE)
        assert anchor in [heading.lower() for heading in headings]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_metric_that_is_asked_for_is_one_of_ours(file: Path) -> None:
    shown = {family.shown for family in FAMILIES.values()}
    shown |= {
        f"{name}_{part}"
        for name, one in FAMILIES.items()
        if one.kind is Kind.HISTOGRAM
        for part in ("sum", "count", "bucket")
    }
    asked = {name for rule in rules(file) for name in re.findall(r"\bhotline_[a-z0-9_]+", rule["expr"])}
    assert asked
    assert asked <= shown


def test_labels_that_are_asked_for_have_the_values_that_are_asked_for() -> None:
    for _, rule in ALERTS:
        for name, matched in re.findall(r"(hotline_[a-z0-9_]+)\{([^}]*)\}", rule["expr"]):
            family = next(one for one in FAMILIES.values() if one.shown == name)
            for label, sign, value in re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', matched):
                values = next(one.values for one in family.labels if one.name == label)
                matching = [one for one in values if re.fullmatch(value, one)]
                assert matching, f"{rule['alert']}: {name} has no {label} {sign} {value}"
