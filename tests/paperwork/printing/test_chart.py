"""Charts: what is drawn is what was counted, from zero on, told apart without colours."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperwork.printing.chart import PALETTE, plot_of, svg_of, ticks
from paperwork.reports.report import Chart, Column, Look, Row, Shape, Table, Value
from tests.paperwork.printing.made_up import HOSTILE, report

SVG = "{http://www.w3.org/2000/svg}"


def drawn(look: Look, rows: list[tuple[Value, ...]], series: int = 1) -> ElementTree.Element:
    columns = (Column("x", "名称"), *(Column(f"s{at}", f"系列{at}", Shape.COUNT) for at in range(series)))
    table = Table("t", "表", columns, tuple(Row(row) for row in rows))
    chart = Chart("图", look, "t", "x", tuple(f"s{at}" for at in range(series)))
    return ElementTree.fromstring(svg_of(plot_of(report(table), chart)))  # noqa: S314 - our own


def bars(svg: ElementTree.Element, side: str) -> list[float]:
    return [float(one.get(side, "")) for one in svg.iter(f"{SVG}rect") if one.get("fill") == PALETTE[0]]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_bars_are_as_long_as_their_numbers(numbers: list[int]) -> None:
    svg = drawn(Look.BARS, [(f"{at}", number) for at, number in enumerate(numbers)])
    heights = bars(svg, "height")
    most = max(numbers)
    for number, height in zip(numbers, heights, strict=True):
        assert height == pytest.approx(max(heights) * number / most, abs=0.11)


def test_a_bar_below_zero_hangs_from_the_same_line() -> None:
    svg = drawn(Look.BARS, [("增", 30), ("减", -15)])
    ups, heights = bars(svg, "y"), bars(svg, "height")
    assert ups[0] + heights[0] == pytest.approx(ups[1], abs=0.2)
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.3)


def test_a_pile_is_its_parts_one_on_the_other() -> None:
    svg = drawn(Look.STACKED, [("甲", 10, 30)], series=2)
    first, second = (next(r for r in list(svg.iter(f"{SVG}rect"))[2:] if r.get("fill") == PALETTE[at]) for at in (0, 1))
    assert float(second.get("height", "")) == pytest.approx(3 * float(first.get("height", "")), abs=0.3)
    assert float(second.get("y", "")) + float(second.get("height", "")) == pytest.approx(
        float(first.get("y", "")), abs=0.2
    )


def test_a_line_stops_where_nothing_is_known() -> None:
    svg = drawn(Look.LINES, [("1", 1), ("2", 2), ("3", None), ("4", 4), ("5", 5)])
    assert len(list(svg.iter(f"{SVG}polyline"))) == 2


def test_totals_are_no_bars_and_what_is_left_out_is_counted() -> None:
    rows = (*(Row((f"类别{at}", at)) for at in range(65)), Row(("合计", 2080), total=True))
    table = Table("t", "表", (Column("x", "名称"), Column("s", "件数", Shape.COUNT)), rows)
    plot = plot_of(report(table), Chart("图", Look.BARS, "t", "x", ("s",)))
    assert plot.names[-1] == "类别59"
    assert plot.left_out == 5


@pytest.mark.parametrize("look", list(Look))
@pytest.mark.parametrize("rows", [[], [("甲", None)], [("甲", 0)], [(words, 1) for words in HOSTILE]])
def test_nothing_at_all_and_anything_at_all_can_be_drawn(look: Look, rows: list[tuple[Value, ...]]) -> None:
    svg = drawn(look, rows)
    assert svg.tag == f"{SVG}svg"
    assert not [
        one for one in svg.iter() if one.tag.removeprefix(SVG) not in "svg title text rect line polyline circle"
    ]


@given(st.decimals(-(10**7), 10**7, places=1), st.decimals(-(10**7), 10**7, places=1))
def test_an_axis_has_few_round_numbers_zero_among_them(one: Decimal, other: Decimal) -> None:
    least, most = sorted((one, other))
    found = ticks(least, most)
    assert Decimal(0) in found
    assert found[0] <= least
    assert found[-1] >= most
    assert 2 <= len(found) <= 8


def test_neighbouring_colours_differ_in_grey() -> None:
    def light(colour: str) -> float:
        red, green, blue = (int(one, 16) / 255 for one in re.findall("..", colour[1:]))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for one, other in pairwise(PALETTE):
        assert abs(light(one) - light(other)) > 0.12, (one, other)


@pytest.mark.parametrize("look", list(Look))
@pytest.mark.parametrize(("names", "series"), [(48, 2), (60, 1), (60, 3), (12, 6)])
@pytest.mark.parametrize("name", ["{:02d}:30", "预防接种和其他很长的类别名称{}"])
def test_a_chart_fits_a_sheet_that_lies_across(look: Look, names: int, series: int, name: str) -> None:
    svg = drawn(look, [(name.format(at), *range(at, at + series)) for at in range(names)], series)
    assert float(svg.get("height", "")) / 640 * 180 < 155, "millimetres of the 172 that a page has"
