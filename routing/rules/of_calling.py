"""Rules of what callers would meet: a plan may be written well and still serve them badly."""

from __future__ import annotations

from routing.rules.rule import Both, Rule, Severity


def _rule(id: str, message: Both, meaning: Both, mending: Both, example: str = "", of: Severity = "warning") -> Rule:
    return Rule(id, of, message, meaning, mending, example, adjustable=True)


CALLING: tuple[Rule, ...] = (
    _rule(
        "unreachable",
        Both("no caller ever gets to `{name}`", "没有来电者能到达 `{name}`"),
        Both(
            "It was written for callers, and none will meet it: a way that should lead here is missing.",
            "写好了却没有人能听到：应当有一条路通到这里。",
        ),
        Both("Lead a key to it, or delete it.", "让某个按键通到这里，或者删掉。"),
    ),
    _rule(
        "unused",
        Both("nothing uses the {what} `{name}`", "没有地方用到{what} `{name}`"),
        Both(
            "Somebody may go on editing words or hours that no caller will ever meet.",
            "可能有人一直在修改谁也听不到的内容。",
        ),
        Both("Use it, or delete it.", "用上它，或者删掉。"),
    ),
    _rule(
        "dead-end",
        Both(
            "from `{name}` callers reach neither a person nor a message, whatever they press",
            "在 `{name}`，来电者按什么都到不了人工或留言",
        ),
        Both(
            "Who did not find what they need has to hang up and call again.",
            "没有得到帮助的人只能挂机重拨。",
        ),
        Both("Lead a key, or `0`, to a line or a message.", "让某个键或 `0` 通到热线或留言。"),
        of="error",
    ),
    _rule(
        "no-way-out",
        Both(
            "keys lead only round and round here: {round}",
            "在这里按键只会来回绕圈：{round}",
        ),
        Both(
            "Callers press and press and come to nothing; only silence or `0` saves them.",
            "来电者按来按去没有结果，只有不按或按 `0` 才能出来。",
        ),
        Both(
            "Give one of these menus a key that leads on, or let the question lead elsewhere.",
            "给其中一个菜单加一个通向别处的键，或者让输入之后转到别处。",
        ),
        of="error",
    ),
    _rule(
        "zero-untold",
        Both(
            "the words of `{name}` do not tell that `0` leads to a person",
            "`{name}` 的提示没有说按 `0` 转人工",
        ),
        Both(
            "People who are old, ill or in a hurry look for a person; the key is there and nobody tells them.",
            "老人、病人和着急的人要找人工，有这个键却没有人告诉他们。",
        ),
        Both("End the words with 人工服务请按0.", "在提示末尾加上“人工服务请按0”。"),
        "prompts:\n  main-menu: 咨询请按1，举报请按2，人工服务请按0。",
    ),
    _rule(
        "zero-elsewhere",
        Both("`0` leads to `{name}`, where nobody answers", "`0` 通到 `{name}`，那里没有人接听"),
        Both("Everywhere else `0` leads to a person; callers rely on it.", "别处按 `0` 都转人工，来电者会这样以为。"),
        Both("Use another key for this and leave `0` out.", "换一个键，不要占用 `0`。"),
    ),
    _rule(
        "zero-taken",
        Both(
            "`{name}` takes `0` for the line of the last talk; elsewhere it leads to a person",
            "`{name}` 用 `0` 接回上次的热线；别处按 `0` 都转人工",
        ),
        Both(
            "Who asks for a person by `0`, as everywhere, gets to one line instead.",
            "来电者照习惯按 `0` 找人工，却进了某一条热线。",
        ),
        Both("Use another key, such as `1`.", "换一个键，例如 `1`。"),
        "recall: {immunization: again-immunization}\nkey: 1",
    ),
    _rule(
        "nobody-at-zero",
        Both("`0` leads to `{name}`, from where no line is reached", "`0` 通到 `{name}`，从那里到不了任何热线"),
        Both("Who asks for a person never gets one.", "要人工的人永远得不到人工。"),
        Both("Let `hotline.person` lead to a line.", "让 `hotline.person` 通向一条热线。"),
        of="error",
    ),
    _rule(
        "key-untold",
        Both("the words never tell of the key {keys}{variant}", "提示里没有说到按键 {keys}{variant}"),
        Both("Callers do not press what they are not told of.", "没有告诉来电者的键，没有人会按。"),
        Both("Tell of the key in the prompt, or delete it.", "在提示里说明这个键，或者删掉它。"),
    ),
    _rule(
        "key-nowhere",
        Both(
            "the words of `{prompt}` offer key {keys}, which leads nowhere",
            "`{prompt}` 里说可以按 {keys}，但这个键没有去处",
        ),
        Both(
            "Callers do what they are told and hear that they are wrong.",
            "来电者照提示按了键，却听到“按键有误”。",
        ),
        Both("Add the key to `keys`, or mend the words.", "在 `keys` 里加上这个键，或者修改提示。"),
        of="error",
    ),
    _rule(
        "key-mixed-up",
        Both(
            "the words say `{label}` for key {key}, which leads to `{name}`; did you mean `{other}`?",
            "提示说按 {key} 是“{label}”，但这个键通到 `{name}`；是不是应当通到 `{other}`？",
        ),
        Both(
            "Callers get to people who cannot help them, and are passed on.",
            "来电者接通了帮不上忙的人，又要再转一次。",
        ),
        Both("Change the key, or the words.", "修改按键，或者修改提示。"),
    ),
    _rule(
        "too-many-keys",
        Both(
            "`{name}` offers {count} keys; callers remember {most}",
            "`{name}` 有 {count} 个选择；最多 {most} 个才记得住",
        ),
        Both(
            "By the last choice the first is forgotten, and callers listen to all of it again.",
            "听到最后一项时已经忘了第一项，只好再听一遍。",
        ),
        Both("Make two menus of it, the most wanted choices first.", "分成两级菜单，常用的放在前面。"),
    ),
    _rule(
        "long-prompt",
        Both(
            "about {seconds} s of words before `{name}` goes on; at most {most} s",
            "`{name}` 要说约 {seconds} 秒；最多 {most} 秒",
        ),
        Both("Callers hang up before the end, or miss their choice.", "来电者等不到说完就挂机，或者听漏选择。"),
        Both("Say less. What few need belongs behind a key of its own.", "少说一些。少数人需要的内容另设一个键。"),
    ),
    _rule(
        "too-deep-menus",
        Both(
            "callers have to pass {count} menus to leave `{name}`; at most {most}",
            "`{name}` 是来电者要经过的第 {count} 级菜单；最多 {most} 级",
        ),
        Both("Each menu more loses callers.", "每多一级菜单就多一些人挂机。"),
        Both("Bring its choices to the menu before.", "把它的选择提到上一级菜单。"),
    ),
    _rule(
        "never-open",
        Both("the hours `{name}` never open within {days} days", "时间表 `{name}` 在 {days} 天内都不开放"),
        Both("All callers of its lines hear that the line is closed.", "打到这些热线的人听到的总是“非服务时间”。"),
        Both("Look at `on`, `from`, `until` and the closures.", "检查 `on`、`from`、`until` 和 closures。"),
        of="error",
    ),
    _rule(
        "unstaffed",
        Both("`{name}` has neither agents nor an outside number", "`{name}` 既没有座席，也没有外线号码"),
        Both("Everybody who chooses it waits for nobody.", "选它的人都在白等。"),
        Both(
            "Put the line into an agent's `lines`, or write `outside`.", "把它写进座席的 `lines`，或者写上 `outside`。"
        ),
        "agents:\n  vaccine-1: {name: 疾控一号座席, lines: [immunization]}",
        of="error",
    ),
    _rule(
        "survey-rings",
        Both(
            "after a talk `{name}` leads to the line `{line}` though the caller does nothing",
            "通话之后，来电者什么也不做，`{name}` 也会转到热线 `{line}`",
        ),
        Both(
            "A phone that was left off the hook rings one agent after another, for hours.",
            "没挂好的电话会让座席一个接一个地响铃，几小时不停。",
        ),
        Both(
            "Let it end with words of farewell; whoever needs more may press a key.",
            "以道别结束；还有需要的人可以按键。",
        ),
        "rating:\n  survey: rate-us\n  answers: {1: 满意, 2: 不满意}\n  then: bye\nbye: {end: goodbye}",
        of="error",
    ),
    _rule(
        "may-not-dial",
        Both(
            "`{number}` is not among the numbers of `hotline.may_dial`; if it is right, add it there: {where}",
            "`{number}` 不在 `hotline.may_dial` 允许的号码里；号码没错的话，请加到那里：{where}",
        ),
        Both("The list guards against calls that cost much or go astray.", "这张单子防止误拨和高额话费。"),
        Both("Mend the number, or add it to the list.", "改正号码，或者加进单子。"),
        'hotline:\n  may_dial: ["022*"]',
        of="error",
    ),
    _rule(
        "dials-itself",
        Both("`{name}` dials the hotline's own number", "`{name}` 拨的是热线自己的号码"),
        Both(
            "Callers would begin anew at the greeting, and each takes another line.",
            "来电者又回到开头，每次多占一条线路。",
        ),
        Both("Write the institution's own number.", "写联动单位自己的号码。"),
        of="error",
    ),
    _rule(
        "number-twice",
        Both("`{number}` is dialled by `{other}` as well", "`{other}` 也拨 `{number}`"),
        Both(
            "Two lines share one telephone: `simultaneous` counts for each alone, and reports mix.",
            "两条热线共用一部电话：`simultaneous` 各算各的，统计也会混在一起。",
        ),
        Both("Write another number, or make one line of the two.", "换一个号码，或者合成一条热线。"),
    ),
    _rule(
        "calendar-ends",
        Both(
            "the holidays of {year} are not known; update the calendar, or write them under `own_days`",
            "不知道 {year} 年的节假日安排；请更新日历，或者写在 `own_days` 里",
        ),
        Both(
            "From then on holidays count as workdays: callers wait for people who are not there.",
            "到时节假日会当作工作日：来电者会白等。",
        ),
        Both(
            "The State Council publishes the next year in November. Update the hotline, or write the days, "
            "National Day among them.",
            "国务院每年十一月前后公布下一年的安排。请更新热线软件，或者自己写上这些日子（包括国庆节）。",
        ),
        "calendar:\n  own_days:\n    2027-10-01: {day: day off, why: 国庆节}",
    ),
    _rule(
        "variant-lacks",
        Both(
            "`{name}` has no words for {count} prompts that its callers may hear: {prompts}",
            "`{name}` 缺 {count} 条来电者可能听到的提示：{prompts}",
        ),
        Both("Callers who chose it hear the standard words in between.", "选了它的来电者中途会听到标准语音。"),
        Both("Write the words under `variants`.", "在 `variants` 里补上。"),
    ),
    _rule(
        "no-sound",
        Both(
            "`{name}` can't be played: no recording, no master, no voice here",
            "`{name}` 播不出来：没有录音，也没有可用的合成语音",
        ),
        Both("Callers would hear nothing where these words belong.", "来电者在这里什么也听不到。"),
        Both(
            "Record `recordings/{name}.wav`, or install the voice with `make voice`.",
            "录制 `recordings/{name}.wav`，或者用 `make voice` 安装语音。",
        ),
    ),
    _rule(
        "says-nothing",
        Both("`{name}` says nothing", "`{name}` 没有话说"),
        Both("Callers hear silence and think the line is dead.", "来电者听不到声音，以为断线了。"),
        Both("Name a prompt.", "写上一条提示。"),
    ),
    _rule(
        "past",
        Both("`{name}` ended on {day}", "`{name}` 已在 {day} 结束"),
        Both("It has no effect any more.", "它已经不起作用。"),
        Both("Delete it, or give it new dates.", "删掉，或者改日期。"),
    ),
    _rule(
        "backwards",
        Both("`{name}` ends before it begins", "`{name}` 的结束时间早于开始时间"),
        Both("It is never said.", "它永远不会播放。"),
        Both("Look at `since` and `until`.", "检查 `since` 和 `until`。"),
    ),
    _rule(
        "placeholder",
        Both("the words of `{name}` are not finished: `{mark}`", "`{name}` 的文字没有写完：`{mark}`"),
        Both("Callers would hear the mark read aloud.", "来电者会听到这个记号被念出来。"),
        Both("Write the words.", "把文字写完整。"),
    ),
    _rule(
        "idle-agent",
        Both("the agent `{name}` is on no line", "座席 `{name}` 不在任何热线上"),
        Both("The phone never rings.", "这部话机永远不会响。"),
        Both("Name lines, or delete the agent.", "写上热线，或者删掉这个座席。"),
    ),
    _rule(
        "no-notice",
        Both("talks on `{name}` are recorded and nobody is told", "`{name}` 的通话会录音，但没有告知"),
        Both(
            "Who is recorded has to be told first (Personal Information Protection Law, article 17).",
            "录音之前必须告知对方（《个人信息保护法》第十七条）。",
        ),
        Both("Name a prompt under `notice`.", "在 `notice` 写上告知录音的提示。"),
        "record: true\nnotice: recording-notice",
    ),
    _rule(
        "hurried",
        Both(
            "`{name}` waits {seconds} s for a key; people need {least}", "`{name}` 只等 {seconds} 秒；至少要 {least} 秒"
        ),
        Both("Who has to look for the glasses is too late.", "要找眼镜的人来不及按。"),
        Both("Write 5s.", "写 5s。"),
        "wait: 5s",
    ),
    _rule(
        "no-time",
        Both(
            "`{key}` of `{name}` is 0 s: nobody can answer or press a key within it",
            "`{name}` 的 `{key}` 是 0 秒：谁也来不及接听或按键",
        ),
        Both(
            "No phone rings long enough to be picked up, or no key is ever waited for.",
            "话机没响就断了，或者根本不等按键。",
        ),
        Both(
            "Write how long people need, or leave it out: the default is good.",
            "写上人们需要的时间，或者删掉，用默认值。",
        ),
        "ring: 20s\nmaximum_wait: 5m\nwait: 5s",
        of="error",
    ),
    _rule(
        "short-ring",
        Both(
            "a phone of `{name}` rings {seconds} s; people need {least}",
            "`{name}` 只振铃 {seconds} 秒；至少要 {least} 秒",
        ),
        Both("Agents reach for the phone and it is silent again.", "座席伸手去接，铃声已经停了。"),
        Both("Write 20s.", "写 20s。"),
        "ring: 20s",
    ),
    _rule(
        "gives-up-early",
        Both(
            "callers of `{name}` are given up after {seconds} s, while the first phone rings up to {ring} s",
            "`{name}` 的来电者等 {seconds} 秒就被转走，而第一部话机要响 {ring} 秒",
        ),
        Both(
            "The second phone never rings, and the first stops before its agent may be there.",
            "第二部话机永远不会响，第一部也可能来不及接。",
        ),
        Both("Make `maximum_wait` longer than `ring`.", "让 `maximum_wait` 长于 `ring`。"),
        "ring: 20s\nmaximum_wait: 5m",
    ),
    _rule(
        "never-matches",
        Both(
            "`{digits}` is longer than the {most} digits that are asked for", "`{digits}` 比要输入的 {most} 位数字还长"
        ),
        Both("No caller's number can ever begin so.", "不会有号码以此开头。"),
        Both("Shorten it, or ask for more digits.", "缩短它，或者允许输入更多位。"),
    ),
)
