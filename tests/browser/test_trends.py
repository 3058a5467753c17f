"""The page of trends at work: figures that change by themselves, windows, lists, keyboard, hostile values."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.fake_api import FakeApi
from tests.browser.figures import HOSTILE, RIGHT_TO_LEFT

pytestmark = pytest.mark.browser


def number(text: str | None) -> int:
    return int(re.sub(r"\D", "", text or ""))


def test_the_figures_change_by_themselves(page: Page, api: FakeApi, console: list[str]) -> None:
    page.goto(api.url)
    events = page.locator("#events")
    expect(events).to_have_text(re.compile(r"\d"))
    first = number(events.text_content())
    first_use = number(page.locator("#ranking .count strong").first.text_content())

    expect(events).not_to_have_text(f"{first:,}")
    expect(page.locator("#ranking .count strong").first).not_to_have_text(f"{first_use:,}")

    assert api.round > 1  # an hour that has slid by a minute meanwhile may have fewer events than before
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

    first_round = api.asked[:5]

    assert {question.partition("?")[0] for question in first_round[:2]} == {"/v1/health", "/v1/summary"}
    ends = [re.findall("end=([^&]+)", question) for question in first_round[2:]]
    assert len(ends) == 3
    assert ends.count(ends[0]) == 3
    assert ends[0] != []


def test_hostile_hashtags_stay_text(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    page.get_by_role("button", name=f"Draw #{HOSTILE} in the chart", exact=True).click()
    expect(page.locator("#chosen-list bdi")).to_have_text(f"#{HOSTILE}")
    page.get_by_text("Figures of the chart").first.click()
    expect(page.locator("#figures thead th").last).to_have_text(f"#{HOSTILE}")
    page.locator("#plot .u-over").hover()
    expect(page.locator("#tip bdi")).to_have_text(f"#{HOSTILE}")

    assert page.locator("main img").count() == 0
    expect(page).to_have_title("Penstock · Social trends")


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
    expect(page.get_by_role("combobox", name="Find a hashtag")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="1 hour")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#events-label")).to_have_text("events in the last 24 hours")

    page.locator("#ranking button").nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#ranking button").nth(1)).to_be_focused()
    tag = page.locator("#ranking bdi").nth(1).text_content()
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-list bdi")).to_have_text(tag or "")
    page.keyboard.press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()


def test_the_focus_stays_on_its_hashtag_when_ranks_change(new_page: NewPage, api: FakeApi) -> None:
    page = new_page(reduced_motion="no-preference")
    page.goto(api.url)
    page.get_by_role("link", name="#climate", exact=True).focus()
    expect(page.locator("#ranking bdi").first).to_have_text("#worldcup")

    api.tags = tuple(reversed(api.tags[:12]))

    expect(page.locator("#ranking bdi").first).not_to_have_text("#worldcup")
    expect(page.get_by_role("link", name="#climate", exact=True)).to_be_focused()
    ranks = page.locator("#ranking .place").all_text_contents()
    assert ranks == [str(rank) for rank in range(1, 13)]

    api.tags = ("art", "music", "film")

    expect(page.locator("#ranking tr")).to_have_count(3)
    expect(page.locator("#ranking a").last).to_be_focused()


def test_rows_do_not_slip_away_under_the_mouse(page: Page, api: FakeApi) -> None:
    page.clock.install()
    page.goto(api.url)
    expect(page.locator("#ranking bdi").first).to_have_text("#worldcup")
    page.locator("#ranking tr").nth(3).hover()
    first = page.locator("#events").text_content() or ""
    page.evaluate("""() => {
      const body = document.getElementById("ranking");
      setInterval(() => body.dispatchEvent(new PointerEvent("pointermove", { pointerType: "mouse" })), 200);
    }""")

    api.tags = tuple(reversed(api.tags[:12]))
    page.clock.run_for(6_000)

    expect(page.locator("#events")).not_to_have_text(first)
    assert page.locator("#ranking bdi").first.text_content() == "#worldcup"


@pytest.mark.parametrize("width", [320, 390, 820])
def test_nothing_sticks_out_on_a_small_screen(new_page: NewPage, api: FakeApi, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800}, has_touch=True)
    page.goto(api.url + "/?hashtag=art&hashtag=averyveryverylonghashtagthatsomebodytypedwithoutanyspaces")
    expect(page.locator("#ranking tr")).to_have_count(20)
    expect(page.locator("#plot canvas")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("button", name="Draw #worldcup in the chart").tap()
    expect(page.locator("#chart-summary")).to_contain_text("#worldcup")


def test_numbers_and_times_are_the_readers(new_page: NewPage, api: FakeApi) -> None:
    page = new_page(locale="de-DE", timezone_id="Asia/Kolkata")
    page.goto(api.url)

    expect(page.locator("#events")).to_have_text(re.compile(r"^\d{1,3}(\.\d{3})+$"))
    expect(page.locator("#lang .percent").first).to_have_text(re.compile(r"^46,0\s%$"))
    expect(page.locator("#lang bdi").first).to_have_text("Englisch")
    expect(page.locator("#span")).to_contain_text("Indische Normalzeit")


def test_a_row_tells_the_trend(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)
    start, end = (int(datetime.fromisoformat(text).timestamp()) for text in window_of(api))
    counts, before = api.figures.counts("hashtag", start, end), api.figures.counts("hashtag", 2 * start - end, start)
    moved = next(tag for tag in list(counts)[:20] if list(before).index(tag) != list(counts).index(tag))
    by = list(before).index(moved) - list(counts).index(moved)

    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=f"#{moved}", exact=True))
    expect(row.locator(".moved .symbol")).to_have_text(f"▲{by}" if by > 0 else f"▼{-by}")
    expect(row.locator(".moved .visually-hidden")).to_have_text(f"up {by}" if by > 0 else f"down {-by}")
    expect(row.locator("td.change")).to_have_text(re.compile(rf"^[+-]?[\d.]+%, {before[moved]:,} before$"))
    # A path's points are as many as the window's parts of five minutes; the last line is drawn by itself.
    assert (row.locator(".past").get_attribute("d") or "").count(",") == 11
    assert (row.locator(".open").get_attribute("d") or "").count(",") == 2


def test_what_rises_is_another_order_of_the_same_list(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    page.get_by_role("radio", name="Rising").check()

    expect(page.get_by_role("heading", name="Rising hashtags")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Rise")).to_be_visible()
    expect(page.locator("#content")).to_have_attribute("aria-busy", "false")
    rises = [number(text) * (-1 if "-" in text else 1) for text in page.locator("#ranking .share").all_text_contents()]
    assert len(rises) == 20
    assert rises == sorted(rises, reverse=True)
    assert page.url.endswith("?sort=rise")
    expect(page.locator("#ranking .moved .symbol").first).to_have_text(re.compile(r"^was \d+$|^New$"))

    page.reload()

    expect(page.get_by_role("radio", name="Rising")).to_be_checked()


def test_other_dimensions_are_listed_the_same_way(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    page.get_by_role("group", name="What is listed").get_by_role("radio", name="Languages").check()

    expect(page.get_by_role("heading", name="Top languages")).to_be_visible()
    expect(page.locator("#ranking tr")).to_have_count(9)
    expect(page.locator("#ranking bdi").first).to_have_text("English")
    assert page.url.endswith("?dimension=lang")
    assert any(question.startswith("/v1/trends/lang?") for question in api.asked)


def test_more_of_a_list_is_one_click_away(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)

    page.get_by_role("button", name="Show more").click()

    expect(page.locator("#ranking tr")).to_have_count(len(api.tags))
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_the_total_stands_against_the_window_before(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)
    start, end = (int(datetime.fromisoformat(text).timestamp()) for text in window_of(api))
    before = api.figures.events(2 * start - end, start)

    expect(page.locator("#events-change")).to_have_text(
        re.compile(rf"^[+-]?[\d.]+% against {before:,} in the hour before$")
    )


def test_a_window_that_is_still_filling_is_no_fall(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/icon.svg")
    directions = """
    async () => {
      const { changeOf, direction, missingPart } = await import("/js/change.js");
      const window = { from: "2026-04-29T09:25:00Z", to: "2026-04-29T09:30:00Z" };
      const missing = missingPart(window, Date.UTC(2026, 3, 29, 9, 29, 10) / 1000);
      const counts = [[85, 100], [80, 100], [101, 100], [100, 100], [7, 0], [0, 0]];
      return [missing, ...counts.map((pair) => direction(changeOf(...pair), missing))];
    }
    """
    missing, *found = page.evaluate(directions)

    assert missing == pytest.approx(50 / 300)
    assert found == ["level", "down", "up", "level", "new", "level"]


@pytest.mark.parametrize("window", ["5m", "1h", "24h"])
def test_a_round_is_five_questions(page: Page, api: FakeApi, window: str) -> None:
    page.goto(f"{api.url}/?window={window}&hashtag=art&hashtag=music")
    expect(page.locator("#ranking tr")).to_have_count(20)

    asked = [question.partition("?")[0] for question in api.asked[:5]]
    assert sorted(asked) == [
        "/v1/compare/hashtag",
        "/v1/health",
        "/v1/summary",
        "/v1/trends/hashtag",
        "/v1/trends/kind",
    ]


def window_of(api: FakeApi) -> list[str]:
    """The hour that the newest list was asked for."""
    end = next(
        parse_qs(urlsplit(question).query)["end"][0]
        for question in reversed(api.asked)
        if question.startswith("/v1/trends/hashtag")
    )
    return [(datetime.fromisoformat(end) - timedelta(hours=1)).isoformat(), end]


def test_what_there_is_one_of_is_called_so(page: Page, api: FakeApi) -> None:
    api.tags = ("art",)
    page.goto(api.url)

    expect(page.locator("#list-note")).to_have_text(re.compile(r"^[\d,]+ uses of 1 hashtag$"))
    expect(page.locator("#distinct-hashtag-label")).to_have_text("Hashtag")
    expect(page.locator("#distinct-lang-label")).to_have_text("Languages")
