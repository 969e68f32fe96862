"""Everything that the switch is held to, and its pages.

`hotline doctor --security` holds a running system to it; `python -m hotline.rules_pages` writes the pages' tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hotline.hardening.demand import Demand, Finding, hold
from hotline.hardening.evidence import Evidence
from hotline.hardening.of_calls import CALLS
from hotline.hardening.of_doors import DOORS
from hotline.hardening.of_machine import MACHINE
from hotline.hardening.of_switch import SWITCH
from routing.rules.rule import Both, Language

DEMANDS: tuple[Demand, ...] = (*SWITCH, *DOORS, *CALLS, *MACHINE)

GROUPS: Mapping[Both, tuple[Demand, ...]] = {
    Both("The switch itself", "交换机本身"): SWITCH,
    Both("Who comes in", "谁能进来"): DOORS,
    Both("What a call can do", "电话能做什么"): CALLS,
    Both("The machine", "机器"): MACHINE,
}

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "head": "| demand | why | looked at |\n|---|---|---|",
        "written": "files",
        "running": "running",
        "should": "warning only",
        "and": ", ",
    },
    "zh": {
        "head": "| 要求 | 原因 | 检查 |\n|---|---|---|",
        "written": "文件",
        "running": "运行中",
        "should": "仅提醒",
        "and": "、",
    },
}


def examine(evidence: Evidence) -> list[Finding]:
    """Each demand held against one system, in the order of the table."""
    return [hold(demand, evidence) for demand in DEMANDS]


def table(language: Language) -> str:
    """All demands as Markdown."""
    words = _WORDS[language]
    lines: list[str] = []
    for group, demands in GROUPS.items():
        lines += [f"### {group.in_language(language)}", "", words["head"], *_rows(demands, language), ""]
    return "\n".join(lines)


def _rows(demands: Iterable[Demand], language: Language) -> Iterable[str]:
    words = _WORDS[language]
    for demand in demands:
        looks = [words[name] for name, check in (("written", demand.written), ("running", demand.running)) if check]
        looks += [] if demand.must else [words["should"]]
        what, why = demand.what.in_language(language), demand.why.in_language(language)
        yield f"| `{demand.id}`: {what} | {why} | {words['and'].join(looks)} |"
