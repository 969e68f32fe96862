"""The secrets of a hotline, and the SIP accounts of its agents' phones."""

from __future__ import annotations

from dataclasses import replace

from hotline.browsers import browser_of
from hotline.secrets import Secrets, keep_secrets
from hotline.settings import Settings
from hotline.switch_config import PhoneAccount
from ivr.switch import TESTER
from routing.plan import Plan


def secrets_of(settings: Settings, plan: Plan) -> Secrets:
    """The hotline's secrets; what is missing is made. Browsers of agents have none. Raises SecretsError, OSError."""
    browsers = {browser_of(agent) for agent in plan.agents} if settings.webrtc.enabled else set()
    kept = keep_secrets(settings.var, (plan.phones.keys() - browsers) | {TESTER})
    kept = replace(kept, phones={phone: secret for phone, secret in kept.phones.items() if phone not in browsers})
    own = settings.ari.password
    return kept if own is None else replace(kept, ari_password=own.get_secret_value())


def phones_of(plan: Plan, secrets: Secrets) -> list[PhoneAccount]:
    """The SIP accounts of the agents' phones."""
    return [
        PhoneAccount(phone, _secret(phone, agent, secrets), plan.agents[agent].name)
        for phone, agent in plan.phones.items()
    ]


def _secret(phone: str, agent: str, secrets: Secrets) -> str | None:
    return secrets.phones.get(phone) if phone == browser_of(agent) else secrets.phones[phone]
