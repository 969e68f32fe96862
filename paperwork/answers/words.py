"""The words of an answer record: closed lists, each with what the form calls it."""

from __future__ import annotations

from enum import StrEnum

from paperwork.kind import Kind


class _Labelled(StrEnum):
    """The database has the English word, forms and screens have `label`."""

    @property
    def label(self) -> str:
        return _LABELS[self]


class State(_Labelled):
    """How far a record is."""

    OPEN = "open"  # something that its kind requires is missing
    FILLED = "filled"
    SIGNED = "signed"  # judged and signed: changed by corrections alone


class Heard(_Labelled):
    """接听类别: the four boxes of the form."""

    POLICY = "policy"
    KNOWLEDGE = "knowledge"
    COMPLAINT = "complaint"
    OTHER = "other"  # with a note


class Gender(_Labelled):
    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class Settled(_Labelled):
    """How the call ended for its question: first-contact responsibility knows no third way."""

    ON_THE_SPOT = "on_the_spot"
    HANDED_ON = "handed_on"  # by a work order


_LABELS: dict[StrEnum, str] = {
    State.OPEN: "待完善",
    State.FILLED: "待审定",
    State.SIGNED: "已审定",
    Heard.POLICY: "政策咨询",
    Heard.KNOWLEDGE: "知识咨询",
    Heard.COMPLAINT: "举报投诉",
    Heard.OTHER: "其他",
    Gender.MALE: "男",
    Gender.FEMALE: "女",
    Gender.UNKNOWN: "不详",
    Settled.ON_THE_SPOT: "当场答复",
    Settled.HANDED_ON: "转办",
}

BOXES: dict[Kind, tuple[Heard, ...]] = {
    Kind.CONSULT: (Heard.POLICY, Heard.KNOWLEDGE),
    Kind.COMPLAINT: (Heard.COMPLAINT,),
    Kind.REPORT: (Heard.COMPLAINT,),
    Kind.SUGGESTION: (Heard.OTHER,),
    Kind.PRAISE: (Heard.OTHER,),
    Kind.BOOKING: (Heard.OTHER,),
    Kind.OTHER: (Heard.OTHER,),
}
"""Which boxes each kind of business may stand in: the kind is finer, and the box is asked of consultations alone."""
