"""What the API of work orders answers with, as JSON schemas."""

from __future__ import annotations

from typing import Any, Final

from desk.schemas import COUNT, FLAG, MAYBE_TEXT, MAYBE_TIME, TEXT, TIME, either, listing, things

_WORD = {"state": TEXT, "source": TEXT, "urgency": TEXT, "feedback": TEXT}
_MAYBE = ("kind", "gender", "result", "satisfaction", "clock")

ORDER: Final = things(
    number=TEXT,
    digits={**MAYBE_TEXT, "description": "What the caller is given to ask by telephone how it stands."},
    seq=COUNT,
    **{name: of for word, of in _WORD.items() for name in (word, f"{word}_label")},
    **{name: MAYBE_TEXT for word in _MAYBE for name in (word, f"{word}_label")},
    call=MAYBE_TEXT,
    line=MAYBE_TEXT,
    line_name=MAYBE_TEXT,
    category=MAYBE_TEXT,
    category_path=MAYBE_TEXT,
    place=MAYBE_TEXT,
    unit=MAYBE_TEXT,
    unit_name=MAYBE_TEXT,
    against=MAYBE_TEXT,
    asked_by=MAYBE_TEXT,
    contact=MAYBE_TEXT,
    caller=MAYBE_TEXT,
    content=TEXT,
    opened=TIME,
    opened_by=TEXT,
    opened_by_name=TEXT,
    accepted=MAYBE_TIME,
    signed=MAYBE_TIME,
    signed_by=MAYBE_TEXT,
    hand_on_by=TIME,
    handed_on=MAYBE_TIME,
    done_by=MAYBE_TIME,
    done=MAYBE_TIME,
    answered=MAYBE_TIME,
    closed=MAYBE_TIME,
    due={**MAYBE_TIME, "description": "When the clock that runs is over."},
    overdue=FLAG,
    reopened=COUNT,
    urged=COUNT,
    recording=MAYBE_TEXT,
    outside_number=MAYBE_TEXT,
    test=FLAG,
)
LIST: Final = things(orders=listing(ORDER), next=MAYBE_TEXT)

_FACT = things(seq=COUNT, at=TIME, who=TEXT, name=TEXT, kind=TEXT, label=TEXT, data={"type": "object"})
_FIELD = things(id=TEXT, label=TEXT, value=TEXT)
_SHEET = things(
    form=TEXT, title=TEXT, number=TEXT, fields=listing(_FIELD), more=listing(_FIELD), corrections=listing({}), test=FLAG
)
WHOLE: Final = things(
    order=ORDER,
    moves=listing(things(move=TEXT, label=TEXT)),
    history=listing(_FACT),
    sheet=either(_SHEET),
)
OPENED: Final = WHOLE

BOARD: Final = things(
    states=listing(things(state=TEXT, label=TEXT, orders=COUNT)),
    overdue=listing(things(clock=TEXT, label=TEXT, orders=COUNT)),
    units=listing(things(unit=MAYBE_TEXT, unit_name=MAYBE_TEXT, orders=COUNT, overdue=COUNT)),
)
ESCALATIONS: Final = things(
    escalations=listing(
        things(
            order=TEXT,
            at=TIME,
            clock=TEXT,
            step=TEXT,
            due=TIME,
            deadline=MAYBE_TIME,
            told=listing(things(who=TEXT)),
        )
    )
)
_CHOICES: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}
_LISTS = (
    *("states", "sources", "kinds", "urgencies", "acceptances", "genders", "feedback", "means", "results"),
    *("satisfactions", "clocks", "told", "moves"),
)
WORDS: Final = things(
    **dict.fromkeys(_LISTS, _CHOICES),
    forms={"type": "object", "description": "Move → the JSON schema of what is said with it."},
)
UNITS: Final = things(units=listing(things(id=TEXT, name=TEXT, also=listing(TEXT), pinyin=TEXT, initials=TEXT)))
