"""What the switch program may do, and how much."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotline.asterisk_program import LEAST
from hotline.hardening.demand import Demand, NotApplicable
from hotline.hardening.evidence import Evidence
from hotline.switch_config import is_loopback
from routing.rules.rule import Both

RISKY = re.compile(
    r"app_(system|externalivr|originate|queue|voicemail|disa|sms|meetme|agent_pool)|func_(shell|env|curl|db|odbc|realtime)"
    r"|pbx_(spool|lua|dundi|realtime|ael)|res_(agi|ael_share|config_.*|odbc|curl|phoneprov|xmpp|snmp|rtp_multicast)"
    r"|res_pjsip_(endpoint_identifier_anonymous|messaging|refer|notify|publish_asterisk|outbound_publish|phoneprov.*|t38)"
    r"|chan_(sip|iax2|unistim|ooh323|skinny|mgcp|websocket)|cdr_.*|cel_.*|res_manager_.*"
)
"""Modules that run programs, keep data, open doors of their own, or have had the holes of the last years."""


def _runs(evidence: Evidence) -> Iterator[str]:
    if not evidence.runs:
        yield "no Asterisk of this hotline runs"


def _version(evidence: Evidence) -> Iterator[str]:
    if evidence.release < LEAST:
        yield f"Asterisk {'.'.join(map(str, evidence.release))}"


def _modules_written(evidence: Evidence) -> Iterator[str]:
    conf = evidence.section("modules.conf", "modules")
    if conf.get("autoload") != "no":
        yield "autoload = yes"
    listed = {name.removesuffix(".so") for name in conf.all("load")}
    yield from (f"load = {name}.so" for name in sorted(listed - evidence.modules))
    wanted = {"res_agi"} if evidence.settings.agi.enabled else set()
    yield from (f"load = {name}.so" for name in sorted(listed - wanted) if RISKY.fullmatch(name))


def _modules_running(evidence: Evidence) -> Iterator[str]:
    running = set(re.findall(r"^(\w+)\.so .* Running ", evidence.answer("module show"), re.MULTILINE))
    yield from (f"module show: {name}" for name in sorted(running - evidence.modules))
    if not running:
        yield "module show"


def _dangerous(evidence: Evidence) -> Iterator[str]:
    options = evidence.section("asterisk.conf", "options")
    for name in ("live_dangerously", "execincludes"):
        if options.get(name) != "no":
            yield f"{name} = {options.get(name)}"
    if options.get("disable_remote_console_shell") != "yes":
        yield "disable_remote_console_shell = no"


def _dangerous_running(evidence: Evidence) -> Iterator[str]:
    for name, wanted in (("Executable includes", "Disabled"), ("Shell on remote consoles", "Disabled")):
        if (value := evidence.value("core show settings", name)) != wanted:
            yield f"{name}: {value}"


def _manager(evidence: Evidence) -> Iterator[str]:
    general = evidence.section("manager.conf", "general")
    for name in ("enabled", "webenabled"):
        if general.get(name) != "no":
            yield f"manager.conf: {name} = {general.get(name)}"


def _manager_running(evidence: Evidence) -> Iterator[str]:
    for name in ("Manager (AMI)", "Web Manager (AMI/HTTP)"):
        if (value := evidence.value("manager show settings", name)) != "No":
            yield f"{name}: {value}"


def _ari_written(evidence: Evidence) -> Iterator[str]:
    host = evidence.section("http.conf", "general").get("bindaddr")
    if not is_loopback(host):
        yield f"ari.host = {host}"
    general = evidence.section("ari.conf", "general")
    if general.get("allowed_origins"):
        yield f"allowed_origins = {general.get('allowed_origins')}"
    users = [section for section in evidence.files.get("ari.conf", ()) if section.get("type") == "user"]
    yield from (f"ari.conf: {user.name}" for user in users if user.name != evidence.settings.ari.user)
    yield from (f"ari.conf: {user.name}: permit" for user in users if not user.get("deny"))


def _ari_running(evidence: Evidence) -> Iterator[str]:
    status = evidence.answer("http show status")
    bound = re.findall(r"^Server Enabled and Bound to (\S+):\d+", status, re.MULTILINE)
    yield from (f"http show status: {host}" for host in bound if not is_loopback(host))
    for uri in re.findall(r"^(/\S*) =>", status, re.MULTILINE):
        if uri not in ("/ari/...", "/ws"):
            yield f"http show status: {uri}"
    users = re.findall(r"^(?:Yes|No)\s+(Yes|No)\s+(\S+)", evidence.answer("ari show users"), re.MULTILINE)
    for limited, name in users:
        if name != evidence.settings.ari.user or limited != "Yes":
            yield f"ari show users: {name}"
    if evidence.value("ari show status", "Allowed Origins"):
        yield f"Allowed Origins: {evidence.value('ari show status', 'Allowed Origins')}"
    for what, wanted in (("ari", 401), ("httpstatus", 404), ("static", 404)):
        status_of = evidence.knocks[what].status if what in evidence.knocks else wanted
        if status_of not in (wanted, None):
            yield f"GET {what}: {status_of}"


def _agi(evidence: Evidence) -> Iterator[str]:
    if not evidence.settings.agi.enabled:
        raise NotApplicable(Both("FastAGI is off", "没有开启 FastAGI"))
    if evidence.settings.agi.risk:
        yield evidence.settings.agi.risk


def _limits(evidence: Evidence) -> Iterator[str]:
    options = evidence.section("asterisk.conf", "options")
    for name in ("maxcalls", "maxload", "minmemfree"):
        if not options.get(name) or float(options.get(name)) <= 0:
            yield f"{name} = {options.get(name) or 0}"


def _limits_running(evidence: Evidence) -> Iterator[str]:
    for name in ("Maximum calls", "Maximum load average", "Minimum free memory"):
        value = evidence.value("core show settings", name)
        number = re.match(r"[\d.]+", value)
        if number is None or float(number[0]) <= 0:
            yield f"{name}: {value}"


def _cores(evidence: Evidence) -> Iterator[str]:
    if evidence.section("asterisk.conf", "options").get("dumpcore") != "no":
        yield "dumpcore = yes"


def _cores_running(evidence: Evidence) -> Iterator[str]:
    if evidence.value("core show settings", "Dump core on crash") != "No":
        yield "Dump core on crash"
    if evidence.process and evidence.process.core_limit != "0":
        yield f"ulimit -c {evidence.process.core_limit}"


SWITCH: tuple[Demand, ...] = (
    Demand(
        "runs",
        Both("The switch runs, so that its true values can be read.", "交换机在运行，看到的是真实数值。"),
        Both("A check of files alone would be true on paper only.", "只看文件，只在纸面上成立。"),
        Both(
            "`hotline up`, then look again. For an Asterisk of your own: docs/hardening.md.",
            "`hotline up` 之后再看。自己的 Asterisk 见 docs/hardening.zh-CN.md。",
        ),
        _runs,
    ),
    Demand(
        "version",
        Both(f"Asterisk is {'.'.join(map(str, LEAST))} or newer.", f"Asterisk 不低于 {'.'.join(map(str, LEAST))}。"),
        Both(
            "Older ones let ARI run programs, and crash on crafted messages.",
            "更旧的版本 ARI 可被用来运行程序，畸形消息会使其崩溃。",
        ),
        Both("`make asterisk`, then restart the hotline.", "`make asterisk`，然后重新启动热线。"),
        running=_version,
    ),
    Demand(
        "modules",
        Both(
            "Only listed modules run; none that runs programs, keeps data or is a door of its own.",
            "只运行列出的模块；没有能运行程序、存数据或另开门的模块。",
        ),
        Both(
            "Most holes of the last years were in modules that a hotline never loads.",
            "近年多数漏洞都在热线用不到的模块里。",
        ),
        Both("Restart the hotline.", "重新启动热线。"),
        _modules_written,
        _modules_running,
    ),
    Demand(
        "not-dangerous",
        Both(
            "Functions that read files or run programs serve the dialplan alone; the console has no shell.",
            "能读文件或运行程序的函数只限拨号规则内部；控制台没有 shell。",
        ),
        Both("Whoever got hold of ARI would otherwise have the machine.", "否则拿到 ARI 就等于拿到整台机器。"),
        Both("Restart the hotline.", "重新启动热线。"),
        _dangerous,
        _dangerous_running,
    ),
    Demand(
        "manager-off",
        Both("The manager interface (AMI) is off.", "管理接口（AMI）关闭。"),
        Both(
            "It is a second administrator's door, with holes of its own, and nothing here needs it.",
            "它是另一扇管理员的门，自有漏洞，而这里用不到。",
        ),
        Both("Restart the hotline.", "重新启动热线。"),
        _manager,
        _manager_running,
    ),
    Demand(
        "ari",
        Both(
            "ARI listens on loopback, for one user from this machine, for no browser; nothing else is served there.",
            "ARI 只在本机监听，只认本机的一个用户，不给浏览器；那里没有别的服务。",
        ),
        Both("Who may write through ARI is Asterisk's administrator.", "能通过 ARI 写入的人就是 Asterisk 的管理员。"),
        Both("Set `ari.host: 127.0.0.1`; restart the hotline.", "设置 `ari.host: 127.0.0.1`；重新启动热线。"),
        _ari_written,
        _ari_running,
    ),
    Demand(
        "agi",
        Both(
            "FastAGI, where it is on, is reached from this machine alone.",
            "FastAGI 开启时，只能从本机到达。",
        ),
        Both(
            "It knows no password: whoever reaches it is taken for your Asterisk.",
            "它没有口令：谁连得上，谁就被当作你的 Asterisk。",
        ),
        Both(
            "Set `agi.host: 127.0.0.1`; else name your Asterisk's addresses alone in `agi.networks`, and let a "
            "firewall do the same.",
            "设置 `agi.host: 127.0.0.1`；否则 `agi.networks` 只写你的 Asterisk 的地址，防火墙也一样。",
        ),
        _agi,
        must=False,
    ),
    Demand(
        "limits",
        Both(
            "Calls, load and memory have a limit past which a call is refused.",
            "通话数、负载和内存都有上限，超过就拒绝新来电。",
        ),
        Both("One call refused is better than every talk breaking up.", "拒绝一个来电，好过所有通话都断断续续。"),
        Both(
            "Set `sip.max_calls`, `sip.max_load` and `sip.least_memory` above 0.",
            "把 `sip.max_calls`、`sip.max_load`、`sip.least_memory` 设为大于 0。",
        ),
        _limits,
        _limits_running,
    ),
    Demand(
        "no-cores",
        Both("A crash leaves no memory image behind.", "崩溃不留内存映像。"),
        Both("It would hold every secret and the voices of the moment.", "里面会有所有口令和当时的声音。"),
        Both("Restart the hotline; let no service file set LimitCORE.", "重新启动热线；服务文件里不要设 LimitCORE。"),
        _cores,
        _cores_running,
    ),
)
