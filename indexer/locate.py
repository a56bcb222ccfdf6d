"""Where a report is from: township, county, city and province, each with its reason.

The township is the one that the title names, else the one that signs, publishes or speaks in the
text, else the one in the file's name. Its county is the one named beside it, else the one of its
namesakes that the text, the user or the folder names; where nothing decides it stays unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from index.analysis import fold
from index.gazetteer import Gazetteer, has_distinctive_stem, load
from index.i18n import gettext as _
from index.model import Level, Place, Reason
from indexer.names import Run, agrees, department_after, formal_street, read_run, read_runs

READ = 100_000
"""So many code points of a text are read for the places in it."""


class Clue(NamedTuple):
    """A short text that may name the place, and what it is: "title", "sign-off"."""

    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Clues:
    """All that may tell the place; the texts are folded and without white space.

    bodies: letterhead and sign-off. publishers: labels of the page. paths: file name, then
    folders from the nearest. footers: who runs the site.
    """

    title: str = ""
    bodies: tuple[Clue, ...] = ()
    publishers: tuple[Clue, ...] = ()
    text: str = ""
    county: str | None = None
    paths: tuple[Clue, ...] = ()
    footers: Iterable[Clue] = ()  # read once at most, where little else tells


@dataclass(frozen=True, slots=True)
class Located:
    """A place, whose paper it is, and why; level is None where no name told it."""

    place: Place
    level: Level | None
    reasons: tuple[Reason, ...]


class _Found(NamedTuple):
    place: Place
    why: str


def locate(clues: Clues) -> Located:
    """The place of the paper that has these clues."""
    gazetteer = load()
    runs = list(read_runs(gazetteer, clues.title))
    named = _merge(runs)
    if named.township is None and named != Place():
        return _locate_above(gazetteer, clues, named, _department(clues.title, runs))
    township = _Found(named, _("title")) if named.township else _find_township(gazetteer, clues)
    if township is None:
        return _locate_without(gazetteer, clues)
    place, why = _find_county(gazetteer, township, clues)
    reasons = [Reason("township", place.township, _named_in(township.why))]
    return Located(place, Level.TOWNSHIP, (*reasons, *_explain_county(place, why)))


def _explain_county(place: Place, why: str) -> Iterator[Reason]:
    yield Reason("county", place.county, why)
    above = _("from the gazetteer, by county") if place.county else why
    for field, value in (("city", place.city), ("province", place.province)):
        yield Reason(field, value, above if value else _("nothing tells it"))


def _named_in(where: str) -> str:
    return _("named in the {where}").format(where=where)


def _department(title: str, runs: Sequence[Run]) -> str | None:
    return next(filter(None, (department_after(title, run.end) for run in runs)), None)


def _merge(runs: Sequence[Run]) -> Place:
    """The place that a text's runs name together; the first township, and what is named with it.

    例州区人民政府试例街道办事处 has two runs that belong together.
    """
    best = next((run.place for run in runs if run.place.township), None)
    merged = best or (runs[0].place if runs else Place())
    for run in runs:
        other = run.place
        if other.township not in (None, merged.township):
            continue
        if merged.county is None and (merged.city is None or other.city in (None, merged.city)):
            merged = replace(merged, county=other.county)
        merged = replace(
            merged, city=merged.city or other.city, province=merged.province or other.province
        )
    return merged


# --- which township -----------------------------------------------------------------------------


def _find_township(gazetteer: Gazetteer, clues: Clues) -> _Found | None:
    """The township of a paper whose title names no place."""
    for clue in (*clues.bodies, *clues.publishers):
        named = _merge(list(read_runs(gazetteer, clue.text)))
        if named.township:
            return _Found(named, clue.why)
        if named != Place() and clue in clues.bodies:
            return None  # signed by a county
    spoken = _find_speaker(gazetteer, clues.text)
    if spoken is not None and spoken[1] > 1:
        return _Found(spoken[0], _("text, where it is named most"))
    for clue in clues.paths:
        named = _merge(list(read_runs(gazetteer, clue.text)))
        if named.township:
            return _Found(named, clue.why)
    return _Found(spoken[0], _("text")) if spoken else None


_TOWNSHIP_END = re.compile(r"镇|乡(?!镇)|街道|街(?!道|街)|苏木|[农林]场")
_LEFT_EDGE = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|[在由经对到为使让是]|以来|年度?|推动|推进|结合|围绕|现将|关于)"
    r"([\u4e00-\u9fff]{1,4}?(?:族乡|镇|乡|街道|街|苏木|[农林]场))$"
)
_NOT_A_NAME = re.compile(
    r".*(?:[各全我本该某每个们级小]|乡镇|城镇|村镇|集镇|市镇|城乡|家乡|返乡|下乡|老街|大街|法治|依法治|以及|和|与|及)"
    r"(?:镇|乡|街道|街|[农林]场)?|[年度].*|.{0,3}(?:本|我|全|各|该)[镇乡街].*"
)
_WITH_OTHERS = re.compile(r"(?:与|和|同|邻|赴|及|跨|联合|到|向)$")
_EARLY = 300


def _find_speaker(gazetteer: Gazetteer, text: str) -> tuple[Place, int] | None:
    """The township that the text names most and how often; early mentions count more."""
    counts: Counter[str] = Counter()
    first: dict[str, int] = {}
    for found in _TOWNSHIP_END.finditer(text, 0, READ):
        name = _name_ending_at(gazetteer, text, found.end())
        if name is None:
            continue
        start = found.end() - len(name)
        if _WITH_OTHERS.search(text[max(0, start - 2) : start]):
            continue
        in_county = start > 0 and text[start - 1] in "市县区旗"  # its own, or a neighbour's
        counts[name] += 1 + (start < _EARLY and not in_county)
        first.setdefault(name, start)
    ranked = sorted(first, key=lambda name: (-counts[name], first[name]))
    if not ranked or (counts[ranked[0]] < 2 and first[ranked[0]] > _EARLY):
        return None
    name = ranked[0]
    formal = name if gazetteer.is_township(name) else formal_street(gazetteer, name)
    return Place(formal or name), counts[name]


def _name_ending_at(gazetteer: Gazetteer, text: str, end: int) -> str | None:
    """The township whose name ends here: the longest known one, else one with a clear left edge."""
    for start in range(max(0, end - 12), end - 2):
        name = text[start:end]
        if gazetteer.is_township(name) and has_distinctive_stem(name):
            return name
    if text.startswith(("化", "区", "容", "级"), end):
        return None
    if text[end - 1] == "乡" and text.startswith(("村", "土", "亲", "愁", "贤", "音"), end):
        return None  # 全年乡村两个方面 names no 全年乡
    edge = _LEFT_EDGE.search(text[max(0, end - 8) : end])
    if edge is None or len(edge[1]) < 3 or _NOT_A_NAME.fullmatch(edge[1]):
        return None
    return edge[1]


# --- which county -------------------------------------------------------------------------------


def _find_county(gazetteer: Gazetteer, township: _Found, clues: Clues) -> tuple[Place, str]:
    """The township's whole place and why it is that one."""
    named = township.place
    namesakes = gazetteer.townships(named.township or "")
    told = replace(named, township=None)
    fitting = [place for place in namesakes if agrees(place, told)]
    if told != Place() and len(fitting) == 1:
        return fitting[0], _named_in(township.why)
    if named.county:
        return _complete(gazetteer, named), _named_in(township.why)
    for above, why, sure in _named_counties(gazetteer, clues, known=bool(namesakes)):
        fits = any(agrees(place, above) for place in namesakes)
        if fits or not namesakes or sure:
            return _place_in(gazetteer, named, above, fitting), _named_in(why)
    return _choose(gazetteer, named, fitting or list(namesakes), clues)


