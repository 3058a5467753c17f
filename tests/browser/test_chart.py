"""The chart of the page of trends: columns, chosen values, tip, figures."""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.fake_api import FakeApi
from tests.browser.figures import RIGHT_TO_LEFT

pytestmark = pytest.mark.browser

# The chart's canvas has a pixel of a colour (#rrggbb), give or take what smoothing does.
HAS_COLOUR = """
(colour) => {
  const canvas = document.querySelector("#plot canvas");
  const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 250 && wanted.every((part, index) => Math.abs(part - data[at + index]) < 4)) return true;
  }
  return false;
}
"""
# The chart's canvas has something at its right edge: a label that is cut off there.
HAS_INK_AT_EDGE = """
() => {
  const canvas = document.querySelector("#plot canvas");
  const { data } = canvas.getContext("2d").getImageData(canvas.width - 1, 0, 1, canvas.height);
  return data.some((part) => part > 0);
}
"""
ACCENT, SLOT_1, SLOT_2 = "#0b6670", "#b53c12", "#1f5fbf"


def number(text: str | None) -> int:
    return int(re.sub(r"\D", "", text or ""))


@pytest.mark.parametrize("window", ["1h", "24h"])
def test_the_columns_add_up_to_the_total(page: Page, api: FakeApi, window: str) -> None:
    page.goto(f"{api.url}/?window={window}")
    expect(page.locator("#ranking tr")).to_have_count(20)

    figures = page.evaluate("""() => {
      document.getElementById("figures").open = true;
      return new Promise((resolve) => setTimeout(() => resolve([
        document.getElementById("events").textContent,
        ...[...document.querySelectorAll("#figures tbody td:nth-child(2)")].map((cell) => cell.textContent),
      ])));
    }""")

    total, *buckets = (number(figure) for figure in figures)
    assert len(buckets) == (60 if window == "1h" else 24)
    assert sum(buckets) == total


