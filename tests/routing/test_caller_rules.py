"""Unit: limits of callers and caps on outside numbers, as operators write them, are checked, compared and told."""

from __future__ import annotations

import pytest

from routing.check import check
from tests.routing.test_difference import changes, only
from tests.routing.test_lint import GOOD
from tests.routing.test_waiting_rules import found

SPARE = "nodes:\n"


def callers(text: str) -> tuple[str, str]:
    return SPARE, f"callers: {text}\nnodes:\n"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("limit-never-met", "{number: {per_10m: 10, per_hour: 5}}"),
        ("limit-never-met", '{prefixes: [{numbers: "0229*", per_10m: 10, per_hour: 5}]}'),
        ("limit-of-trusted", '{prefixes: [{numbers: "0229*", at_once: 5}], trusted: "022*"}'),
        ("kept-for-all!", '{direct: ["12320"]}'),
        ("unknown-key!", "{number: {at_onec: 3}}"),
        ("out-of-range!", "{number: {at_once: 0}}"),
        ("out-of-range!", "{wall: 0.5}"),
        ("wrong-value!", "{trusted: [anybody]}"),
        ("missing!", "{prefixes: [{at_once: 3}]}"),
        ("unknown-name!", "{prove: nowhere}"),
    ],
)
def test_what_would_not_hold_is_told(rule: str, text: str) -> None:
    assert rule in found(callers(text))


@pytest.mark.parametrize(
    "text",
    [
        "{number: {at_once: 3, per_10m: 10, per_hour: 40}, withheld: {at_once: 20}, wall: 2, behind: 15m}",
        '{prefixes: [{numbers: ["0229*", "0228*"], at_once: 5}], trusted: "0227*", priority: ["120"], prove: welcome}',
        '{direct: "02200001200", blocked_direct: false, attack: {share: 0.3}}',
    ],
)
def test_what_holds_is_left_in_peace(text: str) -> None:
    assert found(callers(text)) <= found()


def test_a_star_abroad_is_told_and_a_whole_number_is_not() -> None:
    star = ("  apology: sorry\n", '  apology: sorry\n  may_dial: ["00*", "0221"]\n')
    whole = ("  apology: sorry\n", '  apology: sorry\n  may_dial: ["0014155550100", "0221"]\n')
    assert "abroad-closed" in found(star)
    assert "abroad-closed" not in found(whole)
    assert "abroad-closed" not in found(star, (SPARE, "outbound: {international: true}\nnodes:\n"))


def test_a_place_is_named() -> None:
    old, new = callers('{direct: ["02200001200", "12320"]}')
    (problem,) = [one for one in check({"a.yaml": GOOD.replace(old, new, 1)}).errors if one.rule == "kept-for-all"]
    assert "12320" in problem.said("en")
    assert "12320" in problem.said("zh")


def test_what_a_new_version_limits_is_told() -> None:
    more = "callers: {number: {at_once: 3}, trusted: '0229*', wall: 2}\noutbound: {calls: 5}\n"
    told = {value["rule"]: value for value in only(changes(more=more), "rule")}
    assert set(told) == {"caller-limits", "trusted", "calls"}
    assert told["caller-limits"]["new"] == ("number: at_once 3", "wall: × 2", "attack: share 0.5")
