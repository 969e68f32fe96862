"""The words of the dialplan: what the nodes say, ask and remember, as steps.

What a call keeps: `KEY` a key typed ahead; `FIRST` sounds to be said before the next ones; `VARIANT` the language
chosen; `LINE` and `OPEN` the line chosen last and whether it admitted the caller; `SILENT` and `WRONG` how often a
node met either; `REACHED` where the call got to first; `WAY` its nodes and keys.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routing.dialplan.text import Step, chunks, word
from routing.node import Retry
from routing.plan import Plan

AT_ONCE = 0.05
"""Seconds to listen for a key after words that ask for none; 0 would be Asterisk's own 10 s."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one plan's steps."""

    plan: Plan
    shift: int
    """Seconds that the hotline's clock is off the machine's."""
    sounds: str
    """Folder of the sounds, as Asterisk names it."""
    digits: Sequence[str]
    """Names of the sounds of 0 to 9."""
    caller_id: str | None
    """Shown to outside numbers; None shows the caller's."""
    no_status: tuple[str, ...] = ()
    """The sounds that say that no order can be looked up."""

    def goto(self, target: str) -> str:
        return f"Goto({self.place(target)})"

    def place(self, target: str) -> str:
        """Where a node or line begins."""
        kind = "line" if target in self.plan.lines else "node"
        return f"plan-{kind}-{word(target)},s,1"

    def person(self) -> str:
        return self.place(self.plan.hotline.person)

    def sound(self, prompt: str) -> str:
        """The sound of a prompt for this caller, who may have chosen another language that has it."""
        having = [word(variant) for variant, texts in self.plan.variants.items() if prompt in texts]
        if not having:
            return f"{self.sounds}/{word(prompt)}"
        chosen = " | ".join(f'"${{VARIANT}}" = "{variant}"' for variant in having)
        return f"{self.sounds}/${{IF($[{chosen}]?${{VARIANT}}--)}}{word(prompt)}"

    def spelled(self) -> str:
        """The sound of the key in `PRESSED`, as `first` has it; nothing for a key that is no digit."""
        return "".join(
            f'${{IF($["${{PRESSED}}" = "{digit}"]?{self.sounds}/{word(sound)}&)}}'
            for digit, sound in enumerate(self.digits)
        )

    def joined(self, prompts: Iterable[str]) -> list[str]:
        """The sounds of prompts as applications take them, so many at a time; at least one, perhaps empty."""
        return ["&".join(chunk) for chunk in chunks(map(self.sound, prompts))]

    def played(self, prompts: Iterable[str]) -> list[str]:
        """Say to the end."""
        return [f"Playback({sounds})" for sounds in self.joined(prompts) if sounds]

    def first(self, prompts: Iterable[str], label: str = "first") -> list[str | Step]:
        """Have these said before whatever comes next; of a long list all but its end is said here."""
        *before, last = self.joined(prompts)
        steps: list[str | Step] = []
        for sounds in before:
            steps += [f'GotoIf($["${{KEY}}" != ""]?{label})', f"Read(KEY,{sounds},1,e,1,{AT_ONCE})"]
        return [*steps, Step(f"Set(FIRST={last and f'{last}&'})", label if before else "")]

    def listen(self, prompts: Iterable[str], wait: float = AT_ONCE) -> list[str | Step]:
        """Say, and take one key into `KEY`; a key cuts the words short, one typed ahead skips them."""
        steps: list[str | Step] = ['GotoIf($["${KEY}" != ""]?have)']
        *before, last = self.joined(prompts)
        for sounds in before:
            steps += [f"Read(KEY,${{FIRST}}{sounds},1,e,1,{AT_ONCE})", "Set(FIRST=)"]
            steps += ['GotoIf($["${KEY}" != ""]?have)']
        return [
            *steps,
            f"Read(KEY,${{FIRST}}{last},1,e,1,{max(wait, AT_ONCE):g})",
            Step("Set(FIRST=)", "have"),
        ]

    def tell(self, prompts: Iterable[str]) -> list[str | Step]:
        """Say to the end; keys typed until then were meant for something that is past."""
        return [
            'GotoIf($["${FIRST}" = ""]?told)',
            "Playback(${FIRST:0:-1})",
            "Set(FIRST=)",
            Step("Set(KEY=)", "told"),
            *self.played(prompts),
        ]

    def wait(self, own: float | None) -> float:
        return self.plan.hotline.wait if own is None else own

    def again(self, counter: str, rule: Retry, ask: str, then: str) -> list[str | Step]:
        """Count, and ask again at extension `ask`, or go to the place `then` when that was tried often enough."""
        return [
            f"Set({counter}=$[${{{counter}}} + 1])",
            f"GotoIf($[${{{counter}}} >= {rule.tries}]?enough)",
            *self.first(rule.say, "said"),
            f"Goto({ask},1)",
            Step("NoOp()", "enough"),
            *self.first(rule.last, "last"),
            f"Goto({then})",
        ]


def arrive(name: str) -> list[str | Step]:
    """A node begins."""
    return [f"Set(WAY=${{WAY:-600}} {word(name)})", "Set(SILENT=0)", "Set(WRONG=0)"]


def take(silent: str = "t") -> list[str | Step]:
    """Go to the extension of the key that was typed (to `i` when there is none), or to `silent`."""
    return [
        "Set(PRESSED=${KEY})",
        "Set(KEY=)",
        f'GotoIf($["${{PRESSED}}" = ""]?{silent},1)',
        noted(),
        "Goto(${PRESSED},1)",
    ]


def noted() -> str:
    """The step that writes down the key that was typed."""
    return "Set(WAY=${WAY}:${PRESSED})"


def reached(kind: str, line: str = "${LINE}", admitted: str = "${OPEN}") -> str:
    """The step that notes where the call got to, unless it got somewhere before."""
    return f'Set(REACHED=${{IF($["${{REACHED}}" = ""]?{kind}/{line}/{admitted}:${{REACHED}})}})'


def whole(seconds: float) -> int:
    """Whole seconds, at least one: what Dial and Record take."""
    return max(1, math.ceil(seconds))
