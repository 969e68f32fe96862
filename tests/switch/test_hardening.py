"""Unit: what the switch is held to, on the configuration that we write and on ones that somebody spoiled."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline.asterisk_program import AsteriskProgram
from hotline.clock import clock_of
from hotline.fallback import compiled
from hotline.hardening import dialplan
from hotline.hardening.demand import Finding, State
from hotline.hardening.evidence import Evidence, Knock, Process
from hotline.hardening.gathering import on_paper
from hotline.hardening.of_machine import bits
from hotline.hardening.table import DEMANDS, examine
from hotline.hardening.written import read, sections
from hotline.operators import read_config
from hotline.rules_pages import rules_pages
from hotline.secrets import Secrets
from hotline.settings import HOUSE, Settings, SettingsError, load
from hotline.switch_config import PhoneAccount, render

SECRETS = Secrets("0123456789abcdef" * 2, {"ann": "fedcba9876543210" * 2})
ANN = PhoneAccount("ann", SECRETS.phones["ann"], "安娜")
PROGRAM = AsteriskProgram(("asterisk",), Path("/modules"), Path("/share"), Path("/sbin"), (22, 10, 1))
CARRIER: dict[str, Any] = {
    "host": "203.0.113.5",
    "port": 5061,
    "match": ["203.0.113.5/32"],
    "listen": {"host": "192.0.2.10", "port": 5061},
    "transport": "tls",
    "tls": {"certificate": "/etc/hotline/cert.pem", "key": "/etc/hotline/key.pem"},
    "media_encryption": "sdes",
}


@pytest.fixture
def real(tmp_path: Path) -> Settings:
    """A hotline open to a carrier and to phones in browsers."""
    webrtc = {"enabled": True, "certificate": "/c.pem", "key": "/k.pem", "phones": ["ann"]}
    return load(config=tmp_path, var=tmp_path / "var", sip={"host": "192.0.2.9"}, trunk=CARRIER, webrtc=webrtc)


def evidence_of(settings: Settings, **texts: str) -> Evidence:
    files = render(settings, SECRETS, [ANN], PROGRAM)
    return on_paper(settings, PROGRAM, files | texts, ["ann"], SECRETS)


def states(evidence: Evidence) -> dict[str, Finding]:
    return {finding.demand.id: finding for finding in examine(evidence)}


def bad(evidence: Evidence) -> set[str]:
    return {name for name, found in states(evidence).items() if found.state in (State.NOT_GOOD, State.WARNING)}


def test_what_we_write_meets_every_demand(settings: Settings, real: Settings) -> None:
    for one in (settings, real):
        assert bad(evidence_of(one)) == {"runs"}  # nothing runs here
    found = states(evidence_of(real))
    for name in ("trunk-own-door", "trunk-encrypted", "trunk-tls", "browsers"):
        assert found[name].state is State.OK


SPOILED: dict[str, tuple[str, str, str]] = {
    "no-anonymous": ("pjsip.conf", "auth_username,username,ip", "auth_username,username,ip,anonymous"),
    "trunk-by-address": ("pjsip_trunk.conf", "identify_by = ip", "identify_by = username"),
    "no-strangers": ("pjsip_trunk.conf", "[trunk]\ntype = aor", "[mallory](leg)\n\n[trunk]\ntype = aor"),
    "phones": ("pjsip_phones.conf", "max_contacts = 1", "max_contacts = 5"),
    "bans": ("pjsip.conf", "acl = banned", "acl = other"),
    "contexts": ("extensions.conf", "Stasis(hotline,inbound)", "Dial(PJSIP/${EXTEN}@trunk)"),
    "entry": ("pjsip_phones.conf", "context = from-phone", "context = from-trunk"),
    "shut": ("pjsip.conf", "allow_transfer = no", "allow_transfer = yes"),
    "media-ports": ("rtp.conf", "strictrtp = yes", "strictrtp = no"),
    "media-address": ("pjsip_trunk.conf", "media_address = 127.0.0.1", "media_address = 198.51.100.1"),
    "tells-nothing": ("pjsip.conf", "user_agent = hotline", "user_agent = Asterisk PBX 22.10.1"),
    "modules": ("modules.conf", "load = pbx_config.so", "load = pbx_config.so\nload = app_system.so"),
    "not-dangerous": ("asterisk.conf", "live_dangerously = no", "live_dangerously = yes"),
    "manager-off": ("manager.conf", "enabled = no", "enabled = yes"),
    "ari": ("ari.conf", "allowed_origins =", "allowed_origins = *"),
    "limits": ("asterisk.conf", "maxload = ", "maxload = 0 ; "),
    "no-cores": ("asterisk.conf", "dumpcore = no", "dumpcore = yes"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_configuration_is_told(settings: Settings, name: str) -> None:
    file, good, spoiled = SPOILED[name]
    whole = evidence_of(settings).texts[file]
    assert good in whole
    found = evidence_of(settings, **{file: whole.replace(good, spoiled, 1)})
    assert name in bad(found)
    assert states(found)[name].wrong


WORSE: dict[str, Callable[[Settings], Settings]] = {
    "trunk-own-door": lambda s: s.model_copy(update={"trunk": s.trunk.model_copy(update={"listen": None})}),
    "trunk-encrypted": lambda s: s.model_copy(update={"trunk": s.trunk.model_copy(update={"media_encryption": "no"})}),
    "browsers": lambda s: s.model_copy(update={"webrtc": s.webrtc.model_copy(update={"phones": ("ann",)})}),
    "web": lambda s: s.model_copy(update={"web": s.web.model_copy(update={"host": "192.0.2.9"})}),
    "bans": lambda s: s.model_copy(update={"bans": s.bans.model_copy(update={"enabled": False})}),
}


@pytest.mark.parametrize("name", [name for name in WORSE if name != "browsers"])
def test_settings_that_open_a_door_are_told(real: Settings, name: str) -> None:
    assert name in bad(evidence_of(WORSE[name](real)))


def test_browsers_from_loopback_must_not_be_the_carrier(real: Settings) -> None:
    loopback = load(config=real.config, trunk=CARRIER | {"match": ["127.0.0.1/32"]}).trunk
    assert "browsers" in bad(evidence_of(real.model_copy(update={"trunk": loopback})))


def test_a_whole_network_is_no_carrier(real: Settings) -> None:
    wide = load(config=real.config, trunk=CARRIER | {"match": ["10.0.0.0/8"]}).trunk
    assert "trunk-by-address" in bad(evidence_of(real.model_copy(update={"trunk": wide})))


RUNNING = {
    "version": {"core show settings": "  Version:       22.9.0\n"},
    "no-anonymous": {"pjsip show endpoints": " Endpoint:  anonymous     Not in use    0 of inf\n"},
    "no-strangers": {"pjsip show endpoints": " Endpoint:  mallory/mallory     Not in use    0 of inf\n"},
    "trunk-by-address": {"pjsip show identifies": " Identify:  trunk/trunk\n      Match: 0.0.0.0/0\n"},
    "modules": {"module show": "app_system.so   Generic System() application   0   Running   core\n"},
    "manager-off": {"manager show settings": "  Manager (AMI):             Yes\n"},
    "ari": {"http show status": "Server Enabled and Bound to 0.0.0.0:8088\n"},
    "limits": {"core show settings": "  Maximum calls:   Not set\n  Maximum load average: 0.0\n"},
    "no-cores": {"core show settings": "  Dump core on crash:          Yes\n"},
    "contexts": {
        "dialplan show": "[ Context 'from-trunk' created by 'x' ]\n  '_X.' =>   1. System(${EXTEN})   [AMI]\n"
        "[ Context 'from-phone' created by 'x' ]\n"
    },
    "shut": {"pjsip show endpoint trunk": " allow_transfer           : true\n"},
    "media-ports": {"rtp show settings": "  Port start:      1024\n"},
    "phones": {"pjsip show aor ann": " max_contacts         : 9\n remove_existing      : true\n"},
    "not-dangerous": {"core show settings": "  Shell on remote consoles:    Enabled\n"},
    "bans": {"acl show banned": "No such ACL\n"},
    "entry": {"pjsip show endpoint trunk": " context            : default\n"},
}


@pytest.mark.parametrize("name", RUNNING)
def test_a_running_switch_that_is_not_what_was_written_is_told(settings: Settings, name: str) -> None:
    assert name in bad(replace(evidence_of(settings), said=RUNNING[name]))


def test_a_stranger_who_gets_in_is_told(settings: Settings) -> None:
    here = replace(evidence_of(settings), said={"x": "y"})
    assert "stranger" in bad(replace(here, knocks={"sip": Knock(200)}))
    assert "stranger" not in bad(replace(here, knocks={"sip": Knock(401)}))
    assert "tells-nothing" in bad(replace(here, knocks={"sip": Knock(401, "Asterisk PBX 22.10.1")}))
    assert "ari" in bad(replace(here, knocks={"ari": Knock(200)}))


def test_root_cores_and_open_files_are_told(settings: Settings) -> None:
    here = replace(evidence_of(settings), said={"x": "y"}, process=Process(0, "unlimited"))
    assert {"not-root", "no-cores"} <= bad(here)
    assert states(here)["not-root"].state is State.WARNING
    assert "files" in bad(replace(here, modes={Path("secrets.json"): 0o644}))


@pytest.mark.parametrize(
    ("secret", "enough"),
    [("a" * 64, False), ("12320", False), ("0123456789abcdef" * 2, True), ("hotline-hotline", False)],
)
def test_a_secret_is_weighed(secret: str, enough: bool) -> None:
    assert (bits(secret) >= 128) is enough


def test_weak_and_shared_secrets_are_told(settings: Settings) -> None:
    here = evidence_of(settings)
    assert "secrets" in bad(replace(here, secrets={"ari": "12345678"}))
    assert "secrets" in bad(replace(here, secrets={"ari": SECRETS.ari_password, "ann": SECRETS.ari_password}))


def test_templates_give_what_they_hold_and_the_last_value_counts() -> None:
    (base, one) = sections("[a](!)\nx = 1\ny = 2 ; why\n[b](a)\nx=3\n")
    assert base.template
    assert (one.get("x"), one.get("y"), one.all("x")) == ("3", "2", ["1", "3"])
    assert [section.name for section in read({"f.conf": "[a](!)\n[b](a)\n"})["f.conf"]] == ["b"]


@pytest.mark.parametrize(
    "step",
    [
        "System(rm -rf /)",
        "AGI(agi://127.0.0.1)",
        "Dial(PJSIP/${EXTEN}@trunk)",
        "Dial(Local/1@elsewhere)",
        "Set(X=${SHELL(id)})",
        "Goto(${CALLERID(num)},s,1)",
        "GotoIf($[1]?here,s,1:${KEY},s,1)",
        "Gosub(${FILTER(0-9,${KEY})},s,1)",
        "Originate(PJSIP/1@trunk,app,Wait)",
        "TrySystem(id)",
    ],
)
def test_a_step_far_behind_the_door_is_found(step: str) -> None:
    ahead = "[from-phone]\n[from-trunk]\nexten => _X,1,GotoIf($[1]?one,s,1)\n[one]\ninclude => two\n[two]\n"
    plan = dialplan.of_text(ahead + f"exten => s,1,NoOp()\n same => n(x),{step}\n")
    assert dialplan.too_much(plan)
    apart = dialplan.of_text(ahead.replace("include => two", "exten => s,1,Hangup()") + f"exten => s,1,{step}\n")
    assert dialplan.too_much(apart) == []


def test_the_plan_may_ring_its_own_phones_and_numbers() -> None:
    plan = "[from-phone]\n[from-trunk]\nexten => _X,1,Goto(plan,s,1)\n[plan]\nexten => s,1,{}\n"
    assert dialplan.too_much(dialplan.of_text(plan.format("Dial(PJSIP/ann&PJSIP/02200000001@trunk,30,im)"))) == []
    assert dialplan.too_much(dialplan.of_text(plan.format("Dial(PJSIP/ann&PJSIP/${X}@trunk,30,im)")))


def test_what_asterisk_shows_is_what_was_written() -> None:
    shown = (
        "[ Context 'from-trunk' created by 'pbx_config' ]\n"
        "  '_X' =>           1. Stasis(hotline,inbound)                    [extensions.conf:9]\n"
        "     [over]         2. Goto(fallback,s,1)                         [extensions.conf:10]\n"
        "  Include =>        'plan-common'                                 [pbx_config]\n"
    )
    assert dialplan.of_answer(shown) == {
        "from-trunk": ["Stasis(hotline,inbound)", "Goto(fallback,s,1)", "include(plan-common)"]
    }


def test_every_demand_is_told_in_both_languages_and_by_one_name() -> None:
    assert len({demand.id for demand in DEMANDS}) == len(DEMANDS)
    for demand in DEMANDS:
        assert demand.written or demand.running
        for both in (demand.what, demand.why, demand.mending):
            assert both.en.endswith(".")
            assert re.search(r"[一-鿿]", both.zh)


@pytest.mark.parametrize("path", [path for path in rules_pages() if "hardening" in path.name], ids=str)
def test_the_pages_say_what_the_table_says(path: Path) -> None:
    assert (HOUSE / path).read_text("utf-8") == rules_pages()[path], "run `python -m hotline.rules_pages`"


@pytest.mark.parametrize(
    ("trunk", "told"),
    [
        ({"transport": "tls"}, "set listen and tls"),
        ({"media_encryption": "sdes"}, "set transport to tls too"),
        (CARRIER | {"tls": {"certificate": "/a;b", "key": "/k"}}, "must not contain"),
    ],
)
def test_half_an_encryption_is_refused(tmp_path: Path, trunk: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load(config=tmp_path, trunk=trunk)


def test_the_shipped_plan_without_an_engine_leads_to_its_own_phones_and_numbers_alone(settings: Settings) -> None:
    plan = compiled(read_config(HOUSE / "config").plan, settings, clock_of(settings))
    texts = render(settings, SECRETS, [ANN], PROGRAM, plan)
    assert "Dial(" in texts["extensions.conf"]
    assert dialplan.too_much(dialplan.of_text(texts["extensions.conf"])) == []
    assert "plan-start" in dialplan.reachable(dialplan.of_text(texts["extensions.conf"]))
