"""The secrets of a hotline, and the SIP accounts of its agents' phones."""

from __future__ import annotations

from dataclasses import replace

from hotline.secrets import Secrets, keep_secrets
from hotline.settings import Settings
from hotline.switch_config import PhoneAccount
from routing.plan import Plan


def secrets_of(settings: Settings, plan: Plan) -> Secrets:
    """The hotline's secrets; what is missing is made. Raises SecretsError, OSError."""
    kept = keep_secrets(settings.var, plan.phones)
    own = settings.ari.password
    return kept if own is None else replace(kept, ari_password=own.get_secret_value())


def phones_of(plan: Plan, secrets: Secrets) -> list[PhoneAccount]:
    """The SIP accounts of the agents' phones."""
    return [PhoneAccount(phone, secrets.phones[phone], plan.agents[agent].name) for phone, agent in plan.phones.items()]
