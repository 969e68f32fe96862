"""Every metric of the hotline: the one list from which all are made, and from which their page is written.

Names follow Prometheus's conventions: base units in the name, `_total` for what only grows. Every label's values are a
closed list, ours or the plan's: no caller, agent or number makes a series.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from acd.agent import Presence
from acd.signals import AlertKind
from hotline.alarms import AlarmKind
from hotline.live import Result
from hotline.metrics.family import Family, Kind, Label
from hotline.testcalls.verdict import Result as Tested
from ivr.door.verdict import Why
from ivr.outbound import Capped
from ivr.outcomes import CallbackEnd, OfferResult, Outcome, Reason, StatusResult, WaitEnd
from ivr.reconcile import Repair
from paperwork.orders.state import State
from paperwork.orders.words import Clock
from paperwork.reports.due import NAMES
from paperwork.reports.rise import Grade

WITHIN: Final = 15.0
"""Seconds in which a caller should have an answer; also an edge of the wait histogram."""
WAITS: Final = (5.0, 10.0, WITHIN, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0)
TALKS: Final = (15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)

KEYS: Final = (*"0123456789*#", "silence", "none")
"""What came of a step: a key, silence where one was waited for, or a step that asks for none."""
TARGETS: Final = ("line", "agent", "number")
YES_NO: Final = ("yes", "no")
REQUESTS: Final = (
    *("answered_in_time", "answered_late", "abandoned", "abandoned_soon"),
    *("booked", "chose", "given_up", "failed"),
)
"""How asking for a line turned out: the classes of the connect rate's formula, two of them in halves."""
FOLDERS: Final = ("state", "recordings")
CERTIFICATES: Final = ("web", "trunk", "phones")


def _label(name: str, english: str, chinese: str, values: object = ()) -> Label:
    return Label(name, english, chinese, tuple(str(value) for value in values))  # type: ignore[attr-defined]


_LINE = _label(
    "line", "a line of the plan, or `other` for one that it no longer has", "方案中的热线；已不在方案中的为 other"
)
_NODE = _label("node", "a node of the plan, or `other`", "方案中的节点；已不在方案中的为 other")
_KEY = _label(
    "key", "the key, `silence`, or `none` where no key was waited for", "按键；silence 为未按，none 为无需按键", KEYS
)
_PRESENCE = _label("presence", "what an agent is doing", "坐席状态", Presence)
_BREAK = _label("reason", "a reason of ours or of the plan, or `other`", "系统或方案给出的原因，其余为 other")
_OUTCOME = _label("outcome", "how the call ended for the caller", "来电结果", Outcome)
_REASON = _label("reason", "why it ended so", "结束原因", Reason)
_OFFER = _label("result", "what became of the ringing", "振铃结果", OfferResult)
_WAIT_END = _label("why", "why the waiting ended", "等待结束的原因", WaitEnd)
_REQUEST = _label("turn", "how it turned out, by the connect rate's formula", "按接通率公式归类的结果", REQUESTS)
_TO = _label("to", "where to", "去向", TARGETS)
_WARM = _label("warm", "whether the agent asked first", "是否先咨询后转接", YES_NO)
_AGAIN = _label("again", "whether the talk went on", "通话是否接续", YES_NO)
_CALLBACK = _label("end", "why it is done with", "结束原因", CallbackEnd)
_STATUS = _label("result", "what the caller heard", "查询结果", StatusResult)
_WHY = _label("reason", "why", "原因", Why)
_CAP = _label("cap", "which limit of the day", "达到的当日上限", Capped)
_ALERT = _label("kind", "of what", "种类", AlertKind)
_ALARM = _label("kind", "what is wrong", "故障种类", AlarmKind)
_TESTED = _label("result", "what was heard", "听到的结果", Tested)
_RELOAD = _label("result", "what came of the wish", "结果", Result)
_REPAIR = _label("what", "what was done", "修复动作", Repair)
_STATE = _label("state", "how far the order has come", "工单状态", (state for state in State if state.open))
_CLOCK = _label("clock", "which clock", "时限种类", Clock)
_REPORT = _label("report", "which report", "报表", NAMES)
_GRADE = _label("grade", "how far", "程度", (grade for grade in Grade if grade is not Grade.NONE))
_OF = _label("of", "whose certificate", "证书用途", CERTIFICATES)
_FOLDER = _label("folder", "of which folder", "目录", FOLDERS)


