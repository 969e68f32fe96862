"""The stand: a whole hotline in a folder of its own, on free ports, with its agents registered and ready."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import figures, sounds
from bench.ports import free_ports
from hotline.asterisk_process import live_pid
from hotline.asterisk_program import find_asterisk
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, Settings, load
from hotline.switch_config import Places
from prompts.phrases import Phrase

PROMPTS = {
    "greeting": 3.0,
    "menu": 4.0,
    "lines": 4.0,
    "connecting": 1.5,
    "busy": 1.5,
    "sorry": 1.0,
    "notice": 0.5,
    "fallback": 1.0,
}
"""Seconds of each prompt."""

SENTENCES = {Phrase.OVERLOADED: 4.0, Phrase.TOO_OFTEN: 4.0, Phrase.BLOCKED: 3.0, Phrase.PROVE: 3.0}
"""Seconds of what the house says at its door."""

_PLAN = """\
hotline:
  name: 压力测试热线
  number: "12320"
  start: greeting
  person: line
  hours: always
  silence: {{say: sorry, tries: 2, then: sorry}}
  wrong: {{say: sorry, tries: 3, then: sorry}}
  apology: sorry
calendar: {{hours: {{always: [{{on: every day, open: ["0:00-24:00"]}}]}}}}
nodes:
  greeting: {{say: greeting, then: menu}}
  menu: {{menu: menu, keys: {{1: lines}}}}
  lines: {{menu: lines, keys: {{1: sorry, 2: line}}}}
  sorry: {{end: sorry}}
lines:
  line: {{name: 热线, {rule}}}
agents:
{agents}
prompts:
{prompts}
"""
_RULE = "closed: sorry, overflow: sorry, connecting: connecting, busy: busy, position: false, wrap_up: 0s"
_RECORDED = ", record: true, notice: notice"


class StandFailed(RuntimeError):
    """The stand could not be put up; the text says what happened."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A hotline that is up."""

    folder: Path
    settings: Settings
    agents: tuple[str, ...]
    engine: int
    """Process id."""
    asterisk: int
    """Process id."""

    @property
    def sip(self) -> str:
        return f"127.0.0.1:{self.settings.sip.port}"

    @property
    def database(self) -> Path:
        return self.settings.var / "hotline.db"

    @property
    def processes(self) -> tuple[int, ...]:
        """Whose CPU counts."""
        return (self.engine, self.asterisk)

    def joined(self) -> list[str]:
        """Numbers of the callers in the order in which they began to wait."""
        return figures.in_order(self.database, "WaitBegan")

    def chosen(self) -> list[str]:
        """Numbers of the callers in the order in which the floor chose an agent for them."""
        return figures.in_order(self.database, "Offered")

    def ready_agents(self) -> int:
        """Agents that could be rung now."""
        web = self.settings.web.port
        with urllib.request.urlopen(f"http://127.0.0.1:{web}/metrics", timeout=5) as answer:
            told = re.search(r'^hotline_agents\{presence="ready"\} (\S+)$', answer.read().decode(), re.M)
        return int(float(told[1])) if told else 0

    def left(self) -> dict[str, list[str]]:
        """Channels and bridges that are on the switch."""
        channels = [f"{channel['name']} {channel['state']} {channel['id']}" for channel in self._ari("channels")]
        return {"channels": channels, "bridges": [bridge["id"] for bridge in self._ari("bridges")]}

    def _ari(self, what: str) -> list[Any]:
        ari = self.settings.ari
        password = keep_secrets(self.settings.var).ari_password
        word = b64encode(f"{ari.user}:{password}".encode()).decode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{ari.port}/ari/{what}", headers={"Authorization": f"Basic {word}"}
        )
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310 - our own address
            found: list[Any] = json.load(answer)
        return found


@contextmanager
def stand(
    folder: Path,
    *,
    agents: int,
    record: bool,
    options: tuple[str, ...] = (),
    more: str = "",
    admission: dict[str, object] | None = None,
) -> Iterator[Stand]:
    """Put a hotline up in `folder`; `options` go to `bench.engine`. It is down when the block ends.

    `more` is added to its plan; without `admission` of its own everybody is let in. Raises StandFailed.
    """
    names = tuple(f"agent-{n:04}" for n in range(1, agents + 1))
    config, var = folder / "config", folder / "var"
    config.mkdir(parents=True)
    (config / "plan.yaml").write_text(_plan(names, record=record) + more, encoding="utf-8")
    given = free_settings()
    given["admission"] = admission or {"rate": 1000}
    settings = load(config=config, var=var, **given)
    sounds.write_prompts(settings.sounds, PROMPTS | SENTENCES)
    sounds.write_prompts(settings.moh, {"music": 20.0})
    variables = {f"HOTLINE_{part}__{name}".upper(): str(v) for part, own in given.items() for name, v in own.items()}
    command = [sys.executable, "-m", "bench.engine", "--config", str(config), "--var", str(var)]
    command += ["--pulse", str(folder / "pulse"), *options]
    places = Places.of(settings, find_asterisk(settings))
    with ExitStack() as stack:
        log = stack.enter_context((folder / "engine.log").open("wb"))
        engine = subprocess.Popen(
            command,
            cwd=HOUSE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HOUSE), *sys.path]), **variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        stack.callback(_end, engine, places)
        _wait(lambda: _answers(settings, engine, folder), 120.0, "the engine is not ready", folder)
        asterisk = live_pid(places.pid_file, str(places.conf))
        if asterisk is None:
            raise StandFailed("Asterisk is not there")
        yield Stand(folder, settings, names, engine.pid, asterisk)


def unwinds() -> None:
    """SIGTERM ends this program by its way out, so that nothing it started stays behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def wait_until(holds: Callable[[], bool], within: float) -> bool:
    """Whether it came to hold in so many seconds."""
    until = time.monotonic() + within
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def free_settings() -> dict[str, dict[str, object]]:
    """Settings of a switch on ports that nobody uses."""
    sip, ari, web, trunk = free_ports(4)
    return {
        "sip": {"port": sip, "max_calls": 4000, "qualify": 0},
        "ari": {"port": ari},
        "web": {"port": web},
        "rtp": {"first": 23000, "last": 30999},
        "trunk": {"port": trunk},
    }


def _plan(agents: tuple[str, ...], *, record: bool) -> str:
    return _PLAN.format(
        rule=_RULE + (_RECORDED if record else ""),
        agents="\n".join(f"  {name}: {{name: {name}, lines: [line]}}" for name in agents),
        prompts="\n".join(f"  {name}: 音" for name in PROMPTS),
    )


def _answers(settings: Settings, engine: subprocess.Popen[bytes], folder: Path) -> bool:
    if engine.poll() is not None:
        raise StandFailed(f"the engine ended at once{_last_words(folder)}")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.web.port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, http.client.HTTPException):  # a port of loopback may answer itself
        return False


def _wait(holds: Callable[[], bool], within: float, otherwise: str, folder: Path) -> None:
    if not wait_until(holds, within):
        raise StandFailed(f"{otherwise}{_last_words(folder)}")


def _last_words(folder: Path) -> str:
    lines = (folder / "engine.log").read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
    return "".join(f"\n  {line}" for line in lines)


def _end(engine: subprocess.Popen[bytes], places: Places) -> None:
    """End the engine, which ends its Asterisk; what does not end by itself is killed."""
    engine.terminate()
    try:
        engine.wait(20)
    except subprocess.TimeoutExpired:
        engine.kill()
        engine.wait()
    left = live_pid(places.pid_file, str(places.conf))
    if left is not None:
        os.kill(left, signal.SIGKILL)
