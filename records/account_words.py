"""The words of an account, in Chinese and in English: what each fact and each reason is called."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from acd.decision import Bar
from acd.line import Strategy
from ivr.door.verdict import Why
from ivr.events import Attendance
from ivr.inquiry import Standing
from ivr.outcomes import CallbackEnd, ConsultationEnd, OfferResult, Outcome, Party, Reason, WaitEnd


class Language(IntEnum):
    """Place of a language in each pair of words."""

    ZH = 0
    EN = 1


Words = tuple[str, str]

SENTENCES: Final[Mapping[str, Words]] = {
    "arrived": ("{number} 拨打 {dialled}，用方案 {plan} 接待。", "{number} called {dialled}; plan {plan} serves it."),
    "withheld": ("未显示的号码", "A withheld number"),
    "screened_open": ("先请来电人按键确认：{why}。", "The caller was first asked to press a key: {why}."),
    "screened_slow": ("排到其他来电之后：{why}。", "It went behind all other calls: {why}."),
    "screened_away": ("没有接入，播放忙音提示：{why}。", "It was not let in and heard that all is busy: {why}."),
    "screened_untold": ("没有接入，只有忙音：{why}。", "It was not let in and got the busy tone: {why}."),
    "adopted": ("服务程序重新启动，接着处理这通来电。", "The engine was started anew and went on with the call."),
    "answered": ("接听。", "We picked up."),
    "key": ("在“{node}”按 {key}。", "Pressed {key} at “{node}”."),
    "silence": ("在“{node}”没有按键。", "Pressed nothing at “{node}”."),
    "step": ("播放“{node}”。", "Heard “{node}”."),
    "digits": ("在“{node}”输入 {digits}。", "Typed {digits} at “{node}”."),
    "no_digits": ("在“{node}”没有输入。", "Typed nothing at “{node}”."),
    "status_told": ("查询工单 {order}：听到“{standing}”。", "Asked for order {order} and heard: {standing}."),
    "status_unmatched": (
        "查询工单：编号和电话号码后四位对不上。",
        "Asked for an order: its number and the end of a telephone number did not fit.",
    ),
    "status_refused": ("查询工单：出错次数过多，没有再查。", "Asked for an order: no more after so many mistakes."),
    "status_late": ("查询工单：系统没有及时答复。", "Asked for an order: the look-up took too long."),
    "status_failed": ("查询工单：无法查询。", "Asked for an order: nothing could be looked up."),
    "survey": ("对通话的评价：{answer}。", "Judged the talk: {answer}."),
    "reached": ("按键到达：{what}（{open}，{why}）。", "The keys led to {what} ({open}: {why})."),
    "waits_first": ("开始等候{line}，前面没有人。", "Began to wait on {line}, nobody ahead."),
    "waits": ("开始等候{line}，前面有 {ahead} 位。", "Began to wait on {line}, {ahead} ahead."),
    "wait_over": ("在{line}等了 {lasted}：{end}。", "Waited {lasted} on {line}: {end}."),
    "rang": ("振铃 {agents}（{line}，等了 {waited}）。", "Rang {agents} ({line}, after {waited})."),
    "rang_outside": (
        "{line}没有座席可接，拨外线号码（等了 {waited}）。",
        "No agent of {line} could be rung, so its outside number was (after {waited}).",
    ),
    "held": ("{line}暂时没有可以振铃的座席（已等 {waited}）。", "Nobody could be rung on {line} (after {waited})."),
    "ahead_held": (
        "前面还有 {ahead} 位，先接他们。",
        "{ahead} waited ahead and are served first.",
    ),
    "ahead_rang": (
        "前面的 {ahead} 位已有话机在响，或者在等别的座席。",
        "Phones rang already for the {ahead} ahead, or they waited for other agents.",
    ),
    "urgent": ("这是紧急来电，先于其他来电。", "The call is urgent and goes before others."),
    "priority": ("优先分 {priority}。", "Its priority was {priority}."),
    "only_one": ("当时只有 {first} 能接（{by}）。", "{first} was the only one who could take it ({by})."),
    "first_of": (
        "按“{strategy}”，{first}（{by}）排第一，其次是 {second}（{second_by}）；共 {count} 人能接。",
        "By “{strategy}”, {first} ({by}) came first and {second} ({second_by}) second, of {count} who could take it.",
    ),
    "failed_before": (
        "{agents} 此前没有接起这通来电，排在后面。",
        "{agents} had not answered this call before and came last.",
    ),
    "over": (
        "该座席还服务{lines}，那里排在最前的来电按等候时间和优先分排在这一通之后。",
        "They serve {lines} too, where the first call had a lesser claim.",
    ),
    "barred": ("没有振铃的：{barred}。", "Not rung: {barred}."),
    "offered": ("{phone} 响铃。", "{phone} rings."),
    "offer_ended": ("{agent} {result}，响了 {lasted}。", "{agent} {result} after {lasted}."),
    "talk": ("{agent} 接通，{line}。", "{agent} and the caller talk, {line}."),
    "talk_over": ("通话 {lasted}，{by}。", "They talked for {lasted}; {by}."),
    "no_talk_recorded": ("磁盘空间不足，这次通话不再录音。", "The talk is not recorded further: the disk is filling."),
    "no_message_recorded": (
        "磁盘空间不足，没有录留言，已告知来电人。",
        "No message was taken, and the caller was told: the disk is filling.",
    ),
    "recording_refused": ("来电人不同意录音。", "The caller did not want to be recorded."),
    "recording": ("开始录音。", "Recording began."),
    "recorded": ("录音结束。", "Recording ended."),
    "agent_away": (
        "{agent} 的网页话机断了，请来电人稍等。",
        "The telephone in the page of {agent} was gone: the caller was asked to wait.",
    ),
    "agent_back": (
        "{lasted}后 {agent} 的网络恢复，继续通话。",
        "After {lasted} the network of {agent} was back: they talked on.",
    ),
    "agent_back_again": (
        "{lasted}后 {agent} 的网页重新接通，继续通话。",
        "After {lasted} the page of {agent} was joined again: they talked on.",
    ),
    "recording_paused": ("{agent} 暂停录音。", "{agent} paused the recording."),
    "recording_resumed": ("停录 {lasted} 后恢复录音。", "The recording went on after a pause of {lasted}."),
    "caller_held": ("{agent} 请来电人稍等，播放音乐。", "{agent} put the caller on hold."),
    "caller_back": ("来电人等了 {lasted}，音乐结束。", "The music ended after {lasted}."),
    "held_too_long": ("来电人听音乐超过了上限 {over}。", "The caller was on hold for more than {over}."),
    "passed_on": ("{agent} 把来电转给{to}。", "{agent} passed the caller on to {to}."),
    "passed_on_warm": (
        "{agent} 商量之后把来电转给{to}。",
        "{agent} passed the caller on to {to}, whom they had asked.",
    ),
    "passed_back": ("没有人接，来电转回{to}。", "Nobody took the caller: back to {to}."),
    "consults": ("{agent} 询问{to}，来电人听音乐。", "{agent} asks {to} while the caller is on hold."),
    "consulted": ("{agent} 应答，与座席商量。", "{agent} answered and talks with the agent."),
    "consultation_over": ("商量结束，用了 {lasted}：{end}。", "The consultation ended after {lasted}: {end}."),
    "flagged": ("{by} 标记为高风险来电。", "{by} marked the call as one of high risk."),
    "leader_came": ("班长 {leader} {how}。", "Shift leader {leader} {how}."),
    "leader_left": ("班长 {leader} 退出。", "Shift leader {leader} left."),
    "callback_booked": (
        "预约了{line}的回电 {ticket}，打 {number}，保留已等的 {waited}。",
        "Booked callback {ticket} of {line} to {number}, keeping the {waited} that were waited.",
    ),
    "callback_abandoned": (
        "来电人没等到就挂了，{line}会回电 {number}（{ticket}，保留已等的 {waited}）。",
        "Rang off before their turn; {line} calls {number} back ({ticket}, keeping {waited}).",
    ),
    "callback_placed": (
        "回电 {ticket} 轮到了：{line}，打 {number}。",
        "Callback {ticket}'s turn came: {line}, {number}.",
    ),
    "callback_rung": ("拨打 {number}。", "Dialled {number}."),
    "callback_tried": (
        "一次回电没有找到人（{call}）：{reason}。",
        "A try did not reach the caller ({call}): {reason}.",
    ),
    "callback_closed": ("回电结束：{end}。", "The callback is done with: {end}."),
    "message": ("留言 {lasted}。", "Left a message of {lasted}."),
    "gave_up": ("{line}不再让来电等候：{why}{figures}。", "{line} gave the call up: {why}{figures}."),
    "own_limit": ("（该热线第 {place} 条限制）", " (limit {place} of the line)"),
    "figures": ("，实际 {measured}", ", measured {measured}"),
    "figures_over": ("，实际 {measured}，上限 {over}", ", measured {measured}, at most {over}"),
    "raised": ("班长 {by} 把这通来电提到最前。", "Shift leader {by} raised the call before all others."),
    "ended": ("结束：{outcome}（{reason}）。", "Ended: {outcome} ({reason})."),
    "fallback_ended": (
        "此后由备用流程接待到结束：{outcome}（{reason}）。",
        "The fallback plan served it on to its end: {outcome} ({reason}).",
    ),
    "by_name": ("{kind}：{data}", "{kind}: {data}"),
    "agent_chosen": ("为来电 {call} 振铃了 {agent}（{line}）。", "{agent} was rung for call {call} ({line})."),
    "agent_ranked": (
        "来电 {call}（{line}）振铃的是 {chosen}：按“{strategy}”，{agent}（{by}）排第 {place}。",
        "Call {call} ({line}) rang {chosen}: by “{strategy}”, {agent} ({by}) came as number {place}.",
    ),
    "agent_barred": (
        "来电 {call}（{line}）没有振铃 {agent}：{bar}。",
        "Call {call} ({line}) did not ring {agent}: {bar}.",
    ),
}

STANDINGS: Final[Mapping[Standing, Words]] = {
    Standing.ACCEPTED: ("已受理", "accepted"),
    Standing.HANDED_ON: ("已转办", "handed on"),
    Standing.RETURNED: ("重新确定承办单位", "returned by a unit"),
    Standing.IN_PROGRESS: ("办理中", "in progress"),
    Standing.EXTENDED: ("延期办理", "given more time"),
    Standing.REOPENED: ("重新办理", "reopened"),
    Standing.DONE: ("已办结，待答复", "done, to be answered"),
    Standing.ANSWERED: ("已办结并答复", "answered"),
}
"""How an order stands, as its caller heard it."""

BARS: Final[Mapping[Bar, Words]] = {
    Bar.OFFLINE: ("不在线", "offline"),
    Bar.OFFERED: ("正在为别的来电振铃", "ringing for another call"),
    Bar.TALKING: ("通话中", "talking"),
    Bar.WRAP_UP: ("话后处理", "in wrap-up"),
    Bar.BREAK: ("小休", "on a break"),
    Bar.LEVEL: ("等级较低，等候更久才振铃", "of a level that is rung later"),
    Bar.LANGUAGE: ("不会来电人选的方言或语言", "not a speaker of the caller's language"),
    Bar.STICKY: ("先等来电人上次的座席", "waiting first for the agent the caller had before"),
    Bar.NOT_THE_ONE: ("这通来电只找指定的座席", "not the one agent whom the call is for"),
    Bar.KEPT_FREE: ("为别的热线留着", "kept free for another line"),
}

STRATEGIES: Final[Mapping[Strategy, Words]] = {
    Strategy.LONGEST_IDLE: ("空闲最久", "longest idle"),
    Strategy.FEWEST_CALLS: ("今天接得最少", "fewest calls today"),
    Strategy.LEAST_BUSY: ("今天忙得最少", "least busy today"),
    Strategy.ROUND_ROBIN: ("轮流", "round robin"),
    Strategy.LEVEL: ("等级优先", "best level first"),
    Strategy.FIXED_ORDER: ("固定顺序", "fixed order"),
}

RANKED_BY: Final[Mapping[Strategy, Words]] = {
    Strategy.LONGEST_IDLE: ("空闲 {lasted}", "idle for {lasted}"),
    Strategy.FEWEST_CALLS: ("今天接了 {number} 通", "{number} calls today"),
    Strategy.LEAST_BUSY: ("今天忙了 {lasted}", "busy for {lasted} today"),
    Strategy.ROUND_ROBIN: ("上一次是本热线的第 {number} 次振铃", "last had ring {number} of the line"),
    Strategy.LEVEL: ("等级 {number}", "level {number}"),
    Strategy.FIXED_ORDER: ("名单第 {place} 位", "place {place} of the list"),
}

BREAKS: Final[Mapping[str, Words]] = {
    "own_wish": ("自己要求", "own wish"),
    "unanswered": ("振铃未接", "did not answer"),
    "refused": ("拒接", "refused"),
    "unreachable": ("话机呼不通", "phone unreachable"),
    "other_call": ("话机在另一通电话中", "in another call"),
}
"""Of the engine's own; the plan names the others."""

