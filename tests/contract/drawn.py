"""Indexes and query trees by chance, so that most trees find something and few find everything."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from index.engine import Batch
from index.model import Level, Part, Place, Report
from index.querytree import (
    And,
    Field,
    Filter,
    FilterValue,
    Near,
    Node,
    Not,
    Or,
    Scope,
    Text,
    YearRange,
    Zone,
)
from tests.made import PAGE_BREAK, batch, make_report, plain, streams

PLACES = [
    Place("荻溪镇", "青禾县", "云汀市", "澜岳省"),
    Place("荻溪镇", "云麓区", "云汀市", "澜岳省"),
    Place("槿岭镇", "青禾县", "云汀市", "澜岳省"),
    Place(None, "霁川市", None, "澜岳省"),
    Place(),
]
TITLES = [None, "", "槿岭镇2023年法治建设報告", "荻溪镇“人民”调解"]
TOPICS = [(), ("普法",), ("普法", "执法"), ("执法",)]
HEADINGS = ["", "一、", "（一）", "一、枫桥经验\n", "人", "1．調解。", "二 、人 人"]
WORDS = [
    "枫桥经验",
    "枫桥",
    "行政执法",
    "执法",
    "调解",
    "调解员",
    "人民",
    "人",
    "人人人",
    "2024",
    "24",
]
WORDS += ["综治中心", "没有", "服务", "𠮷"]
BETWEEN = [
    "。",
    "，",
    "\n",
    "\u3000",
    "“",
    "”",
    "、",
    "；\n",
    PAGE_BREAK,
    "的",
    "了",
    "Ａ",
    "ß",
    "\x00",
]
WANTED: dict[Field, list[FilterValue]] = {
    Field.YEAR: [2021, 2024, 1999, None, YearRange(2022, None), YearRange(2021, 2023)],
    Field.TOWNSHIP: ["荻溪镇", "青禾县/荻溪镇", "槿岭镇", "无此镇", None],
    Field.COUNTY: ["青禾县", "云汀市/云麓区", None],
    Field.CITY: ["云汀市", None],
    Field.PROVINCE: ["澜岳省", None],
    Field.PART: ["problems", "plans", None],
    Field.TOPIC: ["普法", "执法", None],
    Field.LEVEL: ["county", "other"],
}


class Drawn:
    """What one seed gives: the history of an index, and then as many questions as are asked for."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._streams: list[str] = []
        self.history = [self._batch() for _ in range(self._random.randint(1, 6))]

    # The index

    def _batch(self) -> Batch:
        choose = self._random
        new = {f"r{choose.randrange(12)}" for _ in range(choose.randint(0, 5))}
        gone = {f"r{choose.randrange(12)}" for _ in range(choose.randint(0, 2))} - new
        made = [self._report(id) for id in sorted(new)]
        self._streams += filter(None, streams(made).values())
        return batch(*made, remove=gone)

    def _report(self, id: str) -> Report:
        choose = self._random
        n = choose.randint(0, 6)
        return make_report(
            id,
            [(choose.choice(HEADINGS), self._text()) for _ in range(n)],
            year=choose.choice([None, 2021, 2023, 2024]),
            place=choose.choice(PLACES),
            level=choose.choice([Level.TOWNSHIP, Level.COUNTY]),
            title=choose.choice(TITLES),
            parts=[choose.choice([None, Part.PROBLEMS, Part.PLANS]) for _ in range(n)],
            topics={i: choose.choice(TOPICS) for i in range(n)},
        )

    def _text(self) -> str:
        choose = self._random
        words = choose.choices(WORDS, k=choose.choice([0, 1, 5, 15, 40]))
        return "".join(word + choose.choice(["", *BETWEEN]) for word in words)

    # The questions

    def filters(self) -> tuple[Filter, ...]:
        """Often none, at most two, of different fields."""
        fields = self._random.sample(sorted(WANTED), k=self._random.choice([0, 0, 0, 1, 2]))
        return tuple(map(self._filter, fields))

    def _filter(self, field: Field) -> Filter:
        return Filter(
            field, tuple(self._random.sample(WANTED[field], k=self._random.randint(1, 2)))
        )

    def tree(self, depth: int = 2) -> Node:
        """A tree of at most this many operators over each other, and NEAR below them."""
        choose = self._random
        kind = choose.choice(["leaf", "and", "and", "or", "or", "not"]) if depth else "leaf"
        if kind == "leaf":
            return self._leaf()
        if kind == "not":
            return And((self.tree(depth - 1), Not(self.tree(depth - 1))))
        children = tuple(self.tree(depth - 1) for _ in range(choose.choice([0, 1, 2, 2, 2, 3])))
        return And(children) if kind == "and" else Or(children)

    def _leaf(self) -> Node:
        kind = self._random.choice(["word"] * 4 + ["quoted"] * 4 + ["near", "filter", "title"])
        match kind:
            case "word":
                return self._word()
            case "quoted":
                return _quoted(self._stretch())
            case "title":
                return _quoted(self._random.choice(["2023年", "报告", "人民", "镇"]), Zone.TITLE)
            case "filter":
                return self._filter(self._random.choice(sorted(WANTED)))
        sides = self._side(), self._side()
        return Near(*sides, Scope.CHARACTERS, self._random.randint(0, 12))

    def _word(self) -> Text:
        words = self._random.sample(WORDS, k=self._random.randint(1, 3))
        cut = tuple(words) if len(words) > 1 else ()
        return Text("".join(words), "".join(words), quoted=False, words=cut)

    def _stretch(self) -> str:
        """Often a stretch of some section, which may have been deleted since."""
        choose = self._random
        if not self._streams or choose.random() < 0.4:
            return choose.choice(WORDS)
        stream = choose.choice(self._streams)
        start = choose.randrange(len(stream))
        return stream[start : start + choose.randint(1, 6)]

    def _side(self) -> Text | Or:
        one, other = _quoted(self._stretch()), _quoted(self._random.choice(WORDS))
        return Or((one, other)) if self._random.random() < 0.3 else one


def _quoted(stream: str, zone: Zone = Zone.ANYWHERE) -> Text:
    return Text(stream, plain(stream), quoted=True, zone=zone)


def questions(drawn: Drawn, n: int) -> Sequence[tuple[Node, tuple[Filter, ...]]]:
    """(tree, filters) of each question."""
    return [(drawn.tree(), drawn.filters()) for _ in range(n)]
