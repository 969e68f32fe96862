"""Write the reference pages anew: `python -m hotline.reference`."""

from __future__ import annotations

from hotline.reference.pages import PAGES
from hotline.settings import HOUSE

if __name__ == "__main__":
    for path, made in PAGES.items():
        (HOUSE / path).write_text(made(), encoding="utf-8")
