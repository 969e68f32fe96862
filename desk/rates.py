"""How much one address or one user may ask for. Pure: time is an argument, in seconds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address, ip_network


class Rates:
    """A bucket of tokens for each key: `burst` at once, `per_second` again. Bounded, as `Lockout` is."""

    def __init__(self, *, burst: float, per_second: float, most: int = 10_000) -> None:
        self._burst, self._per_second, self._most = burst, per_second, most
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: Hashable, now: float, cost: float = 1.0) -> float:
        """0 when it may; else the seconds until it may, and nothing is taken."""
        left, since = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        enough = left >= cost
        self._buckets[key] = (left - cost if enough else left, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0.0 if enough else (cost - left) / self._per_second

    def give_back(self, key: Hashable, cost: float = 1.0) -> None:
        """It was not what the limit is for."""
        if key in self._buckets:
            left, since = self._buckets[key]
            self._buckets[key] = (min(self._burst, left + cost), since)


def neighbourhood(address: str) -> str:
    """What counts as one sender: an IPv4 address, the /64 of an IPv6 one; the text itself when it is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found, 64), strict=False))
    return str(found)
