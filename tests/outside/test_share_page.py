"""Sealed diagnostics opened in a real browser, and by programs that are not ours."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.sharing import proof, seal
from bot.sharing.archive import read_archive
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
        screen.page.locator(".look").first.wait_for()
        assert "<script>alert(2)</script>" in screen.page.inner_text("#files")
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
        screen.page.locator(".look").first.wait_for()
        screen.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
        assert screen.page.locator(".look").count() == 0
        assert "Queue" not in screen.page.inner_text("body")
        screen.page.reload()
        screen.page.get_by_role("heading", name="This link does not open").wait_for()


def test_neither_address_nor_history_nor_going_back_shows_anything(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    made = stage.link()
    with shown(browser, door, made, troubled=True) as screen:
        press_open(screen)
        screen.page.locator(".look").first.wait_for()
        assert "#" not in screen.page.evaluate("location.href")
        entries = screen.page.evaluate("navigation.entries().map((one) => one.url)")
        assert not any(made.ticket in one or made.key in one for one in entries)
        screen.page.goto(f"{door.url}/share/viewer-licences.txt")
        screen.page.go_back()
        screen.page.get_by_role("heading", name="This link does not open").wait_for()
        assert "Queue" not in screen.page.content()
        screen.page.go_forward()
        assert "Queue" not in screen.page.content()


def test_progress_is_told_while_it_comes(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    seen = """new MutationObserver(() => {
      (window.told ??= []).push(document.getElementById("progress-said").textContent);
    }).observe(document.body, {subtree: true, childList: true, characterData: true})"""
    with shown(browser, door, stage.sealed(b"a" * 3_000_000)) as screen:
        screen.page.evaluate(seen)
        press_open(screen)
        screen.page.locator(".look").first.wait_for()
        told = [one for one in screen.page.evaluate("told") if one]
    assert told[0] == "0 bytes of 2.9 MiB, 0 %"
    assert told[-1] == "2.9 MiB of 2.9 MiB, 100 %"
    assert len(set(told)) > 2


@pytest.mark.parametrize(
    "damage", ["a byte changed", "cut short", "cut at a chunk", "nothing", "too long"]
)
def test_damaged_ciphertext_says_so_and_keeps_the_slot(
    stage: Stage, door: Door, browser: "Browser", damage: str
) -> None:
    made = stage.sealed(b"b" * 200_000)
    whole = ciphertext(stage, made)
    damaged = {
        "a byte changed": whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
        "cut short": whole[:-1000],
        "cut at a chunk": whole[: len(whole) - 200_000 % 65536 - 16],
        "nothing": b"",
        "too long": whole + b"x",
    }[damage]
    with shown(browser, door, made) as screen:
        page = screen.page
        page.route("**/share/content", lambda route: route.fulfill(body=damaged))
        press_open(screen)
        page.get_by_role("heading", name="What came is not whole").wait_for()
        assert "This opening was not used up" in page.inner_text("#broken")
        assert "bbbb" not in page.content()
        page.unroute("**/share/content")
        assert "opened" not in stage.kinds(made.share)
        stage.clock.go_on(61)
        page.get_by_role("button", name="Try again").click()
        page.locator(".look").first.wait_for()
    assert "opened" in stage.kinds(made.share)


def test_a_broken_connection_says_so_and_can_be_tried_again(
    stage: Stage, door: Door, browser: "Browser"
) -> None:
    made = stage.sealed(b"c" * 1000)
    with shown(browser, door, made, troubled=True) as screen:
        page = screen.page
        page.route("**/share/nonce", lambda route: route.abort())
        press_open(screen)
        page.get_by_role("heading", name="The connection broke").wait_for()
        page.unroute("**/share/nonce")
        page.get_by_role("button", name="Try again").click()
        page.locator(".look").first.wait_for()


def test_a_large_share_is_opened_with_the_lines_the_page_prints(
    stage: Stage, door: Door, browser: "Browser", tmp_path: Path
) -> None:
    """The size is told larger than it is; the lines, the lease and age are real."""
    content = bytes(range(256)) * 500
    made = stage.sealed(content)

    def larger(route: Any) -> None:
        answer = route.fetch()
        told = answer.json() | {"size_bytes": 300 * 1024 * 1024, "lease_s": 2500}
        route.fulfill(response=answer, json=told)

    with shown(browser, door, made, viewport=PHONE) as screen:
        page = screen.page
        page.route("**/share/claim", larger)
        press_open(screen)
        page.get_by_role("heading", name="Too large for a browser").wait_for()
        for said in ("300 MiB", "These lines work for 42 more minutes"):
            assert said in page.inner_text("#big")
        lines = page.locator("#big-lines .command").all_inner_texts()
        assert not any(made.key in one or made.ticket in one for one in lines)
        assert made.key not in page.content()
        look(screen, tmp_path / "big.png")
        reveals(page, made)
        typed(lines, made.key, tmp_path)
    assert (tmp_path / f"{made.share}.opened").read_bytes() == content
    assert stage.kinds(made.share)[-3:] == ["opened", "exhausted", "shredded"]


def reveals(page: Any, made: Link) -> None:
    key = page.get_by_label("The key")
    assert key.get_attribute("type") == "password"
    assert key.input_value() == made.key
    page.get_by_role("button", name="Show and select").first.click()
    assert key.get_attribute("type") == "text"


def typed(lines: list[str], key: str, folder: Path) -> None:
    """Run lines in a shell, and paste the key where it is asked for."""
    run = ["bash", "-euc", "\n".join(lines)]
    subprocess.run(run, input=f"{key}\n".encode(), cwd=folder, check=True)


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
    stage: Stage, door: Door, browser: "Browser", tmp_path: Path, size: int
) -> None:
    with shown(browser, door, stage.sealed(b"a" * size)) as screen:
        press_open(screen)
        screen.page.get_by_role("heading", name="What was sealed").wait_for()
        with screen.page.expect_download() as download:
            screen.page.get_by_role("button", name="Save a copy").click()
        download.value.save_as(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"a" * size


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
        screen.page.locator(".look").first.wait_for()
        look(screen, tmp_path / f"shown-{scheme}.png")
        screen.page.emulate_media(media="print")
        assert not screen.page.get_by_role("button", name="Print").is_visible()
        assert screen.page.locator(".look").first.is_visible()
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
    return stage.ciphertext(made.share)


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
    assert read_archive(by_age)[0]["incident"] == "INC-0001"
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
