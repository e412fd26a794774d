"""The door to sealed things: inert to look at, and one answer for every failure."""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request

from bot.domain.share_decisions import DENIALS, Denied
from bot.sharing import proof, seal
from bot.sharing.seal import Link
from bot.web.app import web_app
from bot.web.callers import caller
from bot.web.pace import PER_MINUTE, Pace
from bot.web.shares import SharesDoor
from bot.web.tokens import Guesses
from tests.fakes.clock import FakeClock
from tests.searching import examples
from tests.serving import Answer, Door, serving
from tests.sharing.stage import Stage

BOTS = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Microsoft Office/16.0 (Microsoft Outlook 16.0; Pro)",
    "SkypeUriPreview Preview/0.5",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0",
    "facebookexternalhit/1.1",
    "Twitterbot/1.0",
    "LinkedInBot/1.0",
    "Discordbot/2.0",
    "Barracuda Sentinel (EE)",
    "Proofpoint URL Defense",
    "Mimecast",
    "Iframely/1.3.1",
    "Embedly/0.2",
    "curl/8.5.0",
    "Wget/1.21",
    "python-requests/2.32",
)


def app(stage: Stage) -> Starlette:
    return web_app(
        stage.door.routes(),
        is_ready=lambda: True,
        metrics=lambda: b"",
        home=lambda: "",
    )


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def door(stage: Stage) -> Iterator[Door]:
    with serving(app(stage)) as opened:
        yield opened


def post(door: Door, path: str, given: Any) -> Answer:
    raw = given if isinstance(given, bytes) else json.dumps(given).encode()
    return door.ask("POST", path, raw, {"Content-Type": "application/json"})


def claim(door: Door, link: Link, **changed: str) -> Answer:
    nonce = post(door, "/share/nonce", {}).json["nonce"]
    auth = proof.auth_key(changed.pop("key", link.key))
    given = {"share": link.share, "ticket": link.ticket, "nonce": nonce, **changed}
    shown = proof.proof_of(
        auth, share=given["share"], ticket=given["ticket"], nonce=given["nonce"]
    )
    return post(door, "/share/claim", {"proof": shown, **given})


def opened(door: Door, link: Link) -> bytes:
    held = {"share": link.share, "lease": claim(door, link).json["lease"]}
    content = post(door, "/share/content", held)
    plain = seal.unseal(content.body, key=link.key)
    assert post(door, "/share/ack", held).status == 204
    return plain


def seen(answer: Answer) -> tuple[int, Mapping[str, str], bytes]:
    """Return everything a stranger sees of an answer, but its date."""
    headers = {name: text for name, text in answer.headers.items() if name != "date"}
    return answer.status, headers, answer.body


def test_a_link_opens_over_http_and_then_never_again(stage: Stage, door: Door) -> None:
    link = stage.sealed(b"\x00\xff evidence")
    assert opened(door, link) == b"\x00\xff evidence"
    assert claim(door, link).status == 404


def test_a_claim_says_whom_the_ticket_was_for_and_how_often_it_opens(
    stage: Stage, door: Door
) -> None:
    stage.incident()
    found = claim(door, stage.link("U0SECOND")).json
    assert (found["for"], found["uses_left"]) == ("U0SECOND", 0)
    assert found["lease_s"] == 60
    assert found["expires_at"] == "2026-11-20T16:00:00+00:00"


def test_looking_changes_nothing_whoever_looks(stage: Stage, door: Door) -> None:
    link = stage.sealed()
    before = stage.kinds(link.share)
    for bot in BOTS:
        for method in ("GET", "HEAD"):
            asked = door.ask(method, f"/d/{link.share}", headers={"User-Agent": bot})
            assert asked.status == 200
        for path in ("nonce", "claim", "content", "ack"):
            assert door.ask("GET", f"/share/{path}").status == 405
    assert stage.kinds(link.share) == before
    assert opened(door, link) == b"hello"


def test_the_page_is_the_same_for_every_address(stage: Stage, door: Door) -> None:
    used, alive = stage.sealed(), stage.sealed()
    opened(door, used)
    pages = [
        seen(door.ask("GET", f"/d/{one}"))
        for one in (used.share, alive.share, "sh_nothing", "%00", "x" * 500)
    ]
    assert all(page == pages[0] for page in pages)


def test_whoever_presses_without_the_key_burns_nothing(
    stage: Stage, door: Door
) -> None:
    link = stage.sealed()
    for _ in range(20):
        assert claim(door, link, key=seal.new_key()).status == 404
    assert opened(door, link) == b"hello"


