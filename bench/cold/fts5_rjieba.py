"""SQLite FTS5 with words cut by rjieba: FOLDER WORDS YEAR."""

from __future__ import annotations

import re
import sqlite3
import sys

import rjieba

folder, words, year = sys.argv[1:]
cut = rjieba.cut(words)
asked = "body : (" + " AND ".join(f'"{word}"' for word in cut) + f") AND year : {year}"
db = sqlite3.connect(f"file:{folder}/fts5.db?mode=ro", uri=True)
db.execute("PRAGMA mmap_size = 4294967296")
print(db.execute("SELECT count(*) FROM words WHERE words MATCH ?", (asked,)).fetchone()[0])
best = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 10"
for (number,) in db.execute(best, (asked,)).fetchall():
    shown = "SELECT title, text FROM shown WHERE number = ?"
    title, text = db.execute(shown, (number,)).fetchone()
    pattern = "|".join(map(re.escape, cut))
    first = re.search(pattern, text)
    start = max(0, first.start() - 20) if first else 0
    print(title, re.sub(f"({pattern})", r"<b>\1</b>", text[start : start + 100]))
