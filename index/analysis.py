"""Text as it is searched: folding, the stream of a section, its grams and its words.

Indexing and searching both go through here, so that they cannot disagree. A stream is cut twice:
into *grams* (two characters at every position, and the last character alone), which find text
exactly, and into *words* (jieba's search mode), which rank it. Positions are offsets in the stream.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import Protocol

from index.model import Report, Section, Span

_DATA = Path(__file__).resolve().parent / "data"

QUOTES = "“”‘’「」『』\"'"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_LEFT_OUT = QUOTES + _INVISIBLE + "＂＇"
_TO_FULL_WIDTH = 0xFEE0
_KEPT = re.compile(rf"[^\s{QUOTES}{_INVISIBLE}]+")


class _FoldTable(dict[int, int]):
    """What each code point folds to; filled as characters are met."""

    def __missing__(self, code: int) -> int:
        folded = _fold_character(chr(code))
        self[code] = folded
        return folded


@cache
def _traditional_and_simplified() -> tuple[str, str]:
    """Traditional characters, and at the same places what they are in simplified script."""
    old, new = (_DATA / "t2s.txt").read_text("utf-8").splitlines()
    return old, new


@cache
def _simplified() -> dict[str, str]:
    return dict(zip(*_traditional_and_simplified(), strict=True))


def _fold_character(c: str) -> int:
    if "\uff01" <= c <= "\uff5e":
        c = chr(ord(c) - _TO_FULL_WIDTH)
    if "\ud800" <= c <= "\udfff":  # half a character: no text holds it, and no index could
        return 0xFFFD
    lower = c.lower()
    c = lower if len(lower) == 1 else c
    return ord(_simplified().get(c, c))


_FOLD = _FoldTable()


def fold(text: str) -> str:
    """The text in half width, lower case and simplified characters, one character for one."""
    return text.translate(_FOLD)


@cache
def _folding() -> re.Pattern[str]:
    """Any character that folding may change."""
    # A class of characters beyond 0xFFFF too would be searched one by one.
    plane = range(0x10000)
    plain = "".join(chr(c) for c in plane if chr(c).lower() != chr(c) or chr(c) in _simplified())
    return re.compile(f"[{plain}\uff01-\uff5e\ud800-\udfff]|[\U00010000-\U0010ffff]")


_FEW = 50  # characters; from about here on folding one by one is faster


@lru_cache(maxsize=1)
def fold_source(source: str) -> str:
    """The same as `fold`, many times faster where the text is long and little of it changes.

    The last one is kept: parsing, describing and cutting into streams all begin with it.
    """
    found = set(_folding().findall(source))
    if len(found) > _FEW:
        return fold(source)
    for character in sorted(found):  # 苧 before 薴, which folds to it: none is folded twice
        source = source.replace(character, chr(_FOLD[ord(character)]))
    return source


class _StreamTable(dict[int, int | None]):
    """What each code point is in a stream, None where it is left out of it."""

    def __missing__(self, code: int) -> int | None:
        folded = _FOLD[code]
        self[code] = kept = folded if _KEPT.match(chr(folded)) else None
        return kept


_STREAM = _StreamTable()


def fold_stream(text: str) -> str:
    """The text as a stream holds it: folded, white space and quotation marks left out."""
    return text.translate(_STREAM)


def kept_offsets(text: str) -> list[int]:
    """The offsets of the characters of a text that its stream holds."""
    return [at for at, c in enumerate(text) if _STREAM[ord(c)] is not None]


def squeeze(text: str) -> str:
    """The text without what a stream leaves out, but not folded."""
    text = "".join(text.split())
    for character in _LEFT_OUT:
        text = text.replace(character, "")
    return text


@lru_cache(1 << 12)
def spellings(character: str) -> str | None:
    """The other characters that fold to this one, or None where only folding can tell.

    Of what a query looks for these few are replaced in a text much faster than all is folded.
    """
    if character.lower() != character.upper() or fold(character) != character:
        return None  # letters have more capitals than str.upper tells
    old, new = _traditional_and_simplified()
    found = [old[at.start()] for at in re.finditer(re.escape(character), new)]
    if "!" <= character <= "~":
        found.append(chr(ord(character) + _TO_FULL_WIDTH))
    return None if character == "\ufffd" else "".join(found)


@dataclass(frozen=True, slots=True)
class Stream:
    """The searchable text of one section and the way back to its source.

    text is number, heading and own text run on; its first `heading_length` characters are number
    and heading. A run is (stream offset, source offset) where a stretch kept whole begins.
    """

    text: str
    heading_length: int
    runs: tuple[tuple[int, int], ...]

    def source_offset(self, position: int) -> int:
        """Where the stream's character at `position` stands in the source."""
        start, source = self.runs[bisect_right(self.runs, (position, 1 << 60)) - 1]
        return source + position - start

    def source_span(self, start: int, end: int) -> Span:
        """The source span of the stream's characters start..end (end > start)."""
        return Span(self.source_offset(start), self.source_offset(end - 1) + 1)


def without_furniture(span: Span, furniture: Sequence[tuple[int, int, str]]) -> Iterator[Span]:
    """What is left of the span when the (sorted) furniture is taken out."""
    at = span.start
    first = bisect_right(furniture, at, key=itemgetter(1))  # the first that ends after it
    for i in range(first, len(furniture)):
        start, end, _ = furniture[i]
        if start >= span.end:
            break
        if start > at:
            yield Span(at, start)
        at = end
    if at < span.end:
        yield Span(at, span.end)


