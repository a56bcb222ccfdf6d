"""From a source to its outline: sections with their measures, parts and topics, and furniture."""

from indexer.parse.build import parse_outline
from indexer.parse.measures import measures_of
from indexer.parse.topics import TopicCue, explain_topics, topics_of

__all__ = ["TopicCue", "explain_topics", "measures_of", "parse_outline", "topics_of"]
