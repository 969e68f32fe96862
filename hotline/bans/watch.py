"""The engine's watch at the door: reads Asterisk's security log, bans who knocks in vain, keeps the logs short."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import structlog
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hotline.bans.ban import FILE, Ban, banned_again, change, kept, trimmed, wall_clock
from hotline.bans.knocks import Doorkeeper, Network, knock
from hotline.bans.log_files import Tail
from hotline.managed import ManagedAsterisk
from hotline.metrics import families as f
from hotline.settings import Settings
from hotline.switch_refused import SwitchRefused

log = structlog.get_logger(__name__)

BEAT = 0.02
"""Seconds between two looks: at 200 requests a second four get an answer meanwhile."""


CHANGES = 5
"""Changes of the list in a second; what comes then waits and is one change: a crowd of scanners from as many addresses
must not keep the engine busy with banning them."""

TOLD = 5
"""Addresses of one change that the log names."""

REASON = "scan"
"""Why the engine bans."""

Refuse = Callable[[Sequence[str]], Awaitable[None]]


def never_banned(settings: Settings) -> tuple[Network, ...]:
    """The carrier, this machine, and whom the settings name."""
    own = ["127.0.0.1", "::1", settings.sip.host, settings.trunk.host]
    own += [settings.trunk.listen.host] if settings.trunk.listen else []
    hosts: list[Network] = []
    for host in own:
        try:
            hosts.append(ip_network(str(ip_address(host))))
        except ValueError:  # a name; the carrier's addresses are in `trunk.match`
            continue
    return (*settings.trunk.match, *settings.bans.never, *hosts)


class BanWatch(Collector):
    """`run()` beside the engine; a `CollectorRegistry` takes it for its metrics."""

    def __init__(self, settings: Settings, logs: Path, refuse: Refuse) -> None:
        """`logs`: folder of Asterisk's logs. `refuse` lets Asterisk refuse exactly these addresses from now on; it may
        raise SwitchRefused."""
        self._var, self._rules, self._logs = settings.var, settings.bans, logs
        self._refuse = refuse
        self._keeper = Doorkeeper(never_banned(settings), after=self._rules.after, within=self._rules.within)
        self._bans: dict[str, Ban] = {}
        self._seen: tuple[int, int] | None = None
        self._stale = True
        """Whether what Asterisk refuses may not be what it should."""
        self._next_end = datetime.max.replace(tzinfo=UTC)
        self._begun = 0
        self._caught: set[str] = set()
        self._changes: deque[float] = deque([float("-inf")] * CHANGES, maxlen=CHANGES)
        """When the last ones were."""

    async def run(self) -> None:
        """Watch until cancelled."""
        tail = Tail(self._logs / "security.log")
        try:
            while True:
                try:
                    await self._look(tail)
                except (OSError, ValueError, SwitchRefused) as error:
                    log.warning("the watch at the door stumbled", why=str(error))
                    await asyncio.sleep(1.0)
                await asyncio.sleep(BEAT)
        finally:
            tail.close()

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        now = wall_clock()
        holding = sum(ban.holds(now) for ban in self._bans.values())
        yield f.BANNED_ADDRESSES.measured(holding)
        yield f.BANS.measured(self._begun)
        yield f.REQUESTS_IN_VAIN.measured(self._keeper.bad)

    async def _look(self, tail: Tail) -> None:
        now, at = wall_clock(), asyncio.get_running_loop().time()
        knocks = [found for line in tail.lines() if (found := knock(line))]
        self._caught |= {address for one in knocks if (address := self._keeper.heard(one, at))}
        if at < self._changes[0] + 1.0:
            return
        if self._caught and self._rules.enabled:
            self._bans = await asyncio.to_thread(self._ban, frozenset(self._caught), now)
            self._seen, self._stale = self._about(), True
        self._caught.clear()
        self._read_by_hand()
        if await self._apply(now):
            self._changes.append(at)

    def _ban(self, addresses: frozenset[str], now: datetime) -> dict[str, Ban]:
        first = timedelta(hours=self._rules.hours)

        def more(bans: dict[str, Ban]) -> dict[str, Ban]:
            fresh = {
                one: banned_again(bans, one, REASON, now, first)
                for one in sorted(addresses)
                if one not in bans or not bans[one].holds(now)
            }
            self._begun += len(fresh)
            for ban in list(fresh.values())[:TOLD]:
                log.warning("address banned", address=ban.address, until=ban.until.isoformat(), times=ban.times)
            if len(fresh) > TOLD:
                log.warning("more addresses banned: `hotline bans list`", addresses=len(fresh) - TOLD)
            return trimmed({**bans, **fresh}.values(), now, self._rules.most)

        return dict(change(self._var, more))

    def _about(self) -> tuple[int, int] | None:
        try:
            about = (self._var / FILE).stat()
        except FileNotFoundError:
            return None
        return about.st_mtime_ns, about.st_ino

    def _read_by_hand(self) -> None:
        """What somebody else wrote into the file."""
        seen = self._about()
        if seen == self._seen:
            return
        self._seen, self._stale = seen, True
        try:
            self._bans = kept(self._var)
        except ValueError as error:
            log.error("the bans cannot be read: those of before go on", why=str(error))

    async def _apply(self, now: datetime) -> bool:
        """Let Asterisk refuse who is banned now, if that changed; whether it did."""
        if not self._stale and now < self._next_end:
            return False
        holding = [ban for ban in self._bans.values() if ban.holds(now) and not self._keeper.spared(ban.address)]
        self._stale = True
        await self._refuse(sorted(ban.address for ban in holding))
        self._stale = False
        self._next_end = min((ban.until for ban in holding), default=datetime.max.replace(tzinfo=UTC))
        return True


def watch_of(settings: Settings, asterisk: ManagedAsterisk) -> BanWatch:
    """The watch at the door of our own Asterisk."""
    return BanWatch(settings, asterisk.places.log, asterisk.refuse)
