"""What a call is served with: the live edition of the plan, as a flow that calls and callbacks run."""

from __future__ import annotations

from hotline.live import Edition
from ivr.adoption.flow import AdoptingFlow
from ivr.adoption.remains import Remains
from ivr.adoption.unfinished import Unfinished
from ivr.call import Call, Flow
from ivr.callbacks.attempt import CallbackService
from ivr.callbacks.board import Callbacks
from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.flow import PlanFlow
from ivr.outlook import Outlook
from ivr.switchboard import Service


def service_of(edition: Edition, dispatch: Dispatch, clock: Clock, outlook: Outlook, callbacks: Callbacks) -> Service:
    """What a call is given that arrives while this edition is live."""
    flow = AdoptingFlow(edition.plan, edition.words, dispatch, clock, outlook, callbacks)

    def resume(call: Call, one: Unfinished, left: Remains) -> Flow | None:
        resumed = flow.resume(call, one, left)
        return None if resumed is None else edition.counted(resumed)

    return Service(edition.counted(flow), edition.published.version, _apology(edition), resume)


def callback_service_of(
    edition: Edition, dispatch: Dispatch, clock: Clock, outlook: Outlook, callbacks: Callbacks
) -> CallbackService:
    """What a callback is made with while this edition is live."""
    flow = PlanFlow(edition.plan, edition.words, dispatch, clock, outlook, callbacks)
    version = edition.published.version
    return CallbackService(edition.plan, edition.words, version, flow.serve, edition.counted, _apology(edition))


def _apology(edition: Edition) -> tuple[str, ...]:
    return tuple(sound for prompt in edition.plan.hotline.apology for sound in edition.words.prompt(prompt))
