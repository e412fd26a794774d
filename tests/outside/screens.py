"""A person at the practice page, and everything the browser complains about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

_WAIT_MS = 10_000
_CSP_WATCH = """
addEventListener("securitypolicyviolation", (one) =>
  console.error(`CSP ${one.violatedDirective}: ${one.blockedURI} ${one.sample}`));
"""
_FOCUS = """(document.activeElement.getAttribute("aria-label")
  ?? document.activeElement.textContent).trim()"""


@dataclass(frozen=True)
class Screen:
    """One open page; `troubles` is empty as long as all is well."""

    page: "Page"
    headers: dict[str, str]
    troubles: list[str] = field(default_factory=list)

    @property
    def cards(self) -> "Locator":
        """What stands in the channel itself."""
        return self.page.locator("#messages article:not(.whisper)")

    @property
    def whispers(self) -> "Locator":
        return self.page.locator("#messages article.whisper")

    @property
    def modal(self) -> "Locator":
        return self.page.locator("dialog#modal[open]")

    @property
    def thread(self) -> "Locator":
        return self.page.locator("#thread-messages article")

    def button(self, name: str) -> "Locator":
        """Return a button of the first card, by the words a person hears."""
        return self.cards.first.get_by_role("button", name=name, exact=True)

    def choose(self, choice: str) -> None:
        """Open the card's menu and take one of its entries."""
        self.button("More actions").click()
        self.page.get_by_role("menuitem", name=choice, exact=True).click()

    def say(self, text: str) -> None:
        self.page.get_by_role("combobox", name="Message").fill(text)
        self.page.keyboard.press("Enter")

    def tab(self, opener: "Locator") -> "Page":
        """Click what opens another tab of the same browser; return that tab."""
        with self.page.expect_popup() as opened:
            opener.click()
        return opened.value

    def focus(self) -> str:
        """Return the words of what has the keyboard's focus."""
        return str(self.page.evaluate(_FOCUS))

    def rest_on(self, name: str) -> None:
        """Wait until the focus stands on something, by its words."""
        self.page.wait_for_function(f"(name) => {_FOCUS} === name", arg=name)

    def tab_to(self, name: str) -> None:
        """Press Tab until something is reached, as somebody without a mouse does."""
        for _ in range(30):
            self.page.keyboard.press("Tab")
            if self.focus() == name:
                return
        raise AssertionError(f"Tab does not lead to {name}")

    def width_px(self) -> tuple[int, int]:
        """Return how wide the content is, also inside its lists, and the window."""
        wide = self.page.evaluate(
            """Math.max(document.scrollingElement.scrollWidth, ...[...document
            .querySelectorAll(".messages, .composer, dialog[open]")].map((one) =>
            one.getBoundingClientRect().left + one.scrollWidth))"""
        )
        return int(wide), int(self.page.evaluate("innerWidth"))


@contextmanager
def watched(
    browser: "Browser",
    url: str,
    *,
    within: str = "",
    troubled: bool = False,
    **options: Any,
) -> Iterator[Screen]:
    """Open the page; when the block is over, nothing may have gone wrong in it.

    Args:
        within: What every request must begin with; the page's own address by
            default.
        troubled: Something may go wrong: the test is about that.
        options: Of the browser's context: viewport, color_scheme, ….
    """
    context = browser.new_context(**options)
    context.set_default_timeout(_WAIT_MS)
    troubles: list[str] = []
    _listen(context, within or url.partition("?")[0], troubles)
    page = context.new_page()
    answer = page.goto(url)
    assert answer is not None
    try:
        yield Screen(page, answer.headers, troubles)
    finally:
        context.close()
    assert troubled or not troubles, troubles


def _listen(context: "BrowserContext", home: str, troubles: list[str]) -> None:
    """Note errors, warnings, CSP violations, dialogs and calls to other places.

    In every tab: also in those that a press opens.
    """

    def said(message: Any) -> None:
        if message.type in ("error", "warning"):
            troubles.append(f"{message.type}: {message.text}")

    def asked(dialog: Any) -> None:
        troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def requested(request: Any) -> None:
        if not request.url.startswith((home, "data:")):
            troubles.append(f"request: {request.url}")

    context.add_init_script(_CSP_WATCH)
    context.on("console", said)
    context.on("weberror", lambda one: troubles.append(f"exception: {one.error}"))
    context.on("dialog", asked)
    context.on("request", requested)
