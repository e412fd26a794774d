"""A browser without a window: signs in at the practice workspace, and opens links.

What the page does with a link, `Browser.open` does: nonce, proof, claim, content, ack.
"""

import http.client
import json
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from bot.sharing import proof, seal
from bot.sharing.seal import Link


@dataclass(frozen=True)
class Seen:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str:
        found = [one for key, one in self.headers if key.lower() == name]
        return found[0] if found else ""

    def by_a_stranger(self) -> tuple[Any, ...]:
        """Return every byte that is not the time: status, headers in order, body."""
        told = [one for one in self.headers if one[0].lower() != "date"]
        return self.status, told, self.body


class Refused(Exception):
    """The server gave no lease."""


@dataclass
class Browser:
    """One browser with its cookies, for one running bot."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    agent: str = "Mozilla/5.0"

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> Seen:
        there = urlsplit(self.url)
        connection = http.client.HTTPConnection(there.netloc, timeout=30)
        given = {"User-Agent": self.agent, "Sec-Fetch-Site": "same-origin", **headers}
        if self.cookies:
            given["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            seen = Seen(answer.status, tuple(answer.getheaders()), answer.read())
        finally:
            connection.close()
        for name, text in seen.headers:
            if name.lower() == "set-cookie":
                for key, one in SimpleCookie(text).items():
                    self.cookies[key] = one.value
        return seen

    def post(self, path: str, given: Any) -> Seen:
        raw = given if isinstance(given, bytes) else json.dumps(given).encode()
        return self.ask("POST", path, raw, **{"Content-Type": "application/json"})

    def sign_in(self, who: str, *, to: str = "/sign-in/done") -> Seen:
        """Go to Slack as somebody, and come back."""
        slack = self.ask("GET", f"/sign-in/slack?to={to}").header("location")
        chosen = self.ask("GET", slack.removeprefix(self.url) + f"&as={who}")
        return self.ask("GET", chosen.header("location").removeprefix(self.url))

    def claim(self, link: Link, *, key: str = "") -> Seen:
        nonce = self.post("/share/nonce", {}).json["nonce"]
        shown = proof.proof_of(
            proof.auth_key(key or link.key),
            share=link.share,
            ticket=link.ticket,
            nonce=nonce,
        )
        given = {"share": link.share, "ticket": link.ticket, "nonce": nonce}
        return self.post("/share/claim", {**given, "proof": shown})

    def open(self, link: Link) -> bytes:
        """Open a link to the end.

        Raises:
            Refused: The server gave no lease.
        """
        claimed = self.claim(link)
        if claimed.status != 200:
            raise Refused
        held = {"share": link.share, "lease": claimed.json["lease"]}
        plain = seal.unseal(self.post("/share/content", held).body, key=link.key)
        assert self.post("/share/ack", held).status == 204
        return plain
