"""From words to the files that Asterisk plays, with a voice that hums. Kind: unit, on real files."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from G722 import G722

from prompts import music, sound
from prompts.build import build, forget_kept, kept_names
from prompts.master import Masters, key
from prompts.sound import Samples

from .conftest import FewWords, House, Humming

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

TWO = FewWords(greeting="您好，欢迎拨打。", goodbye="谢谢，再见。")
ONE = FewWords(greeting="您好，欢迎拨打。")


def _tone(seconds: float, rate: int, pitch: float = 700.0, gain: float = 0.1) -> Samples:
    return (gain * np.sin(2 * np.pi * pitch * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def _heard(out: Path, name: str, extension: str) -> tuple[Samples, int]:
    """What a telephone makes of the file."""
    data = (out / f"{name}.{extension}").read_bytes()
    if extension == "g722":
        return _samples(np.array(G722(16_000, 64_000).decode(data))), 16_000
    linear = {"alaw": audioop.alaw2lin, "ulaw": audioop.ulaw2lin}
    if extension in linear:
        return _samples(np.frombuffer(linear[extension](data, 2), "<i2")), 8_000
    return _samples(np.frombuffer(data, "<i2")), 16_000


def _samples(linear: npt.NDArray[np.int16]) -> Samples:
    return (linear / 32768).astype(np.float32)


def _pitch(samples: Samples, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


@pytest.mark.parametrize("extension", ["alaw", "ulaw", "g722", "sln16"])
def test_every_telephone_format_sounds_like_the_master(house: House, extension: str) -> None:
    report = house.build(TWO, Humming(pitch=1000.0))
    assert report.problems == ()
    samples, rate = _heard(house.out, "goodbye", extension)
    assert len(samples) / rate == pytest.approx(0.6, abs=0.08)  # the silence around the words is cut
    assert sound.loudness(samples, rate) == pytest.approx(sound.SPEECH_LUFS, abs=1.0)
    assert _pitch(samples, rate) == pytest.approx(1000, abs=5)
    assert np.abs(samples).max() <= sound.PEAK + 0.02


def test_every_sound_comes_in_every_format_with_the_beep_and_the_music(house: House) -> None:
    report = house.build(TWO, Humming())
    assert (report.sounds, set(report.built)) == (3, {"greeting", "goodbye", "beep", "moh/calm"})
    assert house.files() == {f"{n}.{e}" for n in ("greeting", "goodbye", "beep") for e in sound.FORMATS}
    assert {path.name for path in (house.root / "moh").iterdir()} == {f"calm.{e}" for e in sound.FORMATS}


def test_what_an_operator_recorded_is_played_instead_of_the_voice(house: House) -> None:
    voice = Humming(pitch=500.0)
    house.build(TWO, voice)
    stereo = np.stack([_tone(1.5, 44_100, 1500), _tone(1.5, 44_100, 1500)], axis=1)
    soundfile.write(house.recordings / "greeting.wav", stereo, 44_100)
    report = house.build(TWO, voice)
    assert (report.recorded, report.built, report.problems) == (("greeting",), ("greeting",), ())
    samples, rate = _heard(house.out, "greeting", "alaw")
    assert _pitch(samples, rate) == pytest.approx(1500, abs=5)
    assert sound.loudness(samples, rate) == pytest.approx(sound.SPEECH_LUFS, abs=1.0)

    (house.recordings / "greeting.wav").unlink()
    assert house.build(TWO, voice).built == ("greeting",)
    assert _pitch(*_heard(house.out, "greeting", "alaw")) == pytest.approx(500, abs=5)


def test_a_recorded_prompt_needs_no_voice(house: House) -> None:
    soundfile.write(house.recordings / "greeting.wav", _tone(1, 8_000), 8_000)
    assert house.build(ONE, None).problems == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"this is no sound", "not a sound file"), (b"", "not a sound file"), ("silence", "only silence")],
)
def test_a_bad_recording_is_one_clear_line_and_the_voice_stands_in(
    house: House, content: bytes | str, why: str
) -> None:
    path = house.recordings / "greeting.wav"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        soundfile.write(path, np.zeros(8_000), 8_000)
    (problem,) = house.build(ONE, Humming()).problems
    assert problem.startswith(f"prompt 'greeting': {path}: ")
    assert why in problem
    assert "\n" not in problem
    assert (house.out / "greeting.alaw").exists()


def test_a_recording_that_nobody_would_hear_is_told(house: House) -> None:
    soundfile.write(house.recordings / "greetings.wav", _tone(1, 8_000), 8_000)
    (problem,) = house.build(ONE, Humming()).problems
    assert "greetings.wav: no prompt has this id" in problem


def test_words_are_spoken_once_and_kept(house: House) -> None:
    voice = Humming()
    assert house.build(TWO, voice).spoken == ("greeting", "goodbye")
    again = house.build(TWO, voice)
    assert (again.built, again.spoken, len(voice.said)) == ((), (), 2)


def test_changed_words_alone_are_spoken_again(house: House) -> None:
    voice = Humming()
    house.build(TWO, voice)
    report = house.build(FewWords(greeting="您好，欢迎拨打。", goodbye="祝您健康。"), voice)
    assert (report.built, report.spoken) == (("goodbye",), ("goodbye",))


def test_another_voice_speaks_everything_anew(house: House) -> None:
    house.build(TWO, Humming("one"))
    assert house.build(TWO, Humming("two")).spoken == ("greeting", "goodbye")


def test_a_file_that_was_lost_is_made_again(house: House) -> None:
    house.build(TWO, Humming())
    (house.out / "goodbye.ulaw").unlink()
    assert house.build(TWO, Humming()).built == ("goodbye",)
    assert (house.out / "goodbye.ulaw").exists()


def test_shipped_masters_are_used_and_new_ones_go_into_the_first_folder(house: House) -> None:
    house.build(ONE, Humming())
    own = house.root / "own"
    report = build(
        TWO,
        recordings=house.recordings,
        masters=[own, house.masters],
        out=house.root / "elsewhere",
        voice=Humming(),
    )
    assert report.spoken == ("goodbye",)
    assert [path.stem for path in own.glob("*.flac")] == [key(TWO.texts["goodbye"], "humming")]


def test_the_files_of_a_removed_prompt_vanish_and_nothing_else(house: House) -> None:
    house.build(TWO, Humming())
    (house.out / "not-ours.alaw").write_bytes(b"")
    report = house.build(ONE, Humming())
    assert report.removed == ("goodbye",)
    assert house.files() == {f"{n}.{e}" for n in ("greeting", "beep") for e in sound.FORMATS} | {"not-ours.alaw"}


def test_everything_that_nobody_has_spoken_is_told_at_once(house: House) -> None:
    report = house.build(TWO, None)
    assert [line.split(":")[0] for line in report.problems] == ["prompt 'greeting'", "prompt 'goodbye'"]
    assert all("make voice" in line for line in report.problems)


def test_a_prompt_that_cannot_be_made_again_keeps_the_sound_it_had(house: House) -> None:
    house.build(ONE, Humming())
    before = (house.out / "greeting.alaw").read_bytes()
    assert len(house.build(FewWords(greeting="新的欢迎词。"), None).problems) == 1
    assert (house.out / "greeting.alaw").read_bytes() == before


def test_a_master_that_was_tampered_with_is_told(house: House) -> None:
    house.build(ONE, Humming())
    (master,) = house.masters.glob("*.flac")
    master.write_bytes(b"something else")
    (house.out / "greeting.alaw").unlink()
    (problem,) = house.build(ONE, Humming()).problems
    assert "not the file that was made" in problem


def test_a_manifest_that_is_not_one_is_told(house: House) -> None:
    house.masters.mkdir()
    (house.masters / "manifest.json").write_text("[1]")
    (problem,) = house.build(ONE, Humming()).problems
    assert "not a manifest of masters" in problem


def test_a_damaged_memory_of_earlier_builds_means_building_again(house: House) -> None:
    house.build(ONE, Humming())
    (house.out / "manifest.json").write_text("{")
    assert set(house.build(ONE, Humming()).built) == {"greeting", "beep", "moh/calm"}


def test_masters_that_no_prompt_needs_can_be_pruned(house: House) -> None:
    house.build(TWO, Humming())
    wanted = key(TWO.texts["greeting"], "humming")
    assert [entry.id for entry in Masters([house.masters]).prune({wanted})] == ["goodbye"]
    assert [path.stem for path in house.masters.glob("*.flac")] == [wanted]
    assert Masters([house.masters]).find(wanted) is not None


def test_a_prompt_keeps_a_lasting_name_under_which_its_words_never_change(house: House) -> None:
    house.build(TWO, Humming())
    first = kept_names(house.out, TWO.prompts)
    words = (house.out / f"{first['greeting']}.alaw").read_bytes()
    assert words == (house.out / "greeting.alaw").read_bytes()
    other = FewWords(greeting="新的欢迎词，换了。")
    house.build(other, Humming())
    second = kept_names(house.out, other.prompts)
    assert (house.out / f"{first['greeting']}.alaw").read_bytes() == words
    assert (
        (house.out / f"{second['greeting']}.alaw").read_bytes() == (house.out / "greeting.alaw").read_bytes() != words
    )
    assert (house.out / f"{first['goodbye']}.sln16").is_file()
    assert kept_names(house.out, ["nobody", "beep"]).keys() <= {"beep"}


def test_lasting_files_that_nobody_wants_go_and_come_back_with_the_next_build(house: House) -> None:
    house.build(TWO, Humming())
    first = kept_names(house.out, TWO.prompts)
    assert forget_kept(house.out, [first["greeting"]]) == len(sound.FORMATS)
    assert kept_names(house.out, TWO.prompts).keys() == {"greeting"}
    assert house.build(TWO, Humming()).built == ()
    assert kept_names(house.out, TWO.prompts) == first


def test_a_sound_that_could_not_be_made_is_named(house: House) -> None:
    house.build(ONE, Humming())
    report = house.build(FewWords(greeting="新的欢迎词。", goodbye="祝您健康。"), None)
    assert report.failed == ("greeting", "goodbye")
    assert kept_names(house.out, ["greeting", "goodbye"]).keys() == {"greeting"}


def test_progress_is_told_for_every_sound(house: House) -> None:
    told: list[tuple[str, int, int]] = []
    build(
        TWO,
        recordings=house.recordings,
        masters=[house.masters],
        out=house.out,
        voice=Humming(),
        progress=lambda *step: told.append(step),
    )
    assert told == [("greeting", 0, 3), ("goodbye", 1, 3), ("beep", 2, 3), ("", 3, 3)]


def test_a_loud_sound_is_bent_not_clipped() -> None:
    clicks = _tone(2, sound.RATE, gain=0.02)
    clicks[::2400] = 1.0
    levelled = sound.level(clicks)
    assert np.abs(levelled).max() <= sound.PEAK
    assert sound.loudness(levelled) == pytest.approx(sound.SPEECH_LUFS, abs=0.5)


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.39, 0.41, 0.5, 3])
def test_a_sound_of_any_length_can_be_levelled(seconds: float) -> None:
    levelled = sound.level(_tone(seconds, sound.RATE))
    assert sound.loudness(levelled) == pytest.approx(sound.SPEECH_LUFS, abs=0.5)


def test_silence_around_a_sound_is_cut_and_its_edges_fade() -> None:
    silence = np.zeros(sound.RATE, np.float32)
    cut = sound.trim(np.concatenate([silence, _tone(1, sound.RATE), silence]))
    assert len(cut) / sound.RATE == pytest.approx(1.06, abs=0.02)
    assert np.abs(cut[:10]).max() < 0.01


def test_the_beep_is_a_thousand_hertz_without_a_click() -> None:
    beep = music.beep()
    assert len(beep) / sound.RATE == pytest.approx(0.4)
    assert _pitch(beep, sound.RATE) == pytest.approx(1000, abs=5)
    assert abs(beep[0]) < 0.001
    assert abs(beep[-1]) < 0.001


def test_the_music_is_quieter_than_speech_fits_the_telephone_and_loops_without_a_seam() -> None:
    piece = music.music()
    assert 60 <= len(piece) / sound.RATE <= 90
    assert sound.loudness(piece) == pytest.approx(music.MUSIC_LUFS, abs=0.2)
    power = np.abs(np.fft.rfft(piece)) ** 2
    hertz = np.fft.rfftfreq(len(piece), 1 / sound.RATE)
    assert power[(hertz > 285) & (hertz < 3400)].sum() > 0.99 * power.sum()
    assert abs(piece[0] - piece[-1]) < np.abs(np.diff(piece)).max() / 2
    seconds = piece.reshape(-1, sound.RATE)
    levels = 20 * np.log10(np.sqrt((seconds**2).mean(axis=1)))
    assert levels.min() > -36  # never so quiet that a caller thinks the line is dead
