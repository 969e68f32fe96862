"""The house around the switch: its user, its files, its secrets, its web page."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hotline.hardening.demand import Demand
from hotline.hardening.evidence import Evidence
from hotline.switch_config import is_loopback
from routing.rules.rule import Both

BITS = 128
"""Least strength of a secret."""


def _not_root(evidence: Evidence) -> Iterator[str]:
    if evidence.process and evidence.process.uid == 0:
        yield "uid 0"


def _modes(evidence: Evidence) -> Iterator[str]:
    for path, mode in sorted(evidence.modes.items()):
        if mode & 0o077:
            yield f"{path}: {mode:04o}"


def bits(secret: str) -> float:
    """At most so many bits are in a secret of this length and these kinds of characters."""
    if set(secret) <= set("0123456789abcdef"):
        kinds = 16 if set(secret) & set("abcdef") else 10
    else:
        kinds = sum(
            size
            for size, there in (
                (10, any(c.isdigit() for c in secret)),
                (26, any(c.islower() for c in secret)),
                (26, any(c.isupper() for c in secret)),
                (12, any(not c.isalnum() for c in secret)),
            )
            if there
        )
    return len(secret) * math.log2(kinds) if len(set(secret)) > len(secret) ** 0.5 else 0.0


def _secrets(evidence: Evidence) -> Iterator[str]:
    weak = [name for name, secret in evidence.secrets.items() if bits(secret) < BITS]
    yield from weak
    owners: dict[str, str] = {}
    for name, secret in evidence.secrets.items():
        if owners.setdefault(secret, name) != name:
            yield f"{name} = {owners[secret]}"


def _web(evidence: Evidence) -> Iterator[str]:
    web = evidence.settings.web
    if not is_loopback(web.host) and web.certificate is None and not web.behind_proxy:
        yield f"web.host = {web.host}"


MACHINE: tuple[Demand, ...] = (
    Demand(
        "not-root",
        Both("Asterisk does not run as root.", "Asterisk 不以 root 运行。"),
        Both("A hole in it would then be a hole in the whole machine.", "否则它的一个漏洞就是整台机器的漏洞。"),
        Both("Give the hotline a user of its own and start it as that user.", "给热线建一个专用用户，用它启动。"),
        running=_not_root,
        must=False,
    ),
    Demand(
        "files",
        Both(
            "Configuration, secrets, records, recordings and control sockets are readable by the hotline's user alone.",
            "配置、口令、记录、录音和控制套接字只有热线用户可读。",
        ),
        Both(
            "Whoever reads them can register as any phone, and knows who called.",
            "谁读到它们，谁就能冒充任何话机，也知道谁来过电话。",
        ),
        Both("`chmod go-rwx` what is named.", "对列出的文件 `chmod go-rwx`。"),
        _modes,
    ),
    Demand(
        "secrets",
        Both(
            f"Every secret may hold {BITS} bits or more, and no two doors have the same.",
            f"每个口令至少 {BITS} 位强度，两扇门不共用。",
        ),
        Both("Scanners try words; they cannot try 2¹²⁸ numbers.", "扫描器会试词典，试不完 2¹²⁸ 个数。"),
        Both(
            "Leave the secret unset: the hotline makes one. `hotline phones` shows the phones'.",
            "不要自己设口令，热线会生成；话机的用 `hotline phones` 查看。",
        ),
        _secrets,
    ),
    Demand(
        "web",
        Both("The web page listens on loopback, or behind TLS.", "网页只在本机监听，或者走 TLS。"),
        Both(
            "Passwords and callers' data must not cross a network in the clear.",
            "口令和来电者数据不能在网络上明文传输。",
        ),
        Both(
            "Set `web.certificate` and `web.key`, or put a TLS proxy before it: docs/web.md.",
            "设置 `web.certificate` 和 `web.key`，或在前面放 TLS 代理：docs/web.md。",
        ),
        _web,
        must=False,
    ),
)
