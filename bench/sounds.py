"""Sounds of the stand: tones instead of words, and keys as a telephone sends them (RFC 4733)."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from hotline.sound_file import a_law_code

KEY_SECONDS = 0.1
"""How long a key is held: its last packet leaves so long after the first."""

_EVENT = 101
"""RTP payload type of telephone events in the stand's SDP."""
_STEP = 160
"""Samples of 20 ms."""


def tone(seconds: float, hertz: float) -> bytes:
    """A soft tone as A-law, 8 kHz."""
    time = np.arange(round(seconds * 8000)) / 8000
    return a_law_code((4000 * np.sin(2 * np.pi * hertz * time)).astype(np.int16))


def write_prompts(folder: Path, seconds: dict[str, float]) -> None:
    """A tone for each prompt, each of its own pitch."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, (name, length) in enumerate(seconds.items()):
        (folder / f"{name}.alaw").write_bytes(tone(length, 300.0 + 50.0 * place))


def write_keys(folder: Path) -> None:
    """The keys of a call as captures that SIPp plays: `menu-key` is 1, `line-key` is 2."""
    (folder / "menu-key.pcap").write_bytes(_capture("1", sequence=1, timestamp=_STEP))
    (folder / "line-key.pcap").write_bytes(_capture("2", sequence=101, timestamp=101 * _STEP))


def _capture(key: str, sequence: int, timestamp: int) -> bytes:
    """One key: an event that grows every 20 ms, its end sent three times (RFC 4733 §2.5.1)."""
    steps = round(KEY_SECONDS / 0.02)
    packets = [(n * 0.02, False, max(1, n) * _STEP) for n in range(steps)]
    packets += [(KEY_SECONDS, True, steps * _STEP)] * 3
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    for number, (at, last, duration) in enumerate(packets):
        kind = _EVENT | (0 if number else 0x80)
        rtp = struct.pack("!BBHII", 0x80, kind, (sequence + number) & 0xFFFF, timestamp, 0x12320)
        frame = _frame(rtp + struct.pack("!BBH", int(key), (0x80 if last else 0) | 10, duration))
        out.append(
            struct.pack("<IIII", 1, round(at * 1e6), len(frame), len(frame)) + frame
        )  # SIPp takes second 0 for none
    return b"".join(out)


def _frame(payload: bytes) -> bytes:
    """Ethernet, IPv4 and UDP around a payload; SIPp puts its own addresses in."""
    udp = struct.pack("!HHHH", 6000, 6000, 8 + len(payload), 0)
    loopback = bytes((127, 0, 0, 1))
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, loopback, loopback)
    return bytes(12) + b"\x08\x00" + ip + udp + payload
