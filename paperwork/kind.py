"""What a caller wants, in the words of the forms: 咨询 投诉 举报 建议 表扬 预约挂号 其他."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """One kind of business; the database has the English word, forms and tables have `label`."""

    CONSULT = "consult"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    BOOKING = "booking"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @classmethod
    def labelled(cls, label: str) -> Kind:
        """The kind that the forms call so. Raises ValueError for any other word."""
        for kind, name in _LABELS.items():
            if name == label:
                return kind
        raise ValueError(f"{label!r} is none of {'、'.join(_LABELS.values())}")


_LABELS = {
    Kind.CONSULT: "咨询",
    Kind.COMPLAINT: "投诉",
    Kind.REPORT: "举报",
    Kind.SUGGESTION: "建议",
    Kind.PRAISE: "表扬",
    Kind.BOOKING: "预约挂号",
    Kind.OTHER: "其他",
}
