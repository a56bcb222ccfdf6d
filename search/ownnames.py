"""What a report calls its own place and those above it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from index.analysis import fold_stream
from index.gazetteer import short_forms, short_province
from index.model import Place

_FORM: Final = re.compile(r"(?:民族乡|街道|新区|[镇乡县区市旗省])$")
_AUTONOMY: Final = "自治"
_SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class OwnNames:
    """Names of a report's place and its superiors, in all their forms, and their stems; folded."""

    names: frozenset[str]
    stems: frozenset[str]

    def has(self, name: str) -> bool:
        """Whether the name is its own, in any of its forms."""
        return name in self.names or stem(name) in self.stems

    @property
    def all(self) -> frozenset[str]:
        """Names and stems."""
        return self.names | self.stems


@lru_cache(maxsize=1 << 12)
def own_names(place: Place) -> OwnNames:
    """The names of a place and its superiors."""
    given = [place.township, place.county, place.city, place.province]
    names = {short for name in given if name for short in short_forms(name)}
    if place.province:
        names.add(short_province(place.province))
    folded = frozenset(map(fold_stream, names))
    stems = (stem(name) for name in folded)
    return OwnNames(folded, frozenset(s for s in stems if len(s) >= _SHORTEST))


def stem(name: str) -> str:
    """A folded name without 镇, 乡, 县 and their like: 槿岭 of 槿岭镇."""
    return _FORM.sub("", name.partition(_AUTONOMY)[0])
