"""What the supervisor does itself when no engine is left to do it."""

from __future__ import annotations

import structlog

from hotline.asterisk_process import AsteriskProcess
from hotline.asterisk_program import AsteriskMissing, find_asterisk
from hotline.managed import GRACE
from hotline.secrets import SecretsError, keep_secrets
from hotline.settings import Settings
from hotline.switch_config import Places
from ivr.ari.switch import AriSwitch
from ivr.switch import Kind, SwitchError

log = structlog.get_logger()


async def left_behind(settings: Settings, *, managed: bool, asked: bool) -> None:
    """End the Asterisk that is ours when that was `asked` for; else give callers alone on it to the dialplan."""
    try:
        if not asked:
            await release_alone(settings)
        elif managed:
            await _end_asterisk(settings)
    except (AsteriskMissing, SecretsError, SwitchError, OSError) as error:
        log.error("what the engines left on Asterisk is still there", error=str(error))


async def release_alone(settings: Settings) -> int:
    """Let the dialplan's fallback have each caller who is with us and talks with nobody; how many there were.

    Raises SwitchError, SecretsError, OSError.
    """
    own = settings.ari.password
    password = keep_secrets(settings.var).ari_password if own is None else own.get_secret_value()
    url = f"http://{settings.ari.host}:{settings.ari.port}"
    async with AriSwitch(url, settings.ari.user, password) as switch:
        census = await switch.census()
        together = {name for members in census.bridges.values() if len(members) > 1 for name in members}
        alone = [
            name
            for name, seen in census.channels.items()
            if seen.kind is Kind.CALLER and seen.up and name not in together
        ]
        for name in alone:
            await switch.release(name)
    log.warning("callers were given to the dialplan", calls=len(alone))
    return len(alone)


async def _end_asterisk(settings: Settings) -> None:
    places = Places.of(settings, find_asterisk(settings))
    asterisk = AsteriskProcess.find(places.pid_file, str(places.conf))
    if asterisk is not None:
        await asterisk.stop(GRACE)
