"""The story at the practice page, as a person lives it in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.outside.album import keep
from tests.outside.screens import Screen, watched
from tests.story.running import Tocsin, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.outside

# U+202E turns the text after it round; U+2066 hides where a text ends.
HOSTILE = (
    "<img src=x onerror=alert(1)> <!channel> <@U0LEAD> *bold* "
    "<javascript:alert(2)|look> \N{RIGHT-TO-LEFT OVERRIDE}fdp.exe "
    "\N{LEFT-TO-RIGHT ISOLATE}<script>alert(3)</script>"
)
SHOWN = "<img src=x onerror=alert(1)> <!channel> <@U0LEAD> *bold*"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path) as started:
        yield started


def alert(tocsin: Tocsin, title: str = "Model m1 answers 503 to customers") -> None:
    body = {"id": title[:20], "title": title, "description": title, "service": "m1"}
    assert tocsin.alert({**body, "severity": "critical"}).status == 202
    tocsin.wait_for(lambda messages: messages)


@pytest.fixture
def screen(tocsin: Tocsin, browser: "Browser") -> Iterator[Screen]:
    """The on-call person's page, with the card of one alert on it."""
    alert(tocsin)
    with watched(browser, tocsin.facts["practice_url"]) as opened:
        opened.cards.first.wait_for()
        yield opened


def test_cards_appear_while_the_page_is_open(
    tocsin: Tocsin, browser: "Browser"
) -> None:
    with watched(browser, tocsin.facts["practice_url"]) as screen:
        screen.page.get_by_text("This is the start of # incidents").wait_for()
        alert(tocsin)
        screen.cards.filter(has_text="INC-0001").wait_for()
        alert(tocsin, "Prompt injection in the claims agent")
        screen.cards.filter(has_text="INC-0002").wait_for()


def test_a_press_changes_the_card(screen: Screen) -> None:
    card = screen.cards.first
    card.get_by_text("nobody has acknowledged").wait_for()
    screen.button("Acknowledge").click()
    card.get_by_text("investigating · acknowledged by @olu").wait_for()
    screen.button("Acknowledge").wait_for(state="detached")


def test_a_note_is_written_in_a_modal_and_stands_in_the_thread(screen: Screen) -> None:
    screen.choose("Add a note…")
    screen.modal.get_by_role("textbox", name="Note").fill("The key is <b>CI's</b> & ok")
    screen.modal.get_by_role("button", name="Save").click()
    screen.modal.wait_for(state="detached")
    screen.cards.first.get_by_role("button", name="1 reply").click()
    noted = screen.thread.filter(has_text="noted: The key is <b>CI's</b> & ok")
    noted.wait_for()
    assert noted.locator("b").count() == 0


def test_a_guest_is_told_why_not_and_nobody_else_sees_it(
    tocsin: Tocsin, screen: Screen, browser: "Browser"
) -> None:
    screen.page.get_by_label("You are").select_option("U0GUEST")
    screen.page.get_by_text("Guest: sees only some channels").wait_for()
    screen.button("Acknowledge").click()
    screen.whispers.get_by_text("guests may read but not change").wait_for()
    screen.whispers.get_by_text("Only visible to you").wait_for()
    screen.cards.first.get_by_text("nobody has acknowledged").wait_for()
    everybody = f"{tocsin.facts['practice_url']}?as=U0LEAD"
    with watched(browser, everybody) as other:
        other.cards.first.wait_for()
        assert other.whispers.count() == 0
        assert "guests may read" not in other.page.inner_text("body")


def test_a_command_is_answered_to_who_typed_it(screen: Screen) -> None:
    screen.say("/incident list")
    screen.whispers.get_by_text("INC-0001 · Model m1 answers 503").wait_for()
    assert screen.cards.count() == 1


