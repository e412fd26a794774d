"""The door before Bolt: what is turned away, and what passes unchanged."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import pytest

from bot.slack.guard import (
    MAX_BODY_BYTES,
    PATH,
    Guard,
    Message,
    Receive,
    Scope,
    Send,
    Signatures,
)
from tests.fakes.clock import FakeClock

NEW, OLD, STRANGE = "new-secret", "old-secret", "guessed"
BODY = b"command=%2Fincident&text=list"
Headers = list[tuple[bytes, bytes]]


class Bolt:
    """Stands behind the guard and remembers the bodies it was given."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.status = 200

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        self.bodies.append(message["body"])
        await send(
            {"type": "http.response.start", "status": self.status, "headers": []}
        )
        await send({"type": "http.response.body", "body": b"ok"})


class Caller:
    """Calls a guard as a web server would."""

    def __init__(self) -> None:
        self.bolt = Bolt()
        self.clock = FakeClock()
        signatures = Signatures((NEW, OLD), clock=self.clock)
        self.guard = Guard(self.bolt, signatures=signatures, clock=self.clock)
        self.read = 0

    def signed(
        self, body: bytes = BODY, *, secret: str = NEW, late_s: int = 0
    ) -> Headers:
        """Return the headers Slack would send."""
        sent_at = str(int(self.clock.now().timestamp()) - late_s).encode()
        digest = hmac.new(
            secret.encode(), b"v0:" + sent_at + b":" + body, hashlib.sha256
        )
        return [
            (b"x-slack-request-timestamp", sent_at),
            (b"x-slack-signature", b"v0=" + digest.hexdigest().encode()),
            (b"content-length", str(len(body)).encode()),
        ]

    async def call(
        self,
        headers: Headers,
        chunks: Iterable[bytes] = (BODY,),
        *,
        method: str = "POST",
        path: str = PATH,
    ) -> tuple[int, bytes]:
        """Return status and body of the answer; (0, b"") for none."""
        scope = {"type": "http", "method": method, "path": path, "headers": headers}
        left, sent = iter(chunks), list[Message]()

        async def receive() -> Message:
            chunk = next(left, None)
            if chunk is None:
                return {"type": "http.disconnect"}
            self.read += len(chunk)
            return {"type": "http.request", "body": chunk, "more_body": True}

        async def receive_whole() -> Message:
            return {"type": "http.request", "body": b"".join(left), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        streamed = not isinstance(chunks, tuple)
        await self.guard(scope, receive if streamed else receive_whole, send)
        if not sent:
            return 0, b""
        return sent[0]["status"], sent[1]["body"]


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.mark.parametrize("secret", [NEW, OLD])
async def test_a_request_signed_with_either_secret_passes_unchanged(
    caller: Caller, secret: str
) -> None:
    assert await caller.call(caller.signed(secret=secret)) == (200, b"ok")
    assert caller.bolt.bodies == [BODY]


async def test_a_body_in_pieces_arrives_whole(caller: Caller) -> None:
    async def pieces() -> tuple[int, bytes]:
        return await caller.call(caller.signed(b"ab"), (b"a", b"b"))

    assert await pieces() == (200, b"ok")
    assert caller.bolt.bodies == [b"ab"]


def _changed(headers: Headers, name: bytes, value: bytes) -> Headers:
    return [(one, value if one == name else old) for one, old in headers]


TIMESTAMP, SIGNATURE, LENGTH = (
    b"x-slack-request-timestamp",
    b"x-slack-signature",
    b"content-length",
)
TURNED_AWAY = [
    ("no headers", [], "header_shape"),
    ("a timestamp of letters", (TIMESTAMP, b"noon"), "header_shape"),
    ("a negative timestamp", (TIMESTAMP, b"-5"), "header_shape"),
    ("a timestamp of other digits", (TIMESTAMP, "\u0661".encode()), "header_shape"),
    ("an endless timestamp", (TIMESTAMP, b"1" * 40), "header_shape"),
    ("a signature that is not ASCII", (SIGNATURE, "v0=ä".encode()), "header_shape"),
    ("a short signature", (SIGNATURE, b"v0=abc"), "header_shape"),
    ("another version", (SIGNATURE, b"v1=" + b"0" * 64), "header_shape"),
    ("a wrong signature", (SIGNATURE, b"v0=" + b"0" * 64), "signature"),
    ("a length of letters", (LENGTH, b"many"), "length_shape"),
]


@pytest.mark.parametrize(("what", "change", "reason"), TURNED_AWAY)
async def test_a_request_of_the_wrong_shape_is_turned_away_without_a_word(
    caller: Caller, what: str, change: Any, reason: str
) -> None:
    headers = _changed(caller.signed(), *change) if change else []
    assert await caller.call(headers) == (401, b"")
    assert caller.guard.rejected == {reason: 1}
    assert caller.bolt.bodies == []


@pytest.mark.parametrize("late_s", [301, -301])
async def test_a_request_from_another_time_is_turned_away(
    caller: Caller, late_s: int
) -> None:
    assert await caller.call(caller.signed(late_s=late_s)) == (401, b"")
    assert caller.guard.rejected == {"stale": 1}


@pytest.mark.parametrize("late_s", [300, -300])
async def test_five_minutes_are_still_in_time(caller: Caller, late_s: int) -> None:
    assert await caller.call(caller.signed(late_s=late_s)) == (200, b"ok")


async def test_a_request_signed_with_a_stranger_s_secret_is_turned_away(
    caller: Caller,
) -> None:
    assert await caller.call(caller.signed(secret=STRANGE)) == (401, b"")


async def test_a_changed_body_is_turned_away(caller: Caller) -> None:
    assert await caller.call(caller.signed(), (BODY + b"x",)) == (401, b"")


async def test_a_header_given_twice_cannot_be_trusted(caller: Caller) -> None:
    headers = caller.signed()
    assert await caller.call([*headers, headers[1]]) == (401, b"")
    assert caller.guard.rejected == {"header_twice": 1}


async def test_a_signed_body_that_is_no_text_is_turned_away(caller: Caller) -> None:
    assert await caller.call(caller.signed(b"\xff\xfe"), (b"\xff\xfe",)) == (401, b"")
    assert caller.guard.rejected == {"not_utf8": 1}


async def test_a_copied_request_passes_once(caller: Caller) -> None:
    headers = caller.signed()
    assert await caller.call(headers) == (200, b"ok")
    assert await caller.call(headers) == (401, b"")
    assert caller.guard.rejected == {"replay": 1}


async def test_a_request_that_failed_may_be_delivered_again(caller: Caller) -> None:
    caller.bolt.status = 500
    await caller.call(caller.signed())
    caller.bolt.status = 200
    assert await caller.call(caller.signed()) == (200, b"ok")


async def test_copies_are_remembered_for_as_long_as_they_would_be_fresh(
    caller: Caller,
) -> None:
    headers = caller.signed(late_s=-300)
    await caller.call(headers)
    caller.clock.go_on(359)
    assert await caller.call(headers) == (401, b"")
    caller.clock.go_on(2)
    await caller.call(caller.signed())
    assert len(caller.guard._seen) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
async def test_only_post_is_taken(caller: Caller, method: str) -> None:
    assert await caller.call(caller.signed(), method=method) == (405, b"")


async def test_only_the_one_path_is_taken(caller: Caller) -> None:
    assert await caller.call(caller.signed(), path="/slack/install") == (404, b"")


async def test_a_body_said_to_be_large_is_refused_unread(caller: Caller) -> None:
    headers = _changed(caller.signed(), LENGTH, str(MAX_BODY_BYTES + 1).encode())
    assert await caller.call(headers, iter([BODY])) == (413, b"")
    assert caller.read == 0


async def test_a_stream_of_thirty_megabytes_is_refused_at_the_limit(
    caller: Caller,
) -> None:
    headers = [one for one in caller.signed() if one[0] != LENGTH]
    chunk = b"x" * 65_536
    stream = (chunk for _ in range(30 * 1024 * 1024 // len(chunk)))
    assert await caller.call(headers, stream) == (413, b"")
    assert caller.read <= MAX_BODY_BYTES + len(chunk)


async def test_a_client_that_goes_away_is_not_answered(caller: Caller) -> None:
    assert await caller.call(caller.signed(), iter([b"comm"])) == (0, b"")


async def test_refusals_are_logged_by_reason_at_most_once_in_ten_seconds(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        await caller.call([])
    assert len(caplog.records) == 1
    caller.clock.go_on(11)
    await caller.call(caller.signed(secret=STRANGE))
    assert caplog.records[1].getMessage() == (
        "turned away at the Slack door: header_shape 4, signature 1"
    )
