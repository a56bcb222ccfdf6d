"""Our segments read by Whoosh's parts one by one, and what keeps Whoosh from writing among them."""

from __future__ import annotations

import pickle
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from whoosh import query as q
from whoosh.fields import ID, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, open_dir
from whoosh.qparser import QueryParser

from index.analysis import count_words, grams, section_stream
from index.manifest import Manifest, SegmentEntry
from index.model import Part, Report
from index.whoosh_engine import WhooshEngine
from index.whoosh_toc import toc_disagreements, write_toc
from tests.contract.naive import deletions, write_naive
from tests.made import batch, make_report, streams, write

COMMIT = 7
FIRST = [
    make_report(
        "r0",
        [("一、枫桥经验", "人人人调解。"), ("", "“枫桥”執法"), ("", "")],
        title="槿岭镇２０２３年報告",
        parts=[Part.PLANS, None, Part.PROBLEMS],
        topics={0: ("普法", "执法"), 2: ("执法",)},
    ),
    make_report("r1", [("人", "枫桥经验")], year=None),
]
SECOND = [
    make_report("r2", [], year=2024),
    make_report("r3", [("二、", "枫桥经验")], year=2024),
    make_report("r4", [("三、", "人民调解员")], year=2021),
]


def commit(folder: Path, *segments: list[Report], gone: Iterable[str] = ()) -> Manifest:
    """What was written: a segment of each list, and the table of contents."""
    entries: list[SegmentEntry] = []
    for n, reports in enumerate(segments):
        write_naive(folder / f"lawsearch_s{n}.seg", reports)
        deletes = None
        if {report.id for report in reports} & set(gone):
            deletes = f"lawsearch_s{n}.{COMMIT}.del"
            (folder / deletes).write_bytes(deletions(reports, gone))
        entries.append((f"lawsearch_s{n}.seg", deletes))
    assert write_toc(folder, COMMIT, entries) == f"_lawsearch_{COMMIT}.toc"
    return Manifest(COMMIT, "", {}, {}, tuple(entries))


@pytest.fixture
def committed(tmp_path: Path) -> Manifest:
    """An index of two segments with a deleted report in each; r0 and r3 are left with sections."""
    return commit(tmp_path, FIRST, SECOND, gone=["r1", "r4"])


@pytest.fixture
def index(tmp_path: Path, committed: Manifest) -> Any:
    """The same, opened by Whoosh."""
    return open_dir(str(tmp_path), indexname="lawsearch")


@pytest.fixture
def searcher(index: Any) -> Iterator[Any]:
    """A searcher of the same."""
    with index.searcher() as opened:
        yield opened


def ids(results: Any) -> list[str]:
    return sorted(hit["id"] for hit in results)


# Reading


def test_documents_are_the_sections_that_are_not_deleted(index: Any, searcher: Any) -> None:
    assert (index.doc_count(), index.doc_count_all()) == (4, 6)
    assert ids(searcher.search(q.Every(), limit=None)) == ["r0#0", "r0#1", "r0#2", "r3#0"]
    reader = searcher.reader()
    assert reader.has_deletions()
    assert [n for n in range(6) if reader.is_deleted(n)] == [3, 5]


def test_stored_fields_tell_what_is_known(searcher: Any) -> None:
    stored = {fields["id"]: fields for fields in searcher.reader().all_stored_fields()}
    assert stored["r0#0"] == {
        "id": "r0#0",
        "key": "0",
        "report": "r0",
        "title": "槿岭镇２０２３年報告",
        "file": "/reports/r0.txt",
        "heading": "一、枫桥经验",
        "text": "人人人调解。",
        "year": "2023",
        "township": "槿岭镇",
        "county": "青禾县",
        "city": "云汀市",
        "province": "澜岳省",
        "part": "plans",
        "level": "township",
        "kind": "annual_report",
        "topics": ["普法", "执法"],
    }
    assert "part" not in stored["r0#1"]
    assert "title" not in stored["r3#0"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        pytest.param("year", ["2023", "2023", "2023", "2024"], id="year"),
        pytest.param("part", ["plans", "", "problems", "achievements"], id="part"),
        pytest.param("topics", ["执法\n普法", "", "执法", ""], id="topics, by name"),
        pytest.param("report", ["r0", "r0", "r0", "r3"], id="report"),
        pytest.param("title", ["槿岭镇2023年报告"] * 3 + [""], id="title, as it is searched"),
        pytest.param("length", [12, 4, 0, 6], id="length"),
        pytest.param("heading_length", [6, 0, 0, 2], id="heading_length"),
    ],
)
def test_columns(searcher: Any, field: str, values: list[str | int]) -> None:
    reader = searcher.reader()
    column = reader.column_reader(field)
    assert [column[n] for n in reader.all_doc_ids()] == values


