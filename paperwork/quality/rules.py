"""What talks are judged by and how they are drawn: section `quality:` of rules.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from routing.days import Written

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Item(Written):
    """One thing that is judged."""

    title: Title
    """As the judge and the agent read it."""
    points: Annotated[int, Field(ge=1, le=100)]
    """For what is quite right; marks go down in halves."""
    group: Title | None = None
    """Items of one group stand together."""
    fatal: bool = False
    """No points here make the whole sheet nothing (一票否决)."""
    optional: bool = False
    """It may not apply to a talk; then it counts neither way."""


class Sheet(Written):
    """A sheet. Give it a new version whenever an item changes: what was judged keeps the sheet of its day."""

    title: Title
    version: Annotated[int, Field(ge=1, le=9999)] = 1
    items: Annotated[dict[Id, Item], Field(min_length=1, max_length=60)]

    @property
    def most(self) -> int:
        return sum(item.points for item in self.items.values())


class SamplingPlan(Written):
    """How many talks of a period are drawn for a spot check."""

    title: Title
    per_agent: Annotated[int, Field(ge=0, le=1000)] = 0
    """Of each agent, spread over their lines."""
    per_line: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Of each line at least, those of its agents included."""
    lines: tuple[Id, ...] | None = None
    """Of these lines alone."""
    shortest: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds; shorter talks are left out."""

    @model_validator(mode="after")
    def _draws_something(self) -> SamplingPlan:
        if not self.per_agent and not self.per_line:
            raise ValueError("this plan draws nothing: write `per_agent` or `per_line`")
        return self


def _shipped() -> dict[str, Sheet]:
    rows: Mapping[str, tuple[str, str, int, bool, bool]] = {
        "greeting": ("服务规范", "开头语规范：报热线名称和工号，问候来电人", 5, False, False),
        "manner": ("服务规范", "语气亲切，语速适中，全程使用文明用语", 10, False, False),
        "listening": ("服务规范", "耐心倾听，不打断、不抢话，适时回应", 10, False, False),
        "hold": ("服务规范", "等待和转接前先说明原因并征得同意", 5, False, True),
        "closing": ("服务规范", "结束语规范：确认问题已解决，道谢后由来电人先挂机", 5, False, False),
        "understanding": ("业务能力", "准确把握来电意图，必要时复述确认", 10, False, False),
        "correctness": ("业务能力", "答复准确、完整，符合政策和医学常识，不越权诊疗", 20, True, False),
        "first-contact": ("首问负责", "首问负责：不推诿，不说“不清楚”，不能当场答复的按规定转办", 15, True, False),
        "comfort": ("首问负责", "对情绪激动或有危险的来电人先安抚，按预案上报", 5, False, True),
        "record": ("记录质量", "接听记录完整：类别、主要内容、联系方式、处理结果齐全", 10, False, False),
        "confidentiality": ("记录质量", "保护来电人隐私，不泄露个人信息", 5, True, False),
    }
    items = {
        name: Item(title=title, points=points, group=group, fatal=fatal, optional=optional)
        for name, (group, title, points, fatal, optional) in rows.items()
    }
    return {"service": Sheet(title="公共卫生热线服务质量评分表", items=items)}


def _monthly() -> dict[str, SamplingPlan]:
    return {"monthly": SamplingPlan(title="每月抽检", per_agent=3, per_line=5)}


class QualityRules(Written):
    """Sheets, sampling plans, and what counts as satisfied."""

    sheets: dict[Id, Sheet] = Field(default_factory=_shipped)
    plans: dict[Id, SamplingPlan] = Field(default_factory=_monthly)
    satisfied: tuple[Title, ...] = ("非常满意", "满意", "基本满意")
    """Answers of the plan's surveys that count as satisfied."""