def test_a_chosen_hashtag_is_drawn(page: Page, api: FakeApi) -> None:
    page.goto(api.url)

    page.get_by_role("button", name="Draw #worldcup in the chart", exact=True).click()

    expect(page.get_by_role("button", name="Draw #worldcup in the chart", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.locator("#chart-title")).to_have_text("Uses per minute")
    expect(page.get_by_role("button", name="Remove #worldcup from the chart")).to_be_visible()
    assert any(
        question.startswith("/v1/compare/hashtag?values=worldcup&granularity=minute&start=") for question in api.asked
    )
    assert page.evaluate(HAS_COLOUR, SLOT_1)
    assert not page.evaluate(HAS_COLOUR, ACCENT)

    page.get_by_role("button", name="Draw #art in the chart", exact=True).click()
    expect(page.locator("#chart-summary")).to_contain_text("#art: highest")
    assert page.evaluate(HAS_COLOUR, SLOT_2)
    assert page.url.endswith("?hashtag=worldcup&hashtag=art")

    page.get_by_role("button", name="Remove #worldcup from the chart").click()
    expect(page.locator("#chart-summary")).not_to_contain_text("#worldcup")
    page.get_by_role("button", name="All events").click()
    expect(page.locator("#chart-title")).to_have_text("Events per minute")
    assert page.url == api.url + "/"


def test_a_sixth_choice_takes_the_place_of_the_first(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?hashtag=art&hashtag=music&hashtag=climate&hashtag=python&hashtag=travel&hashtag=film")
    chips = page.locator("#chosen-list bdi")
    expect(chips).to_have_text(["#art", "#music", "#climate", "#python", "#travel"])

    page.get_by_role("button", name="Draw #worldcup in the chart", exact=True).click()

    expect(chips).to_have_text(["#music", "#climate", "#python", "#travel", "#worldcup"])
    slots = page.locator("#chosen-list li").evaluate_all("(items) => items.map((item) => item.dataset.slot)")
    assert slots == ["2", "3", "4", "5", "1"]


def test_the_tip_tells_a_bucket(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#plot canvas")).to_be_visible()

    page.locator("#plot .u-over").hover()

    expect(page.locator("#tip")).to_be_visible()
    expect(page.locator("#tip")).to_have_text(
        re.compile(r"^\d+:\d\d.[AP]M – .*All events[\d,]+Posts[\d,]+Replies[\d,]+Reposts[\d,]+Likes[\d,]+$")
    )


def test_the_chart_is_a_table_too(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    page.get_by_text("Figures of the chart").first.click()

    expect(page.locator("#figures thead th")).to_have_text(
        ["Time", "All events", "Posts", "Replies", "Reposts", "Likes"]
    )
    expect(page.locator("#figures tbody tr")).to_have_count(60)
    cells = [number(text) for text in page.locator("#figures tbody tr").nth(30).locator("td").all_text_contents()]
    assert cells[0] == sum(cells[1:])


def test_values_of_any_characters_are_compared_as_themselves(page: Page, api: FakeApi) -> None:
    odd = ["..", "a/b?c#d", "50%, really", RIGHT_TO_LEFT]
    page.goto(f"{api.url}/?{urlencode([('hashtag', tag) for tag in odd])}")

    expect(page.locator("#chosen-list bdi")).to_have_text([f"#{tag}" for tag in odd])
    for tag in odd:
        expect(page.locator("#chart-summary")).to_contain_text(f"#{tag}: highest")


def test_one_question_compares_however_many(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?hashtag=art&hashtag=music&hashtag=climate&hashtag=python&hashtag=travel")
    expect(page.locator("#ranking tr")).to_have_count(20)

    assert [question.partition("?")[0] for question in api.asked[2:5] if "compare" in question] == [
        "/v1/compare/hashtag"
    ]


def test_a_day_can_be_drawn_by_the_minute(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)
    expect(page.get_by_role("group", name="Buckets of the chart")).to_be_hidden()

    page.get_by_role("radio", name="24 hours").check()
    expect(page.locator("#chart-title")).to_have_text("Events per hour")
    page.get_by_role("radio", name="By minute").check()

    expect(page.locator("#chart-title")).to_have_text("Events per minute")
    assert page.url.endswith("?window=24h&granularity=minute")
    assert any("granularity=minute" in question and "/compare/" in question for question in api.asked)
    assert page.evaluate(HAS_COLOUR, ACCENT)


def test_a_long_series_is_not_asked_for_anew_each_round(page: Page, api: FakeApi) -> None:
    page.clock.install()
    page.goto(api.url + "/?window=24h&granularity=minute")
    expect(page.locator("#ranking tr")).to_have_count(20)
    rounds = api.round

    for _ in range(4):
        with page.expect_response("**/v1/trends/kind*"):
            page.clock.run_for(3_000)

    assert api.round >= rounds + 4
    assert sum("/compare/" in question for question in api.asked) == 1


def test_languages_are_compared_like_hashtags(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?dimension=lang")
    expect(page.locator("#ranking tr")).to_have_count(9)

    page.get_by_role("button", name="Draw Japanese in the chart").click()

    expect(page.locator("#chosen-list bdi")).to_have_text("Japanese")
    expect(page.locator("#chart-summary")).to_contain_text("Japanese: highest")
    assert page.url.endswith("?dimension=lang&lang=ja")

    page.reload()

    expect(page.locator("#chosen-list bdi")).to_have_text("Japanese")


@pytest.mark.parametrize("width", [320, 390])
def test_what_the_marks_mean_stands_beside_the_figures_or_below(new_page: NewPage, api: FakeApi, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(api.url + "/?window=5m")
    key, summary = page.locator("#chart-key"), page.locator("#figures summary")
    expect(key).to_have_text("Dimmed: before the window · Outlined: still filling")

    for _ in ("closed", "open"):
        meaning, figures = key.bounding_box(), page.locator("#figures").bounding_box()
        assert meaning is not None
        assert figures is not None
        beside = figures["x"] + figures["width"] <= meaning["x"]
        assert beside or figures["y"] + figures["height"] <= meaning["y"]
        summary.click()


@pytest.mark.parametrize("address", ["/?dimension=hashtag&value=art&range=24h", "/?window=24h"])
def test_the_last_label_of_the_time_is_whole(new_page: NewPage, api: FakeApi, address: str) -> None:
    end_hour = datetime.now(UTC).hour + 1
    page = new_page(
        timezone_id=f"Etc/GMT+{end_hour % 12}"
    )  # where the chart ends at noon or midnight, which is labelled
    page.goto(api.url + address)
    expect(page.locator("#chart-summary")).not_to_be_empty()
    expect(page.locator("#plot canvas")).to_be_visible()

    assert not page.evaluate(HAS_INK_AT_EDGE)
