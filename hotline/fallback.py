"""The plan as the dialplan of our Asterisk: what callers meet while the engine is away."""

from __future__ import annotations

import re

import structlog

from ivr.clock import Clock
from prompts.catalogue import Catalogue
from routing.calendar import SHANGHAI
from routing.dialplan import compile_dialplan
from routing.dialplan_text import NotWritable
from routing.plan import Plan

log = structlog.get_logger(__name__)

HEADING = "\n; The plan, for when the engine is away. Written anew with every plan: changes here are lost.\n"


def dialplan_of(plan: Plan, clock: Clock, caller_id: str | None = None) -> str:
    """The text; empty when the plan cannot be said in a dialplan: then callers hear one recording.

    `caller_id` is what outside numbers are shown.
    """
    try:
        return compiled(plan, clock, caller_id)
    except NotWritable as error:
        log.warning("no dialplan for this plan: without an engine callers hear one recording", why=str(error))
        return ""


def compiled(plan: Plan, clock: Clock, caller_id: str | None = None) -> str:
    """The text. Raises NotWritable."""
    catalogue = Catalogue(plan.words)
    text = compile_dialplan(
        plan,
        clock.now().astimezone(SHANGHAI).date(),
        [catalogue.digits(str(digit))[0] for digit in range(10)],
        shift=round(clock.offset.total_seconds()),
        caller_id=caller_id if caller_id is not None and re.fullmatch(r"\+?[0-9]{1,20}", caller_id) else None,
    )
    return HEADING + text
