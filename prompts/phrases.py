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
    NO_ROOM = "say-no-message"


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
    Phrase.INTERRUPTED: "很抱歉，刚才的通话中断了。您排在最前面，我们马上为您重新接通，请不要挂机。",
}
"""What is said to callers, and to agents in `NOTICE` and `NOT_REACHED`."""
