"""What callers meet now: the whole floor, and one line of it."""

from __future__ import annotations

from typing import Final

from hotline.dashboards.panel import Board, Bounds, Kind, Panel, Words, ask
from hotline.dashboards.waits import waits

FLOOR: Final = Board(
    "floor",
    Words("现场", "Floor now"),
    Words("此刻：谁在等，谁能接，哪里不对。", "This moment: who waits, who can answer, what is wrong."),
    (
        Panel(
            Kind.STAT,
            Words("有几个人在等？", "How many wait?"),
            (ask("sum(hotline_waiting_calls)"),),
            bounds=Bounds(5, 15),
            runbooks=("CallersWaitLong",),
        ),
        Panel(
            Kind.STAT,
            Words("等得最久的等了多久？", "How long has the longest waited?"),
            (ask("max(hotline_longest_wait_seconds)"),),
            unit="s",
            bounds=Bounds(60, 180),
            runbooks=("CallersWaitLong",),
        ),
        Panel(
            Kind.STAT,
            Words("有几个坐席能接？", "How many agents are ready?"),
            (ask('sum(hotline_agents{presence="ready"})'),),
            bounds=Bounds(1.5, 0.5),
            runbooks=("LineEmpty", "LineSoonEmpty"),
        ),
        Panel(
            Kind.STAT,
            Words("有几个人在通话？", "How many talk?"),
            (ask("hotline_talks"),),
        ),
        Panel(
            Kind.STAT,
            Words("最近一小时接通了多少？", "How many of the last hour's callers were connected?"),
            (ask("1 - hotline:not_connected:ratio1h"),),
            unit="percentunit",
            bounds=Bounds(0.95, 0.7),
            runbooks=("ConnectRateBurnsFast", "ConnectRateBurnsSlowly"),
        ),
        Panel(
            Kind.STAT,
            Words("有几个告警在响？", "How many alerts fire?"),
            (ask('count(ALERTS{alertstate="firing"}) or vector(0)'),),
            bounds=Bounds(1, 3),
        ),
        Panel(
            Kind.LINES,
            Words("每条热线有几个人在等？", "How many wait on each line?"),
            (ask("hotline_waiting_calls", "{{line}}"),),
            runbooks=("CallersWaitLong",),
        ),
        Panel(
            Kind.STACK,
            Words("坐席在做什么？", "What do the agents do?"),
            (ask("hotline_agents", "{{presence}}"),),
        ),
        Panel(
            Kind.BARS,
            Words("现在打来要等多久？", "How long would a new caller wait?"),
            (ask("hotline_expected_wait_seconds", "{{line}}", quiet=True),),
            unit="s",
            bounds=Bounds(60, 180),
        ),
        Panel(
            Kind.BARS,
            Words("哪条热线开着却没人？", "Which open line has nobody, or soon will?"),
            (
                ask("hotline_line_empty == 1", "{{line}}：无人", "{{line}}: nobody", quiet=True),
                ask("hotline_line_soon_empty == 1", "{{line}}：即将无人", "{{line}}: soon", quiet=True),
            ),
            bounds=Bounds(0.5, 1),
            runbooks=("LineEmpty", "LineSoonEmpty"),
        ),
        Panel(
            Kind.BARS,
            Words("哪些告警在响？", "Which alerts fire?"),
            (ask('ALERTS{alertstate="firing"}', "{{alertname}}", quiet=True),),
            bounds=Bounds(0.5, 1),
        ),
        Panel(
            Kind.LINES,
            Words("来电、振铃、通话各有多少？", "How many calls, ringing phones and talks?"),
            (
                ask("hotline_calls_in_progress", "来电", "calls"),
                ask("hotline_offers_ringing", "振铃", "ringing"),
                ask("hotline_talks", "通话", "talks"),
            ),
        ),
        Panel(
            Kind.LINES,
            Words("离承载上限还有多远？", "How far from as many as are let in?"),
            (
                ask("hotline_calls_admitted", "已放入", "inside"),
                ask("hotline_admission_places", "上限", "places"),
                ask("hotline_admission_places - hotline_admission_places_kept", "普通来电上限", "for ordinary calls"),
            ),
            runbooks=("CallersTurnedAway",),
        ),
        Panel(
            Kind.COLUMNS,
            Words("谁没有放进来，为什么？", "Who was not let in, and why?"),
            (
                ask(
                    "sum by (reason) (increase(hotline_calls_rejected_total[$__interval])) > 0",
                    "{{reason}}",
                    quiet=True,
                ),
            ),
            runbooks=("CallersTurnedAway",),
            interval="1m",
        ),
        Panel(
            Kind.STAT,
            Words("每秒放入几个来电？", "How many arrivals a second are let in?"),
            (ask("hotline_admission_rate"),),
            unit="cps",
        ),
        Panel(
            Kind.STAT,
            Words("应急公告开着吗？", "Is an emergency message on?"),
            (ask("hotline_front_message_on"),),
            bounds=Bounds(1, 2),
            runbooks=("FrontMessageStaysOn",),
        ),
        Panel(
            Kind.STAT,
            Words("防攻击开关开着吗？", "Is the attack switch on?"),
            (ask("hotline_attack_switch_on"),),
            bounds=Bounds(1, 2),
            runbooks=("AttackSwitchStaysOn",),
        ),
    ),
    since="now-30m",
    refresh="5s",
)

