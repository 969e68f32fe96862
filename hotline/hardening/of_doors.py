"""Who may come in: the carrier, the phones, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network

from hotline.hardening.demand import Demand, NotApplicable
from hotline.hardening.evidence import Evidence
from hotline.switch_config import is_loopback
from ivr.switch import BROWSER
from routing.rules.rule import Both

WIDEST = 256
"""Addresses that a carrier's network may have."""


def _in_development(evidence: Evidence) -> bool:
    """Whether everybody who can call is on this machine."""
    settings = evidence.settings
    hosts = [settings.sip.host] + ([settings.trunk.listen.host] if settings.trunk.listen else [])
    return all(is_loopback(host) for host in hosts)


def _no_anonymous_written(evidence: Evidence) -> Iterator[str]:
    yield from (f"endpoint {one.name}" for one in evidence.endpoints() if one.name.startswith("anonymous"))
    order = evidence.section("pjsip.conf", "global").get("endpoint_identifier_order")
    if "anonymous" in order or not order:
        yield f"endpoint_identifier_order = {order}"


def _no_anonymous_running(evidence: Evidence) -> Iterator[str]:
    if re.search(r"^ Endpoint: +anonymous", evidence.answer("pjsip show endpoints"), re.MULTILINE):
        yield "pjsip show endpoints: anonymous"
    if "endpoint_identifier_anonymous" in evidence.answer("module show"):
        yield "module res_pjsip_endpoint_identifier_anonymous"


def _stranger(evidence: Evidence) -> Iterator[str]:
    if "sip" not in evidence.knocks:
        raise NotApplicable(Both("cannot be tried from this machine", "无法从本机试探"))
    status = evidence.knocks["sip"].status
    if status is not None and status not in (401, 403):
        yield f"INVITE from an address that nobody knows: {status}"


def _by_address_written(evidence: Evidence) -> Iterator[str]:
    by = evidence.section("pjsip.conf", "trunk", "endpoint").get("identify_by")
    if by != "ip":
        yield f"trunk: identify_by = {by}"
    for network in evidence.section("pjsip.conf", "trunk", "identify").all("match"):
        if ip_network(network).num_addresses > WIDEST:
            yield f"trunk.match: {network}"


def _by_address_running(evidence: Evidence) -> Iterator[str]:
    shown = evidence.answer("pjsip show identifies")
    written = set(evidence.section("pjsip.conf", "trunk", "identify").all("match"))
    matched = {word.removesuffix("/32") for word in re.findall(r"^ +Match: (?!<)(\S+)", shown, re.MULTILINE)}
    for network in sorted(matched - {word.removesuffix("/32") for word in written}):
        yield f"pjsip show identifies: {network}"
    for owner in re.findall(r"^ Identify: +(?!<)\S+?/(\S+)", shown, re.MULTILINE):
        if owner != "trunk":
            yield f"pjsip show identifies: {owner}"


def _own_door(evidence: Evidence) -> Iterator[str]:
    if _in_development(evidence):
        raise NotApplicable(Both("everything is on this machine", "一切都在本机"))
    if evidence.settings.trunk.listen is None:
        yield "trunk.listen"


def _own_door_running(evidence: Evidence) -> Iterator[str]:
    listen = evidence.settings.trunk.listen
    wanted = "transport-trunk" if listen else f"transport-{evidence.settings.trunk.transport}"
    used = evidence.parameters("pjsip show endpoint trunk").get("transport", "")
    if used != wanted:
        yield f"trunk: transport = {used}"
    if listen and f"{listen.host}:{listen.port}" not in evidence.answer("pjsip show transports"):
        yield f"{listen.host}:{listen.port}"


def _secret_trunk(evidence: Evidence) -> Iterator[str]:
    trunk = evidence.settings.trunk
    if is_loopback(trunk.host):
        raise NotApplicable(Both("the trunk is on this machine", "中继在本机"))
    if trunk.transport != "tls":
        yield f"trunk.transport = {trunk.transport}"
    if trunk.media_encryption == "no":
        yield "trunk.media_encryption = no"


def _secret_trunk_running(evidence: Evidence) -> Iterator[str]:
    trunk = evidence.settings.trunk
    used = evidence.parameters("pjsip show endpoint trunk").get("media_encryption", "")
    if (used == "no") != (trunk.media_encryption == "no"):
        yield f"trunk: media_encryption = {used}"
    yield from _tls(evidence)


def _tls(evidence: Evidence) -> Iterator[str]:
    if evidence.settings.trunk.transport != "tls":
        return
    has = evidence.parameters("pjsip show transport transport-trunk")
    if has.get("method") not in ("tlsv1_2", "tlsv1_3"):
        yield f"transport-trunk: method = {has.get('method', '')}"
    if has.get("verify_server") != "Yes":
        yield f"transport-trunk: verify_server = {has.get('verify_server', '')}"


