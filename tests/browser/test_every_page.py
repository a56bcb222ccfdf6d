"""What holds of every page: it fits, it is light and still, and everybody can use it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.watched import PHONE, watched
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

REPORT, SECTION = "青禾县槿岭镇-2024", "青禾县槿岭镇-2023#1.5"
PAGES = {
    "home": "/",
    "search": "/search?q=枫桥经验",
    "search-filtered": "/search?q=调解 2024&county=青禾县&part=achievements&not=topic:数字法治",
    "search-by-report": "/search?q=法治&by=report&sort=year&page=2",
    "search-nothing": "/search?q=槿领镇 元宇宙",
    "report": f"/reports/{REPORT}?q=枫桥经验",
    "similar": f"/similar?id={quote(SECTION)}",
    "similar-text": "/similar?text=给行动不便的老人上门办证",
    "copies": "/copies?county=霁川市",
    "diff": f"/diff?first={REPORT}&second=青禾县槿岭镇-2023",
    "spread": "/spread?q=枫桥经验",
    "browse": "/browse",
    "browse-county": "/browse?county=青禾县",
    "status": "/status",
    "api": "/api",
    "login": "/login",
    "not-found": "/reports/没有",
}
HEAVIEST = 150_000
"""Bytes of a page with its files, charts apart, as they are sent."""
STILL = 0.001
"""Of the window, as the browser measures it: a line that grows by a word; 0.1 is called good."""
LOADS = 3
SERIOUS = {"serious", "critical"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "device_scale_factor": 2, "is_mobile": True, "has_touch": True},
    "chinese": {"locale": "zh-CN"},
}
SENT = """["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
.map((entry) => [entry.name, entry.transferSize])"""
TOO_WIDE = """[...document.querySelectorAll("body *")]
.filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
.slice(0, 5).map((e) => e.outerHTML.slice(0, 120))"""
GROUND = "getComputedStyle(document.documentElement).backgroundColor"


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to say of a page that was opened once.

    sent: bytes by address; shifts: (how much, what was pushed) of what moved without being asked.
    """

    language: str | None
    ground: str
    width: int
    too_wide: list[str]
    sent: dict[str, int]
    shifts: list[tuple[float, list[str]]]
    violations: list[dict[str, Any]]


Look = Callable[[str, str], Seen]


@pytest.fixture(scope="module")
def look(browser: Browser, server: ServerProcess, screenshots: Path) -> Look:
    """What a page is like in a look; each is opened once, and its picture kept."""

    @cache
    def seen(name: str, look: str) -> Seen:
        with opened(browser, server, name, **LOOKS[look]) as page:
            sent = dict(page.evaluate(SENT))
            page.screenshot(path=screenshots / f"{name}-{look}.png", full_page=True)
            return Seen(
                language=page.locator("html").get_attribute("lang"),
                ground=page.evaluate(GROUND),
                width=page.evaluate("document.documentElement.scrollWidth"),
                too_wide=page.evaluate(TOO_WIDE),
                sent=sent,
                shifts=least_shifts(page),
                violations=Axe().run(page).response["violations"],
            )

    return seen


def least_shifts(page: Page) -> list[tuple[float, list[str]]]:
    """What moves every time the page is loaded.

    On a busy machine the browser may draw a page before it has read all of it, and once more.
    """
    found: list[list[tuple[float, list[str]]]] = []
    for _load in range(LOADS):
        page.wait_for_timeout(200)  # for what comes late
        found.append(page.evaluate("shifts"))
        if not found[-1]:
            break
        page.reload(wait_until="networkidle")
    return min(found, key=lambda shifts: sum(share for share, _what in shifts))


@contextmanager
def opened(browser: Browser, server: ServerProcess, name: str, **options: Any) -> Iterator[Page]:
    """The page of that name, with all that it loads."""
    expected = "404" if name == "not-found" else None  # which the console tells
    with watched(browser, server.url, expected=expected, **options) as page:
        page.goto(PAGES[name], wait_until="networkidle")
        yield page


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("how", LOOKS)
def test_axe_finds_nothing_serious(look: Look, name: str, how: str) -> None:
    serious = [
        f"{each['id']} ({each['impact']}): {each['help']}: {node['html'][:200]} "
        f"{node.get('failureSummary', '')}"
        for each in look(name, how).violations
        if each["impact"] in SERIOUS
        for node in each["nodes"][:3]
    ]
    assert not serious, "\n".join(serious)


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_all_of_it_without_scrolling_aside(look: Look, name: str) -> None:
    seen = look(name, "phone")
    assert seen.width <= PHONE["width"], seen.too_wide


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("how", LOOKS)
def test_nothing_moves_once_it_is_there(look: Look, name: str, how: str) -> None:
    seen = look(name, how)
    assert sum(share for share, _what in seen.shifts) < STILL, seen.shifts


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(look: Look, name: str) -> None:
    sent = look(name, "light").sent
    assert all(size > 0 for size in sent.values()), sent
    assert sum(size for url, size in sent.items() if "/spread.svg" not in url) < HEAVIEST, sent


@pytest.mark.parametrize("name", PAGES)
def test_a_page_speaks_the_readers_language(look: Look, name: str) -> None:
    assert (look(name, "light").language, look(name, "chinese").language) == ("en", "zh-CN")


def test_the_dark_page_is_dark(look: Look) -> None:
    shades = {
        how: sum(map(int, re.findall(r"\d+", look("search", how).ground)[:3]))
        for how in ("light", "dark")
    }
    assert shades["dark"] < 200 < 600 < shades["light"]


@pytest.mark.parametrize("name", PAGES)
def test_paper_has_the_text_and_nothing_to_click(
    browser: Browser, server: ServerProcess, name: str, screenshots: Path
) -> None:
    with opened(browser, server, name, color_scheme="dark") as page:
        heading = page.locator("h1").first.inner_text()
        page.emulate_media(media="print", color_scheme="dark")
        for control in ("header.top nav", ".skip", "button[type=submit]"):
            assert page.locator(f"{control}:visible").count() == 0, control
        ground = page.evaluate(GROUND)
        paper = page.pdf(format="A4", print_background=False)
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    document = pypdfium2.PdfDocument(paper)
    text = "".join(each.get_textpage().get_text_bounded() for each in document)
    assert without_space(heading)[:12] in without_space(text)
    document[0].render(scale=1.4).to_pil().save(screenshots / f"{name}-print.png")


def without_space(text: str) -> str:
    return "".join(text.split())