_LINE: Final = '{line=~"$line"}'
_OF_LINE: Final = 'increase(hotline_line_requests_total{line=~"$line"}[$__range])'

LINE: Final = Board(
    "line",
    Words("单条热线", "A line"),
    Words("上方选热线，可选多条。", "Choose lines above, one or more."),
    (
        Panel(
            Kind.STAT,
            Words("有几个人在等？", "How many wait?"),
            (ask(f"sum(hotline_waiting_calls{_LINE})"),),
            bounds=Bounds(3, 10),
            runbooks=("CallersWaitLong",),
        ),
        Panel(
            Kind.STAT,
            Words("等得最久的等了多久？", "How long has the longest waited?"),
            (ask(f"max(hotline_longest_wait_seconds{_LINE})"),),
            unit="s",
            bounds=Bounds(60, 180),
            runbooks=("CallersWaitLong",),
        ),
        Panel(
            Kind.STAT,
            Words("接通了多少？", "How many were connected?"),
            (
                ask(
                    'sum(increase(hotline_line_requests_total{line=~"$line", turn=~"answered_.+"}[$__range]))'
                    f" / (sum({_OF_LINE}) > 0)"
                ),
            ),
            unit="percentunit",
            bounds=Bounds(0.95, 0.8),
            runbooks=("ConnectRateLow",),
        ),
        Panel(
            Kind.STAT,
            Words("十五秒内接听了多少？", "How many were answered within 15 seconds?"),
            (
                ask(
                    f"sum(increase(hotline_answered_within_15_seconds_total{_LINE}[$__range]))"
                    f" / (sum(increase(hotline_line_calls_total{_LINE}[$__range])) > 0)"
                ),
            ),
            unit="percentunit",
            bounds=Bounds(0.8, 0.6),
            runbooks=("AnswersComeLate",),
        ),
        Panel(
            Kind.STAT,
            Words("平均谈多久？", "How long is a talk?"),
            (
                ask(
                    f"sum(increase(hotline_talk_seconds_sum{_LINE}[$__range]))"
                    f" / (sum(increase(hotline_talk_seconds_count{_LINE}[$__range])) > 0)"
                ),
            ),
            unit="s",
        ),
        Panel(
            Kind.STAT,
            Words("有人在岗吗？", "Is anybody missing?"),
            (ask(f"sum(hotline_line_empty{_LINE})"),),
            bounds=Bounds(0.5, 1),
            runbooks=("LineEmpty", "LineSoonEmpty"),
            about=Words("开放而无人在岗的热线数。", "Open lines with nobody on shift."),
        ),
        Panel(
            Kind.LINES,
            Words("等了多久？", "How long did callers wait?"),
            (
                ask(waits(0.5, _LINE), "一半不超过", "half at most"),
                ask(waits(0.95, _LINE), "百分之九十五不超过", "95 % at most"),
            ),
            unit="s",
            bounds=Bounds(15, 180),
            runbooks=("AnswersComeLate", "CallersWaitLong"),
        ),
        Panel(
            Kind.LINES,
            Words("有多少人在等，新来电要等多久？", "How many wait, and how long would a new caller?"),
            (
                ask(f"hotline_waiting_calls{_LINE}", "{{line}}：人数", "{{line}}: callers"),
                ask(f"hotline_expected_wait_seconds{_LINE}", "{{line}}：秒", "{{line}}: seconds", quiet=True),
            ),
        ),
        Panel(
            Kind.BARS,
            Words("请求的结果如何？", "How did asking turn out?"),
            (ask(f"sum by (turn) ({_OF_LINE}) > 0", "{{turn}}"),),
        ),
        Panel(
            Kind.BARS,
            Words("谁还没填全记录单？", "Which lines have incomplete answer records?"),
            (
                ask(f"hotline_answers_incomplete{_LINE} > 0", "{{line}}：未填全", "{{line}}: incomplete", quiet=True),
                ask(f"hotline_answers_late{_LINE} > 0", "{{line}}：已超时", "{{line}}: late", quiet=True),
            ),
            bounds=Bounds(5, 20),
        ),
        Panel(
            Kind.COLUMNS,
            Words("每一刻钟来多少？", "How many joined in each quarter of an hour?"),
            (ask(f"sum by (line) (increase(hotline_line_calls_total{_LINE}[$__interval])) > 0", "{{line}}"),),
            interval="15m",
            size=(8, 6),
        ),
    ),
    since="now-12h",
    lines=True,
)
