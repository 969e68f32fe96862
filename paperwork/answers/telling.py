"""Answer records as the API and the commands tell them: codes with their Chinese labels beside, names masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import RowMapping

from paperwork.answers.codes import Codes
from paperwork.answers.complete import LONGEST, missing, shown
from paperwork.answers.names import House
from paperwork.answers.record import FIELDS, Body, Record, box_of
from paperwork.answers.row import body_of, row_of
from paperwork.answers.rules import AnswerRules
from paperwork.answers.sheet import LABELS
from paperwork.answers.words import BOXES, Gender, Heard, Settled, State
from paperwork.filing import Filing
from paperwork.kind import Kind
from paperwork.sheet import Sheet
from records.clock import wall_time

_CHOICES: Final[Mapping[str, type[StrEnum]]] = {"gender": Gender, "heard": Heard, "kind": Kind, "settled": Settled}


class Teller:
    """Tells in the words of the live plan, the trees and the rules of today."""

    def __init__(self, house: House, codes: Codes, rules: AnswerRules) -> None:
        self._house, self._codes, self._rules = house, codes, rules

    def row(self, row: Mapping[str, Any] | RowMapping, *, private: bool = False) -> dict[str, Any]:
        """One of a list."""
        return self._told(row, body_of(row), private)

    def record(self, record: Record, *, private: bool = False) -> dict[str, Any]:
        """The whole record as it stands."""
        signature, house = record.signature, self._house
        return self._told(row_of(record), record.body, private) | {
            "seq": record.seq,
            "consent": record.body.consent,
            "confidential": record.quiet,
            "talks": [
                {
                    "agent": talk.agent,
                    "agent_name": None if talk.agent is None else house.agent(talk.agent),
                    "line": talk.line,
                    "line_name": house.line(talk.line),
                    "at": wall_time(talk.at),
                }
                for talk in sorted(record.talks, key=lambda talk: talk.fact)
            ],
            "signature": signature
            and {
                "at": wall_time(signature.at),
                "by": signature.by,
                "name": signature.name,
                "opinion": shown("opinion", signature.opinion, private=private),
            },
            "corrections": [
                {
                    "at": wall_time(one.at),
                    "by": one.by,
                    "reason": shown("reason", one.reason, private=private),
                    "changes": [
                        self._field(name, new, private) | {"before": self._value(name, old, private)}
                        for name, (old, new) in one.changes.items()
                    ],
                }
                for one in record.corrections
            ],
        }

    def _told(self, row: Mapping[str, Any] | RowMapping, body: Body, private: bool) -> dict[str, Any]:
        house = self._house
        agent, owner, state = row["agent"], row["owner"], State(row["state"])
        told: dict[str, Any] = {
            "call": row["call"],
            "number": row["number"],
            "seq": row["seq"],
            "state": state,
            "state_label": state.label,
            "at": wall_time(row["at"]),
            "line": row["line"],
            "line_name": house.line(row["line"]),
            "department": house.owner(row["line"]),
            "agent": agent,
            "agent_name": None if agent is None else house.agent(agent),
            "owner": owner,
            "owner_name": None if owner is None else house.agent(owner),
            "talking": row["over"] is None,
            "over": None if row["over"] is None else wall_time(row["over"]),
        }
        for name in FIELDS:
            if name == "consent":
                continue
            value = box_of(body) if name == "heard" else getattr(body, name)
            told[name] = self._value(name, value, private)
            if name in _CHOICES:
                told[f"{name}_label"] = None if value is None else value.label
        told["category_path"] = None if body.category is None else self._codes.path(body.category)
        told["missing"] = [
            {"field": name, "label": LABELS[name]}
            for name in (() if state is State.SIGNED else missing(body, self._rules, ours=owner is not None))
        ]
        for name in ("filled", "signed"):
            told[name] = None if row[name] is None else wall_time(row[name])
        return told | {"signed_by": row["signed_by"]}

    @staticmethod
    def _value(name: str, value: Any, private: bool) -> Any:
        if isinstance(value, str):
            return shown(name, str(value), private=private)
        return value

    def _field(self, name: str, value: Any, private: bool) -> dict[str, Any]:
        told = {"field": name, "label": LABELS[name], "value": self._value(name, value, private)}
        if name in _CHOICES and value is not None:
            told["value_label"] = _CHOICES[name](value).label  # type: ignore[attr-defined]
        if name == "category" and value is not None:
            told["value_label"] = self._codes.path(str(value))
        return told

    def history(self, facts: list[Filing], *, private: bool = False) -> list[dict[str, Any]]:
        """What was filed, in order; of each what was written."""
        return [
            {
                "seq": fact.seq,
                "at": wall_time(fact.at),
                "who": fact.who,
                "kind": fact.kind,
                "kind_label": _FILED.get(fact.kind, fact.kind),
                "fields": [
                    self._field(name, value, private)
                    for name, value in (fact.data.get("changes") or fact.data.get("body") or {}).items()
                ],
                **{
                    name: self._value(name, fact.data[name], private)
                    for name in ("line", "agent", "by", "name", "opinion", "reason", "complete")
                    if name in fact.data
                },
            }
            for fact in facts
        ]

    def fields(self) -> dict[str, Any]:
        """What a form needs to ask for the fields: labels, lists, lengths, and what is required of which kind."""
        fields = [
            {
                "field": name,
                "label": LABELS[name],
                "longest": LONGEST.get(name),
                "choices": [{"value": one, "label": one.label} for one in _CHOICES.get(name, ())],  # type: ignore[attr-defined]
            }
            for name in FIELDS
        ]
        return {
            "fields": fields,
            "kinds": [
                {
                    "kind": kind,
                    "label": kind.label,
                    "required": ["kind", *self._rules.required_of(kind)],
                    "heard": [{"value": box, "label": box.label} for box in BOXES[kind]],
                }
                for kind in Kind
            ],
            "states": [{"value": state, "label": state.label} for state in State],
            "grace": self._rules.grace,
        }


_FILED: Final = {
    "opened": "接听开单",
    "joined": "转接",
    "left": "通话结束",
    "filled": "填写",
    "signed": "审定",
    "corrected": "更正",
}


def sheet_data(sheet: Sheet) -> dict[str, Any]:
    """附件6 as JSON: fields in the form's order."""
    return asdict(sheet)
