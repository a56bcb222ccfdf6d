"""What the cluster makes of a document: exact texts, counts, weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opensearchpy import OpenSearch

from index.model import Report
from index.opensearch.connection import Connection
from index.opensearch.document import to_document
from index.opensearch.mapping import BETWEEN, UNSTORED, WEIGHT
from index.opensearch.spelling import document_id
from index.opensearch.stored import report_of
from index.prepared import prepare
from index.ranking import saturate
from tests.cluster_index import ONE_SHARD, THREE_SHARDS, fresh_name, write_batches
from tests.contract.test_batches import rich_report
from tests.made import batch, make_report

pytestmark = pytest.mark.cluster
Json = dict[str, Any]

_LONG = "板凳会" + "甲乙丙丁" * 20_000 + "院坝会"
_BLOCKS = [
    [("一、枫桥经验", "枫桥经验枫桥经验，人人人𠮷𠮷😀12345。\n“枫 桥”"), ("", ""), ("人", "")],
    [("", _LONG), ("二、", "\x00\x1f\x01-/《条例》—…e\u0301"), ("枫", "桥桥桥桥")],
    [("", "😀"), ("", "人人"), ("一、枫桥", "二枫桥三" + "Ａｂ" * 3)],
]
REPORTS = [
    make_report(f"r{n}", blocks, title=title)
    for n, (blocks, title) in enumerate(zip(_BLOCKS, ["枫桥人", None, "枫"], strict=True))
]
STREAMS = [stream for report in REPORTS for stream in prepare(report).streams]
TEXTS = sorted(
    {s[at : at + n] for s in STREAMS for at in range(min(len(s), 60)) for n in (1, 2, 3, 7)}
)


@pytest.fixture(scope="module")
def index(cluster: Connection, client: OpenSearch) -> Iterator[str]:
    """The reports on three shards."""
    with fresh_name(client) as name:
        write_batches(cluster, name, THREE_SHARDS, batch(*REPORTS, rich_report()))
        yield name


def scores(client: OpenSearch, index: str, query: Json) -> dict[tuple[str, int], float]:
    """What each section that is found scores."""
    inner = {"size": 100, "_source": ["sections.ordinal"]}
    nested = {"path": "sections", "query": query, "inner_hits": inner}
    body = {"query": {"nested": nested}, "size": 100, "_source": ["report_id"]}
    found: dict[tuple[str, int], float] = {}
    for hit in client.search(index=index, body=body)["hits"]["hits"]:
        for each in hit["inner_hits"]["sections"]["hits"]["hits"]:
            found[hit["_source"]["report_id"], each["_source"]["ordinal"]] = each["_score"]
    return found


def counted(client: OpenSearch, index: str, field: str, text: str) -> dict[tuple[str, int], int]:
    """How often the text stands in each section, as the similarity `times` counts."""
    if len(text) == 1:
        query: Json = {"term": {f"sections.{field}.chars": text}}
    else:
        query = {"match_phrase": {f"sections.{field}": text}}
    found = scores(client, index, query)
    return {where: round(score / max(1, len(text) - 1)) for where, score in found.items()}


def overlapping(stream: str, text: str) -> int:
    return sum(stream.startswith(text, at) for at in range(len(stream)))


@given(text=st.one_of(st.sampled_from(TEXTS), st.sampled_from(["板凳会甲", "丁院坝", "没有"])))
def test_a_text_stands_where_its_characters_do(client: OpenSearch, index: str, text: str) -> None:
    wanted = {
        (report.id, n): overlapping(stream, text)
        for report in [*REPORTS, rich_report()]
        for n, stream in enumerate(prepare(report).streams)
        if text in stream
    }
    assert counted(client, index, "grams", text) == wanted


@pytest.mark.parametrize("text", ["枫桥", "枫", "、枫桥经验", "经验枫桥", "人"])
def test_headings_are_texts_of_their_own(client: OpenSearch, index: str, text: str) -> None:
    wanted = {
        (report.id, section["ordinal"]): overlapping(section["heading"], text)
        for report in REPORTS
        for section in to_document(prepare(report), 1)["sections"]
        if text in section["heading"]
    }
    assert counted(client, index, "heading", text) == wanted


def test_every_section_has_its_reports_title(client: OpenSearch, index: str) -> None:
    first = {("r0", 0): 1, ("r0", 1): 1, ("r0", 2): 1}
    assert counted(client, index, "title", "枫桥") == first
    both = first | {("r2", 0): 1, ("r2", 1): 1, ("r2", 2): 1}
    assert counted(client, index, "title", "枫") == both


@pytest.mark.parametrize("field", ["ranked_words", "ranked_grams"])
def test_a_weight_is_saturated_as_the_ranking_does(
    client: OpenSearch, cluster: Connection, field: str
) -> None:
    """To the last digit where sections are so short that a cluster keeps their lengths."""
    texts = [("", "普法"), ("普法", "普法调解"), ("", "普法。调解。普法"), ("调解", "")]
    report = make_report("r0", texts)
    sections = to_document(prepare(report), 1)["sections"]
    weights = [_weights(section[field]) for section in sections]
    lengths = [sum(each.values()) for each in weights]
    assert max(lengths) < 40
    mean = sum(lengths) / len(lengths)
    with fresh_name(client) as name:
        write_batches(cluster, name, ONE_SHARD, batch(report))
        query = {"term": {f"sections.{field}": {"value": "普法", "boost": 2.5}}}
        found = scores(client, name, query)
    assert found == {
        ("r0", n): pytest.approx(2.5 * saturate(each["普法"] / 2, length, mean), rel=1e-6)
        for n, (each, length) in enumerate(zip(weights, lengths, strict=True))
        if "普法" in each
    }
    assert len(found) == 3


def _weights(text: str) -> dict[str, int]:
    return {word: int(n) for word, n in (w.split(WEIGHT) for w in text.split(BETWEEN) if w)}


def test_the_source_holds_what_is_fetched_and_nothing_else(client: OpenSearch, index: str) -> None:
    for report in [*REPORTS, rich_report()]:
        source = client.get(index=index, id=document_id(report.id))["_source"]
        assert report_of(source) == report
        for section in source.get("sections", ()):
            assert section.keys().isdisjoint(UNSTORED)


def test_a_field_that_is_not_in_the_mapping_is_refused(client: OpenSearch, index: str) -> None:
    from opensearchpy import RequestError

    document = to_document(prepare(make_report("new", [("", "人")])), 1)
    document["sections"][0]["misspelt"] = 1
    with pytest.raises(RequestError, match="strict_dynamic_mapping_exception"):
        client.index(index=index, id="new", body=document)


def test_many_sections_are_one_report(client: OpenSearch, cluster: Connection) -> None:
    """A cluster's own limit is 10,000 nested documents."""
    report: Report = make_report("many", [("", "人")] * 10_500)
    with fresh_name(client) as name:
        write_batches(cluster, name, THREE_SHARDS, batch(report))
        body = {"size": 0, "aggs": {"s": {"nested": {"path": "sections"}}}}
        assert client.search(index=name, body=body)["aggregations"]["s"]["doc_count"] == 10_500