OFFERS: Final[Mapping[OfferResult, Words]] = {
    OfferResult.ANSWERED: ("接起", "answered"),
    OfferResult.REFUSED: ("拒接", "refused"),
    OfferResult.UNANSWERED: ("没有接", "did not answer"),
    OfferResult.UNREACHABLE: ("呼不通", "could not be reached"),
    OfferResult.WITHDRAWN: ("停止振铃", "was let be"),
}

WAITS: Final[Mapping[str, Words]] = {
    WaitEnd.CONNECTED: ("接通", "connected"),
    WaitEnd.CALLER_LEFT: ("来电人挂机", "the caller hung up"),
    WaitEnd.MAXIMUM_WAIT: ("等候超过最长时间", "the longest wait was reached"),
    WaitEnd.NOBODY_ON_SHIFT: ("没有座席在岗", "nobody was on shift"),
    WaitEnd.OUTSIDE_FAILED: ("外线号码打不通", "the outside number could not be reached"),
    WaitEnd.CLOSED: ("热线已下班或已关闭", "the line closed"),
    WaitEnd.EXPECTED_WAIT: ("预计等候太久", "the expected wait was too long"),
    WaitEnd.TOO_MANY: ("等候的人太多", "too many waited"),
    WaitEnd.NOBODY_READY: ("没有座席有空", "nobody was ready"),
    WaitEnd.AGENT_AWAY: ("指定的座席没有接", "the one agent whom it was for did not take it"),
    "key_pressed": ("来电人按键选了别的", "the caller chose another way"),
    "booked": ("预约了回电", "a callback was booked"),
    WaitEnd.MEDIA_LOST: ("声音中断", "the sound stopped"),
    WaitEnd.ENGINE_STOPPED: ("系统停机", "the engine stopped"),
}

