"""What callers are served with: the switch, and the engine."""

from __future__ import annotations

from typing import Final

from hotline.dashboards.panel import Board, Bounds, Kind, Panel, Words, ask

SWITCH: Final = Board(
    "switch",
    Words("交换机", "The switch"),
    Words("Asterisk、中继、门口。", "Asterisk, the trunk, and who knocks."),
    (
        Panel(
            Kind.STAT,
            Words("听得到 Asterisk 吗？", "Is Asterisk heard?"),
            (ask("hotline_ari_link_up"),),
            bounds=Bounds(0.9, 0.5),
            runbooks=("SwitchNotHeard",),
        ),
        Panel(
            Kind.STAT,
            Words("运营商有应答吗？", "Does the carrier answer?"),
            (ask("hotline_trunk_up", quiet=True),),
            bounds=Bounds(0.9, 0.5),
            runbooks=("TrunkDown",),
            about=Words("空白：没有探测（trunk.qualify 为 0）。", "Empty: it is not asked (trunk.qualify is 0)."),
        ),
        Panel(
            Kind.STAT,
            Words("在运营商注册了吗？", "Are we registered with the carrier?"),
            (ask("hotline_trunk_registered", quiet=True),),
            bounds=Bounds(0.9, 0.5),
            runbooks=("TrunkDown",),
            about=Words("空白：不需要注册。", "Empty: no registration is wanted."),
        ),
        Panel(
            Kind.STAT,
            Words("Asterisk 运行了多久？", "For how long does Asterisk run?"),
            (ask("hotline_switch_uptime_seconds"),),
            unit="dtdurations",
        ),
        Panel(
            Kind.STAT,
            Words("封禁了几个地址？", "How many addresses are banned?"),
            (ask("hotline_banned_addresses"),),
        ),
        Panel(
            Kind.STAT,
            Words("骚扰名单有多长？", "How long is the nuisance list?"),
            (ask("hotline_nuisance_listed"),),
        ),
        Panel(
            Kind.LINES,
            Words("Asterisk 执行命令要多久？", "How long does Asterisk take for an order?"),
            (ask("hotline_ari_order_seconds", "命令", "order"),),
            unit="s",
            bounds=Bounds(0.2, 0.5),
            runbooks=("SwitchSlow",),
        ),
        Panel(
            Kind.LINES,
            Words("Asterisk 的任务在堆积吗？", "Do Asterisk's tasks pile up?"),
            (ask("hotline_switch_tasks_waiting", "最长队列", "longest queue"),),
            bounds=Bounds(200, 500),
            runbooks=("SwitchTasksPileUp",),
        ),
        Panel(
            Kind.LINES,
            Words("有多少通道和来电？", "How many channels and calls?"),
            (
                ask("hotline_switch_channels", "通道", "channels"),
                ask("hotline_calls_in_progress", "来电", "calls"),
            ),
        ),
        Panel(
            Kind.LINES,
            Words("事件处理得过来吗？", "Are events handled as they come?"),
            (ask("hotline_ari_event_queue_depth", "未处理事件", "not handled"),),
            runbooks=("EngineLate",),
        ),
        Panel(
            Kind.BARS,
            Words("对账修复了什么？", "What did the reconciler mend?"),
            (ask("sum by (what) (increase(hotline_repairs_total[$__range])) > 0", "{{what}}", quiet=True),),
            runbooks=("ImpossibleStates",),
        ),
        Panel(
            Kind.BARS,
            Words("谁被排到后面，为什么？", "Who was put behind, and why?"),
            (ask("sum by (reason) (increase(hotline_calls_slowed_total[$__range])) > 0", "{{reason}}", quiet=True),),
            runbooks=("CallersTurnedAway",),
        ),
        Panel(
            Kind.BARS,
            Words("外呼为何被拒？", "Why were outside calls refused?"),
            (ask("sum by (cap) (increase(hotline_outbound_refused_total[$__range])) > 0", "{{cap}}", quiet=True),),
        ),
        Panel(
            Kind.LINES,
            Words("有人在敲门吗？", "Does somebody knock?"),
            (
                ask("sum(increase(hotline_requests_in_vain_total[$__rate_interval]))", "陌生请求", "requests in vain"),
                ask("sum(increase(hotline_bans_total[$__rate_interval]))", "新封禁", "bans"),
                ask(
                    "sum(increase(hotline_calls_rejected_without_words_total[$__rate_interval]))",
                    "只听到忙音",
                    "busy tone alone",
                ),
            ),
            runbooks=("CallersTurnedAway",),
        ),
        Panel(
            Kind.STAT,
            Words("今天外呼几次？", "How many outside calls today?"),
            (ask("hotline_outbound_calls_today"),),
            size=(6, 8),
        ),
        Panel(
            Kind.STAT,
            Words("今天外呼多久？", "How long were outside calls today?"),
            (ask("hotline_outbound_seconds_today"),),
            unit="dtdurations",
            size=(6, 8),
        ),
    ),
    since="now-3h",
)

