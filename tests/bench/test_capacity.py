"""What a machine holds, in short: waiting callers and recorded talks on a real Asterisk. No figure is judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.capacity import Ladder, survey
from hotline.commands.bench import _WORDS, _page

pytestmark = [pytest.mark.system, pytest.mark.load]


def test_everybody_waits_every_talk_is_recorded_and_the_page_says_so(tmp_path: Path) -> None:
    ladders = {"waiting": (10,), "talks": (6,)}
    found = survey(tmp_path / "bench", ("waiting", "talks"), ladders=ladders, talk=3.0, held=3.0)
    parts: dict[str, Ladder] = found["parts"]
    (waited,), (talked,) = (parts[part].steps for part in ("waiting", "talks"))
    assert (waited.good, waited.calls) == (10, 10), waited.why
    assert (talked.good, talked.calls) == (16, 16), talked.why
    for words in _WORDS.values():
        page = _page(found, words)
        assert page.startswith(words["title"])
        assert all(words[part] in page for part in parts)
        assert "docs/capacity" in page
