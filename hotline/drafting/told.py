"""Drafts and versions as data for the desk, and why a config folder is not written by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from desk.routing_port import digest
from hotline.drafting.draft import Draft
from hotline.versions import Version
from routing.calendar import SHANGHAI

WHY_NOT: Final[Mapping[str, Mapping[str, str]]] = {
    "repository": {
        "zh": "配置目录由您自己的版本库管理，这里不写入。请下载草稿，按您的流程提交。",
        "en": "the config folder is a repository of your own, and nothing is written there from here: download the "
        "draft and commit it your way",
    },
    "read_only": {
        "zh": "配置目录对本程序只读。请下载草稿，由管理这台机器的人放入。",
        "en": "the config folder is read-only for this program: download the draft and have it put there",
    },
    "linked": {
        "zh": "配置目录里有链接，文件由别处管理。请下载草稿，放到文件真正所在的地方。",
        "en": "files of the config folder are links, kept elsewhere: download the draft and put it where they are",
    },
    "set_so": {
        "zh": "本机设置 `web.publish: false`：方案在别处管理。请下载草稿。",
        "en": "`web.publish: false` in the settings: plans are kept elsewhere; download the draft",
    },
    "no_files": {
        "zh": "本热线不是从文件启动的，没有可写的配置目录。",
        "en": "this hotline was not started from files: there is no config folder to write",
    },
}


def draft_data(draft: Draft, *, behind: Mapping[str, Any] | None) -> dict[str, Any]:
    """A draft with all its texts; `behind` is what changed beneath it."""
    return {
        "user": draft.user,
        "source": draft.source.value,
        "number": draft.ground.number,
        "began": _wall(draft.began),
        "changed": _wall(draft.changed),
        "files": [{"name": name, "text": text, "digest": digest(text)} for name, text in sorted(draft.files.items())],
        "touched": draft.touched,
        "behind": behind,
    }


def version_data(version: Version, *, live: bool) -> dict[str, Any]:
    note = version.note
    return {
        "number": version.number,
        "mark": version.mark,
        "kept": _wall(version.kept),
        "live": live,
        "after": version.after,
        "who": None if note is None else note.who,
        "why": None if note is None else note.why,
    }


def _wall(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
