"""Rules of files: which there are, and which they include."""

from __future__ import annotations

from routing.rules.rule import Both, Rule

FILES: tuple[Rule, ...] = (
    Rule(
        "no-files",
        "error",
        Both(
            "no *.yaml file here: name the folder that holds the hotline's files",
            "这里没有 *.yaml 文件：请指定存放热线文件的文件夹",
        ),
        Both("There is nothing to read.", "没有可读的内容。"),
        Both("`hotline check FOLDER`", "`hotline check 文件夹`"),
    ),
    Rule(
        "no-folder",
        "error",
        Both("no such folder; name the one with the hotline's files", "没有这个文件夹；请指定存放热线文件的文件夹"),
        Both("There is nothing to read.", "没有可读的内容。"),
        Both("`hotline check FOLDER`", "`hotline check 文件夹`"),
    ),
    Rule(
        "too-many-files",
        "error",
        Both("more than {most} files", "超过 {most} 个文件"),
        Both("A hotline needs a dozen.", "一条热线十几个文件就够了。"),
        Both("Look at what `include` asks for.", "检查 `include` 都包含了什么。"),
    ),
    Rule(
        "cannot-read",
        "error",
        Both("cannot be read: {why}", "无法读取：{why}"),
        Both("The system refused to open the file.", "系统不允许打开这个文件。"),
        Both("Look whether it exists and who may read it.", "检查文件是否存在、是否有读取权限。"),
    ),
    Rule(
        "include-outside",
        "error",
        Both(
            "`{name}` lies outside the folder; include files below it, written from this file on",
            "`{name}` 在文件夹之外；只能包含文件夹里面的文件，按相对本文件的路径写",
        ),
        Both(
            "A version that goes live holds everything that was read; files elsewhere could change unseen.",
            "上线的版本包含读到的全部内容；别处的文件改了不会被发现。",
        ),
        Both("Move the file into the folder.", "把文件移到这个文件夹里。"),
        "include: [lines/*.yaml, prompts.yaml]",
    ),
    Rule(
        "include-missing",
        "error",
        Both("no file is called `{name}` here", "这里没有叫 `{name}` 的文件"),
        Both("What the file should bring would be missing.", "该文件的内容就缺了。"),
        Both(
            "Write the path as seen from this file; `*` stands for any part of a name. `tests` and `recordings` are "
            "no part of the plan.",
            "按相对本文件的路径写；`*` 代表任意名字。`tests` 和 `recordings` 里的文件不属于方案。",
        ),
        "include: [lines/*.yaml]",
    ),
    Rule(
        "include-cycle",
        "error",
        Both("includes itself: {round}", "文件包含了自己：{round}"),
        Both("Nobody could tell which file holds the other.", "分不清哪个文件包含哪个。"),
        Both("Delete one of these includes.", "删掉其中一处 include。"),
    ),
)
