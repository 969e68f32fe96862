"""What Alertmanager posts to a webhook (its payload, version 4), as far as people are told of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=10_000)]


class Status(StrEnum):
    """Whether it is so."""

    FIRING = "firing"
    RESOLVED = "resolved"


class _Part(BaseModel):
    """What we do not know of may be in it."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Alert(_Part):
    """One alert. `labels` has `alertname`; `severity`, `hotline` and others where a rule gives them."""

    status: Status
    labels: dict[str, Text]
    annotations: dict[str, Text] = {}
    since: Annotated[datetime, Field(alias="startsAt")]

    @property
    def name(self) -> str:
        return self.labels.get("alertname", "")

    @property
    def pages(self) -> bool:
        """It wakes somebody."""
        return self.labels.get("severity") == "page"


class Notice(_Part):
    """One message of Alertmanager: alerts that it put together."""

    status: Status
    alerts: Annotated[list[Alert], Field(max_length=5000)]
    cut: Annotated[int, Field(alias="truncatedAlerts", ge=0)] = 0
    """How many more there are, which it did not send."""
