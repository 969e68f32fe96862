"""The crowd: SIPp as callers in every phase of a call, all at one time."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.ports import free_ports
from bench.sipp import Batch, batch_of, may_send_raw, sipp_command, start
from bench.sounds import write_captures

ROOM = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    trim_blocks=True,
    autoescape=False,  # noqa: S701 - SIPp's XML, of our own values
)


@dataclass(frozen=True, slots=True)
class Group:
    """Callers who do the same."""

    name: str
    calls: int
    keys: str
    first: int
    """Number of the first; the others count up."""
    rate: int = 8
    """Calls a second: three groups that come together stay far below what the door lets in (`admission.rate`)."""
    hold: float | None = None
    """Seconds after their last key when they hang up; None: the other side does."""
    patience: float = 90.0
    """Seconds within which the other side must have hung up."""
    speaks: bool = False

    @property
    def numbers(self) -> list[str]:
        return [str(self.first + n) for n in range(self.calls)]


class Crowd:
    """One group of callers, calling: `place` begins, `over` waits for the last of them."""

    def __init__(self, folder: Path, sip: str, group: Group) -> None:
        """They call the switch at `sip` (`HOST:PORT`); what SIPp writes is in a folder of its own in `folder`."""
        self.group = group
        self._folder = folder / f"crowd-{group.name}"
        self._folder.mkdir()
        speaks = group.speaks and may_send_raw()
        if speaks:
            write_captures(self._folder, group.hold or group.patience)  # who falls silent is thanked and let go
        scenario = self._folder / "crowd.xml"
        hold = None if group.hold is None else round(group.hold * 1000)
        text = ROOM.get_template("crowd.xml.j2").render(
            keys=group.keys, hold=hold, patience=round(group.patience * 1000), speaks=speaks, folder=self._folder
        )
        scenario.write_text(text)
        (self._folder / "callers.csv").write_text("\n".join(["SEQUENTIAL", *group.numbers, ""]))
        command = sipp_command(scenario, sip, *free_ports(2))
        command += ["-inf", "callers.csv", "-r", str(group.rate), "-m", str(group.calls), "-l", str(group.calls)]
        command += ["-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_rtt", "-rtt_freq", "1"]
        command += ["-trace_err", "-error_file", "errors.log"]
        self._running = start(command, self._folder)

    def stop(self) -> None:
        """Their calls are gone: let them be."""
        self._running.kill()
        self._running.wait()

    def over(self, within: float) -> Batch:
        """Wait until all have ended; who has not by then is a failed call."""
        try:
            self._running.wait(within)
        except subprocess.TimeoutExpired:
            self._running.terminate()
            self._running.wait(10)
        return batch_of(self._folder)
