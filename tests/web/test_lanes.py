"""A lane: one after the other, in one thread, and a bounded number waiting."""

from __future__ import annotations

import asyncio
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from index.i18n import speaking
from index.location import Folder
from tests.served import served
from web import lanes
from web.keeping import warm_up
from web.lanes import Busy, Lane
from web.live import Held, Latest, Live


def test_work_is_done_in_order_and_in_one_thread(samples_index: Path) -> None:
    done: list[tuple[int, int]] = []

    async def main() -> None:
        lane = Lane("test", Live(Folder(samples_index), "1", warm_up, Latest()))

        def work(n: int) -> None:
            time.sleep(0.002)
            done.append((n, threading.get_ident()))

        await asyncio.gather(*(lane.call(partial(work, n)) for n in range(12)))
        assert lane.waiting == 0
        lane.close()

    asyncio.run(main())
    assert [n for n, _thread in done] == [*range(12)]
    assert len({thread for _n, thread in done}) == 1


def test_who_comes_when_too_many_wait_is_told_so(
    samples_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MOST_WAITING", 2)

    async def main() -> list[bool]:
        lane, gate = (
            Lane("test", Live(Folder(samples_index), "1", warm_up, Latest())),
            threading.Event(),
        )
        held_up = [asyncio.create_task(lane.call(lambda: gate.wait(10))) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(Busy):
            await lane.call(lambda: True)
        gate.set()
        found = await asyncio.gather(*held_up)
        assert await lane.call(lambda: "free again") == "free again"
        lane.close()
        return found

    assert asyncio.run(main()) == [True, True]


def test_what_has_waited_too_long_is_not_begun(
    samples_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "PATIENCE_SECONDS", 0.05)
    begun = []

    async def main() -> None:
        lane = Lane("test", Live(Folder(samples_index), "1", warm_up, Latest()))
        first = asyncio.create_task(lane.call(lambda: time.sleep(0.2)))
        await asyncio.sleep(0.01)
        with pytest.raises(Busy):
            await lane.call(lambda: begun.append(1))
        await first
        lane.close()

    asyncio.run(main())
    assert begun == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        *((each, 200) for each in ("/", "/search?q=调解", "/suggest?q=调", "/similar?text=调解")),
        *((each, 503) for each in ("/copies", "/diff", "/spread", "/browse", "/status")),
        *((f"/api/v1/{each}", 503) for each in ("copies", "matrix", "status", "query.csv")),
    ],
)
def test_what_may_take_long_keeps_nobody_from_searching(
    samples_index: Path, address: str, status: int
) -> None:
    with served(samples_index) as client:
        client.app.state.slow.waiting = lanes.MOST_WAITING  # type: ignore[attr-defined]
        assert client.get(address).status_code == status


def test_it_works_in_the_language_of_whoever_asks(
    samples_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "PATIENCE_SECONDS", -1.0)

    async def main() -> list[str]:
        lane, told = Lane("test", Live(Folder(samples_index), "1", warm_up, Latest())), []
        for language in ("zh-CN", "en"):
            with speaking(language), pytest.raises(Busy) as late:
                await lane.call(lambda: None)
            told.append(str(late.value))
        lane.close()
        return told

    chinese, english = asyncio.run(main())
    assert english == "The server is busy."
    assert not chinese.isascii()


def test_an_error_of_the_work_reaches_whoever_asked(samples_index: Path) -> None:
    def fail(held: Held) -> None:
        raise KeyError(held.commit)

    async def main() -> None:
        lane = Lane("test", Live(Folder(samples_index), "1", warm_up, Latest()))
        with pytest.raises(KeyError):
            await lane.run(fail)
        assert lane.waiting == 0
        lane.close()

    asyncio.run(main())
