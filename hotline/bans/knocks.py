"""Who knocks in vain: counts Asterisk's security log by address, and says who is to be banned.

Asterisk asks every request for a password that it does not know by its address (`ChallengeSent`): phones answer, and
a `SuccessfulAuth` clears their account; scanners do not. So a challenge to nobody known counts at once, as a wrong
answer does; one to a phone that exists counts when it was not answered in time, for a whole office may boot at once.
An address from which somebody proved to be a phone within `TRUST` is never banned: nobody can have a phone banned by
forging its address, and one phone with a wrong secret does not ban its whole office.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import NamedTuple

Network = IPv4Network | IPv6Network

IN_VAIN = frozenset(
    {
        *("ChallengeSent", "ChallengeResponseFailed", "InvalidPassword", "FailedACL", "InvalidTransport"),
        *("RequestBadFormat", "RequestNotAllowed", "RequestNotSupported", "UnexpectedAddress"),
    }
)
"""Events of the security log that count. `InvalidAccountID` always comes with a challenge, which counts."""

GOOD = "SuccessfulAuth"

TRUST = 3600.0
"""Seconds: phones register every two minutes."""

ANSWERED_WITHIN = 4.0
"""Seconds that a phone may take to answer its challenge."""

NOBODY = "<unknown>"
"""The account of a challenge to nobody known."""

OPEN_MOST = 1000
"""Challenges that are remembered as open for one address."""

KNOWN_MOST = 20_000
"""Addresses that are counted at one time: forged ones could be any number. The one heard least lately gives way."""

_FIELD = re.compile(r'(\w+)="([^"]*)"')


class Knock(NamedTuple):
    """One event of the security log."""

    event: str
    address: str
    account: str = NOBODY


def knock(line: str) -> Knock | None:
    """What a line of the security log says of a SIP request; None for anything else."""
    said = dict(_FIELD.findall(line))
    if said.get("Service") != "PJSIP" or "RemoteAddress" not in said:
        return None
    parts = said["RemoteAddress"].split("/")  # IPV4/UDP/192.0.2.7/5060
    try:
        return Knock(said.get("SecurityEvent", ""), str(ip_address(parts[2])), said.get("AccountID", NOBODY))
    except (IndexError, ValueError):
        return None


@dataclass(slots=True)
class _Account:
    bad: deque[float] = field(default_factory=deque)
    open: deque[float] = field(default_factory=deque)
    """Challenges to phones that exist, not answered yet."""
    trusted_until: float = float("-inf")


class Doorkeeper:
    """Remembers how often each address knocked in vain."""

    def __init__(self, never: Sequence[Network], *, after: int, within: float) -> None:
        """Ban `after` so many within `within` seconds, but nobody in the networks `never`."""
        self._never, self._after, self._within = tuple(never), after, within
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self.bad = 0
        """Requests in vain so far."""

    def heard(self, knock: Knock, now: float) -> str | None:
        """The address, when this knock was one too many. `now`: monotonic seconds."""
        account = self._account(knock.address)
        if knock.event == GOOD:
            account.bad.clear()
            account.open.clear()
            account.trusted_until = now + TRUST
            return None
        if knock.event not in IN_VAIN:
            return None
        if knock.event == "ChallengeSent" and knock.account != NOBODY:
            account.open.append(now)
        else:
            self._count(account, now)
        while account.open and account.open[0] < now - ANSWERED_WITHIN:
            account.open.popleft()
            self._count(account, now)
        while account.bad and account.bad[0] < now - self._within:
            account.bad.popleft()
        if len(account.bad) < self._after or now < account.trusted_until or self.spared(knock.address):
            return None
        account.bad.clear()
        return knock.address

    def _count(self, account: _Account, now: float) -> None:
        self.bad += 1
        account.bad.append(now)

    def spared(self, address: str) -> bool:
        """Whether this address is never banned."""
        place = ip_address(address)
        return any(place.version == network.version and place in network for network in self._never)

    def _account(self, address: str) -> _Account:
        account = self._accounts.setdefault(address, _Account(deque(maxlen=self._after), deque(maxlen=OPEN_MOST)))
        self._accounts.move_to_end(address)
        if len(self._accounts) > KNOWN_MOST:
            self._accounts.popitem(last=False)
        return account
