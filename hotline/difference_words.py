"""The words in which a difference is told, in both languages."""

from __future__ import annotations

from typing import Final

from routing.rehearsal.difference import Group
from routing.rehearsal.hours_change import HOLIDAYS, MADE_UP
from routing.rehearsal.paths import WRONG
from routing.rules.rule import Both

NOTHING: Final = Both("nothing changes for callers", "对来电者没有任何变化")
LOOKED: Final = Both("looked until {last}", "查看到 {last} 为止")

HEADINGS: Final[dict[Group, Both]] = {
    "ends": Both("Callers get elsewhere", "来电走向不同"),
    "hours": Both("Hours", "服务时间"),
    "answers": Both("Who answers", "由谁接听"),
    "rules": Both("Rules", "规则"),
    "heard": Both("Callers hear something else on the way", "途中听到的内容不同"),
    "words": Both("Words", "提示语"),
}

SENTENCES: Final = {
    "elsewhere": Both("{keys}: {old} → {new}   {when}{situation}", "{keys}：{old} → {new}　{when}{situation}"),
    "heard": Both(
        "{keys}: hears {come} instead of {gone}{situation}", "{keys}：听到 {come}，不再是 {gone}{situation}"
    ),
    "heard-more": Both("{keys}: hears {come} as well{situation}", "{keys}：另外听到 {come}{situation}"),
    "heard-less": Both("{keys}: no longer hears {gone}{situation}", "{keys}：不再听到 {gone}{situation}"),
    "open": Both(
        "{lines}: {since}open {days} {new} (was {old}){until}", "{lines}：{since}{days} {new} 开放（原为{old}）{until}"
    ),
    "closed": Both(
        "{lines}: {since}closed {days} (was {old}){until}", "{lines}：{since}{days}不开放（原为{old}）{until}"
    ),
    "number": Both("the hotline's number is {new} (was {old})", "热线号码为 {new}（原为 {old}）"),
    "line-added": Both("new line {name} ({line}), open {hours}", "新增热线 {name}（{line}），开放时间：{hours}"),
    "line-removed": Both("line {name} ({line}) is gone", "取消热线 {name}（{line}）"),
    "renamed": Both("{id} is called {new} (was {old})", "{id} 改名为 {new}（原为 {old}）"),
    "agent-added": Both("new agent {name} ({agent}) on {lines}", "新增座席 {name}（{agent}）：{lines}"),
    "agent-removed": Both("agent {name} ({agent}) is gone", "取消座席 {name}（{agent}）"),
    "agent-lines": Both("{name} ({agent}) answers {new} (was {old})", "{name}（{agent}）接听 {new}（原为 {old}）"),
    "outside-added": Both("{name} has the outside number {number}", "{name} 新增外线 {number}"),
    "outside-removed": Both("{name} has no outside number any more (was {number})", "{name} 取消外线（原为 {number}）"),
    "outside-number": Both("{name} dials {new} (was {old})", "{name} 外线改为 {new}（原为 {old}）"),
    "direct": Both("direct mode is {on}: {means}", "人工直通{on}：{means}"),
    "front-added": Both("new front message {front}, off until it is turned on", "新增紧急通知 {front}，打开以后才播放"),
    "front-removed": Both("front message {front} is gone", "取消紧急通知 {front}"),
    "front-times": Both("front message {front} is heard {since}–{until}", "紧急通知 {front} 播放时间：{since}–{until}"),
    "rule": Both("{name}: {rule} {new} (was {old})", "{name}：{rule} {new}（原为 {old}）"),
    "words": Both("{prompt}:\n    - {old}\n    + {new}", "{prompt}：\n    - {old}\n    + {new}"),
    "words-added": Both("{prompt}: + {words}", "{prompt}：+ {words}"),
    "words-removed": Both("{prompt}: - {words}", "{prompt}：- {words}"),
}  # fmt: skip