def _counter(name: str, english: str, chinese: str, *labels: Label) -> Family:
    return Family(f"hotline_{name}", Kind.COUNTER, english, chinese, labels)


def _gauge(name: str, english: str, chinese: str, *labels: Label) -> Family:
    return Family(f"hotline_{name}", Kind.GAUGE, english, chinese, labels)


def _histogram(name: str, english: str, chinese: str, buckets: tuple[float, ...], *labels: Label) -> Family:
    return Family(f"hotline_{name}", Kind.HISTOGRAM, english, chinese, labels, buckets)


# ── calls ───────────────────────────────────────────────────────────────────

CALLS = _counter("calls", "Calls that ended.", "已结束的来电。", _OUTCOME, _REASON)
CALLS_IN_PROGRESS = _gauge("calls_in_progress", "Calls that live.", "正在进行的来电。")
TEST_CALLS = _counter(
    "test_calls",
    "Calls of our own that ended, made to see that all works; nothing else counts them.",
    "已结束的自检呼叫；其他指标都不计入。",
    _OUTCOME,
)
SYNTHETIC_CALLS = _counter(
    "synthetic_calls", "Test calls of the synthetic caller, by what it heard.", "自检呼叫，按听到的结果。", _TESTED
)
SYNTHETIC_LAST = _gauge(
    "synthetic_call_last_timestamp_seconds",
    "When the synthetic caller called last; 0: not since the start.",
    "最近一次自检呼叫的时间；启动后还没有为 0。",
)
SYNTHETIC_EVERY = _gauge(
    "synthetic_call_interval_seconds",
    "Seconds between two calls of the synthetic caller; 0: it is off.",
    "自检呼叫的间隔秒数；0 为不呼叫。",
)
MESSAGES = _counter("messages", "Messages that callers left.", "来电人留言。")
STATUS_ASKED = _counter("status_asked", "Orders that callers asked for by keys.", "来电人按键查询工单。", _STATUS)
FLAGGED_CALLS = _counter("flagged_calls", "Calls marked as of high risk.", "标为高风险的来电。")

# ── menus ───────────────────────────────────────────────────────────────────

MENU_STEPS = _counter(
    "menu_steps",
    "Steps of the plan that callers walked, by what they did.",
    "来电人走过的菜单步骤及其按键。",
    _NODE,
    _KEY,
)
MENU_HANG_UPS = _counter(
    "menu_hang_ups",
    "Calls hung up in the menus, by the node that they were hung up in; `other` when the plan has it no more.",
    "在菜单中挂断的来电，按挂断时所在的节点；现行方案中没有该节点的为 other。",
    _NODE,
)

# ── lines ───────────────────────────────────────────────────────────────────

REQUESTS_OF_LINE = _counter(
    "line_requests",
    "Callers who asked for a line, by how it turned out: the same rules as the connect rate of the reports.",
    "来电人请求热线的结果，归类规则与报表的接通率相同。",
    _LINE,
    _REQUEST,
)
REQUESTS_IN_ALL = _counter(
    "requests",
    "Callers who asked for any line, each once, by how it turned out: the connect rate's own count.",
    "请求过任一热线的来电，每个只计一次：接通率的计数。",
    _REQUEST,
)
CONNECT_RATE = _gauge(
    "connect_rate_24h_ratio",
    "Answered of offered of the last 24 hours, by the published formula; absent while nobody asked.",
    "最近二十四小时的接通率（按公布的公式）；无人请求时不出现。",
)
REQUESTS_OF_RATE = _gauge(
    "connect_rate_24h_requests",
    "Offered in the last 24 hours: of how many that rate is.",
    "最近二十四小时计入接通率的请求数：这个比率以多少为分母。",
)
LINE_CALLS = _counter("line_calls", "Calls that joined a line.", "进入热线排队的来电。", _LINE)
ANSWERED_IN_TIME = _counter(
    "answered_within_15_seconds", "Calls of a line answered within 15 seconds.", "十五秒内接听的来电。", _LINE
)
WAIT_SECONDS = _histogram(
    "wait_seconds", "From joining a line to leaving it.", "从进入排队到离开排队的时间。", WAITS, _LINE
)
TALK_SECONDS = _histogram("talk_seconds", "Talk.", "通话时间。", TALKS, _LINE)
WAITING_CALLS = _gauge("waiting_calls", "Callers waiting.", "正在等待的来电。", _LINE)
LONGEST_WAIT = _gauge(
    "longest_wait_seconds", "How long the longest waiting caller has waited.", "等待最久者已等待的时间。", _LINE
)
EXPECTED_WAIT = _gauge(
    "expected_wait_seconds",
    "What a new caller would wait; absent for a line of which it cannot be told.",
    "新来电的预计等待；无法估计时不出现。",
    _LINE,
)
LINE_EMPTY = _gauge("line_empty", "1 while the line is open with nobody on shift.", "热线开放而无人在岗时为 1。", _LINE)
LINE_SOON_EMPTY = _gauge(
    "line_soon_empty",
    "1 while nobody will be on shift for the line within ten minutes.",
    "十分钟内热线将无人在岗时为 1。",
    _LINE,
)
GIVEN_UP = _counter("given_up", "Waiting calls that a line gave up.", "热线放弃等待的来电。", _WAIT_END)

