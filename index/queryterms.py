"""What of a query is scored: its texts, their words, their pairs of neighbouring characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from index.analysis import grams
from index.fillers import stretches, without_fillers
from index.querytree import Node, Text, positive_texts


class QueryTerms(NamedTuple):
    """Each once, in the order of the query; fillers are left out of words and grams."""

    texts: tuple[Text, ...]
    words: tuple[str, ...]
    grams: tuple[str, ...]


def query_terms(tree: Node) -> QueryTerms:
    """The terms of a query tree, those under NOT left out."""
    texts = tuple(dict.fromkeys(positive_texts(tree)))
    words = without_fillers(word for text in texts for word in words_of(text))
    pieces = (piece for text in texts for piece in _pieces(text, words))
    found = dict.fromkeys(gram for piece in pieces for gram in grams(piece))
    return QueryTerms(texts, words, tuple(gram for gram in found if len(gram) == 2))


def words_of(text: Text) -> tuple[str, ...]:
    """The words of a text, itself when it has none."""
    return text.words or (text.stream,)


def _pieces(text: Text, telling: Sequence[str]) -> Sequence[str]:
    """What of the text's stream is no filler."""
    words = [word for word in words_of(text) if word in telling]
    if len(words) == len(words_of(text)):
        return (text.stream,)
    return stretches(text.stream, words)
