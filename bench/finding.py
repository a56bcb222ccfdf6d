"""A process that looks for copies in a whole corpus with one finder, timing itself.

``python -m bench.finding FINDER INDEX PARSED…`` prints each group as a JSON array (the leader's id
and, for each member, its id and what agrees), and at the end an object with the seconds and the
number of pairs that were looked at.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.building import MemoryWatch
from bench.corpus import load_parsed
from bench.peers import OURS
from bench.scoring import Agreeing, Group
from bench.worker import ROOT, environment
from index.model import Span

SHINGLE = 8  # characters
THRESHOLD = 0.5
SHORTEST = 50  # characters of a section for MinHash: signatures are all alike


@dataclass(frozen=True, slots=True)
class Finding:
    """The groups that a finder reports of a corpus, and what that took. Memory in bytes."""

    groups: list[Group]
    seconds: float
    looked_at: int  # pairs of sections
    peak_rss: int
    peak_private: int


def find(finder: str, index: Path, parsed: Sequence[Path]) -> Finding:
    """What the finder finds, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.finding", finder, str(index), *map(str, parsed)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
    )
    memory = MemoryWatch(process.pid)
    memory.start()
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"finding with {finder} failed; see its message above")
    *groups, figures = map(json.loads, output.splitlines())
    return Finding(
        groups=[read_group(*group) for group in groups],
        seconds=figures["seconds"],
        looked_at=figures["looked_at"],
        peak_rss=memory.peak_rss,
        peak_private=memory.peak_private,
    )


def read_group(leader: str, members: dict[str, list[list[int]]]) -> Group:
    """A group as it was printed."""
    return Group(leader, {m: tuple(Agreeing(*a) for a in found) for m, found in members.items()})


def main() -> None:
    """Find, and print."""
    finder, index, *parsed = sys.argv[1:]
    started = time.perf_counter()
    groups, looked_at = FINDERS[finder](Path(index), list(map(Path, parsed)))
    seconds = time.perf_counter() - started
    for group in groups:
        print(json.dumps([group.leader, group.members], ensure_ascii=False))
    print(json.dumps({"seconds": seconds, "looked_at": looked_at}))


def with_ours(index: Path, _parsed: Sequence[Path]) -> tuple[list[Group], int]:
    """All groups that `lawsearch copies` tells."""
    from index.engine import SharedText
    from index.whoosh_engine import WhooshEngine
    from search.copies import CopiesRequest, find_copies

    class Counting(WhooshEngine):
        looked_at = 0

        def shared_texts(self, sections: Collection[int] | None = None) -> Iterator[SharedText]:
            for self.looked_at, pair in enumerate(super().shared_texts(sections), 1):
                yield pair

    engine = Counting(index)
    found = find_copies(engine, CopiesRequest(limit=None))
    engine.close()
    return [as_group(group.members) for group in found.groups], engine.looked_at


def as_group(members: Sequence[Any]) -> Group:
    """A group of ours; its first section comes first."""
    return Group(
        leader=members[0].passage.id,
        members={
            member.passage.id: tuple(Agreeing(*a.own, *a.first) for a in member.agreements)
            for member in members[1:]
        },
    )


def with_minhash(_index: Path, parsed: Sequence[Path]) -> tuple[list[Group], int]:
    """Pairs of sections of different reports that datasketch's MinHashLSH takes for alike."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=THRESHOLD)
    kept: list[tuple[str, str, Span, MinHash]] = []
    found, looked_at = [], 0
    for report in (report for file in parsed for report in load_parsed(file)):
        for section in report.sections:
            text = report.section_text(section)
            if len(text) < SHORTEST:
                continue
            sketch = MinHash()
            sketch.update_batch([shingle.encode() for shingle in shingles(text)])
            id, span = f"{report.id}#{section.key}", section.text_span
            for number in lsh.query(sketch):
                owner, leader, where, other = kept[number]
                looked_at += 1
                if owner != report.id and other.jaccard(sketch) >= THRESHOLD:
                    found.append(Group(leader, {id: (Agreeing(*span, *where),)}))
            lsh.insert(len(kept), sketch)
            kept.append((report.id, id, span, sketch))
    return found, looked_at


def shingles(text: str) -> set[str]:
    """The text's stretches of eight characters; the text itself where it is shorter."""
    return {text[at : at + SHINGLE] for at in range(max(1, len(text) - SHINGLE + 1))}


FINDERS: dict[str, Callable[[Path, Sequence[Path]], tuple[list[Group], int]]] = {
    OURS: with_ours,
    "datasketch": with_minhash,
}


def is_there(finder: str) -> bool:
    """Whether a finder can run here; says why not."""
    found = finder == OURS or importlib.util.find_spec(finder) is not None
    if not found:
        print(f"Without {finder}: it is not installed", flush=True)
    return found


if __name__ == "__main__":
    main()