# ── agents ──────────────────────────────────────────────────────────────────

AGENTS = _gauge("agents", "Agents by what they are doing.", "各状态的坐席数。", _PRESENCE)
AGENTS_ON_BREAK = _gauge("agents_on_break", "Agents on a break.", "小休中的坐席。", _BREAK)
AGENT_PHONES = _gauge(
    "agent_phones",
    "Telephones of agents by whether they can be rung.",
    "坐席话机，按是否可振铃。",
    _label("up", "whether it can be rung", "是否可振铃", YES_NO),
)
OFFERS = _counter("offers", "Phones rung for callers.", "为来电振铃的话机。", _OFFER)
OFFERS_RINGING = _gauge("offers_ringing", "Phones that ring for callers now.", "正在振铃的话机。")
TALKS_NOW = _gauge("talks", "Talks that go on.", "正在进行的通话。")
HOLDS = _counter("holds", "Callers who were put on hold.", "被保持的来电。")
HOLDS_TOO_LONG = _counter("holds_too_long", "Holds that reached the line's limit.", "达到上限的保持。")
TRANSFERS = _counter("transfers", "Callers passed on.", "转接的来电。", _TO, _WARM)
TRANSFERS_BACK = _counter("transfers_back", "Callers whom nobody took there.", "转接后无人接听而返回的来电。", _TO)
AGENTS_AWAY = _counter("agents_away", "Talks out of which an agent's page was gone.", "坐席页面中途离开的通话。")
AGENTS_BACK = _counter("agents_back", "Pages of them that came back, or did not.", "其中页面返回与否。", _AGAIN)
FLOOR_ALERTS = _counter("floor_alerts", "What somebody on the floor should know of.", "现场告警。", _ALERT)
IMPOSSIBLE_STATES = _counter(
    "impossible_states", "States of the floor that cannot be, met and mended.", "遇到并已修复的不可能状态。"
)

# ── callbacks ───────────────────────────────────────────────────────────────

CALLBACKS_BOOKED = _gauge("callbacks_booked", "Callbacks that are booked and not done with.", "已预约、未完成的回拨。")
CALLBACKS_CLOSED = _counter("callbacks_closed", "Callbacks that are done with.", "已结束的回拨。", _CALLBACK)

# ── the door, and calls outside ─────────────────────────────────────────────

