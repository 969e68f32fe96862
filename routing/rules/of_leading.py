"""Rules of where names lead."""

from __future__ import annotations

from routing.rules.rule import Both, Rule

LEADING: tuple[Rule, ...] = (
    Rule(
        "unknown-name",
        "error",
        Both("no {what} is called `{name}`{hint}", "没有叫 `{name}` 的{what}{hint}"),
        Both(
            "The call would have nowhere to go on, or nothing to say.",
            "电话走到这里就没有去处，或者没有话可说。",
        ),
        Both("Mend the spelling, or write what is missing.", "改正拼写，或者补上缺少的内容。"),
        "keys: {1: consult}   # nodes 或 lines 里要有 consult",
    ),
    Rule(
        "two-meanings",
        "error",
        Both(
            "`{name}` is a node as well; a name leads to one thing only",
            "`{name}` 同时也是节点；一个名字只能指一样东西",
        ),
        Both("Nobody could tell where `then: {name}` leads.", "看不出 `then: {name}` 指向哪里。"),
        Both("Rename one of the two.", "给其中一个改名。"),
    ),
    Rule(
        "reserved-name",
        "error",
        Both(
            "`{name}` means something else to {owner}; choose another name",
            "`{name}` 在 {owner} 里另有含义；请换一个名字",
        ),
        Both(
            "The name is taken: phones would not register, or another sound would be heard.",
            "这个名字已被占用：话机会注册不上，或者播出别的录音。",
        ),
        Both("Choose another name.", "换一个名字。"),
    ),
    Rule(
        "silent-round",
        "error",
        Both("a silent caller goes round for ever: {round}", "不按键的来电者会一直绕圈：{round}"),
        Both(
            "Somebody who cannot press keys, or a phone that was put down badly, would hold a line for ever.",
            "不方便按键的人，或者没挂好的电话，会永远占着线路。",
        ),
        Both(
            "Let silence lead to a line, a message or an end at some place of the round.",
            "在圈里的某一处，让不按键的来电者转到热线、留言或结束。",
        ),
        "silence: {say: nothing-heard, tries: 2, then: leave-message}",
    ),
    Rule(
        "fixed-rule",
        "error",
        Both("`{name}` cannot be adjusted; it is always an error", "规则 `{name}` 不能调整，它始终是错误"),
        Both("A plan that breaks it cannot serve callers.", "违反它的方案无法接待来电者。"),
        Both("Delete the entry.", "删掉这一条。"),
        "lint:\n  rules: {too-many-keys: off}",
    ),
)
