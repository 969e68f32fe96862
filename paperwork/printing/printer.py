"""The printer: a process that sets what the press hands it, one thing after another, with what is left of the machine.

A report may come made, or as a wish: then it is made here, from the database, and told as data too.

Started by `press.py` with pipes. In: pickled frames, each with its length before it; out: `+` and the document, or `-`
and why there is none. It ends when nobody speaks to it any more.
"""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import resource
import select
import signal
import struct
import sys
import traceback
from dataclasses import replace
from typing import Any, BinaryIO

from paperwork.past.bringing import Bringing
from paperwork.printing.form import Form
from paperwork.printing.render import Format, Unprintable, render
from paperwork.reports.basis import Compared, Wish
from paperwork.reports.frozen import Spoiled
from paperwork.reports.report import Report, Row
from paperwork.reports.telling import Data, NoTable, told

NICE = 10
MOST_MEMORY = 3 * 1024**3
"""Bytes of address space: the longest paper takes about half of it."""
LARGE = 600 * 1024
"""Kilobytes that it may have had at its largest; beyond that it ends, and the next one begins small."""
IDLE = 120.0
"""Seconds without work after which it ends."""
LENGTH = struct.Struct(">Q")


def main() -> None:
    """Print until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the hotline, which closes our pipe
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library says may get between the documents
    while (asked := _asked(source)) is not None:
        sink.write(_answer(*asked))
        sink.flush()
        del asked
        gc.collect()
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > LARGE:
            return


def _asked(source: BinaryIO) -> tuple[Report | Form | Wish | Bringing, Format | Data] | None:
    """The next wish; None when there will be none. A report's rows come after it, in parts."""
    if not select.select([source], [], [], IDLE)[0]:
        return None
    begin = _frame(source)
    if begin is None:
        return None
    printed, form = begin
    rows: list[list[Row]] = [[] for _ in printed.tables] if isinstance(printed, Report) else []
    while (part := _frame(source)) is not None:
        table, some = part
        rows[table].extend(some)
    if isinstance(printed, Report):
        tables = (replace(table, rows=tuple(some)) for table, some in zip(printed.tables, rows, strict=True))
        printed = replace(printed, tables=tuple(tables))
    return printed, form


def _frame(source: BinaryIO) -> Any:
    """One frame; None for an empty one, and at the end of all."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    length = LENGTH.unpack(head)[0]
    return pickle.loads(source.read(length)) if length else None  # noqa: S301 - from our own parent


def _answer(printed: Report | Form | Wish | Bringing, form: Format | Data) -> bytes:
    try:
        made, said = b"+", _made(printed, form)
    except (Unprintable, Spoiled) as error:
        made, said = b"-", str(error).encode()
    except NoTable as error:
        made, said = b"?", str(error).encode()
    except MemoryError:
        made, said = b"-", b"this needs more memory than printing may have: take a shorter time, or the format csv"
    except Exception:  # said, and the next one is printed all the same
        traceback.print_exc()
        made, said = b"!", b"it could not be printed; the log of the hotline says why"
    return LENGTH.pack(len(said) + 1) + made + said


def _made(printed: Report | Form | Wish | Bringing, form: Format | Data) -> bytes:
    if isinstance(printed, Compared | Bringing):
        return asyncio.run(printed.said())
    if isinstance(printed, Wish):
        printed = asyncio.run(printed.made())
    if isinstance(form, Format):
        return render(printed, form)
    if isinstance(printed, Form):
        raise Unprintable("a form is printed as html or pdf: it is no data")
    return told(printed, form)


if __name__ == "__main__":
    main()
