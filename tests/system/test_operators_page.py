"""System: whoever follows the operators' page to the letter ends with a changed, tested, live menu."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline.settings import HOUSE
from routing.check import read_plan
from routing.reading.load import Unreadable
from tests.ports import free_ports

pytestmark = [pytest.mark.system, pytest.mark.load, pytest.mark.timeout(900)]

PAGES = ("operators.md", "operators.zh-CN.md")
_BLOCK = re.compile(r"(?:<!-- (?P<what>.*?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A piece of the page that a reader types, or sees; `what` tells the test which."""

    what: str
    text: str


def blocks(page: str) -> list[Block]:
    text = (HOUSE / "docs" / page).read_text("utf-8")
    return [Block(match["what"] or "", match["text"]) for match in _BLOCK.finditer(text)]


def without_comments(block: Block) -> Block:
    lines = block.text.splitlines() if "schema=" not in block.text else []
    return Block(block.what, "\n".join(re.sub(r"\s+# .*", "", line) for line in lines))


class Reader:
    """Somebody in a folder of their own, typing what the page says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = ""
        shutil.copytree(HOUSE / "config", folder / "config")
        (folder / ".venv").symlink_to(HOUSE / ".venv")
        (folder / "var").mkdir()
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
            "LC_ALL": "C.UTF-8",
        }

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

    def follows(self, block: Block) -> None:
        kind, _, detail = block.what.partition(" ")
        match kind.rstrip(","):
            case "run" | "live":
                for command in block.text.splitlines():
                    self.types(command, 1 if detail == "exit 1" else 0)
            case "told":
                assert block.text.strip() in self.told
            case "write":
                (self.folder / detail).write_text(block.text, encoding="utf-8")
            case "edit":
                name, change = detail.split(": ", 1)
                before, after = (part[1:-1].replace("\\n", "\n") for part in change.split(" -> "))
                text = (self.folder / name).read_text("utf-8")
                assert before in text, before
                (self.folder / name).write_text(text.replace(before, after), encoding="utf-8")
            case "":
                return
            case other:
                raise AssertionError(f"the page asks for {other!r}")

    @contextmanager
    def starts_the_hotline(self) -> Iterator[None]:
        """A second terminal."""
        log = (self.folder / "up.log").open("wb")
        hotline = subprocess.Popen(
            [".venv/bin/hotline", "up"], cwd=self.folder, env=self.environment, stdout=log, stderr=log
        )
        try:
            ready = f"http://127.0.0.1:{self.environment['HOTLINE_WEB__PORT']}/readyz"
            wait = f"for i in $(seq 300); do curl -sf {ready} && exit 0; read -rt 0.2 <> <(:); done; exit 9"
            self.types(wait)
            yield
        except AssertionError as error:
            raise AssertionError(f"{error}\n{(self.folder / 'up.log').read_text('utf-8')}") from error
        finally:
            hotline.terminate()
            hotline.wait(30)
            log.close()


def complaints(files: dict[str, str]) -> list[str]:
    """What is wrong with the form of some files; that their names lead nowhere is left out."""
    try:
        read_plan(files)
    except Unreadable as error:
        form = {"unknown-key", "wrong-type", "missing", "syntax"}
        return [str(problem) for problem in error.problems if problem.rule in form]
    return []


def test_who_follows_the_page_ends_with_a_live_menu_and_can_take_it_back(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    page = blocks(PAGES[0])
    changed, taken_back = (block for block in page if block.what == "live")
    for block in page[: page.index(changed)]:
        reader.follows(block)
    (tmp_path / "config").rename(tmp_path / "new-config")
    (tmp_path / "old-config").rename(tmp_path / "config")
    with reader.starts_the_hotline():  # with the menu as it was, then changed as the page says
        shutil.copytree(tmp_path / "new-config", tmp_path / "config", dirs_exist_ok=True)
        reader.follows(changed)
        assert "2" in reader.told
        (tmp_path / "config" / "prompts.yaml").write_text("prompts: {", encoding="utf-8")
        reader.types(".venv/bin/hotline reload", ends_with=1)
        assert "config/prompts.yaml:1:" in reader.told
        reader.follows(taken_back)


def test_both_pages_tell_the_same() -> None:
    english, chinese = (list(map(without_comments, blocks(page))) for page in PAGES)
    assert english == chinese


def test_every_example_of_the_page_is_in_the_language() -> None:
    shipped = {path.name: path.read_text("utf-8") for path in (HOUSE / "config").glob("*.yaml")}
    pieces = [
        block.text for block in blocks(PAGES[0]) if not block.what and not block.text.startswith((".venv", "make"))
    ]
    assert len(pieces) == 10
    for piece in pieces:
        whole = f"nodes:\n{piece}" if piece.startswith("  ") else piece
        assert complaints({**shipped, "piece.yaml": whole}) == []
