"""Who is calling, as the API describes it."""

from __future__ import annotations

from typing import Any, Final

from desk.dossier import Hidden, Phase
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, MAYBE_TIME, TEXT, TIME, either, listing, things
from ivr.door.verdict import Lane

_SECONDS: Final[dict[str, Any]] = {"type": "number", "minimum": 0}
_STEP = things(
    at=TIME,
    node=TEXT,
    heard={**listing(TEXT), "description": "The words that were said there."},
    key=MAYBE_TEXT,
    asked={**FLAG, "description": "A key was waited for."},
    meant={**MAYBE_TEXT, "description": "What the key stood for."},
)
_TALK = things(at=TIME, line=TEXT, line_name=MAYBE_TEXT, agent=MAYBE_TEXT, agent_name=MAYBE_TEXT, passed_on=FLAG)
_EARLIER = things(
    call=TEXT,
    at=TIME,
    direction={"enum": ["in", "out"]},
    line=MAYBE_TEXT,
    line_name=MAYBE_TEXT,
    agent=MAYBE_TEXT,
    agent_name=MAYBE_TEXT,
    outcome=TEXT,
    talked=_SECONDS,
    record={**MAYBE_TEXT, "description": "The number of its answer record, which is asked for by the call."},
    kind=MAYBE_TEXT,
    category=MAYBE_TEXT,
    category_path=MAYBE_TEXT,
    work_order=MAYBE_TEXT,
)
_ORDER = things(
    number=TEXT,
    state=TEXT,
    state_label=TEXT,
    opened=TIME,
    due=MAYBE_TIME,
    overdue=FLAG,
    urgency=TEXT,
    unit=MAYBE_TEXT,
    unit_name=MAYBE_TEXT,
    kind=MAYBE_TEXT,
    category=MAYBE_TEXT,
    category_path=MAYBE_TEXT,
    call=MAYBE_TEXT,
)

DOSSIER: Final = things(
    call=TEXT,
    phase={"enum": [*(phase.value for phase in Phase), None]},
    line=MAYBE_TEXT,
    line_name=MAYBE_TEXT,
    department=TEXT,
    confidential=FLAG,
    number={**MAYBE_TEXT, "description": "Masked; null when it is withheld."},
    dialled=TEXT,
    direction={"enum": ["in", "out"]},
    arrived=TIME,
    waited={**_SECONDS, "description": "Seconds on lines so far."},
    path=listing(_STEP),
    talks={**listing(_TALK), "description": "Who talked in this call before, and now."},
    priority={"type": "integer"},
    urgent=FLAG,
    raised={**FLAG, "description": "A shift leader let it go before all others."},
    flagged={**FLAG, "description": "Marked as one of high risk."},
    language=MAYBE_TEXT,
    screened=either(things(lane={"enum": [lane.value for lane in Lane]}, why=TEXT)),
    asked_for=listing(things(order=TEXT, standing=MAYBE_TEXT)),
    counsellor=either(things(agent=TEXT, agent_name=TEXT)),
    hidden={"enum": [*(why.value for why in Hidden), None], "description": "Why nothing is told by number."},
    nuisance={"enum": ["slow", "block", None]},
    callbacks=either(listing(things(ticket=TEXT, line=TEXT, line_name=TEXT, booked=TIME, tries=COUNT))),
    calls=either(listing(_EARLIER)),
    more_calls=FLAG,
    orders=either(listing(_ORDER)),
)
