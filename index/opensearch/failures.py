"""What a cluster, or the way to it, says when it fails, as lawsearch's own errors.

The one place that reads opensearchpy's exceptions and the words of a cluster's refusals.
"""

from __future__ import annotations

import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any, Final

from index.errors import (
    EngineUnavailable,
    IndexDamaged,
    IndexFull,
    IndexLocked,
    IndexMissing,
    LawsearchError,
    StoreError,
    UserError,
)
from index.i18n import gettext as _
from index.opensearch.connection import CA_FILE, PASSWORD, USERNAME

if TYPE_CHECKING:
    from opensearchpy import ConnectionError as NoConnection
    from opensearchpy import TransportError

Json = dict[str, Any]

_MOST_SAID: Final = 300
"""Characters of a cluster's own words in a message."""
_EXPIRED: Final = 10  # of OpenSSL's verify codes
_WRONG_NAME: Final = frozenset({62, 64})
_GONE: Final = frozenset({"search_context_missing_exception", "point_in_time_missing_exception"})
_MISSING: Final = frozenset({"index_not_found_exception", "alias_not_found_exception"})
_BUSY: Final = frozenset({"rejected_execution_exception", "circuit_breaking_exception"})
_OVERTAKEN: Final = frozenset({"version_conflict_engine_exception"})
_TOO_LARGE: Final = frozenset({"too_many_clauses", "too_many_nested_clauses"})
_TOO_MANY: Final = frozenset({"too_many_buckets_exception"})
_NO_MANAGER: Final = frozenset(
    {"cluster_manager_not_discovered_exception", "master_not_discovered_exception"}
)
_NO_SHARD: Final = frozenset(
    {
        *("no_shard_available_action_exception", "unavailable_shards_exception"),
        *("node_not_connected_exception", "node_disconnected_exception"),
        *("search_phase_execution_exception", "primary_missing_action_exception"),
    }
)
_PASSING: Final = frozenset({502, 503, 504})
_BLOCKED: Final = frozenset({"cluster_block_exception", "index_create_block_exception"})


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn what opensearchpy raises inside into errors for people; `where` is how they call it.

    Raises EngineUnavailable, IndexMissing, IndexFull; UserError for a query that is too large.
    """
    from opensearchpy import ImproperlyConfigured, OpenSearchException

    try:
        yield
    except (OpenSearchException, ImproperlyConfigured) as error:
        raise error_of(error, where) from error


def error_of(error: Exception, where: str) -> LawsearchError:
    """What an exception of opensearchpy means."""
    from opensearchpy import ConnectionError, TransportError

    if isinstance(error, ConnectionError):
        away = EngineUnavailable(where, _way_to_it(error))
        away.hint = _other_way(error)
        return away
    if isinstance(error, TransportError):
        return _too_large() if _kinds(error.info) & _TOO_LARGE else _refusal(error, where)
    return EngineUnavailable(where, str(error)[:_MOST_SAID])


def is_passing(error: Exception) -> bool:
    """Whether asking again may help: lost connections, and a cluster that is busy or electing.

    opensearchpy calls anything a lost connection that is raised on the way.
    """
    from opensearchpy import ConnectionError, SSLError, TransportError
    from urllib3.exceptions import HTTPError

    if isinstance(error, ConnectionError):
        return isinstance(error.info, OSError | HTTPError) and not isinstance(error, SSLError)
    if not isinstance(error, TransportError):
        return False
    return is_passing_item(error.status_code, _kinds(error.info))


def is_passing_item(status: int | str, kinds: Collection[str]) -> bool:
    """The same of one operation in a bulk, or of any refusal, by the types of its errors."""
    if not _TOO_MANY.isdisjoint(kinds):  # too much to tell, which it is the next time, too
        return False
    return status in _PASSING or (status == 429 and _BLOCKED.isdisjoint(kinds))


def item_error(where: str, status: int, cause: Json) -> StoreError:
    """What the refusal of one operation in a bulk means."""
    return _named_refusal(where, status, {str(cause.get("type"))}, str(cause.get("reason")))


def missing(where: str) -> IndexMissing:
    """There is no index of this name on the cluster."""
    error = IndexMissing(where)
    error.hint = _("Build it: lawsearch index REPORTS, with the same address and name.")
    return error


def overtaken(where: str) -> IndexLocked:
    """Another writer has gone on from where this one was."""
    return IndexLocked(where, _("another that has taken over"))


def damaged(where: str, document: str, reason: str) -> IndexDamaged:
    """A document of the index is missing or is not what was committed."""
    error = IndexDamaged(where, document, reason)
    said = _("Nothing was deleted. Rebuild from the reports: lawsearch index REPORTS --rebuild")
    error.hint = said
    return error


def whole(response: Json, where: str) -> Json:
    """The response, if every part of the index had its say in it. Raises EngineUnavailable."""
    shards = response.get("_shards", {})
    if response.get("timed_out"):
        raise EngineUnavailable(where, _("it ran out of time, and half an answer is none"))
    total = shards.get("total", 0)
    # A part that is on no node at all has not failed: it is only not among the successful ones.
    _refuse_missing(shards, total - shards.get("successful", total), where)
    return response


def refreshed(response: Json, where: str) -> None:
    """Raises EngineUnavailable where a copy failed; copies that are on no node do not count."""
    _refuse_missing(response["_shards"], response["_shards"].get("failed", 0), where)


def _refuse_missing(shards: Json, missing: int, where: str) -> None:
    if not missing:
        return
    said = _("{failed} of {total} parts of the index did not answer; half an answer is none")
    reasons = [failure.get("reason", {}) for failure in shards.get("failures", ())]
    text = said.format(failed=missing, total=shards.get("total", missing))
    for reason in reasons[:1]:
        text += f" ({_short(str(reason.get('type')), str(reason.get('reason')))})"
    raise EngineUnavailable(where, text)


def _way_to_it(error: NoConnection) -> str:
    from opensearchpy import ConnectionTimeout, SSLError

    if isinstance(error, ConnectionTimeout):
        return _("no answer in time")
    causes = [*_causes(error)]
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause)
    if isinstance(error, SSLError):
        return _("no TLS connection: {reason}").format(reason=_last_words(causes))
    for cause in causes:
        if isinstance(cause, ConnectionRefusedError):
            return _("nothing listens there")
        if isinstance(cause, RemoteDisconnected):
            return _("it ends the connection without a word")
    return _("no connection: {reason}").format(reason=_last_words(causes))


def _other_way(error: NoConnection) -> str:
    """What to try where the way itself may be the wrong one."""
    for cause in _causes(error):
        if isinstance(cause, RemoteDisconnected):
            return _("If it speaks TLS, its address begins with https://.")
        if isinstance(cause, ssl.SSLCertVerificationError):
            is_strange = cause.verify_code not in {_EXPIRED, *_WRONG_NAME}
            said = _("If its authority is your own: {ca_file} names the file of its certificate.")
            return said.format(ca_file=CA_FILE) if is_strange else ""
        if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
            return _("If it does not speak TLS, its address begins with http://.")
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and those that it comes from, outermost first."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inside = [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
        waiting += [e for e in inside if isinstance(e, BaseException)]


def _last_words(causes: list[BaseException]) -> str:
    """What the system said, of exceptions that wrap each other."""
    said = [str(c.strerror) for c in causes if isinstance(c, OSError) and c.strerror]
    return (said or [type(causes[-1]).__name__])[-1][:_MOST_SAID]


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == _EXPIRED:
        return _("its certificate has expired")
    if error.verify_code in _WRONG_NAME:
        return _("its certificate is of another host")
    said = _("its certificate is of nobody that is trusted here ({reason})")
    return said.format(reason=error.verify_message)


def _refusal(error: TransportError, where: str) -> StoreError:
    status = error.status_code if isinstance(error.status_code, int) else 0
    return _named_refusal(where, status, _kinds(error.info), _reason(error))


def _named_refusal(where: str, status: int, kinds: set[str], reason: str) -> StoreError:
    if kinds & _BLOCKED:
        return _blocked(where, reason)
    if kinds & _MISSING:
        return missing(where)
    if kinds & _OVERTAKEN:
        return overtaken(where)
    if status == 401:
        return _with_hint(
            EngineUnavailable(where, _("it does not know this user with this password")),
            _("It was told what {user} and {password} say, or the file of credentials."),
        )
    if status == 403:
        return EngineUnavailable(where, _("this user may not do that there"))
    return EngineUnavailable(where, _trouble(status, kinds, reason))


def _too_large() -> UserError:
    error = UserError(_("The query has more parts than the cluster takes in one question."))
    error.hint = _(
        "Ask for fewer words at once, or put a long text in quotes. Whoever runs the cluster can "
        "raise the limit: indices.query.bool.max_clause_count."
    )
    return error


def _with_hint(error: StoreError, hint: str) -> StoreError:
    error.hint = hint.format(user=USERNAME, password=PASSWORD)
    return error


def _blocked(where: str, reason: str) -> StoreError:
    if "read-only" in reason.lower() or "flood" in reason or "create-index" in reason:
        return IndexFull(where, _("the disks of the cluster are full, or it was made read-only"))
    if "not recovered" in reason or "no cluster" in reason or "no master" in reason:
        return EngineUnavailable(where, _no_manager())
    return EngineUnavailable(where, _("it is blocked: {reason}").format(reason=_cut(reason)))


def _no_manager() -> str:
    return _("half of its nodes or more are away, so that it cannot agree on anything")


def _trouble(status: int, kinds: set[str], reason: str) -> str:
    if kinds & _GONE:
        return _("the commit that was being read is no longer held; ask again")
    if kinds & _TOO_MANY:
        return _("the answer has more values than it gives out at once (search.max_buckets)")
    if kinds & _BUSY:
        return _("it has too much to do at once")
    if kinds & _NO_MANAGER:
        return _no_manager()
    if kinds & _NO_SHARD and status >= 500:
        return _("a part of the index is on nodes that are away")
    if status == 413:
        return _("a report is larger than it takes (http.max_content_length)")
    return _short(str(status), reason)


def _short(kind: str, reason: str) -> str:
    return f"{kind}: {_cut(reason)}"


def _cut(reason: str) -> str:
    return reason if len(reason) <= _MOST_SAID else f"{reason[:_MOST_SAID]}…"


def _kinds(info: Any) -> set[str]:
    """The types of errors in a response's body, causes included."""
    if not isinstance(info, dict):
        return set()
    found, waiting = set[str](), [info.get("error")]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            found.add(str(each.get("type")))
            waiting += [each.get("caused_by"), each.get("reason")]
            waiting += [*each.get("root_cause", ()), *each.get("failed_shards", ())]
    return found


def _reason(error: TransportError) -> str:
    info = error.info
    cause = info.get("error") if isinstance(info, dict) else None
    if isinstance(cause, dict):
        roots = cause.get("root_cause") or [cause]
        return f"{roots[0].get('type')}: {roots[0].get('reason') or cause.get('reason')}"
    return str(error.error)
