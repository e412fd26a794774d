"""Who may read the figures, and who is told what to show."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.web.app import web_app
from bot.web.scraping import Scrapers
from bot.web.tokens import Guesses
from tests.fakes.clock import FakeClock
from tests.serving import Answer, Door, serving

TOKEN, ADMIN = "m" * 32, "a" * 32


@contextmanager
def figures(*, token: str = "", only_here: bool = False) -> Iterator[Door]:
    """Serve the figures to whoever may read them."""
    scrapers = Scrapers(
        token=token,
        admin_token=ADMIN,
        only_here=only_here,
        clock=FakeClock(),
        guesses=Guesses(),
    )
    app = web_app(
        (),
        is_ready=lambda: True,
        metrics=lambda: b"tocsin_up 1\n",
        home=str,
        no_figures=scrapers.refusal,
    )
    with serving(app) as door:
        yield door


def read(door: Door, token: str = "") -> Answer:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return door.ask("GET", "/metrics", headers=headers)


def test_without_a_token_whoever_is_on_this_machine_reads_them() -> None:
    with figures(only_here=True) as door:
        assert (read(door).status, read(door).body) == (200, b"tocsin_up 1\n")


@pytest.mark.parametrize("only_here", [True, False])
def test_with_a_token_nobody_reads_them_without_it(*, only_here: bool) -> None:
    with figures(token=TOKEN, only_here=only_here) as door:
        for shown in ("", "wrong", TOKEN[:-1]):
            no = read(door, shown)
            assert (no.status, no.json["error"]) == (401, "unauthorized")
            assert b"tocsin_up" not in no.body
            assert no.json["next_move"].startswith("Let the scraper send")
        assert read(door, TOKEN).status == 200
        assert read(door, ADMIN).status == 200


def test_beyond_this_machine_they_are_closed_until_a_token_is_set() -> None:
    with figures() as door:
        no = read(door)
        assert no.status == 401
        assert "Set web.metrics_token" in no.json["next_move"]
        assert read(door, ADMIN).status == 200


def test_guessing_the_token_is_slowed_down() -> None:
    with figures(token=TOKEN) as door:
        answers = [read(door, "wrong").status for _ in range(31)]
    assert answers == [401] * 30 + [429]


def test_health_asks_nobody_for_a_token() -> None:
    with figures(token=TOKEN) as door:
        assert door.ask("GET", "/healthz").status == 200
