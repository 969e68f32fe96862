"""Unit: the configuration that Asterisk is given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hotline.asterisk_program import AsteriskProgram
from hotline.secrets import Secrets
from hotline.settings import Settings, load
from hotline.switch_config import BROWSER, MODULES, OPUS, PhoneAccount, Places, fingerprint, render

SECRETS = Secrets("ari-password", {})
ANN = PhoneAccount("ann", "a-secret-of-ann", "安娜")


@pytest.fixture
def program(tmp_path: Path) -> AsteriskProgram:
    """An Asterisk with every module of ours but Opus."""
    modules = tmp_path / "modules"
    modules.mkdir()
    for name in MODULES:
        (modules / f"{name}.so").touch()
    return AsteriskProgram(("asterisk",), modules, tmp_path / "share", tmp_path / "sbin", (22, 10, 1))


@pytest.fixture
def files(settings: Settings, program: AsteriskProgram) -> dict[str, str]:
    return render(settings, SECRETS, [ANN], program)


def section(text: str, header: str) -> dict[str, str]:
    """The `key = value` lines under the last section that begins with `header`."""
    body = re.split(r"^\[", ("\n" + text).split(f"\n{header}", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    pairs = (line.partition("=") for line in body.splitlines()[1:] if "=" in line and not line.startswith(";"))
    return {key.strip(): value.strip(" >") for key, _, value in pairs}


def test_only_what_is_listed_is_loaded(files: dict[str, str]) -> None:
    text = files["modules.conf"]
    assert "autoload = no" in text
    assert re.findall(r"^load = (\w+)\.so$", text, re.MULTILINE) == [*MODULES, *BROWSER]
    assert len(set(MODULES)) == len(MODULES)


@pytest.mark.parametrize(
    "risk",
    [
        "app_system",
        "func_shell",
        "func_env",
        "pbx_spool",
        "res_pjsip_endpoint_identifier_anonymous",
        "res_agi",
        "app_originate",
        "func_curl",
    ],
)
def test_a_module_that_a_hotline_never_needs_is_not_there(files: dict[str, str], risk: str) -> None:
    assert risk not in files["modules.conf"]


def test_doors_other_than_ari_are_shut(files: dict[str, str]) -> None:
    assert "enabled = no" in files["manager.conf"]
    assert "enable = no" in files["cdr.conf"]
    assert "enable = no" in files["cel.conf"]
    asterisk = files["asterisk.conf"]
    assert "live_dangerously = no" in asterisk
    assert "execincludes = no" in asterisk
    assert "disable_remote_console_shell = yes" in asterisk


def test_ari_is_on_loopback_and_closed_to_browsers(settings: Settings, files: dict[str, str]) -> None:
    http = section(files["http.conf"], "[general]")
    assert (http["bindaddr"], http["bindport"]) == ("127.0.0.1", str(settings.ari.port))
    assert http["enable_static"] == "no"
    assert "allowed_origins =\n" in files["ari.conf"]
    assert "\npassword = ari-password\n" in files["ari.conf"]


def test_a_trunk_does_not_shadow_the_phones_on_its_address(files: dict[str, str]) -> None:
    assert "endpoint_identifier_order = auth_username,username,ip\n" in files["pjsip.conf"]
    assert section(files["pjsip_phones.conf"], "[phone](")["identify_by"] == "auth_username,username"


def test_nobody_is_the_trunk_by_its_name_and_nobody_is_anonymous(files: dict[str, str]) -> None:
    assert section(files["pjsip_trunk.conf"], "[trunk](leg)")["identify_by"] == "ip"
    assert "anonymous]" not in "".join(files.values())


def test_a_phone_reaches_the_engine_and_nothing_else(files: dict[str, str]) -> None:
    assert section(files["pjsip_phones.conf"], "[phone](")["context"] == "from-phone"
    dialplan = files["extensions.conf"].split("[from-phone]")[1].split("[fallback]")[0]
    steps = re.findall(r"(?:exten => \S+,1|same => n(?:\(in\))?),(\w+)", dialplan)
    assert set(steps) == {"GotoIf", "Ringing", "Stasis", "Goto"}


def test_the_carrier_is_not_told_which_agent_talks(files: dict[str, str]) -> None:
    assert section(files["pjsip.conf"], "[leg](")["send_connected_line"] == "no"


def test_a_phone_has_one_contact_and_its_secret(files: dict[str, str]) -> None:
    text = files["pjsip_phones.conf"]
    aor = section(text, "[phone-aor](")
    assert (aor["max_contacts"], aor["remove_existing"], aor["qualify_frequency"]) == ("1", "yes", "2")
    page = section(text, "[browser-aor](")
    assert (page["qualify_frequency"], page["qualify_timeout"]) == ("10", "3.0"), "its WebSocket tells that it is gone"
    assert "\n[ann]\ntype = auth\nauth_type = digest\nusername = ann\npassword = a-secret-of-ann\n" in text
    assert '\ncallerid = "安娜" <ann>\n' in text


def test_no_phones_is_a_configuration_too(settings: Settings, program: AsteriskProgram) -> None:
    assert "type = auth" not in render(settings, SECRETS, [], program)["pjsip_phones.conf"]


def test_opus_is_for_phones_where_the_asterisk_has_it(
    settings: Settings, program: AsteriskProgram, files: dict[str, str]
) -> None:
    assert "allow = opus" not in "".join(files.values())
    assert OPUS[0] not in files["modules.conf"]
    for name in OPUS:
        (program.modules / f"{name}.so").touch()
    with_opus = render(settings, SECRETS, [ANN], program)
    assert "allow = opus" in with_opus["pjsip_phones.conf"]
    assert "allow = opus" not in with_opus["pjsip.conf"] + with_opus["pjsip_trunk.conf"]
    assert f"load = {OPUS[0]}.so" in with_opus["modules.conf"]


def test_sound_stays_on_loopback_until_sip_is_opened(
    settings: Settings, program: AsteriskProgram, files: dict[str, str]
) -> None:
    for name in ("pjsip_trunk.conf", "pjsip_phones.conf"):
        assert "media_address = 127.0.0.1\n" in files[name]
    opened = settings.model_copy(update={"sip": settings.sip.model_copy(update={"host": "0.0.0.0"})})  # noqa: S104
    assert "media_address" not in "".join(render(opened, SECRETS, [], program).values())


def test_a_carrier_that_wants_registration_gets_one(tmp_path: Path, program: AsteriskProgram) -> None:
    trunk = {"host": "sip.carrier.example", "port": 5060, "username": "tj12320", "password": "p4ss", "qualify": 60}
    carrier = load(config=tmp_path, trunk=trunk | {"match": ["192.0.2.0/28"], "caller_id": "02212320"})
    text = render(carrier, SECRETS, [], program)["pjsip_trunk.conf"]
    assert "client_uri = sip:tj12320@sip.carrier.example\n" in text
    assert "password = p4ss\n" in text
    assert "match = 192.0.2.0/28\n" in text
    assert "qualify_frequency = 60\n" in text
    assert "from_user = 02212320\n" in text


def test_a_silent_carrier_is_left_in_peace(files: dict[str, str]) -> None:
    assert "qualify_frequency = 0\n" in files["pjsip_trunk.conf"]
    assert "registration" not in files["pjsip_trunk.conf"]


@pytest.mark.parametrize(
    "name", ["a\nb", "a;b", 'a"b', "a[b]", "a\\b", "a,b", "${SHELL(id)}", "a<b", "a\x00", "a\u2028b"]
)
def test_a_name_cannot_bring_a_line_of_its_own(name: str) -> None:
    with pytest.raises(ValueError, match=r"ann|written"):
        PhoneAccount("ann", "long-enough", name)


@pytest.mark.parametrize("username", ["", "Ann", "1001", "ann smith", "a\nb", "trunk", "leg", "a" * 37, "安娜"])
def test_a_username_is_a_word_that_no_caller_number_looks_like(username: str) -> None:
    with pytest.raises(ValueError, match="username"):
        PhoneAccount(username, "long-enough", "Ann")


@pytest.mark.parametrize("secret", ["", "short", "with space 1", "a;bcdefgh", "a\nbcdefgh"])
def test_a_bad_secret_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="secret of phone ann") as told:
        PhoneAccount("ann", secret, "Ann")
    assert not secret or secret not in str(told.value)


def test_a_folder_with_a_separator_in_its_name_is_refused(tmp_path: Path, program: AsteriskProgram) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        render(load(config=tmp_path, var=tmp_path / "a;b"), SECRETS, [], program)


def test_two_phones_of_one_name_are_refused(settings: Settings, program: AsteriskProgram) -> None:
    with pytest.raises(ValueError, match="more than one phone called ann"):
        render(settings, SECRETS, [ANN, ANN], program)


def test_new_phones_need_no_restart_and_a_new_port_does(settings: Settings, program: AsteriskProgram) -> None:
    before = fingerprint(render(settings, SECRETS, [], program))
    assert fingerprint(render(settings, SECRETS, [ANN], program)) == before
    moved = settings.model_copy(update={"sip": settings.sip.model_copy(update={"port": 5999})})
    assert fingerprint(render(moved, SECRETS, [], program)) != before


def test_a_deep_folder_still_has_a_control_socket_that_fits(tmp_path: Path, program: AsteriskProgram) -> None:
    deep = load(config=tmp_path, var=tmp_path / ("deep/" * 30))
    places = Places.of(deep, program)
    assert len(str(places.control)) < 108
    assert Places.of(deep, program) == places
    other = Places.of(load(config=tmp_path, var=tmp_path / ("deep/" * 31)), program)
    assert other.control != places.control