class _Above(NamedTuple):
    """A county and where it is named.

    sure: it counts although the gazetteer has no such township in it, which is renamed, or newer.
    """

    place: Place
    why: str
    sure: bool


def _named_counties(gazetteer: Gazetteer, clues: Clues, *, known: bool) -> Iterator[_Above]:
    """The counties that short texts name outright, without a township, the surest first.

    known: the gazetteer has the township, so that a folder which only looks like a county's name
    says nothing.
    """
    for clue in clues.bodies:
        yield from _county_in(gazetteer, clue, sure=True)
    if clues.county:
        flag = "".join(fold(clues.county).split())
        counties = gazetteer.counties(flag)
        county = counties[0].county if counties else flag
        yield _Above(Place(county=county), _("flag --county"), True)
    for clue in clues.publishers:
        yield from _county_in(gazetteer, clue, sure=False)
    for clue in clues.paths:
        run = read_run(gazetteer, clue.text, 0)
        county = run.place.county if run else None
        if county and (gazetteer.counties(county) or (clue.text == county and not known)):
            yield from _county_in(gazetteer, clue, sure=False)


def _county_in(gazetteer: Gazetteer, clue: Clue, *, sure: bool) -> Iterator[_Above]:
    named = _merge(list(read_runs(gazetteer, clue.text)))
    if named.county:
        yield _Above(replace(named, township=None), clue.why, sure)