def _tls_alone(evidence: Evidence) -> Iterator[str]:
    if evidence.settings.trunk.transport != "tls":
        raise NotApplicable(Both("the trunk speaks no TLS", "中继不用 TLS"))
    transport = evidence.section("pjsip.conf", "transport-trunk")
    if transport.get("method") not in ("tlsv1_2", "tlsv1_3"):
        yield f"transport-trunk: method = {transport.get('method')}"
    if transport.get("verify_server") != "yes":
        yield "transport-trunk: verify_server = no"


def _phones_written(evidence: Evidence) -> Iterator[str]:
    for phone in evidence.phones:
        aor = evidence.section("pjsip.conf", phone, "aor")
        if (aor.get("max_contacts"), aor.get("remove_existing")) != ("1", "yes"):
            yield f"{phone}: max_contacts = {aor.get('max_contacts')}"
        endpoint = evidence.section("pjsip.conf", phone, "endpoint")
        if not endpoint.get("auth"):
            yield f"{phone}: auth"
        if "ip" in endpoint.get("identify_by").split(","):
            yield f"{phone}: identify_by = {endpoint.get('identify_by')}"
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", phone):
            yield f"{phone}: username"


def _phones_running(evidence: Evidence) -> Iterator[str]:
    for phone in evidence.phones:
        aor = evidence.parameters(f"pjsip show aor {phone}")
        if aor and (aor.get("max_contacts"), aor.get("remove_existing")) != ("1", "true"):
            yield f"{phone}: max_contacts = {aor.get('max_contacts')}"
        has = evidence.parameters(f"pjsip show endpoint {phone}")
        if not has.get("auth"):
            yield f"{phone}: auth"
        if has.get("context") != "from-phone":
            yield f"{phone}: context = {has.get('context', '')}"


def _strangers_written(evidence: Evidence) -> Iterator[str]:
    known = {"trunk", *evidence.phones}
    yield from (f"endpoint {one.name}" for one in evidence.endpoints() if one.name not in known)


def _strangers_running(evidence: Evidence) -> Iterator[str]:
    shown = re.findall(r"^ Endpoint: +(?!<)([^\s/]+)", evidence.answer("pjsip show endpoints"), re.MULTILINE)
    known = {"trunk", *evidence.phones}
    yield from (f"pjsip show endpoints: {name}" for name in shown if name not in known)


def _browsers(evidence: Evidence) -> Iterator[str]:
    webrtc = evidence.settings.webrtc
    if not webrtc.enabled:
        raise NotApplicable(Both("no phones in browsers", "没有网页话机"))
    if not webrtc.certificate and not is_loopback(evidence.settings.ari.host):
        yield f"webrtc: ws://{evidence.settings.ari.host}"
    # Browsers come through ARI's own address, or through a proxy beside us: from loopback.
    match = evidence.settings.trunk.match
    if not _in_development(evidence) and any(network.is_loopback for network in match):
        yield "trunk.match: 127.0.0.0/8"
    for phone in _browser_phones(evidence):
        endpoint = evidence.section("pjsip.conf", phone, "endpoint")
        if endpoint.get("webrtc") != "yes" or endpoint.get("dtls_auto_generate_cert") != "yes":
            yield f"{phone}: webrtc"


def _browser_phones(evidence: Evidence) -> frozenset[str]:
    """Those of the plan that are others' browsers, and the agents' own: these have no secret that is written down."""
    own = (phone for phone in evidence.phones if phone not in evidence.secrets and phone.startswith(BROWSER))
    return frozenset((*(set(evidence.settings.webrtc.phones) & set(evidence.phones)), *own))


def _browsers_running(evidence: Evidence) -> Iterator[str]:
    browsers = _browser_phones(evidence)
    for phone in evidence.phones:
        has = evidence.parameters(f"pjsip show endpoint {phone}")
        wanted = evidence.settings.webrtc.enabled and phone in browsers
        if (has.get("ice_support") == "true") != wanted:
            yield f"{phone}: ice_support = {has.get('ice_support')}"
        if wanted and has.get("media_encryption") != "dtls":
            yield f"{phone}: media_encryption = {has.get('media_encryption')}"


def _bans_written(evidence: Evidence) -> Iterator[str]:
    if not evidence.settings.bans.enabled:
        yield "bans.enabled = false"
    if evidence.section("pjsip.conf", "bans", "acl").get("acl") != "banned":
        yield "pjsip.conf: [bans]"


def _bans_running(evidence: Evidence) -> Iterator[str]:
    if "ACL: banned" not in evidence.answer("acl show banned"):
        yield "acl show banned"
    if not re.search(r"File .* Enabled .* SECURITY", evidence.answer("logger show channels")):
        yield "logger show channels: security.log"
    if "res_security_log" not in evidence.answer("module show"):
        yield "module res_security_log"


