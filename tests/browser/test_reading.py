"""A report's page: from hit to hit, links to sections, the file itself, and what leads on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.watched import watched
from tests.server_process import ROOT, ServerProcess

pytestmark = pytest.mark.browser

REPORT = "青禾县槿岭镇-2024"
FILE = ROOT / "samples/青禾县/2024/槿岭镇.pdf"


def fragment(page: Page) -> str:
    """What the address has after its #, now."""
    return str(page.evaluate("decodeURIComponent(location.hash.slice(1))"))


def test_keys_and_buttons_lead_from_hit_to_hit_and_round(page: Page) -> None:
    page.goto(f"/reports/{REPORT}?q=法治")
    total = page.locator(".rp-words mark[id]").count()
    assert total >= 3
    page.keyboard.press("n")
    assert fragment(page) == "hit-1"
    expect(page.locator("#hit-1")).to_be_in_viewport()
    page.locator("[data-step='1']").click()
    assert fragment(page) == "hit-2"
    page.keyboard.press("j")
    assert fragment(page) == "hit-3"
    page.keyboard.press("p")
    page.locator("[data-step='-1']").click()
    assert fragment(page) == "hit-1"
    expect(page.locator(".rp-said")).to_have_text(f"hit 1 of {total}")
    page.keyboard.press("k")
    assert fragment(page) == f"hit-{total}"
    expect(page.locator(f"#hit-{total}")).to_be_in_viewport()


def test_letters_typed_into_a_field_are_letters(page: Page) -> None:
    page.goto(f"/reports/{REPORT}?q=法治")
    page.locator("#rp-q").press("End")
    page.locator("#rp-q").press_sequentially("npjk/")
    assert page.locator("#rp-q").input_value() == "法治npjk/"
    assert fragment(page) == ""


def test_a_link_to_a_hit_is_opened_at_that_hit(
    browser: Browser, page: Page, server: ServerProcess
) -> None:
    page.goto(f"/reports/{REPORT}?q=法治")
    page.keyboard.press("n")
    page.keyboard.press("n")
    with watched(browser, server.url) as other:
        other.goto(page.url)
        expect(other.locator("#hit-2")).to_be_in_viewport()
        expect(other.locator("#hit-2")).to_have_class("rp-now")


def test_the_ids_that_people_type_are_places_on_the_page(page: Page) -> None:
    for key in ("1.5", "1.5-m2", "4.2"):
        page.goto(f"/reports/青禾县槿岭镇-2023#{key}")
        expect(page.locator(f'[id="{key}"]')).to_be_in_viewport()


def test_the_outline_leads_to_a_section(page: Page) -> None:
    page.goto(f"/reports/{REPORT}")
    link = page.locator(".rp-outline li > a").last
    link.click()
    section = page.locator(f'[id="{fragment(page)}"]')
    expect(section).to_be_in_viewport()


def test_the_original_file_is_given_as_it_was_indexed(page: Page) -> None:
    page.goto(f"/reports/{REPORT}")
    with page.expect_download() as download:
        page.locator(".rp-files a").first.click()
    assert download.value.path().read_bytes() == FILE.read_bytes()
    assert download.value.suggested_filename == FILE.name


def test_a_citation_names_place_year_section_and_characters(page: Page) -> None:
    page.goto(f"/reports/{REPORT}")
    page.locator('[id="1.5"] details.rp-cite summary').click()
    text = page.locator('[id="1.5"] .rp-cite-text').first.inner_text()
    assert all(part in text for part in ("槿岭镇", "2024", "1.5"))


def test_finding_in_the_report_marks_and_counts(page: Page) -> None:
    page.goto(f"/reports/{REPORT}")
    page.locator("#rp-q").fill("院坝会")
    page.locator("#rp-q").press("Enter")
    page.wait_for_url("**q=**")
    text = "".join("".join(page.locator(".rp-words").all_text_contents()).split())
    assert page.locator(".rp-words mark[id]").count() == text.count("院坝会") > 0


def test_a_section_leads_to_what_is_similar_and_to_its_copies(page: Page) -> None:
    page.goto("/reports/青禾县槿岭镇-2023")
    page.locator('[id="1.5"] .rp-links a', has_text="Similar").click()
    page.wait_for_url("**/similar?**")
    expect(page.locator("main")).to_contain_text("槿岭镇")
    page.go_back()
    page.locator('[id="1.5"] .rp-links a', has_text="Copies").click()
    page.wait_for_url("**/copies?**")


def test_other_years_of_the_place_are_a_click_away(page: Page) -> None:
    page.goto(f"/reports/{REPORT}")
    page.locator(".rp-years a", has_text="2023").click()
    page.wait_for_url("**2023**")
    page.locator(".rp-ways a").first.click()
    page.wait_for_url("**/diff?**")
    expect(page.locator("h1")).to_be_visible()
