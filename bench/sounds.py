"""Sounds of the stand: tones instead of words, and keys as a telephone sends them (RFC 4733)."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from hotline.sound_file import a_law_code

KEY_SECONDS = 0.1
"""How long a key is held: its last packet leaves so long after the first."""

_A_LAW, _EVENT = 8, 101
"""RTP payload types in the callers' SDP."""
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


def write_captures(folder: Path, talk: float) -> None:
    """What a caller sends, for SIPp to play: `menu-key` is 1, `line-key` is 2, `voice` so many seconds of a tone."""
    voice = tone(talk, 440.0)
    parts = [voice[at : at + _STEP] for at in range(0, len(voice), _STEP)]
    said = [(n * 0.02, _packet(_A_LAW, 201 + n, (201 + n) * _STEP, part)) for n, part in enumerate(parts)]
    for name, packets in (
        ("menu-key", _key("1", sequence=1)),
        ("line-key", _key("2", sequence=101)),
        ("voice", said),
    ):
        (folder / f"{name}.pcap").write_bytes(_capture(packets))


def _key(key: str, sequence: int) -> list[tuple[float, bytes]]:
    """One key: an event that grows every 20 ms, its end sent three times (RFC 4733 §2.5.1)."""
    steps = round(KEY_SECONDS / 0.02)
    parts = [(n * 0.02, 0, max(1, n)) for n in range(steps)] + [(KEY_SECONDS, 0x80, steps)] * 3
    return [
        (at, _packet(_EVENT, sequence + n, sequence * _STEP, struct.pack("!BBH", int(key), end | 10, length * _STEP)))
        for n, (at, end, length) in enumerate(parts)
    ]


def _packet(kind: int, sequence: int, timestamp: int, payload: bytes) -> bytes:
    """RTP (RFC 3550 §5.1)."""
    return struct.pack("!BBHII", 0x80, kind, sequence, timestamp, 0x12320) + payload


def _capture(packets: list[tuple[float, bytes]]) -> bytes:
    """A capture file of packets and their times; it begins at second 1, for SIPp takes 0 for no time."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    for at, packet in packets:
        frame, micros = _frame(packet), round(at * 1e6) + 1_000_000
        out.append(struct.pack("<IIII", *divmod(micros, 1_000_000), len(frame), len(frame)) + frame)
    return b"".join(out)


def _frame(payload: bytes) -> bytes:
    """Ethernet, IPv4 and UDP around a payload; SIPp puts its own addresses in."""
    udp = struct.pack("!HHHH", 6000, 6000, 8 + len(payload), 0)
    loopback = bytes((127, 0, 0, 1))
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, loopback, loopback)
    return bytes(12) + b"\x08\x00" + ip + udp + payload
