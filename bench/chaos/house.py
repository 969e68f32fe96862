"""The house: a hotline as `hotline up` runs it, in a folder of its own, with a plan for every phase of a call."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import numpy as np
import soundfile
from prometheus_client.parser import text_string_to_metric_families

from bench import figures
from bench.chaos.proxy import Wire, wire
from bench.ports import free_ports
from bench.stand import Stand, StandFailed, free_settings, wait_until
from hotline.asterisk_process import live_pid
from hotline.asterisk_program import find_asterisk
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, Settings, load
from hotline.switch_config import Places

MENU, LINE, RING, MESSAGE = "", "12", "13", "14"
"""Keys that lead to each phase: the menu itself, the line that is answered, the one that only rings, a message."""

_LENGTHS = {"greeting": 50.0, "menu": 50.0, "lines": 50.0, "short": 0.6, "fallback": 3.0}
"""Seconds of each prompt: menus last as long as a fault does."""

_PLAN = """\
hotline:
  name: 混沌热线
  number: "12320"
  start: greeting
  person: line
  hours: always
  silence: {{say: short, tries: 2, then: bye}}
  wrong: {{say: short, tries: 3, then: bye}}
  apology: short
calendar: {{hours: {{always: [{{on: every day, open: ["0:00-24:00"]}}]}}}}
nodes:
  greeting: {{say: greeting, then: menu}}
  menu: {{menu: menu, keys: {{1: lines}}}}
  lines: {{menu: lines, keys: {{2: line, 3: ringing, 4: message}}}}
  message: {{message: short, limit: 2m, silence: 60s}}
  bye: {{end: short}}
lines:
  line: {{name: 热线, {rule}, ring: 30s}}
  ringing: {{name: 不接, {rule}, ring: 110s, maximum_wait: 10m}}
agents:
{agents}
prompts:
{prompts}
"""
_RULE = "closed: bye, overflow: bye, connecting: short, busy: short, position: false, estimate: false, wrap_up: 0s"


@dataclass(slots=True)
class House:
    """A hotline that is up, or is being put down. Supervisor, engine and Asterisk are processes of their own."""

    folder: Path
    settings: Settings
    answering: tuple[str, ...]
    """Agents of the line."""
    silent: tuple[str, ...]
    """Agents of the line that only rings."""
    process: subprocess.Popen[bytes]
    """What was started: the supervisor."""
    places: Places
    variables: dict[str, str]
    """Its settings, as the environment gives them."""
    database: Path = field(init=False)

    def __post_init__(self) -> None:
        self.database = self.settings.var / "hotline.db"

    # ── processes ───────────────────────────────────────────────────────────

    @property
    def engine(self) -> int:
        """Process id of the engine: the supervisor's child that is no Asterisk. Raises StandFailed."""
        for child in _children(self.process.pid):
            if child != self.asterisk_or_none:
                return child
        if self.process.poll() is not None:
            raise StandFailed("no engine runs")
        return self.process.pid

    @property
    def asterisk_or_none(self) -> int | None:
        return live_pid(self.places.pid_file, str(self.places.conf))

    @property
    def asterisk(self) -> int:
        """Process id. Raises StandFailed."""
        found = self.asterisk_or_none
        if found is None:
            raise StandFailed("Asterisk does not run")
        return found

    def signal_engine(self, number: signal.Signals) -> None:
        os.kill(self.engine, number)

    def command(self, *words: str) -> int:
        """Give the running hotline a command, as its operator does; the exit status."""
        config, var = self.settings.config, self.settings.var
        command = [sys.executable, "-m", "hotline", *words, "--config", str(config), "--var", str(var)]
        with (self.folder / "commands.log").open("ab") as log:
            return subprocess.run(
                command, cwd=HOUSE, env=_surroundings(self.variables), stdout=log, stderr=log, timeout=90, check=False
            ).returncode

    def tell_asterisk(self, line: str) -> None:
        """Type a line at Asterisk's own command line."""
        command = [*find_asterisk(self.settings).command, "-C", str(self.places.conf), "-rx", line]
        with (self.folder / "commands.log").open("ab") as log:
            subprocess.run(command, stdout=log, stderr=log, timeout=30, check=False)

    def up_again(self) -> None:
        """`hotline up` once more, after the last one ended; Asterisk runs on."""
        self.process = _started("up", self.folder, self.settings.config, self.settings.var, self.variables)

    def wait_until_ready(self) -> None:
        """Raises StandFailed."""
        ended = self.process.poll
        if not wait_until(lambda: ended() is not None or self.ready(), 60) or ended() is not None:
            raise StandFailed(f"the hotline is not ready\n{self.log()}")

    # ── what it says of itself ──────────────────────────────────────────────

    def ready(self) -> bool:
        """Whether it takes calls."""
        return self._get("/readyz") is not None

    def metric(self, name: str, **labels: str) -> float | None:
        """A metric's value, summed over what has these labels; None while nobody answers, or nothing is so called."""
        text = self._get("/metrics")
        if text is None:
            return None
        found = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(found) if found else None

    def _get(self, path: str) -> str | None:
        url = f"http://127.0.0.1:{self.settings.web.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                said: bytes = answer.read()
                return said.decode()
        except (OSError, HTTPException):
            return None

    # ── what is written ─────────────────────────────────────────────────────

    def records(self) -> list[tuple[str, str, str]]:
        """Number, outcome and reason of every call that ended, by its beginning."""
        with closing(sqlite3.connect(self.database, timeout=5)) as database:
            rows = database.execute("SELECT number, outcome, reason FROM cdr ORDER BY started").fetchall()
        return [(str(number), str(outcome), str(reason)) for number, outcome, reason in rows]

    def in_order(self, event: str) -> list[str]:
        """Callers' numbers in the order of their first fact of this kind."""
        return figures.in_order(self.database, event)

    def offered(self) -> list[str]:
        """Callers' numbers in the order in which the floor offered them: of many offers in one instant, too."""
        with closing(sqlite3.connect(self.database, timeout=5)) as database:
            rows = database.execute(
                "SELECT cdr.number FROM journal JOIN cdr ON cdr.id = journal.call WHERE kind = 'Offered' "
                "ORDER BY json_extract(data, '$.offer')"
            ).fetchall()
        return [str(number) for (number,) in rows]

    def left(self) -> dict[str, list[str]]:
        """Channels and bridges on the switch."""
        return self.stand.left()

    @property
    def stand(self) -> Stand:
        """The same house, as SIPp's callers and agents know it."""
        return Stand(self.folder, self.settings, self.answering, self.process.pid, self.asterisk_or_none or 0)

    def log(self, lines: int = 15) -> str:
        """The last words of the hotline."""
        words = (self.folder / "hotline.log").read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
        return "\n".join(f"  {line}" for line in words)


