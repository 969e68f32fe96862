"""Quality sheets, spot checks and averages, as the API describes them."""

from __future__ import annotations

from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, TIME, listing, things
from paperwork.quality.score import Move, State

_NUMBER = {"type": "number"}
MARKS = {
    "type": "object",
    "description": "Points by item, whole or half; null where an optional item does not apply.",
    "additionalProperties": {"type": ["number", "null"]},
}
ITEM = things(item=TEXT, title=TEXT, group=MAYBE_TEXT, points=COUNT, fatal=FLAG, optional=FLAG)
SCORE = things(
    id=TEXT,
    state={"enum": [state.value for state in State]},
    state_label=TEXT,
    moves=listing(TEXT),
    sheet=TEXT,
    sheet_title=TEXT,
    call=TEXT,
    agent=TEXT,
    line=MAYBE_TEXT,
    recording=MAYBE_TEXT,
    drawn=MAYBE_TEXT,
    at=TIME,
    by=TEXT,
    total=_NUMBER,
    most=_NUMBER,
    percent=_NUMBER,
    fatal=MAYBE_TEXT,
    missing=listing(TEXT),
    comment=TEXT,
    items=listing(ITEM),
    history=listing(things(at=TIME, who=TEXT, what=TEXT, reason=MAYBE_TEXT, marks=MARKS, comment=MAYBE_TEXT)),
)
"""One sheet, whole."""
ROW = things(
    id=TEXT,
    state={"enum": [state.value for state in State]},
    state_label=TEXT,
    sheet=TEXT,
    call=TEXT,
    agent=TEXT,
    line=MAYBE_TEXT,
    recording=MAYBE_TEXT,
    at=TIME,
    by=TEXT,
    total=_NUMBER,
    most=_NUMBER,
    percent=_NUMBER,
    fatal=FLAG,
)
"""One sheet in a list."""
DRAWN = things(
    plan=TEXT,
    period=TEXT,
    recording=TEXT,
    call=TEXT,
    line=MAYBE_TEXT,
    agent=MAYBE_TEXT,
    drawn=TIME,
    lot=TEXT,
    gone=FLAG,
    scores=listing(TEXT),
    sheets=listing(
        things(id=TEXT, state={"enum": [state.value for state in State]}, by=TEXT, percent=_NUMBER),
    ),
)
"""A talk that was drawn for a spot check."""
TALK = things(call=TEXT, agent=TEXT, sheet=TEXT, judges=listing({"type": "object"}), apart=_NUMBER)
"""A talk that several judged."""
FIGURE = things(of=TEXT, count=COUNT)
NEXT = {"type": ["string", "null"], "description": "`after` of the next page; null after the last."}
SPAN = {"from": "talks that began from this time on", "to": "and before this time"}
PERIOD = {"type": "string", "description": "A month like 2026-10 or a week like 2026-W41."}
MOVES = {
    Move.MARKED: "Give points in a draft of one's own; the other items stay as they are.",
    Move.SUBMITTED: "The draft is done: the agent sees it from now on.",
    Move.DISCARDED: "Throw a draft away.",
    Move.CORRECTED: "Correct a submitted sheet, with a reason; the agent reads it again, and may contest it.",
    Move.SETTLED: "Settle a sheet that was seen or contested, with other points if need be.",
    Move.SEEN: "The agent has read it.",
    Move.CONTESTED: "The agent does not agree, and says why.",
}
"""What each move does."""
