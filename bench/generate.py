"""Write generated reports: invented counties × townships × years, the same for the same seed.

``python bench/generate.py --townships 20 --years 2015-2024 --seed 7 OUT_DIR`` writes a county of
200 reports, some 2,800 sections; ``--counties 75`` a province of 15,000. Each report has 12 to 16
sections and 2,000 to 5,000 characters, as real ones have. What search and ranking meet there is
built in on purpose: words whose frequencies fall like Zipf's law, practices that counties take up
earlier or later, sentences that many reports share, reports copied from the year before, namesake
townships. The phrases are in phrases.toml, the large vocabulary is sampled from jieba's dictionary.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePosixPath
from random import Random
from typing import Any

Template = tuple[str, ...]  # literal, slot, literal, slot, … literal

# No name of a Chinese township, county, city or province begins with one of the first characters.
FIRST = "漪泠蘅棹萤沄橙柚揽邀霏霭溯澈澹蔷薇蕙芸荇枇楸桉笙笛瑟箫磬砧杵蓑笠帘檐"
SECOND = "岭溪坪川河泉湾洲坡塘桥湖岩谷原台渡浦汀岗洞潭井峰关林坝庄亭铺口沙沟塔寺营"
TOWNSHIP_FORMS = ("镇", "镇", "镇", "乡", "街道")
COUNTY_FORMS = ("县", "县", "区", "市")
STEMS = tuple(a + b for a in FIRST for b in SECOND)
VILLAGE_FIRST = "张李王陈杨周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁"
VILLAGE_SECOND = ("家湾", "家坝", "家沟", "家坪", "家坳", "家岭", "家塘", "家冲", "家院", "家畈")
VILLAGES = tuple(a + b for a in VILLAGE_FIRST for b in VILLAGE_SECOND)

LEAST_COUNT = 3  # in jieba's corpus
NOUNS = frozenset({"n", "vn", "nz"})
ZIPF_EXPONENT = 1.7
ZIPF_SHIFT = 300  # Mandelbrot's: the commonest words are not that much commoner than the next
SHARE_OF_BOILERPLATE = 0.3  # of the reports, for each shared sentence
SHARE_OF_COPIERS = 0.2  # of the townships
SHARE_OF_COPIED_YEARS = 0.6  # of a copier's years
HAN_NUMBERS = "一二三四五六七八九十"
SECOND_LEVELS = (("（{}）", True), ("({})", True), ("{}、", False), ("{}.", False))


@dataclass(frozen=True, slots=True)
class GeneratedReport:
    """One report: its place under the output folder, its text, and what it is about."""

    path: PurePosixPath
    text: str
    township: str
    county: str
    year: int


def main() -> None:
    """Write the reports that the arguments ask for."""
    arguments = parse_arguments()
    reports = generate_reports(
        arguments.counties, arguments.townships, arguments.years, arguments.seed
    )
    print(f"{write_reports(reports, arguments.out_dir)} reports in {arguments.out_dir}")


def parse_arguments() -> argparse.Namespace:
    """The command line's values."""
    parser = argparse.ArgumentParser(description="Write generated reports as UTF-8 text files.")
    parser.add_argument("out_dir", type=Path, metavar="OUT_DIR")
    parser.add_argument("--counties", type=int, default=1)
    parser.add_argument("--townships", type=int, default=20, help="in each county")
    parser.add_argument("--years", type=parse_years, default=range(2015, 2025), metavar="2015-2024")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def parse_years(text: str) -> range:
    """The years of "2015-2024" or "2024"."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def write_reports(reports: Iterable[GeneratedReport], folder: Path) -> int:
    """How many reports were written under the folder."""
    count = 0
    made: set[Path] = set()
    for report in reports:
        path = folder / report.path
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(report.text.encode())
        count += 1
    return count


def generate_reports(
    counties: int,
    townships: int,
    years: Sequence[int],
    seed: int,
    *,
    share_of_copiers: float = SHARE_OF_COPIERS,
) -> Iterator[GeneratedReport]:
    """The reports one by one: county by county, township by township, year by year.

    More counties or townships leave the reports of the others as they were. share_of_copiers: of
    the townships, those that copy their report of the year before in some years.

    Raises
    ------
    ValueError
        When there are fewer invented names than counties or townships.
    """
    words = sample_vocabulary(seed)
    for county in name_places(counties, COUNTY_FORMS, f"{seed}/counties"):
        for township in name_places(townships, TOWNSHIP_FORMS, f"{seed}/{county}"):
            author = Author(seed, county, township, words, share_of_copiers)
            for year in years:
                path = PurePosixPath(county, str(year), f"{township}.txt")
                yield GeneratedReport(path, author.write(year), township, county, year)


def name_places(count: int, forms: Sequence[str], seed: str) -> list[str]:
    """That many different names; a larger count begins with the same ones."""
    names = [stem + form for stem in STEMS for form in forms]
    Random(seed).shuffle(names)
    different = list(dict.fromkeys(names))
    if not 0 <= count <= len(different):
        raise ValueError(f"{count} places asked for; there are names for 0 to {len(different)}")
    return different[:count]


def sample_vocabulary(seed: int) -> tuple[str, ...]:
    """Nouns of two to four characters from jieba's dictionary, the commonest first.

    There are more of them (some 120,000) than a province's reports come to use, so the vocabulary
    goes on growing with the reports, as that of real texts does.
    """
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jieba", name="jieba")
    lines = Path(spec.origin).with_name("dict.txt").read_text("utf-8").splitlines()
    counts = {
        word: int(count)
        for word, count, tag in (line.split(" ") for line in lines)
        if tag in NOUNS and 2 <= len(word) <= 4 and int(count) >= LEAST_COUNT
    }
    tie_breakers = Random(f"{seed}/words").sample(range(len(counts)), len(counts))
    ranked = zip(counts, tie_breakers, strict=True)
    return tuple(word for word, _ in sorted(ranked, key=lambda pair: (-counts[pair[0]], pair[1])))


@cache
def load_phrases() -> dict[str, Any]:
    """What phrases.toml holds, with every sentence as a template."""
    text = Path(__file__).with_name("phrases.toml").read_text("utf-8")
    phrases: dict[str, Any] = compile_templates(tomllib.loads(text))
    return phrases


def compile_templates(value: Any) -> Any:
    """The same tables with each list of sentences as a tuple of templates."""
    if isinstance(value, dict):
        return {name: compile_templates(inner) for name, inner in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], str):
        return tuple(tuple(re.split(r"\{(\w+)\}", sentence)) for sentence in value)
    if isinstance(value, list):
        return [compile_templates(inner) for inner in value]
    return value


class Author:
    """Who writes a township's reports: its villages, habits of layout and practices."""

    def __init__(
        self,
        seed: int,
        county: str,
        township: str,
        words: Sequence[str],
        share_of_copiers: float,
    ) -> None:
        self._name = f"{seed}/{county}/{township}"
        self._phrases = load_phrases()
        self._words = words
        rng = Random(self._name)
        self._villages = [name + "村" for name in rng.sample(VILLAGES, 12)]
        self._layout = Layout.choose(rng)
        self._copies = rng.random() < share_of_copiers
        self._adopted = {
            practice["name"]: adoption_year(practice, f"{seed}/{county}", rng.random())
            for practice in self._phrases["practice"]
        }
        self._previous: tuple[str, int] | None = None
        self._place = {"county": county, "town": township, "self": "我" + township[2:]}
        self._office = township + ("办事处" if township.endswith("街道") else "人民政府")
        self._rng = rng
        self._topic: dict[str, Any] = self._phrases["topic"][0]
        self._slots = self._make_slots()

    def write(self, year: int) -> str:
        """The township's report for a year; years are asked for in order."""
        self._rng = Random(f"{self._name}/{year}")
        self._place |= {"year": str(year), "next": str(year + 1)}
        copied = self._copies and self._rng.random() < SHARE_OF_COPIED_YEARS
        if copied and self._previous:
            text = renew(*self._previous, year, self._rng)
        else:
            text = "\n".join(self._compose(year)) + "\n"
        self._previous = text, year
        return text

    def _compose(self, year: int) -> Iterator[str]:
        """The report's lines."""
        titles, layout = self._phrases["titles"], self._layout
        if layout.has_title:
            yield self._fill_one(titles["headline"]) + "\n"
        yield self._fill_one(titles["background"])
        yield self._fill_one(titles["opening"])
        parts = [("achievements", self._achievements(year)), ("problems", self._problems())]
        if layout.has_leadership:
            parts.append(("leadership", self._leadership()))
        parts.append(("plans", self._plans()))
        for number, (part, lines) in zip(HAN_NUMBERS, parts, strict=False):
            yield f"{number}、{self._fill_one(titles[part])}"
            if layout.has_lead and part in ("achievements", "plans"):
                yield "".join(map(self._fill, self._phrases["lead"]["sentences"]))
            yield from lines
        if layout.has_ending:
            day = f"{year + 1}年{self._number(1, 3)}月{self._number(1, 28)}日"
            yield f"\n{self._office}\n{day}"

    def _achievements(self, year: int) -> Iterator[str]:
        """Four to six sections, each on a topic of its own."""
        topics = self._phrases["topic"]
        chosen = sorted(self._rng.sample(range(len(topics)), self._number(4, 6)))
        shared = [
            self._fill(template)
            for template in self._phrases["boilerplate"]["sentences"]
            if self._rng.random() < SHARE_OF_BOILERPLATE
        ]
        for place, topic in enumerate(chosen):
            self._topic = topics[topic]
            sentences = [*self._practices(year), *self._own_sentences()]
            sentences += shared[place :: len(chosen)]
            self._rng.shuffle(sentences)
            heading = self._fill_one(self._topic["headings"])
            yield from self._layout.section(place, heading, sentences, self._rng)

    def _practices(self, year: int) -> Iterator[str]:
        """A sentence on each practice of the topic that the township has taken up by then."""
        for practice in self._phrases["practice"]:
            name = practice["name"]
            if practice["topic"] == self._topic["name"] and year >= self._adopted[name]:
                yield self._fill_one(practice["sentences"])

    def _own_sentences(self) -> Iterator[str]:
        """Sentences on the topic."""
        frames = self._phrases["frames"]["sentences"]
        for template in self._rng.sample(self._topic["sentences"], self._number(2, 3)):
            yield self._fill(template)
        for template in self._rng.sample(frames, self._number(5, 8)):
            yield self._fill(template)

    def _problems(self) -> Iterator[str]:
        """One paragraph of 一是 二是 三是."""
        items = []
        for template in self._rng.sample(self._phrases["endings"]["problem_items"], 4):
            self._topic = self._pick(self._phrases["topic"])
            items.append(self._fill(template))
        yield "；".join(f"{HAN_NUMBERS[i]}是{item}" for i, item in enumerate(items)) + "。"

    def _leadership(self) -> Iterator[str]:
        """One paragraph without items."""
        yield "".join(self._various("leadership_items", 5))

    def _plans(self) -> Iterator[str]:
        """Two sections."""
        endings = self._phrases["endings"]
        headings = self._rng.sample(endings["plan_headings"], 2)
        for place, heading in enumerate(headings):
            sentences = self._various("plan_items", 6)
            yield from self._layout.section(place, self._fill(heading), sentences, self._rng)

    def _various(self, name: str, count: int) -> list[str]:
        """Sentences of an ending, each on a topic of its own."""
        found = []
        for template in self._rng.sample(self._phrases["endings"][name], count):
            self._topic = self._pick(self._phrases["topic"])
            found.append(self._fill(template))
        return found

    # Templates

    def _make_slots(self) -> dict[str, Callable[[], str]]:
        """What fills each slot."""
        slots: dict[str, Callable[[], str]] = {
            name: partial(self._fill_one, pool) for name, pool in self._phrases["lists"].items()
        }
        for name in ("county", "town", "self", "year", "next"):
            slots[name] = partial(self._place.__getitem__, name)
        return slots | {
            "n": lambda: str(self._number(2, 60)),
            "m": lambda: str(self._number(30, 900)),
            "k": lambda: str(self._number(500, 20000)),
            "pct": lambda: f"{85 + 15 * self._rng.random():.1f}",
            "month": lambda: str(self._number(1, 12)),
            "village": lambda: str(self._pick(self._villages)),
            "word": lambda: zipf(self._words, self._rng),
            "word2": lambda: zipf(self._words, self._rng),
            "word3": lambda: zipf(self._words, self._rng),
            "object": lambda: self._fill_one(self._topic["objects"]),
            "unit": lambda: str(self._topic["unit"]),
        }

    def _fill(self, template: Template) -> str:
        """The template's text with every slot filled in."""
        slots = self._slots
        return "".join(
            [slots[part]() if place % 2 else part for place, part in enumerate(template)]
        )

    def _fill_one(self, pool: Sequence[Template]) -> str:
        """The text of one of the templates."""
        return self._fill(self._pick(pool))

    def _pick(self, pool: Sequence[Any]) -> Any:
        """One of the pool, each as likely. (random.choice takes three times as long.)"""
        return pool[int(self._rng.random() * len(pool))]

    def _number(self, least: int, most: int) -> int:
        """A whole number between the two, both included."""
        return least + int(self._rng.random() * (most - least + 1))


