"""Rules of what callers would meet: a plan may be written well and still serve them badly."""

from __future__ import annotations

from routing.rules.rule import Both, Rule, adjustable

CALLING: tuple[Rule, ...] = (
    adjustable(
        "unreachable",
        Both("no caller ever gets to `{name}`", "没有来电者能到达 `{name}`"),
        Both(
            "It was written for callers, and none will meet it: a way that should lead here is missing.",
            "写好了却没有人能听到：应当有一条路通到这里。",
        ),
        Both("Lead a key to it, or delete it.", "让某个按键通到这里，或者删掉。"),
    ),
    adjustable(
        "unused",
        Both("nothing uses the {what} `{name}`", "没有地方用到{what} `{name}`"),
        Both(
            "Somebody may go on editing words or hours that no caller will ever meet.",
            "可能有人一直在修改谁也听不到的内容。",
        ),
        Both("Use it, or delete it.", "用上它，或者删掉。"),
    ),
    adjustable(
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
    adjustable(
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
    adjustable(
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
    adjustable(
        "zero-elsewhere",
        Both("`0` leads to `{name}`, where nobody answers", "`0` 通到 `{name}`，那里没有人接听"),
        Both("Everywhere else `0` leads to a person; callers rely on it.", "别处按 `0` 都转人工，来电者会这样以为。"),
        Both("Use another key for this and leave `0` out.", "换一个键，不要占用 `0`。"),
    ),
    adjustable(
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
    adjustable(
        "nobody-at-zero",
        Both("`0` leads to `{name}`, from where no line is reached", "`0` 通到 `{name}`，从那里到不了任何热线"),
        Both("Who asks for a person never gets one.", "要人工的人永远得不到人工。"),
        Both("Let `hotline.person` lead to a line.", "让 `hotline.person` 通向一条热线。"),
        of="error",
    ),
    adjustable(
        "key-untold",
        Both("the words never tell of the key {keys}{variant}", "提示里没有说到按键 {keys}{variant}"),
        Both("Callers do not press what they are not told of.", "没有告诉来电者的键，没有人会按。"),
        Both("Tell of the key in the prompt, or delete it.", "在提示里说明这个键，或者删掉它。"),
    ),
    adjustable(
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
    adjustable(
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
    adjustable(
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
    adjustable(
        "long-prompt",
        Both(
            "about {seconds} s of words before `{name}` goes on; at most {most} s",
            "`{name}` 要说约 {seconds} 秒；最多 {most} 秒",
        ),
        Both("Callers hang up before the end, or miss their choice.", "来电者等不到说完就挂机，或者听漏选择。"),
        Both("Say less. What few need belongs behind a key of its own.", "少说一些。少数人需要的内容另设一个键。"),
    ),
    adjustable(
        "too-deep-menus",
        Both(
            "callers have to pass {count} menus to leave `{name}`; at most {most}",
            "`{name}` 是来电者要经过的第 {count} 级菜单；最多 {most} 级",
        ),
        Both("Each menu more loses callers.", "每多一级菜单就多一些人挂机。"),
        Both("Bring its choices to the menu before.", "把它的选择提到上一级菜单。"),
    ),
    adjustable(
        "never-open",
        Both("the hours `{name}` never open within {days} days", "时间表 `{name}` 在 {days} 天内都不开放"),
        Both("All callers of its lines hear that the line is closed.", "打到这些热线的人听到的总是“非服务时间”。"),
        Both("Look at `on`, `from`, `until` and the closures.", "检查 `on`、`from`、`until` 和 closures。"),
        of="error",
    ),
    adjustable(
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
    adjustable(
        "variant-lacks",
        Both(
            "`{name}` has no words for {count} prompts that its callers may hear: {prompts}",
            "`{name}` 缺 {count} 条来电者可能听到的提示：{prompts}",
        ),
        Both("Callers who chose it hear the standard words in between.", "选了它的来电者中途会听到标准语音。"),
        Both("Write the words under `variants`.", "在 `variants` 里补上。"),
    ),
    adjustable(
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
    adjustable(
        "says-nothing",
        Both("`{name}` says nothing", "`{name}` 没有话说"),
        Both("Callers hear silence and think the line is dead.", "来电者听不到声音，以为断线了。"),
        Both("Name a prompt.", "写上一条提示。"),
    ),
    adjustable(
        "past",
        Both("`{name}` ended on {day}", "`{name}` 已在 {day} 结束"),
        Both("It has no effect any more.", "它已经不起作用。"),
        Both("Delete it, or give it new dates.", "删掉，或者改日期。"),
    ),
    adjustable(
        "backwards",
        Both("`{name}` ends before it begins", "`{name}` 的结束时间早于开始时间"),
        Both("It is never said.", "它永远不会播放。"),
        Both("Look at `since` and `until`.", "检查 `since` 和 `until`。"),
    ),
    adjustable(
        "placeholder",
        Both("the words of `{name}` are not finished: `{mark}`", "`{name}` 的文字没有写完：`{mark}`"),
        Both("Callers would hear the mark read aloud.", "来电者会听到这个记号被念出来。"),
        Both("Write the words.", "把文字写完整。"),
    ),
    adjustable(
        "hurried",
        Both(
            "`{name}` waits {seconds} s for a key; people need {least}", "`{name}` 只等 {seconds} 秒；至少要 {least} 秒"
        ),
        Both("Who has to look for the glasses is too late.", "要找眼镜的人来不及按。"),
        Both("Write 5s.", "写 5s。"),
        "wait: 5s",
    ),
    adjustable(
        "never-matches",
        Both(
            "`{digits}` is longer than the {most} digits that are asked for", "`{digits}` 比要输入的 {most} 位数字还长"
        ),
        Both("No caller's number can ever begin so.", "不会有号码以此开头。"),
        Both("Shorten it, or ask for more digits.", "缩短它，或者允许输入更多位。"),
    ),
)
