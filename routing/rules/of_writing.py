"""Rules of how the files are written: what a keyboard can spoil, and what YAML asks for."""

from __future__ import annotations

from routing.rules.rule import Both, Rule

WRITING: tuple[Rule, ...] = (
    Rule(
        "encoding",
        "error",
        Both(
            "this file is saved as {encoding}; save it as UTF-8",
            "文件的编码是 {encoding}；请另存为 UTF-8",
        ),
        Both(
            "Only UTF-8 keeps every Chinese character the same on every machine.",
            "只有 UTF-8 编码能保证汉字在每台机器上都一样。",
        ),
        Both(
            "In your editor choose Save As and the encoding UTF-8. Notepad has it beside the Save button.",
            "在编辑器里选择“另存为”，编码选 UTF-8。记事本的编码选项在“保存”按钮旁边。",
        ),
    ),
    Rule(
        "control-character",
        "error",
        Both(
            "a character that cannot be seen stands here ({code}); delete it and type this place anew",
            "这里有一个看不见的字符（{code}）；请删除后重新输入",
        ),
        Both(
            "Such characters come with text that was copied from other programs. They make two names differ that look "
            "the same.",
            "这类字符多半是从别的软件里复制文字时带进来的，会让看上去相同的两个名字实际不同。",
        ),
        Both(
            "Delete the characters around the place and type them again.",
            "把该处前后的字符删掉，重新输入。",
        ),
    ),
    Rule(
        "too-large",
        "error",
        Both("larger than {most}; split it", "文件超过 {most}；请拆成几个文件"),
        Both(
            "Files of this size are nearly always a mistake, such as a sound or a log saved under this name.",
            "这么大的文件多半是误存，比如把录音或日志存成了这个名字。",
        ),
        Both("Move the file out of the folder, or split it.", "把文件移出这个文件夹，或者拆成几个文件。"),
    ),
    Rule(
        "too-large-together",
        "error",
        Both("with this one, all files together are larger than {most}", "加上这个文件，全部文件超过 {most}"),
        Both("Reading them would take minutes, and nobody could look through them.", "读取要花几分钟，人也看不过来。"),
        Both("Look for a file that does not belong here.", "看看有没有不该放在这里的文件。"),
    ),
    Rule(
        "too-much",
        "error",
        Both(
            "more than {most} values (are aliases repeated?)",
            "超过 {most} 个值（是不是别名 * 重复太多？）",
        ),
        Both(
            "A few lines with aliases can stand for millions of values and would fill the memory.",
            "几行别名就可能展开成几百万个值，占满内存。",
        ),
        Both("Write things out instead of repeating them by `*name`.", "不要用 `*名字` 反复引用，请直接写出来。"),
    ),
    Rule(
        "too-deep",
        "error",
        Both("nested deeper than {most} levels", "嵌套超过 {most} 层"),
        Both("A plan needs five levels.", "正常的文件五层就够了。"),
        Both(
            "Look for a bracket `[` or `{` that was pasted many times, or for lines that are each indented further.",
            "检查是否重复粘贴了 `[` 或 `{`，或者每一行都比上一行缩进更多。",
        ),
    ),
    Rule(
        "syntax",
        "error",
        Both("not YAML: {hint}", "不合 YAML 的写法：{hint}"),
        Both(
            "The file cannot be read from here on, so nothing of it can go live.",
            "从这里起文件无法读懂，整个文件都不能上线。",
        ),
        Both(
            "Look at this line and the one before: a missing colon, bracket or quote, or a line that is not indented "
            "like its neighbours.",
            "看这一行和上一行：是否少了冒号、括号或引号，或者缩进和相邻的行不一致。",
        ),
        "main:\n  menu: main-menu\n  keys: {1: consult, 2: report}",
    ),
    Rule(
        "tab",
        "error",
        Both(
            "a tab stands here; indent with spaces",
            "这里是制表符（Tab）；请用空格缩进",
        ),
        Both(
            "YAML counts spaces to see what belongs to what, and a tab has no width.",
            "YAML 靠空格数判断层次，制表符没有固定宽度。",
        ),
        Both("Replace each tab by two spaces.", "把每个制表符换成两个空格。"),
    ),
    Rule(
        "full-width",
        "error",
        Both(
            "`{sign}` is a full-width {what}; write `{plain}`{more}",
            "`{sign}` 是全角的{what}；请写半角的 `{plain}`{more_zh}",
        ),
        Both(
            "The Chinese input method writes signs that look like those of YAML but are others.",
            "中文输入法打出的标点和数字看上去相似，但不是 YAML 用的符号。",
        ),
        Both(
            "Switch the input method to English and type the sign again. In the words that callers hear, Chinese signs "
            "are right.",
            "把输入法切到英文，重新输入这个符号。播给来电者听的文字里可以用中文标点。",
        ),
        "main: {menu: main-menu, keys: {1: consult}}",
    ),
    Rule(
        "smart-quotes",
        "error",
        Both(
            '`{sign}` is a typographic quote; write `"`',
            '`{sign}` 是中文引号；请写半角的 `"`',
        ),
        Both(
            "Word processors and the Chinese input method turn straight quotes into curved ones, which then belong to "
            "the text.",
            "文字处理软件和中文输入法会把直引号变成弯引号，弯引号会被当成内容的一部分。",
        ),
        Both(
            "Type a straight quote, or none: most texts need none.", "改成半角引号，或者不写引号：多数内容不需要引号。"
        ),
        'number: "12320"',
    ),
    Rule(
        "space-after-colon",
        "error",
        Both(
            "write a space after the colon of `{key}:`",
            "`{key}:` 的冒号后面要有一个空格",
        ),
        Both(
            "Without the space YAML takes name and value for one word.",
            "没有空格时，YAML 会把名字和内容当成一个词。",
        ),
        Both("Write `name: value`.", "写成 `名字: 内容`。"),
        "name: 预防接种",
    ),
    Rule(
        "several-documents",
        "error",
        Both(
            "`---` begins a second document; a file holds one",
            "`---` 开始了第二个文档；一个文件只能有一个",
        ),
        Both("What stands after the line would be passed over.", "这一行之后的内容会被忽略。"),
        Both("Delete the line, or make two files of it.", "删掉这一行，或者分成两个文件。"),
    ),
    Rule(
        "tag",
        "error",
        Both("tags such as `{tag}` are not read; delete it", "不能使用 `{tag}` 这样的标签；请删除"),
        Both(
            "A tag asks a program to make something of the value; these files hold plain values alone.",
            "标签会让程序按特殊方式处理内容，这里只允许普通内容。",
        ),
        Both("Delete the word with the exclamation mark.", "删掉带感叹号的那个词。"),
    ),
    Rule(
        "merge-key",
        "error",
        Both(
            "`<<` is not read here; write the keys out",
            "这里不能用 `<<` 合并；请把各项写出来",
        ),
        Both(
            "What a node says should be seen where it stands, without looking elsewhere.",
            "每个节点的内容应当在原处就能看全。",
        ),
        Both("Copy the keys that `<<` would bring.", "把 `<<` 要带来的各项抄写过来。"),
    ),
    Rule(
        "alias",
        "error",
        Both("`*{name}` {hint}", "引用 `*{name}` {hint}"),
        Both("`*name` repeats what `&name` marked before.", "`*名字` 表示重复前面用 `&名字` 标记的内容。"),
        Both(
            "Write the thing out. A text that begins with `*` needs quotes.",
            "直接写出内容。以 `*` 开头的文字要加引号。",
        ),
        'keys: {"*": main}',
    ),
    Rule(
        "duplicate-key",
        "error",
        Both("`{key}` is written twice (first in line {first})", "`{key}` 写了两次（第一次在第 {first} 行）"),
        Both(
            "Only one of the two could hold, and nobody could tell which.",
            "两个里只能有一个有效，看不出是哪一个。",
        ),
        Both("Delete one, or give it another name.", "删掉一个，或者改名。"),
    ),
    Rule(
        "in-two-files",
        "error",
        Both("`{key}` is written in two files (first at {first})", "`{key}` 在两个文件里都写了（第一次在 {first}）"),
        Both(
            "Files are put together; a mapping such as `nodes` may be spread, a single value may not.",
            "各文件的内容会合并：`nodes` 这样的表可以分写在几个文件里，单个值不能重复。",
        ),
        Both("Delete one of the two.", "删掉其中一处。"),
    ),
    Rule(
        "not-a-mapping",
        "error",
        Both(
            "the file must hold `key: value` pairs at its top",
            "文件最外层必须是 `名字: 内容` 的形式",
        ),
        Both("A file begins with names such as `nodes:` or `lines:`.", "文件以 `nodes:`、`lines:` 这样的名字开头。"),
        Both("Put the name before what it holds, and indent that.", "先写名字，再把内容缩进写在下面。"),
        "lines:\n  booking:\n    name: 预约挂号",
    ),
    Rule(
        "key-not-text",
        "error",
        Both("a key must be plain text", "名字必须是普通文字"),
        Both("A list or a mapping cannot name anything.", "列表或表不能用作名字。"),
        Both("Write a word before the colon.", "冒号前写一个词。"),
    ),
)
