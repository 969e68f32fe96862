"""The tables of the paperwork: what was filed, and what stands in each paper now.

`filings` are facts as the journal's are; `answers` and `orders` are folded from them. Past counts that were imported
stand in `past_rows`, registers in versions, deliveries to others in an outbox.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from records.tables import Instant, Json, metadata

filings = Table(
    "filings",
    metadata,
    Column("paper", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Json, nullable=False),
    PrimaryKeyConstraint("paper", "seq"),
    Index(None, "kind", "paper"),
    Index(None, "at"),
)
"""Append-only: what happened to a paper. `paper` is `answer:CALL`, `order:NUMBER`, …; `seq` counts from 1."""

numbers = Table(
    "numbers",
    metadata,
    Column("series", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("series", "year"),
)
"""The last number that was given in a year of China's calendar."""

answers = Table(
    "answers",
    metadata,
    Column("call", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("line", Text, nullable=False),
    Column("agent", Text),
    Column("owner", Text),
    Column("asked_by", Text),
    Column("gender", Text),
    Column("contact", Text),
    Column("heard", Text),
    Column("heard_note", Text),
    Column("kind", Text),
    Column("category", Text),
    Column("place", Text),
    Column("content", Text),
    Column("note", Text),
    Column("settled", Text),
    Column("work_order", Text),
    Column("over", Instant),
    Column("filled", Instant),
    Column("signed", Instant),
    Column("signed_by", Text),
    Column("reduced", Instant),
    Column("test", Boolean, nullable=False),
    PrimaryKeyConstraint("call"),
    Index(None, "number", unique=True),
    Index(
        "ix_answers_counted", "at", "test", "filled", "kind", "category", "place", "line", "agent", "settled", "call"
    ),
    Index(None, "at"),
    Index(None, "line", "at"),
    Index(None, "agent", "at"),
    Index(None, "state", "at"),
    Index(None, "contact"),
    Index(None, "over"),
)
"""接听记录单 (form 6), one a call that somebody answered; `at` is when the first talk began, `kind` one of
`paperwork.kind.Kind`, `category` a code of the tree, `settled` how it ended (`on_the_spot`, `handed_on`). `agent`
answered first, `owner` has to fill it now, `heard` is the box of the form, `over` when the last talk ended, `reduced`
when name and contact were."""

answer_talks = Table(
    "answer_talks",
    metadata,
    Column("call", Text, nullable=False),
    Column("fact", Integer, nullable=False),
    Column("began", Boolean, nullable=False),
    Column("line", Text),
    Column("agent", Text),
    PrimaryKeyConstraint("call", "fact"),
    Index(None, "agent", "call"),
    Index(None, "line", "call"),
)
"""The facts of the journal, by their place, that were filed in a record: talks that began, of which line and with whom,
and those that ended."""

marks = Table(
    "marks",
    metadata,
    Column("name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("name"),
)
"""Until when a clerk of the office has surely done what there was to do."""

orders = Table(
    "orders",
    metadata,
    Column("number", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("call", Text),
    Column("line", Text),
    Column("kind", Text),
    Column("category", Text),
    Column("place", Text),
    Column("urgency", Text, nullable=False),
    Column("asked_by", Text),
    Column("gender", Text),
    Column("contact", Text),
    Column("caller", Text),
    Column("content", Text, nullable=False),
    Column("feedback", Text, nullable=False),
    Column("unit", Text),
    Column("against", Text),
    Column("opened", Instant, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("accepted", Instant),
    Column("signed", Instant),
    Column("signed_by", Text),
    Column("hand_on_by", Instant, nullable=False),
    Column("handed_on", Instant),
    Column("done_by", Instant),
    Column("done", Instant),
    Column("answered", Instant),
    Column("closed", Instant),
    Column("result", Text),
    Column("satisfaction", Text),
    Column("reopened", Integer, nullable=False),
    Column("urged", Integer, nullable=False),
    Column("clock", Text),
    Column("due", Instant),
    Column("wake_at", Instant),
    Column("recording", Text),
    Column("outside_number", Text),
    Column("test", Boolean, nullable=False),
    Column("reduced", Instant),
    Column("handed_late", Instant),
    Column("sent_back", Instant),
    PrimaryKeyConstraint("number"),
    Index(None, "state"),
    Index(None, "opened"),
    Index(None, "unit", "opened"),
    Index(None, "call"),
    Index(None, "wake_at"),
    Index(None, "contact"),
    Index(None, "outside_number"),
    Index(None, "due"),
    Index(None, "caller"),
    Index(None, "closed"),
    Index(None, "opened_by", "opened"),
)
"""转办单 (form 9). `source`: `call`, `message`, `12345`, `other`; `urgency`: `simple`, `complex`, `emergency`;
`caller` is the number that called; `clock` and `due` are the clock that runs and its end (`paperwork.orders.words`),
`wake_at` is when it must be looked at again; `outside_number` is what the mayor's hotline calls it,
`reduced` when names and numbers went out of it for good, `handed_late` when it was first handed on after its time,
`sent_back` when the unit that it was handed to last sent it back."""

registers = Table(
    "registers",
    metadata,
    Column("register", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text),
    Column("data", Json, nullable=False),
    Column("retired", Boolean, nullable=False),
    PrimaryKeyConstraint("register", "id", "version"),
    Index(None, "register", "at"),
)
"""Append-only. `register`: `line`, `unit`, `agent`, `expert`; the highest version stands."""

imports = Table(
    "imports",
    metadata,
    Column("id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("retracted", Instant),
    Column("retracted_by", Text),
    Column("reason", Text),
    PrimaryKeyConstraint("id"),
    Index(
        None, "sha256", unique=True, sqlite_where=text("retracted IS NULL"), postgresql_where=text("retracted IS NULL")
    ),
)
"""Files whose rows were taken in, each once; what was taken back has no rows any more and may come again."""

past_rows = Table(
    "past_rows",
    metadata,
    Column("import", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("line", Text),
    Column("kind", Text, nullable=False),
    Column("tree", Text),
    Column("path", Text),
    Column("place", Text),
    Column("count", Integer, nullable=False),
    Column("span", Text, nullable=False, default="instant"),
    PrimaryKeyConstraint("import", "row"),
    Index(None, "at"),
)
"""Calls of the time before this hotline, as a file tells of them: `count` of one kind. `path` is as in `tree`
(`national`, `provincial`, `tianjin`), its kind first where the tree has kinds; of `own` it is the code, which outlives
names. Both may be missing. `row` is the line of the file, `span` what its time says: a `month`, a
`day`, each standing on its first instant, or an `instant`."""

scores = Table(
    "scores",
    metadata,
    Column("paper", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("recording", Text),
    Column("call", Text, nullable=False),
    Column("line", Text),
    Column("agent", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("marks", Json, nullable=False),
    Column("total", Float, nullable=False),
    Column("most", Float, nullable=False),
    Column("fatal", Boolean, nullable=False),
    PrimaryKeyConstraint("paper"),
    Index(None, "at", "paper"),
    Index(None, "agent", "at"),
    Index(None, "call"),
    Index(None, "recording"),
)
"""Quality sheets as they stand, folded from the filings of `score:CALL~AGENT~N`. `at` is when the talk began, `sheet` a
name and its version, `marks` points by item (null: does not apply); points are whole or halves, which floats keep."""

samples = Table(
    "samples",
    metadata,
    Column("plan", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("recording", Text, nullable=False),
    Column("call", Text, nullable=False),
    Column("line", Text),
    Column("agent", Text),
    Column("drawn", Instant, nullable=False),
    PrimaryKeyConstraint("plan", "period", "recording"),
)
"""Recordings that were drawn for a spot check."""

webhooks = Table(
    "webhooks",
    metadata,
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("made", Instant, nullable=False),
    Column("failing", Instant),
    Column("paused", Instant),
    Column("why", Text),
    PrimaryKeyConstraint("name"),
)
"""Who is told of what; `events` with spaces between, `secret` signs what is sent and is sealed. `failing` is since when
nothing got through, `why` the last error; who is `paused` is told nothing until somebody lets it go on."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, nullable=False),
    Column("webhook", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", Instant),
    Column("delivered", Instant),
    Column("error", Text),
    PrimaryKeyConstraint("id"),
    Index(None, "webhook", "next_try"),
    Index(None, "made"),
)
"""The outbox: each is sent until somebody took it; `next_try` is None when there is nothing more to do. `id` is the
webhook's name, a colon and the id of the event; `made` is when the fact was told."""
