"""bm25s: scores of all sections for a bag of words; it has no AND, no phrases and no facets."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

import bm25s
import numpy as np

from bench.corpus import in_order, query_words, spaced_sections
from bench.peers.base import TOP, Found, Hit, Query, Task
from bench.peers.highlighting import highlight


class Bm25s:
    """An open bm25s index. A phrase is looked for as its words."""

    name: ClassVar[str] = "bm25s"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.OR})

    def __init__(self, folder: Path) -> None:
        self._model = bm25s.BM25.load(str(folder), load_corpus=True, mmap=True)
        self._years = np.load(folder / "years.npy")

    @staticmethod
    def version() -> str:
        return f"bm25s {version('bm25s')}"

    @staticmethod
    def build(parsed: Sequence[Path], folder: Path, jobs: int) -> None:
        vocabulary: dict[str, int] = {}
        tokens: list[list[int]] = []
        shown: list[dict[str, str]] = []
        years: list[int] = []
        for sections in in_order(spaced_sections, parsed, jobs):
            for s, spaced in sections:
                words = (word for word in spaced.split() if word.isalnum())
                tokens.append([vocabulary.setdefault(word, len(vocabulary)) for word in words])
                shown.append({"id": s.id, "title": s.title, "text": s.text})
                years.append(s.year)
        model = bm25s.BM25()
        model.index((tokens, vocabulary), show_progress=False)
        model.save(str(folder), corpus=shown, show_progress=False)
        np.save(folder / "years.npy", np.array(years, np.uint16))

    def search(self, query: Query, task: Task) -> Found:
        words = [word for text in (*query.words, *query.phrases) for word in query_words(text)]
        mask = None if query.year is None else (self._years == query.year).astype(np.float32)
        scores = self._model.get_scores(words, weight_mask=mask)
        best = np.argpartition(scores, -TOP)[-TOP:]
        best = best[np.argsort(-scores[best])]
        hits = []
        for number in best[scores[best] > 0]:
            row = self._model.corpus[int(number)]
            hits.append(Hit(row["id"], row["title"], highlight(row["text"], words)))
        return Found(int(np.count_nonzero(scores > 0)), tuple(hits))

    def close(self) -> None:
        del self._model
