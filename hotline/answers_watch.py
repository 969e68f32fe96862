"""Answer records that lack something: what the leaders and each agent see of them."""

from __future__ import annotations

from enum import StrEnum

from hotline.floor_watch import Alerted
from paperwork.answers.hands import Shown

SHOWN = 100
"""Late records that are alerted of one by one; metrics and lists have all."""


class AnswerAlert(StrEnum):
    """What somebody should know of an answer record."""

    LATE = "answer_incomplete"  # longer after its last talk than the rules allow


def late_alerts(shown: Shown) -> list[Alerted]:
    """One for each late record, to whom it belongs; they end when the record is complete."""
    return [
        Alerted(
            late.since,
            AnswerAlert.LATE,
            agent=late.owner,
            line=late.line,
            call=late.call,
            what=late.number,
            stands=True,
        )
        for late in shown.latest[:SHOWN]
    ]