PARTIES: Final[Mapping[Party, Words]] = {
    Party.CALLER: ("来电人挂机", "the caller hung up"),
    Party.OTHER_SIDE: ("对方挂机", "the other side hung up"),
    Party.ENGINE: ("系统挂机", "the engine hung up"),
    Party.PASSED_ON: ("座席转出", "the agent passed the caller on"),
    Party.LEFT: ("退出，其余的人继续通话", "they left, and the others talked on"),
    Party.TAKEN_OVER: ("班长接管", "a shift leader took over"),
    Party.LOST: ("对方话机失联", "the other side's phone vanished"),
}

TARGETS: Final[Mapping[str, Words]] = {
    "line": ("{target}的等候队列", "the callers of {target}"),
    "agent": ("座席 {target}", "{target}"),
    "number": ("外线 {target}", "the outside number {target}"),
}

CONSULTATIONS: Final[Mapping[ConsultationEnd, Words]] = {
    ConsultationEnd.COMPLETED: ("对方接手", "whom was asked has the caller"),
    ConsultationEnd.MERGED: ("三方通话", "all three talk"),
    ConsultationEnd.CANCELLED: ("取消", "cancelled"),
    ConsultationEnd.REFUSED: ("当时无法咨询", "they could not be asked then"),
    ConsultationEnd.NOT_REACHED: ("没有人接", "nobody answered"),
    ConsultationEnd.HUNG_UP: ("对方挂机", "whom was asked hung up"),
    ConsultationEnd.AGENT_LEFT: ("座席挂机", "the agent hung up"),
    ConsultationEnd.CALLER_LEFT: ("来电人挂机", "the caller hung up"),
}

