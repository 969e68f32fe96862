"""Rules of whom a line rings and how its callers wait: levels, reserves, limits, keys, callbacks, shifts."""

from __future__ import annotations

from routing.rules.rule import Both, Rule, adjustable

WAITING: tuple[Rule, ...] = (
    adjustable(
        "nobody-on-shift",
        Both(
            "nobody is on shift for `{name}` on {day} from {begin} to {end}, though it is open",
            "`{name}` 在 {day} {begin} 到 {end} 是服务时间，却没有座席当班",
        ),
        Both("Callers of that time wait for nobody.", "这段时间打进来的人都在白等。"),
        Both(
            "Let a shift reach over the whole hours of the line, or give it an agent without a shift.",
            "让班次盖住整个服务时间，或者安排一位不写 `shift` 的座席。",
        ),
        'calendar:\n  hours:\n    day: [{on: workdays, open: ["8:00-17:00"]}]\nagents:\n'
        "  vaccine-1: {name: 疾控一号座席, lines: [immunization], shift: day}",
    ),
    adjustable(
        "shift-elsewhere",
        Both(
            "the shift of `{name}` never meets the hours of any of their lines",
            "`{name}` 当班的时候，他的热线都不在服务时间",
        ),
        Both("The phone never rings.", "这部话机永远不会响。"),
        Both("Look at `shift`, and at the hours of the lines.", "检查 `shift` 和热线的时间。"),
    ),
    adjustable(
        "kept-away",
        Both(
            "`{name}` never has an agent: all of its agents are kept free for `{other}`",
            "`{name}` 永远没有座席：它的座席都留给了 `{other}`",
        ),
        Both("`keep_free` of the one line keeps everybody from the other.", "`keep_free` 让另一条热线永远轮不到人。"),
        Both("Keep fewer free, or give the line more agents.", "少留几位，或者多安排座席。"),
        of="error",
    ),
    adjustable(
        "keeps-all",
        Both(
            "`{name}` keeps {count} free, and has {agents} agents: their other lines never ring them",
            "`{name}` 要留 {count} 位座席，而它只有 {agents} 位：他们的其他热线永远不会打给他们",
        ),
        Both("Being on other lines is of no use to anybody then.", "写在其他热线上也没有用。"),
        Both("Keep fewer free, or take them off the other lines.", "少留几位，或者把他们从其他热线去掉。"),
        "keep_free: 1",
    ),
    adjustable(
        "late-for-all",
        Both(
            "`{name}` rings nobody for the first {seconds} s: `widen` holds back every level that its agents have",
            "`{name}` 前 {seconds} 秒谁都不呼叫：`widen` 把所有座席的级别都推后了",
        ),
        Both("Callers wait though agents are free.", "座席空着，来电者却在等。"),
        Both("Leave the best level out of `widen`.", "`widen` 里不要写最好的级别。"),
        "widen: {2: 20s}",
    ),
    adjustable(
        "widen-nobody",
        Both("no agent of `{name}` has level {level}", "`{name}` 没有 {level} 级的座席"),
        Both("The entry has no effect.", "写了不起作用。"),
        Both("Mend the level, or the levels of the agents.", "改正级别，或者改座席的级别。"),
    ),
    adjustable(
        "limit-too-late",
        Both(
            "a wait of {seconds} s is never reached on `{name}`: `maximum_wait` ends it after {most} s",
            "`{name}` 永远等不到 {seconds} 秒：`maximum_wait` 在 {most} 秒时就结束了",
        ),
        Both("The limit has no effect.", "这条限制不起作用。"),
        Both("Make it shorter than `maximum_wait`.", "让它短于 `maximum_wait`。"),
        "maximum_wait: 10m\nlimits: [{when: waited, over: 3m, then: call-back}]",
    ),
    adjustable(
        "limit-too-short",
        Both(
            "`{name}` gives callers up for an expected wait of {seconds} s: were minutes meant?",
            "`{name}` 预计等候超过 {seconds} 秒就不再排队：是不是想写分钟？",
        ),
        Both(
            "Nearly every caller who does not get an agent at once leaves the line.",
            "凡是不能马上接通的来电者，几乎都会离开这条热线。",
        ),
        Both("Write a unit: `10m` is ten minutes, `10` is ten seconds.", "写上单位：`10m` 是十分钟，`10` 是十秒。"),
        "limits: [{when: expected_wait, over: 10m, at: joining, then: call-back}]",
    ),
    adjustable(
        "limit-to-itself",
        Both("a limit of `{name}` leads back to `{name}`", "`{name}` 的一条限制又通回 `{name}`"),
        Both("The caller loses the place and waits on.", "来电者失去排队位置，接着再等。"),
        Both("Lead elsewhere, or delete it.", "通到别处，或者删掉。"),
    ),
    adjustable(
        "calls-nobody-back",
        Both("`{name}` never calls back: {what}", "`{name}` 从不回拨：{what_zh}"),
        Both("Callers go on to `otherwise` and hear of no callback.", "来电者直接走 `otherwise`，听不到回拨。"),
        Both("Write `callback` for the line.", "在热线上写 `callback`。"),
        'callback: {numbers: ["022*", "13*"]}',
    ),
    adjustable(
        "no-number-to-call",
        Both(
            "`{name}` may call back no number: write `numbers`, or `hotline.may_dial`",
            "`{name}` 不能回拨任何号码：请写 `numbers` 或 `hotline.may_dial`",
        ),
        Both("Callers are offered a callback and no number is taken.", "请来电者预约回拨，却不接受任何号码。"),
        Both("Name the numbers: this city's, and mobile ones.", "写上允许的号码：本市电话和手机。"),
        'callback: {numbers: ["022*", "13*", "15*", "18*"]}',
        of="error",
    ),
    adjustable(
        "callback-refused",
        Both(
            "`{number}` is called back by `{name}`, but `hotline.may_dial` does not allow it",
            "`{name}` 要回拨 `{number}`，但 `hotline.may_dial` 不允许",
        ),
        Both("Such callers are told that they cannot be called back.", "这些来电者会被告知无法回拨。"),
        Both("Add it to `hotline.may_dial`, or take it out here.", "加到 `hotline.may_dial`，或者从这里去掉。"),
    ),
    adjustable(
        "callback-unoffered",
        Both("`{name}` would call back, but nothing offers it", "`{name}` 可以回拨，但没有地方提供"),
        Both("No caller can book one.", "没有来电者能预约。"),
        Both("Lead a key of the line to a node with `callback`.", "让热线的一个键通到带 `callback` 的节点。"),
        "keys: {1: call-back}",
    ),
    adjustable(
        "phone-twice",
        Both("the phone `{name}` is `{other}`'s already", "话机 `{name}` 已经是 `{other}` 的"),
        Both("Nobody could tell who is there, and who answers.", "看不出谁在岗、谁接的电话。"),
        Both("Give each agent phones of their own.", "给每位座席各写各的话机。"),
        of="error",
    ),
)
