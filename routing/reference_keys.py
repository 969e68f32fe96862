"""What the keys of the language mean, in Chinese, for the reference page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEYS: Final[Mapping[str, str]] = {
    "Of this language.": "本语言的版本。",
    "What holds for the whole hotline.": "整条热线通用的规定。",
    "Where calls go, by name.": "来电走到哪里，按名称写。",
    "The linked lines (联动热线).": "联动热线。",
    "The people who answer (座席).": "接电话的人（座席）。",
    "Reasons for a break that agents may give, as people know them: `lunch: 午餐`.": (
        "座席可以选的小休原因，写人们熟悉的说法：`lunch: 午餐`。"
    ),
    "When lines are open.": "热线何时开放。",
    "Limits of callers, whom to trust, and for whom places are kept.": "对来电者的限制、信任哪些号码、为谁留位。",
    "Caps on what agents dial outside.": "座席外呼的上限。",
    "Emergency messages that can be put before everything else.": "可以放在一切之前播放的应急通知。",
    "What callers hear, by name.": "来电者听到的话，按名称写。",
    "Language or dialect → prompt → its words there. What is missing is heard in the hotline's own words.": (
        "语言或方言 → 提示音 → 该语言的话。没有写的，播放热线本来的话。"
    ),
    "How strict `hotline check` is.": "`hotline check` 有多严格。",
    "Other files to read, as patterns beside this one: `lines/*.yaml`.": (
        "还要读取的其他文件，写成相对本文件的模式：`lines/*.yaml`。"
    ),
    "As it is shown and drawn.": "显示和画图时用的名称。",
    "The number that callers dial.": "来电者拨打的号码。",
    "Where every call begins.": "每个来电从哪里开始。",
    "No menu: straight to a person.": "不经菜单，直接转人工。",
    "Where `0` leads from anywhere.": "在任何地方按 `0` 转到哪里。",
    "Hours of lines that write none.": "没有写时间的热线用的时间。",
    "Silence after a prompt until it counts as such.": "提示音之后静默多久算没有按键。",
    "What silence leads to where a menu writes nothing else.": "菜单没有另写时，没有按键转到哪里。",
    "What keys that are not offered lead to where a menu writes nothing else.": (
        "菜单没有另写时，按了没有的键转到哪里。"
    ),
    "Where callers go when the agent hangs up first.": "座席先挂断时，来电者转到哪里。",
    "Outside numbers that may be dialled: `02212345678`, `022*`. Not written: those that the lines name.": (
        "可以外呼的号码：`02212345678`、`022*`。不写则为各热线写明的号码。"
    ),
    "Said when we fail a caller.": "我们出故障时对来电者说的话。",
    "Said to a caller who has to wait.": "对需要等候的来电者说的话。",
    "Said to one who still waits, now and then.": "对仍在等候的来电者不时说的话。",
    "What one point of priority is worth: such a call is served as if it had come so much earlier.": (
        "一分优先级值多少时间：这样的来电当作早到了这么久。"
    ),
    "No priority is worth more than this, so that nobody waits for ever.": (
        "优先级最多值这么多，使任何人都不会永远等下去。"
    ),
    "Whether it holds.": "是否生效。",
    "Where every call begins then.": "生效时每个来电从哪里开始。",
    "Said before asking again.": "再问之前说的话。",
    "The how-manieth time leads to `then`.": "到第几次转到 `then`。",
    "Said on the way to `then`.": "转到 `then` 途中说的话。",
    "The node or line to go to.": "转到的节点或热线。",
    "Which keys there are.": "有哪些按键可选。",
    "Key → the node or line it leads to.": "按键 → 转到的节点或热线。",
    "Silence after the prompt until it counts as such; default is the hotline's.": (
        "提示音之后静默多久算没有按键；默认用热线的。"
    ),
    "What silence leads to; default is the hotline's.": "没有按键转到哪里；默认用热线的。",
    "What keys that are not offered lead to; default is the hotline's.": "按了没有的键转到哪里；默认用热线的。",
    "What is asked for.": "请来电者输入什么。",
    "How many: `8`, or `4-12`.": "多少位：`8`，或 `4-12`。",
    "The key that ends a number before it is full.": "位数未满时结束输入的键。",
    "Silence after a key that ends the number; default is the hotline's.": (
        "按键之后静默多久算输入完毕；默认用热线的。"
    ),
    "Said before the digits are read back.": "读回号码之前说的话。",
    "Said after them: `1` takes the number, any other key asks again. Without words nothing is read back.": (
        "读回之后说的话：按 `1` 采用，按其他键重新输入。不写则不读回。"
    ),
    "First digits → where such a number leads; the longest match holds. Any other number goes to `then`.": (
        "开头几位 → 这样的号码转到哪里；以最长的匹配为准。其他号码转到 `then`。"
    ),
    "The node or line that follows.": "接下来的节点或热线。",
    "What a number that is too short leads to; default is the hotline's.": "号码位数不够转到哪里；默认用热线的。",
    "The recordings, in order.": "录音，按顺序。",
    "Said after each recording: which keys there are.": "每段录音之后说的话：有哪些按键可选。",
    "Says the recording again.": "再听一遍这段录音。",
    "After the last recording it leads to `then`.": "下一段；最后一段之后转到 `then`。",
    "Leads to `then` at once.": "立即转到 `then`。",
    "Silence after the choices until it counts as such; default is the hotline's.": (
        "选项说完之后静默多久算没有按键；默认用热线的。"
    ),
    "The cases, tried in order.": "各种情形，按顺序判断。",
    "Where the call goes when no case holds.": "没有一种情形成立时来电转到哪里。",
    "Line → the question, such as 您昨天咨询过预防接种，再次咨询请按1.": (
        "热线 → 问的话，例如：您昨天咨询过预防接种，再次咨询请按1。"
    ),
    "How many days back counts, today included.": "往回算多少天，今天也算。",
    "Leads to that line; any other key is kept for what follows.": "转到那条热线；其他按键留给后面。",
    "Silence after the question until it counts as such; default is the hotline's.": (
        "问完之后静默多久算没有按键；默认用热线的。"
    ),
    "The node or line for everybody else.": "其他人转到的节点或热线。",
    "A name under `variants`; the hotline's own words are `standard`.": (
        "`variants` 下的名称；热线本来的话是 `standard`。"
    ),
    "Said in it.": "用该语言说的话。",
    "So many points, each worth `hotline.head_start` of waiting; a call that comes by again gets none for it.": (
        "这么多分，每分值 `hotline.head_start` 的等候时间；同一来电再次经过不再加分。"
    ),
    "What is offered: 我们会按您的排队顺序给您回电，不用一直在线等候。": (
        "询问的话：我们会按您的排队顺序给您回电，不用一直在线等候。"
    ),
    "The line that calls back; default is the one where the caller waits, or waited last.": (
        "由哪条热线回电；默认为来电者正在等候或最后等候的那条。"
    ),
    "Said before the number that calls is read; default is the house's own words.": (
        "读来电号码之前说的话；默认用系统自带的。"
    ),
    "Asks for another number, ended by `#`; default is the house's own words.": (
        "请来电者输入另一个号码，以 `#` 结束；默认用系统自带的。"
    ),
    (
        "Said after a number was read: `1` takes it, `2` asks for another, any other key declines; default is the "
        "house's own words."
    ): "读完号码之后说的话：`1` 采用，`2` 换号码，其他键表示不要；默认用系统自带的。",
    "Said of a number that may not be called; default is the house's own words.": (
        "号码不能回拨时说的话；默认用系统自带的。"
    ),
    "Said once the callback is booked, before what follows.": "回电预约成功后、进入下一步之前说的话。",
    "Silence after a question until it counts as declined; default is the hotline's.": (
        "问完之后静默多久算不要；默认用热线的。"
    ),
    "The node that follows when it is booked, such as one that says goodbye.": "预约成功后的节点，例如说再见的节点。",
    "The node or line for who declines, or cannot be called back.": "不要回电或不能回电的人转到的节点或热线。",
    "Asks for the number, ended by `#`: 请输入工单编号，按井号键结束，返回请按星号键。": (
        "请来电者输入编号，以 `#` 结束：请输入工单编号，按井号键结束，返回请按星号键。"
    ),
    "Asks for the last four digits of the telephone number; default is the house's own words.": (
        "请来电者输入电话号码后四位；默认用系统自带的。"
    ),
    "Said when the two don't belong together, before asking again; default is the house's own words.": (
        "两者对不上、重新询问之前说的话；默认用系统自带的。"
    ),
    (
        "Said after the state was heard: `1` says it again, `*` goes on, `0` leads to a person; default is the "
        "house's own words."
    ): "听完进展之后说的话：`1` 再听一遍，`*` 继续，`0` 转人工；默认用系统自带的。",
    "Said when nothing can be looked up now; default is the house's own words.": (
        "现在无法查询时说的话；默认用系统自带的。"
    ),
    "The how-manieth mistake in one call leads to `otherwise`.": "一通来电中第几次输错转到 `otherwise`。",
    "The most mistakes of one caller's number in an hour; withheld numbers count as one.": (
        "同一来电号码一小时内最多输错几次；不显示号码的合算为一个。"
    ),
    "The same in 24 hours; also the most about one order, whoever calls.": (
        "同上，24 小时内；也是对同一张工单最多输错几次，不论谁打来。"
    ),
    "Silence after a question, or after a key, until it counts as such; default is the hotline's.": (
        "问完或按键之后静默多久算没有按键；默认用热线的。"
    ),
    "The node or line that follows when the state was heard, or the caller goes back, such as the menu before.": (
        "听完进展或来电者返回时转到的节点或热线，例如上一级菜单。"
    ),
    "The node or line for whom no state can be told: too many mistakes, or nothing can be looked up.": (
        "无法告知进展的人转到的节点或热线：输错太多次，或现在无法查询。"
    ),
    "The question.": "问的话。",
    "Key → what it means, as reports name it.": "按键 → 它的含义，报表里用这个说法。",
    "The node that follows, such as one that says goodbye.": "接下来的节点，例如说再见的节点。",
    "What is said.": "说的话。",
    "Said before the beep.": "提示音（嘀声）之前说的话。",
    "The longest message.": "留言最长多久。",
    "So much silence ends it.": "静默这么久算说完。",
    "Said when something was left.": "留下留言之后说的话。",
    "As people know them.": "人们熟悉的名称。",
    "Line → level, 1 is best; a plain list means level 1 everywhere. Only a leader may have none.": (
        "热线 → 等级，1 最好；只写列表则各条都是 1 级。只有班长可以一条也没有。"
    ),
    "SIP accounts of their phones, which ring together; default is one phone under the agent's own id.": (
        "其话机的 SIP 账号，来电时一起振铃；默认为一台，账号即座席编号。"
    ),
    "Languages and dialects beside the hotline's own: names under `variants`.": (
        "热线本来语言之外还会的语言和方言：`variants` 下的名称。"
    ),
    "Name of hours in `calendar.hours` in which they are on duty; default is always, once their phone is there.": (
        "当班时间，`calendar.hours` 中的名称；默认为话机在线即当班。"
    ),
    "A shift leader (班长): may listen, whisper, join, take calls, move agents, and close and open lines.": (
        "班长：可以监听、耳语、加入、接管通话，调配座席，开关热线。"
    ),
    "Name → rules; open when any of them says so.": "名称 → 规则；任何一条说开放就开放。",
    "Date or dates → how this city keeps them, or what the State Council has published and the library lacks.": (
        "日期 → 本市如何安排，或国务院已公布而资料库还没有的安排。"
    ),
    "Closed once, from an instant to another.": "只关一次，从某一时刻到另一时刻。",
    "Open once, beside the rules.": "只开一次，在规则之外。",
    (
        "Who is rung first: the agent, who then hears the caller's phone ring; or the caller, who then waits a moment."
    ): "先振谁的铃：`agent` 先座席，由座席听来电者的电话振铃；`caller` 先来电者，由来电者稍等片刻。",
    "So often the caller is rung before the callback counts as failed.": "拨打来电者多少次之后算回电失败。",
    "How long after a try that nobody answered the next one comes.": "没有人接之后隔多久再拨。",
    "A callback that was not reached so long after it was booked is given up.": (
        "预约之后过了这么久仍未接通的回电，放弃。"
    ),
    (
        "Numbers that may be called back: `022*`, `13*`; `hotline.may_dial` has to allow them too, where it is written."
    ): "可以回拨的号码：`022*`、`13*`；写了 `hotline.may_dial` 时也须为它所允许。",
    "Callers who hung up after waiting at least so long are called back as well; not written: they are not.": (
        "等候至少这么久之后挂断的来电者也回电；不写则不回。"
    ),
    "Said to the caller who answers the callback.": "来电者接起回电时对其说的话。",
    "Said to the agent who takes a callback, before the caller is rung.": "拨打来电者之前，对接手回电的座席说的话。",
    "Calls in progress.": "正在进行的来电数。",
    "Calls let in within ten minutes.": "十分钟内放进来的来电数。",
    "Calls let in within an hour.": "一小时内放进来的来电数。",
    "Of each number.": "每个号码的限制。",
    "Of many numbers together.": "多个号码合在一起的限制。",
    "Of all callers together who show no number.": "不显示号码的所有来电者合在一起的限制。",
    "So many times a limit, and callers hear that all is busy.": "达到限制的这么多倍，来电者听到系统忙。",
    (
        "In the slow lane a caller is served as if they had come so much later: after every other caller of that time."
    ): "在慢车道里，来电者当作晚到了这么久：排在那段时间所有其他来电者之后。",
    "Numbers without limits: partner institutions, whose many telephones show one number.": (
        "不受限制的号码：许多话机显示同一个号码的合作单位。"
    ),
    "Trusted numbers for which places are kept when all others are taken: 120, hospitals' emergency rooms.": (
        "可信的号码，其他位子都占满时为它们留位：120、医院急诊。"
    ),
    "Numbers of ours besides the hotline's own whose callers get the kept places too.": (
        "除热线号码外，我们自己的哪些号码的来电者也能用留位。"
    ),
    "Who is blocked on the nuisance list may still call a `direct` number.": (
        "骚扰名单上被拦截的人仍可拨打 `direct` 里的号码。"
    ),
    "Asks a caller of the slow lane to press 1; the house has words of its own.": (
        "请慢车道的来电者按 1；系统有自带的话。"
    ),
    "What is different under attack.": "受攻击时有什么不同。",
    "These named hours are open now.": "这些命名的时间现在开放。",
    "This line is open now.": "这条热线现在开放。",
    "This line has nobody on shift, and no outside number.": "这条热线无人当班，也没有外线号码。",
    "A line would let its callers wait longer than this; false as long as that cannot be told.": (
        "某条热线会让来电者等候超过这么久；无法估计时算不成立。"
    ),
    "Today is one of these: `2026-10-01`, `2026-10-01..2026-10-07`, or a list.": (
        "今天是其中之一：`2026-10-01`、`2026-10-01..2026-10-07`，或一个列表。"
    ),
    "The number that calls is one of these: `02212345678`, `022*`, or `withheld`.": (
        "来电号码是其中之一：`02212345678`、`022*`，或 `withheld`（不显示号码）。"
    ),
    "Where it leads.": "转到哪里。",
    "First instant, in Shanghai's time unless written with an offset; a date alone is its midnight.": (
        "开始的时刻，不写时区则为北京时间；只写日期则为当天零点。"
    ),
    "First instant after; a date alone includes that day.": "结束后的第一个时刻；只写日期则包含当天。",
    "In words for people, like 机房检修.": "用人话说明，例如：机房检修。",
    "Names of the hours that it closes; all of them where none is written.": (
        "关闭的是哪些时间的名称；不写则全部关闭。"
    ),
    "Callers' whole numbers are kept in the records; otherwise they are masked for good when the call is over.": (
        "记录里保留来电者的完整号码；否则通话结束后永久打码。"
    ),
    "Shift leaders who may listen to its talks, whisper, join and take them over; nobody else may.": (
        "可以监听、耳语、加入、接管其通话的班长；其他人都不可以。"
    ),
    "Names of the hours that it opens.": "开放的是哪些时间的名称。",
    "On from this instant.": "从这一时刻起生效。",
    "Off again from this one.": "从这一时刻起失效。",
    "Where the call goes on; default is where every call begins.": "来电接着去哪里；默认为每个来电开始的地方。",
    "Which days: one or several of `workdays`, `days off`, `every day`, weekdays, nth weekdays, dates.": (
        "哪些日子：`workdays`（工作日）、`days off`（休息日）、`every day`（每天）、星期几、第几个星期几、日期，"
        "一个或几个。"
    ),
    "One span or several, with breaks between them.": "一段或几段时间，中间可以休息。",
    "The rule's first day; none means always until `until`.": "规则的第一天；不写则一直有效到 `until`。",
    "The rule's last day, included.": "规则的最后一天，包含当天。",
    "`closed`: the rule doesn't hold on days off by arrangement (see `Day.holiday`), whatever `on` says.": (
        "`closed`：因放假安排而休息的日子（见 `Day.holiday`）规则不成立，不论 `on` 怎么写。"
    ),
    (
        "It would take longer than `over`; the caller has waited longer than `over`; more than `over` callers wait; "
        "nobody has been on shift, or nobody free, for `over`."
    ): "预计等候超过 `over`；来电者已等候超过 `over`；等候的人数多于 `over`；无人当班或无人空闲已达 `over`。",
    "A duration like `10m`; for `length` the number of callers.": "时长，如 `10m`；`length` 则写来电者的人数。",
    (
        "When it is looked at: as a caller joins, while they wait, or both; `length` is only as one joins, `waited` "
        "only while one waits."
    ): "何时判断：来电者进入时、等候中，或两者；`length` 只在进入时，`waited` 只在等候中。",
    "As people know it.": "人们熟悉的名称。",
    "The institution that it belongs to.": "所属的机构。",
    "Name of hours in `calendar.hours`; default is the hotline's.": "`calendar.hours` 中的名称；默认用热线的。",
    "Node for callers outside the hours.": "时间之外的来电者转到的节点。",
    "Node for callers whom the line gave up: waited too long, or nobody there.": (
        "热线放弃的来电者转到的节点：等候太久，或没有人在。"
    ),
    "What happens to callers who wait when the hours end: they are still served, or go to `closed`.": (
        "到点时仍在等候的来电者：继续服务到完（`stay`），或转到 `closed`（`leave`）。"
    ),
    "Said while the first phone rings.": "第一台话机振铃时说的话。",
    "Said to a caller who has to wait; default is the hotline's.": "对需要等候的来电者说的话；默认用热线的。",
    "Said to one who still waits, every `tell_every`; default is the hotline's.": (
        "对仍在等候的来电者说的话，每隔 `tell_every`；默认用热线的。"
    ),
    "Say how many wait before the caller.": "告知前面还有几位在等候。",
    "Say about how long it will take, where that can be told.": "能估计时，告知大约还要多久。",
    "A waiting caller is told something at most so often; music is heard between.": (
        "等候的来电者最多每隔这么久听到一次提示；其间播放音乐。"
    ),
    "Keys of a waiting caller, live all the time → the node or line each leads to. Tell of them in `busy`.": (
        "等候中随时可按的键 → 各自转到的节点或热线。请在 `busy` 里说明。"
    ),
    "How long one phone rings.": "一台话机振铃多久。",
    "Rest of the agent after a talk.": "通话之后座席的整理时间。",
    "Then the caller goes to `overflow`.": "此后来电者转到 `overflow`。",
    "Other reasons to give a caller up, looked at in order, again and again while the caller waits.": (
        "放弃来电者的其他理由，按顺序判断，等候中反复判断。"
    ),
    "Callers may be called back and keep their place; not written: they may not.": (
        "来电者可以要求回电并保留位置；不写则不可以。"
    ),
    (
        "Points for each call of the line: each is worth `hotline.head_start` of waiting to an agent of several lines."
    ): "本热线每个来电的分数：对兼接多条热线的座席，每分值 `hotline.head_start` 的等候时间。",
    "Its calls go before those of all lines that are not urgent, however long these have waited.": (
        "其来电排在所有不紧急热线的来电之前，不论那些等了多久。"
    ),
    (
        "Whom of several free agents it rings first: who is free longest, answered fewest calls today, was least "
        "busy today, comes after whom it rang last, has the best level, or stands first in the file."
    ): (
        "几位座席空闲时先振谁：空闲最久、今天接得最少、今天最不忙、轮到上次振铃者的下一位、等级最好，或文件里排在最前。"
    ),
    "So many agents are rung together for one call; the first to answer has it.": (
        "一个来电同时振铃的座席数；先接的得到来电。"
    ),
    "Level → how long a call has waited before agents of this level are rung too; a level not named, at once.": (
        "等级 → 来电等了多久之后也振这一级的座席；没有写的等级立即振铃。"
    ),
    "So long a call waits for an agent who speaks the caller's language or dialect; then anybody is rung.": (
        "来电等候会说来电者语言或方言的座席这么久；之后任何人都可以。"
    ),
    "So long a call waits for the agent whom its caller talked with before, as long as they are on shift.": (
        "来电等候来电者上次通话的座席这么久，只要该座席当班。"
    ),
    "So many of its free agents are kept for it: no other line rings the last ones.": (
        "为本热线留下这么多空闲座席：其他热线不振最后这几位。"
    ),
    "Talks are recorded.": "通话录音。",
    "Said before the talk when it is recorded.": "录音时，通话之前说的话。",
    "Pressed from `notice` on until somebody answers: the caller is not recorded. Tell of it in `notice`.": (
        "从 `notice` 开始到有人接听之前按下：这位来电者不录音。请在 `notice` 里说明。"
    ),
    "Its talks are never recorded and nobody else hears them; not written: `record` and the leaders decide.": (
        "其通话从不录音，也没有别人听到；不写则由 `record` 和班长决定。"
    ),
    "Where the caller goes when the agent hangs up first; default is the hotline's, `false` is nowhere.": (
        "座席先挂断时来电者转到哪里；默认用热线的，`false` 为不转。"
    ),
    "The institution's own number, rung when none of the line's agents is ready.": (
        "该机构自己的号码，本热线没有座席就绪时拨打。"
    ),
    "A talk longer than this is shown to the shift leader; not written: none is.": (
        "通话长于此则显示给班长；不写则不显示。"
    ),
    "So long an agent may keep a caller on hold; then they are together again.": (
        "座席最多让来电者保持这么久；之后双方恢复通话。"
    ),
    "Rule → whether it keeps a plan from going live, is only told, or is not looked at.": (
        "规则 → 阻止方案上线（`error`）、只提示（`warning`）或不看（`off`）。"
    ),
    "More keys than this in one menu are hard to remember.": "一个菜单里多于这么多个键就难记。",
    "A menu's or a greeting's words may take this long.": "一个菜单或一段欢迎词可以说多久。",
    "Menus that a caller may have to pass.": "来电者可能要经过的菜单数。",
    "The line.": "哪条热线。",
    "Longer than this.": "长于此。",
    "Of all agents together; 0 forbids it.": "所有座席合计；0 为禁止。",
    "Of all agents together.": "所有座席合计。",
    "Of each agent.": "每位座席。",
    (
        "Numbers that begin with 00, or with + and another country than 86. Without it only those are dialled that "
        "`hotline.may_dial` writes out in full."
    ): "以 00 开头的号码，或以 + 和 86 以外国家代码开头的号码。不写则只能拨 `hotline.may_dial` 完整写出的那些。",
    "As it is dialled on the trunk.": "在中继上拨打的号码。",
    "How many calls it takes at once.": "同时能接多少个来电。",
    "How long it rings.": "振铃多久。",
    "How it counts.": "按什么算。",
    "Told wherever it is asked why the hotline is open or not.": "问到热线为何开放或关闭时，都说这个。",
    "`0229999*`.": "`0229999*`。",
    "All limits are multiplied by this, and are at least 1.": "所有限制乘以此数，且至少为 1。",
}
"""The English of the schema → Chinese; a test holds that none lacks."""
