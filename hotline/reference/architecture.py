"""The drawing of docs/architecture.md: rooms and their imports as the code has them, processes and who begins whom."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from hotline.settings import HOUSE

ROOMS: Final[dict[str, tuple[str, str]]] = {
    "hotline": ("builds all of it, commands, metrics", "总装、命令行、指标"),
    "desk": ("the browser's door and the API", "浏览器入口与 API"),
    "knowledge": ("articles and talk scripts", "知识库与话术"),
    "paperwork": ("records, orders, reports, forms", "工单、报表、表单"),
    "records": ("journal, call records, recordings", "日志、话单、录音"),
    "ivr": ("one call, and the switch it is on", "单个来电与交换机接口"),
    "acd": ("pure: who gets which call", "纯逻辑：来电分配给谁"),
    "routing": ("pure: where a call goes", "纯逻辑：来电走向"),
    "prompts": ("what callers hear", "来电者听到的语音"),
}
"""Package → what it holds, in English and Chinese; those above may import those below."""


@dataclass(frozen=True, slots=True)
class Link:
    """One process and another that it begins or speaks to, and the file in which it does."""

    who: tuple[str, str]
    whom: tuple[str, str]
    how: tuple[str, str]
    where: str


ENGINE: Final = ("engine", "引擎")
ASTERISK: Final = ("Asterisk", "Asterisk")
OFFICE: Final = ("back office", "后台进程")
DATABASE: Final = ("database", "数据库")
COMERS: Final = (
    Link(("trunk and phones", "中继与话机"), ASTERISK, ("SIP and RTP", "SIP 与 RTP"), "asterisk/pjsip.conf.j2"),
    Link(
        ("browser", "浏览器"),
        ENGINE,
        ("pages, API, what happens now: HTTP and a WebSocket", "页面、API、实时消息"),
        "desk/desk.py",
    ),
    Link(
        ("telephone in the page", "网页电话"),
        ENGINE,
        ("SIP by a door to Asterisk", "SIP 经引擎转交"),
        "desk/telephone.py",
    ),
    Link(
        ("telephone in the page", "网页电话"),
        ASTERISK,
        ("sound: DTLS and SRTP", "声音：DTLS 与 SRTP"),
        "asterisk/rtp.conf.j2",
    ),
    Link(("Prometheus", "Prometheus"), ENGINE, ("/metrics", "/metrics"), "hotline/web.py"),
    Link(("site's own dialplan", "自有拨号方案"), ENGINE, ("FastAGI", "FastAGI"), "ivr/agi/link.py"),
)
"""Who comes in from outside, and through which door."""
LINKS: Final = (
    Link(
        ("supervisor", "监护进程"), ENGINE, ("forks it anew when it dies", "派生，退出后重启"), "hotline/supervisor.py"
    ),
    Link(ENGINE, ASTERISK, ("begins it", "启动"), "hotline/asterisk_process.py"),
    Link(ENGINE, ASTERISK, ("ARI: HTTP and a WebSocket", "ARI：HTTP 与 WebSocket"), "ivr/ari/link.py"),
    Link(
        ENGINE,
        OFFICE,
        ("facts and wishes, by pipes", "管道：事实与请求"),
        "hotline/backoffice/apart.py",
    ),
    Link(OFFICE, DATABASE, ("writes what calls tell, files papers", "写入通话事实与文书"), "hotline/backoffice/pen.py"),
    Link(
        ENGINE,
        DATABASE,
        ("screens; and the facts, should the office fail", "界面读写；后台失效时代写"),
        "records/store.py",
    ),
    Link(
        ENGINE,
        ("plan worker", "方案检查进程"),
        ("texts to check, by pipes", "管道：待检查的方案"),
        "hotline/drafting/workbench.py",
    ),
    Link(
        ENGINE,
        ("printer", "排版进程"),
        ("papers to set, by pipes", "管道：待排版的文书"),
        "paperwork/printing/press.py",
    ),
    Link(
        ENGINE,
        ("test caller", "拨测进程"),
        ("one test call each, by pipes", "管道：每次一个拨测"),
        "hotline/testcalls/process.py",
    ),
)
"""Processes that stay or do a piece of work for a hotline that runs; commands run for one answer are left out."""

STYLE: Final = """text{font-family:'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif}
text{fill:#1d2733}
.headline{font-size:24px;font-weight:700}.name{font-size:16px;font-weight:700}.words{font-size:12.5px}
.small{font-size:11.5px;fill:#5b6672}.mid{text-anchor:middle}.card{fill:#fff;stroke:#1d2733;stroke-width:1.4}
.pure{fill:#e7f5ec;stroke:#1f7a45}.cell{fill:#edf4fc;stroke:#2a62a8}.own{fill:#f1f1f2;stroke:#aeb8c2}
.page{fill:#fff}.way{stroke:#2a62a8;stroke-width:1.6}.tip{fill:#2a62a8}"""
ROW, LEFT, CELL, STEP = 58, 470, 76, 64
WIDTH: Final = LEFT + CELL * len(ROOMS) + 40


def imports(house: Path = HOUSE) -> frozenset[tuple[str, str]]:
    """(room, room): a file of the first imports the second."""
    found: set[tuple[str, str]] = set()
    for room in ROOMS:
        for path in sorted((house / room).rglob("*.py")):
            if "node_modules" in path.parts:
                continue
            named: set[str] = set()
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    named |= {one.name.partition(".")[0] for one in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    named.add(node.module.partition(".")[0])
            found |= {(room, other) for other in named & ROOMS.keys() - {room}}
    return frozenset(found)


def _text(x: float, y: float, kind: str, words: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind}"/>'


def _rooms(top: float) -> list[str]:
    there = imports()
    drawn = [_text(LEFT + CELL * at + CELL / 2, top - 12, "words mid", room) for at, room in enumerate(ROOMS)]
    for row, (room, (english, chinese)) in enumerate(ROOMS.items()):
        y = top + ROW * row
        drawn += [
            _box(40, y, LEFT - 56, ROW - 8, "card pure" if room in ("acd", "routing") else "card"),
            _text(54, y + 31, "name", room),
            _text(160, y + 21, "words", english),
            _text(160, y + 40, "words", chinese),
        ]
        for at, other in enumerate(ROOMS):
            x = LEFT + CELL * at
            if room == other:
                drawn.append(_box(x + 3, y, CELL - 6, ROW - 8, "own"))
            elif (room, other) in there:
                drawn.append(_box(x + 3, y, CELL - 6, ROW - 8, "cell"))
                drawn.append(f'<circle cx="{x + CELL / 2:g}" cy="{y + (ROW - 8) / 2:g}" r="6" class="tip"/>')
    return drawn


def _links(top: float, links: tuple[Link, ...]) -> list[str]:
    drawn: list[str] = []
    for row, link in enumerate(links):
        y = top + STEP * row
        for x, (english, chinese) in ((40, link.who), (WIDTH - 260, link.whom)):
            drawn.append(_box(x, y, 220, STEP - 14, "card"))
            if english == chinese:
                drawn.append(_text(x + 110, y + 31, "name mid", english))
                continue
            drawn.append(_text(x + 110, y + 21, "name mid", english))
            drawn.append(_text(x + 110, y + 40, "words mid", chinese))
        middle, end, at = WIDTH / 2, WIDTH - 264, y + 26
        drawn.append(f'<line x1="264" y1="{at:g}" x2="{end - 8:g}" y2="{at:g}" class="way"/>')
        drawn.append(f'<path d="M{end:g} {at:g}l-10 -5v10z" class="tip"/>')
        drawn.append(_text(middle, at - 7, "words mid", "　".join(dict.fromkeys(link.how))))
        drawn.append(_text(middle, at + 17, "small mid", link.where))
    return drawn


def drawing() -> str:
    """The whole drawing as SVG, English and Chinese beside each other."""
    rooms = 132
    links = rooms + ROW * len(ROOMS) + 78
    comers = links + STEP * len(LINKS) + 78
    height = comers + STEP * len(COMERS) + 20
    parts = [
        _text(40, 46, "headline", "Rooms and their imports　模块与导入关系"),
        _text(
            40,
            72,
            "words",
            "A dot: the room on the left imports the room above. Green: pure, without input or output.",
        ),
        _text(40, 92, "words", "圆点：左侧模块导入上方模块；绿色：纯逻辑，无 I/O。"),
        *_rooms(rooms),
        _text(40, links - 24, "headline", "Processes　进程"),
        *_links(links, LINKS),
        _text(40, comers - 24, "headline", "Who comes in　外部接入"),
        *_links(comers, COMERS),
    ]
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    title = "<title>Architecture of the hotline 热线系统架构</title>"
    return "\n".join([head, title, f"<style>{STYLE}</style>", _box(0, 0, WIDTH, height, "page"), *parts, "</svg>", ""])