def test_results_are_sorted_by_columns_either_way(searcher: Any) -> None:
    for field, reverse, wanted in (
        ("length", False, [0, 4, 6, 12]),
        ("length", True, [12, 6, 4, 0]),
    ):
        found = searcher.search(q.Every(), limit=None, sortedby=field, reverse=reverse)
        column = searcher.reader().column_reader(field)
        assert [column[n] for _, n in found.top_n] == wanted
    newest = searcher.search(q.Every(), limit=1, sortedby="year", reverse=True)
    assert ids(newest) == ["r3#0"]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        pytest.param("枫桥经验", ["r0#0", "r3#0"], id="a phrase"),
        pytest.param("人", ["r0#0"], id="one character"),
        pytest.param("楓橋 NOT 经验", ["r0#1"], id="folded; not"),
        pytest.param("枫桥 year:2024", ["r3#0"], id="a year"),
        pytest.param("year:[2024 TO 2030]", ["r3#0"], id="years"),
        pytest.param("topics:执法", ["r0#0", "r0#2"], id="a topic"),
        pytest.param("words:调解 OR report:r3", ["r0#0", "r3#0"], id="a word; a report"),
        pytest.param("heading_words:枫桥", ["r0#0"], id="a word of a heading"),
        pytest.param("title:*报告", ["r0#0", "r0#1", "r0#2"], id="a title"),
        pytest.param("year:2021 OR 调解员", [], id="deleted"),
        pytest.param("没有这些", [], id="nothing"),
    ],
)
def test_whoosh_reads_its_own_query_language(
    index: Any, searcher: Any, typed: str, wanted: list[str]
) -> None:
    query = QueryParser("grams", index.schema).parse(typed)
    assert ids(searcher.search(query, limit=None)) == wanted


def test_terms_within_an_edit(searcher: Any) -> None:
    found = searcher.search(q.FuzzyTerm("words", "枫林", maxdist=1), limit=None)
    assert ids(found) == ["r0#0", "r0#1", "r3#0"]


@pytest.mark.parametrize("field", ["grams", "words", "heading_words", "county", "topics", "title"])
def test_a_cursor_walks_the_terms_in_order_and_jumps(searcher: Any, field: str) -> None:
    for leaf, _ in searcher.reader().leaf_readers():
        terms = [term.decode() for term in leaf.lexicon(field)]
        cursor = leaf.cursor(field)
        walked = []
        while cursor.is_valid():
            walked.append(cursor.text())
            assert cursor.term_info().doc_frequency() == leaf.doc_frequency(field, walked[-1])
            cursor.next()
        assert walked == terms == sorted(set(terms))
        assert cursor.first() == next(iter(terms), None)
        for term in terms:
            assert cursor.find(term) == term
        assert cursor.find("\U0010ffff" * 3) is None
        assert cursor.term_info() is None


def test_postings_and_statistics_are_those_of_the_streams(tmp_path: Path) -> None:
    reports = [*FIRST, *SECOND]
    commit(tmp_path, reports)
    wanted: dict[tuple[str, bytes], dict[int, Any]] = {}
    made = [section_stream(report, section) for report in reports for section in report.sections]
    for n, stream in enumerate(made):
        everywhere, heading = count_words(stream)
        for field, terms in (("words", everywhere), ("heading_words", heading)):
            for word, count in terms.items():
                wanted.setdefault((field, word.encode()), {})[n] = count
        for gram, positions in grams(stream.text).items():
            wanted.setdefault(("grams", gram.encode()), {})[n] = positions
    with open_dir(str(tmp_path), indexname="lawsearch").reader() as reader:
        found = [term for term in reader.all_terms() if term in wanted or "gram" in term[0]]
        assert found == sorted(wanted)
        for (field, term), held in wanted.items():
            matcher = reader.postings(field, term)
            kind = "positions" if field == "grams" else "frequency"
            told = [(n, list(v) if kind == "positions" else v) for n, v in matcher.items_as(kind)]
            assert told == sorted(held.items())
            check_statistics(reader, field, term, held, [len(stream.text) for stream in made])


def check_statistics(
    reader: Any, field: str, term: bytes, held: dict[int, Any], lengths: list[int]
) -> None:
    counts = [len(value) if isinstance(value, list) else value for value in held.values()]
    info = reader.term_info(field, term)
    assert info.doc_frequency() == reader.doc_frequency(field, term) == len(held)
    assert info.weight() == reader.frequency(field, term) == sum(counts)
    assert info.max_weight() == max(counts)
    assert (info.min_id(), info.max_id()) == (min(held), max(held))
    if field != "heading_words":
        own = [lengths[n] for n in held]
        assert (info.min_length(), info.max_length()) == (min(own), max(own))
        assert reader.field_length(field) == sum(lengths)
        assert [reader.doc_field_length(n, field) for n in held] == own


