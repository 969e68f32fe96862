"""Figures of a run: what the processes used, what the journal tells, and how times spread."""

from __future__ import annotations

import json
import math
import os
import resource
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds."""

    p50: float
    p95: float
    p99: float
    most: float
    count: int

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Spread:
        """Nearest rank. Raises ValueError when there is nothing to spread."""
        ordered = sorted(seconds)
        if not ordered:
            raise ValueError("no times to spread")
        p50, p95, p99, most = (
            round(ordered[math.ceil(share * len(ordered)) - 1] * 1000, 1) for share in (0.5, 0.95, 0.99, 1.0)
        )
        return cls(p50, p95, p99, most, len(ordered))


@dataclass(frozen=True, slots=True)
class Work:
    """CPU seconds used so far: by processes of ours, by all of the machine's; and what is memory now."""

    engine: float
    asterisk: float
    agents: float
    callers: float
    machine: float
    engine_memory: float
    """MiB."""
    asterisk_memory: float
    """MiB."""

    @classmethod
    def now(cls, engine: int, asterisk: int, agents: int) -> Work:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return cls(
            cpu_seconds(engine),
            cpu_seconds(asterisk),
            cpu_seconds(agents),
            ended.ru_utime + ended.ru_stime,
            machine_seconds(),
            _memory(engine),
            _memory(asterisk),
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What journal and records tell of one call. Times are Unix seconds, None for what did not happen."""

    outcome: str | None
    arrived: float
    reached: float | None
    offered: float | None
    answered: float | None
    talked_from: float | None
    talked_until: float | None
    last: str
    """The last fact before the end."""
    offers: int
    recording: str | None


def told(database: Path) -> dict[str, Told]:
    """Every call of the journal by its caller's number."""
    calls: dict[str, dict[str, float]] = {}
    numbers: dict[str, str] = {}
    offers: Counter[str] = Counter()
    last: dict[str, str] = {}
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        for call, at, kind, data in connection.execute("SELECT call, at, kind, data FROM journal ORDER BY call, seq"):
            calls.setdefault(call, {}).setdefault(kind, _unix(at))
            offers[call] += kind == "Offered"
            if kind != "CallEnded":
                last[call] = f"{kind} {data}"
            if kind == "CallArrived":
                numbers[call] = json.loads(data)["number"]
        records = {
            call: (outcome, recording)
            for call, outcome, recording in connection.execute("SELECT id, outcome, recording FROM cdr")
        }
    return {
        numbers[call]: Told(
            *records.get(call, (None, None))[:1],
            at["CallArrived"],
            at.get("EndReached"),
            at.get("Offered"),
            at.get("OfferEnded"),
            at.get("TalkBegan"),
            at.get("TalkEnded"),
            last.get(call, "none"),
            offers[call],
            *records.get(call, (None, None))[1:],
        )
        for call, at in calls.items()
    }


def in_order(database: Path, kind: str) -> list[str]:
    """Callers' numbers in the order in which the journal tells this fact of them."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        numbers = {
            call: json.loads(data)["number"]
            for call, data in connection.execute("SELECT call, data FROM journal WHERE kind = 'CallArrived'")
        }
        facts = connection.execute("SELECT call FROM journal WHERE kind = ? ORDER BY at, rowid", (kind,))
        return [numbers[call] for (call,) in facts]


def spreads(times: Mapping[str, Sequence[float]]) -> dict[str, Spread]:
    """A spread for each name that has times at all."""
    return {name: Spread.of(seconds) for name, seconds in times.items() if seconds}


def lateness(pulse: Path, since: float, until: float) -> list[float]:
    """Seconds that the engine's loop came round late, between two instants."""
    beats = array("d")
    beats.frombytes(pulse.read_bytes())
    return [late for at, late in zip(beats[::2], beats[1::2], strict=True) if since <= at <= until]


def cpu_model() -> str:
    """The machine's processor, in its own words, and how many of it."""
    told = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in told if line.startswith("model name")]
    return f"{names[0] if names else 'unknown'} x {os.cpu_count()}"


def _unix(at: str) -> float:
    return datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()


def cpu_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def children(pid: int) -> tuple[int, ...]:
    """The processes that this one began and that are there."""
    return tuple(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def machine_seconds() -> float:
    """Busy CPU seconds of the whole machine since it started."""
    user, nice, system, _idle, _wait, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + softirq) / _TICK


def stolen_seconds() -> float:
    """CPU seconds since the machine started that it wanted, and its host gave to others."""
    return int(Path("/proc/stat").read_text().split()[8]) / _TICK


def _memory(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in told if line.startswith("VmRSS:"))) / 1024
