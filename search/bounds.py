"""What a request may cost: every search that it leads to is weighed before it runs."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from index.engine import Answer, Engine, Question
from index.errors import TooCostly


class Bounded:
    """An engine's searches, as long as the milliseconds that a request may cost last.

    Everything is counted as estimated, so that the same request is always answered alike.
    """

    def __init__(self, engine: Engine, most_ms: float | None) -> None:
        """most_ms: None is any."""
        self.engine = engine
        self._most_ms = inf if most_ms is None else most_ms
        self._spent_ms = 0.0

    def search(self, question: Question) -> Answer:
        """The answer. Raises TooCostly, before anything is done."""
        cost_ms = self._cost(question)
        self.demand(cost_ms)
        return self._searched(question, cost_ms)

    def try_search(self, question: Question) -> Answer | None:
        """The answer; None where it could take longer than is left."""
        cost_ms = self._cost(question)
        return self._searched(question, cost_ms) if self.takes(cost_ms) else None

    def demand(self, cost_ms: float) -> None:
        """Take so much of what is left. Raises TooCostly."""
        if not self.takes(cost_ms):
            raise TooCostly(self._spent_ms + cost_ms, self._most_ms)

    def takes(self, cost_ms: float) -> bool:
        """Whether so much was left; it is taken then."""
        if self._spent_ms + cost_ms > self._most_ms:
            return False
        self._spent_ms += cost_ms
        return True

    def count_cost(self, question: Question) -> float:
        """What only counting what matches costs."""
        return self._cost(replace(question, limit=0, offset=0, facets=()))

    def _cost(self, question: Question) -> float:
        return 0.0 if self._most_ms == inf else self.engine.cost(question)

    def _searched(self, question: Question, cost_ms: float) -> Answer:
        answer = self.engine.search(question)
        if not answer.total_sections:  # then there was nothing to rank
            self._spent_ms -= cost_ms - self.count_cost(question)
        return answer
