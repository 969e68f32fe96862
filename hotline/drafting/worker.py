"""The worker: a process that reads, checks and walks plans with what is left of the machine.

Started by `workbench.py` with pipes. In: frames, each with its length before it: first the settings, then one job after
the other; out: `+` and the answer, `0` when the texts hold errors, `-` and why it makes no sense. It ends when nobody
speaks to it any more.
"""

from __future__ import annotations

import io
import os
import pickle
import resource
import select
import signal
import struct
import traceback

import orjson

from hotline.drafting.jobs import Jobs, NoPlan, Wrong
from hotline.settings import Settings

NICE = 10
MOST_MEMORY = 2 * 1024**3
"""Bytes of address space."""
IDLE = 300.0
"""Seconds without work after which it ends."""
LENGTH = struct.Struct(">Q")


def main() -> None:
    """Work until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the hotline, which closes our pipe
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    source = os.fdopen(0, "rb", buffering=0)  # a buffer would hide from `select` what has come already
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library says may get between the answers
    begin = _frame(source)
    if begin is None:
        return
    settings: Settings = pickle.loads(begin)  # noqa: S301 - from our own parent
    jobs = Jobs(settings)
    while select.select([source], [], [], IDLE)[0] and (asked := _frame(source)) is not None:
        said = _answer(jobs, asked)
        sink.write(LENGTH.pack(len(said)) + said)
        sink.flush()


def _frame(source: io.RawIOBase) -> bytes | None:
    head = _read(source, LENGTH.size)
    return None if head is None else _read(source, LENGTH.unpack(head)[0])


def _read(source: io.RawIOBase, size: int) -> bytes | None:
    """So many bytes; None when the other end is closed."""
    parts = bytearray()
    while len(parts) < size:
        part = source.read(size - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)


def _answer(jobs: Jobs, asked: bytes) -> bytes:
    job = orjson.loads(asked)
    try:
        return b"+" + jobs.do(job["job"], job)
    except NoPlan:
        return b"0"
    except Wrong as error:
        return b"-" + str(error).encode()
    except MemoryError:
        return b"-these files need more memory than checking may have"
    except Exception:  # said, and the next one is done all the same
        traceback.print_exc()
        return b"!"


if __name__ == "__main__":
    main()
