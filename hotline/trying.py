"""Whether a newcomer may try this hotline in a browser, and with whom: only where nobody else can reach any of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desk.trying import Stand
from hotline.settings import Settings, SettingsError
from hotline.switch_config import PhoneAccount, is_loopback
from ivr.switch import BROWSER
from routing.plan import Plan
from routing.shifts import on_duty

CALLER = f"{BROWSER}-caller"
"""The account of the trial's caller; no agent's browser can be called so, for ids begin with a letter."""
NUMBER = "00012320"
"""The trial's caller calls with this number, which belongs to nobody; no count has its calls."""


def may_be_tried(settings: Settings) -> bool:
    """Whether everything listens on this machine alone. Raises SettingsError where `web.trial` wants it otherwise."""
    trunk, web, sip = settings.trunk, settings.web, settings.sip
    hosts = [web.host, sip.host, trunk.host, settings.ari.host, settings.webrtc.media or sip.host]
    here = (
        all(is_loopback(host) for host in hosts)
        and not web.behind_proxy
        and trunk.listen is None
        and sip.external_host is None
        and all(network.is_loopback for network in trunk.match)
    )
    if web.trial and not here:
        raise SettingsError(
            "web.trial: the hotline can be tried only while web, phones and trunk listen on this machine alone; leave "
            "it unset"
        )
    return here and web.trial is not False and settings.webrtc.enabled


def caller_of(settings: Settings, plan: Plan) -> list[PhoneAccount]:
    """The trial's caller, as the switch has to know them; nobody where nothing can be tried."""
    if not may_be_tried(settings) or CALLER in plan.phones:
        return []
    return [PhoneAccount(CALLER, None, "试用来电", NUMBER)]


def stand_of(settings: Settings, plan: Callable[[], Plan], now: Callable[[], datetime]) -> Stand | None:
    """With what it is tried; None where it cannot be."""
    if not caller_of(settings, plan()):
        return None
    return Stand(CALLER, lambda: _agents(plan(), now()))


def _agents(plan: Plan, at: datetime) -> list[tuple[str, str, list[str]]]:
    """Agents on duty: whoever serves the line that `0` leads to first, then by how many lines they serve."""
    person = getattr(plan.nodes.get(plan.hotline.person), "then", plan.hotline.person)

    def rank(agent: str) -> tuple[bool, int]:
        lines = plan.agents[agent].lines
        return person not in lines, -len(lines)

    there = [agent for agent, rule in plan.agents.items() if rule.lines and on_duty(plan, agent, at)]
    return [
        (agent, plan.agents[agent].name, [plan.lines[line].name for line in plan.agents[agent].lines])
        for agent in sorted(there, key=rank)
    ]