@dataclass(frozen=True, slots=True)
class Layout:
    """How a township's reports look, the same every year."""

    number: str  # the second level's number, with {} for its place
    in_han: bool
    has_title: bool
    has_leadership: bool
    has_ending: bool
    has_lead: bool  # a paragraph under the heading of a part that has sections
    own_line: bool  # headings stand on lines of their own

    @classmethod
    def choose(cls, rng: Random) -> Layout:
        """One of the usual layouts."""
        number, in_han = rng.choice(SECOND_LEVELS)
        return cls(
            number=number,
            in_han=in_han,
            has_title=rng.random() < 0.7,
            has_leadership=rng.random() < 0.6,
            has_ending=rng.random() < 0.7,
            has_lead=rng.random() < 0.6,
            own_line=rng.random() < 0.5,
        )

    def section(
        self, place: int, heading: str, sentences: Sequence[str], rng: Random
    ) -> Iterator[str]:
        """The section's lines: number and heading, and its sentences, some as 一是 二是 items."""
        number = self.number.format(HAN_NUMBERS[place] if self.in_han else place + 1)
        if rng.random() < 0.4:
            sentences = [f"{HAN_NUMBERS[i]}是{s}" for i, s in enumerate(sentences[:10])]
        text = "".join(sentences)
        yield from (number + heading, text) if self.own_line else (f"{number}{heading}。{text}",)