DOORS: tuple[Demand, ...] = (
    Demand(
        "no-anonymous",
        Both("There is no anonymous endpoint.", "没有匿名端点。"),
        Both("It would give a call to everybody who finds the port.", "否则谁找到端口谁就能打进来。"),
        Both(
            "Remove the endpoint; write nothing of your own into var/asterisk/etc.",
            "删掉它；不要自己改 var/asterisk/etc。",
        ),
        _no_anonymous_written,
        _no_anonymous_running,
    ),
    Demand(
        "stranger",
        Both("An unknown source gets nothing: it is asked who it is.", "陌生来源一无所获：只会被要求认证。"),
        Both("Scanners find every open SIP port within hours.", "扫描器几小时内就会找到任何开放的 SIP 端口。"),
        Both("See `trunk.match`; restart the hotline.", "检查 `trunk.match`；重新启动热线。"),
        running=_stranger,
    ),
    Demand(
        "no-strangers",
        Both("Only the trunk and the plan's phones are endpoints.", "端点只有中继和方案里的话机。"),
        Both("An account that nobody remembers is an open door.", "没人记得的账号就是一扇敞开的门。"),
        Both("`hotline reload`; restart the hotline if it stays.", "`hotline reload`；仍在就重新启动热线。"),
        _strangers_written,
        _strangers_running,
    ),
    Demand(
        "trunk-by-address",
        Both("The carrier is known by few addresses, never by a name.", "运营商只凭少数地址识别，绝不凭名字。"),
        Both("A name in a SIP message proves nothing.", "SIP 消息里的名字什么也证明不了。"),
        Both(
            f"Let `trunk.match` name the carrier's addresses, at most {WIDEST} in a network.",
            f"`trunk.match` 只写运营商的地址，每个网段至多 {WIDEST} 个。",
        ),
        _by_address_written,
        _by_address_running,
    ),
    Demand(
        "trunk-own-door",
        Both("The carrier has an address and port of its own.", "运营商有自己的监听地址和端口。"),
        Both(
            "Only then a firewall can shut the phones' port to the carrier's network, and the other way round.",
            "这样防火墙才能把话机端口和运营商网络分开。",
        ),
        Both("Set `trunk.listen: {host: …, port: …}`.", "设置 `trunk.listen: {host: …, port: …}`。"),
        _own_door,
        _own_door_running,
    ),
    Demand(
        "trunk-encrypted",
        Both("Signalling and sound of the trunk are encrypted.", "中继的信令和声音都加密。"),
        Both(
            "Otherwise whoever is on the way hears callers speak of their health; a private line is the other answer.",
            "否则途中任何人都能听到来电者谈论健康；专线是另一种办法。",
        ),
        Both(
            "Set `trunk.transport: tls`, `trunk.tls` and `trunk.media_encryption: sdes`, if the carrier can.",
            "运营商支持时设置 `trunk.transport: tls`、`trunk.tls` 和 `trunk.media_encryption: sdes`。",
        ),
        _secret_trunk,
        _secret_trunk_running,
        must=False,
    ),
    Demand(
        "trunk-tls",
        Both(
            "TLS with the carrier is 1.2 or newer, and its certificate is checked.",
            "与运营商用 TLS 1.2 以上，并核对证书。",
        ),
        Both(
            "Left alone, Asterisk's SIP speaks TLS 1.0 only, to anybody.",
            "不设置时 Asterisk 的 SIP 只说 TLS 1.0，且不认人。",
        ),
        Both("Restart the hotline: its own configuration does this.", "重新启动热线：它自己的配置就是这样。"),
        _tls_alone,
        _tls,
    ),
    Demand(
        "phones",
        Both(
            "Each phone has a digest secret, one contact, and a name that no number looks like.",
            "每部话机都有口令、只有一个联系地址，名字不像号码。",
        ),
        Both(
            "A second registration replaces the first, so a stolen secret cannot listen beside its owner.",
            "后注册的替换先注册的，偷来的口令不能在旁边偷听。",
        ),
        Both("`hotline reload`; restart the hotline if it stays.", "`hotline reload`；仍在就重新启动热线。"),
        _phones_written,
        _phones_running,
    ),
    Demand(
        "browsers",
        Both(
            "Phones in browsers speak DTLS-SRTP, by the web's own door or a secure WebSocket; ICE is theirs alone.",
            "网页话机走网页自己的门或加密 WebSocket，声音用 DTLS-SRTP；ICE 只给它们用。",
        ),
        Both("Browsers come from anywhere; ICE has had holes.", "浏览器可能来自任何地方；ICE 出过漏洞。"),
        Both(
            "Keep ARI on loopback, and loopback out of `trunk.match`; restart the hotline.",
            "ARI 只在本机监听，`trunk.match` 不要包含本机回环地址；重新启动热线。",
        ),
        _browsers,
        _browsers_running,
    ),
    Demand(
        "bans",
        Both("Who keeps knocking in vain is refused by Asterisk itself.", "反复试探的地址由 Asterisk 直接拒绝。"),
        Both(
            "A scanner that is asked for a password two hundred times a second tries that many passwords.",
            "每秒被问两百次口令的扫描器，就能试两百个口令。",
        ),
        Both("Set `bans.enabled: true`; restart the hotline.", "设置 `bans.enabled: true`；重新启动热线。"),
        _bans_written,
        _bans_running,
    ),
)
