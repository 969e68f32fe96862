"""Boards as Grafana reads them: its classic JSON, which Grafana 10 and later take from a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from hotline.dashboards.boards import BOARDS
from hotline.dashboards.panel import Ask, Board, Kind, Language, Panel, Words, placed
from hotline.dashboards.runbooks import runbooks
from hotline.dashboards.said import SAID

LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
FOLDER: Final = Path("monitoring/dashboards")
"""From the house; a folder for each language in it."""

_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_TYPES: Final = {
    Kind.STAT: "stat",
    Kind.LINES: "timeseries",
    Kind.STACK: "timeseries",
    Kind.COLUMNS: "timeseries",
    Kind.BARS: "bargauge",
    Kind.NOTE: "text",
}
_GOOD, _WARN, _BAD, _PLAIN = "green", "orange", "red", "text"
_RUNBOOKS: Final = Words("应急手册", "Runbooks")
_SEE: Final = Words("告警 {alert} 的处置", "What to do when {alert} fires")

MARKS: Final = (
    (Words("告警", "Alerts"), 'ALERTS{alertstate="firing"}', "{{alertname}}", "red"),
    (Words("方案更换", "New plan"), "changes(hotline_plan_loaded_timestamp_seconds[$__rate_interval]) > 0", "", "blue"),
    (
        Words("引擎重启", "Engine began anew"),
        'changes(process_start_time_seconds{job="hotline"}[$__rate_interval]) > 0',
        "",
        "purple",
    ),
)
"""What is marked on every graph: name, query, words, colour."""


def files() -> Iterator[tuple[Path, str]]:
    """Every file of the folder, from the house, and what stands in it."""
    for language in LANGUAGES:
        for place, board in enumerate(BOARDS):
            yield FOLDER / language / f"{place + 1}-{board.name}.json", _text(dashboard(board, language))
        yield FOLDER / language / f"{len(BOARDS) + 1}-runbooks.json", _text(_runbook_board(language))


def dashboard(board: Board, language: Language) -> dict[str, Any]:
    """One board in one language."""
    panels = [
        _panel(number, panel, left, top, language) for number, (panel, left, top) in enumerate(placed(board.panels), 1)
    ]
    made = _frame(board.name, board.title, board.about, panels, language)
    made["time"] = {"from": board.since, "to": board.until}
    made["refresh"] = board.refresh
    if board.lines:
        made["templating"]["list"].append(_lines(language))
    made["annotations"] = {
        "list": [
            {
                "name": name.told(language),
                "datasource": _SOURCE,
                "enable": True,
                "expr": query,
                "titleFormat": name.told(language),
                "textFormat": words,
                "iconColor": colour,
            }
            for name, query, words, colour in MARKS
        ]
    }
    return made


def _frame(
    name: str, title: Words, about: Words, panels: Sequence[Mapping[str, Any]], language: Language
) -> dict[str, Any]:
    return {
        "uid": _uid(name, language),
        "title": f"12320 · {title.told(language)}",
        "description": about.told(language),
        "tags": ["hotline", language],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "Asia/Shanghai",
        "weekStart": "monday",
        "links": [
            {
                "type": "dashboards",
                "title": Words("其他看板", "Dashboards").told(language),
                "tags": ["hotline", language],
                "keepTime": False,
                "asDropdown": False,
            }
        ],
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "type": "datasource",
                    "query": "prometheus",
                    "label": Words("数据源", "Source").told(language),
                }
            ]
        },
        "panels": list(panels),
    }


def _uid(name: str, language: Language) -> str:
    return f"hotline-{name}" if language == "zh" else f"hotline-{name}-{language}"


def _lines(language: Language) -> dict[str, Any]:
    query = "label_values(hotline_waiting_calls, line)"
    return {
        "name": "line",
        "type": "query",
        "label": Words("热线", "Line").told(language),
        "datasource": _SOURCE,
        "query": {"query": query, "refId": "line"},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _panel(number: int, panel: Panel, left: int, top: int, language: Language) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": number,
        "type": _TYPES[panel.kind],
        "title": panel.title.told(language),
        "description": _description(panel, language),
        "gridPos": {"x": left, "y": top, "w": panel.wide, "h": panel.high},
    }
    if panel.kind is Kind.NOTE:
        return made | {"options": {"mode": "markdown", "content": panel.about.told(language)}}
    made |= {
        "datasource": _SOURCE,
        "targets": [_target(place, asked, panel, language) for place, asked in enumerate(panel.asks)],
        "fieldConfig": {"defaults": _field(panel), "overrides": _overrides(panel, language)},
        "options": _options(panel),
        "links": [_to_runbook(alert, language) for alert in panel.runbooks],
    }
    if panel.interval:
        made["interval"] = panel.interval
    return made


def _description(panel: Panel, language: Language) -> str:
    """The question in the other language too: two people may look at one screen."""
    other = panel.title.en if language == "zh" else panel.title.zh
    about = "" if panel.kind is Kind.NOTE else panel.about.told(language)
    return "\n\n".join(part for part in (other, about) if part)


def _to_runbook(alert: str, language: Language) -> dict[str, Any]:
    number = list(runbooks(language)).index(alert) + 1
    return {
        "title": _SEE.told(language).format(alert=alert),
        "url": f"/d/{_uid('runbooks', language)}?viewPanel={number}",
        "targetBlank": True,
    }


def _target(place: int, asked: Ask, panel: Panel, language: Language) -> dict[str, Any]:
    once = asked.over_all or panel.kind is Kind.BARS
    made: dict[str, Any] = {
        "refId": "ABCDEFGH"[place],
        "datasource": _SOURCE,
        "expr": asked.expr,
        "legendFormat": asked.legend.told(language) or panel.title.told(language),
        "instant": once,
        "range": not once,
    }
    if "_bucket" in asked.expr:
        made["exemplar"] = True  # from a long wait to the call's id
    return made


def _field(panel: Panel) -> dict[str, Any]:
    made: dict[str, Any] = {
        "unit": panel.unit,
        "color": {"mode": "palette-classic" if panel.kind in _OVER_TIME else "thresholds"},
        "thresholds": _thresholds(panel),
        "min": 0,
    }
    if panel.most is not None:
        made["max"] = panel.most
    if panel.unit == "short":
        made["decimals"] = 0
    if panel.kind in _OVER_TIME:
        made["custom"] = _STYLES[panel.kind] | {
            "thresholdsStyle": {"mode": "line" if panel.bounds else "off"},
            "showPoints": "never",
        }
    return made


_OVER_TIME: Final = frozenset({Kind.LINES, Kind.STACK, Kind.COLUMNS})
_STYLES: Final[Mapping[Kind, dict[str, Any]]] = {
    Kind.LINES: {"drawStyle": "line", "lineWidth": 2, "fillOpacity": 0, "lineInterpolation": "stepAfter"},
    Kind.STACK: {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 60,
        "lineInterpolation": "stepAfter",
        "stacking": {"mode": "normal"},
    },
    Kind.COLUMNS: {"drawStyle": "bars", "lineWidth": 1, "fillOpacity": 70, "stacking": {"mode": "normal"}},
}


def _thresholds(panel: Panel) -> dict[str, Any]:
    bounds = panel.bounds
    steps: list[dict[str, object]]
    if bounds is None:
        steps = [{"color": "blue" if panel.kind is Kind.BARS else _PLAIN, "value": None}]
    elif bounds.warn < bounds.bad:
        steps = [
            {"color": _GOOD, "value": None},
            {"color": _WARN, "value": bounds.warn},
            {"color": _BAD, "value": bounds.bad},
        ]
    else:
        steps = [
            {"color": _BAD, "value": None},
            {"color": _WARN, "value": bounds.bad},
            {"color": _GOOD, "value": bounds.warn},
        ]
    return {"mode": "absolute", "steps": steps}


def _overrides(panel: Panel, language: Language) -> list[dict[str, Any]]:
    """Values of labels that stand alone as a legend are called by their Chinese names."""
    found = []
    for asked in panel.asks if language == "zh" else ():
        if alone := re.fullmatch(r"\{\{(\w+)\}\}", asked.legend.zh):
            for value, name in SAID.get(alone[1], {}).items():
                shown = [{"id": "displayName", "value": name}]
                found.append({"matcher": {"id": "byName", "options": value}, "properties": shown})
    return found


def _options(panel: Panel) -> dict[str, Any]:
    last = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    if panel.kind is Kind.STAT:
        graph = "none" if any(asked.over_all for asked in panel.asks) else "area"
        return {"reduceOptions": last, "graphMode": graph, "colorMode": "value", "justifyMode": "center"}
    if panel.kind is Kind.BARS:
        return {"reduceOptions": last, "orientation": "horizontal", "displayMode": "basic", "showUnfilled": False}
    return {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


def _runbook_board(language: Language) -> dict[str, Any]:
    """Every runbook as a panel: to be read when the page with the documents is not."""
    panels = [
        {
            "id": number,
            "type": "text",
            "title": one.alert,
            "gridPos": {"x": 12 * ((number - 1) % 2), "y": 7 * ((number - 1) // 2), "w": 12, "h": 7},
            "options": {"mode": "markdown", "content": one.text},
        }
        for number, one in enumerate(runbooks(language).values(), 1)
    ]
    about = Words("每个告警：是什么，看哪里，怎么办。", "Of every alert: what it is, where to look, what to do.")
    return _frame("runbooks", _RUNBOOKS, about, panels, language)


def _text(made: Mapping[str, Any]) -> str:
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"
