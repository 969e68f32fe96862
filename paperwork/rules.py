"""What the operators decide about the paperwork: `config/paperwork/rules.yaml`. Each section belongs to its own room.

Where domain sources disagree (the day on which a monthly report is due, say), the choice is a value here.
"""

from __future__ import annotations

from pathlib import Path

from paperwork.answers.rules import AnswerRules
from paperwork.orders.rules import OrderRules
from paperwork.quality.rules import QualityRules
from paperwork.reading import read_file
from paperwork.reports.rules import ReportRules
from routing.days import Written

FOLDER = "paperwork"
"""In the folder of the operators' files."""
FILE = "rules.yaml"


class Rules(Written):
    """All sections. Each has defaults, which are the shipped hotline's."""

    answers: AnswerRules = AnswerRules()
    """接听记录单 (form 6): when one is complete, and how long that may take."""
    reports: ReportRules = ReportRules()
    """How reports count, and when they are due."""
    orders: OrderRules = OrderRules()
    """转办单 (form 9): the clocks of work orders, and who is told when they run out."""
    quality: QualityRules = QualityRules()
    """Sheets that talks are judged by, and how talks are drawn."""


def rules_in(config: Path) -> Rules:
    """The rules in a config folder; the defaults when there is no such file.

    Raises routing's Unreadable with every problem, OSError when the file cannot be read.
    """
    path = config / FOLDER / FILE
    return read_file(path, Rules)[0] if path.exists() else Rules()
