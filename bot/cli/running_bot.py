"""Asks a running bot over its admin door: found by `run.json`, shown the token.

Straight to the address, no proxy, and no redirect is followed.
"""

import json
import os
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import NotFound, OutcomeUnknown, Refusal, Unreachable

_TIMEOUT_S = 40
_NOTHING = "Nothing was done"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningBot:
    """One bot that answers."""

    url: str
    token: str

    def ask(
        self, method: str, path: str, given: Any = None, *, within_s: float = _TIMEOUT_S
    ) -> dict[str, Any]:
        """Return what it answers.

        Args:
            within_s: How long it may take to answer.

        Raises:
            Refusal: It said no.
            Unreachable: It does not answer; nothing was done.
            OutcomeUnknown: It did not answer to the end.
        """
        status, answer = self._sent(method, path, given, within_s)
        if status == HTTPStatus.OK:
            return answer
        kind = NotFound if status == HTTPStatus.NOT_FOUND else Refusal
        raise kind(
            str(answer.get("what", _NOTHING)),
            because=str(answer.get("because", f"the bot answered {status}")),
            next_move=str(answer.get("next_move", "Look at the log of the bot.")),
        )

    def _sent(
        self, method: str, path: str, given: Any, within_s: float
    ) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(self.url)
        bot = HTTPConnection(parts.hostname or "", parts.port, timeout=within_s)
        headers = {"Authorization": f"Bearer {self.token}"}
        body = None if given is None else json.dumps(given)
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            bot.connect()
        except OSError:
            raise silent("the bot of this home does not answer") from None
        try:
            bot.request(method, path, body=body, headers=headers)
            answer = bot.getresponse()
            told = json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            raise OutcomeUnknown(
                "It may or may not have been done",
                because="the bot did not answer to the end",
                next_move="Look before you try again.",
            ) from None
        finally:
            bot.close()
        return answer.status, told if isinstance(told, dict) else {}


def found(home: Path) -> RunningBot:
    """Return the bot that runs with a home.

    Raises:
        Unreachable: None does.
    """
    try:
        facts = json.loads((home / "run.json").read_text("utf-8"))
        bot = RunningBot(url=str(facts["url"]), token=str(facts["tokens"]["admin"]))
        os.kill(int(facts["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError):
        raise silent("the bot of this home is starting or ending") from None
    return bot


def silent(because: str) -> Unreachable:
    """Return the error for a bot that does not answer."""
    return Unreachable(
        _NOTHING, because=because, next_move="Try again in a moment, or restart it."
    )