def test_every_failure_is_one_answer(stage: Stage, door: Door) -> None:
    """Unknown, used, late, taken back, malformed and too many: nobody can tell."""
    stage.incident()
    revoked = stage.link()
    stage.revoke()
    used, late, alive = stage.sealed(), stage.sealed(life_s=300), stage.sealed()
    opened(door, used)
    stage.clock.go_on(301)
    held = {"share": alive.share, "lease": "A" * 22}
    answers = {
        "unknown": claim(door, alive, share="sh_01M8GF2HZ6C29BTE8YNTTFYQE3"),
        "used": claim(door, used),
        "late": claim(door, late),
        "revoked": claim(door, revoked),
        "wrong ticket": claim(door, alive, ticket="A" * 22),
        "wrong key": claim(door, alive, key=seal.new_key()),
        "wrong nonce": claim(door, alive, nonce="B" * 54),
        "no proof": claim(door, alive, proof="0" * 64),
        "odd proof": claim(door, alive, proof="\N{SNOWMAN}"),
        "path": claim(door, alive, share="../../etc/passwd"),
        "long": claim(door, alive, share="x" * 201),
        "no lease": post(door, "/share/content", held),
        "no ack": post(door, "/share/ack", held),
        "not json": post(door, "/share/claim", b"\xff\xfe{"),
        "not an object": post(door, "/share/claim", []),
        "empty": post(door, "/share/claim", b""),
        "deep": post(door, "/share/claim", b"[" * 4000),
        "large": post(door, "/share/claim", b"x" * 5000),
        "numbers": post(door, "/share/claim", {"share": 1, "ticket": None}),
    }
    stage.door.pace._per_minute = 0
    answers["too many"] = claim_raw(door)
    first = seen(answers["unknown"])
    assert first[0] == 404
    assert {name for name, one in answers.items() if seen(one) != first} == set()


class Refusing:
    """Links of which each refuses with the reason that the test chose."""

    reason = ""

    def nonce(self) -> str:
        raise Denied(self.reason)

    def claim(self, *_: Any, **__: Any) -> Any:
        raise Denied(self.reason)

    stream = acknowledge = claim


@pytest.mark.slow
@given(
    reason=st.sampled_from(DENIALS),
    path=st.sampled_from(["nonce", "claim", "content", "ack"]),
    odd=st.one_of(
        st.none(),
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: st.dictionaries(
                st.sampled_from(["share", "ticket", "nonce", "proof", "lease", "x"]),
                inner,
            ),
            max_leaves=6,
        ).map(lambda found: json.dumps(found).encode()),
    ),
    headers=st.dictionaries(
        st.sampled_from(
            ["Accept", "Origin", "Cookie", "User-Agent", "Sec-Fetch-Site", "Range"]
        ),
        st.text("abcdefgh/*;=", max_size=20),
    ),
)
@settings(max_examples=examples(0.5))
def test_no_reason_and_no_rubbish_changes_a_byte_of_the_refusal(
    refusing: tuple[Refusing, Door], reason: str, path: str, odd: Any, headers: Any
) -> None:
    """Status, every header in its order, and body; only the date may differ."""
    links, door = refusing
    links.reason = reason
    whole = {"share": "s", "ticket": "t", "nonce": "n", "proof": "p", "lease": "l"}
    body = json.dumps(whole).encode() if odd is None else odd
    assert raw_answer(door, path, body, headers) == raw_answer(door, "claim", b"", {})


@pytest.mark.slow
def test_every_reason_there_is_looks_the_same_wherever_it_comes_up(
    refusing: tuple[Refusing, Door],
) -> None:
    links, door = refusing
    whole = {"share": "s", "ticket": "t", "nonce": "n", "proof": "p", "lease": "l"}
    answers = set()
    for links.reason in DENIALS:
        for path in ("nonce", "claim", "content", "ack"):
            raw = raw_answer(door, path, json.dumps(whole).encode(), {})
            answers.add(tuple(raw))
    assert answers == {tuple(raw_answer(door, "claim", b"", {}))}


@pytest.mark.slow
def test_a_fault_of_ours_looks_like_any_refusal_and_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Refusing):
        def claim(self, *_: Any, **__: Any) -> Any:
            raise OSError(5, "Input/output error")

        stream = acknowledge = claim

    made = SharesDoor(
        links=Broken(),  # type: ignore[arg-type]
        clock=FakeClock(),
        admin_token="",
        guesses=Guesses(),
    )
    whole = {"share": "s", "ticket": "t", "nonce": "n", "proof": "p", "lease": "l"}
    body = json.dumps(whole).encode()
    with serving(web_app(made.routes(), **WEB)) as door:
        wanted = raw_answer(door, "claim", b"", {})
        for path in ("claim", "content", "ack"):
            assert raw_answer(door, path, body, {}) == wanted
    assert "Input/output error" in caplog.text


