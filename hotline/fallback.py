"""The plan as the dialplan of our Asterisk: what callers meet while the engine is away."""

from __future__ import annotations

import re
from datetime import datetime

import structlog

from hotline.by_hand import kept
from hotline.front import turned_on
from hotline.settings import Settings
from hotline.sounds import standing
from ivr.clock import Clock
from prompts.catalogue import Catalogue
from prompts.phrases import Phrase
from routing.calendar import SHANGHAI
from routing.dialplan.dialplan import compile_dialplan
from routing.dialplan.text import NotWritable
from routing.plan import Plan

log = structlog.get_logger(__name__)

HEADING = "\n; The plan, for when the engine is away. Written anew with every plan: changes here are lost.\n"


def dialplan_of(plan: Plan, settings: Settings, clock: Clock) -> str:
    """The text; empty when the plan cannot be said in a dialplan: then callers hear one recording."""
    try:
        return compiled(plan, settings, clock)
    except NotWritable as error:
        log.warning("no dialplan for this plan: without an engine callers hear one recording", why=str(error))
    except Exception:  # a bug of ours here must not keep the engine from serving
        log.exception("no dialplan for this plan: without an engine callers hear one recording")
    return ""


def compiled(plan: Plan, settings: Settings, clock: Clock) -> str:
    """The text. Raises NotWritable."""
    catalogue, shown = Catalogue(plan.words), settings.trunk.caller_id
    folder = standing(plan, settings.sounds) if settings.sounds.is_dir() else None
    text = compile_dialplan(
        plan,
        clock.now().astimezone(SHANGHAI).date(),
        [catalogue.digits(str(digit))[0] for digit in range(10)],
        shift=round(clock.offset.total_seconds()),
        sounds="hotline" if folder is None else f"hotline/{folder}",
        caller_id=shown if shown is not None and re.fullmatch(r"\+?[0-9]{1,20}", shown) else None,
        front=_front(settings),
        by_hand=_by_hand(settings),
        no_status=catalogue.phrase(Phrase.STATUS_UNAVAILABLE),
    )
    return HEADING + text


def _by_hand(settings: Settings) -> dict[str, tuple[bool, datetime]]:
    try:
        return {line: (turned.open, turned.until) for line, turned in kept(settings.var).items()}
    except (OSError, ValueError) as error:
        log.warning("lines follow their hours alone without an engine", why=str(error))
        return {}


def _front(settings: Settings) -> tuple[str, datetime] | None:
    try:
        front = turned_on(settings.var)
    except (OSError, ValueError) as error:
        log.warning("no front message without an engine", why=str(error))
        return None
    return None if front is None else (front.name, front.until)
