"""The mapping of an index on a cluster: one document a report, its sections nested in it.

The client folds and cuts; the cluster's analyzers only cut where the client said. A text field
holds neighbouring characters (so a phrase is a substring), its sub-field `chars` each character
alone (a text of one character has no pair). Their similarity makes a query's score a count: of a
phrase of n characters occurrences * (n - 1), since it is summed over the pairs.
"""

from __future__ import annotations

from typing import Any, Final

from index.opensearch.versions import index_versions
from index.ranking import K1, B

Json = dict[str, Any]

BETWEEN: Final = "\u200b"
"""Stands between terms that are sent as one text; no stream holds it."""
WEIGHT: Final = "\u200c"
"""Stands between a term and its weight, twice a frequency; no stream holds it either."""
LONGEST_TERM: Final = 10_000
"""Characters of a term; a keyword may have 32,766 bytes."""
MOST_SECTIONS: Final = 1_000_000
"""Of a report; a cluster's own limit is 10,000 nested documents."""
WINDOW: Final = 10_000
"""Hits, and sections of a report, that one request may ask for."""
MOST_TERMS: Final = 262_144
"""Terms that one `terms` query may hold."""

_COUNT: Final = "return query.boost * doc.freq;"
_SHARE: Final = (
    "double tf = doc.freq / 2.0;"
    "double mean = 1.0 * field.sumTotalTermFreq / field.docCount;"
    f"return query.boost * tf * {K1 + 1} / (tf + {K1} * ({1 - B} + {B} * doc.length / mean));"
)
"""`index.ranking.saturate`, of twice a frequency; the length is that of all terms, as norms keep
it: about 6 % off."""

_KEYWORD: Final[Json] = {"type": "keyword"}
_FOUND_ONLY: Final[Json] = {"type": "keyword", "doc_values": False}
_READ_ONLY: Final[Json] = {"type": "keyword", "index": False}
_NUMBER: Final[Json] = {"type": "integer", "index": False}
_STORED: Final[Json] = {"type": "object", "enabled": False}

UNSTORED: Final = (
    *("grams", "heading", "title", "ranked_words", "ranked_grams", "counted_words"),
    *("vocabulary", "shingles"),
    *("stream", "sentence_ends", "paragraph_ends", "year", "level", "bare"),
    *("province_ends", "city_ends", "county_ends", "township_ends"),
)
"""Fields of a section that nobody fetches: the stored piece has it all."""


def index_definition(shards: int, replicas: int, meta: Json | None = None) -> Json:
    """The body that creates an index of reports."""
    return {
        "settings": {"index": _settings(shards, replicas), "analysis": _analysis()},
        "mappings": {
            "_meta": {"made_by": "lawsearch", **index_versions(), **(meta or {})},
            "_source": {"excludes": [f"sections.{name}" for name in UNSTORED]},
            "dynamic": "strict",
            "properties": _report_fields(),
        },
    }


def files_definition(replicas: int) -> Json:
    """The body that creates the index beside it: file rows, ids, the commit, a pending batch."""
    fields = {
        **dict.fromkeys(("type", "key", "report"), _KEYWORD),
        **dict.fromkeys(("body", "owner", "pending"), _STORED),
    }
    return {
        "settings": {"index": _common_settings(1, replicas)},
        "mappings": {
            "_meta": {"made_by": "lawsearch"},
            "dynamic": "strict",
            "properties": fields,
        },
    }


def lock_definition(replicas: int) -> Json:
    """The body that creates the index of the writer's lock."""
    return {
        "settings": {"index": _common_settings(1, replicas)},
        "mappings": {"_meta": {"made_by": "lawsearch"}, "dynamic": False, "properties": {}},
    }


def _common_settings(shards: int, replicas: int) -> Json:
    return {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "refresh_interval": "-1",  # a commit refreshes
        "gc_deletes": "1h",  # so long a writer that was asleep cannot bring back what was deleted
    }


def _settings(shards: int, replicas: int) -> Json:
    return {
        **_common_settings(shards, replicas),
        "max_result_window": WINDOW,
        "max_inner_result_window": WINDOW,
        "max_terms_count": MOST_TERMS,
        "mapping": {"nested_objects": {"limit": MOST_SECTIONS}},
        "similarity": {
            "times": {"type": "scripted", "script": {"source": _COUNT}},
            "share": {"type": "scripted", "script": {"source": _SHARE}},
        },
    }


def _analysis() -> Json:
    return {
        "tokenizer": {
            "pairs": {"type": "ngram", "min_gram": 2, "max_gram": 2, "token_chars": []},
            "chars": {"type": "ngram", "min_gram": 1, "max_gram": 1, "token_chars": []},
            "terms": {
                "type": "char_group",
                "tokenize_on_chars": [BETWEEN],
                "max_token_length": LONGEST_TERM + 100,  # its weight comes after it
            },
        },
        "filter": {"weight": {"type": "delimited_term_freq", "delimiter": WEIGHT}},
        "analyzer": {
            "pairs": {"type": "custom", "tokenizer": "pairs"},
            "chars": {"type": "custom", "tokenizer": "chars"},
            "weighted": {"type": "custom", "tokenizer": "terms", "filter": ["weight"]},
        },
    }


def _text() -> Json:
    counted = {"type": "text", "similarity": "times", "norms": False}
    chars = {**counted, "analyzer": "chars", "index_options": "freqs"}
    return {**counted, "analyzer": "pairs", "fields": {"chars": chars}}


def _report_fields() -> Json:
    places = ("province", "city", "county", "township")
    return {
        **dict.fromkeys(("report_id", "browse", "issued", "level", "kind"), _KEYWORD),
        **dict.fromkeys(places, _KEYWORD),
        **{f"{place}_path": _KEYWORD for place in places},
        "year": {"type": "integer"},
        "commit": {"type": "long"},
        "content_hash": _KEYWORD,
        "n_sections": {"type": "integer"},
        "card": _STORED,
        "record": {"type": "binary"},
        "sections": {"type": "nested", "dynamic": "strict", "properties": _section_fields()},
    }


def _section_fields() -> Json:
    ranked = {
        "type": "text",
        "analyzer": "weighted",
        "similarity": "share",
        "index_options": "freqs",
    }
    counted = {**ranked, "similarity": "times", "norms": False}
    return {
        "ordinal": {"type": "integer"},
        "part": _KEYWORD,
        "topics": _KEYWORD,
        "length": {"type": "integer"},
        "heading_length": {"type": "integer"},
        "bare": {"type": "boolean"},
        **dict.fromkeys(("grams", "heading", "title"), _text()),
        "year": {"type": "integer", "doc_values": False},
        "level": _FOUND_ONLY,
        **{f"{p}_ends": _FOUND_ONLY for p in ("province", "city", "county", "township")},
        **dict.fromkeys(("ranked_words", "ranked_grams"), ranked),
        "counted_words": counted,
        "vocabulary": _READ_ONLY,
        "shingles": {"type": "integer"},
        "stream": {"type": "binary", "doc_values": True},
        **dict.fromkeys(("sentence_ends", "paragraph_ends"), _NUMBER),
        **dict.fromkeys(("begin", "end", "text_start"), _STORED),
        "sentences": {"type": "binary"},
        "piece": {"type": "binary"},
    }
