"""A verifier that is not ours, and a browser; each is started once a session."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.outside.foreign import ForeignVerifier, built
from tests.outside.histories import History, grown_history

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Chromium comes from Debian. It runs as root in a container, draws without a graphics
# card, and speaks to nobody but the page it is shown.
CHROMIUM = "/usr/bin/chromium"
QUIETLY = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)
_START_MS = 60_000


@pytest.fixture(scope="session")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> ForeignVerifier:
    return built(tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return grown_history(tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    # Imported here: the other suites collect this file without Playwright.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=QUIETLY, timeout=_START_MS
        )
        yield started
        started.close()