def test_skipping_by_quality_loses_none_of_the_best(tmp_path: Path) -> None:
    choose = Random(3)
    texts = [
        "".join(choose.choices("枫桥经验人民调解", k=choose.randint(2, 60))) for _ in range(300)
    ]
    commit(tmp_path, [make_report("a", [("", text) for text in texts[:200]])],
           [make_report("b", [("", text) for text in texts[200:]])])  # fmt: skip
    query = q.Or([q.Term("grams", gram) for gram in ("枫桥", "经验", "人民", "调解", "验枫")])
    with open_dir(str(tmp_path), indexname="lawsearch").searcher() as searcher:
        every = [score for score, _ in searcher.search(query, limit=None).top_n]
        best = [score for score, _ in searcher.search(query, limit=10).top_n]
    assert best == sorted(every, reverse=True)[:10]


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param([], id="no segment"),
        pytest.param([SECOND[:1]], id="a report without sections"),
        pytest.param([SECOND[:1], FIRST], id="the same beside others"),
        pytest.param([[make_report("r9", [("", "")])]], id="a section without a stream"),
    ],
)
def test_an_index_of_almost_nothing(tmp_path: Path, segments: list[list[Report]]) -> None:
    commit(tmp_path, *segments)
    index = open_dir(str(tmp_path), indexname="lawsearch")
    seen = streams(report for reports in segments for report in reports)
    with index.searcher() as searcher:
        assert index.doc_count() == len(seen)
        found = searcher.search(q.Every(), limit=None, groupedby="year" if seen else None)
        assert len(found) == len(seen)
        holding = searcher.search(QueryParser("grams", index.schema).parse("枫桥"), limit=None)
        assert len(holding) == sum("枫桥" in text for text in seen.values())


# Writing


def _merge(writer: Any) -> None:
    writer.commit(optimize=True)


def _add_field(writer: Any) -> None:
    writer.add_field("more", ID())
    writer.commit()


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda writer: writer.add_document(grams={"枫桥": [0]}), id="a gram"),
        pytest.param(lambda writer: writer.add_document(words={"枫桥": 1}), id="a word"),
        pytest.param(lambda writer: writer.add_document(year="2024"), id="a value"),
        pytest.param(lambda writer: writer.add_document(text="枫桥"), id="a stored text"),
        pytest.param(lambda writer: writer.add_document(length=3), id="a length"),
        pytest.param(lambda writer: writer.delete_by_term("year", "2023"), id="a deletion"),
        pytest.param(lambda writer: writer.commit(), id="a commit of nothing"),
        pytest.param(_merge, id="a merge"),
        pytest.param(_add_field, id="a field"),
    ],
)
def test_a_whoosh_writer_is_refused(
    tmp_path: Path, committed: Manifest, index: Any, write: Callable[[Any], None]
) -> None:
    before = (tmp_path / f"_lawsearch_{COMMIT}.toc").read_bytes()
    writer = index.writer()
    with pytest.raises(NotImplementedError, match="written by lawsearch alone"):
        write(writer)
    if not writer.is_closed:
        writer.cancel()
    assert [path.name for path in tmp_path.glob("*.toc*")] == [f"_lawsearch_{COMMIT}.toc"]
    assert (tmp_path / f"_lawsearch_{COMMIT}.toc").read_bytes() == before
    assert [*toc_disagreements(tmp_path, committed)] == []
    assert index.doc_count() == 4


def test_the_codec_makes_nothing(index: Any) -> None:
    codec = TOC.read(index.storage, "lawsearch").segments[0].codec()
    for refused, arguments in (
        (codec.per_document_writer, (None, None)),
        (codec.field_writer, (None, None)),
        (codec.postings_writer, (None,)),
        (codec.new_segment, (None, "lawsearch")),
    ):
        with pytest.raises(NotImplementedError, match="written by lawsearch alone"):
            refused(*arguments)


# What Whoosh would see


def write_stock(folder: Path, commit: int, segments: list[Any]) -> None:
    """A table of contents as Whoosh itself writes it."""
    TOC(Schema(year=ID()), segments, commit).write(FileStorage(str(folder)), "lawsearch")


def stock_segment() -> Any:
    from whoosh.codec import default_codec

    return default_codec().new_segment(None, "lawsearch")


def test_a_stock_segment_in_a_newer_table_is_told(tmp_path: Path, committed: Manifest) -> None:
    write_stock(tmp_path, COMMIT + 1, [stock_segment()])
    said = f"_lawsearch_{COMMIT + 1}.toc names segments that lawsearch has not written"
    assert [*toc_disagreements(tmp_path, committed)] == [said]


