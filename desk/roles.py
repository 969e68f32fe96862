"""Who may do what: the one table. A route names a permission of it, a user has a role of it, a token some of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is in the hotline."""

    AGENT = "agent"
    LEADER = "leader"
    QUALITY = "quality"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """One thing that somebody may do."""

    STATUS = "status.read"
    DESK = "desk.command"  # their own seat, nobody else's
    LEAD = "lead.command"
    FLOOR_OWN = "floor.own"  # how lines stand, and their own seat
    FLOOR = "floor.read"
    CALLS_OWN = "calls.own"  # those that they talked in
    CALLS = "calls.read"
    NUMBERS = "numbers.read"  # whole numbers of callers: asked for each time, and audited
    USERS_READ = "users.read"
    USERS = "users.manage"
    METRICS = "metrics"
    AUDIT = "audit.read"
    REGISTERS_READ = "registers.read"
    REGISTERS = "registers.manage"
    QUALITY_OWN = "quality.own"  # sheets about their own talks
    QUALITY_READ = "quality.read"
    QUALITY = "quality.judge"
    WEBHOOKS = "webhooks.manage"
    ORDERS_OWN = "orders.own"  # to open work orders, and to go on with one's own
    ORDERS_READ = "orders.read"
    ORDERS = "orders.manage"
    EXCHANGE = "orders.exchange"  # what the mayor's hotline hands over and takes back
    REPORTS = "reports.read"
    REPORTS_SIGN = "reports.sign"  # for good: what was signed is only followed by corrections
    RECORDS_IMPORT = "records.import"  # calls of the time before this hotline, and to take them back
    ANSWERS_OWN = "answers.own"  # records of calls that they talked in
    ANSWERS = "answers.read"
    ANSWERS_SIGN = "answers.sign"
    RECORDINGS = "recordings.listen"  # with a reason each time, and audited
    HOLDS = "holds.manage"  # what is kept whatever its term
    PLAN_READ = "plan.read"  # where calls go: to look, and to keep a draft of one's own
    PLAN_PUBLISH = "plan.publish"
    NUISANCE_READ = "nuisance.read"  # who is served last or not at all, masked
    KNOWLEDGE_READ = "knowledge.read"
    KNOWLEDGE = "knowledge.manage"  # to write articles and scripts, and to publish them


_P = Permission

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.AGENT: frozenset(
        {
            *(_P.STATUS, _P.DESK, _P.FLOOR_OWN, _P.CALLS_OWN, _P.REGISTERS_READ, _P.QUALITY_OWN),
            *(_P.ORDERS_OWN, _P.ANSWERS_OWN, _P.KNOWLEDGE_READ),
        }
    ),
    Role.LEADER: frozenset(
        {
            *(_P.STATUS, _P.DESK, _P.LEAD, _P.FLOOR, _P.CALLS, _P.NUMBERS),
            *(_P.REGISTERS_READ, _P.REGISTERS, _P.QUALITY_OWN, _P.QUALITY_READ),
            *(_P.ORDERS_READ, _P.ORDERS, _P.EXCHANGE),
            *(_P.ANSWERS_OWN, _P.ANSWERS, _P.ANSWERS_SIGN, _P.REPORTS, _P.REPORTS_SIGN, _P.RECORDS_IMPORT),
            *(_P.RECORDINGS, _P.HOLDS, _P.NUISANCE_READ, _P.KNOWLEDGE_READ, _P.KNOWLEDGE),
            _P.PLAN_READ,
        }
    ),
    Role.QUALITY: frozenset(
        {
            *(_P.STATUS, _P.FLOOR, _P.CALLS, _P.NUMBERS),
            *(_P.REGISTERS_READ, _P.QUALITY_READ, _P.QUALITY),
            _P.ORDERS_READ,
            _P.ANSWERS,
            _P.REPORTS,
            _P.RECORDINGS,
            _P.PLAN_READ,
            _P.NUISANCE_READ,
            _P.KNOWLEDGE_READ,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            *(_P.STATUS, _P.FLOOR, _P.CALLS, _P.METRICS, _P.USERS_READ, _P.USERS, _P.NUISANCE_READ),
            *(_P.REGISTERS_READ, _P.REGISTERS, _P.WEBHOOKS),
            *(_P.ORDERS_READ, _P.ORDERS, _P.EXCHANGE, _P.REPORTS, _P.RECORDS_IMPORT),
            *(_P.PLAN_READ, _P.PLAN_PUBLISH),
            *(_P.KNOWLEDGE_READ, _P.KNOWLEDGE),
        }
    ),
    Role.AUDITOR: frozenset(
        {
            *(_P.STATUS, _P.CALLS, _P.USERS_READ, _P.AUDIT, _P.REGISTERS_READ, _P.QUALITY_READ),
            *(_P.ORDERS_READ, _P.REPORTS),
        }
    ),
}
"""Who keeps the accounts sees no caller's number; who reads the audit log changes nothing."""

SCOPES: Final = frozenset(
    {
        *(_P.STATUS, _P.METRICS, _P.FLOOR, _P.CALLS, _P.REGISTERS_READ, _P.ORDERS_READ, _P.EXCHANGE),
        _P.REPORTS,
    }
)
"""What a machine's token may be given: looking, and no number of a caller; and the mayor's hotline hands its orders
over."""

SECOND_FACTOR: Final = frozenset(Role) - {Role.AGENT}
"""Who must show a second factor. An agent may choose to."""

SEATED: Final = frozenset({Role.AGENT, Role.LEADER})
"""Who may be an agent of the plan."""
