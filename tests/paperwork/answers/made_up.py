"""Records and filings that nobody wrote, and names for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from paperwork.answers.record import Fact
from paperwork.filing import Filing

CALL = "a-1"
PAPER = f"answer:{CALL}"
AT = datetime(2026, 11, 20, 2, 5, tzinfo=UTC)
"""A Friday, 10:05 in China."""
CONTACT = "13900000042"

FULL = {
    "asked_by": "张三",
    "gender": "female",
    "heard": "policy",
    "kind": "consult",
    "category": "101",
    "place": "和平区",
    "content": "新生儿第一针疫苗在哪里接种",
    "settled": "on_the_spot",
}


class MadeUpNames:
    """Of a small hotline. 艾滋病咨询 keeps no numbers, and its papers are for its own people and the chief."""

    def line(self, line: str) -> str:
        return {"immunization": "预防接种", "hiv": "艾滋病咨询"}.get(line, line)

    def owner(self, line: str) -> str:
        return {"immunization": "市疾病预防控制中心"}.get(line, self.line(line))

    def agent(self, agent: str) -> str:
        return {"ann": "受理员甲", "bob": "受理员乙"}.get(agent, agent)

    def keeps_numbers(self, line: str) -> bool:
        return line != "hiv"

    def closed_to(self, agent: str | None) -> frozenset[str]:
        return frozenset() if agent == "chief" else frozenset({"hiv"})


class MadeUpCodes:
    """Two codes, of consultations alone."""

    TREE: ClassVar = {"101": "咨询/预防接种/接种地点", "102": "咨询/预防接种/接种程序"}

    def path(self, code: str) -> str | None:
        return self.TREE.get(code)

    def wrong(self, kind: str | None, code: str) -> str | None:
        if code not in self.TREE:
            return f"there is no category {code!r}"
        return None if kind in (None, "consult") else f"{self.TREE[code]} belongs to another kind"


def filing(seq: int, kind: Fact, who: str = "desk:ann", after: float = 0.0, **data: Any) -> Filing:
    return Filing(PAPER, seq, AT + timedelta(minutes=after), who, kind, data)


def opened(seq: int = 1, **more: Any) -> Filing:
    data = {
        "number": "2026-000123",
        "test": False,
        "complete": False,
        "fact": 7,
        "offer": 1,
        "line": "immunization",
        "agent": "ann",
        "body": {"contact": CONTACT},
    }
    return filing(seq, Fact.OPENED, "engine:a", **{**data, **more})
