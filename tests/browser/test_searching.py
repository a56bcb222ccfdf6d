"""The search page as somebody uses it who has a mouse."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.watched import watched
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser


def told(page: Page) -> int:
    """How many sections the page says it found."""
    found = re.match(r"\D*([\d,]+)", page.locator("#totals").inner_text())
    return int(found[1].replace(",", "")) if found else 0


def asked(page: Page) -> dict[str, list[str]]:
    """The parameters of the page's address."""
    return parse_qs(urlsplit(page.url).query)


def hits(page: Page) -> list[str]:
    """The ids of the hits that are shown."""
    return page.locator(".hit .id").all_inner_texts()


def test_a_search_from_the_start_page_shows_what_the_api_tells(page: Page) -> None:
    page.goto("/")
    page.locator("#q").fill("枫桥经验 2024")
    page.locator("#find button[type=submit]").click()
    page.wait_for_url("**/search?**")
    assert asked(page) == {"q": ["枫桥经验 2024"]}
    answer = json.loads(page.request.get("/api/v1/query?q=枫桥经验 2024").text())
    assert told(page) == answer["total_sections"]
    assert hits(page) == [hit["id"] for hit in answer["hits"]]
    assert page.locator(".hit").first.locator("mark").first.inner_text() == "枫桥经验"


def test_what_was_recognised_is_a_chip_that_can_be_taken_as_text(page: Page) -> None:
    page.goto("/search?q=枫桥经验 2024")
    expect(page.locator(".chip", has_text="2024")).to_be_visible()
    page.locator("#option-literal").click()
    page.wait_for_url("**literal=1**")
    expect(page.locator(".chip.read")).to_have_count(0)


def test_a_facet_narrows_to_its_count_and_its_chip_takes_that_back(page: Page) -> None:
    page.goto("/search?q=调解")
    before, first = told(page), hits(page)
    row = page.locator("li.facet", has=page.locator("#part-0"))
    count = int(row.locator(".count").inner_text().replace(",", ""))
    row.locator("a.value").click()
    page.wait_for_url("**part=**")
    expect(page.locator("#totals b")).to_contain_text(f"{count} section")
    assert told(page) == count < before
    page.locator(".chip-x").first.click()
    page.wait_for_url(lambda url: "part=" not in url)
    expect(page.locator("#totals b")).to_contain_text(f"{before} section")
    assert hits(page) == first


def test_two_values_of_a_field_are_either_of_them(page: Page) -> None:
    page.goto("/search?q=调解&part=achievements")
    one = told(page)
    page.locator("a.value[href*='part=problems'], a.value[href*='part=plans']").first.click()
    expect(page.locator(".chip")).to_have_count(2)
    assert len(asked(page)["part"]) == 2
    assert told(page) > one


def test_a_value_can_be_left_out(page: Page) -> None:
    page.goto("/search?q=调解")
    all_of_them = told(page)
    row = page.locator("li.facet", has=page.locator("#part-0"))
    count = int(row.locator(".count").inner_text().replace(",", ""))
    row.locator("a.without").click()
    page.wait_for_url("**not=part**")
    expect(page.locator("#totals b")).to_contain_text(f"{all_of_them - count} section")


def test_a_year_of_the_histogram_can_be_chosen(page: Page) -> None:
    page.goto("/search?q=调解")
    page.locator("#year-2024").click()
    page.wait_for_url("**year=2024**")
    answer = json.loads(page.request.get("/api/v1/query?q=调解&year=2024").text())
    expect(page.locator("#totals b")).to_contain_text(f"{answer['total_sections']} section")
    assert all(hit.split("#")[0].endswith("-2024") for hit in hits(page))


def test_the_tree_leads_down_to_a_township(page: Page) -> None:
    page.goto("/search?q=调解")
    for _step in range(4):
        closed = page.locator("#places a.fold[aria-expanded=false]")
        if not closed.count():
            break
        closed.first.click()
        page.wait_for_load_state("networkidle")
    township = page.locator("#places a.value[href*='township=']").first
    count = int(township.locator("xpath=..").locator("> .count").inner_text().replace(",", ""))
    name = township.locator(".name").inner_text()
    township.click()
    page.wait_for_url("**township=**")
    expect(page.locator("#totals b")).to_contain_text(f"{count} section")
    assert all(name in hit for hit in hits(page))


def test_a_place_is_found_in_the_tree_by_its_name(page: Page) -> None:
    page.goto("/search?q=调解")
    page.locator("#place").press_sequentially("槿岭")
    expect(page.locator("#places a.value")).to_have_count(1)
    page.locator("#places a.value").click()
    page.wait_for_url("**township=**")
    assert all("槿岭镇" in hit for hit in hits(page))


