"""The process that parses foreign formats, so that what breaks there breaks nothing here.

The parsers are C libraries and the files come from anywhere. The process may use so much memory
and so much time; a file that takes more, or crashes it, costs one process and one clear line.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import multiprocessing
import os
import signal
import sys
import zipfile
import zlib
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from index.i18n import gettext as _
from indexer.read.decode import Decoded
from indexer.read.limits import MIB, Limits, Passing, Refused
from indexer.read.sniff import Format

_START_SECONDS = 60.0  # a busy machine may take long to start Python; no file counts in it
_GRACE_SECONDS = 5.0  # the process ends itself so long after its parent should have ended it
_OUT_OF_MEMORY = 77  # exit status
_XML_NO_MEMORY = 2  # XML_ERR_NO_MEMORY: libxml2 reports it as an error of syntax
_READY = b"ready"
_DAMAGE = (
    *(ArithmeticError, AttributeError, AssertionError, LookupError, RuntimeError, TypeError),
    *(OSError, SyntaxError, ValueError, EOFError, zipfile.BadZipFile, zlib.error),
)
"""What the libraries are seen to raise over damaged files; each has its own idea of it."""


class ChildReader:
    """A reading process, started when it is first needed and again after it broke."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: Any = None  # a SpawnProcess, whose type differs between Pythons
        self._pipe: Connection | None = None
        self._files_read = 0

    def read(self, format: Format, data: bytes, encoding: str | None = None) -> Decoded:
        """The text that the process finds in the bytes. Raises Refused."""
        if self._pipe is None or self._files_read >= self._limits.files_per_process:
            self.close()
            self._pipe = self._start()
        self._files_read += 1
        try:
            answer = self._ask(self._pipe, format, data, encoding)
        except BaseException:  # also Ctrl+C: an answer that nobody took must not meet the next file
            self.close()
            raise
        if "reason" in answer:
            raise Refused(answer["reason"], answer["hint"])
        return Decoded(answer["text"], answer["encoding"])

    def close(self) -> None:
        """End the process, if there is one, and wait until it is gone."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
            with contextlib.suppress(ValueError):  # the program waited for it in some other way
                self._process.close()
        self._pipe = self._process = None
        self._files_read = 0

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours: Any  # on Windows its type has another name
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(theirs, self._limits), name="lawsearch-reader", daemon=True
        )
        try:
            with interrupts_held_back():
                process.start()
            self._process = process
            theirs.close()
            started = ours.poll(_START_SECONDS) and ours.recv_bytes() == _READY
        except (EOFError, OSError):
            started = False
        if not started:
            ours.close()
            self.close()
            raise Passing(_("the reading process did not start"))
        pipe: Connection = ours
        return pipe

    def _ask(
        self, pipe: Connection, format: Format, data: bytes, encoding: str | None
    ) -> dict[str, str]:
        try:
            pipe.send_bytes(json.dumps([format, encoding]).encode())
            pipe.send_bytes(data)
            if not pipe.poll(self._limits.seconds):
                n = f"{self._limits.seconds:g}"
                raise Passing(_("reading it took longer than {n} s").format(n=n))
            answer: dict[str, str] = json.loads(pipe.recv_bytes())
            return answer
        except (EOFError, OSError) as error:
            raise Passing(self._why_it_ended()) from error

    def _why_it_ended(self) -> str:
        self._process.join(_GRACE_SECONDS)
        if self._process.exitcode == _OUT_OF_MEMORY:
            n = self._limits.memory_bytes // MIB
            return _("reading it takes more than {n} MB of memory").format(n=n)
        return _("reading it broke the reading process: it is damaged")


@contextlib.contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Ctrl+C waits: a process that is starting would answer it with a traceback.

    The child inherits that and keeps it: it is its parent that ends it.
    """
    if sys.platform == "win32":
        yield
    else:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, limits: Limits) -> None:
    """The child's life: read what comes until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_quiet()
    _limit_memory(limits.memory_bytes)
    pipe.send_bytes(_READY)
    with contextlib.suppress(EOFError, OSError):
        while True:
            format, encoding = json.loads(pipe.recv_bytes())
            pipe.send_bytes(_answer(format, pipe.recv_bytes(), encoding, limits))


def _answer(format: str, data: bytes, encoding: str | None, limits: Limits) -> bytes:
    # Ends even a process whose parent was killed; a library that hangs answers to no signal.
    faulthandler.dump_traceback_later(limits.seconds + _GRACE_SECONDS, exit=True)
    try:
        found = _read(Format(format), data, encoding, limits)
        answer = {"text": found.text, "encoding": found.encoding}
    except Refused as refused:
        answer = {"reason": refused.reason, "hint": refused.hint}
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except _DAMAGE as error:
        if getattr(error, "code", None) == _XML_NO_MEMORY:
            os._exit(_OUT_OF_MEMORY)
        answer = {"reason": _("it is damaged"), "hint": ""}
    finally:
        faulthandler.cancel_dump_traceback_later()
    return json.dumps(answer).encode()


def _read(format: Format, data: bytes, encoding: str | None, limits: Limits) -> Decoded:
    """What the reader of this format gives; its encoding is empty unless it is a text format."""
    match format:
        case Format.HTML:
            from indexer.read.webpage import read_html

            return read_html(data, limits, encoding)
        case Format.DOCX:
            from indexer.read.word import read_docx as read
        case Format.PDF:
            from indexer.read.pdf import read_pdf as read
        case Format.OFD:
            from indexer.read.ofd import read_ofd as read
        case Format.RTF:
            from indexer.read.rtf import read_rtf as read
        case _:
            raise ValueError(format)
    return Decoded(read(data, limits), "")


def _be_quiet() -> None:
    """Send what the libraries print to nowhere: the parent's streams are not theirs."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _limit_memory(size: int) -> None:
    if sys.platform != "win32":  # no such limit there: time and the other caps hold
        import resource

        with contextlib.suppress(OSError, ValueError):  # macOS knows it and refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
