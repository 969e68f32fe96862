"""What the operators decide about reports: section `reports` of `config/paperwork/rules.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from paperwork.kind import Kind
from routing.days import Written

TREES = ("national", "provincial", "tianjin", "own")
"""The trees in which categories are counted, by name."""

KindLabel = Literal["咨询", "投诉", "举报", "建议", "表扬", "预约挂号", "其他"]
TreeName = Literal["national", "provincial", "tianjin", "own"]


MonthlyColumn = Literal["举报", "投诉", "咨询", "建议", "其他"]


def _no_column() -> dict[str, MonthlyColumn]:
    return {"表扬": "建议", "预约挂号": "其他"}


class Connect(Written):
    """The connect rate's formula (`records.connect`), as the operators choose it."""

    within: Annotated[float, Field(gt=0, le=600)] = 15
    """Seconds in which a call should be answered (GB/T 33358-2016)."""
    short: Annotated[float, Field(ge=0, le=60)] = 5
    """Who hangs up sooner is a short abandon."""
    count_short: bool = True
    """Whether those are calls that were offered."""
    target: Annotated[int, Field(ge=0, le=100)] = 95
    """Per cent that should be answered: over any 24 hours (GB/T 33358-2016), or 100 (附件10)."""


class Entered(Written):
    """Points of 附件10 that no record can tell, entered by hand."""

    item: Literal["organisation", "timely_reports", "training", "satisfaction", "attitude", "satisfied"]
    """Which item; the last two only count where there are no records of them."""
    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
    """Like 2026-10."""
    points: Annotated[float, Field(ge=0, le=15)]
    by: Annotated[str, Field(min_length=1, max_length=60)]
    """Who says so."""
    why: Annotated[str, Field(max_length=200)] = ""
    line: str | None = None
    """Whose assessment; the whole hotline's without one."""


class Radar(Written):
    """When a category counts as risen (`paperwork.reports.rise`)."""

    history: Annotated[int, Field(ge=14, le=366)] = 56
    """Days that a day is held against."""
    raised: Annotated[float, Field(ge=2, le=50)] = 4
    """So many robust deviations beyond the usual: risen."""
    strong: Annotated[float, Field(ge=2, le=100)] = 8
    """So many, and three times the usual: a surge."""
    least: Annotated[int, Field(ge=1, le=10_000)] = 10
    """Fewer calls a day are never a rise."""


class ReportRules(Written):
    """How reports count and when they are due."""

    decimals: Annotated[int, Field(ge=0, le=4)] = 1
    """Of a percentage, rounded half up."""
    tree: TreeName = "national"
    """The tree of the briefing's categories when nobody asks for another."""
    of_the_whole: tuple[TreeName, ...] = ("provincial",)
    """Trees whose bulletin takes every percentage of all calls and lists categories without their kind."""
    together: dict[str, tuple[KindLabel, ...]] = Field(default_factory=dict)
    """Kinds that bulletins count as one class: the name of the class → its kinds (`建议表扬: [建议, 表扬]`)."""
    monthly_due: Literal["day 5", "day 7"] = "day 7"
    """The day of the next month until which 附件8 is due: the form says the 5th, the text the 7th."""
    monthly_kinds: dict[str, MonthlyColumn] = Field(default_factory=_no_column)
    """Where 附件8 counts the kinds for which its first table has no column."""
    due_shift: Literal["none", "workday before", "workday after"] = "none"
    """Where a due day goes that is a day off; after it where the workday before is no day to sign on yet: 附件7."""
    signed: Literal["here", "on paper"] = "here"
    """Where 附件7 and 附件8 are signed; of those on paper nobody here knows whether they are late."""

    assessment: tuple[Entered, ...] = ()
    """Points of 附件10 that were entered by hand."""
    radar: Radar = Radar()
    """When the topic radar speaks up."""
    connect: Connect = Connect()
    """How the connect rate is counted."""

    @model_validator(mode="after")
    def _each_kind_has_a_column(self) -> ReportRules:
        for label in ("表扬", "预约挂号"):
            if label not in self.monthly_kinds:
                raise ValueError(f"monthly_kinds: 附件8 has no column for {label}: say where it counts")
        labels = {kind.label for kind in Kind}
        if strange := sorted(set(self.monthly_kinds) - labels):
            raise ValueError(f"monthly_kinds: {strange[0]!r} is none of {'、'.join(sorted(labels))}")
        return self

    @model_validator(mode="after")
    def _each_kind_once(self) -> ReportRules:
        joined = [label for labels in self.together.values() for label in labels]
        for label in joined:
            if joined.count(label) > 1:
                raise ValueError(f"together: {label} is in two classes")
        for name in self.together:
            alone = {kind.label for kind in Kind} - set(self.together[name])
            if name in alone or name == "合计" or name == "place":
                raise ValueError(f"together: {name!r} is the name of something else")
        return self
