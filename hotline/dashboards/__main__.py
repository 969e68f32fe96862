"""`python -m hotline.dashboards`: write `monitoring/dashboards` anew."""

from __future__ import annotations

from hotline.dashboards.grafana import FOLDER, files
from hotline.settings import HOUSE


def write() -> None:
    """Every file, and none of another name."""
    made = {HOUSE / path: text for path, text in files()}
    for old in set((HOUSE / FOLDER).rglob("*.json")) - made.keys():
        old.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
