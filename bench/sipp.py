"""SIPp as the callers and as the agents."""

from __future__ import annotations

import csv
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.ports import free_ports
from bench.sounds import write_captures
from bench.stand import StandFailed, wait_until
from hotline.secrets import keep_secrets
from hotline.settings import Settings

HERE = Path(__file__).parent

RING = (200, 800)
"""Milliseconds that an agent lets the phone ring: least, most; uniform between."""
GRACE = 1.2
"""Seconds that a caller grants, besides the talk, for being connected."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Something that SIPp did for a caller, at a Unix time."""

    at: float
    what: str
    number: str
    agent: str = ""
    leg: str = ""
    """SIP's Call-ID at the agent."""


class Exchange(Protocol):
    """A switch with agents' phones on it that SIPp may call."""

    @property
    def folder(self) -> Path: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def agents(self) -> tuple[str, ...]: ...
    @property
    def sip(self) -> str: ...
    def ready_agents(self) -> int: ...


class Measured(Exchange, Protocol):
    """One that is measured: our hotline, or what it is compared with."""

    @property
    def processes(self) -> tuple[int, ...]: ...
    def joined(self) -> list[str]: ...
    def chosen(self) -> list[str]: ...
    def left(self) -> dict[str, list[str]]: ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How agents take calls; times in milliseconds, least and most, uniform between."""

    ring: tuple[int, int] = RING
    talk: tuple[int, int] | None = None
    """They hang up after so long; None: the callers do."""
    together: int | None = None
    """Unix time at which all who are in a talk then hang up at once."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What SIPp says of calls that it placed."""

    offered: int
    succeeded: int
    failed: int
    retransmissions: int
    answers: list[float]
    """Seconds from INVITE to 200, one a call."""
    keys: list[Stamp]
    """When each caller pressed the key of the line."""
    errors: str


def may_send_raw() -> bool:
    """Whether we may send keys as RTP: SIPp plays captures through a raw socket, which only root may open."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP).close()
    except PermissionError:
        return False
    return True


class Callers:
    """Places calls at a steady rate."""

    def __init__(
        self, stand: Exchange, *, keys: str, talk: float = 0.0, sound: bool = False, patience: float | None = None
    ) -> None:
        """`keys` is `rtp` or `info`; callers with `sound` speak from their menu key on.

        They hang up after `talk` seconds of talk; with `patience` the agents do, and who hears nothing of it in so many
        seconds counts as failed.
        """
        self._stand = stand
        write_captures(stand.folder, talk + GRACE)
        self._scenario = stand.folder / "caller.xml"
        self._scenario.write_text(
            _room()
            .get_template("caller.xml.j2")
            .render(
                keys=keys,
                sound=sound,
                folder=stand.folder,
                patient=patience is not None,
                hold=round((talk + GRACE if patience is None else patience) * 1000),
                talk=round(talk * 1000),
            )
        )
        self._batches = 0

    def call(self, rate: int, calls: int, *, first: int, within: float, at_once: int | None = None) -> Batch:
        """Place so many calls, `rate` a second, from numbers counted up from `first`; until all are over.

        Never more than `at_once` are in progress: the next begins when one ends.
        """
        self._batches += 1
        folder = self._stand.folder / f"callers-{self._batches}"
        folder.mkdir()
        rows = [str(first + n) for n in range(calls)]
        (folder / "callers.csv").write_text("\n".join(["SEQUENTIAL", *rows, ""]))
        command = sipp_command(self._scenario, self._stand.sip, *free_ports(2))
        command += ["-inf", str(folder / "callers.csv"), "-r", str(rate), "-m", str(calls), "-l", str(at_once or calls)]
        command += ["-timeout", f"{within:.0f}s", "-trace_stat", "-stf", "stat.csv", "-fd", "1"]
        command += ["-trace_rtt", "-rtt_freq", "1", "-trace_logs", "-log_file", "keys.log"]
        command += ["-trace_err", "-error_file", "errors.log"]
        _run(command, folder, within + 20)
        return batch_of(folder)


@contextmanager
def agents(stand: Exchange, *, sound: bool = False, manner: Manner = Manner(), beside: int = 0) -> Iterator[int]:
    """Every agent of the stand registers and answers until the block ends; gives SIPp's process id.

    `beside` are other agents who are ready already.
    """
    port, media = free_ports(2)
    folder = stand.folder / "agents"
    folder.mkdir(parents=True)
    secrets = keep_secrets(stand.settings.var).phones
    rows = [f"{name};[authentication username={name} password={secrets[name]}]" for name in stand.agents]
    (folder / "agents.csv").write_text("\n".join(["SEQUENTIAL", *rows, ""]))
    enrol = sipp_command(HERE / "register.xml", stand.sip, port, media)
    enrol += ["-inf", str(folder / "agents.csv"), "-m", str(len(rows)), "-r", "50", "-timeout", "60s"]
    if _run([*enrol, "-trace_err", "-error_file", "register-errors.log"], folder, 70):
        raise StandFailed(f"not every agent could register: {_last_words(folder)}")
    scenario = folder / "agent.xml"
    scenario.write_text(_room().get_template("agent.xml.j2").render(asdict(manner)))
    command = sipp_command(scenario, stand.sip, port, media)
    command += ["-trace_logs", "-log_file", "stamps.log", "-trace_err", "-error_file", "errors.log"]
    command += ["-trace_shortmsg", "-shortmessage_file", "messages.log"]
    command.append("-aa")  # answers who asks whether the phone is still there
    if sound:
        command.append("-rtp_echo")
    answering = start(command, folder)
    try:
        if not wait_until(lambda: stand.ready_agents() == beside + len(rows), 60):
            raise StandFailed(f"only {stand.ready_agents() - beside} of {len(rows)} agents are ready")
        yield answering.pid
    finally:
        answering.terminate()
        try:
            answering.wait(5)
        except subprocess.TimeoutExpired:
            answering.kill()
            answering.wait()


def agent_stamps(stand: Exchange) -> list[Stamp]:
    """When each caller's agent was `invited`, and when the agent `answered`."""
    return _stamps(stand.folder / "agents" / "stamps.log")


