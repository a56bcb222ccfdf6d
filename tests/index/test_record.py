"""A report as JSON: what is stored comes back, what is printed is the contract."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given

from index.model import Kind, Level, Part, Place, Reason, Report, SourceFile, Span
from index.record import from_record, report_json, to_record
from tests.made import corpora, make_report


@given(corpora(most=1))
def test_a_record_holds_all_but_the_source(made: list[Report]) -> None:
    (report,) = made
    record = json.loads(json.dumps(to_record(report)))
    assert from_record(record, report.source) == report
    assert report.source not in record.values()


def test_every_field_survives() -> None:
    made = make_report("r", [("一、", "一是普法。二是调解。")], parts=[None], topics={0: ("普法",)})
    report = replace(
        made,
        files=(SourceFile("/a.docx", "ab", 3, 9), SourceFile("/a.pdf", "cd", 4, 8)),
        level=Level.OTHER,
        kind=Kind.OTHER,
        title="标题",
        year=None,
        place=Place(None, "青禾县", None, "澜岳省"),
        issuer="某办",
        document_number="〔2024〕1号",
        issued="2024-02-29",
        reasons=(Reason("year", None, "nothing tells it"),),
        sections=(replace(made.sections[0], measures=(Span(2, 7), Span(7, 12))),),
    )
    back = from_record(json.loads(json.dumps(to_record(report))), report.source)
    assert back == report
    assert back.reasons == report.reasons
    assert type(back.sections[0].measures[0]) is Span


def test_the_printed_report_is_the_contract() -> None:
    report = make_report(
        "青禾县槿岭镇-2023",
        [("一、成效。", "\n一是普法。")],
        parts=[Part.ACHIEVEMENTS],
        path="/a.txt",
    )
    section = replace(report.sections[0], measures=(Span(6, 11),))
    report = replace(report, sections=(section,), reasons=(Reason("year", 2023, "title"),))
    found = report_json(report)
    assert found == {
        "id": "青禾县槿岭镇-2023",
        "file": "/a.txt",
        "files": ["/a.txt"],
        "level": "township",
        "kind": "annual_report",
        "title": None,
        "year": 2023,
        "township": "槿岭镇",
        "county": "青禾县",
        "city": "云汀市",
        "province": "澜岳省",
        "issuer": None,
        "document_number": None,
        "issued": None,
        "length": 12,
        "furniture": [],
        "sections": [
            {
                "id": "青禾县槿岭镇-2023#0",
                "number": ["一"],
                "heading": "一、成效。",
                "part": "achievements",
                "topics": [],
                "heading_start": 0,
                "heading_end": 5,
                "text_start": 5,
                "text_end": 11,
                "text": "\n一是普法。",
                "measures": [
                    {"id": "青禾县槿岭镇-2023#0-m1", "text": "一是普法。", "start": 6, "end": 11}
                ],
            }
        ],
    }
    assert report_json(report, explain=True)["reasons"] == [
        {"field": "year", "value": 2023, "why": "title"}
    ]
