"""Whoosh with jieba's ChineseAnalyzer: FOLDER WORDS YEAR."""

from __future__ import annotations

import sys
import warnings

warnings.simplefilter("ignore")
import jieba  # noqa: E402
from jieba.analyse import ChineseAnalyzer  # noqa: E402
from whoosh.fields import ID, NUMERIC, STORED, TEXT, Schema  # noqa: E402
from whoosh.index import open_dir  # noqa: E402
from whoosh.qparser import AndGroup, QueryParser  # noqa: E402

jieba.setLogLevel("WARNING")
folder, words, year = sys.argv[1:]
schema = Schema(
    id=ID(stored=True),
    title=STORED,
    year=NUMERIC(stored=True, sortable=True),
    place=ID(stored=True, sortable=True),
    text=TEXT(stored=True, analyzer=ChineseAnalyzer()),
)
with open_dir(folder).searcher() as searcher:
    query = QueryParser("text", schema, group=AndGroup).parse(f"{words} year:{year}")
    results = searcher.search(query, limit=10)
    print(len(results))
    for hit in results:
        print(hit["title"], hit.highlights("text"))
