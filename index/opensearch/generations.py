"""The indexes behind a name: NAME-v1, NAME-v2, …, each with one for its files beside it.

The name is an alias of one of them. A rebuild fills the next beside it, and then the name changes
over at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from index.errors import EngineUnavailable
from index.i18n import gettext as _
from index.opensearch.failures import told
from index.opensearch.filerows import files_index
from index.opensearch.mapping import files_definition, index_definition
from index.opensearch.retrying import Patience, patiently

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

Json = dict[str, Any]

MADE_BY: Final = "lawsearch"
SOON: Final[Json] = {"cluster_manager_timeout": "5s"}
"""So long a node waits for those of which an answer takes more than half: its own is 30 s."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How an index is spread: parts that work at once, and copies of each beside the first."""

    shards: int = 3
    replicas: int = 1


class Generations:
    """The indexes of one name."""

    def __init__(self, client: OpenSearch, name: str, where: str, patience: Patience) -> None:
        self._client, self.name, self._where, self._patience = client, name, where, patience
        self._pattern = re.compile(re.escape(name) + r"-v(\d{1,9})")

    def live(self) -> str | None:
        """The index that the name stands for. Raises EngineUnavailable where it is no alias."""
        with told(self._where):
            found = self._client.indices.get(index=self.name, params=SOON | {"ignore": 404})
        if found.get("status") == 404:
            return None
        if self.name in found:
            said = _("it has an index of this name that lawsearch did not make")
            raise EngineUnavailable(self._where, said)
        ours: list[str] = [index for index in found if self._pattern.fullmatch(index)]
        if len(found) != 1 or not ours:
            said = _("the name stands for {indexes}, which lawsearch did not make")
            raise EngineUnavailable(self._where, said.format(indexes=", ".join(sorted(found))))
        return ours[0]

    def meta(self, index: str) -> Json:
        """What the mapping of an index says of itself. Raises IndexMissing."""
        with told(self._where):
            found = self._client.indices.get_mapping(index=index, params=SOON)
        meta: Json = found[index]["mappings"].get("_meta", {})
        return meta

    def all(self) -> dict[str, Json]:
        """The indexes of reports, the newest first, with what each says of itself."""
        with told(self._where):
            found = self._client.indices.get_mapping(index=f"{self.name}-v*", params=SOON)
        metas = {
            index: body["mappings"].get("_meta", {})
            for index, body in found.items()
            if self._pattern.fullmatch(index)
        }
        return {index: metas[index] for index in sorted(metas, key=self.number, reverse=True)}

    def number(self, index: str) -> int:
        """The number of a generation."""
        match = self._pattern.fullmatch(index)
        return int(match[1]) if match else 0

    def create(self, shape: Shape, meta: Json) -> str:
        """A new, empty generation."""
        number = 1 + max(map(self.number, self.all()), default=0)
        index = f"{self.name}-v{number}"
        definition = index_definition(shape.shards, shape.replicas, meta)
        self._create(index, definition)
        self._create(files_index(index), files_definition(shape.replicas))
        return index

    def _create(self, index: str, body: Json) -> None:
        from opensearchpy import RequestError

        def request() -> None:
            try:
                self._client.indices.create(index=index, body=body)
            except RequestError as error:  # by a request of ours that was lost on its way back
                if error.error != "resource_already_exists_exception":
                    raise

        patiently(request, self._where, self._patience)

    def activate(self, index: str, instead_of: str | None, before_each: Callable[[], None]) -> None:
        """Let the name stand for an index from now on; before_each is called before each try."""
        actions: list[Json] = [{"add": {"index": index, "alias": self.name}}]
        if instead_of is not None:
            # It may be gone already: by a request of ours that was lost on its way back.
            gone = {"index": instead_of, "alias": self.name, "must_exist": False}
            actions.insert(0, {"remove": gone})

        def request() -> None:
            before_each()
            self._client.indices.update_aliases(body={"actions": actions})

        patiently(request, self._where, self._patience)

    def delete(self, index: str) -> None:
        """Delete a generation: its files first, since what is left of it is then found as such."""
        for each in (files_index(index), index):
            request = partial(self._client.indices.delete, index=each, params={"ignore": 404})
            patiently(request, self._where, self._patience)
