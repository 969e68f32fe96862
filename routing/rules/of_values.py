"""Rules of single values and keys, as the types of the plan ask for them."""

from __future__ import annotations

from routing.rules.rule import Both, Rule

VALUES: tuple[Rule, ...] = (
    Rule(
        "missing",
        "error",
        Both("{where}: `{key}` is missing", "{where}：缺少 `{key}`"),
        Both("Without it nobody knows what callers should meet.", "没有它就不知道该怎样接待来电者。"),
        Both("Write it; the reference page tells what it is.", "补上这一项，含义见参考页。"),
        "hotline:\n  name: 天津12320\n  number: 12320\n  start: greeting",
    ),
    Rule(
        "unknown-key",
        "error",
        Both("{where}: unknown key `{key}`", "{where}：没有 `{key}` 这一项"),
        Both(
            "It would have no effect, though whoever wrote it expects one.",
            "写了也不会起作用，写的人却以为有用。",
        ),
        Both("Mend the spelling, or delete it.", "改正拼写，或者删掉。"),
    ),
    Rule(
        "node-kind",
        "error",
        Both("{where}: a node needs one of: {choices}", "{where}：节点必须有以下之一：{choices}"),
        Both("These words tell what the node does with a caller.", "这些词说明节点做什么。"),
        Both("Write what the node does first.", "先写节点做什么。"),
        "hello: {say: welcome, then: main}",
    ),
    Rule(
        "wrong-type",
        "error",
        Both("{where}: must be {expected} (here: {here})", "{where}：必须是{expected}（现在是 {here}）"),
        Both("The value cannot be understood.", "这个内容无法理解。"),
        Both("Write the kind of value that is named.", "按提示的类型填写。"),
    ),
    Rule(
        "wrong-value",
        "error",
        Both("{where}: {hint} (here: {here})", "{where}：{hint}（现在是 {here}）"),
        Both("The value cannot be understood.", "这个内容无法理解。"),
        Both("Write it as the message shows.", "按提示的样子写。"),
        'maximum_wait: 10m\nopen: ["8:30-12:00", "13:00-16:30"]',
    ),
    Rule(
        "not-one-of",
        "error",
        Both("{where}: must be one of {choices} (here: {here})", "{where}：必须是 {choices} 之一（现在是 {here}）"),
        Both("Only these words are understood.", "只认识这几个词。"),
        Both("Write one of them.", "写其中一个。"),
    ),
    Rule(
        "wrong-name",
        "error",
        Both("{where}: {here} is not a name: {hint}", "{where}：{here} 不能作名字：{hint}"),
        Both(
            "Names become file names and accounts of telephones, which bear plain letters only.",
            "名字会用作文件名和话机账号，只能用简单的字母。",
        ),
        Both("Use small letters, digits and hyphens.", "用小写字母、数字和连字符。"),
        "childrens-health:\n  name: 儿保咨询",
    ),
    Rule(
        "out-of-range",
        "error",
        Both("{where}: must be {limit} (here: {here})", "{where}：必须{limit_zh}（现在是 {here}）"),
        Both("The value would make the hotline behave oddly.", "这个值会让热线出现怪异的情况。"),
        Both("Choose a value within the limit.", "在范围内选一个值。"),
    ),
)
