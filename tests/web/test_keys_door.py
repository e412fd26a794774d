"""Keys are changed by the administrator alone, and a failure says what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.errors import OutOfTurn, Unreachable
from bot.web.app import web_app
from bot.web.keys import PATH, KeysDoor
from bot.web.tokens import Guesses
from tests.fakes.clock import FakeClock
from tests.serving import Answer, serving


def asked(rotate: Callable[[], Mapping[str, Any]], token: str) -> Answer:
    door = KeysDoor(
        rotate=rotate,
        clock=FakeClock(),
        admin_token="right",  # noqa: S106 - of this test
        guesses=Guesses(),
    )
    app = web_app(
        door.routes(), is_ready=lambda: True, metrics=lambda: b"", home=lambda: ""
    )
    with serving(app) as opened:
        headers = {"Authorization": f"Bearer {token}"}
        return opened.ask("POST", PATH, b"{}", headers)


def test_only_the_administrator_changes_keys() -> None:
    done: list[bool] = []

    def rotate() -> Mapping[str, Any]:
        done.append(True)
        return {"shares": 3}

    assert asked(rotate, "wrong").status == 401
    assert done == []
    answer = asked(rotate, "right")
    assert (answer.status, answer.json) == (200, {"shares": 3})


def test_a_refusal_and_a_fault_say_why() -> None:
    def busy() -> Mapping[str, Any]:
        raise OutOfTurn("No key was changed", because="busy", next_move="Wait.")

    def silent() -> Mapping[str, Any]:
        raise Unreachable("Not wrapped", because="KMS is silent", next_move="Wait.")

    assert (asked(busy, "right").status, asked(silent, "right").status) == (409, 503)
    assert asked(silent, "right").json["because"] == "KMS is silent"
