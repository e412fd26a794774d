"""Sealed diagnostics opened in a real browser, and by programs that are not ours."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.sharing import proof, seal
from bot.sharing.seal import Link, read_link
from tests.outside.album import keep
from tests.outside.screens import Screen, watched
from tests.serving import Door, serving
from tests.sharing.stage import Stage
from tests.story.running import running
from tests.story.test_gate import wait
from tests.story.test_sharing import QUIET, key_files, link
from tests.web.test_shares_door import app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.outside

PHONE = {"width": 390, "height": 844}
HOSTILE = (
    "<img src=x onerror=alert(1)><script>alert(2)</script> "
    "<svg onload=alert(3)> javascript:alert(4) </pre><a href=//evil.test>x</a>"
)
AGE = "/usr/bin/age"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    made.incident(description=HOSTILE)
    yield made
    made.close()


@pytest.fixture
def door(stage: Stage) -> Iterator[Door]:
    with serving(app(stage)) as opened:
        yield opened


def address(door: Door, made: Link) -> str:
    return f"{door.url}/d/{made.share}#{made.ticket}.{made.key}"


def shown(browser: "Browser", door: Door, made: Link, **options: Any) -> Any:
    """Open a link's page; requests to our own door are no trouble."""
    return watched(browser, address(door, made), within=door.url, **options)


def press_open(screen: Screen) -> None:
    screen.page.get_by_role("button", name="Open now").click()


