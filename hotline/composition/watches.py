"""What is watched: the disk, the test calls, the alarms, and the view of it all."""

from __future__ import annotations

from hotline.alarms import AlarmKind, Alarms
from hotline.composition.parts import Parts
from hotline.disk import DiskWatch
from hotline.testcalls.synthetic import SyntheticCaller
from hotline.view import HotlineView, midnight


async def set_watches(parts: Parts) -> None:
    """Built, not begun: `works` begins them."""
    board, clock, journal, settings = parts.board, parts.clock, parts.journal, parts.settings
    parts.disk = DiskWatch(
        settings.disk,
        (settings.var, settings.recordings),
        board.conversations.room,
        cut=lambda: board.order(board.conversations.cut_recordings()),
    )
    parts.tester = SyntheticCaller(
        settings,
        lambda: parts.live.now.published,
        parts.outlook.scene,
        drains=lambda: parts.draining.draining,
    )
    journal.subscribe(parts.tester.hear)
    parts.alarms = Alarms(
        clock.now,
        {
            AlarmKind.JOURNAL: lambda: journal.alarm,
            AlarmKind.PRESENCES: lambda: parts.presences.alarm,
            AlarmKind.SPOOL: lambda: journal.spool_alarm or parts.presences.spool_alarm,
            AlarmKind.SEALING: lambda: parts.sealing.alarm,
            AlarmKind.OFFICE: lambda: parts.hatch.missed(),
            AlarmKind.ANSWERS: lambda: parts.hatch.alarm(AlarmKind.ANSWERS),
            AlarmKind.WEBHOOKS: lambda: parts.hatch.alarm(AlarmKind.WEBHOOKS),
            AlarmKind.TERMS: lambda: parts.confidence.alarm or parts.hatch.alarm(AlarmKind.TERMS),
            AlarmKind.ORDERS: lambda: parts.hatch.alarm(AlarmKind.ORDERS),
            AlarmKind.TALKS: parts.disk.why_no_talks,
            AlarmKind.MESSAGES: parts.disk.why_no_messages,
            AlarmKind.TEST_CALLS: lambda: parts.tester.alarm,
        },
    )
    parts.view = HotlineView(
        parts.live,
        floor=parts.floor,
        clock=clock,
        link=parts.switch,
        journal=journal,
        board=board,
        front=parts.front,
        by_hand=parts.by_hand,
        callbacks=lambda: parts.callbacks.tickets,
        attack=parts.attack.attack,
        alarms=parts.alarms.told,
        today=await parts.past.today(midnight(clock)),
    )
