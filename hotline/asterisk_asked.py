"""Asterisk's own command line, asked by whoever runs on the same machine as the same user."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hotline.asterisk_program import AsteriskProgram

PATIENCE = 10.0
"""Seconds that an answer may take."""


class NoAnswer(RuntimeError):
    """Asterisk did not answer, or refused; the text says what."""


async def ask_asterisk(program: AsteriskProgram, conf: Path, line: str) -> str:
    """What the Asterisk started with `conf` answers to a line such as `core show channels`. Raises NoAnswer."""
    process = await asyncio.create_subprocess_exec(
        *program.command,
        *("-C", str(conf), "-rx", line),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise NoAnswer(f"Asterisk did not answer `{line}` within {PATIENCE:.0f} s") from None
    answer = said.decode(errors="replace")
    if process.returncode:
        raise NoAnswer(f"Asterisk refused `{line}`: {answer.strip()}")
    return answer
