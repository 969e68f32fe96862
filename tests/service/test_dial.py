"""Unit: the dry walk on the command line: its scene, its conversation, its sound."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from hotline.handset import RATE, Samples, tone
from hotline.recital import KEY, PLAYERS, key_tone
from hotline.settings import HOUSE
from hotline.sound_file import a_law_code, load
from prompts.catalogue import Catalogue
from routing.check import read_plan
from tests.routing.plans import SMALL
from tests.service.whole import app

WORKDAY = "2026-11-20T10:00"
LANGUAGE = """
nodes:
  staffed: {switch: [{unstaffed: desk, then: nobody}, {wait: {line: desk, over: 90s}, then: long}], otherwise: again}
  nobody: {end: nobody}
  long: {end: long}
  again: {recall: {desk: same-again}, then: ticket}
  ticket: {ask: which-number, digits: 2-4, confirm: you-said, choices: right, then: desk}
front:
  alert: {say: alert, then: staffed}
prompts: {nobody: 没有人。, long: 要等很久。, same-again: 还是上次的热线吗？, which-number: 请输入编号。,
  you-said: 您输入的是, right: 正确请按1。, alert: 紧急通知。}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The small hotline, with more of the language behind its front message."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "small.yaml").write_text(SMALL, "utf-8")
    (folder / "language.yaml").write_text(LANGUAGE, "utf-8")
    return folder


def dial(config: Path, *words: str, typed: str | None = None) -> Result:
    given = ["dial", *words, "--at", WORKDAY, "--config", str(config), "--var", str(config.parent / "var")]
    return CliRunner().invoke(app, given, input=typed)


def end(config: Path, *words: str) -> tuple[str, list[str]]:
    """Where the call got to, and the steps to it."""
    told = dial(config, *words, "--json")
    assert told.exit_code == 0, told.output
    walk = json.loads(told.stdout)
    return walk["end"]["kind"], [step["step"] for step in walk["steps"]]


@pytest.mark.parametrize(
    ("words", "kind", "last"),
    [
        (["--front", "alert", "--nobody", "desk"], "hangup", "nobody"),
        (["--front", "alert", "--wait", "desk=91s"], "hangup", "long"),
        (["--front", "alert", "--wait", "desk=90s", "7,7,#,1"], "line", "desk"),
        (["--front", "alert", "--last", "desk@2026-11-19T10:00", "1"], "line", "desk"),
        (["1"], "line", "desk"),
        (["1,o"], "message", "message"),
        (["1,c"], "message", "message"),
        (["1,t"], "line", "desk"),
        (["1,o,m"], "message", "message"),
    ],
)
def test_the_options_set_the_scene_and_what_comes_after(config: Path, words: list[str], kind: str, last: str) -> None:
    reached, steps = end(config, *words)
    assert (reached, steps[-1]) == (kind, last)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["m"], "`m` at main: the call has got nowhere yet"),
        (["1,m"], "`m` at desk: no message is taken there"),
        (["--nobody", "nowhere"], "no line is called 'nowhere'; there are desk, night, partner"),
        (["--front", "nothing"], "no front message is called 'nothing'; there are alert"),
        (["--wait", "desk"], "'desk' is no wait; write it like booking=90s"),
        (["--wait", "desk=long"], "write a duration like"),
        (["--last", "desk"], "write a line and when"),
        (["--wait", "desk=9999999h"], "nobody waits longer than 24h; write it like booking=90s"),
        (["--nobody", "The Desk"], "no line is called 'The Desk'; there are desk, night, partner"),
        (["--number", "abc"], "write the number in digits, like 02212345678, or nothing for a withheld one"),
        (["5,020,1"], "'020' is no key; one key between commas: 5,0,2,0,1"),
        (["5,x"], "'x' is no key; write keys like 1,4 with . for silence and h for hanging up"),
        (["--direct"], "this plan has none: write `direct` under `hotline`"),
    ],
)
def test_what_fits_no_call_is_wrong_usage_in_one_clear_line(config: Path, words: list[str], told: str) -> None:
    result = dial(config, *words)
    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())
    assert "Traceback" not in result.output


def test_a_person_at_the_terminal_hears_each_step_and_answers_line_by_line(config: Path) -> None:
    told = dial(config, "--interactive", typed="9\n\nx\n3\n")
    assert told.exit_code == 0
    heard = told.stdout
    assert heard.index("您好。") < heard.index("请选择。") < heard.index("按键有误。") < heard.index("没有听到。")
    assert "'x' is no key" in told.stderr
    assert "→ outside 合作单位" in heard


def test_a_number_is_typed_in_one_line_and_read_back(config: Path) -> None:
    told = dial(config, "--interactive", "--front", "alert", typed="77\n1\n")
    assert [line.strip() for line in told.stdout.splitlines() if "77" in line] == ["按键> 77", "77"]
    assert "→ line 座席" in told.stdout


def test_keys_from_a_chinese_input_method_are_the_same_keys(config: Path) -> None:
    assert end(config, "９，。，３") == end(config, "9,.,3")
    assert "→ outside 合作单位" in dial(config, "--interactive", typed="９，３\n").stdout


def test_keys_after_the_end_of_the_call_are_told_as_never_asked_for(config: Path) -> None:
    told = dial(config, "3,7,7,.")
    assert told.exit_code == 0
    assert told.stderr == "keys 7,7 were never asked for: the call had got to its end\n"
    assert dial(config, "3,.,h").stderr == ""


def test_keys_on_a_pipe_are_not_read_and_the_caller_is_told_to_write_them_behind_the_command(config: Path) -> None:
    told = dial(config, typed="1,4\n")
    assert "write keys like `hotline dial 1,4`, or --interactive" in " ".join(told.stderr.split())
    assert "→ line 座席" in told.stdout
    assert dial(config, "").stderr == ""


