"""What we are compared with: an Asterisk of its own whose dialplan asks the same two menus and runs `Queue()`.

No ARI, and queues.conf set to app_queue's best: `autofill = yes`, `retry = 1`, no announcements, no wrap-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.plain_switch import PlainSwitch, menus, modules_file, numbered, plain_switch

_ENGINES = ("res_ari", "res_stasis", "app_stasis", "res_http_websocket", "res_websocket_client")
"""Modules that only an engine needs."""

_QUEUE = """\
[general]
persistentmembers = no
autofill = yes
shared_lastcall = no

[line]
musicclass = default
strategy = leastrecent
autofill = yes
ringinuse = no
retry = 1
timeout = 30
timeoutrestart = no
wrapuptime = 0
autopause = no
joinempty = yes
leavewhenempty = no
announce-frequency = 0
announce-holdtime = no
announce-position = no
reportholdtime = no
{members}
"""


@dataclass(frozen=True, slots=True)
class Queue(PlainSwitch):
    """Asterisk with app_queue, up."""

    def ready_agents(self) -> int:
        """Members that could be rung now."""
        return self.told("queue show line").count("(Not in use)")

    def joined(self) -> list[str]:
        """Numbers of the callers in the order in which they began to wait."""
        lines = (self.places.log / "queue_log").read_text().splitlines()
        rows = [line.split("|") for line in lines]
        return [row[6] for row in rows if len(row) > 6 and row[4] == "ENTERQUEUE"]

    def chosen(self) -> list[str]:
        """Whom it chose in which order it does not tell."""
        return []


@contextmanager
def app_queue(folder: Path, *, agents: int) -> Iterator[Queue]:
    """Put it up in `folder`, on free ports; it is down when the block ends. Raises StandFailed."""

    def change(files: Mapping[str, str], modules: Sequence[str], names: Sequence[str]) -> Mapping[str, str]:
        return {
            "modules.conf": modules_file([n for n in (*modules, "app_queue") if not n.startswith(_ENGINES)]),
            "extensions.conf": menus("Queue(line)"),
            "queues.conf": _QUEUE.format(members="\n".join(f"member => PJSIP/{name}" for name in names)),
            "logger.conf": files["logger.conf"].replace("queue_log = no", "queue_log = yes"),
            "http.conf": "[general]\nenabled = no\n",
        }

    with plain_switch(folder, agents=numbered(agents), needs="app_queue", change=change) as here:
        yield Queue(here.folder, here.settings, here.agents, here.asterisk, here.program, here.places)