CALLS_REJECTED = _counter("calls_rejected", "Calls that were not let in.", "未放入的来电。", _WHY)
CALLS_REJECTED_SILENTLY = _counter(
    "calls_rejected_without_words", "Those of them who got the busy tone alone.", "其中只听到忙音的来电。"
)
CALLS_SLOWED = _counter("calls_slowed", "Calls that went behind all others.", "被排到最后的来电。", _WHY)
CALLS_ADMITTED = _gauge("calls_admitted", "Callers who are inside.", "已放入的来电。")
ADMISSION_PLACES = _gauge("admission_places", "Callers who are let in at the same time.", "同时放入的上限。")
ADMISSION_PLACES_KEPT = _gauge(
    "admission_places_kept", "Of those places, the ones for priority calls.", "其中为优先来电保留的名额。"
)
ADMISSION_RATE = _gauge(
    "admission_rate", "Arrivals a second that are let in; falls under load.", "每秒放入的来电数；高负载时下降。"
)
NUISANCE_LISTED = _gauge(
    "nuisance_listed", "Numbers and beginnings of numbers on the nuisance list.", "骚扰名单中的号码与号段。"
)
ATTACK_SWITCH = _gauge("attack_switch_on", "1 while a shift leader has the attack switch on.", "防攻击开关打开时为 1。")
OUTBOUND_CALLS = _gauge("outbound_calls_today", "Outside numbers dialled today.", "今日外呼次数。")
OUTBOUND_SECONDS = _gauge("outbound_seconds_today", "Time with outside numbers today.", "今日外呼时长。")
OUTBOUND_REFUSED = _counter(
    "outbound_refused", "Outside numbers that were not dialled, for a limit of the day.", "因当日上限未拨的外呼。", _CAP
)
BANNED_ADDRESSES = _gauge("banned_addresses", "Addresses whose SIP is refused.", "被拒绝 SIP 的地址。")
BANS = _counter("bans", "Bans that the engine began.", "引擎发起的封禁。")
REQUESTS_IN_VAIN = _counter("requests_in_vain", "SIP requests of nobody known.", "未知来源的 SIP 请求。")

# ── paperwork ───────────────────────────────────────────────────────────────

ORDERS_OPEN = _gauge("orders_open", "Work orders that are not closed.", "未归档的工单。", _STATE)
ORDERS_OVERDUE = _gauge("orders_overdue", "Those of them whose clock has run out.", "其中超时的工单。", _CLOCK)
ANSWERS_INCOMPLETE = _gauge(
    "answers_incomplete",
    "Answer records that lack something though their call is over.",
    "来电已结束而未填全的答复记录。",
    _LINE,
)
ANSWERS_LATE = _gauge(
    "answers_late", "Those of them that are incomplete for longer than the rules allow.", "其中超过规定时间的。", _LINE
)
MESSAGES_UNTOUCHED = _gauge(
    "messages_untouched",
    "Messages of callers that nobody has taken up in the time that the rules of the paperwork give.",
    "超过受理时限仍无人受理的留言。",
)

REPORTS_OVERDUE = _gauge(
    "reports_overdue",
    "Reports whose due day is over and that nobody signed.",
    "过了上报日期仍无人签发的报表。",
    _REPORT,
)
RADAR_TOPICS = _gauge(
    "radar_topics", "Topics that rise beyond their usual range today.", "今日超出通常范围的话题。", _GRADE
)

# ── recordings and the disk ─────────────────────────────────────────────────

RECORDINGS_SEALED = _counter("recordings_sealed", "Recordings that were encrypted.", "已加密的录音。")
RECORDINGS_PLAIN = _gauge(
    "recordings_plain", "Recordings of ended calls not yet encrypted.", "来电已结束而未加密的录音。"
)
SEALING_ALARM = _gauge("sealing_alarm", "1 while recordings cannot be encrypted.", "录音无法加密时为 1。")
RECORDING_PAUSES = _counter("recording_pauses", "Recordings that an agent paused.", "坐席暂停的录音。")
DISK_FREE = _gauge("disk_free_bytes", "What may still be written.", "可写的剩余空间。", _FOLDER)
DISK_RESERVE = _gauge("disk_reserve_bytes", "Below so much free no talk is recorded.", "低于此剩余空间时不再录音。")

# ── journal, database, plan ─────────────────────────────────────────────────

