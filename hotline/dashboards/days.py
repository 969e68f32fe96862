"""What callers met: the day until now, and the week."""

from __future__ import annotations

from typing import Final

from hotline.dashboards.panel import Board, Bounds, Kind, Panel, Words, ask
from hotline.dashboards.waits import waits

_ASKED: Final = "sum(increase(hotline_requests_total[$__range]))"
_IN_TIME: Final = 'sum(increase(hotline_requests_total{turn="answered_in_time"}[$__range]))'
_NOT_CONNECTED: Final = 'sum(increase(hotline_requests_total{turn!~"answered_.+"}[$__range]))'

DAY: Final = Board(
    "day",
    Words("今日", "The day"),
    Words(
        "今天到现在：接了多少，丢在哪里，还有什么没办。",
        "Since midnight: who was served, where the others were lost, what is left.",
    ),
    (
        Panel(
            Kind.STAT,
            Words("多少人请求人工？", "How many asked for a person?"),
            (ask(_ASKED, "今天", "today"), ask("hotline_connect_rate_24h_requests", "最近二十四小时", "last 24 hours")),
        ),
        Panel(
            Kind.STAT,
            Words("最近二十四小时接通率够吗？", "Is the connect rate of 24 hours enough?"),
            (ask("hotline_connect_rate_24h_ratio"),),
            unit="percentunit",
            bounds=Bounds(0.97, 0.95),
            runbooks=("ConnectRateLow", "ConnectRateBurnsSlowly"),
        ),
        Panel(
            Kind.STAT,
            Words("多少人十五秒内有人接？", "How many were answered within 15 seconds?"),
            (ask(f"{_IN_TIME} / ({_ASKED} > 0)"),),
            unit="percentunit",
            bounds=Bounds(0.8, 0.6),
            runbooks=("AnswersComeLate",),
        ),
        Panel(
            Kind.STAT,
            Words("多少人等着挂了？", "How many hung up waiting?"),
            (ask('sum(increase(hotline_requests_total{turn=~"abandoned.*"}[$__range]))'),),
            bounds=Bounds(5, 20),
        ),
        Panel(
            Kind.STAT,
            Words("多少来电毁于故障？", "How many calls failed for a fault of ours?"),
            (ask('sum(increase(hotline_calls_total{outcome="failed"}[$__range]))'),),
            bounds=Bounds(1, 3),
            runbooks=("CallsFail",),
        ),
        Panel(
            Kind.STAT,
            Words("几条留言超时没人理？", "How many messages were not taken up in time?"),
            (ask("hotline_messages_untouched"),),
            bounds=Bounds(1, 5),
            runbooks=("MessagesUntouched",),
        ),
        Panel(
            Kind.COLUMNS,
            Words("每半小时的来电怎样结束？", "How did the calls of each half hour end?"),
            (ask("sum by (outcome) (increase(hotline_calls_total[$__interval])) > 0", "{{outcome}}"),),
            runbooks=("CallsFail",),
            interval="30m",
        ),
        Panel(
            Kind.LINES,
            Words("来电人等了多久？", "How long did callers wait?"),
            (
                ask(waits(0.5), "一半不超过", "half at most"),
                ask(waits(0.95), "百分之九十五不超过", "95 % at most"),
            ),
            unit="s",
            bounds=Bounds(15, 180),
            runbooks=("AnswersComeLate", "CallersWaitLong"),
        ),
        Panel(
            Kind.BARS,
            Words("请求人工的结果如何？", "How did asking for a person turn out?"),
            (ask("sum by (turn) (increase(hotline_requests_total[$__range])) > 0", "{{turn}}"),),
        ),
        Panel(
            Kind.BARS,
            Words("各条热线来了多少？", "How many joined each line?"),
            (ask("sum by (line) (increase(hotline_line_calls_total[$__range])) > 0", "{{line}}"),),
        ),
        Panel(
            Kind.BARS,
            Words("热线为何放弃等待的人？", "Why did lines give waiting callers up?"),
            (ask("sum by (why) (increase(hotline_given_up_total[$__range])) > 0", "{{why}}", quiet=True),),
        ),
        Panel(
            Kind.BARS,
            Words("在哪一步挂断？", "In which step do they hang up?"),
            (
                ask(
                    "topk(10, sum by (node) (increase(hotline_menu_hang_ups_total[$__range])) > 0)",
                    "{{node}}",
                    quiet=True,
                ),
            ),
        ),
        Panel(
            Kind.BARS,
            Words("按了什么键？", "Which keys are pressed?"),
            (
                ask(
                    'topk(12, sum by (node, key) (increase(hotline_menu_steps_total{key!="none"}[$__range])) > 0)',
                    "{{node}} · {{key}}",
                ),
            ),
        ),
        Panel(
            Kind.BARS,
            Words("自助查询的结果如何？", "What did callers who asked for an order hear?"),
            (ask("sum by (result) (increase(hotline_status_asked_total[$__range])) > 0", "{{result}}", quiet=True),),
        ),
        Panel(
            Kind.STAT,
            Words("留了多少留言？", "How many messages were left?"),
            (ask("sum(increase(hotline_messages_total[$__range]))"),),
            runbooks=("MessagesUntouched",),
        ),
        Panel(
            Kind.STAT,
            Words("还要回拨几个？", "How many callbacks are booked?"),
            (ask("hotline_callbacks_booked"),),
        ),
        Panel(
            Kind.STAT,
            Words("标了几个高风险来电？", "How many calls were marked as of high risk?"),
            (ask("sum(increase(hotline_flagged_calls_total[$__range]))"),),
        ),
        Panel(
            Kind.STAT,
            Words("几个工单、几份报表过期？", "How many orders and reports are overdue?"),
            (
                ask("sum(hotline_orders_overdue)", "工单", "orders"),
                ask("sum(hotline_reports_overdue)", "报表", "reports"),
            ),
            bounds=Bounds(1, 5),
            runbooks=("OrdersOverdue", "ReportsOverdue"),
        ),
        Panel(
            Kind.STAT,
            Words("几张记录单没填全？", "How many answer records lack something?"),
            (ask("sum(hotline_answers_incomplete)"),),
            bounds=Bounds(10, 50),
        ),
        Panel(
            Kind.STAT,
            Words("几个话题突然多起来？", "How many topics rise?"),
            (ask("sum(hotline_radar_topics)"),),
            bounds=Bounds(1, 2),
            runbooks=("TopicRises",),
        ),
        Panel(
            Kind.BARS,
            Words("未归档的工单到哪一步了？", "How far are the open orders?"),
            (ask("hotline_orders_open > 0", "{{state}}", quiet=True),),
        ),
        Panel(
            Kind.BARS,
            Words("哪种时限超了？", "Which clocks have run out?"),
            (ask("hotline_orders_overdue > 0", "{{clock}}", quiet=True),),
            bounds=Bounds(1, 5),
            runbooks=("OrdersOverdue",),
        ),
        Panel(
            Kind.BARS,
            Words("话题多到什么程度？", "How far do topics rise?"),
            (ask("hotline_radar_topics", "{{grade}}"),),
            bounds=Bounds(1, 3),
            runbooks=("TopicRises",),
        ),
    ),
    since="now/d",
    until="now/d",
    refresh="1m",
)

