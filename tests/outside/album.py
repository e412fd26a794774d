"""Pictures of a story, for whoever wants to see how it looked.

Four of them are in docs/images, beside one of a fresh practice workspace. Nothing here
asserts anything.
"""

import base64
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

WINDOW: "ViewportSize" = {"width": 1200, "height": 900}
TALL: "ViewportSize" = {"width": 1200, "height": 1200}
_HALF: "ViewportSize" = {"width": 600, "height": 1070}
_BOTH: "ViewportSize" = {"width": 1200, "height": 1070}
_TRIES = 3
_BESIDE = (
    "<body style='margin:0;display:flex'>"
    "<img src='data:image/png;base64,{}'><img src='data:image/png;base64,{}'>"
)


@dataclass(frozen=True)
class Album:
    """Puts pictures into a folder, each under a name."""

    folder: Path

    def picture(self, name: str, page: "Page", **how: Any) -> None:
        """Keep what the page shows; `how` is Playwright's."""
        keep(page, self.folder / f"{name}.png", **how)

    def beside(self, name: str, left: "Page", right: "Page") -> None:
        """Keep two windows that stand beside each other on one desk."""
        sheet = _BESIDE.format(_half(left), _half(right))
        desk = left.context.browser
        assert desk is not None
        page = desk.new_page(viewport=_BOTH)
        page.set_content(sheet)
        self.picture(name, page)
        page.close()


def keep(page: "Page", path: Path, **how: Any) -> None:
    """Keep what the page shows in a file; `how` is Playwright's."""
    path.write_bytes(_drawn(page, **how))


def _drawn(page: "Page", **how: Any) -> bytes:
    """Return a picture, nothing where the browser cannot draw one now.

    A tab behind another one is not always drawn, and a machine under load gives up
    on a picture at times: no reason to call the story wrong.
    """
    # Imported here: the other suites collect this file without Playwright.
    from playwright.sync_api import Error

    page.bring_to_front()
    for _ in range(_TRIES):
        with suppress(Error):
            return bytes(page.screenshot(animations="disabled", **how))
    return b""


def _half(page: "Page") -> str:
    page.set_viewport_size(_HALF)
    shown = _drawn(page)
    page.set_viewport_size(WINDOW)
    return base64.b64encode(shown).decode()
