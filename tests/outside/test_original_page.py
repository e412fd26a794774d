"""The way from the button to the unmasked alert, with a mouse and in a real browser."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.outside.album import keep
from tests.outside.screens import watched
from tests.story.running import Tocsin, running
from tests.story.test_gate import wait
from tests.story.test_originals import BODY, KEY, address
from tests.story.test_sharing import QUIET, ephemerals

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.outside

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script></pre>"
PHONE = {"width": 390, "height": 844}
REASON = "The masked key decides which account it is."


def seal(tocsin: Tocsin, browser: "Browser", folder: Path) -> str:
    """Press, say why and send the form as a person does; return the link."""
    with watched(browser, tocsin.facts["practice_url"]) as screen:
        screen.cards.first.wait_for()
        screen.button("Open original…").click()
        screen.modal.get_by_text("with nothing masked").wait_for()
        keep(screen.page, folder / "form.png")
        screen.modal.locator("textarea").fill(REASON)
        screen.modal.get_by_role("button", name="Seal it for me").click()
        screen.whispers.filter(has_text="sealed for you").wait_for()
        keep(screen.page, folder / "slack.png")
    # The page sits as the first person of the workspace who is on call.
    who = next(w for w in ("U0ONCALL", "U0SECOND") if "/d/sh_" in ephemerals(tocsin, w))
    return address(tocsin, who)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_the_button_to_the_alert_as_it_came_in(
    tmp_path: Path, browser: "Browser", scheme: str
) -> None:
    with running(tmp_path, settings=QUIET) as tocsin:
        tocsin.alert({**BODY, "description": HOSTILE, "long": "x" * 400})
        tocsin.wait_for(lambda messages: messages)
        url = seal(tocsin, browser, tmp_path)
        options: dict[str, Any] = {"viewport": PHONE, "color_scheme": scheme}
        with watched(browser, url, within=tocsin.facts["url"], **options) as page:
            page.page.get_by_role("button", name="Open now").click()
            page.page.get_by_role("heading", name="Original of al_").wait_for()
            shown = page.page.locator(".log bdi").first.text_content() or ""
            assert KEY in shown
            assert HOSTILE in json.loads(shown)["description"]
            assert page.page.locator("#files img, #files script").count() == 0
            assert page.page.get_by_text("Nothing here is masked.").is_visible()
            assert not page.page.get_by_role("button", name="Save a copy").is_visible()
            assert not page.page.get_by_role("button", name="Print").is_visible()
            wide = page.page.evaluate("document.scrollingElement.scrollWidth")
            assert wide <= PHONE["width"]
            keep(page.page, tmp_path / f"original-{scheme}.png", full_page=True)
            page.page.get_by_role("button", name="Clear now").click()
            assert KEY not in page.page.content()
        wait(lambda: "was opened with" in json.dumps(tocsin.messages()))
        assert KEY not in json.dumps(tocsin.messages())
        with watched(browser, url, within=tocsin.facts["url"], troubled=True) as page:
            page.page.get_by_role("button", name="Open now").click()
            page.page.get_by_role("heading", name="This link does not").wait_for()
