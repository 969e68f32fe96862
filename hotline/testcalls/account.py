"""The SIP account of the synthetic caller: on this machine alone, under a secret made at the first start."""

from __future__ import annotations

from hotline.secrets import Secrets, keep_secrets
from hotline.settings import Settings
from hotline.switch_config import PhoneAccount
from ivr.switch import TESTER
from routing.plan import Plan

NUMBER = "00012321"
"""The synthetic caller shows this number, which belongs to nobody; what it is known by is its account."""


def tester_of(settings: Settings, secrets: Secrets, plan: Plan) -> list[PhoneAccount]:
    """The account, as the switch has to know it; none where a plan has a phone of this name."""
    if TESTER in plan.phones or TESTER not in secrets.phones:
        return []
    return [PhoneAccount(TESTER, secrets.phones[TESTER], "自检来电", NUMBER, only_from=host_of(settings))]


def host_of(settings: Settings) -> str:
    """The address at which the synthetic caller has its telephone, and reaches the switch."""
    return "127.0.0.1" if settings.sip.host == "0.0.0.0" else settings.sip.host  # noqa: S104 - asked, not bound


def secret_of(settings: Settings) -> str:
    """What the account opens with. Raises SecretsError, OSError."""
    return keep_secrets(settings.var, [TESTER]).phones[TESTER]