WEEK: Final = Board(
    "week",
    Words("一周", "The week"),
    Words(
        "七天里：达标了吗，什么时候最忙，什么快要用完。",
        "Seven days: were the aims met, when is it busiest, what runs out.",
    ),
    (
        Panel(
            Kind.STAT,
            Words("未接通的额度用了多少？", "How much of what may be lost was lost?"),
            (ask(f"{_NOT_CONNECTED} / ({_ASKED} > 0) / 0.05"),),
            unit="percentunit",
            bounds=Bounds(0.8, 1),
            runbooks=("ConnectRateBurnsFast", "ConnectRateBurnsSlowly", "ConnectRateLow"),
            about=Words(
                "每百个请求人工的来电，允许五个未接通。", "Five of a hundred who ask for a person may be lost."
            ),
        ),
        Panel(
            Kind.STAT,
            Words("十五秒内接听了多少？", "How many were answered within 15 seconds?"),
            (ask(f"{_IN_TIME} / ({_ASKED} > 0)"),),
            unit="percentunit",
            bounds=Bounds(0.8, 0.6),
            runbooks=("AnswersComeLate",),
        ),
        Panel(
            Kind.STAT,
            Words("热线有多少时间在线？", "For how much of the time was the engine there?"),
            (ask('avg(avg_over_time(up{job="hotline"}[$__range]))'),),
            unit="percentunit",
            bounds=Bounds(0.9999, 0.999),
            runbooks=("HotlineDown",),
        ),
        Panel(
            Kind.STAT,
            Words("谈了多久？", "How long did all talks last together?"),
            (ask("sum(increase(hotline_talk_seconds_sum[$__range]))"),),
            unit="dtdurations",
        ),
        Panel(
            Kind.STAT,
            Words("自检呼叫有几次没通？", "How many of our own test calls reached nothing?"),
            (ask('sum(increase(hotline_test_calls_total{outcome=~"failed|rejected|unanswered"}[$__range]))'),),
            bounds=Bounds(1, 3),
        ),
        Panel(
            Kind.STAT,
            Words("节假日安排还够多久？", "For how long are holidays known?"),
            (ask("hotline_calendar_left_seconds"),),
            unit="dtdurations",
            bounds=Bounds(60 * 86400, 30 * 86400),
            runbooks=("CalendarEnds",),
        ),
        Panel(
            Kind.LINES,
            Words("接通率达标了吗？", "Was the connect rate met?"),
            (ask("hotline_connect_rate_24h_ratio", "最近二十四小时", "last 24 hours"),),
            unit="percentunit",
            bounds=Bounds(0.97, 0.95),
            runbooks=("ConnectRateLow",),
            most=1.0,
        ),
        Panel(
            Kind.COLUMNS,
            Words("每小时来多少电话？", "How many calls come each hour?"),
            (ask("sum(increase(hotline_calls_total[$__interval]))", "来电", "calls"),),
            interval="1h",
        ),
        Panel(
            Kind.COLUMNS,
            Words("每天怎样结束？", "How did each day's calls end?"),
            (ask("sum by (outcome) (increase(hotline_calls_total[$__interval])) > 0", "{{outcome}}"),),
            interval="1d",
        ),
        Panel(
            Kind.COLUMNS,
            Words("每条热线每天来多少？", "How many joined each line each day?"),
            (ask("sum by (line) (increase(hotline_line_calls_total[$__interval])) > 0", "{{line}}"),),
            interval="1d",
        ),
        Panel(
            Kind.BARS,
            Words("转接到哪里？", "Where were callers passed on to?"),
            (ask("sum by (to) (increase(hotline_transfers_total[$__range])) > 0", "{{to}}", quiet=True),),
        ),
        Panel(
            Kind.BARS,
            Words("回拨结果如何？", "What became of callbacks?"),
            (ask("sum by (end) (increase(hotline_callbacks_closed_total[$__range])) > 0", "{{end}}", quiet=True),),
        ),
        Panel(
            Kind.BARS,
            Words("证书还有多久到期？", "When do certificates expire?"),
            (ask("hotline_certificate_left_seconds", "{{of}}", quiet=True),),
            unit="dtdurations",
            bounds=Bounds(30 * 86400, 14 * 86400),
            runbooks=("CertificateEnds",),
        ),
        Panel(
            Kind.BARS,
            Words("多久没有备份了？", "How long ago was the last backup?"),
            (ask("time() - hotline_backup_last_timestamp_seconds", "备份", "backup", quiet=True),),
            unit="dtdurations",
            bounds=Bounds(2 * 86400, 3 * 86400),
            runbooks=("BackupOld",),
        ),
        Panel(
            Kind.LINES,
            Words("磁盘还剩多少？", "How much disk is left?"),
            (
                ask("hotline_disk_free_bytes", "{{folder}}"),
                ask("hotline_disk_reserve_bytes", "停止录音线", "no recording below"),
            ),
            unit="bytes",
            runbooks=("DiskFills",),
        ),
        Panel(
            Kind.LINES,
            Words("未归档的工单在变多吗？", "Do open orders pile up?"),
            (
                ask("sum(hotline_orders_open)", "未归档", "open"),
                ask("sum(hotline_orders_overdue)", "超时", "overdue"),
            ),
            runbooks=("OrdersOverdue",),
        ),
    ),
    since="now-7d",
    refresh="5m",
)
