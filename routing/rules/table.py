"""All rules that the operators' files are held to, and their pages.

`hotline check --explain RULE` prints one page; `python -m hotline.rules_pages` writes all into `docs/`.
"""

from __future__ import annotations

from collections.abc import Mapping

from routing.rules.of_answering import ANSWERING
from routing.rules.of_callers import CALLERS
from routing.rules.of_calling import CALLING
from routing.rules.of_files import FILES
from routing.rules.of_leading import LEADING
from routing.rules.of_values import VALUES
from routing.rules.of_waiting import WAITING
from routing.rules.of_writing import WRITING
from routing.rules.rule import Language, Rule

RULES: Mapping[str, Rule] = {
    rule.id: rule for rule in (*WRITING, *FILES, *VALUES, *LEADING, *CALLING, *ANSWERING, *WAITING, *CALLERS)
}
"""Rule id → rule, in the order of the pages."""

ADJUSTABLE = frozenset(rule.id for rule in RULES.values() if rule.adjustable)
"""Rules that `lint.rules` may name."""

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "Rules of `hotline check`",
        "head": "Made from `routing/rules/` by `python -m hotline.rules_pages`; do not edit.",
        "error": "error: keeps the files from going live",
        "warning": "warning: told, keeps nothing from going live",
        "adjustable": "`lint.rules` may change this.",
        "meaning": "What it means.",
        "mending": "How to mend it.",
        "writing": "How the files are written",
        "files": "Which files there are",
        "values": "Values and keys",
        "leading": "Where names lead",
        "calling": "What callers would meet",
        "answering": "Who answers them",
        "waiting": "Whom a line rings, and how callers wait",
        "callers": "What callers and agents may do",
    },
    "zh": {
        "title": "`hotline check` 的规则",
        "head": "由 `routing/rules/` 经 `python -m hotline.rules_pages` 生成，请勿手改。",
        "error": "错误：改好之前不能上线",
        "warning": "提醒：只提示，不妨碍上线",
        "adjustable": "可在 `lint.rules` 中调整。",
        "meaning": "含义：",
        "mending": "怎样改：",
        "writing": "文件的写法",
        "files": "有哪些文件",
        "values": "各项内容",
        "leading": "名字指向哪里",
        "calling": "来电者会遇到什么",
        "answering": "由谁接听",
        "waiting": "呼叫谁，来电者怎样等候",
        "callers": "来电者和座席可以做什么",
    },
}


def page(rule: Rule, language: Language) -> str:
    """One rule's page, in Markdown."""
    words = _WORDS[language]
    full_stop, gap = {"en": (". ", " "), "zh": ("。", "")}[language]
    severity = words[rule.severity] + (f"{full_stop}{words['adjustable']}" if rule.adjustable else "")
    lines = [
        f"### {rule.id}",
        "",
        f"> {rule.message.in_language(language)}",
        "",
        f"*{severity}*",
        "",
        f"**{words['meaning']}**{gap}{rule.meaning.in_language(language)}",
        "",
        f"**{words['mending']}**{gap}{rule.mending.in_language(language)}",
    ]
    if rule.example:
        lines += ["", "```yaml", rule.example, "```"]
    return "\n".join(lines) + "\n"


def pages(language: Language) -> str:
    """All rules' pages as one Markdown file."""
    words = _WORDS[language]
    parts = [f"# {words['title']}\n", f"{words['head']}\n"]
    sections = (
        ("writing", WRITING),
        ("files", FILES),
        ("values", VALUES),
        ("leading", LEADING),
        ("calling", CALLING),
        ("answering", ANSWERING),
        ("waiting", WAITING),
        ("callers", CALLERS),
    )
    for section, rules in sections:
        parts.append(f"## {words[section]}\n")
        parts += [page(rule, language) for rule in rules]
    return "\n".join(parts)
