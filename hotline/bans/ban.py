"""Who is banned until when, kept in `var/bans.json` (mode 0600), by the engine and by hand alike.

Addresses are kept because they must be; callers' numbers never are.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

FILE = "bans.json"

LONGEST = timedelta(days=30)
"""No ban that the engine sets lasts longer; so long an address is remembered after its last ban."""

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Ban:
    """One address that is refused, or was. Instants are aware."""

    address: str
    since: datetime
    until: datetime
    reason: str
    times: int = 1
    """How often it has been banned; each time lasts twice as long."""

    def holds(self, now: datetime) -> bool:
        return now < self.until


Bans = Mapping[str, Ban]
"""By address, over or not."""


def kept(var: Path) -> dict[str, Ban]:
    """Every ban that is remembered. Raises OSError, ValueError for a file that is none of ours."""
    try:
        found = json.loads((var / FILE).read_text("utf-8"))
        bans = [_ban(one) for one in found]
    except FileNotFoundError:
        return {}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{var / FILE} is damaged: `hotline bans remove --all` begins a new one") from error
    return {ban.address: ban for ban in bans}


def _ban(one: Mapping[str, str]) -> Ban:
    since, until = datetime.fromisoformat(one["since"]), datetime.fromisoformat(one["until"])
    if since.tzinfo is None or until.tzinfo is None:
        raise ValueError("an instant without its offset")
    return Ban(str(ip_address(one["address"])), since, until, str(one["reason"]), int(one["times"]))


def change(var: Path, by: Callable[[dict[str, Ban]], Bans], *, anew: bool = False) -> Bans:
    """Change what is kept, alone with it; what is kept now. `anew` forgets what was. Raises OSError, ValueError."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / f".{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        bans = by({} if anew else kept(var))
        fresh = var / f".{FILE}.new"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump([_json(ban) for ban in bans.values()], file, ensure_ascii=False, indent=1)
        fresh.replace(var / FILE)
        return bans


def _json(ban: Ban) -> dict[str, object]:
    return asdict(ban) | {"since": ban.since.isoformat(), "until": ban.until.isoformat()}


def banned_again(bans: Bans, address: str, reason: str, now: datetime, first: timedelta) -> Ban:
    """A new ban of this address: `first` long, twice that the second time, and so on."""
    before = bans.get(address)
    times = 1 if before is None else before.times + 1
    lasts = min(LONGEST, first * 2 ** min(times - 1, 20))
    return Ban(address, now, now + lasts, reason, times)


def trimmed(bans: Iterable[Ban], now: datetime, most: int) -> dict[str, Ban]:
    """Without those that are long over, and at most `most` that hold: those that end last."""
    known = [ban for ban in bans if now - ban.until < LONGEST]
    holding = sorted((ban for ban in known if ban.holds(now)), key=lambda ban: ban.until, reverse=True)
    ended = sorted((ban for ban in known if not ban.holds(now)), key=lambda ban: ban.until, reverse=True)
    return {ban.address: ban for ban in (*holding[:most], *ended[:most])}


def lifted(ban: Ban, now: datetime) -> Ban:
    """The ban, over; its address begins anew."""
    return replace(ban, until=min(ban.until, now), times=0)


def wall_clock() -> datetime:
    """Now. Bans live by the machine's clock, whatever day a trial hotline plays."""
    return datetime.now(UTC)
