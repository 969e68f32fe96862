"""Words within messages that the rules' tables leave open, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "prompt": "提示",
    "node or line": "节点或热线",
    "node": "节点",
    "line": "热线",
    "hours": "时间表",
    "variant": "语言",
    "rule": "规则",
    "colon": "冒号",
    "comma": "逗号",
    "digit": "数字",
    "bracket": "括号",
    "space": "空格",
    "sign": "符号",
    "a whole number": "整数",
    "a number": "数字",
    "text": "文字",
    "`true` or `false`": " `true` 或 `false`",
    "a list": "列表",
    "`key: value` pairs": " `名字: 内容` 的形式",
    "a date or time": "日期或时间",
    "a value": "内容",
    "a list of paths": "路径的列表",
    "; that is a node": "；它是一个节点",
    "; that is a line": "；它是一条热线",
    "small letters, digits and hyphens, a letter first": "只能用小写字母、数字和连字符，以字母开头",
    "small letters, digits and single hyphens, a letter first": "只能用小写字母、数字和单个连字符，以字母开头",
    "write one key of a telephone: 0-9, * or #": "请写一个电话按键：0-9、* 或 #",
    "write the digits that are dialled, 3 to 20, such as 02212345678": "请写要拨的号码，3 到 20 位数字，如 02212345678",
    "write digits": "请写数字",
    "write words that can be spoken": "请写能读出来的话",
    "a character that cannot be spoken or seen is in these words; type them anew":
        "这段话里有读不出来也看不见的字符；请重新输入",
    "write a number, the beginning of one and *, or withheld": "请写号码、号码开头加 *，或者 withheld",
    "a name of at most 80 signs without brackets, quotes, commas and semicolons":
        "名字最多 80 个字，不能有括号、引号、逗号和分号",
    "something must stand here": "这里不能空着",
    "too long": "太长",
    "means nothing; `&` must mark it before": "没有含义；前面要先用 `&` 标记",
    "stands within what it repeats": "出现在它自己要重复的内容里",
    "a bracket is not closed, or a comma is missing": "括号没有闭合，或者少了逗号",
    "a quote is not closed": "引号没有闭合",
    "this line is not indented like its neighbours": "这一行的缩进和相邻的行不一致",
    "a `key: value` stands where none can: look at the line before": "这里不能写 `名字: 内容`：请看上一行",
    "`key: value` is expected; a colon and a space are missing": "应当写成 `名字: 内容`，这里缺少冒号和空格",
    "a text cannot begin with this sign; put it in quotes": "文字不能以这个符号开头；请加引号",
    "something is left over after the value": "内容后面有多余的东西",
    "cannot be read from here on": "从这里起无法读懂",
    "write the names of lines in a list, or each with its level": "请把热线名字写成列表，或者逐条写明等级",
    "write a duration like 20s, 5m or 1h30m": "时长请写成 20s、5m 或 1h30m",
    "write how many digits, like 8 or 4-12": "位数请写成 8 或 4-12",
    "1 to 32 digits, the smaller number first": "1 到 32 位，小的数在前",
    "write a day like 2026-10-01, or days like 2026-10-01..2026-10-07":
        "日期请写成 2026-10-01，或 2026-10-01..2026-10-07",
    "the first day comes before the last": "第一天要在最后一天之前",
    "repeat, next and back need three different keys, none of them 0":
        "repeat、next、back 要用三个不同的键，不能用 0",
    "write a date like 2026-12-01, or dates like 2026-12-01..2026-12-05":
        "日期请写成 2026-12-01，或 2026-12-01..2026-12-05",
    "write a date like 2026-12-01": "日期请写成 2026-12-01",
    "write open hours like 8:30-16:30": "开放时间请写成 8:30-16:30",
    "open hours run forward within one day, 0:00-24:00 at most": "开放时间在同一天之内由早到晚，最多 0:00-24:00",
    "the last date comes before the first": "最后一天在第一天之前",
    "write workdays, days off, every day, a weekday like tue, 2nd tue or last tue of a month, a date like 2026-12-01, "
    "or dates like 2026-12-01..2026-12-05":
        "请写 workdays（工作日）、days off（休息日）、every day（每天）、星期如 tue、每月 2nd tue 或 last tue、"
        "日期如 2026-12-01，或 2026-12-01..2026-12-05",
    "write an instant like 2026-12-01T12:00, or a date like 2026-12-01":
        "时刻请写成 2026-12-01T12:00，或日期 2026-12-01",
    "a time of day is between 0:00 and 24:00": "时间在 0:00 到 24:00 之间",
    "an offset is at most 14 hours": "时差最多 14 小时",
    "`until` comes before `from`": "`until` 早于 `from`",
    "`until` must come after `from`": "`until` 必须晚于 `from`",
    "write `over`: how long, or for `length` how many callers": "请写 `over`：多长时间；`length` 则写多少人",
    "for `length` write a whole number of callers under `over`": "`length` 的 `over` 请写整数人数",
    "`length` is looked at only as a caller joins: delete `at`": "`length` 只在来电者开始排队时检查：请删掉 `at`",
    "`waited` is looked at only while a caller waits: delete `at`": "`waited` 只在来电者等候期间检查：请删掉 `at`",
    "a confidential line is not recorded: delete `record` or `confidential`":
        "保密热线不录音：请删掉 `record` 或 `confidential`",
    "who is called back has a number that is kept: write `numbers: true` under `confidential`":
        "要回拨就得保留号码：请在 `confidential` 下写 `numbers: true`",
    "`refuse` is for a line that records: delete it, or write `record: true`":
        "`refuse` 只用于录音的热线：请删掉，或写 `record: true`",
    "`refuse` needs a key of its own: this one stands under `keys`": "`refuse` 要单独用一个键：这个键已在 `keys` 里",
    "a code is letters, digits and hyphens, at most 32, a letter first":
        "编号只能用字母、数字和连字符，以字母开头，最多 32 个",
    "a name of a category is text": "分类的名称应是文字",
    "the name of a category has no `/`": "分类的名称里不能有 `/`",
    "the name of a category has no `/`, and no space around it": "分类的名称里不能有 `/`，前后不能有空格",
    "this name stands here twice": "这一级有两个同样的名称",
    "the tree is too deep": "分类树层次太多",
    "write names within names, or a list of names": "请写一层套一层的名称，或名称的列表",
    "a category at the root says with which `kinds` it goes": "最上级的分类要写明适用的类别 `kinds`",
    "what stands below a retired category is retired too": "停用的分类之下，各级也都要停用",
    "only a category with `retired: true` becomes another": "只有 `retired: true` 的分类才能由别的分类接替",
    "no category has this code": "没有这个编号的分类",
    "no line has this name": "没有叫这个名字的热线",
    "the text is empty": "正文是空的",
    "something stands there twice": "有重复的内容",
    "a script has steps: begin each with a heading like `## 问候`": "话术要分步骤：每一步以 `## 问候` 这样的标题开头",
    "a file begins with a line ---, what is known of the article, and a second line ---":
        "文件开头要有一行 ---，写明文章的各项说明，再以一行 --- 结束",
    "one line of text, without control characters": "只能是一行文字，不能有控制字符",
    "text and line ends, without control characters": "只能是文字和换行，不能有控制字符",
    "no category in use has this code": "没有在用的分类有这个编号",
    "it must lead to a category that is in use": "最后要指向一个在用的分类",
}  # fmt: skip

_PATTERNS = (
    (
        re.compile(r"this line is not indented like its neighbours \(look from line (\d+) on\)"),
        r"这一行的缩进和相邻的行不一致（从第 \1 行看起）",
    ),
    (re.compile(r"the national tree has no such path"), r"国家分类树里没有这个分类"),
    (re.compile(r"the provincial tree has no such path"), r"省分类树里没有这个分类"),
    (re.compile(r"the tianjin tree has no such path"), r"市分类树里没有这个分类"),
    (re.compile(r"this code is given twice \(first in line (\d+)\)"), r"这个编号用了两次（第一次在第 \1 行）"),
    (re.compile(r"this leads in a circle: (.*)"), r"这样会绕成一圈：\1"),
    (re.compile(r"there is no day (\S+)"), r"没有 \1 这一天"),
    (
        re.compile(r"the open hours (\S+) and (\S+) overlap; let one end before the next begins"),
        r"开放时间 \1 和 \2 重叠；前一段结束后再开始后一段",
    ),
    (re.compile(r"(\S+) stands under (\S+) and under (\S+)"), r"\1 同时写在 \2 和 \3 下面"),
    (re.compile(r"say when this case holds: (.*)"), r"请写明这一种情况的条件：\1"),
)


def in_chinese(text: str) -> str:
    """The Chinese for words that a message names; the words themselves when there is none."""
    if text in _WORDS:
        return _WORDS[text]
    for pattern, chinese in _PATTERNS:
        if pattern.fullmatch(text):
            return pattern.sub(chinese, text)
    return text
