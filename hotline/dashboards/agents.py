"""Agents as a group: no metric is told apart by person."""

from __future__ import annotations

from typing import Final

from hotline.dashboards.panel import Board, Bounds, Kind, Panel, Words, ask

AGENT: Final = Board(
    "agent",
    Words("坐席", "Agents"),
    Words(
        "坐席作为一个整体；按人的数字在班长台和报表里。",
        "Agents as a group; each one's figures are on the wallboard and in reports.",
    ),
    (
        Panel(
            Kind.NOTE,
            Words("这里为什么没有名字？", "Why are there no names?"),
            about=Words(
                "指标从不按人分：坐席不是监控标签。每个人今天的接听、通话、小休在班长台 `/wall`，"
                "考核在报表（`hotline report agents`）和质检里，看的人须登录，查看本身也有记录。",
                "No metric is told apart by person: an agent is no label of a monitoring system. Each one's day is "
                "on the wallboard `/wall`, and in reports and quality sheets, for those who sign in and say why.",
            ),
        ),
        Panel(
            Kind.STAT,
            Words("几个人在岗？", "How many are on shift?"),
            (ask('sum(hotline_agents{presence!="offline"})'),),
            bounds=Bounds(1.5, 0.5),
            runbooks=("LineEmpty",),
        ),
        Panel(
            Kind.STAT,
            Words("在岗的人有多忙？", "How busy are those on shift?"),
            (
                ask(
                    'sum(avg_over_time(hotline_agents{presence=~"offered|talking|wrap_up"}[$__range])) / '
                    '(sum(avg_over_time(hotline_agents{presence!~"offline|break"}[$__range])) > 0)'
                ),
            ),
            unit="percentunit",
            bounds=Bounds(0.85, 0.95),
        ),
        Panel(
            Kind.STAT,
            Words("振铃有多少被接起？", "How many of the rings were answered?"),
            (
                ask(
                    'sum(increase(hotline_offers_total{result="answered"}[$__range])) / '
                    '(sum(increase(hotline_offers_total{result!="withdrawn"}[$__range])) > 0)'
                ),
            ),
            unit="percentunit",
            bounds=Bounds(0.9, 0.75),
            runbooks=("AnswersComeLate",),
        ),
        Panel(
            Kind.STAT,
            Words("几部话机不能振铃？", "How many telephones cannot be rung?"),
            (ask('sum(hotline_agent_phones{up="no"})'),),
            runbooks=("PhonesGone",),
        ),
        Panel(
            Kind.STAT,
            Words("平均谈多久？", "How long is a talk?"),
            (
                ask(
                    "sum(increase(hotline_talk_seconds_sum[$__range])) / "
                    "(sum(increase(hotline_talk_seconds_count[$__range])) > 0)"
                ),
            ),
            unit="s",
        ),
        Panel(
            Kind.STAT,
            Words("开着几个页面？", "How many desks are open?"),
            (ask("hotline_desks_connected"),),
        ),
        Panel(
            Kind.STACK,
            Words("坐席在做什么？", "What do the agents do?"),
            (ask("hotline_agents", "{{presence}}"),),
        ),
        Panel(
            Kind.LINES,
            Words("话机都在吗？", "Are the telephones there?"),
            (ask("hotline_agent_phones", "{{up}}"),),
            runbooks=("PhonesGone",),
        ),
        Panel(
            Kind.BARS,
            Words("振铃的结果如何？", "What became of rings?"),
            (ask("sum by (result) (increase(hotline_offers_total[$__range])) > 0", "{{result}}"),),
            runbooks=("AnswersComeLate",),
        ),
        Panel(
            Kind.BARS,
            Words("为什么小休？", "Why are they on a break?"),
            (ask("hotline_agents_on_break > 0", "{{reason}}", quiet=True),),
        ),
        Panel(
            Kind.BARS,
            Words("转接是先问再转吗？", "Were callers passed on after asking?"),
            (
                ask(
                    "sum by (to, warm) (increase(hotline_transfers_total[$__range])) > 0",
                    "{{to}} · {{warm}}",
                    quiet=True,
                ),
            ),
        ),
        Panel(
            Kind.LINES,
            Words("保持、转回、暂停录音有多少？", "How many holds, returns and pauses of the recording?"),
            (
                ask("sum(increase(hotline_holds_total[$__rate_interval]))", "保持", "holds"),
                ask("sum(increase(hotline_holds_too_long_total[$__rate_interval]))", "保持过长", "too long"),
                ask("sum(increase(hotline_transfers_back_total[$__rate_interval]))", "转接后返回", "came back"),
                ask("sum(increase(hotline_recording_pauses_total[$__rate_interval]))", "暂停录音", "pauses"),
            ),
        ),
        Panel(
            Kind.LINES,
            Words("页面断开的通话接上了吗？", "Did talks outlive their pages?"),
            (
                ask("sum(increase(hotline_agents_away_total[$__rate_interval]))", "页面断开", "page gone"),
                ask("sum by (again) (increase(hotline_agents_back_total[$__rate_interval]))", "{{again}}"),
            ),
        ),
        Panel(
            Kind.BARS,
            Words("班长该知道什么？", "What should a shift leader know of?"),
            (ask("sum by (kind) (increase(hotline_floor_alerts_total[$__range])) > 0", "{{kind}}", quiet=True),),
        ),
    ),
    since="now-8h",
)
