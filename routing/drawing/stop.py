"""One stop of the drawn plan: a node, a line, a front message or the number itself, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.drawing.lettering import clean


class Kind(StrEnum):
    """What a stop is, as its card says."""

    NUMBER = "来电"
    RULES = "通用规则"
    FRONT = "紧急播报"
    MENU = "菜单"
    SAY = "语音"
    ASK = "输入号码"
    INFORMATION = "信息"
    SWITCH = "判断"
    RECALL = "回访识别"
    VARIANT = "语言"
    PRIORITY = "优先"
    CALLBACK = "回拨"
    STATUS = "进度查询"
    SURVEY = "满意度"
    MESSAGE = "留言"
    END = "结束"
    LINE = "热线"


class Tone(StrEnum):
    """What kind of hours a line has; the colour of its card."""

    WORKDAYS = "工作日服务"
    ALWAYS = "24小时服务"
    OTHER = "其他时间服务"
    CLOSED = "现在关闭"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a stop leads by what the caller does: keys, first digits of a number, or nothing."""

    keys: tuple[str, ...]
    label: str
    target: str
    digits: bool = False
    """The keys are beginnings of a number."""

    def carries(self, key: str | None) -> bool:
        """Whether it is this way that a key leads on; None is none at all."""
        return not self.digits and (key in self.keys if key is not None else not self.keys)


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a stop leads by what the caller does not do: after hours, when nobody answers, in silence."""

    label: str
    words: tuple[str, ...] = ()
    """What is said on the way."""
    target: str | None = None
    hangs_up: bool = False
    """The call ends there."""
    passes: tuple[str, ...] = ()
    """The nodes that say the words."""

    def through(self, words: tuple[str, ...], passes: tuple[str, ...], target: str | None) -> Lane:
        return replace(self, words=words, passes=passes, target=target, hangs_up=target is None and bool(passes))


@dataclass(frozen=True, slots=True)
class Stop:
    """A card of the drawing."""

    id: str
    kind: Kind
    name: str
    named: bool = False
    """Named by its operators; others take the name of the way that leads there."""
    words: tuple[str, ...] = ()
    """What is said there."""
    notes: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    lanes: tuple[Lane, ...] = ()
    rules: tuple[str, ...] = ()
    """More for who points at the card."""
    tone: Tone | None = None
    hours: str | None = None

    @property
    def full(self) -> str:
        """Everything about it, in lines."""
        head = f"{self.kind} {clean(self.name)}" + ("" if self.id.startswith("+") else f"（{self.id}）")
        said = [clean(text) for text in self.words]
        lanes = [
            f"{clean(lane.label)}：{clean(' '.join(lane.words))}" for lane in self.lanes if any(map(clean, lane.words))
        ]
        return "\n".join([head, *said, *(clean(note) for note in (*self.notes, *self.rules)), *lanes])

    def renamed(self, name: str | None) -> Stop:
        return self if name is None else replace(self, name=name, named=True)

    def with_lanes(self, lanes: Iterable[Lane]) -> Stop:
        return replace(self, lanes=tuple(lanes))
