"""How long a recording is, and how much of it somebody spoke: AGI tells neither."""

from __future__ import annotations

from array import array
from pathlib import Path

_HEADER, _WIDTH, _RATE = 44, 2, 8000
"""Of what Asterisk writes as `wav`. Its header is finished last, so the length is taken from the file's."""
_LOUD = 256
"""Mean of what samples are away from silence, past which Asterisk too takes them for speech."""
_PIECE, _EVERY = _RATE // 50, 4
"""Samples of each 20 ms that is looked at, and which of them."""
_MOST = 7200 * _RATE * _WIDTH


def heard(path: Path) -> tuple[float, float] | None:
    """Seconds of a recording, and those of them that are not silence; None when it cannot be read here."""
    try:
        with path.open("rb") as file:
            if file.read(4) != b"RIFF":
                return None
            file.seek(_HEADER)
            sound = file.read(_MOST)
    except OSError:
        return None
    samples = array("h", sound[: len(sound) // _WIDTH * _WIDTH])
    pieces = (samples[at : at + _PIECE : _EVERY] for at in range(0, len(samples), _PIECE))
    spoken = sum(sum(map(abs, piece)) > _LOUD * len(piece) for piece in pieces)
    return len(samples) / _RATE, spoken * _PIECE / _RATE
