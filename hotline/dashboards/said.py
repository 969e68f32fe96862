"""What the values of labels are called in Chinese, where they stand alone as a legend; in English they are words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paperwork.orders.state import State
from paperwork.orders.words import Clock

SAID: Final[Mapping[str, Mapping[str, str]]] = {
    "presence": {
        "offline": "离线",
        "ready": "就绪",
        "offered": "振铃",
        "talking": "通话",
        "wrap_up": "整理",
        "break": "小休",
    },
    "outcome": {
        "talked": "已接通",
        "message": "已留言",
        "informed": "已听取录音",
        "abandoned": "等待中挂机",
        "left": "选择前挂机",
        "callback": "已预约回电",
        "unanswered": "未接听",
        "failed": "故障",
        "rejected": "未放入",
    },
    "turn": {
        "answered_in_time": "十五秒内接听",
        "answered_late": "十五秒后接听",
        "abandoned": "等待中挂机",
        "abandoned_soon": "很快挂机",
        "booked": "预约回电",
        "chose": "自行改选",
        "given_up": "热线放弃",
        "failed": "故障",
    },
    "result": {
        "answered": "接听",
        "refused": "拒绝",
        "unanswered": "未接",
        "unreachable": "不可达",
        "withdrawn": "收回",
        "told": "已告知",
        "unmatched": "不符",
        "late": "来不及",
        "failed": "失败",
        "done": "已更换",
        "unchanged": "无变化",
    },
    "up": {"yes": "可振铃", "no": "不可振铃"},
    "again": {"yes": "已返回", "no": "未返回"},
    "to": {"line": "热线", "agent": "坐席", "number": "外部号码"},
    "end": {
        "reached": "已接通",
        "not_reached": "未接通",
        "expired": "过期",
        "called_in": "本人已来电",
        "cancelled": "已取消",
        "line_gone": "热线已撤",
    },
    "kind": {"phone_failed": "话机故障", "long_talk": "通话过长", "mended": "已修复"},
    "state": {str(state): state.label for state in State},
    "clock": Clock.choices(),
    "grade": {"raised": "偏高", "strong": "很高"},
    "folder": {"state": "数据", "recordings": "录音"},
    "of": {"web": "网页", "trunk": "中继", "phones": "话机"},
    "why": {
        "connected": "已接通",
        "caller_left": "来电人挂机",
        "maximum_wait": "等待到上限",
        "nobody_on_shift": "无人在岗",
        "outside_failed": "外部号码失败",
        "closed": "热线关闭",
        "expected_wait": "预计等待过长",
        "too_many": "排队已满",
        "nobody_ready": "无人可接",
        "agent_away": "坐席离开",
        "key_pressed": "来电人按键",
        "booked": "预约回电",
        "media_lost": "媒体中断",
        "engine_stopped": "引擎停止",
    },
    "reason": {
        "calls": "名额已满",
        "rate": "来得太快",
        "late": "引擎延迟",
        "backlog": "事件积压",
        "orders": "交换机慢",
        "number": "号码过频",
        "prefix": "号段过频",
        "withheld": "无号码",
        "nuisance": "骚扰名单",
        "attack": "防攻击",
        "no_proof": "未按键",
        "own_wish": "自愿",
        "unanswered": "未接",
        "refused": "拒接",
        "unreachable": "不可达",
        "other_call": "另有通话",
    },
    "warm": {"yes": "先咨询", "no": "直接转"},
    "cap": {"calls": "次数", "minutes": "时长", "agent_calls": "个人次数", "agent_minutes": "个人时长"},
}
"""Label → value → Chinese."""


def said(label: str, value: str) -> str:
    """A value in Chinese, or as it is."""
    return SAID.get(label, {}).get(value, value)