def test_a_search_within_the_hits_narrows_them(page: Page) -> None:
    page.goto("/search?q=调解")
    before = told(page)
    page.locator("#within").fill("网格员")
    page.locator("#within").press("Enter")
    page.wait_for_url("**within=**")
    expect(page.locator(".chip", has_text="网格员")).to_be_visible()
    assert 0 < told(page) < before


def test_pages_follow_one_another(page: Page) -> None:
    page.goto("/search?q=法治")
    first = hits(page)
    page.locator("a[rel=next]").click()
    page.wait_for_url("**page=2**")
    expect(page.locator(".hit .id").first).not_to_have_text(first[0])
    assert not {*first} & {*hits(page)}
    assert page.evaluate("scrollY") == 0


def test_hits_can_be_listed_by_report(page: Page) -> None:
    page.goto("/search?q=法治")
    page.locator("#by-report").click()
    page.wait_for_url("**by=report**")
    expect(page.locator("#by-report")).to_have_attribute("aria-current", "true")
    reports = [hit.split("#")[0] for hit in hits(page)]
    assert len(set(reports)) == len(reports)


def test_nothing_found_says_why_and_leads_on(page: Page) -> None:
    page.goto("/search?q=枫桥经验 year:2019")
    main = page.locator("main").inner_text()
    assert "2019" in main
    way = page.locator(".notice a, .ways a").first
    way.click()
    page.wait_for_load_state("networkidle")
    assert told(page) > 0


def test_the_back_button_brings_back_what_was_there(page: Page) -> None:
    page.goto("/search?q=调解")
    first = hits(page)
    page.locator("#year-2024").click()
    page.wait_for_url("**year=2024**")
    expect(page.locator(".hit .id").first).not_to_have_text("")
    second = hits(page)
    page.locator(".hit h3 a").first.click()
    page.wait_for_url("**/reports/**")
    page.go_back()
    page.wait_for_url("**year=2024**")
    expect(page.locator(".hit .id")).to_have_text(second)
    page.go_back()
    expect(page.locator(".hit .id")).to_have_text(first)
    assert "year=2024" not in page.url
    page.go_forward()
    expect(page.locator(".hit .id")).to_have_text(second)
    assert "year=2024" in page.url


def test_what_is_wrong_is_told_when_a_part_of_the_page_is_asked_for(
    browser: Browser, server: ServerProcess
) -> None:
    """htmx alone would leave the page as it is."""
    with watched(browser, server.url, expected="400") as page:
        page.goto("/search?q=调解")
        year = page.locator("input[name=year_from]")
        year.evaluate("field => field.removeAttribute('pattern')")
        year.fill("18x0")
        year.press("Enter")
        expect(page.locator("h1")).to_contain_text("18x0")
        page.go_back()
        expect(page.locator(".hit").first).to_be_visible()


def test_an_address_sent_to_a_colleague_shows_him_the_same(
    browser: Browser, page: Page, server: ServerProcess
) -> None:
    page.goto("/search?q=调解")
    page.locator("#year-2024").click()
    page.wait_for_url("**year=2024**")
    page.locator("#sort-township").click()
    page.wait_for_url("**sort=township**")
    page.locator("li.facet a.without").last.click()
    page.wait_for_url("**not=**")
    page.wait_for_load_state("networkidle")
    with watched(browser, server.url) as other:
        other.goto(page.url)
        assert hits(other) == hits(page) != []
        assert without_time(other) == without_time(page)


def without_time(page: Page) -> str:
    return re.sub(r"[\d.]+ ms", "", page.locator("main").inner_text())


def test_a_hit_leads_to_its_section_with_its_words_marked(page: Page) -> None:
    page.goto("/search?q=枫桥经验")
    id = hits(page)[0]
    page.locator(".hit h3 a").first.click()
    page.wait_for_url("**/reports/**")
    report, _, key = id.partition("#")
    assert unquote(urlsplit(page.url).path) == f"/reports/{report}"
    section = page.locator(f'[id="{key}"]')
    expect(section).to_be_in_viewport()
    assert "枫桥经验" in section.locator("mark").all_inner_texts()


def test_all_hits_are_exported(page: Page) -> None:
    page.goto("/search?q=调解")
    with page.expect_download() as download:
        page.locator(".export a", has_text="CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == told(page) + 1


def test_a_browser_in_chinese_gets_chinese(browser: Browser, server: ServerProcess) -> None:
    with watched(browser, server.url, locale="zh-CN") as page:
        page.goto("/search?q=枫桥经验")
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        assert not re.search("[A-Za-z]{4,}", page.locator("#totals").inner_text())