_OF_ENGINE: Final = '{job="hotline"}'

ENGINE: Final = Board(
    "engine",
    Words("引擎", "The engine"),
    Words("程序、方案、事件日志、数据库、磁盘。", "The program, its plan, journal, database and disk."),
    (
        Panel(
            Kind.STAT,
            Words("引擎有应答吗？", "Does the engine answer?"),
            (ask(f"min(up{_OF_ENGINE})"),),
            bounds=Bounds(0.9, 0.5),
            runbooks=("HotlineDown",),
        ),
        Panel(
            Kind.STAT,
            Words("重启了几次？", "How often did it begin anew?"),
            (ask(f"sum(changes(process_start_time_seconds{_OF_ENGINE}[$__range]))"),),
            bounds=Bounds(1, 3),
            runbooks=("EngineBeginsAgainAndAgain",),
        ),
        Panel(
            Kind.STAT,
            Words("数据库有应答吗？", "Does the database answer?"),
            (ask("hotline_database_up"),),
            bounds=Bounds(0.9, 0.5),
            runbooks=("DatabaseDown",),
        ),
        Panel(
            Kind.STAT,
            Words("配置文件被拒绝了吗？", "Are the files of the plan refused?"),
            (ask("hotline_plan_refused"),),
            bounds=Bounds(0.5, 1),
            runbooks=("PlanRefused",),
        ),
        Panel(
            Kind.STAT,
            Words("方案何时生效？", "Since when is the plan live?"),
            (ask("hotline_plan_loaded_timestamp_seconds * 1000"),),
            unit="dateTimeAsIso",
        ),
        Panel(
            Kind.STAT,
            Words("录音能加密吗？", "Can recordings be encrypted?"),
            (ask("1 - hotline_sealing_alarm"),),
            bounds=Bounds(0.9, 0.5),
            runbooks=("RecordingsStayPlain",),
        ),
        Panel(
            Kind.STAT,
            Words("多久没有自检呼叫了？", "How long ago was the last test call?"),
            (
                ask(
                    "(time() - hotline_synthetic_call_last_timestamp_seconds)"
                    " and hotline_synthetic_call_last_timestamp_seconds > 0"
                    " and hotline_synthetic_call_interval_seconds > 0",
                    quiet=True,
                ),
            ),
            unit="dtdurations",
            runbooks=("TestCallsStopped",),
            about=Words("空白：没有设置自检呼叫。", "Empty: none are asked for (test_calls.every)."),
        ),
        Panel(
            Kind.BARS,
            Words("自检呼叫听到了什么？", "What did test calls hear?"),
            (ask("sum by (result) (increase(hotline_synthetic_calls_total[$__range])) > 0", "{{result}}", quiet=True),),
            runbooks=("HouseAlarm",),
        ),
        Panel(
            Kind.LINES,
            Words("引擎来得及吗？", "Is the engine in time?"),
            (ask("hotline_loop_late_seconds", "最大延迟", "late at worst"),),
            unit="s",
            bounds=Bounds(0.2, 0.5),
            runbooks=("EngineLate",),
        ),
        Panel(
            Kind.LINES,
            Words("占用多少处理器？", "How much processor do they take?"),
            (
                ask(f"rate(process_cpu_seconds_total{_OF_ENGINE}[$__rate_interval])", "引擎", "engine"),
                ask(
                    "rate(hotline_office_process_cpu_seconds_total[$__rate_interval])",
                    "后台",
                    "back office",
                    quiet=True,
                ),
            ),
            unit="percentunit",
            runbooks=("EngineLate",),
        ),
        Panel(
            Kind.LINES,
            Words("占用多少内存？", "How much memory do they take?"),
            (
                ask(f"process_resident_memory_bytes{_OF_ENGINE}", "引擎", "engine"),
                ask("hotline_office_process_resident_memory_bytes", "后台", "back office", quiet=True),
            ),
            unit="bytes",
        ),
        Panel(
            Kind.LINES,
            Words("任务和打开的文件在变多吗？", "Do tasks and open files grow?"),
            (
                ask("hotline_tasks", "任务", "tasks"),
                ask(f"process_open_fds{_OF_ENGINE}", "打开的文件", "open files"),
            ),
        ),
        Panel(
            Kind.LINES,
            Words("事件写得下去吗？", "Are facts written?"),
            (
                ask("hotline_journal_lag_entries", "未写入", "not written yet"),
                ask(
                    "sum(increase(hotline_journal_spilled_total[$__rate_interval]))", "在文件中等待", "waited in a file"
                ),
            ),
            bounds=Bounds(1000, 5000),
            runbooks=("JournalFallsBehind",),
        ),
        Panel(
            Kind.LINES,
            Words("数据库应答要多久？", "How long does the database take?"),
            (ask("hotline_database_answer_seconds", "应答", "answer"),),
            unit="s",
            runbooks=("DatabaseDown",),
        ),
        Panel(
            Kind.BARS,
            Words("哪些系统告警存在？", "Which alarms of the house stand?"),
            (
                ask("hotline_alarm == 1", "{{kind}}", quiet=True),
                ask(
                    "sum by (kind) (increase(hotline_alarms_raised_total[$__range])) > 0",
                    "{{kind}}：次数",
                    "{{kind}}: times",
                    quiet=True,
                ),
            ),
            bounds=Bounds(0.5, 1),
            runbooks=("HouseAlarm",),
        ),
        Panel(
            Kind.BARS,
            Words("有没有丢了的事件？", "Were facts refused or lost?"),
            (
                ask("sum(increase(hotline_journal_lost_total[$__range]))", "丢失", "lost"),
                ask("sum(increase(hotline_journal_refused_total[$__range]))", "被拒绝", "refused"),
                ask("sum(increase(hotline_impossible_states_total[$__range]))", "不可能状态", "impossible states"),
            ),
            bounds=Bounds(0.5, 1),
            runbooks=("FactsNotKept", "ImpossibleStates"),
        ),
        Panel(
            Kind.BARS,
            Words("方案换过几次？", "What became of changes of the plan?"),
            (ask("sum by (result) (increase(hotline_plan_reloads_total[$__range]))", "{{result}}"),),
            runbooks=("PlanRefused",),
        ),
        Panel(
            Kind.LINES,
            Words("录音都加密了吗？", "Are recordings encrypted?"),
            (
                ask("hotline_recordings_plain", "尚未加密", "plain still"),
                ask("sum(increase(hotline_recordings_sealed_total[$__rate_interval]))", "已加密", "encrypted"),
            ),
            runbooks=("RecordingsStayPlain",),
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
            Kind.BARS,
            Words("运行的是哪个版本？", "Which versions run?"),
            (
                ask("hotline_build_info", "程序 {{version}}", "program {{version}}"),
                ask("hotline_plan_version_info", "方案 {{number}}", "plan {{number}}"),
            ),
            size=(24, 4),
        ),
    ),
    since="now-6h",
)
