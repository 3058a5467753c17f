"""The dashboard at work: figures that change by themselves, windows, chosen hashtags, keyboard, hostile values."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.fake_api import HOSTILE, RIGHT_TO_LEFT, FakeApi

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
ACCENT, SLOT_1, SLOT_2 = "#0b6670", "#b53c12", "#1f5fbf"


def number(text: str | None) -> int:
    return int(re.sub(r"\D", "", text or ""))


def test_the_figures_change_by_themselves(page: Page, api: FakeApi, console: list[str]) -> None:
    page.goto(api.url)
    events = page.locator("#events")
    expect(events).to_have_text(re.compile(r"\d"))
    first = number(events.text_content())
    first_use = number(page.locator("#ranking .count").first.text_content())

    expect(events).not_to_have_text(f"{first:,}")
    expect(page.locator("#ranking .count").first).not_to_have_text(f"{first_use:,}")

    assert number(events.text_content()) > first
    expect(page.locator("#freshness")).to_have_attribute("data-state", "live")
    expect(page.locator("#freshness")).to_contain_text(re.compile(r"Live\s+as of \d+:\d\d:\d\d"))
    assert console == []


def test_a_refresh_keeps_the_rows_it_has(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)
    page.evaluate("""() => {
      window.taken = 0;
      new MutationObserver((changes) => { for (const change of changes) window.taken += change.removedNodes.length; })
        .observe(document.getElementById("ranking"), { childList: true });
    }""")
    first = page.locator("#events").text_content() or ""

    expect(page.locator("#events")).not_to_have_text(first)

    # Rows may change places (a move takes a row out for an instant), but are not made anew.
    assert page.evaluate("window.taken") < 20


def test_the_page_says_all_it_was_told(page: Page, api: FakeApi) -> None:
    page.goto(api.url)

    expect(page.locator("#events-label")).to_have_text("events in the last hour")
    expect(page.locator("#distinct-hashtag")).to_have_text(str(len(api.tags)))
    expect(page.locator("#lang li").first).to_have_text(re.compile(r"^English[\d,]+46\.0%$"))
    expect(page.locator("#lang li").last).to_have_text(re.compile(r"^4 others"))
    expect(page.locator("#platform li")).to_have_count(3)
    expect(page.locator("#kind bdi")).to_have_text(["Likes", "Posts", "Replies", "Reposts"])
    expect(page.locator("#chart-note")).to_have_text(re.compile(r"^Highest: [\d,]+ at \d+:\d\d"))
    assert page.evaluate(HAS_COLOUR, ACCENT)


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


def test_another_window_is_one_click_away(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#events-label")).to_have_text("events in the last hour")

    page.get_by_role("radio", name="24 hours").check()

    expect(page.locator("#events-label")).to_have_text("events in the last 24 hours")
    expect(page.locator("#chart-title")).to_have_text("Events per hour")
    expect(page.locator("#content")).to_have_attribute("aria-busy", "false")
    assert any(question.startswith("/v1/summary?window=24h") for question in api.asked)
    assert page.url.endswith("?window=24h")

    page.reload()

    expect(page.locator("#events-label")).to_have_text("events in the last 24 hours")
    expect(page.get_by_role("radio", name="24 hours")).to_be_checked()


def test_every_figure_of_a_drawing_counts_the_same_window(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?window=5m")
    expect(page.locator("#ranking tr")).to_have_count(20)

    first_round = api.asked[:7]

    assert {question.partition("?")[0] for question in first_round[:2]} == {"/v1/health", "/v1/summary"}
    ends = [re.findall("end=([^&]+)", question) for question in first_round[2:]]
    assert len(ends) == 5
    assert ends.count(ends[0]) == 5
    assert ends[0] != []


def test_a_chosen_hashtag_is_drawn(page: Page, api: FakeApi) -> None:
    page.goto(api.url)

    page.get_by_role("button", name="#worldcup", exact=True).click()

    expect(page.get_by_role("button", name="#worldcup", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#chart-title")).to_have_text("Uses per minute")
    expect(page.get_by_role("button", name="Remove #worldcup from the chart")).to_be_visible()
    assert any(
        question.startswith("/v1/trends/hashtag/%23worldcup/series?granularity=minute&start=") for question in api.asked
    )
    assert page.evaluate(HAS_COLOUR, SLOT_1)
    assert not page.evaluate(HAS_COLOUR, ACCENT)

    page.get_by_role("button", name="#art", exact=True).click()
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

    page.get_by_role("button", name="#worldcup", exact=True).click()

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


def test_hostile_hashtags_stay_text(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    page.get_by_role("button", name=f"#{HOSTILE}", exact=True).click()
    expect(page.locator("#chosen-list bdi")).to_have_text(f"#{HOSTILE}")
    page.get_by_text("Figures of the chart").first.click()
    expect(page.locator("#figures thead th").last).to_have_text(f"#{HOSTILE}")
    page.locator("#plot .u-over").hover()
    expect(page.locator("#tip bdi")).to_have_text(f"#{HOSTILE}")

    assert page.locator("main img").count() == 0
    expect(page).to_have_title("Penstock · Social trends")


def test_a_hashtag_of_dots_or_slashes_is_asked_for_as_itself(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    page.get_by_role("button", name="#..", exact=True).click()
    page.get_by_role("button", name="#a/b?c#d", exact=True).click()

    expect(page.locator("#chart-summary")).to_contain_text("#a/b?c#d: highest")
    expect(page.locator("#chart-summary")).to_contain_text("#..: highest")
    assert any(question.startswith("/v1/trends/hashtag/%23../series") for question in api.asked)
    assert any(question.startswith("/v1/trends/hashtag/%23a%2Fb%3Fc%23d/series") for question in api.asked)


def test_a_hashtag_written_from_right_to_left_is_shown_so(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    name = page.locator("#ranking bdi", has_text=RIGHT_TO_LEFT)

    expect(name).to_have_css("direction", "rtl")
    expect(page.locator("#ranking bdi", has_text="#worldcup")).to_have_css("direction", "ltr")


def test_the_page_works_by_keyboard(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the trends")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="1 hour")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#events-label")).to_have_text("events in the last 24 hours")

    page.locator("#ranking button").nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#ranking button").nth(1)).to_be_focused()
    tag = page.locator("#ranking button").nth(1).text_content()
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-list bdi")).to_have_text(tag or "")
    page.keyboard.press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()


def test_the_focus_stays_on_its_hashtag_when_ranks_change(new_page: NewPage, api: FakeApi) -> None:
    page = new_page(reduced_motion="no-preference")
    page.goto(api.url)
    page.get_by_role("button", name="#climate", exact=True).focus()
    expect(page.locator("#ranking button").first).to_have_text("#worldcup")

    api.tags = tuple(reversed(api.tags[:12]))

    expect(page.locator("#ranking button").first).not_to_have_text("#worldcup")
    expect(page.get_by_role("button", name="#climate", exact=True)).to_be_focused()
    ranks = page.locator("#ranking .rank").all_text_contents()
    assert ranks == [str(rank) for rank in range(1, 13)]

    api.tags = ("art", "music", "film")

    expect(page.locator("#ranking tr")).to_have_count(3)
    expect(page.locator("#ranking button").last).to_be_focused()


def test_rows_do_not_slip_away_under_the_mouse(page: Page, api: FakeApi) -> None:
    page.clock.install()
    page.goto(api.url)
    expect(page.locator("#ranking button").first).to_have_text("#worldcup")
    page.locator("#ranking tr").nth(3).hover()
    first = page.locator("#events").text_content() or ""
    page.evaluate("""() => {
      const body = document.getElementById("ranking");
      setInterval(() => body.dispatchEvent(new PointerEvent("pointermove", { pointerType: "mouse" })), 200);
    }""")

    api.tags = tuple(reversed(api.tags[:12]))
    page.clock.run_for(6_000)

    expect(page.locator("#events")).not_to_have_text(first)
    assert page.locator("#ranking button").first.text_content() == "#worldcup"


@pytest.mark.parametrize("width", [320, 390, 820])
def test_nothing_sticks_out_on_a_small_screen(new_page: NewPage, api: FakeApi, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800}, has_touch=True)
    page.goto(api.url + "/?hashtag=art&hashtag=averyveryverylonghashtagthatsomebodytypedwithoutanyspaces")
    expect(page.locator("#ranking tr")).to_have_count(20)
    expect(page.locator("#plot canvas")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("button", name="#worldcup", exact=True).tap()
    expect(page.locator("#chart-summary")).to_contain_text("#worldcup")


def test_numbers_and_times_are_the_readers(new_page: NewPage, api: FakeApi) -> None:
    page = new_page(locale="de-DE", timezone_id="Asia/Kolkata")
    page.goto(api.url)

    expect(page.locator("#events")).to_have_text(re.compile(r"^\d{1,3}(\.\d{3})+$"))
    expect(page.locator("#lang .percent").first).to_have_text(re.compile(r"^46,0\s%$"))
    expect(page.locator("#lang bdi").first).to_have_text("Englisch")
    expect(page.locator("#span")).to_contain_text("Indische Normalzeit")
