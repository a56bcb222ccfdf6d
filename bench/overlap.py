"""How long the stretches are that sections share by chance: how honest originals are.

``python -m bench.overlap`` reads reports as `bench.copies` plants in, boilerplate left out;
``python -m bench.overlap FOLDER`` the text files of a folder, each one township's. For every
section of 100 characters or more the longest stretch is found that a section of another township
has too.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rapidfuzz.distance import Prefix

from bench.figures import percentile
from bench.generate import load_phrases
from bench.plant import SHORTEST, make_originals
from index.analysis import fold_stream
from indexer.parse import parse_outline

LONGEST = 200  # characters of a shared stretch that are counted
BETWEEN = "\ue000"  # stands in no report
SHARES = (0.1, 0.5, 0.9, 0.95, 0.99, 1.0)


class Text(NamedTuple):
    """A section's own text, folded, and whose it is."""

    township: str
    text: str


def main() -> None:
    """Print the distribution."""
    parser = argparse.ArgumentParser(description="Lengths of stretches shared by chance.")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--sections", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.folder:
        texts = [t for f in sorted(arguments.folder.glob("*.txt")) for t in read_file(f)]
    else:
        texts = list(generated(arguments.sections, arguments.seed))
    lengths = longest_shared(texts)
    found = [n for n, text in zip(lengths, texts, strict=True) if len(text.text) >= SHORTEST]
    print(f"{len(found)} sections; characters of the longest stretch that another township has:")
    print(", ".join(f"p{100 * share:g} {percentile(found, share):.0f}" for share in SHARES))


def read_file(file: Path) -> Iterator[Text]:
    """The texts of a report's sections."""
    return texts_of(file.stem, file.read_text("utf-8"))


def texts_of(township: str, report: str) -> Iterator[Text]:
    """The texts of a report's sections."""
    for section in parse_outline(report).sections:
        yield Text(township, fold_stream(report[slice(*section.text_span)]))


def generated(sections: int, seed: int) -> Iterator[Text]:
    """The texts of generated reports, without the sentences of boilerplate."""
    for report in make_originals(sections, seed):
        text = report.text
        for (sentence,) in load_phrases()["boilerplate"]["sentences"]:
            text = text.replace(sentence, BETWEEN)
        yield from texts_of(report.county + report.township, text)


def longest_shared(texts: Sequence[Text]) -> list[int]:
    """For each text the length of the longest stretch that one of another township has too.

    All places of all texts are sorted by what follows them; the place of another township that
    shares most with a place is the next one of another township on one of its two sides.
    """
    joined = "".join(text.text + BETWEEN for text in texts)
    owner = [number for number, text in enumerate(texts) for _ in range(len(text.text) + 1)]
    places = [at for at, character in enumerate(joined) if character != BETWEEN]
    places.sort(key=lambda at: joined[at : at + LONGEST])
    longest = [0] * len(texts)
    for order in (places, places[::-1]):
        before = (-1, "")  # (number of a text, what follows) of the place before
        other = (-1, "")  # of the last place before that is of another township than that one
        for at in order:
            number, follows = owner[at], joined[at : at + LONGEST].split(BETWEEN, 1)[0]
            if before[0] >= 0 and texts[before[0]].township != texts[number].township:
                other = before
            if other[0] >= 0:
                longest[number] = max(longest[number], Prefix.similarity(follows, other[1]))
            before = number, follows
    return longest


if __name__ == "__main__":
    main()
