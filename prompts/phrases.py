"""The sentences that the hotline itself says, whatever the operators wrote: of callbacks, at its door, of cut talks."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Phrase(StrEnum):
    """The sound of each sentence."""

    NUMBER_IS = "say-callback-number-is"
    CHOOSE = "say-callback-choose"
    ENTER = "say-callback-enter"
    ENTERED = "say-callback-entered"
    CONFIRM = "say-callback-confirm"
    NOT_CALLABLE = "say-callback-not-callable"
    ALREADY = "say-callback-already"
    STILL_WAITING = "say-callback-still-waiting"
    NOT_BOOKED = "say-callback-not-booked"
    ALMOST = "say-callback-almost"
    BOOKED = "say-callback-booked"
    NOTICE = "say-callback-notice"
    NOT_REACHED = "say-callback-not-reached"
    GREETING = "say-callback-greeting"
    OVERLOADED = "say-door-overloaded"
    TOO_OFTEN = "say-door-too-often"
    BLOCKED = "say-door-blocked"
    PROVE = "say-door-prove"
    INTERRUPTED = "say-interrupted"
    AWAY = "say-away"
    NO_ROOM = "say-no-message"
    LAST_FOUR = "say-status-last-four"
    LOOKING = "say-status-looking"
    UNMATCHED = "say-status-unmatched"
    STATUS_TOO_OFTEN = "say-status-too-often"
    STATUS_UNAVAILABLE = "say-status-unavailable"
    STATUS_CHOICES = "say-status-choices"
    STATUS_DUE = "say-status-due"
    STATUS_ACCEPTED = "say-status-accepted"
    STATUS_HANDED_ON = "say-status-handed-on"
    STATUS_IN_PROGRESS = "say-status-in-progress"
    STATUS_EXTENDED = "say-status-extended"
    STATUS_OVERDUE = "say-status-overdue"
    STATUS_REOPENED = "say-status-reopened"
    STATUS_DONE = "say-status-done"
    STATUS_ANSWERED = "say-status-answered"
    STATUS_RETURNED = "say-status-returned"


WORDS: Final[dict[Phrase, str]] = {
    Phrase.NUMBER_IS: "我们将拨打的号码是",
    Phrase.CHOOSE: "确认请按一，改用其他号码请按二，不需要回电请按零。",
    Phrase.ENTER: "请输入您的电话号码，座机请加区号，输入完毕请按井号键。",
    Phrase.ENTERED: "您输入的号码是",
    Phrase.CONFIRM: "确认请按一，重新输入请按二，不需要回电请按零。",
    Phrase.NOT_CALLABLE: "很抱歉，这个号码我们无法回拨。",
    Phrase.ALREADY: "这个号码已经预约了回电，我们会按原来的顺序打给您，不需要再次预约。",
    Phrase.STILL_WAITING: "您的排队位置没有变，请继续等候。",
    Phrase.NOT_BOOKED: "这次没有预约回电。",
    Phrase.ALMOST: "正在为您接通，请不要挂机。",
    Phrase.BOOKED: "预约成功，您的排队位置已经保留。轮到您时，我们会在服务时间内给您回电，请保持电话畅通。",
    Phrase.NOTICE: "这是预约的回电，正在拨打市民的电话，请稍候。",
    Phrase.NOT_REACHED: "市民的电话没有接通。",
    Phrase.GREETING: "您好，这是您预约的回电，正在为您接通，请稍候。",
    Phrase.OVERLOADED: "您好，现在来电太多，线路全忙，请您稍后再拨。",
    Phrase.TOO_OFTEN: "您好，这个号码的来电过于频繁，请您稍后再拨。",
    Phrase.BLOCKED: "您好，这个号码暂时不能使用本热线。",
    Phrase.PROVE: "您好，现在来电较多，请按一继续。",
    Phrase.NO_ROOM: "很抱歉，现在暂时不能留言，请您稍后再拨。",
    Phrase.AWAY: "座席的线路断了一下，正在重新接通，请不要挂机。",
    Phrase.INTERRUPTED: "很抱歉，刚才的通话中断了。您排在最前面，我们马上为您重新接通，请不要挂机。",
    Phrase.LAST_FOUR: "请输入您登记的电话号码的最后四位。",
    Phrase.LOOKING: "正在为您查询，请稍候。",
    Phrase.UNMATCHED: "没有查到，请核对工单编号和电话号码后四位。",
    Phrase.STATUS_TOO_OFTEN: "很抱歉，查询没有成功的次数太多，现在不能继续查询。",
    Phrase.STATUS_UNAVAILABLE: "很抱歉，现在暂时无法查询办理结果。",
    Phrase.STATUS_CHOICES: "重听请按一，返回请按星号键，人工服务请按零。",
    Phrase.STATUS_DUE: "办理期限是",
    Phrase.STATUS_OVERDUE: "办理期限已经过了，我们正在督促办理。",
    Phrase.STATUS_ACCEPTED: "您反映的问题已经受理，我们正在安排转办。",
    Phrase.STATUS_HANDED_ON: "您反映的问题已经转交承办单位。",
    Phrase.STATUS_RETURNED: "您反映的问题正在重新确定承办单位。",
    Phrase.STATUS_IN_PROGRESS: "您反映的问题，承办单位正在办理。",
    Phrase.STATUS_EXTENDED: "您反映的问题正在办理，因情况复杂，办理期限已经延长。",
    Phrase.STATUS_REOPENED: "您反映的问题正在重新办理。",
    Phrase.STATUS_DONE: "您反映的问题已经办结，我们会尽快答复您。",
    Phrase.STATUS_ANSWERED: "您反映的问题已经办结，办理结果已经答复您。",
}
"""What is said to callers, and to agents in `NOTICE` and `NOT_REACHED`."""