@pytest.mark.parametrize("typed", ["h\n", ""])
def test_hanging_up_at_the_terminal_ends_the_call(config: Path, typed: str) -> None:
    assert "→ hangup" in dial(config, "--interactive", typed=typed).stdout


def test_without_keys_and_terminal_the_caller_is_silent(config: Path) -> None:
    assert end(config) == ("line", ["hello", "main", "main", "desk"])


def test_an_interactive_walk_as_data_leaves_stdout_to_the_data(config: Path) -> None:
    told = dial(config, "--interactive", "--json", typed="3\n")
    assert json.loads(told.stdout)["end"]["kind"] == "outside"
    assert "请选择。" in told.stderr


# ── as sound ────────────────────────────────────────────────────────────────


@pytest.fixture
def sounds(config: Path) -> dict[str, float]:
    """Each prompt built as half a second of a tone of its own, whose pitch this tells."""
    folder = config.parent / "var" / "sounds"
    folder.mkdir(parents=True)
    plan = read_plan({path.name: path.read_text("utf-8") for path in config.glob("*.yaml")})
    pitch = {name: 300.0 + 20 * place for place, name in enumerate([*plan.prompts, "beep"])}
    for name in Catalogue(plan.prompts).digits("7"):
        pitch[name] = 2500.0
    for name, hertz in pitch.items():
        (folder / f"{name}.alaw").write_bytes(a_law_code(tone(hertz, 0.5)))
    return pitch


def pitches(sound: Samples) -> list[float]:
    """The tones one after another, each to the nearest 2 Hz, two at once as their louder one."""
    found: list[float] = []
    loud = np.abs(sound.astype(np.int32)) > 500
    gaps = np.flatnonzero(np.diff(np.flatnonzero(loud)) > RATE // 20)
    starts = np.flatnonzero(loud)
    for piece in np.split(starts, gaps + 1):
        part = sound[piece[0] : piece[-1] + 1].astype(float)
        spectrum = np.abs(np.fft.rfft(part, RATE))
        found.append(float(np.argmax(spectrum)))
    return found


def test_what_would_be_heard_is_written_as_sound_with_keys_numbers_and_the_beep(
    config: Path, sounds: dict[str, float], tmp_path: Path
) -> None:
    file = tmp_path / "call.wav"
    told = dial(config, "--front", "alert", "7,7,.,1,o", "--wav", str(file))
    assert told.exit_code == 0, told.output
    heard = pitches(load(file))
    expected = [sounds[name] for name in ("alert", "which-number")] + [0.0, 0.0]
    expected += [sounds["you-said"], 2500.0, 2500.0, sounds["right"], 0.0]
    expected += [sounds[name] for name in ("notice", "connecting", "speak", "beep")]
    assert len(heard) == len(expected)
    assert all(not hertz or abs(hertz - there) < 4 for hertz, there in zip(expected, heard, strict=True))


@pytest.mark.parametrize(("key", "hertz"), [("1", (697, 1209)), ("0", (941, 1336)), ("#", (941, 1477))])
def test_a_key_sounds_as_on_a_telephone(key: str, hertz: tuple[int, int]) -> None:
    spectrum = np.abs(np.fft.rfft(key_tone(key).astype(float), RATE))
    for tone_of_key in hertz:
        assert spectrum[tone_of_key] > 0.8 * spectrum.max()
    assert len(key_tone(key)) == round(KEY * RATE)


def test_sounds_that_are_not_built_are_told_with_the_way_to_build_them(config: Path, tmp_path: Path) -> None:
    told = dial(config, "3", "--wav", str(tmp_path / "call.wav"))
    assert told.exit_code == 1
    assert "run `hotline prompts build`" in " ".join(told.stderr.split())


@pytest.mark.usefixtures("sounds")
def test_a_machine_that_plays_nothing_says_so(config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told = dial(config, "3", "--speak")
    assert told.exit_code == 1
    assert "install one of pw-play" in " ".join(told.stderr.split())


@pytest.mark.usefixtures("sounds")
def test_speaking_plays_a_wav_file_with_the_first_player_that_is_there(
    config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    player = programs / "aplay"
    player.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/played\nwc -c < "$2" >> {tmp_path}/played\n')
    player.chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setattr("hotline.recital.PLAYERS", {"aplay": PLAYERS["aplay"]})
    assert dial(config, "3", "--speak").exit_code == 0
    assert dial(config, "--interactive", "--speak", typed="3\n").exit_code == 0
    played = (tmp_path / "played").read_text().split()
    assert played[0::2] == ["-q"] * 4  # the whole call, then step by step
    assert int(played[1]) > 2 * RATE


@pytest.mark.usefixtures("sounds")
def test_a_player_that_fails_is_told_with_its_reason(
    config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    player = tmp_path / "play"
    player.write_text("#!/bin/sh\necho no sound card >&2\nexit 1\n")
    player.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    told = dial(config, "3", "--speak")
    assert told.exit_code == 1
    assert "play cannot play here (no sound card)" in " ".join(told.stderr.split())


def test_the_shipped_hotline_is_walked_by_a_person_too() -> None:
    told = CliRunner().invoke(
        app, ["dial", "--interactive", "--at", WORKDAY, "--config", str(HOUSE / "config")], input="1\n4\n"
    )
    assert "→ line 预防接种" in told.stdout
    straight = CliRunner().invoke(
        app, ["dial", "", "--direct", "--at", WORKDAY, "--config", str(HOUSE / "config"), "--json"]
    )
    assert [step["step"] for step in json.loads(straight.stdout)["steps"]] == ["straight", "person", "health-knowledge"]
