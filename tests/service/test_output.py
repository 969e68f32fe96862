"""Unit: what a command has to tell gets out whole, or the command says that it did not. Real processes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from hotline.settings import HOUSE

HOTLINE = HOUSE / ".venv" / "bin" / "hotline"
DIAL = [str(HOTLINE), "dial", "1,4", "--at", "2026-11-20T10:00", "--config", str(HOUSE / "config")]


def test_a_full_disk_is_told_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*DIAL, "--json"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "hotline: the output could not be written: No space left on device\n"


def test_a_pipe_gets_utf8_whatever_the_terminal_speaks() -> None:
    for encoding in ("ascii", "gbk"):
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        done = subprocess.run(DIAL, env=environment, capture_output=True, check=True)
        assert "您好，欢迎拨打天津12320公共卫生热线。" in done.stdout.decode("utf-8")


def test_who_closed_the_output_hears_nothing_and_no_complaint() -> None:
    done = subprocess.run(["bash", "-c", f"{' '.join(DIAL)} >&-"], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
