"""Unit: the dashboards ask for what there is, in words of both languages, and their files are what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from hotline.dashboards.boards import BOARDS
from hotline.dashboards.grafana import FOLDER, LANGUAGES, MARKS, files
from hotline.dashboards.panel import Ask, Board, Kind, Panel, placed
from hotline.dashboards.runbooks import runbooks
from hotline.dashboards.said import SAID
from hotline.metrics.families import FAMILIES
from hotline.settings import HOUSE
from tests.monitoring.prometheus import ROOM, THEIRS, as_rules, promtool, selected, shown

PANELS = [(board, panel) for board in BOARDS for panel in board.panels]
ASKED = [(board, panel, asked) for board, panel in PANELS for asked in panel.asks]
FILLED = [asked.filled(span="1d", step="5m", line=".*") for _, _, asked in ASKED]
MARKED = [Ask(query).filled(span="1d", step="5m") for _, query, _, _ in MARKS]
RULES = [
    rule
    for file in sorted(ROOM.glob("rules/*.yaml"))
    for group in YAML(typ="safe", pure=True).load(file.read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}


def test_the_files_are_what_the_code_says() -> None:
    wanted = {HOUSE / path: text for path, text in files()}
    there = {path: path.read_text("utf-8") for path in (HOUSE / FOLDER).rglob("*.json")}
    assert there == wanted, "write them again: python -m hotline.dashboards"


def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    as_rules([*FILLED, *MARKED], tmp_path / "asked.json")
    promtool("check", "rules", tmp_path / "asked.json")


@pytest.mark.parametrize("query", dict.fromkeys([*FILLED, *MARKED]))
def test_a_query_asks_for_metrics_labels_and_values_that_there_are(query: str) -> None:
    ours = shown()
    asked = list(selected(query))
    assert asked
    for name, matchers in asked:
        if THEIRS.fullmatch(name) or name in RECORDED:
            continue
        assert name in ours
        labels = {label.name: label for label in ours[name]}
        for label, sign, value in matchers:
            assert label in labels, f"{name} has no label {label}"
            closed = labels[label].values
            matching = [one for one in closed if re.fullmatch(value, one)]
            assert not closed or matching, f"{name} has no {label} {sign} {value}"


@pytest.mark.parametrize("asked", dict.fromkeys(asked for _, _, asked in ASKED), ids=lambda asked: asked.expr)
def test_a_legend_names_labels_that_the_answer_has(asked: Ask) -> None:
    ours = shown() | {"ALERTS": ()}
    of_metrics = {label.name for name, _ in selected(asked.expr) for label in ours.get(name, ())} | {"alertname"}
    by = re.findall(r"\bby \(([^)]*)\)", asked.expr)
    there = {label.strip() for one in by for label in one.split(",")} if by else of_metrics
    assert there <= of_metrics | {"le"}
    for legend in asked.legend:
        assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= there


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=lambda one: getattr(one, "name", None) or one.title.en)
def test_a_panel_is_one_question_in_both_languages(board: Board, panel: Panel) -> None:
    assert panel.title.zh.endswith("？")
    assert panel.title.en.endswith("?")
    assert re.search("[一-鿿]", panel.title.zh)
    assert not re.search("[一-鿿]", panel.title.en + panel.about.en)
    assert (panel.kind is Kind.NOTE) != bool(panel.asks)
    assert len({one.title for one in board.panels}) == len(board.panels)
    for asked in panel.asks:
        several = len(panel.asks) > 1
        assert bool(asked.legend.zh) or not several
        assert ("$__interval" in asked.expr) == (panel.kind is Kind.COLUMNS) == bool(panel.interval)


def test_no_two_panels_lie_on_one_another() -> None:
    for board in BOARDS:
        taken = [
            (board.name, left + x, top + y)
            for panel, left, top in placed(board.panels)
            for x in range(panel.wide)
            for y in range(panel.high)
        ]
        assert len(taken) == len(set(taken))
        assert max(x for _, x, _ in taken) < 24


def test_every_metric_is_on_a_dashboard() -> None:
    asked = {name for query in FILLED for name, _ in selected(query)}
    for family in FAMILIES.values():
        names = {family.shown, f"{family.shown}_sum", f"{family.shown}_count", f"{family.shown}_bucket"}
        assert names & asked, f"no panel shows {family.shown}"


def test_every_alert_has_a_panel_that_leads_to_what_to_do() -> None:
    led = {alert.lower() for _, panel in PANELS for alert in panel.runbooks}
    wanted = {rule["annotations"]["runbook"].partition("#")[2] for rule in RULES if "alert" in rule}
    assert wanted == led


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_opens_the_runbook_of_its_alert(language: str) -> None:
    there = {path: json.loads(text) for path, text in files() if path.parent.name == language}
    (books,) = (made for path, made in there.items() if path.stem.endswith("runbooks"))
    titles = {panel["id"]: panel["title"] for panel in books["panels"]}
    links = [link for made in there.values() for panel in made["panels"] for link in panel.get("links", [])]
    assert len(links) > 40
    for link in links:
        uid, number = re.fullmatch(r"/d/([\w-]+)\?viewPanel=(\d+)", link["url"]).groups()  # type: ignore[union-attr]
        assert uid == books["uid"]
        assert titles[int(number)] in link["title"]


def test_a_runbook_says_in_both_languages_what_to_do() -> None:
    assert list(runbooks("zh")) == list(runbooks("en"))
    for language in LANGUAGES:
        for one in runbooks(language).values():
            assert one.do
            assert not re.search(r"\]\(", one.text)


def test_a_value_that_is_said_in_chinese_is_one_of_the_closed_list() -> None:
    lists: dict[str, set[str]] = {}
    for family in FAMILIES.values():
        for label in family.labels:
            lists.setdefault(label.name, set()).update(label.values)
    for name, words in SAID.items():
        extra = words.keys() - lists[name]
        assert not extra or name in ("reason", "state"), extra  # reasons of breaks are open, some states are done
