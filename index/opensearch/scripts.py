"""What is worked out of each section: Painless over its doc values.

A source never changes, so that it is compiled once; what a query looks for goes in as parameters. A
script that tells whether something is so returns 1 or 0. Java counts UTF-16 units and a distance
counts characters, so places are turned into these there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from index.querytree import Near, Scope, Text, Zone
from index.ranking import K1, NEARNESS_WEIGHT, B

Json = dict[str, Any]
Weighed = Sequence[tuple[str, float]]

ROUNDED_SCORE: Final = "Math.round(_score.doubleValue())"
"""A score that counts something, of a report: as a float it is near enough to the whole number."""
_STREAM: Final = """
String textOf(def held) { return held.size() == 0 ? '' : held.get(0).utf8ToString(); }
int headingEnd(String stream, def length) {
  return stream.offsetByCodePoints(0, (int) length.value);
}
"""
"""The stream of a section. A keyword would be found in a dictionary of all: fifty times slower."""

_SPANS: Final = """
void addSpans(List spans, String stream, String wanted, boolean inCharacters) {
  int size = inCharacters ? wanted.codePointCount(0, wanted.length()) : wanted.length();
  int at = stream.indexOf(wanted), before = 0, place = 0;
  while (at >= 0) {
    place = inCharacters ? place + stream.codePointCount(before, at) : at;
    before = at;
    spans.add(new int[] {place, place + size});
    at = stream.indexOf(wanted, at + 1);
  }
}
"""

_GAP: Final = """
int smallestGap(List left, List right) {
  int i = 0, j = 0, best = -1;
  while (i < left.size() && j < right.size()) {
    int[] a = left.get(i);
    int[] b = right.get(j);
    int gap = (int) Math.max(Math.max(b[0] - a[1], a[0] - b[1]), 0);
    best = best < 0 ? gap : (int) Math.min(best, gap);
    if (best == 0) { return 0; }
    if (a[0] <= b[0]) { i++; } else { j++; }
  }
  return best;
}
"""
"""The fewest characters between two lists of spans, neither empty: `index.spans.smallest_gap`."""

_NEAR: Final = (
    _STREAM
    + _SPANS
    + _GAP
    + """
List operand(List wanted, String stream, String heading, boolean inCharacters) {
  List spans = new ArrayList();
  for (Map each : wanted) {
    addSpans(spans, each.heading ? heading : stream, each.stream, inCharacters);
  }
  spans.sort((a, b) -> a[0] != b[0] ? a[0] - b[0] : a[1] - b[1]);
  return spans;
}
Set unitsOf(List spans, def ends) {
  Set found = new HashSet();
  int at = 0;
  for (int[] span : spans) {
    while (at < ends.size() && ends.get(at) <= span[0]) { at++; }
    found.add(at);
  }
  return found;
}
String stream = textOf(doc['sections.stream']);
String heading = stream.substring(0, headingEnd(stream, doc['sections.heading_length']));
boolean inCharacters = params.ends == null;
List left = operand(params.left, stream, heading, inCharacters);
List right = operand(params.right, stream, heading, inCharacters);
if (left.isEmpty() || right.isEmpty()) { return 0; }
if (inCharacters) { return smallestGap(left, right) <= params.distance ? 1 : 0; }
def ends = doc[params.ends];
Set both = unitsOf(left, ends);
both.retainAll(unitsOf(right, ends));
return both.isEmpty() ? 0 : 1;
"""
)
"""Whether two operands stand near each other: `index.plain.matching.Matcher._are_near`."""

_OCCURRENCES: Final = (
    _STREAM
    + """
String stream = textOf(doc['sections.stream']);
int heading = headingEnd(stream, doc['sections.heading_length']);
boolean[] stands = new boolean[params.texts.size()];
for (int i = 0; i < stands.length; i++) {
  Map text = params.texts[i];
  int at = stream.indexOf(text.stream);
  stands[i] = at >= 0 && (!text.heading || at + text.stream.length() <= heading);
}
Map beginning = params.beginning;
int count = 0, at = 0, length = stream.length();
while (at < length) {
  int size = 0;
  for (int width = 1; width <= 2 && at + width <= length; width++) {
    List needles = beginning.get(stream.substring(at, at + width));
    if (needles == null) { continue; }
    for (Map needle : needles) {
      int end = at + needle.stream.length();
      if (end - at > size && needle.own == stands[needle.text]
          && (!needle.heading || end <= heading) && stream.startsWith(needle.stream, at)) {
        size = end - at;
      }
    }
  }
  if (size > 0) { count++; }
  at += size > 0 ? size : 1;
}
return count;
"""
)
"""How often texts stand in a section, of one that does not stand its words; overlaps are counted
once, from the left and the longest first: `index.spans.disjoint`."""

_HOLDS: Final = (
    _STREAM
    + """
String stream = textOf(doc['sections.stream']);
if (params.heading) {
  stream = stream.substring(0, headingEnd(stream, doc['sections.heading_length']));
}
for (String wanted : params.streams) {
  if ((stream.indexOf(wanted) >= 0) != params.all) { return params.all ? 0 : 1; }
}
return params.all ? 1 : 0;
"""
)
"""Whether all of some streams stand in a section, or any."""

_PART_OF_NUMBER: Final = (
    _STREAM
    + """
