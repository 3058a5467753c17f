"""Search: a combobox as the ARIA Authoring Practices describe it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.fake_api import FakeApi
from tests.browser.figures import HOSTILE

pytestmark = pytest.mark.browser


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Find a hashtag")


def found(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Hashtags found").get_by_role("option")


def searches(api: FakeApi) -> list[str]:
    return [question for question in api.asked if "/search?" in question]


def test_what_begins_so_is_found_the_most_used_first(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    field(page).fill("#c")

    expect(found(page)).to_have_count(3)
    assert set(found(page).locator("bdi").all_text_contents()) == {"#climate", "#caturday", "#coffee"}
    counts = [
        int(re.sub(r"\D", "", text.partition(" ")[0])) for text in found(page).locator(".count").all_text_contents()
    ]
    assert counts == sorted(counts, reverse=True)
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#search-said")).to_have_text("3 hashtags. ")


def test_it_works_by_keyboard_alone(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    field(page).press_sequentially("c")
    expect(found(page)).to_have_count(3)
    first = found(page).locator("bdi").first.text_content() or ""

    page.keyboard.press("ArrowDown")
    expect(found(page).first).to_have_attribute("aria-selected", "true")
    expect(field(page)).to_have_attribute("aria-activedescendant", found(page).first.get_attribute("id") or "")
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowUp")
    expect(found(page).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=first, exact=True)).to_be_focused()
    expect(page.locator("#search-panel")).to_be_hidden()


def test_escape_closes_and_then_clears(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    field(page).fill("c")
    expect(found(page)).to_have_count(3)

    page.keyboard.press("Escape")
    expect(page.locator("#search-panel")).to_be_hidden()
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    expect(field(page)).to_have_value("c")
    page.keyboard.press("Escape")
    expect(field(page)).to_have_value("")


def test_a_click_opens_what_was_found(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    field(page).fill("clim")
    found(page).first.click()

    expect(page.get_by_role("heading", name="#climate", exact=True)).to_be_visible()


def test_enter_opens_what_was_typed(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    field(page).fill("#NobodySaidThis")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="#nobodysaidthis", exact=True)).to_be_visible()
    expect(page.get_by_text("Not counted in the time that is kept.")).to_be_visible()


def test_typing_is_one_question_not_one_a_letter(page: Page, api: FakeApi) -> None:
    begun = datetime(2026, 4, 29, 9, 30, tzinfo=UTC)
    page.clock.install(time=begun)
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)
    page.clock.pause_at(begun + timedelta(hours=1))  # from now on time passes only as told, however slow the machine
    for letter in "clim":
        page.keyboard.press("Tab") if letter == "c" else None
        field(page).press_sequentially(letter)
        page.clock.run_for(50)
    page.clock.run_for(200)

    expect(found(page)).to_have_count(1)
    assert [re.findall(r"prefix=([^&]+)", question) for question in searches(api)] == [["clim"]]


def test_nothing_found_is_said(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    field(page).fill("zzz")

    expect(page.locator("#search-note")).to_have_text("No hashtag of the last 24 hours begins with “zzz”.")
    expect(field(page)).to_have_attribute("aria-expanded", "false")


def test_more_than_there_is_room_for_is_said(page: Page, api: FakeApi) -> None:
    api.tags = tuple(f"tag{number}" for number in range(30))
    page.goto(api.url)
    field(page).fill("tag")

    expect(found(page)).to_have_count(8)
    expect(page.locator("#search-note")).to_have_text("More begin like this: type on.")


def test_an_error_of_the_search_stays_in_the_search(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)
    page.route("**/search?*", lambda route: route.fulfill(status=500, body="{}", content_type="application/json"))
    field(page).fill("c")

    expect(page.locator("#search-note")).to_contain_text("The reporting API answered 500")
    expect(page.locator("#freshness")).to_contain_text("Live")


def test_hostile_hashtags_stay_text(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    field(page).fill("<img")
    expect(found(page).locator("bdi")).to_have_text(f"#{HOSTILE}")
    found(page).first.click()

    expect(page.locator("#value-name bdi")).to_have_text(f"#{HOSTILE}")
    assert page.locator("main img").count() == 0
