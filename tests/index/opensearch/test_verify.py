"""What `verify` says of an index on a cluster that is not as it was written."""

from __future__ import annotations

from typing import Any

import pytest
from opensearchpy import OpenSearch

from index.engine import Batch, FileRow
from index.model import Report
from index.opensearch.connection import Connection
from index.opensearch.engine import OpenSearchEngine
from index.opensearch.filerows import files_index
from index.opensearch.generations import Shape
from index.opensearch.spelling import document_id
from tests.cluster_index import ONE_SHARD, write_batches
from tests.made import batch, make_report

pytestmark = pytest.mark.cluster


def report(id: str) -> Report:
    return make_report(id, [("一、", "板凳会"), ("二、", "屋场会"), ("", "")])


def said(cluster: Connection, name: str) -> list[str]:
    engine = OpenSearchEngine(cluster, name)
    try:
        return [*engine.verify()]
    finally:
        engine.close()


class Written:
    """An index of three reports, and how to damage it."""

    def __init__(self, cluster: Connection, client: OpenSearch, name: str) -> None:
        refused = FileRow("/refused", "00", 1, 1, None, "it is damaged")
        rows = Batch(files=(refused,))
        write_batches(cluster, name, ONE_SHARD, batch(*map(report, ["r1", "r2", "r3"])), rows)
        self.cluster, self.client, self.name = cluster, client, name
        (self.index,) = client.indices.get_alias(name=name)

    def said(self) -> list[str]:
        """What verify says, after what was done to it can be seen."""
        self.client.indices.refresh(index=f"{self.index}*")
        return said(self.cluster, self.name)

    def change(self, id: str, **fields: Any) -> None:
        """Write over fields of a document."""
        self.client.update(index=self.index, id=document_id(id), body={"doc": fields})

    def source(self, id: str) -> dict[str, Any]:
        """What is stored of a report."""
        found: dict[str, Any] = self.client.get(index=self.index, id=document_id(id))["_source"]
        return found


@pytest.fixture
def written(cluster: Connection, client: OpenSearch, name: str) -> Written:
    return Written(cluster, client, name)


def test_of_a_whole_index_nothing_is_said(written: Written) -> None:
    assert written.said() == []


def test_a_report_that_is_gone_is_named(written: Written) -> None:
    written.client.delete(index=written.index, id=document_id("r2"))
    assert written.said() == ["/reports/r2.txt: its report r2 is missing"]


def test_a_report_whose_file_is_gone_is_named(written: Written) -> None:
    of_report = {"query": {"term": {"report": document_id("r3")}}}
    beside = files_index(written.index)
    written.client.delete_by_query(index=beside, body=of_report, params={"refresh": "true"})
    assert written.said() == ["r3: no file is named that it is from"]


def test_sections_that_are_gone_are_named(written: Written) -> None:
    first, _second, _third = written.source("r1")["sections"]
    written.change("r1", sections=[first])
    assert written.said() == ["r1#1: the section is missing", "r1#2: the section is missing"]


def test_a_section_too_many_is_told(written: Written) -> None:
    sections = written.source("r1")["sections"]
    written.change("r1", sections=[*sections, {**sections[0], "ordinal": 3}], n_sections=4)
    assert written.said() == ["r1: it has sections that it should not have"]


@pytest.mark.parametrize("field", ["part", "heading_length", "begin"])
def test_a_section_that_is_another_is_told(written: Written, field: str) -> None:
    sections = written.source("r2")["sections"]
    other = {"part": "plans", "heading_length": 1, "begin": 1}
    written.change("r2", sections=[{**sections[0], field: other[field]}, *sections[1:]])
    assert written.said() == ["r2: what is stored is not what was written"]


def test_a_report_field_that_is_another_is_told(written: Written) -> None:
    written.change("r2", county="别县")
    assert written.said() == ["r2: what is stored is not what was written"]


def test_what_cannot_be_read_is_told(written: Written) -> None:
    written.change("r1", record="AAAA")
    assert written.said() == ["r1: what is stored of it cannot be read"]


def test_copies_that_have_no_node_are_told(
    cluster: Connection, client: OpenSearch, name: str
) -> None:
    n_nodes = client.cluster.health()["number_of_nodes"]
    write_batches(cluster, name, Shape(shards=1, replicas=n_nodes), batch(report("r1")))
    (line,) = said(cluster, name)
    assert line == "1 copy of a part of the index is missing: it is whole, until a node fails"
