"""The switch: an Asterisk of our own or the operator's, ARI to it, and the FastAGI door beside it."""

from __future__ import annotations

from hotline.accounts import phones_of
from hotline.agi import LookUps, agi_of
from hotline.composition.parts import Parts
from hotline.fallback import dialplan_of
from hotline.managed import ManagedAsterisk
from hotline.ports import taken
from hotline.switch_refused import SwitchRefused
from hotline.testcalls.account import tester_of
from hotline.trying import caller_of
from ivr.agi.beside import Beside
from ivr.ari.switch import AriSwitch


async def start_asterisk(parts: Parts) -> None:
    """Start our Asterisk, where it is ours. Raises SwitchRefused."""
    plan, settings = parts.first_plan, parts.settings
    if refused := taken(settings, asterisk=False, web=True):
        raise SwitchRefused("\n".join(refused))
    parts.asterisk = None
    if parts.managed:
        phones = [
            *phones_of(plan, parts.secrets),
            *caller_of(settings, plan),
            *tester_of(settings, parts.secrets, plan),
        ]
        parts.asterisk = ManagedAsterisk(settings, parts.secrets, phones, dialplan_of(plan, settings, parts.clock))
        await parts.stack.enter_async_context(parts.asterisk)
        parts.asterisk.spared = parts.supervised and parts.asterisk.taken_over


async def reach_switch(parts: Parts) -> None:
    """ARI is being connected from here on; phones and agents of the first plan are watched."""
    settings = parts.settings
    parts.switch = AriSwitch(
        f"http://{settings.ari.host}:{settings.ari.port}",
        settings.ari.user,
        parts.secrets.ari_password,
        phones=tuple(parts.first_plan.phones),
        caller_id=settings.trunk.caller_id,
    )
    await parts.stack.enter_async_context(parts.switch)
    parts.agi = agi_of(
        settings,
        phones=lambda: parts.live.now.plan.phones,
        accepts=lambda: not parts.draining.draining,
        look_up=LookUps(parts.plan, lambda number: parts.outlook.scene(number), lambda number: parts.nuisance(number)),
    )
    parts.exchange = Beside(parts.switch, parts.agi, settings.agi.phones) if settings.agi.enabled else parts.switch
