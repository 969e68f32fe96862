"""The page of all metrics, in both languages, written of their one list: `python -m hotline.metrics.page`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from hotline.metrics.families import FAMILIES
from hotline.metrics.family import Family, Label
from hotline.settings import HOUSE

Language = Literal["en", "zh"]

PAGES: Final[dict[Path, Language]] = {
    Path("docs/reference/metrics.md"): "en",
    Path("docs/reference/metrics.zh-CN.md"): "zh",
}

_HEAD: Final = {
    "en": """# Metrics

What `GET /metrics` tells Prometheus. Made of `hotline/metrics/families.py`: `python -m hotline.metrics.page`.

The page is open to this machine alone; from elsewhere it wants a session or token with the permission `metrics`
([web.md](../web.md)). In OpenMetrics (`Accept: application/openmetrics-text`, as Prometheus asks when its feature
`exemplar-storage` is on) counts of calls, offers and messages, and waits and talks, carry the id of a call as an
exemplar: `hotline why CALL` and the desk tell the rest. Beside these there are Prometheus's own `process_…` of the
engine, and `hotline_office_process_…` of the back office beside it.

Labels come from closed lists: ours, or the lines, nodes and reasons of the plan. No caller, agent or number is one.

| Metric | Kind | Labels | What it says |
|---|---|---|---|
""",
    "zh": """# 指标

`GET /metrics` 向 Prometheus 提供的内容。本页由 `hotline/metrics/families.py` 生成：`python -m hotline.metrics.page`。

该页面只对本机开放；从别处访问需要具有 `metrics` 权限的会话或令牌（[web.zh-CN.md](../web.zh-CN.md)）。
以 OpenMetrics 格式访问时（`Accept: application/openmetrics-text`，Prometheus 打开 `exemplar-storage` 后即如此），
来电、振铃、留言的计数以及等待、通话时间带有来电编号作为 exemplar，可据此用 `hotline why CALL` 或工作台查看始末。
此外还有 Prometheus 自带的 `process_…`（引擎进程）和 `hotline_office_process_…`（旁边的后台进程）。

标签取值都是封闭列表：程序自有的，或方案中的热线、节点和原因。来电人、坐席、号码都不作标签。

| 指标 | 类型 | 标签 | 含义 |
|---|---|---|---|
""",
}
_LABELS_HEAD: Final = {"en": "\n## Labels\n\n", "zh": "\n## 标签\n\n"}
_KINDS: Final = {
    "en": {"counter": "counter", "gauge": "gauge", "histogram": "histogram"},
    "zh": {"counter": "计数", "gauge": "量值", "histogram": "直方图"},
}


def page(language: Language) -> str:
    """The whole page."""
    rows = "".join(_row(family, language) for family in FAMILIES.values())
    return _HEAD[language] + rows + _LABELS_HEAD[language] + "".join(_labels(language))


def _row(family: Family, language: Language) -> str:
    labels = ", ".join(f"`{label.name}`" for label in family.labels)
    words = family.english if language == "en" else family.chinese
    return f"| `{family.shown}` | {_KINDS[language][family.kind]} | {labels} | {words} |\n"


def _labels(language: Language) -> Iterator[str]:
    used: dict[Label, list[str]] = {}
    for family in FAMILIES.values():
        for label in family.labels:
            used.setdefault(label, []).append(f"`{family.shown}`")
    for label, families in used.items():
        words = label.english if language == "en" else label.chinese
        values = ": " + ", ".join(f"`{value}`" for value in label.values) if label.values else ""
        yield f"- `{label.name}` ({', '.join(families)}) – {words}{values}\n"


if __name__ == "__main__":
    for path, language in PAGES.items():
        (HOUSE / path).write_text(page(language), encoding="utf-8")
