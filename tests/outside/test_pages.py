"""The lead reads an incident in a real browser: signed in by a link, once."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.outside.album import keep
from tests.outside.screens import watched
from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import card_says, confirm, deployer_key, hears, propose, wait

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.outside

HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=alert(1)> "
    "\u202egnp.exe <!channel> [x](https://evil.example) https://evil.example/x"
)
LEAK = {
    "title": "Leaked access key of ci-deployer <b>now</b>",
    "severity": "high",
    "principal": "ci-deployer",
    "description": HOSTILE,
    "url": "https://evil.example/x",
}
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PAPER = {"width": 794, "height": 1123}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESKTOP, "color_scheme": "light"},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
}
# Every text on the page against what is behind it, WCAG 2.2, 1.4.3.
CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !one.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(one).color)), light(behind(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(`${one.tagName} ${one.textContent.trim()}: ${ratio}`);
  }
  return weak;
}"""
UNNAMED = """() => [...document.querySelectorAll("a, button, input, summary, nav")]
  .filter((one) => one.checkVisibility() && one.type !== "hidden")
  .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim()))
  .map((one) => one.outerHTML)"""
WIDTH = "[document.scrollingElement.scrollWidth, innerWidth]"


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path) as started:
        wait(lambda: started.run_json()["cloud_url"])
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        yield started


def link(tocsin: Tocsin, who: str = "U0LEAD", incident: str = "INC-0001") -> str:
    """Return the address that `/incident page` gives to one person."""
    answer = tocsin.command(who, f"/incident page {incident}").json["ack"]
    (row,) = [block for block in answer["blocks"] if block["type"] == "actions"]
    return str(row["elements"][0]["url"])


def story(tocsin: Tocsin) -> None:
    """Let a plan be refused to its asker, agreed to, run and verified."""
    tocsin.command("U0ONCALL", "/incident ack INC-0001")
    tocsin.command("U0ONCALL", f"/incident note INC-0001 {HOSTILE}")
    key = deployer_key(tocsin)
    plan = propose(tocsin, "U0ONCALL", "aws.iam.deactivate_access_key", key["id"])
    confirm(tocsin, "U0ONCALL", plan, "ci-deployer")
    hears(tocsin, "U0ONCALL", "cannot also approve")
    confirm(tocsin, "U0SECOND", plan, "ci-deployer")
    card_says(tocsin, plan, "verified")


def assert_decent(page: "Page") -> None:
    """Fail where a person could not read, reach or name what is on the page."""
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(UNNAMED) == []
    wide, window = page.evaluate(WIDTH)
    assert wide <= window
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("main").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == (
        "Skip to the content"
    )


def assert_incident(page: "Page") -> None:
    """Fail where the page does not tell what happened, or tells too much."""
    assert page.title() == "INC-0001 · SEV2 · Tocsin"
    assert page.get_by_role("heading", level=1).inner_text() == LEAK["title"]
    said = page.get_by_role("main").inner_text()
    for part in ("Ran and verified", "agreed", "refused: approve (self approval)"):
        assert part in said
    assert_decent(page)
    page.get_by_text("What it says, masked").click()
    assert "<script>document.title" in page.get_by_role("main").inner_text()
    assert page.locator("main a[href*='evil'], main img, script").count() == 0
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("way", WAYS)
def test_the_lead_reads_an_incident_and_the_board(
    tocsin: Tocsin, browser: "Browser", tmp_path: Path, way: str
) -> None:
    story(tocsin)
    home = tocsin.facts["url"] + "/"
    with watched(browser, link(tocsin), within=home, **WAYS[way]) as screen:
        page = screen.page
        assert_decent(page)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/incidents/INC-0001")
        assert_incident(page)
        keep(page, tmp_path / f"{way}-incident.png", full_page=True)
        page.get_by_role("link", name="Board", exact=True).click()
        page.get_by_role("heading", name="Open incidents").wait_for()
        assert_decent(page)
        page.goto(f"{home}incidents/INC-0001/postmortem")
        page.get_by_role("heading", name="Contributing factors").wait_for()
        assert page.locator("main a[href*='evil'], main img, script").count() == 0
        assert_decent(page)
        page.get_by_role("button", name="Sign out", exact=True).click()
        page.get_by_role("heading", name="You are signed out").wait_for()
        assert_decent(page)


def test_on_paper_nothing_is_folded_or_left_out(
    tocsin: Tocsin, browser: "Browser", tmp_path: Path
) -> None:
    home = tocsin.facts["url"] + "/"
    with watched(browser, link(tocsin), within=home, viewport=PAPER) as screen:
        page = screen.page
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/incidents/INC-0001")
        page.emulate_media(media="print")
        assert page.get_by_text("<script>document.title").last.is_visible()
        assert not page.get_by_role("button").first.is_visible()
        assert page.get_by_text(home + "incidents/INC-0001").is_visible()
        pdf = page.pdf(path=tmp_path / "incident.pdf", prefer_css_page_size=True)
        assert pdf.startswith(b"%PDF")


def test_a_link_that_was_used_signs_nobody_else_in(
    tocsin: Tocsin, browser: "Browser"
) -> None:
    address = link(tocsin)
    for says in ("Timeline", "This link does not work"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.goto(address)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name=says).wait_for()
        context.close()


def test_a_press_of_the_home_tab_s_button_leads_to_the_board(
    tocsin: Tocsin, browser: "Browser"
) -> None:
    tocsin.do("U0LEAD", "home")
    opened = tocsin.do("U0LEAD", "click", view="home", action_id="page.open")
    if opened.status == 409:  # the Home tab is known by its id
        home = tocsin.ask("/practice/people/U0LEAD/home").json["home"]
        opened = tocsin.do("U0LEAD", "click", view=home["id"], action_id="page.open")
    (row,) = [b for b in opened.json["view"]["blocks"] if b["type"] == "actions"]
    context = browser.new_context()
    page = context.new_page()
    page.goto(row["elements"][0]["url"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Open incidents").wait_for()
    context.close()


def test_no_address_of_the_pages_is_in_the_channel(tocsin: Tocsin) -> None:
    link(tocsin)
    assert "sign-in" not in str(tocsin.messages(CHANNEL))