@contextmanager
def house(
    folder: Path, *, answering: int, silent: int = 0, settings: Sequence[tuple[str, str]] = ()
) -> Iterator[House]:
    """Put a hotline up; it and its Asterisk are down when the block ends. `settings` are more `HOTLINE_…` variables.

    Raises StandFailed.
    """
    names = tuple(f"agent-{n:03}" for n in range(1, answering + 1))
    quiet = tuple(f"silent-{n:03}" for n in range(1, silent + 1))
    config, var = folder / "config", folder / "var"
    (config / "recordings").mkdir(parents=True)
    (config / "plan.yaml").write_text(_plan(names, quiet), encoding="utf-8")
    for place, (name, seconds) in enumerate(_LENGTHS.items()):
        instants = np.arange(round(seconds * 16000)) / 16000
        wave = 0.2 * np.sin(2 * np.pi * (300 + 50 * place) * instants)
        soundfile.write(config / "recordings" / f"{name}.wav", wave, 16000, subtype="PCM_16")
    given = free_settings()
    given["rtp"]["timeout"] = 0  # SIPp's agents are silent
    variables = {f"HOTLINE_{part}__{name}".upper(): str(v) for part, own in given.items() for name, v in own.items()}
    variables |= dict(settings)
    read = load(config=config, var=var, **given)
    process = _started("up", folder, config, var, variables)
    here = House(folder, read, names, quiet, process, Places.of(read, find_asterisk(read)), variables)
    try:
        here.wait_until_ready()
        yield here
    finally:
        _end(here)


@contextmanager
def house_on_a_wire(folder: Path, *, answering: int, silent: int = 0) -> Iterator[tuple[House, Wire]]:
    """The same; between its engine and its Asterisk is a wire that can be cut.

    The Asterisk is one that nobody else runs: `hotline serve` takes it over. Raises StandFailed.
    """
    with house(folder, answering=answering, silent=silent) as here:
        for pid in (here.process.pid, *_children(here.process.pid)):
            if pid != here.asterisk:
                os.kill(pid, signal.SIGKILL)
        here.process.wait()
        (port,) = free_ports(1)
        var = folder / "var-of-the-engine"
        var.mkdir()
        for name in ("sounds", "moh"):
            (var / name).symlink_to(here.settings.var / name)
        secrets = keep_secrets(here.settings.var)
        here.variables |= {"HOTLINE_ARI__PORT": str(port), "HOTLINE_ARI__PASSWORD": secrets.ari_password}
        with wire(port, here.settings.ari.port) as between:
            here.process = _started("serve", folder, here.settings.config, var, here.variables)
            here.database = var / "hotline.db"
            try:
                here.wait_until_ready()
                yield here, between
            finally:
                _end_engine(here)


def _started(what: str, folder: Path, config: Path, var: Path, variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "hotline", what, "--config", str(config), "--var", str(var)]
    with (folder / "hotline.log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=HOUSE,
            env=_surroundings(variables),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HOUSE), *sys.path]), **variables}


def _plan(answering: tuple[str, ...], silent: tuple[str, ...]) -> str:
    people = [(name, "line") for name in answering] + [(name, "ringing") for name in silent or ("nobody",)]
    return _PLAN.format(
        rule=_RULE,
        agents="\n".join(f"  {name}: {{name: {name}, lines: [{line}]}}" for name, line in people),
        prompts="\n".join(f"  {name}: 音" for name in _LENGTHS),
    )


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _end(here: House) -> None:
    """End the hotline and its Asterisk; what does not end by itself is killed."""
    _end_engine(here)
    if (asterisk := here.asterisk_or_none) is not None:
        os.kill(asterisk, signal.SIGKILL)


def _end_engine(here: House) -> None:
    children = _children(here.process.pid)
    for pid in (here.process.pid, *children):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    here.process.terminate()
    try:
        here.process.wait(20)
    except subprocess.TimeoutExpired:
        here.process.kill()
        here.process.wait()
    for pid in children:
        if pid != here.asterisk_or_none:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
