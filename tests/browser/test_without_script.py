"""The same without JavaScript: links and forms do all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_searching import asked, hits, told
from tests.browser.watched import watched
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, server: ServerProcess) -> Iterator[Page]:
    """A page that runs no script."""
    with watched(browser, server.url, java_script_enabled=False) as page:
        yield page


def test_search_facets_pages_and_a_report(page: Page) -> None:
    page.goto("/")
    page.locator("#q").fill("调解")
    page.locator("#find button[type=submit]").click()
    everything = told(page)
    assert asked(page)["q"] == ["调解"]
    page.locator("#year-2024").click()
    assert 0 < told(page) < everything
    page.locator("a.value[href*='part=']").first.click()
    assert asked(page).keys() == {"q", "year", "part"}
    page.locator(".chip-x").first.click()
    page.locator("li.facet a.without").last.click()
    assert "not" in asked(page)
    page.goto("/search?q=法治")
    page.locator("a[rel=next]").click()
    assert asked(page)["page"] == ["2"]
    page.locator(".hit h3 a").first.click()
    expect(page.locator("mark").first).to_be_visible()
    page.locator(".rp-first").click()
    expect(page.locator("#hit-1")).to_be_in_viewport()


def test_the_tree_of_places(page: Page) -> None:
    page.goto("/search?q=调解")
    for _step in range(4):
        closed = page.locator("#places a.fold[aria-expanded=false]")
        if closed.count():
            closed.first.click()
    township = page.locator("#places a.value[href*='township=']").first
    township.click()
    assert "township" in asked(page)
    assert hits(page)


def test_finding_a_place_in_the_tree(page: Page) -> None:
    page.goto("/search?q=调解")
    page.locator("#place").fill("槿岭")
    page.locator("#place").press("Enter")
    page.locator("#places a.value").first.click()
    assert all("槿岭镇" in hit for hit in hits(page))


def test_a_range_of_years_and_words_within_the_hits(page: Page) -> None:
    page.goto("/search?q=调解")
    page.locator("input[name=year_from]").fill("2023")
    page.locator("input[name=year_to]").fill("2024")
    page.locator("input[name=year_to]").press("Enter")
    assert {hit.split("#")[0][-4:] for hit in hits(page)} <= {"2023", "2024"}
    page.locator("#within").fill("网格员")
    page.locator("#within").press("Enter")
    assert asked(page)["within"] == ["网格员"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        pytest.param("/similar?text=给行动不便的老人上门办证", "老人", id="similar"),
        pytest.param("/copies?county=霁川市", "霁川市", id="copies"),
        pytest.param("/diff?first=青禾县槿岭镇-2024&second=青禾县槿岭镇-2023", "槿岭镇", id="diff"),
        pytest.param("/spread?q=枫桥经验", "2024", id="spread"),
        pytest.param("/browse?county=青禾县", "槿岭镇", id="browse"),
        pytest.param("/status", "24", id="status"),
        pytest.param("/api", "/api/v1/query", id="api"),
    ],
)
def test_every_other_page_is_whole(page: Page, path: str, wanted: str) -> None:
    page.goto(path)
    expect(page.locator("main")).to_contain_text(wanted)


def test_browse_leads_to_a_report(page: Page) -> None:
    page.goto("/browse?county=青禾县")
    page.locator("main a[href*='/reports/']").first.click()
    expect(page.locator("article")).to_be_visible()
