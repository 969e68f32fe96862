"""Unit: the pages are a site in both languages, without a link that leads nowhere, and with nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from hotline.settings import HOUSE

FETCHED = re.compile(r"""<(?:script|img|iframe|source)[^>]+src=["']?https?:|<link[^>]+href=["']?https?:""")
"""What a browser would ask another machine for by itself."""


def test_the_site_is_whole_in_both_languages_and_fetches_nothing(tmp_path: Path) -> None:
    site = tmp_path / "site"
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)],
        cwd=HOUSE,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {str(page.relative_to(site)): page.read_text("utf-8") for page in site.rglob("*.html")}
    sources = {path.stem for path in (HOUSE / "docs").glob("*.md") if not path.name.endswith(".zh-CN.md")}
    assert {f"{name}.html" for name in sources} | {f"zh/{name}.html" for name in sources} <= pages.keys()
    assert "第一个小时" in pages["zh/first-hour.html"]
    assert [name for name, text in pages.items() if FETCHED.search(text)] == []
