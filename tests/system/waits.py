"""A line that has one agent and calls back, and two callers of it: what tests of waits and callbacks begin with."""

from __future__ import annotations

from hotline.operators import Published
from hotline.phone import Phone, answers
from hotline.sound_file import load as load_sound
from hotline.talk import Talk
from ivr.callbacks.events import CallbackBooked
from ivr.events import WaitBegan
from prompts.phrases import Phrase
from routing.line_rule import CallbackRule
from routing.node import Callback, End
from tests.phones import AGENT_TONE, CALLER_TONE, hears, hears_prompt
from tests.system.stage import Stage, shipped_plan

LINE, KEYS, AGENT, FIRST, SECOND = "hiv-counselling", "15", "vct-1", "13900000001", "13900000002"


def plan(first: str, **line: object) -> Published:
    """The shipped hotline, one line of which calls back, and has these rules too."""
    published = shipped_plan(ring=10.0, wrap_up=0.0)
    old = published.plan
    rule = CallbackRule.model_validate({"first": first, "numbers": ["139*"], "tries": 2, "retry": 10})
    update = {"keys": {"1": "ring-back"}, "callback": rule, "record": False, "tell_every": 10.0, **line}
    lines = {**old.lines, LINE: old.lines[LINE].model_copy(update=update)}
    node = Callback.model_validate({"callback": "still-waiting", "then": "bye", "otherwise": "bye"})
    hotline = old.hotline.model_copy(update={"may_dial": ("0220000*", "139*")})
    nodes = {**old.nodes, "ring-back": node, "bye": End.model_validate({"end": "recording-notice"})}
    return Published(old.model_copy(update={"lines": lines, "nodes": nodes, "hotline": hotline}), published.version)


async def hears_phrase(s: Stage, talk: Talk, sound: str) -> None:
    """Wait until a sentence of the hotline's own was heard."""
    await hears_prompt(talk, load_sound(s.settings.sounds / f"{sound}.alaw"), 60.0, share=0.3)


async def books(s: Stage) -> tuple[Talk, Phone]:
    """One caller has the only agent; another one books a callback and is let go.

    The first one's talk, and the other one's phone, which answers from then on.
    """
    await s.agent(AGENT, answers(speaking=AGENT_TONE))
    first, phone = await s.caller(FIRST), await s.exchange.phone(SECOND, switch=s.switch)
    second = await (await phone.dial("12320")).answered()
    await first.press(KEYS)
    await hears(first, AGENT_TONE, within=45.0)
    await second.press(KEYS)
    await s.noted(WaitBegan, 2)
    await hears_phrase(s, second, "say-position-0")
    await second.press("1")
    await hears_phrase(s, second, Phrase.CHOOSE)
    await second.press("1")
    await s.noted(CallbackBooked)
    await hears_phrase(s, second, Phrase.BOOKED)
    await second.ended(within=30.0)
    phone.manner = answers(speaking=CALLER_TONE)
    return first, phone
