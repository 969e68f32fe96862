"""Unit: a supervisor and engines that live and die as told, each in a process of its own."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import os, signal, sys, time
from hotline import supervisor
from hotline.supervisor import Supervisor, Wire, Word
supervisor.PAUSES = (0.0, 0.01, 0.01)
supervisor.HUNG = 1.5

def engine(wire):
    with open(sys.argv[1], "a") as file:
        file.write(f"{os.getpid()}\\n")
    born = len(open(sys.argv[1]).readlines())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    %s

def leave(asked):
    print("left", "asked" if asked else "alone", flush=True)

lock = os.open(sys.argv[1], os.O_RDONLY | os.O_CREAT)
sys.exit(Supervisor(engine, leave, lock=lock).run())
"""


def run(folder: Path, life: str) -> tuple[subprocess.Popen[str], Path]:
    births = folder / "births"
    births.touch()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM % life, str(births)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    return process, births


def born(births: Path, times: int) -> int:
    """The pid of the last of so many engines, once it was begun."""
    until = time.monotonic() + 20.0
    while time.monotonic() < until:
        if len(pids := births.read_text().splitlines()) >= times:
            return int(pids[times - 1])
        os.sched_yield()
    raise AssertionError(f"{times} engines were not born")


@pytest.mark.parametrize(
    ("life", "status", "engines", "said"),
    [
        ("return 0", 0, 1, []),
        ("return 1", 1, 1, []),
        ("wire.tell(Word.UP); wire.tell(Word.FINAL); return 1", 1, 1, []),
        ("raise ZeroDivisionError", 1, 4, ["left alone"]),
        ("wire.tell(Word.UP); return 1", 1, 4, ["left alone"]),
        ("wire.tell(Word.UP); return 0 if born == 3 else 1", 0, 3, []),
        ("wire.tell(Word.UP); os.kill(os.getpid(), signal.SIGKILL) if born == 1 else None; return 0", 0, 2, []),
        ("wire.tell(Word.UP); time.sleep(60) if born == 1 else None; return 0", 0, 2, []),
    ],
    ids=["asked", "told-first", "final", "bugs", "told-later", "heals", "killed", "hangs"],
)
def test_another_engine_is_begun_when_that_makes_sense(
    tmp_path: Path, life: str, status: int, engines: int, said: list[str]
) -> None:
    process, births = run(tmp_path, life)
    out, _ = process.communicate(timeout=30)
    left = [line for line in out.splitlines() if line.startswith("left ")]
    assert (process.returncode, len(births.read_text().splitlines()), left) == (status, engines, said)


def test_a_signal_is_handed_through_and_an_engine_that_obeys_is_the_end(tmp_path: Path) -> None:
    process, births = run(tmp_path, "wire.tell(Word.UP); time.sleep(60)")
    born(births, 1)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert len(births.read_text().splitlines()) == 1, out


def test_an_engine_dies_with_its_supervisor(tmp_path: Path) -> None:
    process, births = run(tmp_path, "wire.tell(Word.UP); signal.pause()")
    engine = os.pidfd_open(born(births, 1))
    try:
        process.kill()
        process.communicate(timeout=30)
        assert select.select([engine], [], [], 10.0)[0] == [engine]
    finally:
        os.close(engine)


def test_a_service_manager_hears_when_callers_are_served_and_that_somebody_looks(tmp_path: Path) -> None:
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    heard.settimeout(20.0)
    births = tmp_path / "births"
    births.touch()
    life = "assert not {'NOTIFY_SOCKET', 'WATCHDOG_USEC'} & {*os.environ}\n    "
    life += "signal.signal(signal.SIGTERM, lambda *_: os._exit(0)); wire.tell(Word.UP)\n    "
    life += "while True: time.sleep(0.05); wire.tell(Word.ALIVE)"
    told = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"}
    words = [sys.executable, "-c", PROGRAM % life, str(births)]
    with heard, subprocess.Popen(words, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:

        def until(word: str) -> str:
            while word not in (said := heard.recv(4096).decode()):
                pass
            return said

        assert f"engine {born(births, 1)} serves" in until("READY=1")
        until("WATCHDOG=1")
        os.kill(born(births, 1), signal.SIGKILL)
        until("STATUS=the engine died")
        assert f"engine {born(births, 2)} serves" in until("READY=1")
        process.send_signal(signal.SIGTERM)
        until("STOPPING=1")
        assert process.wait(20) == 0
