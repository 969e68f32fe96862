"""Who may see the answer record of a call, and with it what belongs to that call."""

from __future__ import annotations

from desk.asker import Asker
from desk.refusal import Refusal
from desk.roles import Permission
from paperwork.answers.office import Answers
from paperwork.answers.record import Record, fold


async def seen(answers: Answers, asker: Asker, call: str) -> Record:
    """The record of a call, if they may see it; else there is none. Raises Refusal."""
    none = Refusal(404, "not_found", "there is no answer record of this call")
    if len(call) > 64 or not call.isprintable():
        raise none
    facts = await answers.book.history(call)
    if not facts:
        raise none
    record = fold(facts)
    if asker.agent is not None and asker.agent in record.agents:
        return record
    hidden = answers.house.closed_to(asker.agent)
    if Permission.ANSWERS not in asker.permissions or any(talk.line in hidden for talk in record.talks):
        raise none
    return record
