"""tantivy-py with words cut by rjieba: FOLDER WORDS YEAR."""

from __future__ import annotations

import sys
from typing import Any

import rjieba
import tantivy

folder, words, year = sys.argv[1:]
index = tantivy.Index.open(folder)
simple = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).build()
index.register_tokenizer("words", simple)
terms = [tantivy.Query.term_query(index.schema, "body", word) for word in rjieba.cut(words)]
terms.append(tantivy.Query.term_query(index.schema, "year", int(year)))
query = tantivy.Query.boolean_query([(tantivy.Occur.Must, term) for term in terms])
searcher = index.searcher()
results: Any = searcher.search(query, 10)
print(results.count)
snippets = tantivy.SnippetGenerator.create(searcher, query, index.schema, "body")
for _, address in results.hits:
    found = searcher.doc(address)
    print(found.get_first("title"), snippets.snippet_from_doc(found).to_html().replace(" ", ""))
