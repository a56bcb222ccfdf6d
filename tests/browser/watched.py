"""Pages in a real browser that fail their test when the browser has anything to complain of."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
# What a page loads late must not push away what is being read. Source: layout-instability API.
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  const moved = entry.sources.map((source) => source.node?.outerHTML?.slice(0, 200));
  if (!entry.hadRecentInput) shifts.push([entry.value, moved]);
})).observe({ type: "layout-shift", buffered: true });
"""


def find_chromium() -> str | None:
    """The path of a Chromium of the system's, if there is one."""
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


def flags() -> list[str]:
    """Chromium has no sandbox for root, in whose name containers and CI run."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ["--no-sandbox"] if is_root else []


@contextmanager
def watched(
    browser: Browser, url: str, *, expected: str | None = None, **options: Any
) -> Iterator[Page]:
    """A page of a context of its own, for the server at the url.

    At the end nothing may have gone wrong: no message of an error, no script that failed, nothing
    that the policy refused, nothing asked of another host, no dialog. expected is a part of the
    messages that are meant.
    """
    problems: list[str] = []
    defaults: dict[str, Any] = {"viewport": DESK, "locale": "en-US", "color_scheme": "light"}
    context = browser.new_context(base_url=url, **(defaults | options))
    context.set_default_timeout(10_000)
    page = context.new_page()
    if options.get("java_script_enabled", True):
        page.add_init_script(SHIFTS)
    watch(page, url, problems)
    try:
        yield page
    finally:
        context.close()
    wrong = [each for each in problems if expected is None or expected not in each]
    assert not wrong, "\n".join(wrong)


def watch(page: Page, url: str, problems: list[str]) -> None:
    """Write down whatever goes wrong on the page."""

    def on_request(request: Request) -> None:
        if not request.url.startswith((f"{url}/", "data:", "blob:")):
            problems.append(f"asked of another host: {request.url}")

    def on_failure(request: Request) -> None:
        # Who types on needs no suggestions for what he had; and a download is no page.
        if request.failure != "net::ERR_ABORTED":
            problems.append(f"not loaded: {request.url} ({request.failure})")

    def on_message(message: ConsoleMessage) -> None:
        if is_bad(message.type):
            problems.append(f"console: {message.text}")

    def on_dialog(dialog: Dialog) -> None:
        problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", on_message)
    page.on("dialog", on_dialog)
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on("request", on_request)
    page.on("requestfailed", on_failure)
    page.on("crash", lambda _page: problems.append("the page crashed"))


def is_bad(kind: str) -> bool:
    """Whether a message in the console tells of something wrong, as of what the policy refused."""
    return kind in ("error", "warning", "assert")
