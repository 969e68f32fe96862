"""What a plan asks of the moment: is it open, who calls, who is there, which message is in front."""

from __future__ import annotations

from datetime import timedelta

from routing.calendar import SHANGHAI, Opening, opening
from routing.node import Case, Recall
from routing.plan import FrontMessage, Plan
from routing.scene import Scene
from routing.written import is_called_by

CLOSED_BY_HAND, OPENED_BY_HAND = "班长关闭", "班长开放"
"""Why a line is closed or open whatever its hours say."""


def line_opening(plan: Plan, line: str, scene: Scene) -> Opening:
    """Whether a line admits callers now: as the shift leader wants it, else by its hours."""
    by_hand = scene.by_hand.get(line)
    if by_hand is not None:
        return Opening(by_hand, OPENED_BY_HAND if by_hand else CLOSED_BY_HAND)
    return opening(plan.calendar, plan.hours_of(line), scene.at)


def in_front(plan: Plan, scene: Scene) -> FrontMessage | None:
    """The message that every caller hears first now: the one that was turned on, else the first whose time it is."""
    if scene.front is not None and scene.front in plan.front:
        return plan.front[scene.front]
    return next((front for front in plan.front.values() if front.holds(scene.at)), None)


def holds(plan: Plan, case: Case, scene: Scene) -> bool:
    """Whether everything that a case asks for is so."""
    today = scene.at.astimezone(SHANGHAI).date()
    if case.hours is not None and not opening(plan.calendar, case.hours, scene.at).open:
        return False
    if case.open is not None and not line_opening(plan, case.open, scene).open:
        return False
    if case.unstaffed is not None and scene.staffed(case.unstaffed):
        return False
    if case.wait is not None and (scene.expected_wait(case.wait.line) or 0.0) <= case.wait.over:
        return False
    if case.dates is not None and not any(dates.first <= today <= dates.last for dates in case.dates):
        return False
    return case.caller is None or any(is_called_by(pattern, scene.number) for pattern in case.caller)


def remembers(recall: Recall, scene: Scene) -> bool:
    """Whether this caller talked lately with a line that is asked about."""
    if scene.last is None:
        return False
    line, when = scene.last
    days = scene.at.astimezone(SHANGHAI).date() - when.astimezone(SHANGHAI).date()
    return line in recall.recall and timedelta(0) <= days < timedelta(days=recall.days)