def make_stream(
    source: str, spans: Sequence[Span], furniture: Sequence[tuple[int, int, str]]
) -> Stream:
    """The stream of the spans run on; the first span is the heading's."""
    return _make_stream(fold(source), spans, furniture)


def _make_stream(
    plain: str, spans: Sequence[Span], furniture: Sequence[tuple[int, int, str]]
) -> Stream:
    pieces: list[str] = []
    runs: list[tuple[int, int]] = []
    length = heading_length = 0
    for index, span in enumerate(spans):
        for start, end in without_furniture(span, furniture):
            for kept in _KEPT.finditer(plain, start, end):
                piece = kept[0]
                runs.append((length, kept.start()))
                pieces.append(piece)
                length += len(piece)
        if index == 0:
            heading_length = length
    return Stream("".join(pieces), heading_length, tuple(runs))


def section_stream(report: Report, section: Section) -> Stream:
    """The stream of one section of the report."""
    spans = section.heading_span, section.text_span
    return _make_stream(fold_source(report.source), spans, report.furniture)


def grams(stream: str) -> dict[str, list[int]]:
    """Every gram of the stream with its positions, ascending."""
    found: dict[str, list[int]] = {}
    for position in range(len(stream)):
        found.setdefault(stream[position : position + 2], []).append(position)
    return found


def covering_grams(text: str) -> list[tuple[int, str]]:
    """The fewest (offset, gram) that together spell a text of two characters or more."""
    last = len(text) - 2
    return [(i, text[i : i + 2]) for i in [*range(0, last, 2), last]]


class Segmenter(Protocol):
    """What jieba and rjieba share."""

    def cut(self, text: str) -> Iterable[str]: ...
    def cut_for_search(self, text: str) -> Iterable[str]: ...


def domain_words() -> list[str]:
    """Words of these reports that a general dictionary lacks."""
    lines = (_DATA / "words.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@cache
def segmenter() -> Segmenter:
    """rjieba where its wheel is installed, else jieba, both with the domain words added."""
    try:
        return load_rjieba()
    except ImportError:
        return load_jieba()


def load_rjieba() -> Segmenter:
    """jieba's algorithm and dictionary in Rust. Raises ImportError where it has no wheel."""
    import rjieba

    # The module itself holds a loaded dictionary; an instance would load a second one.
    for word in domain_words():
        rjieba.add_word(word, _DOMAIN_FREQUENCY, None)
    fast: Segmenter = rjieba
    return fast


def load_jieba() -> Segmenter:
    """jieba itself: the reference."""
    import jieba

    jieba.setLogLevel("WARNING")
    reference = jieba.Tokenizer()
    # jieba would read (unmarshal) a cache from the shared temporary folder, where anybody can
    # have put it; building the dictionary takes no longer than a second.
    reference.FREQ, reference.total = reference.gen_pfdict(reference.get_dict_file())
    reference.initialized = True
    for word in domain_words():
        reference.add_word(word, _DOMAIN_FREQUENCY)
    tokenizer: Segmenter = reference
    return tokenizer


# Both libraries derive a frequency when none is given, and not the same one. This is about that
# of a common dictionary word, enough to keep a domain word whole.
_DOMAIN_FREQUENCY = 1000


# What jieba and rjieba cut alike; they differ over what stands between, as in 2024-05-01 and a3.5.
_BLOCK = re.compile(r"[\u4e00-\u9fd5a-z0-9]+|\w")


def words(text: str, cut: Callable[[str], Iterable[str]]) -> list[str]:
    """The words of a folded text, in order, without punctuation."""
    # Both end a word at a space. One call for all blocks: each costs as much as ten words.
    return [word for word in cut(" ".join(_BLOCK.findall(text))) if word != " "]


def section_words(stream: Stream) -> tuple[list[str], list[str]]:
    """The words that rank a section, in order: (of its heading, of its text)."""
    cut = segmenter().cut_for_search
    heading, text = stream.text[: stream.heading_length], stream.text[stream.heading_length :]
    return words(heading, cut), words(text, cut)


def count_words(stream: Stream) -> tuple[Counter[str], Counter[str]]:
    """Term frequencies of the stream's words: (in heading and text together, in the heading)."""
    heading, text = map(Counter, section_words(stream))
    return heading + text, heading


def cut_words(stream: str) -> tuple[str, ...]:
    """The words that an unquoted word of a query is made of, each once, in order.

    Nothing to cut (no dictionary is loaded then): a single character, or no Chinese at all.
    """
    if len(stream) < 2 or not any(c >= "\u3400" for c in stream):
        return ()
    return tuple(dict.fromkeys(words(stream, segmenter().cut)))


@lru_cache(1 << 16)
def is_whole(word: str) -> bool:
    """Whether jieba leaves the word as it is when it stands alone."""
    return words(word, segmenter().cut) == [word]


@cache
def analysis_version() -> str:
    """Changes whenever the same source could give other terms than before."""
    digest = sha256(b"grams2+jieba0.42.1/3")
    for name in ("t2s.txt", "words.txt"):
        digest.update((_DATA / name).read_bytes())
    return digest.hexdigest()[:12]
