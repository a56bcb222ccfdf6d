"""The words of a text that tell what it is about, and how much each tells.

A word tells the more the fewer sections have it. Single characters, fillers, numbers, names of
places and what is common form tell nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from math import sqrt
from typing import Final

from index.analysis import segmenter, words
from index.engine import CommonForm, Engine
from index.fillers import fillers
from index.querytree import Field
from index.ranking import idf
from search.sametext import SHINGLE

MOST_WORDS: Final = 40
HEADING: Final = 0.5
"""What a word of the headings above weighs against one of the text itself."""
_POWER: Final = 1.3  # rare words tell more than their idf says: found by trying
_MOST_TIMES: Final = 3
_HIDDEN: Final = "\n"  # stands in no stream
_ENDS: Final = frozenset("。；;，,：:、！!？?()《》")
_NUMBER: Final = re.compile(
    r"[0-9a-z.%‰〇零一二三四五六七八九十百千万亿两多余几数第]+"
    r"[年月日号个件起次名人家户份条项场处元%]{0,2}"
    r"|百分[之点].*|人次|[全今去当本上下半]年度?|年[内初底末终]|[上下]半年|[上下]午|[去今明]年"
    r"|[每当]?[年月周日天季](度|[一二三四五六日末])?"
)
"""Words that count or date, without what they count."""
_PLACES: Final = (Field.TOWNSHIP, Field.COUNTY, Field.CITY, Field.PROVINCE)


class Telling:
    """Weighs words by what one commit of an index holds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, int] = {}

    @cached_property
    def n_sections(self) -> int:
        """How many sections there are: each has one part, or none."""
        return sum(self._engine.values(Field.PART).values())

    @cached_property
    def _places(self) -> re.Pattern[str]:
        """The full names of places in the index; a stem may be a word (平安镇)."""
        names = {str(name) for field in _PLACES for name in self._engine.values(field) if name}
        longest_first = sorted(names, key=lambda name: (-len(name), name))
        return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def hidden(self, stream: str, common: Sequence[tuple[int, int]] = ()) -> str:
        """The stream with what tells nothing as a whole, places and common form, blotted out."""
        pieces, at = list[str](), 0
        for start, end in common:
            pieces += stream[at:start], _HIDDEN * (end - start)
            at = end
        seen = "".join([*pieces, stream[at:]])
        return self._places.sub(lambda name: _HIDDEN * len(name[0]), seen)

    def words(self, text: str) -> Counter[str]:
        """How often each word that may tell something stands in a hidden stream."""
        return Counter(filter(_may_tell, words(text, segmenter().cut_for_search)))

    def rarity(self, found: Iterable[str], *, least: int = 1) -> dict[str, float]:
        """What each word tells that so many sections have: the fewer, the more."""
        listed = [*found]
        self._look_up(word for word in listed if word not in self._known)
        counts = {word: self._known[word] for word in listed if self._known[word] >= least}
        return {word: idf(self.n_sections, n) ** _POWER for word, n in counts.items()}

    def _look_up(self, found: Iterable[str]) -> None:
        self._known.update(self._engine.frequencies([*found]))

    def weigh(self, text: str, heading: str) -> dict[str, float]:
        """What the most telling words of a text weigh, and those of the headings above it."""
        own, above = self.words(text), self.words(heading)
        rarity = self.rarity({*own, *above})
        weights = {
            word: rare * (sqrt(min(own[word], _MOST_TIMES)) if own[word] else HEADING)
            for word, rare in rarity.items()
        }
        return heaviest(weights, MOST_WORDS)


def heaviest(weights: Mapping[str, float], limit: int) -> dict[str, float]:
    """The words that weigh most."""
    chosen = sorted(weights, key=lambda word: (-weights[word], word))[:limit]
    return {word: weights[word] for word in chosen}


def _may_tell(word: str) -> bool:
    return len(word) > 1 and word not in fillers() and not _NUMBER.fullmatch(word)


def whole(stream: str, common: Collection[CommonForm]) -> list[tuple[int, int]]:
    """Stretches of common form, each with the rest of its clause where that is short.

    Shingles tell where a stretch ends only to within one of them.
    """
    found: list[tuple[int, int]] = []
    for each in common:
        start, end = _back(stream, each.start), _on(stream, each.end)
        if found and start - found[-1][1] < SHINGLE:
            start, end = found[-1][0], max(end, found[-1][1])
            found.pop()
        found.append((start, end))
    return found


def _back(stream: str, start: int) -> int:
    """Where the clause begins, unless that is further away than a shingle."""
    first = max(start - SHINGLE + 1, 0)
    for at in range(start, first - 1, -1):
        if at == 0 or stream[at - 1] in _ENDS:
            return at
    return start


def _on(stream: str, end: int) -> int:
    """Where the clause ends, unless that is further away than a shingle."""
    for at in range(end, min(end + SHINGLE, len(stream) + 1)):
        if at == len(stream) or stream[at] in _ENDS:
            return at
    return end
