"""Articles found by what somebody types while a caller talks: in memory, in milliseconds, and without I/O.

Theory of operation. A text is cut into terms (`knowledge.signs`); of each term the index keeps which articles have it
and how heavily, a word of the title weighing more than one of the text. A question is ranked by BM25 over the pairs and
words that it shares with an article: rare ones count most, and a long article is not found by its length. Beside that
count whole keywords that stand in the question (they are how editors say what a question means), keywords and titles
that begin with what was typed so far, and what they sound like in pinyin. Who types a title or a keyword whole gets it
first.

An article that changes is taken out and put in again; nothing else is built anew.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import Final

from knowledge.article import Article, Kind
from knowledge.signs import PARTICLES, asked, is_latin, joined, pairs, spelt, terms
from paperwork.categories.spelling import initials
from paperwork.pinyin import Spelled

NOTHING: Final[Mapping[str, Spelled]] = {}
HEAVY, SUBHEAD, PLAIN = 8, 3, 1
"""How often a term of the title or a keyword, of a heading, and of the text counts."""
_K, _B = 1.2, 0.75
"""BM25's own: how soon a term that is repeated counts no more, and how much length is held against an article."""
_FAINT: Final = 0.25
"""What a pair with a particle, or a single sign, counts beside a pair."""
_CUT: Final = 0.08
"""What comes to less of the best one's score is no answer."""
_WHOLE, _KEYWORD = 1_000.0, 500.0
_LONGEST_KEYWORD: Final = 40
_MASK: Final = 0xFF
_CLOSE: Final = 0.5
_ON_LINE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Near:
    """Where somebody is: on a line, in a category. `codes` are that category and those above and below it, each with
    how near it is, from 0 to 1."""

    line: str | None = None
    codes: Mapping[str, float] | None = None

    def category(self, article: Article) -> float:
        return max((self.codes.get(code, 0.0) for code in article.categories), default=0.0) if self.codes else 0.0

    def on_line(self, article: Article) -> bool:
        return self.line is not None and self.line in article.lines


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as it is kept."""

    id: str
    article: Article
    titles: tuple[str, ...]
    """Title and keywords as one types them."""
    letters: tuple[str, ...]
    """Their initials."""
    sounds: tuple[str, ...]
    """Their syllables in pinyin, with spaces between."""
    sound: str
    """All of it without spaces, a name a line: looked through before anything is weighed."""


class Index:
    """All articles that can be found. One owner; nothing here waits."""

    def __init__(self) -> None:
        self._entries: list[Entry | None] = []
        self._numbers: dict[str, int] = {}
        self._free: list[int] = []
        self._postings: dict[str, array[int]] = {}
        self._words: list[str] = []
        """Latin words, sorted, so that what was begun finds its end."""
        self._phrases: list[tuple[str, int]] = []
        """Titles and keywords, sorted, with whose they are."""
        self._lengths = array("d")
        self._length = 0.0

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, id: str) -> bool:
        return id in self._numbers

    def article(self, id: str) -> Article | None:
        """What is kept under an id."""
        entry = self._entries[self._numbers[id]] if id in self._numbers else None
        return None if entry is None else entry.article

    # ── keeping ─────────────────────────────────────────────────────────────

    def put(self, id: str, article: Article, spelled: Mapping[str, Spelled] = NOTHING) -> None:
        """Keep an article, in the place of what was kept under this id. `spelled`: its names in pinyin."""
        self.drop(id)
        weights = weights_of(article)
        names = (article.title, *article.keywords)
        titles = tuple(dict.fromkeys(name for name in map(joined, names) if name))
        known = [spelled.get(name) or Spelled("", initials(name)) for name in names]
        letters = tuple(dict.fromkeys(one.initials for one in known if len(one.initials) > 1))
        sounds = tuple(dict.fromkeys(one.pinyin for one in known if one.pinyin))
        sound = "\n".join((*letters, *(one.replace(" ", "") for one in sounds)))
        length = float(sum(weight for term, weight in weights.items() if len(term) > 1))
        number = self._free.pop() if self._free else len(self._entries)
        if number == len(self._entries):
            self._entries.append(None)
            self._lengths.append(0.0)
        self._entries[number], self._lengths[number] = Entry(id, article, titles, letters, sounds, sound), length
        self._numbers[id], self._length = number, self._length + length
        for term, weight in weights.items():
            if (kept := self._postings.get(term)) is None:
                kept = self._postings[term] = array("L")
                if is_latin(term):
                    insort(self._words, term)
            kept.append(number << 8 | weight)
        for title in titles:
            insort(self._phrases, (title, number))

    def drop(self, id: str) -> None:
        """Forget an article; nothing when there is none."""
        number = self._numbers.pop(id, None)
        entry = None if number is None else self._entries[number]
        if number is None or entry is None:
            return
        for term, weight in weights_of(entry.article).items():
            kept = self._postings[term]
            kept.remove(number << 8 | weight)
            if not kept:
                del self._postings[term]
                if is_latin(term):
                    del self._words[bisect_left(self._words, term)]
        for title in entry.titles:
            del self._phrases[bisect_left(self._phrases, (title, number))]
        self._length -= self._lengths[number]
        self._entries[number] = None
        self._free.append(number)

    # ── finding ─────────────────────────────────────────────────────────────

    def search(
        self,
        text: str,
        limit: int = 20,
        *,
        near: Near = Near(),
        kind: Kind | None = None,
        only: bool = False,
    ) -> list[str]:
        """The ids of what was probably meant, the likeliest first; what stands near comes a little before.

        `only`: nothing of other lines, or that does not belong to the category. Without a text: what stands near, or
        everything, by its title.
        """
        scores = self._scores(text) if joined(text) else self._near(near)
        if near.line is not None or near.codes:
            for number in scores:
                article = self._kept(number).article
                scores[number] *= 1.0 + _CLOSE * near.category(article) + _ON_LINE * near.on_line(article)
        if kind is not None or only:
            fits = (number for number in scores if _fits(self._kept(number).article, near, kind, only=only))
            scores = {number: scores[number] for number in fits}
        return [self._kept(number).id for number in self._first(scores, limit)]

    def _kept(self, number: int) -> Entry:
        entry = self._entries[number]
        if entry is None:
            raise KeyError(number)
        return entry

    def _first(self, scores: Mapping[int, float], limit: int) -> list[int]:
        """The numbers of the best, equals by their titles."""
        worth: Iterable[int] = scores
        if limit < len(scores):
            least = nlargest(limit, scores.values())[-1]
            worth = (number for number, score in scores.items() if score >= least)

        def place(number: int) -> tuple[float, str, str]:
            entry = self._kept(number)
            return -scores[number], entry.article.title, entry.id

        return sorted(worth, key=place)[:limit]

    def _near(self, near: Near) -> dict[int, float]:
        """What is proposed to whom nothing was typed: of the category first, then of the line."""
        everything = near.line is None and not near.codes
        scores = {}
        for number in self._numbers.values():
            entry = self._entries[number]
            if entry is not None:
                close = 4.0 * near.category(entry.article) + near.on_line(entry.article)
                if close or everything:
                    scores[number] = close
        return scores

    def _scores(self, text: str) -> dict[int, float]:
        scores: dict[int, float] = {}
        typed = asked(text)
        weights = self._asked_for(typed)
        strong = [term for term, weight in weights.items() if weight > _FAINT and term in self._postings]
        for term in strong:
            self._add(term, weights[term], scores)
        self._add_phrases(joined(text), "".join(typed), scores)
        self._add_letters([run for run in typed if is_latin(run)], scores)
        if not scores:  # nothing shares as much as a pair with it: single signs are better than nothing
            for term in dict.fromkeys(sign for run in typed if not is_latin(run) for sign in run):
                self._add(term, _FAINT, scores)
        else:
            for term in weights.keys() - set(strong):
                self._add(term, weights[term], scores, known=True)
        best = max(scores.values(), default=0.0)
        scores = {number: score for number, score in scores.items() if score >= best * _CUT}
        self._add_whole(joined(text), scores)
        return scores

    def _asked_for(self, typed: Sequence[str]) -> dict[str, float]:
        """Terms of a question with how much each counts; a word that was begun is what it may become."""
        found: dict[str, float] = {}
        for run in typed:
            if is_latin(run):
                for word in self._begun(run):
                    found[word] = max(found.get(word, 0.0), 1.0 if word == run else 0.6)
            elif len(run) == 1:
                found[run] = 1.0
            else:
                for pair in pairs(run):
                    found[pair] = _FAINT if PARTICLES & set(pair) else 1.0
        return found

    def _begun(self, word: str) -> list[str]:
        at = bisect_left(self._words, word)
        end = bisect_left(self._words, word + "\x7f")
        return self._words[at : min(end, at + 50)] if not word.isdigit() else [word]

    def _add(self, term: str, weight: float, scores: dict[int, float], *, known: bool = False) -> None:
        """BM25 of one term; `known`: only for what was found already."""
        kept = self._postings.get(term)
        if kept is None:
            return
        count = len(self._numbers)
        rare = log(1.0 + (count - len(kept) + 0.5) / (len(kept) + 0.5)) * weight * (_K + 1.0)
        average = self._length / count or 1.0
        flat, steep = _K * (1.0 - _B), _K * _B / average
        lengths = self._lengths
        for packed in kept:
            number = packed >> 8
            if known and number not in scores:
                continue
            often = packed & _MASK
            scores[number] = scores.get(number, 0.0) + rare * often / (often + flat + steep * lengths[number])

    def _add_phrases(self, whole: str, bare: str, scores: dict[int, float]) -> None:
        """Titles and keywords that stand in the question, and those that begin with it."""
        phrases = self._phrases
        for text in dict.fromkeys((whole, bare)):
            for start in range(len(text)):
                for end in range(start + 2, min(len(text), start + _LONGEST_KEYWORD) + 1):
                    part = text[start:end]
                    at = bisect_left(phrases, (part, -1))
                    if at == len(phrases) or not phrases[at][0].startswith(part):
                        break  # nothing goes on like this
                    while at < len(phrases) and phrases[at][0] == part:
                        number = phrases[at][1]
                        scores[number] = scores.get(number, 0.0) + 2.0 + len(part)
                        at += 1
        for number in {number for text in dict.fromkeys((whole, bare)) if text for number in self._starting(text)}:
            scores[number] = scores.get(number, 0.0) + 3.0

    def _starting(self, text: str) -> list[int]:
        at = bisect_left(self._phrases, (text, -1))
        end = bisect_left(self._phrases, (text + "\U0010ffff", -1))
        return [number for _, number in self._phrases[at:end]]

    def _add_letters(self, words: Sequence[str], scores: dict[int, float]) -> None:
        """Pinyin, by its initials or in full: whole, begun, or within a title."""
        for word in words:
            if len(word) < 2 or not word.isalpha():
                continue
            for number in self._numbers.values():
                entry = self._entries[number]
                if entry is None or word not in entry.sound:
                    continue
                gain = _sounded(word, entry) if len(word) > 2 else 0.0
                if any(word in letters for letters in entry.letters):
                    begins = any(letters.startswith(word) for letters in entry.letters)
                    gain = max(gain, 8.0 if word in entry.letters else 4.0 if begins else 2.0)
                if gain:
                    scores[number] = scores.get(number, 0.0) + gain

    def _add_whole(self, text: str, scores: dict[int, float]) -> None:
        """Who types a title or a keyword whole gets it first."""
        at = bisect_left(self._phrases, (text, -1))
        while at < len(self._phrases) and self._phrases[at][0] == text:
            number = self._phrases[at][1]
            entry = self._entries[number]
            titled = entry is not None and entry.titles[0] == text
            scores[number] = scores.get(number, 0.0) + (_WHOLE if titled else _KEYWORD)
            at += 1


def _sounded(word: str, entry: Entry) -> float:
    """What it is worth that a name of an article sounds like what was typed, or begins so; a syllable is not cut."""
    gain = 0.0
    for one in entry.sounds:
        syllables = one.split(" ")
        for at in range(len(syllables)):
            if "".join(syllables[at:]).startswith(word):
                gain = max(gain, 4.0 + len(word) if at == 0 else 3.0)
    return gain


def weights_of(article: Article) -> dict[str, int]:
    """Every term of an article and how heavily it has it, 1 to 255."""
    found: Counter[str] = Counter()
    for term in terms(map(spelt, (article.title, *article.keywords))):
        found[term] += HEAVY
    for line in article.text.splitlines():
        weight = SUBHEAD if line.startswith("#") else PLAIN
        for term in terms((spelt(line),)):
            found[term] += weight
    for term in terms(map(spelt, article.sources)):
        found[term] += PLAIN
    return {term: min(weight, _MASK) for term, weight in found.items()}


def _fits(article: Article, near: Near, kind: Kind | None, *, only: bool) -> bool:
    if kind is not None and article.kind is not kind:
        return False
    if not only:
        return True
    on_line = near.line is None or not article.lines or near.line in article.lines
    return on_line and (near.codes is None or near.category(article) > 0)


def words_of(text: str) -> list[str]:
    """What of a question may be marked in what was found: longest first."""
    found = dict.fromkeys(part for run in asked(text) for part in ((run,) if is_latin(run) else (run, *pairs(run))))
    return sorted((part for part in found if not (len(part) == 2 and PARTICLES & set(part))), key=len, reverse=True)