KINDS: Final = {
    "line": Both("{name}", "{name}"),
    "outside": Both("{name} (outside)", "{name}（外线）"),
    "message": Both("message", "留言"),
    "information": Both("information", "录音"),
    "callback": Both("callback", "回拨"),
    "hangup": Both("the end", "挂机"),
    "asked": Both("asked on at {line}", "继续提问 {line}"),
}

DAYS: Final = {
    "every-day": Both("every day", "每天"), "workdays": Both("on workdays", "工作日"),
    "days-off": Both("on weekends and holidays", "周末和节假日"), "weekdays": Both("Monday to Friday", "周一至周五"),
    "weekends": Both("on weekends", "周末"), HOLIDAYS: Both("on public holidays", "法定节假日"),
    MADE_UP: Both("on make-up workdays", "调休上班日"), "mon": Both("on Mondays", "周一"),
    "tue": Both("on Tuesdays", "周二"), "wed": Both("on Wednesdays", "周三"), "thu": Both("on Thursdays", "周四"),
    "fri": Both("on Fridays", "周五"), "sat": Both("on Saturdays", "周六"), "sun": Both("on Sundays", "周日"),
}  # fmt: skip

AS_KINDS: Final = {"days off": "days-off", "every day": "every-day"}
"""As hours are written → kinds of days."""

RULES: Final = {
    "maximum_wait": Both("longest wait", "最长等候"), "at_closing": Both("at closing, those who wait", "下班时等候者"),
    "ring": Both("a phone rings", "振铃"), "wrap_up": Both("rest after a talk", "通话后整理"),
    "priority": Both("priority", "优先级"), "position": Both("tells how many wait", "播报排队人数"),
    "refuse": Both("key against recording", "拒绝录音的按键"), "confidential": Both("confidential", "保密"),
    "listeners": Both("may be heard by", "可旁听的班长"),
    "record": Both("talks are recorded", "通话录音"), "survey": Both("survey", "满意度调查"),
    "owner": Both("belongs to", "所属单位"), "simultaneous": Both("outside calls at once", "外线并发"),
    "digits": Both("digits", "位数"), "terminator": Both("key that ends a number", "结束键"),
    "wait": Both("silence counts after", "等待按键"), "limit": Both("longest message", "留言时长"),
    "silence": Both("own rule for silence", "静音规则"), "wrong": Both("own rule for wrong keys", "错键规则"),
    "answers": Both("answers", "选项"), "days": Both("remembers days", "记住天数"), "name": Both("name", "名称"),
    "thanks": Both("says after a message", "留言后提示"),
    "apology": Both("says when it fails a caller", "故障时提示"),
    "may_dial": Both("may dial", "允许外拨"), "busy": Both("says to those who wait", "等候提示"),
    "comfort": Both("says to those who still wait", "继续等候提示"),
    "silence-tries": Both("silences borne", "静音次数"),
    "silence-say": Both("says after silence", "静音提示"),
    "silence-last": Both("says after the last silence", "末次静音提示"),
    "wrong-tries": Both("wrong keys borne", "错键次数"), "wrong-say": Both("says after a wrong key", "错键提示"),
    "wrong-last": Both("says after the last wrong key", "末次错键提示"),
    "strategy": Both("rings first", "先呼叫谁"), "at_once": Both("rings together", "同时呼叫人数"),
    "widen": Both("levels rung later", "后呼叫的级别"), "sticky": Both("waits for the last agent", "等上次的座席"),
    "language_wait": Both("waits for a speaker of the language", "等会该语言的座席"),
    "keep_free": Both("agents kept free for it", "保留座席数"), "urgent": Both("before all others", "先于其他热线"),
    "talk_warning": Both("warns of talks longer than", "通话超时提醒"), "hold_limit": Both("longest hold", "最长保持"),
    "estimate": Both("tells the expected wait", "播报预计等候"), "tell_every": Both("tells every", "播报间隔"),
    "keys": Both("keys while waiting", "等候时按键"), "limits": Both("gives callers up when", "等候限制"),
    "callback": Both("calls back", "可预约回拨"), "first": Both("callback rings first", "回拨先呼叫"),
    "tries": Both("tries to call back", "回拨次数"), "retry": Both("calls back again after", "再次回拨间隔"),
    "expires": Both("gives a callback up after", "回拨有效期"), "numbers": Both("calls back to", "可回拨号码"),
    "abandoned": Both("calls back who hung up after", "挂机后也回拨（等候超过）"),
    "greeting": Both("says when it calls back", "回拨时提示"),
    "notice": Both("tells the agent of a callback", "回拨时告知座席"),
    "head_start": Both("a point of priority is worth", "每级优先相当于早来"),
    "most_head_start": Both("priority is worth at most", "优先最多相当于早来"),
    "phones": Both("phones", "话机"), "speaks": Both("speaks", "会说"), "shift": Both("shift", "班次"),
    "caller-limits": Both("limits of callers", "来电限制"),
    "behind": Both("slow lane is behind by", "排到最后相当于晚来"),
    "trusted": Both("trusts", "信任的号码"), "direct": Both("kept places for calls to", "保留线路的号码"),
    "blocked_direct": Both("who is blocked may call direct numbers", "被拦截的可打保留线路"),
    "prove": Both("asks callers to press a key", "请来电者按键确认"),
    "calls": Both("outside calls a day", "每天外拨次数"), "minutes": Both("outside minutes a day", "每天外拨分钟"),
    "agent_calls": Both("outside calls a day of an agent", "每位座席每天外拨次数"),
    "agent_minutes": Both("outside minutes a day of an agent", "每位座席每天外拨分钟"),
    "international": Both("may dial abroad", "允许拨打境外"),
    "mistakes": Both("mistakes borne in a call", "查询时可错次数"),
    "mistakes_an_hour": Both("mistakes borne in an hour", "查询时每小时可错次数"),
    "mistakes_a_day": Both("mistakes borne in a day", "查询时每天可错次数"),
    "unmatched": Both("says when nothing fits", "查不到时提示"),
    "unavailable": Both("says when nothing can be looked up", "暂时不能查询时提示"),
    "leader": Both("is a shift leader", "班长"), "breaks": Both("reasons for a break", "小休原因"),
}  # fmt: skip

