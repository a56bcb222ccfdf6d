"""How far indexing has come: a bar on a terminal, plain lines where the output is piped."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from index.i18n import gettext as _
from index.i18n import marked
from indexer.build import Progress

EVERY_S = 5.0


class Wording(NamedTuple):
    """What is done, and how fast and how far it goes."""

    doing: str
    rate: str
    line: str


READING: Final = Wording(
    marked("Reading"),
    marked("{rate:.0f} files/s"),
    marked("{done} of {total} files, {rate:.0f} files/s, {left:.0f} s left"),
)
COPYING: Final = Wording(
    marked("Copying"),
    marked("{rate:.0f} reports/s"),
    marked("{done} of {total} reports, {rate:.0f} reports/s, {left:.0f} s left"),
)


@contextmanager
def show_progress(wording: Wording = READING) -> Iterator[Callable[[Progress], None]]:
    """Something to call with each Progress; draws on standard error."""
    if sys.stderr.isatty():
        with _bar(wording) as advance:
            yield advance
    else:
        yield _plain(wording)


@contextmanager
def _bar(wording: Wording) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    columns = (
        TextColumn(_(wording.doing)),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")
        started = time.monotonic()

        def advance(progress: Progress) -> None:
            rate = progress.done / max(time.monotonic() - started, 1e-6)
            bar.update(
                task,
                completed=progress.done,
                total=progress.total,
                rate=_(wording.rate).format(rate=rate),
            )

        yield advance


def _plain(wording: Wording) -> Callable[[Progress], None]:
    started = last = time.monotonic()

    def advance(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < EVERY_S and progress.done < progress.total:
            return
        if progress.done == progress.total and now - started < EVERY_S:
            return  # too short to be worth a line
        last = now
        rate = progress.done / (now - started)
        left = (progress.total - progress.done) / rate
        line = _(wording.line).format(
            done=progress.done, total=progress.total, rate=rate, left=left
        )
        print(line, file=sys.stderr, flush=True)

    return advance
