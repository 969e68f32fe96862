"""The words of a work order: what the database has in English, forms and screens in Chinese."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING


class Word(StrEnum):
    """A word of a closed list, with what people call it."""

    label: str

    if not TYPE_CHECKING:  # the checker would take it for the way to look a word up

        def __new__(cls, value: str, label: str) -> Word:
            word = str.__new__(cls, value)
            word._value_ = value
            word.label = label
            return word

    @classmethod
    def choices(cls) -> dict[str, str]:
        """Each word and what people call it, in order."""
        return {str(word): word.label for word in cls}


class Source(Word):
    """Where an order came from (接报方式: 电话 or 其他)."""

    CALL = "call", "电话"
    MESSAGE = "message", "电话留言"
    MAYOR = "12345", "12345转来"
    OTHER = "other", "其他"

    @property
    def by_telephone(self) -> bool:
        """Whether the form's 接报方式 is 电话."""
        return self in (Source.CALL, Source.MESSAGE)


class Urgency(Word):
    """How much time there is; the figures are the operators' (`orders.clocks` of rules.yaml)."""

    SIMPLE = "simple", "一般事项"
    COMPLEX = "complex", "复杂事项"
    EMERGENCY = "emergency", "突发公共卫生事件"


class Acceptance(Word):
    """How soon an order that nobody accepted yet must be: classes of the mayor's hotline."""

    LIFE_SAFETY = "life_safety", "危及生命安全"
    UTILITIES = "utilities", "水电气热等"
    OTHER = "other", "其他"


class Feedback(Word):
    """要求反馈方式: who answers the caller."""

    UNIT = "unit", "承办部门直接答复"
    AUTHORITY = "authority", "卫生行政部门答复"
    CENTRE = "centre", "12320管理中心答复"


class Means(Word):
    """转办方式: how an order is handed on, and how a caller is answered."""

    TELEPHONE = "telephone", "电话"
    FAX = "fax", "传真"
    LETTER = "letter", "信件"
    EMAIL = "email", "电子邮件"


class Gender(Word):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Result(Word):
    """办结: what came of it."""

    SETTLED = "settled", "已解决"
    EXPLAINED = "explained", "已解释说明"
    PARTLY = "partly", "部分解决"
    UNFOUNDED = "unfounded", "查无实据"
    OUT_OF_REACH = "out_of_reach", "不属职责范围"


class Satisfaction(Word):
    """What the caller said in the follow-up call (回访)."""

    SATISFIED = "satisfied", "满意"
    FAIR = "fair", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


class Clock(Word):
    """The clock that runs for an order."""

    ACCEPT = "accept", "受理"
    HAND_ON = "hand_on", "转办"
    DONE = "done", "办结"
    ANSWER = "answer", "答复"


class Told(Word):
    """Who is told when time runs out."""

    HANDLER = "handler", "受理人"
    LIAISON_A = "liaison_a", "A角联络人"
    LIAISON_B = "liaison_b", "B角联络人"
    UNIT_LEADER = "unit_leader", "承办部门负责人"
    PARENT = "parent", "上级部门"
    LEADER = "leader", "班长"
    CENTRE = "centre", "12320管理中心"

    @property
    def of_unit(self) -> bool:
        """Whether they belong to the unit that handles the order."""
        return self in (Told.LIAISON_A, Told.LIAISON_B, Told.UNIT_LEADER)
