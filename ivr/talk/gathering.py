"""Who is gathered around a caller: where each of them is, whose talk it is, and what is written down of it."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from ivr.adoption.names import first_of
from ivr.call import Call
from ivr.dispatch import Dispatch
from ivr.events import ConsultationEnded, TalkBegan, TalkEnded
from ivr.journal import Event
from ivr.order import settled
from ivr.outcomes import ConsultationEnd, Outcome, Party, Reason
from ivr.switch import Switch, SwitchError
from ivr.talk.hold import Hold
from ivr.talk.inbox import Resumed, Side, TooLong, Unpaused
from ivr.talk.legs import Legs
from ivr.talk.pause import Pause
from ivr.talk.states import SPOTS, Spot, State
from ivr.talk.targets import TalkRules
from ivr.talk.whereabouts import Whereabouts

log = structlog.get_logger()


class Gathering:
    """Caller, sides and who was asked, brought to where they are in a state; facts and recording follow.

    It decides nothing: `ivr.talk.conversation` does.
    """

    def __init__(
        self,
        call: Call,
        first: Side,
        rules: TalkRules,
        tell: Callable[[TooLong | Unpaused], None],
        *,
        dispatch: Dispatch,
        legs: Legs,
        switch: Switch,
    ) -> None:
        self.call, self.rules, self.state = call, rules, State.TALKING
        self.sides = [first]
        """Who talks with the caller; the first of them commands."""
        self.aside: Side | None = None
        """Who was asked."""
        self.hold = Hold(call.note, tell)
        self.pause = Pause(call.note, tell)
        self._dispatch, self._legs, self._switch = dispatch, legs, switch
        self._where = Whereabouts(call, switch, f"{first.leg}-talk")
        self._recorded: Side | None = None
        """Whose talk is recorded."""

    @property
    def lead(self) -> Side | None:
        """Who commands; None while the caller is between two."""
        return self.sides[0] if self.sides else None

    def everybody(self) -> list[Side]:
        """Who talks with the caller, or was asked."""
        return [*self.sides, *([self.aside] if self.aside is not None else [])]

    def note(self, event: Event) -> None:
        """Write a fact of the call down."""
        self.call.note(event)

    def resume(self, resumed: Resumed) -> None:
        """Take in who is where since before us."""
        self.sides = list(resumed.sides)
        caller, others = (Spot.TALK, Spot.TALK) if resumed.bridge is not None else (Spot.MUSIC, Spot.ALONE)
        spots = {self.call.channel: caller} | {side.leg: others for side in self.sides}
        self._where.found(resumed.bridge, spots)
        self.call.in_talk = resumed.bridge is not None
        if resumed.held is not None:
            self.hold.resume(resumed.held)
        if resumed.asked is not None:
            end = ConsultationEnd.CANCELLED if resumed.answered else ConsultationEnd.NOT_REACHED
            self.note(ConsultationEnded(resumed.asked, end))
        for side in self.sides:
            if side.offer == resumed.paused:
                self.pause.resume(side)
        if resumed.file is not None:
            self.call.recordings.resume_talk(resumed.file)
            self._recorded = self.lead

    # ── where everybody is ──────────────────────────────────────────────────

    async def go(self, state: State, of: int | None = None) -> None:
        """Another state: everybody goes where they are in it, and facts, recording and alarm follow.

        Nothing when all is so already. Raises SwitchError; then the same may be tried again.
        """
        self.state = state
        if state is State.AWAY:  # a hold goes on as one, music alone is none
            await self.stop_recording()
            await self.arrange()
            return
        held, lead = SPOTS[state][0] is Spot.MUSIC, self.lead
        by = of if of is not None or lead is None else lead.offer
        if held and by is not None:
            self.hold.begin(by, None if lead is None else self.rules.hold_limit(lead.line))
        if held:
            await self.stop_recording()  # no recorder stays in a bridge that everybody leaves
        await self.arrange()
        if not held:
            self.hold.end()
            for side in self.sides:
                self.began(side)
            await self.record()

    async def arrange(self) -> None:
        """Bring everybody where they are in this state. Raises ChannelGone only when the talk does not even begin."""
        caller, others = SPOTS[self.state]
        spots = {self.call.channel: caller} | {side.leg: others for side in self.sides}
        if self.aside is not None:
            spots[self.aside.leg] = Spot.ASIDE
        await self._where.arrange(spots)

    def open_aside(self, side: Side) -> None:
        """Somebody answered who was asked: they and the agent talk alone."""
        self.aside = side
        self._where.open_aside(f"{side.leg}-aside")

    def changed_leg(self, old: str) -> None:
        """Somebody's leg is another one now: the old one is nobody's."""
        self._where.forget(old)

    async def let_go(self, side: Side) -> None:
        """Free whoever it is, and hang their leg up."""
        side.unwatch()
        self._where.forget(side.leg)
        self._dispatch.legs.talk_over(side.seated)
        try:
            await self._switch.hang_up(side.leg)
        finally:
            self._legs.forget(side.leg)
            side.seated.over.set()

    async def disperse(self) -> None:
        """Leave nothing of it on the switch, but the caller."""
        gone, self.sides, self.aside = self.everybody(), [], None
        await settled(*(self.let_go(side) for side in gone))
        await self.call.recordings.end_talk()
        await self._where.drop()
        self.call.in_talk = False

    # ── facts ───────────────────────────────────────────────────────────────

    def began(self, side: Side) -> None:
        """They and the caller hear each other."""
        if not side.talking:
            side.talking = True
            self.call.outcome, self.call.talked_with = (Outcome.TALKED, Reason.CALLER_HUNG_UP), side.agent
            self.note(TalkBegan(side.offer, side.line, side.agent))

    def ended(self, side: Side, by: Party) -> None:
        """They do not any more. Idempotent."""
        if self.pause.holds(side):
            self.pause.end()
        if side.talking:
            side.talking = False
            self.note(TalkEnded(side.offer, by))

    # ── recording ───────────────────────────────────────────────────────────

    async def record(self) -> None:
        """Record as the line says of who has the caller now: another file for another agent, the same after music."""
        lead = self.lead
        if not self.pause.holds(lead):
            self.pause.end()  # of who has the caller no more
        if lead is None or lead is self._recorded or self.pause.holds(lead):
            return
        await self.stop_recording()
        self._recorded = lead
        self.call.may_refuse(None)  # keys in a talk are between those who talk
        wanted = lead.announced and not self.call.unrecorded
        file = self.rules.file(lead.line, first_of(lead.leg)) if wanted else None
        if file is not None:
            await self.call.recordings.record_talk(self._where.talk, file)

    def is_recorded(self) -> bool:
        """Whether the line records whom the caller has now, or would but for a pause."""
        lead = self.lead
        wanted = lead is not None and lead.announced and not self.call.unrecorded
        return wanted and lead is not None and self.rules.file(lead.line, lead.leg) is not None

    async def stop_recording(self) -> None:
        """Who has the caller next is recorded anew."""
        self._recorded = None
        await self.call.recordings.end_talk()

    async def pause_recording(self, by: str) -> None:
        """Let nothing be recorded of what the lead says, for a while."""
        if self.lead is not None:
            self.pause.begin(self.lead, by)
            await self.stop_recording()

    async def resume_recording(self, by: str | None = None) -> None:
        """Record again, unless the caller hears music."""
        self.pause.end(by)
        if SPOTS[self.state][0] is Spot.TALK:
            await self.record()

    async def give_notice(self, before: Side, after: Side) -> None:
        """A line that records says so, to a caller whom the line before did not record.

        Whose notice could not be said is not recorded.
        """
        recorded = before.announced and self.rules.file(before.line, before.leg) is not None
        if after.line == before.line or recorded or self.call.unrecorded:
            return
        if not (words := self.rules.notice(after.line)):
            return
        self.call.may_refuse(self.rules.refusal(after.line))
        self._where.forget(self.call.channel)  # `say` ends the music
        try:
            await self.call.say(words, whole=True)
        except SwitchError as error:
            after.announced = False
            log.error("a talk is not recorded: its notice could not be said", call=self.call.id, error=str(error))
