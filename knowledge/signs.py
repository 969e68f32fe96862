"""Text as search takes it: one spelling for all ways to write something, cut into what can be found.

Chinese has no spaces, so that it is cut into single characters and into pairs of neighbours; Latin words and numbers
stay whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

_RUN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+")
_ASKING: Final = re.compile(
    "怎么办|怎么样|怎么回事|怎么|怎样|如何|为什么|什么时候|什么|请问|可不可以|可以|能不能|是不是|有没有|要不要"
    "|需不需要|需要|应该|该不该|想问一下|问一下|一下"
)
"""Words that nearly every question has, and nearly no answer depends on."""
PARTICLES: Final = frozenset("了吗呢啊吧呀的么我你您他她它是有在想要咋该后和或与")


def spelt(text: str) -> str:
    """The same for every way to write it; as many words as before.

    >>> spelt("ＨＰＶ 疫苗（九价）")
    'hpv 疫苗(九价)'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def joined(text: str) -> str:
    """What was typed without its spaces and signs: `狂犬病，疫苗` and `狂犬病 疫苗` are one."""
    return "".join(runs(spelt(text)))


def runs(text: str) -> list[str]:
    """The stretches of Chinese, and the Latin words and numbers, of a spelt text."""
    return _RUN.findall(text)


def is_latin(run: str) -> bool:
    return run.isascii()


def asked(text: str) -> list[str]:
    """The runs of a question without the words of asking; with them when it has no others."""
    typed = spelt(text)
    return runs(_ASKING.sub(" ", typed)) or runs(typed)


def pairs(run: str) -> Iterator[str]:
    """Neighbours in a stretch of Chinese."""
    return (run[at : at + 2] for at in range(len(run) - 1))


def terms(texts: Iterable[str]) -> Iterator[str]:
    """Everything by which spelt texts are found."""
    for text in texts:
        for run in runs(text):
            if is_latin(run):
                yield run
            else:
                yield from run
                yield from pairs(run)
