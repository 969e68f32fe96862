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
    due_shift: Literal["none", "workday before", "workday after"] = "none"
    """Where a due day goes that is a day off."""

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
