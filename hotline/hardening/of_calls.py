"""What a call can do once it is in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotline.hardening import dialplan
from hotline.hardening.demand import Demand
from hotline.hardening.evidence import Evidence
from hotline.switch_config import is_loopback
from routing.rules.rule import Both

EPHEMERAL = 32768
"""The system hands out ports from here on by itself."""


def _contexts_written(evidence: Evidence) -> Iterator[str]:
    yield from dialplan.too_much(dialplan.of_text(evidence.texts.get("extensions.conf", "")))


def _contexts_running(evidence: Evidence) -> Iterator[str]:
    yield from dialplan.too_much(dialplan.of_answer(evidence.answer("dialplan show")))


def _entry(evidence: Evidence) -> Iterator[str]:
    for endpoint in evidence.endpoints():
        wanted = "from-trunk" if endpoint.name == "trunk" else "from-phone"
        if endpoint.get("context") != wanted:
            yield f"{endpoint.name}: context = {endpoint.get('context')}"


def _entry_running(evidence: Evidence) -> Iterator[str]:
    context = evidence.parameters("pjsip show endpoint trunk").get("context", "")
    if context != "from-trunk":
        yield f"trunk: context = {context}"


_SHUT = {
    "allow_transfer": ("no", "false"),
    "allow_subscribe": ("no", "false"),
    "allow_overlap": ("no", "false"),
    "direct_media": ("no", "false"),
    "allow_unauthenticated_options": ("no", "false", ""),
    "message_context": ("",),
    "subscribe_context": ("",),
    "moh_passthrough": ("no", "false", ""),
    "one_touch_recording": ("no", "false", ""),
}
"""What no endpoint may do, and how that is written and shown."""


def _shut_written(evidence: Evidence) -> Iterator[str]:
    for endpoint in evidence.endpoints():
        for key, wanted in _SHUT.items():
            if (value := endpoint.get(key)) not in wanted:
                yield f"{endpoint.name}: {key} = {value}"
    for name in ("featuremap", "applicationmap"):
        yield from (f"features.conf: {key}" for key, _ in evidence.section("features.conf", name).values)


def _shut_running(evidence: Evidence) -> Iterator[str]:
    for name in ("trunk", *evidence.phones):
        has = evidence.parameters(f"pjsip show endpoint {name}")
        for key, wanted in _SHUT.items():
            if (value := has.get(key, "")) not in wanted:
                yield f"{name}: {key} = {value}"


def _media_written(evidence: Evidence) -> Iterator[str]:
    rtp = evidence.section("rtp.conf", "general")
    first, last = int(rtp.get("rtpstart") or 0), int(rtp.get("rtpend") or 0)
    # Each leg has two ports, and a port is not used again at once: four for each channel are plenty.
    if last - first + 1 > max(2000, 4 * evidence.settings.sip.max_calls):
        yield f"rtp: {first}-{last}"
    if first < 1024 or last >= EPHEMERAL:
        yield f"rtp: {first}-{last}"
    if rtp.get("strictrtp") not in ("yes", "seqno"):
        yield f"strictrtp = {rtp.get('strictrtp')}"
    if rtp.get("icesupport") == "yes" and not evidence.settings.webrtc.enabled:
        yield "icesupport = yes"


def _media_running(evidence: Evidence) -> Iterator[str]:
    rtp = evidence.settings.rtp
    for name, wanted in (("Port start", rtp.first), ("Port end", rtp.last)):
        if (value := evidence.value("rtp show settings", name)) != str(wanted):
            yield f"{name} = {value}"
    if not evidence.value("rtp show settings", "Strict RTP").startswith("Yes"):
        yield "Strict RTP = No"
    if (evidence.value("rtp show settings", "ICE support") == "Yes") and not evidence.settings.webrtc.enabled:
        yield "ICE support = Yes"


def _sound_address(evidence: Evidence) -> Iterator[str]:
    for endpoint in evidence.endpoints():
        own = evidence.settings.trunk.listen if endpoint.name == "trunk" else None
        host = own.host if own else evidence.settings.sip.host
        if endpoint.get("webrtc") == "yes":
            host = evidence.settings.webrtc.media or host
        if is_loopback(host) and endpoint.get("media_address") != host:
            yield f"{endpoint.name}: media_address = {endpoint.get('media_address')}"


def _secrecy(evidence: Evidence) -> Iterator[str]:
    for what, answered in evidence.knocks.items():
        if re.search(r"asterisk|pjproject|\d+\.\d+", answered.signature, re.IGNORECASE):
            yield f"{what}: {answered.signature}"


def _secrecy_written(evidence: Evidence) -> Iterator[str]:
    agent = evidence.section("pjsip.conf", "global").get("user_agent", "Asterisk")
    server = evidence.section("http.conf", "general").get("servername", "Asterisk")
    realm = evidence.section("ari.conf", "general").get("auth_realm", "Asterisk")
    challenge = evidence.section("pjsip.conf", "global").get("default_realm", "asterisk")
    said = {"user_agent": agent, "servername": server, "auth_realm": realm, "default_realm": challenge}
    said |= {f"{one.name}: sdp_session": one.get("sdp_session", "Asterisk") for one in evidence.endpoints()}
    yield from (f"{name} = {value}" for name, value in said.items() if re.search(r"(?i)asterisk|\d", value))


CALLS: tuple[Demand, ...] = (
    Demand(
        "contexts",
        Both(
            "A caller and a phone reach the engine and the plan, and nothing else.",
            "来电和话机只能到达引擎和方案，别无他处。",
        ),
        Both(
            "A pattern that dials out is how toll fraud is done; an application that runs programs is worse.",
            "能往外拨的规则就是盗打话费的路；能运行程序的应用更糟。",
        ),
        Both("Restart the hotline: its own dialplan does this.", "重新启动热线：它自己的拨号规则就是这样。"),
        _contexts_written,
        _contexts_running,
    ),
    Demand(
        "entry",
        Both("Trunk and phones each come in by their own context.", "中继和话机各走各的入口。"),
        Both("What a phone may ask for is not what the whole world may.", "话机能要求的，不能让全世界都能要求。"),
        Both("Restart the hotline.", "重新启动热线。"),
        _entry,
        _entry_running,
    ),
    Demand(
        "shut",
        Both(
            "No transfer, subscription, message or feature code works on the switch itself.",
            "交换机本身不接受转接、订阅、短消息和功能码。",
        ),
        Both(
            "A call that moves itself leaves the engine's sight; talks are passed on by the engine alone.",
            "自己转走的电话引擎就看不见了；转接只由引擎来做。",
        ),
        Both("Restart the hotline.", "重新启动热线。"),
        _shut_written,
        _shut_running,
    ),
    Demand(
        "media-ports",
        Both(
            "Sound has a narrow range of ports, and comes only from where it began.",
            "声音端口范围窄，且只接受最初的来源。",
        ),
        Both(
            "A wide range is a wide hole in the firewall; loose sound can be heard and replaced by others.",
            "范围宽就是防火墙上的大洞；来源不严，声音会被别人窃听或替换。",
        ),
        Both(
            "Set `rtp.first` and `rtp.last`: four ports for each of `sip.max_calls`, below 32768.",
            "设置 `rtp.first` 和 `rtp.last`：每个 `sip.max_calls` 四个端口，低于 32768。",
        ),
        _media_written,
        _media_running,
    ),
    Demand(
        "media-address",
        Both("Sound is on loopback as long as signalling is.", "信令在本机时，声音也只在本机。"),
        Both("Opening up is explicit.", "对外开放必须是明确的决定。"),
        Both("Restart the hotline.", "重新启动热线。"),
        _sound_address,
    ),
    Demand(
        "tells-nothing",
        Both("No answer tells which program we are, or its version.", "任何应答都不透露程序和版本。"),
        Both("Scanners pick the hole by the version.", "扫描器按版本挑漏洞。"),
        Both("Restart the hotline.", "重新启动热线。"),
        _secrecy_written,
        _secrecy,
    ),
)