def test_a_link_opens_in_the_browser_exactly_once(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    made = stage.link("U0SECOND")
    with shown(browser, door, made) as screen:
        assert made.key not in screen.page.url
        press_open(screen)
        screen.page.get_by_role("heading", name="Diagnostics of INC-0001").wait_for()
        body = screen.page.inner_text("body")
        assert "was made for U0SECOND" in body
        assert "Queue of the chat model is long" in body
    assert "opened" in stage.kinds(made.share)
    with shown(browser, door, made, troubled=True) as screen:
        press_open(screen)
        screen.page.get_by_role("heading", name="This link does not open").wait_for()
        assert "press Diagnostics on its card" in screen.page.inner_text("#failed")
        assert "Queue" not in screen.page.inner_text("body")


def test_looking_at_the_page_burns_nothing(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    made = stage.link()
    for _ in range(5):
        with shown(browser, door, made) as screen:
            screen.page.get_by_role("button", name="Open now").wait_for()
    assert stage.kinds(made.share) == ["created", "collected", "ticket_minted"]
    assert stage.open(made)


def test_whoever_clicks_without_the_key_is_not_even_offered_to(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    made = stage.link()
    for part in ("", f"#{made.ticket}", "#x.y"):
        page = f"{door.url}/d/{made.share}{part}"
        with watched(browser, page, within=door.url, troubled=True) as screen:
            if part == "#x.y":
                press_open(screen)
            screen.page.get_by_role("heading", name="This link does not").wait_for()
    assert stage.open(made)


def test_what_was_sealed_is_shown_as_text_and_nothing_in_it_runs(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    with shown(browser, door, stage.link()) as screen:
        press_open(screen)
        screen.page.locator("pre").first.wait_for()
        assert "<script>alert(2)</script>" in screen.page.inner_text("pre")
        for alive in ("#files img", "#files script", "#files svg", "#files a"):
            assert screen.page.locator(alive).count() == 0


def test_the_page_s_own_policy_stops_markup(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    """And the watch of these tests would tell: it is not silent by itself."""
    with shown(browser, door, stage.link(), troubled=True) as screen:
        with screen.page.expect_console_message(lambda said: "CSP" in said.text):
            refused = screen.page.evaluate(
                "() => { try { document.body.innerHTML = '<b>x</b>'; return '' }"
                " catch (error) { return error.name } }"
            )
        assert refused == "TypeError"
        assert screen.page.locator("b").count() == 0


def test_leaving_the_page_clears_it(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    with shown(browser, door, stage.link(), troubled=True) as screen:
        press_open(screen)
        screen.page.locator("pre").first.wait_for()
        screen.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
        assert screen.page.locator("pre").count() == 0
        assert "Queue" not in screen.page.inner_text("body")
        screen.page.reload()
        screen.page.get_by_role("heading", name="This link does not open").wait_for()


def test_a_copy_can_be_saved_and_is_what_was_sealed(
    stage: Stage, door: Door, browser: "Browser", tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000
    with shown(browser, door, stage.sealed(content)) as screen:
        press_open(screen)
        screen.page.get_by_text("256000 bytes that are not text").wait_for()
        with screen.page.expect_download() as download:
            screen.page.get_by_role("button", name="Save a copy").click()
        saved = tmp_path / "copy"
        download.value.save_as(saved)
    assert saved.read_bytes() == content


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 131072, 3_000_000])
def test_the_browser_opens_every_size(
    stage: Stage, door: Door, browser: "Browser", size: int
) -> None:
    with shown(browser, door, stage.sealed(b"a" * size)) as screen:
        press_open(screen)
        screen.page.get_by_role("heading", name="What was sealed").wait_for()
        measured = "document.querySelector('pre')?.textContent.length ?? 0"
        assert screen.page.evaluate(measured) == size


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_on_a_phone_and_on_paper(
    stage: Stage, door: Door, browser: "Browser", tmp_path: Path, scheme: str
) -> None:
    stage.core.alert({"id": "long", "title": "x" * 400, "severity": "high"})
    options = {"viewport": PHONE, "color_scheme": scheme}
    with shown(browser, door, stage.link(), **options) as screen:
        screen.page.get_by_role("button", name="Open now").wait_for()
        look(screen, tmp_path / f"ready-{scheme}.png")
        press_open(screen)
        screen.page.locator("pre").first.wait_for()
        look(screen, tmp_path / f"shown-{scheme}.png")
        screen.page.emulate_media(media="print")
        assert not screen.page.get_by_role("button", name="Print").is_visible()
        assert screen.page.locator("pre").first.is_visible()
        keep(screen.page, tmp_path / f"print-{scheme}.png", full_page=True)


def look(screen: Screen, picture: Path) -> None:
    """Keep a picture for whoever wants to see, and measure."""
    keep(screen.page, picture, full_page=True)
    wide = screen.page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= PHONE["width"]


def test_the_whole_way_from_the_button_to_the_page(
    tmp_path: Path, browser: "Browser"
) -> None:
    with running(tmp_path, settings=QUIET) as tocsin:
        tocsin.alert({"title": "Queue of the chat model is long", "severity": "high"})
        tocsin.wait_for(lambda messages: messages)
        with watched(browser, tocsin.facts["practice_url"]) as screen:
            screen.cards.first.wait_for()
            screen.button("Diagnostics").click()
            screen.whispers.filter(has_text="sealed for you").wait_for()
            keep(screen.page, tmp_path / "slack.png")
        url = link(tocsin, "U0SECOND")
        with watched(browser, url, within=tocsin.facts["url"]) as page:
            press_open(page)
            page.page.get_by_role("heading", name="Diagnostics of INC-0001").wait_for()
            keep(page.page, tmp_path / "page.png")
        wait(lambda: read_link(url).share.encode() not in key_files(tocsin))


# --- programs that are not ours ---


def ciphertext(stage: Stage, made: Link) -> bytes:
    found = stage.vault.blobs.get(made.share)
    assert found is not None
    return found


def test_stock_age_and_pyrage_open_the_same_bundle_with_the_key_of_the_link(
    stage: Stage, tmp_path: Path
) -> None:
    import pyrage

    made = stage.link()
    sealed, identity = ciphertext(stage, made), tmp_path / "key.txt"
    identity.write_text(f"{made.key}\n")
    (tmp_path / "bundle.age").write_bytes(sealed)
    by_age = subprocess.run(
        [AGE, "-d", "-i", str(identity), str(tmp_path / "bundle.age")],
        capture_output=True,
        check=True,
    ).stdout
    by_pyrage = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(made.key)])
    assert by_age == bytes(by_pyrage)
    assert json.loads(by_age)["incident"] == "INC-0001"
    assert stage.open(made) == by_age


def test_what_age_seals_we_open(tmp_path: Path) -> None:
    key = seal.new_key()
    identity = tmp_path / "key.txt"
    identity.write_text(f"{key}\n")
    sealed = subprocess.run(
        [AGE, "-e", "-i", str(identity)],
        input=b"from age",
        capture_output=True,
        check=True,
    ).stdout
    assert seal.unseal(sealed, key=key) == b"from age"


def test_the_page_and_the_server_derive_the_same_proof(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    """What the page sends is what `proof_of` makes of the link."""
    made = stage.sealed()
    sent: list[dict[str, str]] = []

    def asked(request: Any) -> None:
        if request.url.endswith("/claim"):
            sent.append(request.post_data_json)

    with shown(browser, door, made) as screen:
        screen.page.on("request", asked)
        press_open(screen)
        screen.page.get_by_role("heading", name="What was sealed").wait_for()
    (claim,) = sent
    auth = proof.auth_key(made.key)
    nonce = claim["nonce"]
    wanted = proof.proof_of(auth, share=made.share, ticket=made.ticket, nonce=nonce)
    assert claim == {
        "share": made.share,
        "ticket": made.ticket,
        "nonce": nonce,
        "proof": wanted,
    }
    assert not re.search("AGE-SECRET", json.dumps(sent))
