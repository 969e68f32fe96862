"""What is said between the engine and its back office: values, which another process understands as they are.

Nothing here is kept: whatever is lost on the way is in the journal and in the filings, where the clerks look again.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hotline.alarms import AlarmKind
from hotline.settings import Settings
from ivr.journal import Entry
from paperwork.answers.watch import Handed, Standing
from paperwork.orders.tally import Tally
from paperwork.reports.rise import Grade
from records.presences import Move
from routing.plan import Plan

LENGTH: Final = struct.Struct(">I")
"""Before each message on a pipe."""


# ── from the engine ─────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Begin:
    """The first of all: what the office works with. Facts that are told later were noted later."""

    settings: Settings
    plan: Plan
    offset: timedelta
    """By which the hotline's clock is ahead of the machine's."""
    since: datetime
    """When the engine began, by that clock."""
    lag: int
    """Facts that were noted, and that the database does not have yet."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was noted, in order, and how many facts the database does not have by now, these included."""

    entries: tuple[Entry, ...]
    lag: int


@dataclass(frozen=True, slots=True)
class NewPlan:
    """This plan is live."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class OrdersChanged:
    """Somebody at the desk changed a work order."""


@dataclass(frozen=True, slots=True)
class Flushed:
    """The answer to `Flush`."""

    number: int


class Book(StrEnum):
    """What facts are written into, behind the calls (`records.behind`)."""

    JOURNAL = "journal"
    PRESENCES = "presences"


@dataclass(frozen=True, slots=True)
class Write:
    """Write these facts into the database, as one transaction."""

    number: int
    book: Book
    facts: tuple[Entry, ...] | tuple[Move, ...]


Told = Facts | NewPlan | OrdersChanged | Flushed | Write


# ── from the back office ────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Flush:
    """Say so (`Flushed`) when the database has everything that was noted so far."""

    number: int


@dataclass(frozen=True, slots=True)
class Wrote:
    """The answer to `Write`: whether they are in the database."""

    number: int
    done: bool


@dataclass(frozen=True, slots=True)
class State:
    """How the clerks are; told every second, as a sign of life."""

    alarms: Mapping[AlarmKind, str] = field(default_factory=dict)
    """Those that stand, and why."""
    tally: Tally = field(default_factory=Tally)
    rising: Mapping[Grade, int] = field(default_factory=dict)
    """Topics that rise today, by how far."""
    late: Mapping[str, int] = field(default_factory=dict)
    """Reports that were due and nobody signed, by their name."""


Said = Flush | Wrote | State | Handed | Standing


def framed(message: Begin | Told | Said) -> bytes:
    """The message as it goes through a pipe."""
    packed = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(packed)) + packed
