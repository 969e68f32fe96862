"""The nodes of a plan: what a caller hears and does on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from routing.days import Written
from routing.written import CallerPatterns, DateSpans, DigitCount, Digits, Id, Key, Prompts, Seconds


class Retry(Written):
    """What happens after silence, or after wrong keys: say, ask again, and after so many times go elsewhere."""

    say: Prompts = ()
    """Said before asking again."""
    tries: Annotated[int, Field(ge=1, le=9)] = 2
    """The how-manieth time leads to `then`."""
    last: Prompts = ()
    """Said on the way to `then`."""
    then: Id
    """The node or line to go to."""


# ── nodes ───────────────────────────────────────────────────────────────────


class Menu(Written):
    """Say, wait for one key, go where it leads. `0` leads to the hotline's `person` unless written otherwise."""

    menu: Prompts
    """Which keys there are."""
    keys: dict[Key, Id]
    """Key → the node or line it leads to."""
    wait: Seconds | None = None
    """Silence after the prompt until it counts as such; default is the hotline's."""
    silence: Retry | None = None
    """What silence leads to; default is the hotline's."""
    wrong: Retry | None = None
    """What keys that are not offered lead to; default is the hotline's."""


class Say(Written):
    """Say, then go on. A key cuts it short and is kept for the next menu."""

    say: Prompts
    """What is said."""
    then: Id
    """The node or line that follows."""


class Ask(Written):
    """Say, then take a number from the keys: a ticket number, a postcode, an area code.

    `0` alone leads to a person, unless one digit is all that is asked for.
    """

    ask: Prompts
    """What is asked for."""
    digits: DigitCount
    """How many: `8`, or `4-12`."""
    terminator: Key | None = "#"
    """The key that ends a number before it is full."""
    wait: Seconds | None = None
    """Silence after a key that ends the number; default is the hotline's."""
    confirm: Prompts = ()
    """Said before the digits are read back."""
    choices: Prompts = ()
    """Said after them: `1` takes the number, any other key asks again. Without words nothing is read back."""
    leads: dict[Digits, Id] = Field(default_factory=dict)
    """First digits → where such a number leads; the longest match holds. Any other number goes to `then`."""
    then: Id
    """The node or line that follows."""
    silence: Retry | None = None
    """What silence leads to; default is the hotline's."""
    wrong: Retry | None = None
    """What a number that is too short leads to; default is the hotline's."""


class Information(Written):
    """A library of recordings, heard one after another by keys. Silence after one leads to `then`."""

    information: Annotated[Prompts, Field(min_length=1)]
    """The recordings, in order."""
    choices: Prompts = ()
    """Said after each recording: which keys there are."""
    repeat: Key | None = "1"
    """Says the recording again."""
    next: Key | None = "2"
    """After the last recording it leads to `then`."""
    back: Key | None = "*"
    """Leads to `then` at once."""
    wait: Seconds | None = None
    """Silence after the choices until it counts as such; default is the hotline's."""
    then: Id
    """The node or line that follows."""

    @model_validator(mode="after")
    def _each_key_once(self) -> Information:
        keys = [key for key in (self.repeat, self.next, self.back) if key is not None]
        if len(set(keys)) < len(keys) or "0" in keys:
            raise ValueError("repeat, next and back need three different keys, none of them 0")
        return self


class LongWait(Written):
    """More than `over` to wait on a line, as far as it can be told."""

    line: Id
    """The line."""
    over: Seconds
    """Longer than this."""


class Case(Written):
    """One way out of a switch: holds when all that is written holds."""

    hours: Id | None = None
    """These named hours are open now."""
    open: Id | None = None
    """This line is open now."""
    unstaffed: Id | None = None
    """This line has nobody on shift, and no outside number."""
    wait: LongWait | None = None
    """A line would let its callers wait longer than this; false as long as that cannot be told."""
    dates: DateSpans | None = None
    """Today is one of these: `2026-10-01`, `2026-10-01..2026-10-07`, or a list."""
    caller: CallerPatterns | None = None
    """The number that calls is one of these: `02212345678`, `022*`, or `withheld`."""
    then: Id
    """Where it leads."""

    @model_validator(mode="after")
    def _something_to_hold(self) -> Case:
        if all(getattr(self, what) is None for what in CONDITIONS):
            raise ValueError(f"say when this case holds: {', '.join(CONDITIONS)}")
        return self


CONDITIONS = ("hours", "open", "unstaffed", "wait", "dates", "caller")


class Switch(Written):
    """Go where the first case leads that holds; nothing is said."""

    switch: Annotated[tuple[Case, ...], Field(min_length=1)]
    """The cases, tried in order."""
    otherwise: Id
    """Where the call goes when no case holds."""


class Recall(Written):
    """Ask a caller who talked with a line lately whether it is about the same; to others nothing is said.

    Only the lines named here are ever remembered: leave a confidential one out.
    """

    recall: Annotated[dict[Id, Prompts], Field(min_length=1)]
    """Line → the question, such as 您昨天咨询过预防接种，再次咨询请按1."""
    days: Annotated[int, Field(ge=1, le=90)] = 2
    """How many days back counts, today included."""
    key: Key = "1"
    """Leads to that line; any other key is kept for what follows."""
    wait: Seconds | None = None
    """Silence after the question until it counts as such; default is the hotline's."""
    then: Id
    """The node or line for everybody else."""


class Variant(Written):
    """From here on the caller hears another language or dialect, where there are words or recordings in it."""

    variant: Id
    """A name under `variants`; the hotline's own words are `standard`."""
    say: Prompts = ()
    """Said in it."""
    then: Id
    """The node or line that follows."""


