"""A hotline's files and data without a hotline: voice and switch are made up, files are real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hotline.live import Edition, Live, Means, opening_of
from hotline.operators import Published
from hotline.versions import Versions
from prompts.build import Report
from routing.plan import Plan
from tests.routing.plans import SMALL

BROKEN = SMALL.replace("start: ", "start: nowhere-", 1)


def named(name: str) -> str:
    """The small hotline under another name."""
    return SMALL.replace("name: ", f"name: {name}", 1)


@dataclass
class Town:
    """A config folder, the data beside it, and what the rest of the hotline was told."""

    folder: Path
    unspeakable: set[str] = field(default_factory=set)
    """Prompts that nobody can say."""
    recorded: list[str] = field(default_factory=list)
    """Prompts of which there is a new recording."""
    furnished: list[str] = field(default_factory=list)
    """Names of the hotlines whose sounds were made."""
    equipped: list[str] = field(default_factory=list)
    live_names: list[str] = field(default_factory=list)
    switch_refuses: bool = False
    meanwhile: Callable[[], None] = lambda: None
    """What somebody does while sounds are made, once."""
    grumbles: tuple[str, ...] = ()
    """What is said of recordings."""

    def __post_init__(self) -> None:
        self.config.mkdir()
        self.write(SMALL)

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def versions(self) -> Versions:
        return Versions(self.folder / "plans")

    def write(self, text: str) -> None:
        fresh = self.config / "plan.yaml.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.config / "plan.yaml")

    def furnish(self, published: Published) -> Report:
        plan = published.plan
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        self.furnished.append(plan.hotline.name)
        built, self.recorded = tuple(self.recorded), []
        failed = tuple(name for name in plan.words if name in self.unspeakable)
        problems = (*self.grumbles, *(f"prompt {name!r}: nobody has spoken its words yet" for name in failed))
        return Report(len(plan.words), built, (), (), (), problems, failed)

    async def equip(self, plan: Plan) -> None:
        if self.switch_refuses:
            raise RuntimeError("Asterisk did not answer")
        self.equipped.append(plan.hotline.name)

    async def settle(self, edition: Edition) -> None:
        assert self.live_names[-1] == edition.plan.hotline.name

    def start(self) -> Live:
        opening = opening_of(self.config, self.versions)
        return Live(
            self.config,
            self.folder / "sounds",
            self.versions,
            Edition.first(opening, self.versions, self.folder / "sounds"),
            Means(self.furnish, self.equip, lambda e: self.live_names.append(e.plan.hotline.name), self.settle),
            refused=opening.refused,
        )
