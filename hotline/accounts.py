"""The secrets of a hotline, and the SIP account of each of its agents."""

from __future__ import annotations

from dataclasses import replace

from hotline.secrets import Secrets, keep_secrets
from hotline.settings import Settings
from hotline.switch_config import PhoneAccount
from routing.plan import Plan


def secrets_of(settings: Settings, plan: Plan) -> Secrets:
    """The hotline's secrets; what is missing is made. Raises SecretsError, OSError."""
    kept = keep_secrets(settings.var, plan.agents)
    own = settings.ari.password
    return kept if own is None else replace(kept, ari_password=own.get_secret_value())


def phones_of(plan: Plan, secrets: Secrets) -> list[PhoneAccount]:
    """The SIP account of each agent."""
    return [PhoneAccount(name, secrets.phones[name], rule.name) for name, rule in plan.agents.items()]
