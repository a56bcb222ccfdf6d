"""Reports and queries that mean harm, in a real browser: nothing runs, all of it can be read."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Page

from tests import hostile
from tests.browser.watched import PHONE, watched
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

# What stands in a page that did not escape them; that it ran is told by the console and by dialogs.
HARMED = "document.querySelector('img[src=x], svg[onload]') !== null"
PATHS = (
    "/", "/search?q=枫桥经验&limit=100", "/search?q=调解&by=report&limit=100", "/browse",
    "/browse?county=青禾县", "/status", "/copies?county=青禾县", "/similar?text=开展调解",
    "/spread?q=枫桥经验",
)  # fmt: skip


def visit(page: Page, path: str) -> None:
    """Open an address: what was shown is text, and nothing ran. Dialogs fail the test, too."""
    page.goto(path, wait_until="networkidle")
    assert not page.evaluate(HARMED), path


def report_links(page: Page) -> list[str]:
    """Where the hits of a search page lead."""
    return [a.get_attribute("href") or "" for a in page.locator(".hit h3 a").all()]


@pytest.mark.parametrize("path", PATHS)
def test_no_page_of_hostile_reports_runs_anything(
    browser: Browser, hostile_server: ServerProcess, path: str
) -> None:
    with watched(browser, hostile_server.url) as page:
        visit(page, path)


def test_every_hostile_report_can_be_read(browser: Browser, hostile_server: ServerProcess) -> None:
    with watched(browser, hostile_server.url) as page:
        page.goto("/search?q=枫桥经验&by=report&limit=100")
        links = report_links(page)
        assert len(links) >= 16
        for link in links[::2]:
            visit(page, link)
            page.keyboard.press("n")
            assert page.locator("article").inner_text().strip()


def test_a_long_word_stays_on_a_phone(browser: Browser, hostile_server: ServerProcess) -> None:
    with watched(browser, hostile_server.url, viewport=PHONE) as page:
        page.goto("/search?q=枫桥经验&by=report&limit=100")
        (long, *_others) = [a for a in report_links(page) if quote("长长长") in a]
        for path in (*PATHS, long, f"/search?q={hostile.LONG[:900]}"):
            page.goto(path, wait_until="networkidle")
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


@pytest.mark.parametrize("bad", [*hostile.ALL], ids=[*hostile.NAMES])
def test_hostile_words_in_the_box_are_words(
    browser: Browser, hostile_server: ServerProcess, bad: str
) -> None:
    typed = bad[:300].replace("\x00", "")
    with watched(browser, hostile_server.url) as page:
        page.goto("/")
        page.locator("#q").fill(typed)
        page.locator("#q").press("Enter")
        page.wait_for_url("**/search**")
        assert not page.evaluate(HARMED)
        for path in ("/search", "/spread", "/similar"):
            visit(page, f"{path}?{urlencode({'q': typed, 'text': typed, 'township': typed})}")


def test_hostile_names_are_suggested_as_text(
    browser: Browser, hostile_server: ServerProcess
) -> None:
    with watched(browser, hostile_server.url) as page:
        page.goto("/")
        for typed in ("槿岭", "荻溪", "苇塘", "杉湾", "<", '"'):
            page.locator("#q").fill("")
            page.locator("#q").press_sequentially(typed)
            page.wait_for_timeout(250)
            assert not page.evaluate(HARMED)
