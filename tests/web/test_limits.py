"""A client may ask so many requests a second for long, and some seconds' worth at once."""

from __future__ import annotations

import time

import pytest
from starlette.requests import Request

from web.limits import BURST, MOST_CLIENTS, MOST_OWED, Buckets, client_of
from web.working import noted_work, seconds_worked


def test_a_burst_is_granted_and_then_the_rate() -> None:
    buckets = Buckets(2)
    assert [buckets.take("a", 0) for _ in range(2 * BURST + 1)] == [True] * 2 * BURST + [False]
    assert [buckets.take("a", 0.5), buckets.take("a", 0.5)] == [True, False]
    assert [buckets.take("a", 1000) for _ in range(2 * BURST + 1)].count(True) == 2 * BURST


def test_clients_do_not_share_a_bucket() -> None:
    buckets = Buckets(1)
    for _ in range(BURST):
        assert buckets.take("a", 0)
    assert not buckets.take("a", 0)
    assert buckets.take("b", 0)


def test_a_refused_request_takes_nothing() -> None:
    buckets = Buckets(1)
    for _ in range(BURST):
        buckets.take("a", 0)
    for _ in range(100):
        assert not buckets.take("a", 0.5)
    assert buckets.take("a", 1.0)


def test_a_rate_below_one_lets_one_in() -> None:
    buckets = Buckets(0.1)
    assert buckets.take("a", 0)
    assert not buckets.take("a", 5)
    assert buckets.take("a", 10)


def test_only_so_many_clients_are_remembered() -> None:
    buckets = Buckets(1)
    for n in range(MOST_CLIENTS + 50):
        buckets.take(str(n), 0)
    assert len(buckets._left) == MOST_CLIENTS


@pytest.mark.parametrize(
    ("host", "client"),
    [
        pytest.param("192.0.2.7", "192.0.2.7", id="v4"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="v6 by network"),
        pytest.param("testclient", "testclient", id="no address"),
        pytest.param("x" * 5000, "x" * 64, id="anything at all"),
    ],
)
def test_who_asks(host: str, client: str) -> None:
    assert client_of(Request({"type": "http", "client": (host, 1), "headers": []})) == client


def test_what_a_lane_works_for_a_client_counts() -> None:
    buckets = Buckets(20)
    for _ in range(3):
        assert buckets.take("a", 0)
        buckets.charge("a", 1.0)  # 40 requests' worth
    assert not buckets.take("a", 0)
    assert not buckets.take("a", 1.1)
    assert buckets.take("a", 1.3)
    assert buckets.take("b", 0)


def test_nobody_waits_long_for_what_he_has_had() -> None:
    buckets = Buckets(20)
    assert buckets.take("a", 0)
    buckets.charge("a", 10_000.0)
    assert not buckets.take("a", MOST_OWED)
    assert buckets.take("a", MOST_OWED + 0.1)


def test_work_is_added_up_over_the_pieces_of_an_answer() -> None:
    request = Request({"type": "http", "headers": []})
    for _ in range(2):
        with noted_work(request):
            time.sleep(0.02)
    assert 0.04 <= seconds_worked(request.scope) < 1