ATTENDANCES: Final[Mapping[Attendance, Words]] = {
    Attendance.LISTENING: ("旁听", "listens"),
    Attendance.WHISPERING: ("对座席耳语", "whispers to the agent"),
    Attendance.JOINED: ("加入通话", "joins the talk"),
    Attendance.TALKING: ("接管通话", "has the caller"),
}

CALLBACKS: Final[Mapping[CallbackEnd, Words]] = {
    CallbackEnd.REACHED: ("来电人接起了", "the caller answered"),
    CallbackEnd.NOT_REACHED: ("打了几次都没有找到人", "the caller could not be reached"),
    CallbackEnd.EXPIRED: ("过期", "it expired"),
    CallbackEnd.CALLED_IN: ("来电人自己又打来了", "the caller called in again"),
    CallbackEnd.CANCELLED: ("人工取消", "it was cancelled by hand"),
    CallbackEnd.LINE_GONE: ("热线没有了，或不再回电", "the line is gone, or calls nobody back"),
}

OUTCOMES: Final[Mapping[str, Words]] = {
    Outcome.TALKED: ("已接通", "talked"),
    Outcome.MESSAGE: ("已留言", "left a message"),
    Outcome.INFORMED: ("已听取录音", "informed"),
    Outcome.ABANDONED: ("等候中挂机", "abandoned"),
    Outcome.LEFT: ("选择前挂机", "left early"),
    Outcome.FAILED: ("故障", "failed"),
    Outcome.REJECTED: ("未接入", "not let in"),
    "callback": ("已预约回电", "callback booked"),
    "unanswered": ("回电未接通", "the callback did not reach them"),
}

