"""What the parts of the language are, in Chinese, for the reference page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PARTS: Final[Mapping[str, str]] = {
    "No menu at all: calls begin at another node (GB/T 33358-2016 would rather have callers reach a person).": (
        "完全不用菜单：来电从另一个节点开始（GB/T 33358-2016 更希望来电者直接找到人）。"
    ),
    "What happens after silence, or after wrong keys: say, ask again, and after so many times go elsewhere.": (
        "没有按键或按错键之后怎么办：说一句，再问一次，几次之后转到别处。"
    ),
    "Say, wait for one key, go where it leads. `0` leads to the hotline's `person` unless written otherwise.": (
        "播放，等一个按键，按它转去。没有另写时，`0` 转到热线的 `person`。"
    ),
    (
        "Say, then take a number from the keys: a ticket number, a postcode, an area code. `0` alone leads to a "
        "person, unless one digit is all that is asked for."
    ): "播放，然后收一个按键输入的号码：编号、邮编、区号。只按 `0` 转人工，除非只要求一位数字。",
    "A library of recordings, heard one after another by keys. Silence after one leads to `then`.": (
        "一组录音，按键逐段收听。一段之后静默则转到 `then`。"
    ),
    "Go where the first case leads that holds; nothing is said.": "转到第一个成立的情形；什么也不说。",
    (
        "Ask a caller who talked with a line lately whether it is about the same; to others nothing is said. Only "
        "the lines named here are ever remembered: leave a confidential one out."
    ): "问最近与某条热线通过话的来电者是不是同一件事；对其他人什么也不说。只记住这里写明的热线：保密的热线不要写。",
    "From here on the caller hears another language or dialect, where there are words or recordings in it.": (
        "从这里起，凡有该语言或方言的话或录音，来电者就听到它。"
    ),
    "Calls that pass here count for more: priority is served as if the call had come earlier. Nothing is said.": (
        "经过这里的来电更重要：优先级当作来电早到了。什么也不说。"
    ),
    (
        "Offer to call back: the caller hangs up and keeps the place in the line. Skipped where the line is closed "
        "or calls nobody back. The caller's own number is read to them, or another one is asked for when it is "
        "withheld or may not be called."
    ): (
        "提出回电：来电者可以挂断并保留排队位置。热线关闭或不回电时跳过。读出来电者自己的号码；不显示号码或该号码"
        "不能回拨时，请其输入另一个。"
    ),
    (
        "Tell callers how their order stands (工单查询): they key its number, and the last four digits of the "
        "telephone number that they left. `0` alone leads to a person; silence and `*` lead to `then`. A number that "
        "nobody has and digits that do not fit it are answered with the same words."
    ): (
        "告诉来电者其工单办得怎么样（工单查询）：输入编号，以及所留电话号码的后四位。只按 `0` 转人工；静默和 `*` "
        "转到 `then`。没有的编号和对不上的数字，回答的话相同。"
    ),
    "Ask for a judgement by one key and note it. Silence goes on as well; a wrong key is asked again once.": (
        "用一个按键评价并记下。静默也继续；按错再问一次。"
    ),
    "Say, then go on. A key cuts it short and is kept for the next menu.": (
        "播放，然后继续。按键可以打断，按的键留给下一个菜单。"
    ),
    "Say, beep, and record what the caller leaves (留言) until `#`, hang-up, `silence` or `limit`.": (
        "播放，响一声，录下来电者的话（留言），直到按 `#`、挂断、到了 `silence` 或 `limit`。"
    ),
    "Say, then hang up.": "播放，然后挂断。",
    "An agent (座席): a person with lines, phones and shift hours.": "座席：一个人，有热线、话机和当班时间。",
    "Named hours, the city's own days, and what is otherwise once.": (
        "命名的时间、本市自己的日子，以及只有一次的安排。"
    ),
    "How a line calls back those who did not want to wait; their turn comes when it would have come.": (
        "热线如何给不愿等候的人回电；到了原来会轮到的时候轮到他们。"
    ),
    "How many calls are let in before the caller goes to the slow lane; what is not written is not limited.": (
        "来电者进慢车道之前放进多少来电；没有写的不限制。"
    ),
    (
        "Limits of callers. Who is over one goes to the slow lane and proves to be a person; far over it, all is busy."
    ): "对来电者的限制。超过一项的进慢车道，证明自己是人；超过很多的，听到系统忙。",
    "One way out of a switch: holds when all that is written holds.": "`switch` 的一条出路：写的条件全部成立才成立。",
    (
        "Closed once, whatever the rules and the extra openings say. Without `hours` it closes all of them, those "
        "that never close included: it says that the hotline is shut. Who wants the emergency line to stay open "
        "names the others."
    ): (
        "只关一次，不论规则和临时开放怎么说。不写 `hours` 则全部关闭，连从不关闭的也在内：等于说热线停了。要让应"
        "急热线继续开放，就写明其他的。"
    ),
    "What is private between a line and its callers, whatever holds elsewhere.": (
        "一条热线与其来电者之间的私密，不论别处怎么写。"
    ),
    "Open once, beside the rules. It names its hours: an evening of the office brings no expert's session.": (
        "只开一次，在规则之外。它写明开放哪些时间：办公室加开一个晚上，不等于专家来坐诊。"
    ),
    (
        "Said to every caller before anything else: an outbreak, a recall, a closure. On from `since` until `until` "
        "when they are written; `hotline front` turns it on and off at any time."
    ): (
        "在一切之前对每个来电者说的话：疫情、召回、停诊。写了 `since`、`until` 则在其间生效；`hotline front` 可以"
        "随时开关。"
    ),
    (
        "On these days, open at these times. A weekday is a weekday on a public holiday too, and a make-up Saturday "
        'is a Saturday. An expert\'s session, "every Thursday 14:00-16:00", wants `holidays: closed`: on the Thursday '
        "that is National Day nobody sits there, and no Saturday is worked as a Thursday in its stead. Where one "
        "falls out and is made up for, `openings` has the date."
    ): (
        "这些日子，在这些时间开放。星期几在法定假日也是星期几，调休上班的星期六仍是星期六。“每周四 14:00-16:00”的"
        "专家门诊要写 `holidays: closed`：国庆节那个星期四没有人坐诊，也没有哪个星期六当作星期四上班。停诊另补的"
        "，`openings` 里写日期。"
    ),
    "A reason to give a waiting caller up, and where they go then. Each caller is given up for it only once.": (
        "放弃等候者的一条理由，以及随后去哪里。每个来电者只因它被放弃一次。"
    ),
    "A linked line (联动热线): its name, hours, and what callers of it meet.": (
        "联动热线：名称、时间，以及来电者会遇到什么。"
    ),
    "More than `over` to wait on a line, as far as it can be told.": "在一条热线上等候超过 `over`，就能估计的而言。",
    (
        "Caps on what agents dial outside, a day: whoever steals a desk must not run up a bill. Callbacks count too, "
        "and are made all the same: they were promised. Lines' own outside numbers do not count."
    ): (
        "座席外呼每天的上限：盗用座席的人不能打出一笔账单。回电也计入，但照样拨打：那是答应过的。热线自己的外线号"
        "码不计入。"
    ),
    "The institution's own number, reached over the trunk.": "该机构自己的号码，经中继拨打。",
    "A day that this city keeps differently from the nation.": "本市安排与全国不同的一天。",
    "Limits that all callers together share whose numbers fit.": "号码符合的所有来电者合用的限制。",
    "What is different while a shift leader has the attack switch on (`hotline attack on`).": (
        "班长打开攻击开关（`hotline attack on`）期间有什么不同。"
    ),
}
"""The English of the schema, as one line → Chinese; a test holds that none lacks."""
