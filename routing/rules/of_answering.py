"""Rules of who answers: lines, their phones and outside numbers, and how long those ring."""

from __future__ import annotations

from routing.rules.rule import Both, Rule, adjustable

ANSWERING: tuple[Rule, ...] = (
    adjustable(
        "unstaffed",
        Both("`{name}` has neither agents nor an outside number", "`{name}` 既没有座席，也没有外线号码"),
        Both("Everybody who chooses it waits for nobody.", "选它的人都在白等。"),
        Both(
            "Put the line into an agent's `lines`, or write `outside`.", "把它写进座席的 `lines`，或者写上 `outside`。"
        ),
        "agents:\n  vaccine-1: {name: 疾控一号座席, lines: [immunization]}",
        of="error",
    ),
    adjustable(
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
    adjustable(
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
    adjustable(
        "dials-itself",
        Both("`{name}` dials the hotline's own number", "`{name}` 拨的是热线自己的号码"),
        Both(
            "Callers would begin anew at the greeting, and each takes another line.",
            "来电者又回到开头，每次多占一条线路。",
        ),
        Both("Write the institution's own number.", "写联动单位自己的号码。"),
        of="error",
    ),
    adjustable(
        "number-twice",
        Both("`{number}` is dialled by `{other}` as well", "`{other}` 也拨 `{number}`"),
        Both(
            "Two lines share one telephone: `simultaneous` counts for each alone, and reports mix.",
            "两条热线共用一部电话：`simultaneous` 各算各的，统计也会混在一起。",
        ),
        Both("Write another number, or make one line of the two.", "换一个号码，或者合成一条热线。"),
    ),
    adjustable(
        "idle-agent",
        Both("the agent `{name}` is on no line", "座席 `{name}` 不在任何热线上"),
        Both("The phone never rings.", "这部话机永远不会响。"),
        Both("Name lines, or delete the agent.", "写上热线，或者删掉这个座席。"),
    ),
    adjustable(
        "no-notice",
        Both("talks on `{name}` are recorded and nobody is told", "`{name}` 的通话会录音，但没有告知"),
        Both(
            "Who is recorded has to be told first (Personal Information Protection Law, article 17).",
            "录音之前必须告知对方（《个人信息保护法》第十七条）。",
        ),
        Both("Name a prompt under `notice`.", "在 `notice` 写上告知录音的提示。"),
        "record: true\nnotice: recording-notice",
    ),
    adjustable(
        "no-such-leader",
        Both("`{listener}` is no shift leader", "`{listener}` 不是班长"),
        Both("Nobody of this name ever hears a talk of the confidential line.", "没有这样一个人能听保密热线的通话。"),
        Both("Name an agent with `leader: true`.", "写一位带 `leader: true` 的座席。"),
        "confidential: {listeners: [leader-1]}",
        of="error",
    ),
    adjustable(
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
    adjustable(
        "short-ring",
        Both(
            "a phone of `{name}` rings {seconds} s; people need {least}",
            "`{name}` 只振铃 {seconds} 秒；至少要 {least} 秒",
        ),
        Both("Agents reach for the phone and it is silent again.", "座席伸手去接，铃声已经停了。"),
        Both("Write 20s.", "写 20s。"),
        "ring: 20s",
    ),
    adjustable(
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
)