REASONS: Final[Mapping[str, Words]] = {
    Reason.CALLER_HUNG_UP: ("来电人挂机", "the caller hung up"),
    Reason.OTHER_SIDE_HUNG_UP: ("对方挂机", "the other side hung up"),
    Reason.MEDIA_LOST: ("声音中断", "the sound stopped"),
    Reason.COMPLETED: ("走完流程", "completed"),
    Reason.NO_MESSAGE: ("没有留言", "no message"),
    "busy": ("对方忙", "busy"),
    "no_answer": ("没有人接", "no answer"),
    "unreachable": ("呼不通", "unreachable"),
    "withdrawn": ("还没拨打就取消了", "taken back before the caller was rung"),
    Reason.SWITCH_ERROR: ("交换机故障", "switch error"),
    Reason.ENGINE_STOPPED: ("系统停机", "the engine stopped"),
    Reason.BUG: ("程序错误", "a bug"),
    Reason.OVERLOAD: ("来电太多", "too many calls"),
    Reason.CALLER_LIMIT: ("超过来电限制", "over the caller's limit"),
    Reason.BLOCKED: ("在骚扰名单上", "on the nuisance list"),
    Reason.NO_PROOF: ("没有按键确认", "pressed no key to go on"),
}

SCREENED: Final[Mapping[Why, Words]] = {
    Why.CALLS: ("通话已满", "every place was taken"),
    Why.RATE: ("同时打来的电话太多", "too many arrived at once"),
    Why.LATE: ("系统繁忙", "the engine was late"),
    Why.BACKLOG: ("系统繁忙", "events of the switch waited"),
    Why.ORDERS: ("交换机繁忙", "the switch was slow"),
    Why.NUMBER: ("这个号码来电过多", "too many calls of this number"),
    Why.PREFIX: ("这一号段来电过多", "too many calls of numbers like this"),
    Why.WITHHELD: ("不显示号码的来电过多", "too many calls of withheld numbers"),
    Why.NUISANCE: ("在骚扰名单上", "it is on the nuisance list"),
    Why.ATTACK: ("正在防范恶意呼叫", "the attack switch is on"),
    Why.NO_PROOF: ("没有按键确认", "no key was pressed"),
}

ENDS: Final[Mapping[str, Words]] = {
    "line": ("热线", "a line"),
    "outside": ("外线", "an outside number"),
    "message": ("留言", "a message"),
    "information": ("录音", "information"),
    "hangup": ("挂机", "a hang-up"),
    "callback": ("预约回电", "a callback"),
}

OPEN: Final[Mapping[bool, Words]] = {True: ("开放", "open"), False: ("未开放", "closed")}

OUTSIDE: Final[Words] = ("外线", "the outside number")
AND: Final[Words] = ("、", ", ")
APART: Final[Words] = ("；", "; ")
MORE: Final[Words] = ("{agents}等 {count} 人", "{agents} and others ({count} in all)")
CALLS: Final[Words] = ("{number:g} 通", "{number:g} calls")


def lasted(seconds: float, language: Language) -> str:
    """A length of time for people.

    >>> lasted(83, Language.ZH), lasted(4.26, Language.EN), lasted(3600, Language.EN)
    ('1 分 23 秒', '4.3 s', '1 h')
    """
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + (" 秒", " s")[language]
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    parts = ((hours, " 小时", " h"), (minutes, " 分", " min"), (rest, " 秒", " s"))
    return " ".join(f"{number}{units[language]}" for number, *units in parts if number)
