"""Somebody in a folder of their own, who types what a page of the documentation says, to the letter.

A comment before a block tells what the reader does with it; a block without one is only looked at.

| comment | the reader |
|---|---|
| `run`, `run, exit 1`, `live` | types each line, and expects that it is done (or ends with 1) |
| `run until told` | types the line again and again, until it shows the `told` that follows: it takes a moment |
| `told` | finds the block in what the last line said; `…` stands for what varies |
| `write FILE` | puts the block into the file |
| `edit FILE: "old" -> "new"` | replaces words of the file |
| `every terminal` | types the line in each terminal, so it holds for all that follows |
| `open NAME` | opens another terminal and types the line there; it goes on |
| `sees NAME` | waits until that terminal shows the block; `…` as above |
| `closes NAME` | presses Ctrl-C there, and expects a good end |
| `waits NAME` | waits until what was typed there has ended well |
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.ports import free_ports
from hotline.settings import HOUSE

_BLOCK = re.compile(r"(?:<!-- (?P<what>(?:(?!-->).)*) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)
_ALONE = re.compile(r"^<!-- (?P<what>(?:closes|waits) \w+) -->$", re.MULTILINE)


PATIENCE = 240.0
"""Seconds after which the reader gives up waiting for what a page says: the machine may be busy with other tests."""


@dataclass(frozen=True)
class Block:
    """A piece of the page that a reader types, or sees; `what` tells the test which."""

    what: str
    text: str


def blocks(page: str) -> list[Block]:
    """Every block of a page of `docs/`, in order; `closes` and `waits` stand alone, without one."""
    text = (HOUSE / "docs" / page).read_text("utf-8")
    found = [(match.start(), Block(match["what"] or "", match["text"])) for match in _BLOCK.finditer(text)]
    found += [(match.start(), Block(match["what"], "")) for match in _ALONE.finditer(text)]
    return [block for _, block in sorted(found, key=lambda one: one[0])]


def without_comments(block: Block) -> Block:
    lines = block.text.splitlines() if "schema=" not in block.text else []
    return Block(block.what, "\n".join(re.sub(r"\s+# .*", "", line) for line in lines))


def is_told(expected: str, said: str) -> bool:
    """Whether these lines stand in what was said, one below the other; the first may begin and the last end anywhere.

    `…` stands for anything within a line, and alone for one line or more.
    """
    lines = [line.strip() for line in expected.strip().splitlines()]
    told = (
        r"(?:.*\n)*?.*" if line == "…" else "".join(".*?" if part == "…" else re.escape(part) for part in _cut(line))
        for line in lines
    )
    return re.search(r"[ \t]*\n[ \t]*".join(told), said) is not None


def _cut(line: str) -> list[str]:
    return re.split("(…)", line)


class Terminal:
    """One more terminal, in which something goes on."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process, self._log = process, log

    @property
    def shows(self) -> str:
        return self._log.read_text("utf-8", errors="replace")

    def sees(self, text: str, within: float = PATIENCE) -> None:
        until = time.monotonic() + within
        while not is_told(text, self.shows):
            ended = self._process.poll()
            assert ended is None or is_told(text, self.shows), f"ended with {ended}, without {text!r}:\n{self.shows}"
            assert time.monotonic() < until, f"no {text!r} in {within:g} s:\n{self.shows}"
            select.select([], [], [], 0.05)

    def ends(self, within: float = 60.0) -> None:
        assert self._process.wait(within) == 0, self.shows

    def press_ctrl_c(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)


class Reader:
    """Somebody in a folder of their own, typing what the page says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = ""
        self._again = ""
        self._terminals: dict[str, Terminal] = {}
        shutil.copytree(HOUSE / "config", folder / "config")
        (folder / ".venv").symlink_to(HOUSE / ".venv")
        (folder / "var").mkdir(exist_ok=True)
        (folder / "var" / "voice").symlink_to(HOUSE / "var" / "voice")
        sip, ari, web, carrier = free_ports(4)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")},
            "HOTLINE_SIP__PORT": str(sip),
            "HOTLINE_ARI__PORT": str(ari),
            "HOTLINE_WEB__PORT": str(web),
            "HOTLINE_TRUNK__PORT": str(carrier),
            "HOTLINE_RTP__FIRST": "23000",
            "HOTLINE_RTP__LAST": "23999",
            "PYTHONPATH": str(HOUSE),
            "LC_ALL": "C.UTF-8",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for terminal in reversed(self._terminals.values()):
            terminal.kill()

    def has_sounds(self, sounds: Path) -> None:
        """The sounds of the shipped prompts are made already: the first start need not."""
        for name in ("sounds", "moh"):
            shutil.copytree(sounds / name, self.folder / "var" / name)

    def types(self, command: str, ends_with: int = 0) -> None:
        """Run one line of the page."""
        done = subprocess.run(
            ["bash", "-c", command],  # the page is ours
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        self.told = done.stdout + done.stderr
        assert done.returncode == ends_with, f"`{command}` ended with {done.returncode}:\n{self.told}"

    def opens(self, name: str, command: str) -> None:
        """Another terminal, with its first command."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as shown:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.environment, stdout=shown, stderr=shown
            )
        self._terminals[name] = Terminal(process, log)

    def follows(self, block: Block) -> None:
        kind, _, detail = block.what.partition(" ")
        match kind.rstrip(","):
            case "run" if detail == "until told":
                self._again = block.text.strip()
                self.types(self._again)
            case "run" | "live":
                self._again = ""
                for command in block.text.splitlines():
                    self.types(command, 1 if detail == "exit 1" else 0)
            case "told":
                until = time.monotonic() + PATIENCE
                while self._again and not is_told(block.text, self.told) and time.monotonic() < until:
                    self.types(self._again)
                assert is_told(block.text, self.told), f"expected:\n{block.text}\nwas told:\n{self.told}"
            case "write":
                (self.folder / detail).write_text(block.text, encoding="utf-8")
            case "edit":
                name, change = detail.split(": ", 1)
                before, after = (part[1:-1].replace("\\n", "\n") for part in change.split(" -> "))
                text = (self.folder / name).read_text("utf-8")
                assert before in text, before
                (self.folder / name).write_text(text.replace(before, after), encoding="utf-8")
            case "every":
                for name, value in re.findall(r"^export (\w+)=(\S+)", block.text, re.MULTILINE):
                    self.environment[name] = value
            case "open":
                self.opens(detail, block.text.strip())
            case "sees":
                self._terminals[detail].sees(block.text)
            case "closes":
                self._terminals[detail].press_ctrl_c()
                self._terminals[detail].ends()
            case "waits":
                self._terminals[detail].ends()
            case "":
                return
            case other:
                raise AssertionError(f"the page asks for {other!r}")

    @contextmanager
    def starts_the_hotline(self) -> Iterator[None]:
        """A second terminal."""
        self.opens("up", ".venv/bin/hotline up")
        try:
            ready = f"http://127.0.0.1:{self.environment['HOTLINE_WEB__PORT']}/readyz"
            wait = f"for i in $(seq 300); do curl -sf {ready} && exit 0; read -rt 0.2 <> <(:); done; exit 9"
            self.types(wait)
            yield
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._terminals['up'].shows}") from error
        finally:
            self._terminals["up"].kill()