def test_text_from_outside_stays_text(tocsin: Tocsin, browser: "Browser") -> None:
    alert(tocsin, HOSTILE)
    with watched(browser, tocsin.facts["practice_url"]) as screen:
        card = screen.cards.first
        card.get_by_role("heading", name=SHOWN).wait_for()
        screen.choose("Add a note…")
        screen.modal.get_by_role("textbox", name="Note").fill(HOSTILE)
        screen.modal.get_by_role("button", name="Save").click()
        card.get_by_role("button", name="1 reply").click()
        screen.thread.filter(has_text="noted:").filter(has_text=SHOWN).wait_for()
        noted = "your note is on the timeline"
        screen.whispers.filter(has_text=noted).wait_for()
        screen.say("/incident list")
        listed = screen.whispers.filter(has_text="INC-0001")
        listed.filter(has_not_text=noted).wait_for()
        shown = screen.page.locator("#messages, #thread-messages")
        for alive in ("img:not([src='bell.svg'])", "script", "a"):
            assert shown.locator(alive).count() == 0
        assert set(shown.locator(".mention").all_inner_texts()) == {"@olu"}
        for text in shown.all_inner_texts():
            assert not set(text) & set(
                "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068"
            )


def test_the_page_s_own_policy_stops_a_script_that_gets_in(
    tocsin: Tocsin, browser: "Browser"
) -> None:
    """And the watch of these tests would tell: it is not silent by itself."""
    alert(tocsin)
    with watched(browser, tocsin.facts["practice_url"]) as screen:
        screen.cards.first.wait_for()
        policy = screen.headers["content-security-policy"]
        assert "unsafe" not in policy
        with screen.page.expect_console_message(lambda said: "CSP" in said.text):
            screen.page.evaluate(
                "document.body.insertAdjacentHTML('beforeend',"
                " '<img src=data:, onerror=alert(1)>')"
            )
        assert not [one for one in screen.troubles if one.startswith("dialog")]
        assert [one for one in screen.troubles if "CSP script-src" in one]
        screen.troubles.clear()


def test_everything_can_be_done_without_a_mouse(screen: Screen) -> None:
    keyboard = screen.page.keyboard
    screen.tab_to("Acknowledge")
    keyboard.press("Enter")
    screen.button("Acknowledge").wait_for(state="detached")
    screen.rest_on("Messages")  # not on the button that took its place
    screen.tab_to("More actions")
    keyboard.press("Enter")
    assert screen.focus() == "Add a note…"
    keyboard.press("Enter")
    screen.modal.wait_for()
    keyboard.press("Escape")
    screen.modal.wait_for(state="detached")
    screen.rest_on("More actions")
    keyboard.press("Enter")
    keyboard.press("Escape")
    assert screen.focus() == "More actions"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(
    tocsin: Tocsin, browser: "Browser", tmp_path: Path, scheme: str
) -> None:
    alert(tocsin, "Model " + "aNameWithoutASingleGap" * 8 + " is down")
    url = tocsin.facts["practice_url"]
    with watched(browser, url, viewport=PHONE, color_scheme=scheme) as screen:
        screen.cards.first.wait_for()
        look(screen, tmp_path / "channel.png")
        screen.choose("Add a note…")
        screen.modal.wait_for()
        look(screen, tmp_path / "modal.png")
        screen.modal.get_by_role("textbox", name="Note").fill("x" * 300)
        screen.modal.get_by_role("button", name="Save").click()
        screen.cards.first.get_by_role("button", name="1 reply").click()
        screen.thread.filter(has_text="noted").wait_for()
        look(screen, tmp_path / "thread.png")
        screen.page.get_by_role("button", name="Close the thread").click()
        screen.page.get_by_role("button", name="Open the channel list").click()
        screen.page.get_by_label("You are").wait_for()
        look(screen, tmp_path / "channels.png")
        paper = "getComputedStyle(document.body).backgroundColor"
        is_light = screen.page.evaluate(paper) == "rgb(255, 255, 255)"
        assert is_light is (scheme == "light")


def look(screen: Screen, picture: Path) -> None:
    """Keep a picture for whoever wants to see, and measure."""
    keep(screen.page, picture)
    content, window = screen.width_px()
    assert (content <= window, window) == (True, PHONE["width"]), picture.name
