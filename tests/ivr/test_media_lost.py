"""Shell: the switch dies under callers and agents, in virtual time. Nobody is blamed, and nobody is forgotten."""

from __future__ import annotations

import pytest

from acd.agent import Presence
from ivr.events import CallEnded, Offered, OfferEnded, TalkBegan, WaitBegan, WaitEnded
from ivr.outcomes import OfferResult, Outcome, Reason, WaitEnd
from ivr.switch import Gone, LinkDown, LinkUp, PhoneChanged, SwitchEnding
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import House, house

pytestmark = pytest.mark.looptime


def dies(h: House, *, noticed: bool) -> None:
    """Everything on the switch is gone; `noticed` by its process before it is heard again."""
    legs = sorted(h.switch.channels - h.switch.callers)
    for gone in (h.switch.channels, h.switch.music, h.switch.bridges, h.switch.answered, h.switch.recordings):
        gone.clear()
    for playing in h.switch.playing.values():
        playing.timer.cancel()
    h.switch.playing.clear()
    h.switch.tell(LinkDown())
    if noticed:
        h.board.media_lost()
    h.switch.tell(LinkUp(restarted=True))
    for leg in legs:
        h.switch.tell(Gone(leg, None))
    h.switch.tell(PhoneChanged("ann", up=True))


@pytest.mark.parametrize("noticed", [True, False])
async def test_a_talk_and_who_waits_are_closed_once_and_the_agent_is_ready(noticed: bool) -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials("talks")
        h.switch.caller_types("talks", "1")
        await h.ledger.noted(TalkBegan)
        h.switch.caller_dials("waits")
        h.switch.caller_types("waits", "1")
        await h.ledger.noted(WaitBegan, 2)
        dies(h, noticed=noticed)
        await h.ledger.noted(CallEnded, 2)
        ends = {(end.outcome, end.reason) for end in h.ledger.of(CallEnded)}
        assert ends == {(Outcome.TALKED, Reason.MEDIA_LOST), (Outcome.FAILED, Reason.MEDIA_LOST)}
        assert h.ledger.of(WaitEnded)[-1].end is WaitEnd.MEDIA_LOST
        await h.passes(1.0)
        floor = h.board.dispatch.floor
        assert floor.seat("ann").presence is Presence.READY
        assert (list(floor.talks()), list(floor.offers())) == ([], [])
        assert len(h.ledger.of(CallEnded)) == 2
        h.switch.caller_dials("next")
        h.switch.caller_types("next", "1")
        await h.ledger.noted(TalkBegan, 2)


@pytest.mark.parametrize("noticed", [True, False])
async def test_an_agent_whose_phone_rang_is_given_no_break_for_it(noticed: bool) -> None:
    async with house(ann=Behaviour()) as h:
        h.switch.caller_dials("rings")
        h.switch.caller_types("rings", "1")
        await h.ledger.noted(Offered)
        dies(h, noticed=noticed)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.FAILED, Reason.MEDIA_LOST)
        assert [ended.result for ended in h.ledger.of(OfferEnded)] == [OfferResult.WITHDRAWN]
        await h.passes(1.0)
        assert h.board.dispatch.floor.seat("ann").presence is Presence.READY


async def test_a_caller_in_a_menu_is_closed_too_and_a_drained_one_is_given_to_the_dialplan() -> None:
    async with house(ann=Behaviour()) as h:
        h.switch.caller_dials("menu")
        await h.passes(0.5)
        dies(h, noticed=True)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.FAILED, Reason.MEDIA_LOST)
        h.switch.caller_dials("drained")
        h.switch.caller_types("drained", "1")
        await h.ledger.noted(Offered)
        for call in h.board.living():
            call.give_back()
        await h.ledger.noted(CallEnded, 2)
        assert h.ledger.of(CallEnded)[-1].reason is Reason.ENGINE_STOPPED
        assert h.switch.released == ["drained"]
        await h.passes(1.0)
        assert h.board.dispatch.floor.seat("ann").presence is Presence.READY


async def test_who_is_let_go_by_a_switch_that_ends_did_not_hang_up_and_no_agent_is_blamed() -> None:
    """It is still heard while it lets go of one after the other."""
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials("talks")
        h.switch.caller_types("talks", "1")
        await h.ledger.noted(TalkBegan)
        h.switch.caller_dials("waits")
        h.switch.caller_types("waits", "1")
        await h.ledger.noted(WaitBegan, 2)
        h.switch.tell(SwitchEnding())
        for channel in sorted(h.switch.channels):
            h.switch.ends(channel)
        await h.ledger.noted(CallEnded, 2)
        ends = {(end.outcome, end.reason) for end in h.ledger.of(CallEnded)}
        assert ends == {(Outcome.TALKED, Reason.MEDIA_LOST), (Outcome.FAILED, Reason.MEDIA_LOST)}
        assert h.ledger.of(WaitEnded)[-1].end is WaitEnd.MEDIA_LOST
        h.switch.tell(LinkDown())
        h.switch.tell(LinkUp(restarted=True))
        h.switch.tell(PhoneChanged("ann", up=True))
        await h.passes(1.0)
        assert h.board.dispatch.floor.seat("ann").presence is Presence.READY
        assert len(h.ledger.of(CallEnded)) == 2