def _place_in(
    gazetteer: Gazetteer, township: Place, above: Place, namesakes: Sequence[Place]
) -> Place:
    """The township in the county that `above` names."""
    fitting = [place for place in namesakes if agrees(place, above)]
    if len(fitting) == 1:
        return fitting[0]
    return _complete(gazetteer, replace(above, township=township.township))


def _complete(gazetteer: Gazetteer, place: Place) -> Place:
    """The place with the city and province of its county, or of its city, where that is sure."""
    above = gazetteer.counties(place.county) if place.county else gazetteer.cities(place.city or "")
    fitting = [
        known
        for known in above
        if agrees(known, replace(place, township=None, county=known.county))
    ]
    if len(fitting) != 1:
        return place
    return replace(fitting[0], township=place.township, county=place.county)


def complete_place(told: Place) -> Place:
    """The place with the tiers above it that follow from those told; the told ones stay."""
    gazetteer = load()
    above = replace(told, township=None)
    fitting = [place for place in gazetteer.townships(told.township or "") if agrees(place, above)]
    return fitting[0] if len(fitting) == 1 else _complete(gazetteer, told)


def _choose(
    gazetteer: Gazetteer, named: Place, namesakes: Sequence[Place], clues: Clues
) -> tuple[Place, str]:
    """The one namesake that the evidence leaves, or the township alone."""
    if len(namesakes) == 1:
        said = _("the gazetteer has one {township}")
        return namesakes[0], said.format(township=named.township)
    if not namesakes:
        return _county_of_unknown(gazetteer, named, clues)
    text = clues.text[:READ]
    left, whole = list(namesakes), {"n": len(namesakes), "township": named.township}
    for words, where in _evidence(clues):
        for tier in ("county", "city", "province"):
            left = _narrow(gazetteer, left, tier, words)
            if len(left) == 1:
                said = _("only {name} of {n} counties with a {township} is named in the {where}")
                return left[0], said.format(name=getattr(left[0], tier), where=where, **whole)
    if (place := _by_superior(left, text)) is not None:
        said = _(
            "only {county} of {n} counties with a {township} has a superior as the text names it"
        )
        return place, said.format(county=place.county, **whole)
    return named, _("nothing decides which of {n} counties with a {township}").format(**whole)


def _evidence(clues: Clues) -> Iterator[tuple[str, str]]:
    """The texts that may name the county, and what each is, the surest first."""
    yield clues.title, _("title")
    yield "|".join(clue.text for clue in clues.paths), _("path")
    yield clues.text[:READ], _("text")
    yield "|".join(clue.text for clue in clues.footers), _("footer")


def _narrow(gazetteer: Gazetteer, places: list[Place], tier: str, text: str) -> list[Place]:
    """The places whose county (city, province) the text names, or all where it names none."""
    counts: dict[str, int] = {}
    for name in {getattr(place, tier) for place in places} - {None}:
        if has_distinctive_stem(name) and (count := _count_name(gazetteer, text, name)):
            counts[name] = count
    if not counts:
        return places
    most = max(counts.values())
    top = [name for name, count in counts.items() if count == most]
    second = max((count for count in counts.values() if count < most), default=0)
    if len(top) > 1 or second * 2 > most:
        return [place for place in places if getattr(place, tier) in counts]
    return [place for place in places if getattr(place, tier) == top[0]]


def _count_name(gazetteer: Gazetteer, text: str, name: str) -> int:
    """How often a name stands in the text and is not the end of a longer one (云县 in 缙云县)."""
    count, at = 0, text.find(name)
    while at >= 0 and count < 50:
        longer = (text[at - more : at + len(name)] for more in range(1, min(4, at) + 1))
        count += not any(gazetteer.counties(word) or gazetteer.cities(word) for word in longer)
        at = text.find(name, at + len(name))
    return count


