"""The plan: one checked, immutable version of what the operators wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field

from routing.agent_rule import AgentRule as AgentRule
from routing.calendar import Calendar
from routing.caller_rule import Callers as Callers
from routing.days import Written
from routing.line_rule import LineRule as LineRule
from routing.node import Node, Retry
from routing.outbound_rule import Outbound as Outbound
from routing.outbound_rule import is_international
from routing.written import (
    AgentId,
    CallerPatterns,
    Id,
    Name,
    PhoneNumber,
    PromptId,
    Prompts,
    Seconds,
    Text,
    in_shanghai,
    is_called_by,
)


class Direct(Written):
    """No menu at all: calls begin at another node (GB/T 33358-2016 would rather have callers reach a person)."""

    on: bool = False
    """Whether it holds."""
    start: Id
    """Where every call begins then."""


class FrontMessage(Written):
    """Said to every caller before anything else: an outbreak, a recall, a closure.

    On from `since` until `until` when they are written; `hotline front` turns it on and off at any time.
    """

    say: Prompts
    """What is said."""
    since: Annotated[datetime, AfterValidator(in_shanghai)] | None = None
    """On from this instant."""
    until: Annotated[datetime, AfterValidator(in_shanghai)] | None = None
    """Off again from this one."""
    then: Id | None = None
    """Where the call goes on; default is where every call begins."""

    def holds(self, at: datetime) -> bool:
        """Whether its own times put it on at an aware instant."""
        if self.since is None and self.until is None:
            return False
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


class Lint(Written):
    """How strict `hotline check` is."""

    rules: dict[str, Literal["error", "warning", "off"]] = Field(default_factory=dict)
    """Rule → whether it keeps a plan from going live, is only told, or is not looked at."""
    most_keys: Annotated[int, Field(ge=1, le=12)] = 8
    """More keys than this in one menu are hard to remember."""
    longest_prompt: Seconds = 45.0
    """A menu's or a greeting's words may take this long."""
    deepest: Annotated[int, Field(ge=1, le=9)] = 2
    """Menus that a caller may have to pass."""


class Hotline(Written):
    """What holds for the whole hotline."""

    name: Name
    """As it is shown and drawn."""
    number: PhoneNumber
    """The number that callers dial."""
    start: Id
    """Where every call begins."""
    direct: Direct | None = None
    """No menu: straight to a person."""
    person: Id
    """Where `0` leads from anywhere."""
    hours: Id
    """Hours of lines that write none."""
    wait: Seconds = 5.0
    """Silence after a prompt until it counts as such."""
    silence: Retry
    """What silence leads to where a menu writes nothing else."""
    wrong: Retry
    """What keys that are not offered lead to where a menu writes nothing else."""
    survey: Id | None = None
    """Where callers go when the agent hangs up first."""
    may_dial: CallerPatterns | None = None
    """Outside numbers that may be dialled: `02212345678`, `022*`. Not written: those that the lines name."""
    apology: Prompts
    """Said when we fail a caller."""
    busy: Prompts = ()
    """Said to a caller who has to wait."""
    comfort: Prompts = ()
    """Said to one who still waits, now and then."""
    head_start: Annotated[Seconds, Field(ge=1)] = 60.0
    """What one point of priority is worth: such a call is served as if it had come so much earlier."""
    most_head_start: Seconds = 600.0
    """No priority is worth more than this, so that nobody waits for ever."""


class Plan(Written):
    """Everything the operators wrote, checked. A call keeps the plan it began with."""

    version: Literal[1] = 1
    """Of this language."""
    hotline: Hotline
    """What holds for the whole hotline."""
    nodes: dict[Id, Node]
    """Where calls go, by name."""
    lines: dict[Id, LineRule]
    """The linked lines (联动热线)."""
    agents: dict[AgentId, AgentRule] = Field(default_factory=dict)
    """The people who answer (座席)."""
    breaks: dict[Id, Name] = Field(default_factory=dict)
    """Reasons for a break that agents may give, as people know them: `lunch: 午餐`."""
    calendar: Calendar
    """When lines are open."""
    callers: Callers = Field(default_factory=Callers)
    """Limits of callers, whom to trust, and for whom places are kept."""
    outbound: Outbound = Field(default_factory=Outbound)
    """Caps on what agents dial outside."""
    front: dict[Id, FrontMessage] = Field(default_factory=dict)
    """Emergency messages that can be put before everything else."""
    prompts: dict[PromptId, Text]
    """What callers hear, by name."""
    variants: dict[PromptId, dict[PromptId, Text]] = Field(default_factory=dict)
    """Language or dialect → prompt → its words there. What is missing is heard in the hotline's own words."""
    lint: Lint = Field(default_factory=Lint)
    """How strict `hotline check` is."""

    def hours_of(self, line: str) -> str:
        """Name of the hours that hold for a line."""
        return self.lines[line].hours or self.hotline.hours

    def busy_of(self, line: str) -> tuple[str, ...]:
        """What a caller hears who has to wait on a line."""
        own = self.lines[line].busy
        return self.hotline.busy if own is None else own

    def comfort_of(self, line: str) -> tuple[str, ...]:
        """What a caller hears who still waits on a line."""
        own = self.lines[line].comfort
        return self.hotline.comfort if own is None else own

    def survey_of(self, line: str) -> str | None:
        """The node of a caller whose talk the agent ended."""
        own = self.lines[line].survey
        return self.hotline.survey if own is None else own or None

    def agents_of(self, line: str) -> Iterator[str]:
        return (agent for agent, rule in self.agents.items() if line in rule.lines)

    def phones_of(self, agent: str) -> tuple[str, ...]:
        """The phones of an agent, the first one first."""
        return self.agents[agent].phones or (agent,)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values; what follows from them is worked out anew."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("phones", "words"):
            copy.__dict__.pop(name, None)
        return copy

    @cached_property
    def phones(self) -> Mapping[str, str]:
        """Phone → the agent whose it is."""
        return {phone: agent for agent in self.agents for phone in self.phones_of(agent)}

    def may_call_back(self, line: str, number: str) -> bool:
        """Whether callers of a line are called back at a number.

        It has to be among the line's numbers, and among those that the hotline may dial; one of both must be written.
        """
        callback = self.lines[line].callback
        lists = () if callback is None else (callback.numbers, self.hotline.may_dial)
        written = [patterns for patterns in lists if patterns is not None]
        return (
            bool(number and written)
            and self.may_leave_the_country(number)
            and all(any(is_called_by(pattern, number) for pattern in patterns) for patterns in written)
        )

    def may_leave_the_country(self, number: str) -> bool:
        """Whether the number does not, or may: it is written out in full, for no `*` is meant to open the world."""
        return self.outbound.international or not is_international(number) or number in (self.hotline.may_dial or ())

    def passed_outside(self, line: str) -> bool:
        """Whether the line has no agents of ours: callers are passed to its outside number."""
        return self.lines[line].outside is not None and not any(self.agents_of(line))

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Sound name → words, for the prompts and all their variants."""
        own = {
            in_variant(prompt, name): text for name, texts in self.variants.items() for prompt, text in texts.items()
        }
        return {**self.prompts, **own}

    def said(self, prompts: tuple[str, ...], variant: str | None) -> tuple[str, ...]:
        """The sounds of prompts for a caller who hears this variant."""
        if variant is None:
            return prompts
        own = self.variants.get(variant, {})
        return tuple(in_variant(prompt, variant) if prompt in own else prompt for prompt in prompts)

    def texts(self, sounds: tuple[str, ...]) -> list[str]:
        """The words of sounds."""
        return [self.words[sound] for sound in sounds]


def in_variant(prompt: str, variant: str) -> str:
    """The name of a prompt's sound in a variant; no prompt's own name has two hyphens in a row."""
    return f"{variant}--{prompt}"
