"""The examples as pictures for docs/forms.md: `python -m paperwork.printing.pictures` (wants what tests want)."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from paperwork.printing.examples import examples
from paperwork.printing.render import Format, render

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "forms"
LARGEST = 150_000
"""Bytes of a picture."""
_SCALE = 1.5
"""Dots for a point of type: 893 over an upright page."""


def pictures(folder: Path, scale: float = _SCALE) -> list[Path]:
    """Print each example and draw its pages into the folder, where no other picture stays.

    Raises ValueError for a picture that is too large.
    """
    from pypdfium2 import PdfDocument

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    drawn = []
    for name, printed in examples().items():
        document = PdfDocument(render(printed, Format.PDF))
        for place, page in enumerate(document):
            picture = page.render(scale=scale).to_pil().convert("RGB").quantize(16)
            packed = BytesIO()
            picture.save(packed, "PNG", optimize=True)
            if len(packed.getvalue()) > LARGEST:
                raise ValueError(f"{name} page {place + 1} is {len(packed.getvalue())} bytes of {LARGEST}")
            path = folder / (f"{name}.png" if len(document) == 1 else f"{name}-{place + 1}.png")
            path.write_bytes(packed.getvalue())
            drawn.append(path)
    return drawn


if __name__ == "__main__":
    pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