_SUPERIOR = re.compile(r"(?<![一-龥])[县区旗]委|[在全]?[县区旗](?=委、[县区旗]政府)|全[县区旗]")


def _by_superior(places: Sequence[Place], text: str) -> Place | None:
    """The one place whose county is of the kind that the text reports to: 县委, 区委."""
    kinds = Counter(found[0].strip("在全委") for found in _SUPERIOR.finditer(text))
    if len(kinds) != 1 or kinds.total() < 2:
        return None
    (kind,) = kinds
    fitting = [place for place in places if place.county and place.county.endswith(kind)]
    return fitting[0] if len(fitting) == 1 else None


_NAMED_SUPERIOR = (
    r"(?:[《“,。;、(]|按照|根据|[在由经])(?:按照|根据|[在由经])?(?![与和邻赴及跨])"
    r"([\u4e00-\u9fff]{1,5}?(?:自治县|县|区|旗|市))"
    r"(?=委|人民政府|政府|司法局|全面依法|依法治|法治政府|20[0-9]{2}|二[〇○零o0]|%s)"
)
_NO_SUPERIOR = re.compile(
    r".*(?:[全我本各该]|社|辖|城|地|片|园)[县区旗市]|省市县?|省市区?|市县|市区"
)


def _county_of_unknown(gazetteer: Gazetteer, named: Place, clues: Clues) -> tuple[Place, str]:
    """The county of a township that the gazetteer lacks: the one superior that the text names."""
    superior = re.compile(_NAMED_SUPERIOR % re.escape(named.township or ""))
    names = {
        found[1]
        for found in superior.finditer(clues.text[:READ])
        if not _NO_SUPERIOR.fullmatch(found[1])
    }
    counties = {name for name in names if not gazetteer.cities(name)}
    if len(counties) == 1:
        (county,) = counties
        full = next((place.county for place in gazetteer.counties(county)), county)
        return _complete(gazetteer, replace(named, county=full)), _(
            "the superior named in the text"
        )
    said = _("the gazetteer has no {township} and no text tells")
    return _complete(gazetteer, named), said.format(township=named.township)


# --- papers that are not a township's -----------------------------------------------------------


def _locate_above(
    gazetteer: Gazetteer, clues: Clues, named: Place, department: str | None
) -> Located:
    """The place of a paper whose title names a county, a city or a province only."""
    place = named
    if place.county and len(gazetteer.counties(place.county)) > 1 and place.city is None:
        namesakes = list(gazetteer.counties(place.county))
        around = "|".join(
            [clues.text[:READ], *(clue.text for clue in (*clues.paths, *clues.bodies))]
        )
        for tier in ("city", "province"):
            namesakes = _narrow(gazetteer, namesakes, tier, around)
        place = namesakes[0] if len(namesakes) == 1 else place
    place = _complete(gazetteer, place)
    level = _level_of(place)
    if department:
        why = _("the title names an office: {name}").format(name=department)
        return Located(place, Level.DEPARTMENT, (Reason("level", "department", why),))
    fields = ("county", "city", "province")
    reasons = [
        Reason(name, getattr(place, name), _("named in the title, or from the gazetteer"))
        for name in fields
    ]
    return Located(place, level, tuple(reasons))


def _level_of(place: Place) -> Level:
    if place.county:
        return Level.COUNTY
    return Level.CITY if place.city and place.city != place.province else Level.PROVINCE


def _locate_without(gazetteer: Gazetteer, clues: Clues) -> Located:
    """The place of a paper that names no township: its signer, the flag or the folders may tell."""
    for clue in clues.bodies:
        runs = list(read_runs(gazetteer, clue.text))
        if (named := _merge(runs)) != Place():
            located = _locate_above(
                gazetteer, replace(clues, title=clue.text), named, _department(clue.text, runs)
            )
            reasons = tuple(replace(reason, why=_named_in(clue.why)) for reason in located.reasons)
            return replace(located, reasons=reasons)
    for above, why, _sure in _named_counties(gazetteer, replace(clues, bodies=()), known=False):
        place = _complete(gazetteer, above)
        return Located(place, None, (Reason("county", place.county, _named_in(why)),))
    return Located(Place(), None, (Reason("township", None, _("no township is named")),))