class Priority(Written):
    """Calls that pass here count for more: priority is served as if the call had come earlier. Nothing is said."""

    priority: Annotated[int, Field(ge=-9, le=9)]
    """So many points, each worth `hotline.head_start` of waiting; a call that comes by again gets none for it."""
    then: Id
    """The node or line that follows."""


class Callback(Written):
    """Offer to call back: the caller hangs up and keeps the place in the line.

    Skipped where the line is closed or calls nobody back. The caller's own number is read to them, or another one is
    asked for when it is withheld or may not be called.
    """

    callback: Prompts
    """What is offered: 我们会按您的排队顺序给您回电，不用一直在线等候。"""
    line: Id | None = None
    """The line that calls back; default is the one where the caller waits, or waited last."""
    own: Prompts = ()
    """Said before the number that calls is read; default is the house's own words."""
    other: Prompts = ()
    """Asks for another number, ended by `#`; default is the house's own words."""
    choices: Prompts = ()
    """Said after a number was read: `1` takes it, `2` asks for another, any other key declines; default is the house's
    own words."""
    refused: Prompts = ()
    """Said of a number that may not be called; default is the house's own words."""
    booked: Prompts = ()
    """Said once the callback is booked, before what follows."""
    wait: Seconds | None = None
    """Silence after a question until it counts as declined; default is the hotline's."""
    then: Id
    """The node that follows when it is booked, such as one that says goodbye."""
    otherwise: Id
    """The node or line for who declines, or cannot be called back."""


class Status(Written):
    """Tell callers how their order stands (工单查询): they key its number, and the last four digits of the telephone
    number that they left.

    `0` alone leads to a person; silence and `*` lead to `then`. A number that nobody has and digits that do not fit it
    are answered with the same words.
    """

    status: Prompts
    """Asks for the number, ended by `#`: 请输入工单编号，按井号键结束，返回请按星号键。"""
    last_four: Prompts = ()
    """Asks for the last four digits of the telephone number; default is the house's own words."""
    unmatched: Prompts = ()
    """Said when the two don't belong together, before asking again; default is the house's own words."""
    choices: Prompts = ()
    """Said after the state was heard: `1` says it again, `*` goes on, `0` leads to a person; default is the house's own
    words."""
    unavailable: Prompts = ()
    """Said when nothing can be looked up now; default is the house's own words."""
    mistakes: Annotated[int, Field(ge=1, le=9)] = 3
    """The how-manieth mistake in one call leads to `otherwise`."""
    mistakes_an_hour: Annotated[int, Field(ge=1, le=100)] = 6
    """The most mistakes of one caller's number in an hour; withheld numbers count as one."""
    mistakes_a_day: Annotated[int, Field(ge=1, le=100)] = 12
    """The same in 24 hours; also the most about one order, whoever calls."""
    wait: Seconds | None = None
    """Silence after a question, or after a key, until it counts as such; default is the hotline's."""
    then: Id
    """The node or line that follows when the state was heard, or the caller goes back, such as the menu before."""
    otherwise: Id
    """The node or line for whom no state can be told: too many mistakes, or nothing can be looked up."""


class Survey(Written):
    """Ask for a judgement by one key and note it. Silence goes on as well; a wrong key is asked again once."""

    survey: Prompts
    """The question."""
    answers: Annotated[dict[Key, str], Field(min_length=1)]
    """Key → what it means, as reports name it."""
    wait: Seconds | None = None
    """Silence after the question until it counts as such; default is the hotline's."""
    then: Id
    """The node that follows, such as one that says goodbye."""


class Message(Written):
    """Say, beep, and record what the caller leaves (留言) until `#`, hang-up, `silence` or `limit`."""

    message: Prompts
    """Said before the beep."""
    limit: Annotated[Seconds, Field(ge=1)] = 180.0
    """The longest message."""
    silence: Annotated[Seconds, Field(ge=1)] = 6.0
    """So much silence ends it."""
    thanks: Prompts = ()
    """Said when something was left."""


class End(Written):
    """Say, then hang up."""

    end: Prompts
    """What is said."""


NODES: Mapping[str, type[BaseModel]] = {
    "menu": Menu,
    "ask": Ask,
    "information": Information,
    "switch": Switch,
    "recall": Recall,
    "variant": Variant,
    "priority": Priority,
    "callback": Callback,
    "status": Status,
    "survey": Survey,
    "say": Say,
    "message": Message,
    "end": End,
}
"""The key that makes a node what it is → the kind of node."""


def _kind(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return next((kind for kind in NODES if kind in value), None)
    return next((kind for kind, node in NODES.items() if isinstance(value, node)), None)


Node = Annotated[
    Annotated[Menu, Tag("menu")]
    | Annotated[Ask, Tag("ask")]
    | Annotated[Information, Tag("information")]
    | Annotated[Switch, Tag("switch")]
    | Annotated[Recall, Tag("recall")]
    | Annotated[Variant, Tag("variant")]
    | Annotated[Priority, Tag("priority")]
    | Annotated[Callback, Tag("callback")]
    | Annotated[Status, Tag("status")]
    | Annotated[Survey, Tag("survey")]
    | Annotated[Say, Tag("say")]
    | Annotated[Message, Tag("message")]
    | Annotated[End, Tag("end")],
    Discriminator(
        _kind,
        custom_error_type="node_kind",
        custom_error_message=f"a node needs one of: {', '.join(NODES)}",
    ),
]