def test_verify_tells_it(tmp_path: Path) -> None:
    write(tmp_path, batch(*FIRST))
    write_stock(tmp_path, COMMIT, [stock_segment()])
    engine = WhooshEngine(tmp_path)
    said = f"_lawsearch_{COMMIT}.toc names segments that lawsearch has not written"
    assert [*engine.verify()] == [said]
    engine.close()


def test_a_stock_segment_in_place_of_ours_is_told(tmp_path: Path, committed: Manifest) -> None:
    (tmp_path / f"_lawsearch_{COMMIT}.toc").unlink()
    write_stock(tmp_path, COMMIT, [stock_segment()])
    said = f"_lawsearch_{COMMIT}.toc names segments that lawsearch has not written"
    assert [*toc_disagreements(tmp_path, committed)] == [said]


def test_other_segments_of_ours_are_told(tmp_path: Path, committed: Manifest) -> None:
    write_toc(tmp_path, COMMIT, committed.segments[:1])
    said = f"_lawsearch_{COMMIT}.toc names other segments than the manifest"
    assert [*toc_disagreements(tmp_path, committed)] == [said]


def test_other_commits_of_ours_are_no_disagreement(tmp_path: Path, committed: Manifest) -> None:
    """Those before are not swept away yet; one after is on its way to a manifest of its own."""
    write_toc(tmp_path, COMMIT + 1, committed.segments[:1])
    write_stock(tmp_path, COMMIT - 1, [stock_segment()])
    assert [*toc_disagreements(tmp_path, committed)] == []


class Planted:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        from os import mkdir

        return mkdir, (self._path,)


HEAD = struct.pack("!BBBii3B", 4, 8, 4, -12345, -111, 2, 7, 4)
NUMBERS = struct.pack("!ii", COMMIT, 0)


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(lambda path: pickle.dumps([Planted(path / "run")], 4), id="it runs code"),
        pytest.param(lambda path: pickle.dumps(Counter("a"), 4), id="a class of another module"),
        pytest.param(lambda path: pickle.dumps({"a": 1}), id="no list"),
        pytest.param(lambda path: pickle.dumps([("a", 1)]), id="no names"),
        pytest.param(lambda path: b"\x80\x04]\x94(", id="cut short"),
        pytest.param(lambda path: b"", id="empty"),
        pytest.param(lambda path: b"garbage", id="no pickle"),
        pytest.param(lambda path: bytes(2 << 20), id="too large"),
    ],
)
def test_nothing_in_a_table_is_run(
    tmp_path: Path, committed: Manifest, tail: Callable[[Path], bytes]
) -> None:
    schema = pickle.dumps(Planted(tmp_path / "run"), 4)
    content = HEAD + bytes([len(schema)]) + schema + NUMBERS + tail(tmp_path)
    (tmp_path / f"_lawsearch_{COMMIT}.toc").write_bytes(content)
    said = f"_lawsearch_{COMMIT}.toc names segments that lawsearch has not written"
    assert [*toc_disagreements(tmp_path, committed)] == [said]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "size", [pytest.param(n, id=str(n)) for n in (0, 3, len(HEAD), len(HEAD) + 2, 120)]
)
def test_a_table_that_is_cut_short_is_told(tmp_path: Path, committed: Manifest, size: int) -> None:
    path = tmp_path / f"_lawsearch_{COMMIT}.toc"
    path.write_bytes(path.read_bytes()[:size])
    assert len([*toc_disagreements(tmp_path, committed)]) == 1


def test_a_length_without_end_is_not_followed(tmp_path: Path, committed: Manifest) -> None:
    (tmp_path / f"_lawsearch_{COMMIT}.toc").write_bytes(HEAD + b"\xff" * (1 << 19))
    assert len([*toc_disagreements(tmp_path, committed)]) == 1


def test_whoosh_reads_the_layout_that_it_writes(tmp_path: Path, committed: Manifest) -> None:
    """Ours has the same fields before the two pickles as the one that Whoosh makes."""
    write_stock(tmp_path, COMMIT + 1, [])
    ours, stock = ((tmp_path / f"_lawsearch_{COMMIT + n}.toc").read_bytes() for n in (0, 1))
    until_release = len(HEAD) - 3
    assert ours[:until_release] == stock[:until_release]
    read = TOC.read(FileStorage(str(tmp_path)), "lawsearch", gen=COMMIT)
    assert read.generation == COMMIT
    assert [(s.file, s.deletes) for s in read.segments] == [*committed.segments]
    assert [(s.doc_count_all(), s.doc_count()) for s in read.segments] == [(4, 3), (2, 1)]
    assert len({*map(itemgetter(0), committed.segments)}) == len({*read.segments})