def adoption_year(practice: dict[str, Any], region: str, eagerness: float) -> float:
    """The year from which a township has a practice: logistic around its county's own middle."""
    county_delay = 1 + 5 * Random(f"{region}/{practice['name']}").random()
    bounded = min(max(eagerness, 0.01), 0.99)
    middle: float = practice["from_year"] + county_delay
    return max(middle + 1.2 * math.log(bounded / (1 - bounded)), float(practice["from_year"]))


def zipf(pool: Sequence[str], rng: Random) -> str:
    """One of the pool, the k-th (from 0) in proportion to (k + ZIPF_SHIFT) ** -ZIPF_EXPONENT."""
    power = 1 - ZIPF_EXPONENT
    first, last = ZIPF_SHIFT**power, (len(pool) + ZIPF_SHIFT) ** power
    return pool[int((first - rng.random() * (first - last)) ** (1 / power)) - ZIPF_SHIFT]


def renew(text: str, old: int, new: int, rng: Random) -> str:
    """Last report's text with its years moved on and a third of its larger numbers changed."""

    def change(found: re.Match[str]) -> str:
        value = int(found[0])
        if old <= value <= old + 1:
            return str(value + new - old)
        if 20 <= value < 1900 and rng.random() < 1 / 3:
            return str(value + int(rng.random() * 20) - 10)
        return found[0]

    return re.sub(r"[0-9]+", change, text)


if __name__ == "__main__":
    main()
