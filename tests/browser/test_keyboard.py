"""Everything by keyboard alone."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement"


def focused(page: Page, attribute: str = "id") -> str:
    value = page.evaluate(f"{FOCUSED}.getAttribute('{attribute}')")
    return "" if value is None else str(value)


def tab_to(page: Page, selector: str, most: int = 120) -> None:
    """Press Tab until the focus is there; what has it can always be seen."""
    for _press in range(most):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            f"""() => {{ const style = getComputedStyle({FOCUSED});
            return {FOCUSED} === document.body || style.outlineStyle !== "none"
              || style.boxShadow !== "none" || {FOCUSED}.matches("input, svg a"); }}"""
        )
        assert shown, page.evaluate(f"{FOCUSED}.outerHTML.slice(0, 200)")
        if page.evaluate(f"{FOCUSED}.matches({selector!r})"):
            return
    raise AssertionError(f"Tab never came to {selector}")


def test_the_first_stop_skips_to_the_content(page: Page) -> None:
    page.goto("/search?q=调解")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    page.keyboard.press("Tab")
    assert page.evaluate(f"document.getElementById('main').contains({FOCUSED})")


def test_a_search_a_filter_and_a_hit(page: Page) -> None:
    page.goto("/")
    if focused(page) != "q":
        tab_to(page, "#q")
    page.keyboard.type("调解")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=**")
    tab_to(page, "a.value[href*='part=']")
    page.keyboard.press("Enter")
    page.wait_for_url("**part=**")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(f"{FOCUSED} !== document.body"), "the keyboard lost its place"
    tab_to(page, ".hit h3 a", most=200)
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/**")
    page.keyboard.press("n")
    assert page.evaluate("location.hash").startswith("#hit-")


def test_the_slash_leads_to_the_box(page: Page) -> None:
    page.goto("/search?q=调解")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    assert page.locator("#q").input_value() == "调解"


def test_suggestions_are_a_combobox(page: Page) -> None:
    page.goto("/")
    box, options = page.locator("#q"), page.locator("#suggestions [role=option]")
    box.press_sequentially("槿岭")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert options.count() >= 1
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert focused(page, "aria-activedescendant") == options.first.get_attribute("id")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(box).to_have_value("槿岭")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    insert = options.first.get_attribute("data-insert")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert (
        parse_qs(urlsplit(page.url).query)["q"] == [(insert or "").strip()]
        or insert in (parse_qs(urlsplit(page.url).query)["q"])
    )


def test_an_unfolded_branch_keeps_the_keyboards_place(page: Page) -> None:
    page.goto("/search?q=调解")
    fold = "#places a.fold[aria-expanded=false]"
    if not page.locator(fold).count():
        fold = "#places a.fold"
    tab_to(page, fold)
    id = focused(page)
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert focused(page) == id


def test_escape_closes_a_citation(page: Page) -> None:
    page.goto("/reports/青禾县槿岭镇-2024")
    summary = page.locator('[id="1.5"] details.rp-cite summary')
    summary.focus()
    page.keyboard.press("Enter")
    panel = page.locator('[id="1.5"] .rp-panel')
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(summary).to_be_focused()