boolean isNumeric(String stream, int at) {
  if (at < 0 || at >= stream.length()) { return false; }
  return '0123456789.'.indexOf(stream.substring(at, at + 1)) >= 0;
}
String stream = textOf(doc['sections.stream']), wanted = params.stream;
String held = stream;
if (params.heading) {
  held = stream.substring(0, headingEnd(stream, doc['sections.heading_length']));
}
int at = held.indexOf(wanted);
while (at >= 0) {
  boolean inside = params.before && isNumeric(stream, at - 1);
  if (!inside && !(params.after && isNumeric(stream, at + wanted.length()))) { return 0; }
  at = held.indexOf(wanted, at + 1);
}
return 1;
"""
)
"""Whether a number only stands inside longer ones: `index.plain.scoring.Scorer._only_parts`."""

_SCORE: Final = f"""
double mean = params.mean;
double norm = mean > 0 ? 1 - {B} + {B} * doc['sections.length'].value / mean : 1.0;
double score = 0.0;
List words = params.words, grams = params.grams, weights = params.weights;
int n = words.size();
for (int i = 0; i < n + grams.size(); i++) {{
  int twice = i < n ? termFreq('sections.ranked_words', words[i])
                    : termFreq('sections.ranked_grams', grams[i - n]);
  if (twice > 0) {{
    double frequency = twice / 2.0, weight = weights[i];
    score += weight * (frequency * ({K1} + 1) / (frequency + {K1} * norm));
  }}
}}
return score;
"""
"""BM25 of words and grams: `index.plain.scoring.Scorer._add` over all of them."""


_NEARNESS: Final = (
    _STREAM
    + _SPANS
    + _GAP
    + f"""
String stream = textOf(doc['sections.stream']);
String heading = stream.substring(0, headingEnd(stream, doc['sections.heading_length']));
List operands = new ArrayList();
for (Map text : params.texts) {{
  String held = text.heading ? heading : stream;
  List needles = held.indexOf(text.stream) >= 0 ? [text.stream] : text.words;
  for (String needle : needles) {{
    List spans = new ArrayList();
    addSpans(spans, held, needle, true);
    if (!spans.isEmpty()) {{ operands.add(spans); }}
  }}
}}
if (operands.size() < 2) {{ return _score; }}
double total = 0.0;
for (int i = 1; i < operands.size(); i++) {{
  total += {NEARNESS_WEIGHT} / (1 + smallestGap(operands[i - 1], operands[i]) / 10.0);
}}
return _score + total / (operands.size() - 1);
"""
)
"""A score with nearness: `index.plain.scoring.Scorer._nearness`."""


def is_near(near: Near, left: Iterable[Text], right: Iterable[Text]) -> Json:
    """Tells whether texts of one operand of NEAR stand near some of the other."""
    ends = {Scope.SENTENCE: "sections.sentence_ends", Scope.PARAGRAPH: "sections.paragraph_ends"}
    params = {
        "left": [*map(_wanted, left)],
        "right": [*map(_wanted, right)],
        "ends": ends.get(near.scope),
        "distance": near.distance,
    }
    return {"source": _NEAR, "params": params}


def occurrences(texts: Sequence[Text], words: Iterable[Sequence[str]]) -> Json:
    """Counts the texts, of one that does not stand as it is its words."""
    beginning: dict[str, list[Json]] = {}
    for number, (text, own_words) in enumerate(zip(texts, words, strict=True)):
        for stream in (text.stream, *own_words):
            needle: Json = {"stream": stream, "text": number, "heading": text.zone is Zone.HEADING}
            needle["own"] = stream == text.stream
            beginning.setdefault(_key(stream), []).append(needle)
    params = {"texts": [*map(_wanted, texts)], "beginning": beginning}
    return {"source": _OCCURRENCES, "params": params}


def _key(stream: str) -> str:
    """How a stream begins: two UTF-16 units, or one before a character that takes two itself."""
    whole = stream[0] <= "\uffff" and stream[1:2] <= "\uffff"
    return stream[:2] if whole else stream[0]


def with_nearness(texts: Sequence[Text], words: Iterable[Sequence[str]]) -> Json:
    """Adds to a score how near the texts stand, of one that does not stand as it is its words."""
    each = zip(texts, words, strict=True)
    params = {"texts": [_wanted(text) | {"words": [*own_words]} for text, own_words in each]}
    return {"source": _NEARNESS, "params": params}


def holds(streams: Sequence[str], zone: Zone, *, all: bool) -> Json:
    """Tells whether all of the streams stand in a section, or any."""
    params = {"streams": [*streams], "heading": zone is Zone.HEADING, "all": all}
    return {"source": _HOLDS, "params": params}


def is_part_of_number(text: Text) -> Json:
    """Tells whether the text only stands inside longer numbers."""
    sides = {"before": text.stream[0].isdigit(), "after": text.stream[-1].isdigit()}
    return {"source": _PART_OF_NUMBER, "params": _wanted(text) | sides}


def score(words: Weighed, grams: Weighed, mean_length: float) -> Json:
    """Scores by words and grams, each with its weight."""
    params = {
        "words": [word for word, _weight in words],
        "grams": [gram for gram, _weight in grams],
        "weights": [weight for _term, weight in (*words, *grams)],
        "mean": mean_length,
    }
    return {"source": _SCORE, "params": params}


def _wanted(text: Text) -> Json:
    return {"stream": text.stream, "heading": text.zone is Zone.HEADING}
