"""Unit: the one list of metrics keeps Prometheus's conventions, and the pages tell what it says."""

from __future__ import annotations

import re
import subprocess

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from hotline.metrics.families import FAMILIES
from hotline.metrics.family import Family, Kind
from hotline.metrics.page import PAGES, page
from hotline.settings import HOUSE

PROMTOOL = HOUSE / ".prometheus" / "usr" / "bin" / "promtool"
"""`scripts/setup test` brings it."""

ONES = list(FAMILIES.values())


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_the_page_tells_what_is_measured(path: object) -> None:
    (key,) = (one for one in PAGES if one == path)
    told = (HOUSE / key).read_text("utf-8")
    assert told == page(PAGES[key]), "write it again: python -m hotline.metrics.page"


@pytest.mark.parametrize("family", ONES, ids=lambda one: one.name)
def test_a_name_tells_its_unit_and_no_label_is_a_caller(family: Family) -> None:
    assert re.fullmatch(r"hotline_[a-z0-9]+(_[a-z0-9]+)*", family.name)
    assert not re.search(
        r"_(minutes|hours|days|ms|milliseconds|percent|kb|mb|total|count|sum|bucket)(_|$)", family.name
    )
    assert re.search("[一-鿿]", family.chinese)
    assert family.english.endswith(".")
    assert family.chinese.endswith("。")
    assert not {"call", "caller", "phone", "agent"} & {label.name for label in family.labels}
    assert bool(family.buckets) == (family.kind is Kind.HISTOGRAM)


def test_what_is_made_of_the_list_passes_the_linter_of_prometheus() -> None:
    registry = CollectorRegistry()
    for family in ONES:
        made = {Kind.COUNTER: family.counter, Kind.GAUGE: family.gauge, Kind.HISTOGRAM: family.histogram}
        metric = made[family.kind](registry)
        if family.labels:
            metric.labels(*(label.values[0] if label.values else "x" for label in family.labels))
    text = generate_latest(registry)
    linted = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, check=False)
    assert (linted.returncode, linted.stderr.decode(), linted.stdout.decode()) == (0, "", "")
