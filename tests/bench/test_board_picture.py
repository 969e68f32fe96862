"""Unit: the picture of a dashboard tells what was answered, and is well-formed whatever that was."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bench.board_picture import Answer, Span, picture, said_of
from bench.prometheus import Series
from hotline.dashboards.boards import BOARDS
from hotline.dashboards.now import FLOOR
from hotline.dashboards.panel import Board, Language, Panel, Unit

SPAN = Span(1_795_000_000.0, 1_795_000_600.0, 60.0)


def words_of(drawn: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - ours


def answers(board: Board, *values: float, **labels: str) -> dict[Panel, list[Answer]]:
    points = tuple((SPAN.since + 60 * place, value) for place, value in enumerate(values, 1))
    return {panel: [(asked, [Series(labels, points)]) for asked in panel.asks] for panel in board.panels}


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("values", [(), (0.0,), (0.0, 3.0, 1e12), (-1.0, 0.001)])
def test_whatever_is_answered_can_be_drawn(board: Board, language: Language, values: tuple[float, ...]) -> None:
    drawn = picture(board, answers(board, *values, line="<&>", presence="ready"), SPAN, language)
    assert f"12320 · {board.title.told(language)}" in words_of(drawn)


def test_a_panel_tells_its_figure_and_a_value_is_called_by_its_chinese_name() -> None:
    words = words_of(picture(FLOOR, answers(FLOOR, 2.0, 7.0, presence="wrap_up"), SPAN, "zh"))
    assert "有几个人在等？" in words
    assert "7" in words
    assert "整理" in words
    assert words_of(picture(FLOOR, {}, SPAN, "en")).count("–") == len(FLOOR.panels)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (2.02, "short", "2"),
        (1.3, "short", "1.3"),
        (0.954, "percentunit", "95 %"),
        (0.031, "percentunit", "3.1 %"),
        (0.052, "s", "0.052 s"),
        (75.4, "s", "75 s"),
        (3 * 86400, "dtdurations", "3 d"),
        (5 * 1024**3, "bytes", "5 GiB"),
    ],
)
def test_a_figure_is_said_as_people_say_it(value: float, unit: Unit, said: str) -> None:
    assert said_of(value, unit, "en") == said
