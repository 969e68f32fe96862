"""A process that makes one test call: the telephone may be open once a process, and listening costs what calls need.

Started by `apart` with pipes. In: settings, errand, secret and the folder of the operators' recordings, pickled; out:
`Heard`, pickled. It is nice, and ends with whoever started it.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
import threading
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Final

from hotline.settings import HOUSE, Settings
from hotline.testcalls.errand import Errand
from hotline.testcalls.heard import Heard

NICE: Final = 10
TAKES: Final = 60.0
"""Seconds beside the sounds that a call may take."""


class CallFailed(RuntimeError):
    """Our own process ended or hung; one line for people."""


async def apart(settings: Settings, errand: Errand, secret: str, recordings: Path | None, *, within: float) -> Heard:
    """Make the call in a process beside us. Raises CallFailed, and OSError when it cannot be started."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hotline.testcalls.process"),
        stdin=PIPE,
        stdout=PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(HOUSE), os.getenv("PYTHONPATH"))))},
    )
    assert process.stdin is not None  # noqa: S101
    assert process.stdout is not None  # noqa: S101
    try:
        asked = pickle.dumps((settings, errand, secret, recordings))
        process.stdin.write(len(asked).to_bytes(8, "big") + asked)  # and left open: its end says that we are gone
        await process.stdin.drain()
        async with asyncio.timeout(within):
            said = await process.stdout.read()
        status = await process.wait()
    except TimeoutError:
        raise CallFailed(f"it was not over within {within:.0f} s") from None
    except ConnectionError:
        status, said = await process.wait(), b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0 or not said:
        raise CallFailed(f"its process ended with status {status}: the log says why")
    heard: Heard = pickle.loads(said)  # noqa: S301 - from our own child
    return heard


def main() -> None:
    """Make the call that stdin asks for."""
    from hotline.testcalls.listening import listen  # here: who only asks for a call needs no telephone
    from hotline.testcalls.reference import references

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the hotline, which closes our pipe
    os.nice(NICE)
    source, sink = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library says may get into the answer
    size = int.from_bytes(source.read(8), "big")
    settings, errand, secret, recordings = pickle.loads(source.read(size))  # noqa: S301 - from our own parent
    threading.Thread(target=_end_with, args=(source.fileno(),), daemon=True).start()
    sounds = references(settings, errand.words, recordings)
    sink.write(pickle.dumps(asyncio.run(listen(settings, errand, secret, sounds))))
    sink.flush()


def _end_with(parent: int) -> None:
    os.read(parent, 1)
    os._exit(3)


if __name__ == "__main__":
    main()
