"""The telephone of an agent in a browser: each agent has one beside the phones of the plan, rung like those.

Its account has no secret of its own: whoever signs in is given one for as long as they stay (`desk.telephone`).
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from hotline.operators import Published
from hotline.settings import Settings
from ivr.switch import BROWSER
from routing.plan import Plan

log = structlog.get_logger(__name__)


def browser_of(agent: str) -> str:
    """The SIP account of an agent's browser, should they have one: `browser_in`."""
    return f"{BROWSER}{agent}"


def browser_in(plan: Plan, agent: str) -> str | None:
    """The same, in a plan as it runs."""
    browser = browser_of(agent)
    return browser if plan.phones.get(browser) == agent else None


def with_browsers(plan: Plan) -> Plan:
    """The plan with a browser for each agent, the last of their phones.

    A name that is another agent's phone in the plan stays what it is there: who would have it has no browser.
    """
    agents = {}
    for agent, rule in plan.agents.items():
        owner = plan.phones.get(browser_of(agent))
        if owner not in (None, agent):
            log.warning("an agent has no phone in the browser: another's phone has its name", agent=agent)
        more = (browser_of(agent),) if owner is None else ()
        agents[agent] = rule.model_copy(update={"phones": (*plan.phones_of(agent), *more)})
    return plan.model_copy(update={"agents": agents})


def furnished(published: Published, settings: Settings) -> Published:
    """What these settings make of a plan for the running hotline."""
    return replace(published, plan=with_browsers(published.plan)) if settings.webrtc.enabled else published