JOURNAL_LAG = _gauge("journal_lag_entries", "Facts not yet written.", "尚未写入的事件。")
JOURNAL_SPILLED = _counter("journal_spilled", "Facts that waited in a file.", "曾在文件中等待的事件。")
JOURNAL_REFUSED = _counter("journal_refused", "Facts that the database would not take.", "数据库拒绝的事件。")
JOURNAL_LOST = _counter("journal_lost", "Facts that nothing would take.", "无处可写的事件。")
DATABASE_UP = _gauge("database_up", "1 while the database answers.", "数据库有应答时为 1。")
DATABASE_SECONDS = _gauge("database_answer_seconds", "How long its last answer took.", "数据库最近一次应答的时间。")
PLAN_RELOADS = _counter("plan_reloads", "Wishes to change the plan.", "更换方案的请求。", _RELOAD)
PLAN_VERSION = _gauge(
    "plan_version_info",
    "1, labelled with the live version.",
    "恒为 1，标签为现行版本。",
    _label("number", "which it is", "序号"),
    _label("version", "what calls note", "来电所记的版本"),
)
PLAN_REFUSED = _gauge(
    "plan_refused",
    "1 while the files in the config folder are refused and an older plan serves.",
    "配置目录中的文件被拒绝、沿用旧方案时为 1。",
)
PLAN_LOADED = _gauge(
    "plan_loaded_timestamp_seconds",
    "When the live plan became so, since 1970.",
    "现行方案生效的时刻（1970 年起的秒数）。",
)
FRONT_MESSAGE = _gauge(
    "front_message_on", "1 while every caller hears an emergency message first.", "来电先听到应急公告时为 1。"
)

# ── terms that run out ──────────────────────────────────────────────────────

CALENDAR_SECONDS = _gauge(
    "calendar_left_seconds",
    "Until the last day whose workdays and holidays are known.",
    "距节假日安排已知的最后一天的时间。",
)
CERTIFICATE_SECONDS = _gauge(
    "certificate_left_seconds",
    "Until a certificate expires; absent without one.",
    "证书到期前的时间；没有证书时不出现。",
    _OF,
)
BACKUP_MADE = _gauge(
    "backup_last_timestamp_seconds",
    "When the last backup was made (`hotline backup`); absent before the first.",
    "最近一次备份的时间（`hotline backup`）；从未备份时不出现。",
)

# ── switch ──────────────────────────────────────────────────────────────────

ARI_LINK_UP = _gauge("ari_link_up", "1 while Asterisk's events arrive.", "收得到 Asterisk 事件时为 1。")
ARI_QUEUE = _gauge("ari_event_queue_depth", "Asterisk's events not yet handled.", "尚未处理的 Asterisk 事件。")
ARI_TRIP = _gauge(
    "ari_order_seconds", "How long Asterisk takes to carry an order out, lately.", "Asterisk 近来执行一个命令的时间。"
)
SWITCH_CHANNELS = _gauge("switch_channels", "Channels that Asterisk holds.", "Asterisk 的通道数。")
SWITCH_UPTIME = _gauge("switch_uptime_seconds", "How long Asterisk runs.", "Asterisk 已运行的时间。")
SWITCH_TASKS = _gauge(
    "switch_tasks_waiting",
    "Tasks in the longest of Asterisk's queues; from 500 on it ignores SIP.",
    "Asterisk 最长任务队列中的任务数；达到 500 即忽略 SIP。",
)
TRUNK_UP = _gauge(
    "trunk_up",
    "1 while the carrier answers, 0 when it does not; absent when it is not asked.",
    "运营商有应答为 1，无应答为 0；未探测时不出现。",
)
TRUNK_REGISTERED = _gauge(
    "trunk_registered",
    "1 while we are registered with the carrier; absent without a registration.",
    "已在运营商注册为 1；无需注册时不出现。",
)
REPAIRS = _counter("repairs", "States that could not be, mended by the reconciler.", "对账程序修复的不一致。", _REPAIR)

# ── the house ───────────────────────────────────────────────────────────────

ALARM = _gauge("alarm", "1 while the alarm stands.", "告警存在时为 1。", _ALARM)
ALARMS_RAISED = _counter("alarms_raised", "How often alarms were raised.", "告警次数。", _ALARM)
BUILD_INFO = _gauge(
    "build_info", "1, labelled with the version.", "恒为 1，标签为版本。", _label("version", "ours", "版本")
)
LOOP_LATE = _gauge(
    "loop_late_seconds",
    "How late the engine's loop was at worst within the last second.",
    "最近一秒内事件循环的最大延迟。",
)
TASKS = _gauge("tasks", "Tasks of the engine's loop.", "事件循环中的任务数。")
DESKS = _gauge("desks_connected", "Pages that hear of the floor live.", "实时连接的页面数。")

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {one.name: one for one in list(globals().values()) if isinstance(one, Family)}
)
"""By name, in the order of the page."""
