"""How what was sealed is shown: trees, tables, plots and lines, in a real browser."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.outside.album import keep
from tests.outside.bundles import HOSTILE, PLOT, bundle, rich, tar, told
from tests.outside.screens import Screen
from tests.outside.test_share_page import PHONE, press_open, shown
from tests.serving import Door, serving
from tests.sharing.stage import Stage
from tests.web.test_shares_door import app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.outside

Opened = Callable[..., Any]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def door(stage: Stage) -> Iterator[Door]:
    with serving(app(stage)) as served:
        yield served


@pytest.fixture
def opened(stage: Stage, door: Door, browser: "Browser") -> Opened:
    """Return what seals bytes and opens them in the browser."""

    @contextmanager
    def open_it(content: bytes, **options: Any) -> Iterator[Screen]:
        with shown(browser, door, stage.sealed(content), **options) as screen:
            press_open(screen)
            screen.page.locator("#shown").wait_for()
            yield screen

    return open_it


def file(screen: Screen, name: str) -> "Locator":
    """Return the section of a file, opened."""
    section = screen.page.locator("details.file").filter(
        has=screen.page.get_by_role("heading", name=name, exact=True)
    )
    if section.get_attribute("open") is None:
        section.locator("summary").click()
    return section


def test_on_top_stands_what_it_is_and_what_is_missing(opened: Opened) -> None:
    with opened(rich(rows=10)) as screen:
        screen.page.get_by_text("About this link").click()
        top = screen.page.inner_text(".facts")
        for said in (
            "Diagnostics of INC-0042",
            "2 e-mail addresses, 1 key",
            "definition of sensitive data, version 7",
            "in 4.2 s",
            "5 files",
            "Not in here (1)",
            "bedrock: Access was denied <img",
        ):
            assert said in top
        assert not screen.page.locator("#pasted").is_visible()


def test_the_files_stand_in_the_order_of_the_archive(opened: Opened) -> None:
    with opened(rich(rows=10)) as screen:
        named = screen.page.locator("#files h3").all_inner_texts()
        assert named == [
            "alerts.json",
            "plots/cloudwatch-metrics.svg",
            "cloudtrail.jsonl",
            "costs.csv",
            "app.log",
        ]
        screen.page.get_by_role("button", name="app.log", exact=True).click()
        file(screen, "app.log").locator(".log").wait_for()


def test_a_tree_is_walked_with_the_keyboard(opened: Opened) -> None:
    with opened(rich(rows=10)) as screen:
        top = file(screen, "alerts.json").get_by_role("tree")
        items = top.get_by_role("treeitem")
        items.first.focus()
        press = screen.page.keyboard.press
        press("ArrowDown")
        press("ArrowDown")
        assert "title" in screen.focus()
        press("End")
        press("Home")
        press("ArrowLeft")
        assert items.first.get_attribute("aria-expanded") == "false"
        assert items.nth(1).is_hidden()
        press("ArrowRight")
        assert items.first.get_attribute("aria-expanded") == "true"


def test_a_long_list_in_a_tree_comes_in_parts(opened: Opened) -> None:
    with opened(json.dumps({"values": list(range(450))}).encode()) as screen:
        top = screen.page.get_by_role("tree")
        values = top.get_by_role("treeitem").filter(has_text="values").last
        values.locator(".line").first.click()
        assert top.get_by_text("0: 0", exact=True).is_visible()
        assert top.get_by_role("treeitem").count() < 200
        top.get_by_text("Show 100 more of 350").click()
        assert top.get_by_text("199", exact=True).first.is_visible()


def test_numbers_keep_their_digits_and_doubled_members_show_twice(
    opened: Opened,
) -> None:
    text = (
        '{"id": 12345678901234567890, "role": "user", "role": "admin",'
        ' "__proto__": {"polluted": 1}, "constructor": 2}'
    )
    with opened(text.encode()) as screen:
        said = screen.page.get_by_role("tree").inner_text()
        assert "12345678901234567890" in said
        assert said.count("role: ") == 2
        assert "admin" in said
        assert "__proto__" in said
        assert screen.page.evaluate("({}).polluted") is None


@pytest.mark.parametrize(
    ("depth", "is_tree"), [(5000, True), (200_000, True), (2_000_001, False)]
)
def test_depth_is_harmless(opened: Opened, depth: int, is_tree: bool) -> None:  # noqa: FBT001 - of the table above
    whole = bundle({"a.json": ("json", b"[" * depth + b"]" * depth)})
    with opened(whole) as screen:
        assert file(screen, "a.json").get_by_role("tree").count() == is_tree
        if not is_tree:
            assert file(screen, "a.json").locator(".log").is_visible()
            return
        screen.page.get_by_role("button", name="Text", exact=True).click()
        assert screen.page.locator(".log").is_visible()


def test_a_table_sorts_filters_and_shows_a_row_whole(opened: Opened) -> None:
    with opened(rich()) as screen:
        place = file(screen, "cloudtrail.jsonl")
        count = place.locator(".bar [role=status]")
        assert count.inner_text() == "5,000 rows"
        assert place.locator("tbody tr").count() < 100
        place.get_by_role("button", name="ms", exact=True).click()
        head = place.get_by_role("columnheader", name="ms", exact=True)
        assert head.get_attribute("aria-sort") == "ascending"
        assert (
            place.locator("tbody tr:not(.space) td:nth-child(5)").first.inner_text()
            == "0"
        )
        place.get_by_role("button", name="ms", exact=True).click()
        assert head.get_attribute("aria-sort") == "descending"
        assert (
            place.locator("tbody tr:not(.space) td:nth-child(5)").first.inner_text()
            == "999"
        )
        place.get_by_role("searchbox").fill("createaccesskey user-12")
        screen.page.wait_for_function(
            "(one) => one.textContent.includes(' of 5,000')", arg=count.element_handle()
        )
        assert count.inner_text() == "42 of 5,000 rows"
        place.get_by_role("button", name="Show row").first.click()
        whole = place.locator(".row-whole")
        assert "CreateAccessKey" in whole.inner_text()
        assert whole.get_by_role("tree").is_visible()
        assert screen.focus().startswith("Row ")
        whole.get_by_role("button", name="Close").click()
        assert whole.is_hidden()


def test_a_long_table_scrolls_to_its_end(opened: Opened) -> None:
    with opened(rich(rows=20_000)) as screen:
        place = file(screen, "cloudtrail.jsonl")
        place.locator(".rows").evaluate("(one) => one.scrollTo(0, one.scrollHeight)")
        place.locator('tr[aria-rowindex="20001"]').wait_for()
        assert place.locator("tbody tr").count() < 100


def test_csv_is_a_table_with_its_quoted_fields_whole(opened: Opened) -> None:
    with opened(rich(rows=10)) as screen:
        place = file(screen, "costs.csv")
        assert place.get_by_role("columnheader").all_inner_texts() == [
            *("#", "model", "cost_eur", "remark"),
        ]
        place.get_by_role("button", name="Show row 3 whole").click()
        assert 'said "2", then\nstopped' in place.locator(".row-whole").inner_text()


def test_a_log_is_filtered_and_wrapped(opened: Opened) -> None:
    with opened(rich()) as screen:
        place = file(screen, "app.log")
        assert "5,000 lines" in place.locator(".bar").inner_text()
        place.get_by_role("searchbox").fill("error")
        place.get_by_text("101 of 5,000 lines").wait_for()
        assert place.locator("mark").first.text_content() == "ERROR"
        wrap = place.get_by_role("button", name="Wrap lines")
        wrap.click()
        assert wrap.get_attribute("aria-pressed") == "false"
        assert "Asked: logs:StartQuery" in place.inner_text()


def test_a_plot_is_an_image_with_words_and_runs_nothing(opened: Opened) -> None:
    with opened(rich(rows=10)) as screen:
        image = screen.page.get_by_role("img", name="Invocations per minute, highest")
        drawn = "(one) => one.decode().then(() => one.naturalWidth)"
        assert image.evaluate(drawn) == 640
        assert screen.page.locator("#files svg, #files script").count() == 0


def test_nothing_from_outside_becomes_markup_in_any_view(opened: Opened) -> None:
    with opened(rich(rows=10)) as screen:
        for name in ("cloudtrail.jsonl", "costs.csv", "app.log", "alerts.json"):
            section = file(screen, name)
            for way in section.locator(".tools [aria-pressed]").all():
                way.click()
        alive = "#shown script, #shown svg, #shown a, #shown iframe, #shown object"
        assert screen.page.locator(alive).count() == 0
        assert screen.page.locator("#shown img:not(.plot)").count() == 0
        assert HOSTILE.split()[0] in screen.page.inner_text("#files")


def test_each_file_and_all_of_it_can_be_saved(opened: Opened, tmp_path: Path) -> None:
    whole = rich(rows=10)
    with opened(whole) as screen:
        for press, saved in (
            ("Save a copy", whole),
            ("Save plots/cloudwatch-metrics.svg", PLOT.encode()),
        ):
            with screen.page.expect_download() as download:
                screen.page.get_by_role("button", name=press, exact=True).click()
            download.value.save_as(tmp_path / "copy")
            assert (tmp_path / "copy").read_bytes() == saved


def _absurd() -> dict[str, bytes]:
    whole = bytearray(bundle({"a.txt": ("text", b"hello")}))
    claims_more = bytearray(whole)
    claims_more[124:136] = b"77777777777\0"
    unclosed = bytes(whole[:1024])
    twice = tar([("manifest.json", b"{}"), ("a", b"1"), ("a", b"2")])
    climbs = tar(
        [("manifest.json", b'{"format":"tocsin-bundle/2","files":[]}'), ("../a", b"1")]
    )
    strange = tar(
        [("manifest.json", b'{"format":"tocsin-bundle/2","files":{"length":9e9}}')]
    )
    return {
        "claims more than there is": bytes(claims_more),
        "ends too early": unclosed,
        "a name twice": twice,
        "leads out of its folder": climbs,
        "no list of files": strange,
    }


@pytest.mark.parametrize("name", _absurd())
def test_what_is_no_bundle_of_ours_is_only_bytes(opened: Opened, name: str) -> None:
    with opened(_absurd()[name]) as screen:
        title = screen.page.get_by_role("heading", name="What was sealed")
        assert title.is_visible()


def test_a_manifest_of_wrong_types_and_unknown_names_is_harmless(
    opened: Opened,
) -> None:
    content = b"hello"
    files = [told("a.txt", content, "text", says=7, masked="x"), 7, None, {"name": 1}]
    files += [told("nowhere.txt", b"", "text"), told("__proto__", b"", "json")]
    about = {
        "format": "tocsin-bundle/2",
        "incident": {"a": 1},
        "files": files,
        "missing": [None, {"by": 1, "why": []}],
        "masked": 7,
        "since": "not a time",
        "until": HOSTILE,
        "took_ms": "soon",
    }
    whole = tar([("manifest.json", json.dumps(about).encode()), ("a.txt", content)])
    with opened(whole) as screen:
        assert screen.page.locator("#files h3").all_inner_texts() == ["a.txt"]
        assert "hello" in file(screen, "a.txt").inner_text()


@pytest.mark.parametrize(
    ("content", "role"),
    [
        (b'{"a": 1}', "tree"),
        (b'{"a": 1}\n{"a": 2}\n', "table"),
        (b"name,cost\nx,1\ny,2\n", "table"),
        (b"name\tcost\nx\t1\ny\t2\n", "table"),
        (b"Dear all,\nthe pager rang, twice\nat night.\n", "region"),
        (b"{not json", "region"),
    ],
)
def test_a_file_that_somebody_sealed_shows_as_what_it_is(
    opened: Opened, content: bytes, role: Any
) -> None:
    with opened(content) as screen:
        assert screen.page.locator("#files").get_by_role(role).first.is_visible()


def test_a_line_without_end_is_cut_and_says_so(opened: Opened) -> None:
    with opened(b"a" * 3_000_000) as screen:
        assert "2,996,000 more characters in this line" in screen.page.inner_text(
            ".log"
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_can_be_read_on_a_phone_and_a_desk(
    opened: Opened, tmp_path: Path, scheme: str
) -> None:
    for size in (PHONE, {"width": 1280, "height": 900}):
        options = {"viewport": size, "color_scheme": scheme}
        with opened(rich(rows=400), **options) as screen:
            for name in ("cloudtrail.jsonl", "costs.csv", "app.log"):
                file(screen, name)
            picture = tmp_path / f"views-{scheme}-{size['width']}.png"
            keep(screen.page, picture, full_page=True)
            wide = screen.page.evaluate("document.scrollingElement.scrollWidth")
            assert wide <= size["width"]
            file(screen, "cloudtrail.jsonl").get_by_role(
                "button", name="Show row 2 whole"
            ).click()
            look_at = tmp_path / f"row-{scheme}-{size['width']}.png"
            keep(screen.page, look_at)