def version() -> str:
    """SIPp's own word."""
    said = subprocess.run(["sipp", "-v"], capture_output=True, text=True, check=False).stdout
    return said.split("SIPp", 1)[-1].split()[0].rstrip(".") if "SIPp" in said else "unknown"


def sipp_command(scenario: Path, switch: str, port: int, media: int) -> list[str]:
    """SIPp on this scenario, from this SIP port and media port."""
    return [
        *("sipp", switch, "-sf", str(scenario), "-nostdin", "-i", "127.0.0.1", "-p", str(port)),
        *("-mi", "127.0.0.1", "-mp", str(media)),
    ]


def start(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Begin in `folder`, what it shows kept in `screen.log`."""
    with (folder / "screen.log").open("ab") as screen:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "TERM": "dumb"},
            stdin=subprocess.DEVNULL,
            stdout=screen,
            stderr=subprocess.STDOUT,
        )


def _run(command: list[str], folder: Path, within: float) -> int:
    """Run SIPp to its end: 0 when all calls were good, 1 when not. Raises StandFailed when SIPp itself fails."""
    running = start(command, folder)
    try:
        status = running.wait(within)
    except subprocess.TimeoutExpired:
        raise StandFailed(f"SIPp did not end in {within:.0f} s: {folder}") from None
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()
    if status not in (0, 1):
        raise StandFailed(f"SIPp ended with status {status}: {_last_words(folder)}")
    return status


def _last_words(folder: Path) -> str:
    return " | ".join((folder / "screen.log").read_text(errors="replace").splitlines()[-5:])


def batch_of(folder: Path) -> Batch:
    """What the SIPp that ran in `folder` says of its calls. Raises StandFailed when it placed none."""
    if not (folder / "stat.csv").is_file():
        raise StandFailed(f"SIPp placed no call: {_last_words(folder)}")
    with (folder / "stat.csv").open() as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    answers: list[float] = []
    for path in folder.glob("*_rtt.csv"):
        for row in path.read_text().splitlines()[1:]:
            answers.append(float(row.split(";")[1]) / 1000)
    keys = folder / "keys.log"
    return Batch(
        offered=int(last["TotalCallCreated"]),
        succeeded=int(last["SuccessfulCall(C)"]),
        failed=int(last["FailedCall(C)"]),
        retransmissions=int(last["Retransmissions(C)"]),
        answers=answers,
        keys=_stamps(keys) if keys.is_file() else [],
        errors=_errors(folder / "errors.log"),
    )


def _errors(log: Path) -> str:
    """The beginning of what SIPp complains of; a caller who heard no new INVITE is no complaint."""
    told = re.split(r"(?=\d{4}-\d\d-\d\d\t)", log.read_text(errors="replace")) if log.is_file() else []
    return "\n".join(words.strip() for words in told[1:] if "jumping to label" not in words)[:2000]


def _stamps(path: Path) -> list[Stamp]:
    """Lines `DATE<tab>TIME<tab>UNIX;WHAT;NUMBER`, from agents also `;AGENT;CALL-ID`."""
    parts = (line.rpartition("\t")[2].split(";") for line in path.read_text().splitlines())
    return [Stamp(float(at), *what) for at, *what in parts]


def _room() -> Environment:
    return Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # noqa: S701