VALUES: Final = {
    "stay": Both("stay", "继续接听"), "leave": Both("leave", "转录音留言"),
    "longest_idle": Both("who is free longest", "空闲最久的"),
    "fewest_calls": Both("who answered fewest calls today", "今天接得最少的"),
    "least_busy": Both("who was least busy today", "今天最不忙的"), "round_robin": Both("in turn", "轮流"),
    "level": Both("the best level", "级别最好的"), "fixed_order": Both("in the file's order", "按文件里的顺序"),
    "agent": Both("the agent", "座席"), "caller": Both("the caller", "来电者"),
}  # fmt: skip
"""Words of closed lists, as people say them."""

SITUATIONS: Final = {
    "caller": Both("called from {of}", "来电号码 {of}"), "nobody": Both("nobody on shift at {of}", "{of} 无人在岗"),
    "wait": Both("long wait at {of}", "{of} 等候过长"), "front": Both("front message {of} on", "紧急通知 {of} 打开时"),
    "last": Both("talked with {of} before", "此前咨询过 {of}"),
}  # fmt: skip

AFTERWARDS: Final = {
    "t": Both("after the talk", "通话以后"), "o": Both("given up by the line", "热线未能接听"),
    "c": Both("closed while waiting", "等候时下班"), ".": Both("then nothing", "不再按键"),
    "b": Both("callback booked", "预约了回拨"),
    "s": Both("heard how the order stands", "听到办理结果"), "u": Both("could not be told", "查不到"),
    **{f"o{n}": Both(f"given up for limit {n}", f"触发第 {n} 条限制") for n in range(1, 10)},
    WRONG: Both("then wrong keys", "按错键"),
}  # fmt: skip