@pytest.mark.slow
def test_too_many_requests_look_the_same_and_so_do_those_for_who_one_is(
    refusing: tuple[Refusing, Door],
) -> None:
    _, door = refusing
    wanted = raw_answer(door, "claim", b"", {})
    made = SharesDoor(
        links=Refusing(),  # type: ignore[arg-type]
        clock=FakeClock(),
        admin_token="",
        guesses=Guesses(),
        pace=Pace(0),
        me_pace=Pace(0),
    )
    with serving(web_app(made.routes(), **WEB)) as slow:
        assert raw_answer(slow, "claim", b"", {}) == wanted
        assert raw_answer(slow, "me", b"", {}, method="GET") == wanted


WEB: Any = {"is_ready": lambda: True, "metrics": lambda: b"", "home": lambda: ""}


@pytest.fixture(scope="module")
def refusing() -> Iterator[tuple[Refusing, Door]]:
    links = Refusing()
    made = SharesDoor(
        links=links,  # type: ignore[arg-type]
        clock=FakeClock(),
        admin_token="",
        guesses=Guesses(),
        pace=Pace(10**9),
    )
    with serving(web_app(made.routes(), **WEB)) as door:
        yield links, door


def raw_answer(
    door: Door, path: str, body: bytes, headers: Any, *, method: str = "POST"
) -> list[bytes]:
    """Return the lines of an answer as they come, without the date."""
    asked = {"Host": "x", "Connection": "close", **headers}
    if method == "POST":
        asked["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {text}\r\n" for name, text in asked.items())
    with socket.create_connection((door.host, door.port), timeout=20) as there:
        there.sendall(f"{method} /share/{path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        raw = b"".join(iter(lambda: there.recv(65536), b""))
    return [one for one in raw.split(b"\r\n") if not one.startswith(b"date:")]


def test_whoever_asks_who_they_are_learns_nothing_about_a_share(door: Door) -> None:
    told = door.ask("GET", "/share/me")
    assert told.json == {"required": False, "signed_in": False, "person": ""}
    assert STRICT.items() <= told.headers.items()


def test_ipv6_addresses_count_by_network() -> None:
    def seen(host: str) -> str:
        return caller(Request({"type": "http", "client": (host, 1), "headers": []}))

    assert seen("2001:db8::1") == seen("2001:db8::ffff:1") != seen("2001:db8:1::1")
    assert seen("::ffff:192.0.2.1") == seen("192.0.2.1") == "192.0.2.1"
    assert seen("fe80::1%eth0") == seen("fe80::2")
    assert seen("testclient") == "testclient"
    assert caller(Request({"type": "http", "client": None, "headers": []})) == ""


def claim_raw(door: Door) -> Answer:
    return post(door, "/share/claim", {"share": "x"})


def test_what_a_stranger_cannot_tell_the_operator_can(
    stage: Stage, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    used, alive = stage.sealed(), stage.sealed()
    opened(door, used)
    claim(door, used)
    claim(door, alive, ticket="A" * 22)
    claim(door, alive, key=seal.new_key())
    claim(door, alive, share="sh_\r\nforged line")
    post(door, "/share/claim", b"?")
    said = [one.getMessage() for one in caplog.records if "share" in one.name]
    found = [one.rpartition(": ")[2] for one in said]
    assert found == ["over", "no_such_ticket", "wrong_key", "malformed", "malformed"]
    assert not [one for one in said if alive.key in one or alive.ticket in one]


STRICT = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow, noarchive, nosnippet",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
}


def test_every_answer_is_strict_and_says_nothing_about_us(
    stage: Stage, door: Door
) -> None:
    link = stage.sealed()
    leased = claim(door, link)
    held = {"share": link.share, "lease": leased.json["lease"]}
    answers = [
        door.ask("GET", f"/d/{link.share}"),
        door.ask("GET", "/share/viewer.css"),
        leased,
        post(door, "/share/content", held),
        post(door, "/share/ack", held),
        claim(door, link),
    ]
    for answer in answers:
        assert STRICT.items() <= answer.headers.items()
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        assert "access-control-allow-origin" not in answer.headers
        assert "set-cookie" not in answer.headers
    assert answers[3].headers["content-disposition"] == "attachment"


def test_hits_and_misses_are_counted_alike() -> None:
    clock, pace = FakeClock(), Pace()
    served = [pace.may("1.2.3.4", clock.now()) for _ in range(PER_MINUTE + 1)]
    assert served == [True] * PER_MINUTE + [False]
    assert pace.may("5.6.7.8", clock.now())
    clock.go_on(60)
    assert pace.may("1.2.3.4", clock.now())


def test_a_clock_that_goes_back_shuts_nobody_out() -> None:
    clock, pace = FakeClock(), Pace(per_minute=1)
    pace.may("1.2.3.4", clock.now())
    clock.go_on(-3600)
    assert pace.may("1.2.3.4", clock.now())


# --- sealing over HTTP ---


def put(door: Door, content: bytes, token: str = "admin-token", **given: Any) -> Answer:  # noqa: S107
    asked = {"ticket": "a" * 64, "auth": "b" * 64, "life_s": 3600, "opens": 1, **given}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    headers = {"Authorization": f"Bearer {token}"}
    return door.ask("POST", f"/admin/shares?{query}", content, headers)


def test_only_the_administrator_seals(door: Door) -> None:
    assert put(door, b"sealed").status == 200
    assert put(door, b"sealed", token="wrong").status == 401  # noqa: S106
    assert put(door, b"sealed", token="").status == 401


@pytest.mark.parametrize(
    "asked",
    [
        {"ticket": "a"},
        {"ticket": "A" * 64},
        {"auth": "b" * 63},
        {"auth": ""},
        {"life_s": 1},
        {"life_s": "-1"},
        {"life_s": "1e3"},
        {"life_s": "9" * 5000},
        {"life_s": "0" * 12 + "9" * 4000},
        {"opens": 0},
        {"opens": 101},
        {"person": "<@U0LEAD>"},
        {"person": "nobody"},
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    door: Door, asked: Mapping[str, Any]
) -> None:
    answer = put(door, b"sealed", **asked)
    assert answer.status == 400
    assert answer.json["because"]


def test_nothing_is_no_share(door: Door) -> None:
    assert put(door, b"").status == 400


def test_what_is_too_large_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path, share_limit_mib=1)
    with serving(app(stage)) as door:
        refused = put(door, bytes(2 * 1024 * 1024))
    assert (refused.status, refused.json["because"]) == (400, "it is larger than 1 MiB")
    assert list((tmp_path / "blobs").iterdir()) == []
    stage.close()


def test_what_is_encoded_is_not_taken(door: Door) -> None:
    query = f"ticket={'a' * 64}&auth={'b' * 64}&life_s=3600&opens=1"
    headers = {"Authorization": "Bearer admin-token", "Content-Encoding": "gzip"}
    answer = door.ask("POST", f"/admin/shares?{query}", b"x", headers)
    assert answer.status == 400


def test_whoever_hangs_up_while_sending_leaves_nothing(
    stage: Stage, door: Door
) -> None:
    query = f"ticket={'a' * 64}&auth={'b' * 64}&life_s=3600&opens=1"
    host, _, port = door.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(
            f"POST /admin/shares?{query} HTTP/1.1\r\nHost: x\r\n"
            "Authorization: Bearer admin-token\r\nContent-Length: 1000000\r\n\r\n"
            "half".encode()
        )
    assert put(door, b"sealed").status == 200
    assert len(stage.vault.blobs.names()) == 1


def test_the_ciphertext_says_how_long_it_is(stage: Stage, door: Door) -> None:
    link = stage.sealed(bytes(300_000))
    lease = claim(door, link).json["lease"]
    content = post(door, "/share/content", {"share": link.share, "lease": lease})
    assert content.headers["content-length"] == str(len(content.body))
    assert seal.unseal(content.body, key=link.key) == bytes(300_000)


@pytest.mark.slow
def test_what_is_taken_back_while_it_is_fetched_ends_the_connection(
    stage: Stage, door: Door
) -> None:
    link = stage.sealed(os.urandom(40 * 1024 * 1024))
    held = {"share": link.share, "lease": claim(door, link).json["lease"]}
    line = HTTPConnection(door.url.removeprefix("http://"), timeout=30)
    kind = {"Content-Type": "application/json"}
    line.request("POST", "/share/content", json.dumps(held), kind)
    answer = line.getresponse()
    first = answer.read(1000)
    stage.clock.go_on(3600)
    stage.house.sweep()
    rest = answer.read(100 * 1024 * 1024)
    line.close()
    promised = int(answer.headers["content-length"])
    assert answer.status == 200
    assert len(first) + len(rest) < promised
    assert claim(door, stage.sealed()).status == 200
