"""Sign in with Slack at our doors: who gets in, and what cannot be done with it."""

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from bot.domain.commands import PersonKind
from bot.guards import Guards
from bot.web import html
from bot.web.app import web_app
from bot.web.sign_in_tries import TRY_LIVES, SignInTries
from bot.web.slack_sign_in import PER_MINUTE, START, own_page
from bot.wire_identity import IdentityNeeds, build_identity
from tests.core import rulings
from tests.fakes.issuer import FakeIssuer
from tests.serving import Answer, Door, serving
from tests.web.test_pages_door import HTTPS, Stage, get, signed_in

pytestmark = pytest.mark.slow
PAGE = "/incidents/INC-0001"


class SignInStage(Stage):
    """The pages, and an issuer beside them."""

    def __init__(self, folder: Path, base_url: str = "http://127.0.0.1:1") -> None:
        super().__init__(folder, base_url)
        self.issuer = FakeIssuer()
        self.identity = build_identity(
            IdentityNeeds(
                store=self.core.store,
                clock=self.core.clock,
                sessions=self.sessions,
                person=self.person,
                names=self.names,
                base_url=base_url,
                guards=Guards(rulings().redactor),
                issuer=self.issuer,
                required=True,
            )
        )
        self.app = web_app(
            [*self.identity.routes, *self.routes],
            is_ready=lambda: True,
            metrics=bytes,
            home=lambda: "",
        )


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[SignInStage]:
    made = SignInStage(tmp_path)
    yield made
    made.core.close()


@pytest.fixture
def door(stage: SignInStage) -> Iterator[Door]:
    with serving(stage.app) as opened:
        yield opened


def begun(door: Door, to: str = PAGE) -> tuple[str, str]:
    """Press Sign in with Slack; return the state and this browser's cookie."""
    answer = door.ask("GET", f"{START}?to={quote(to)}")
    assert answer.status == 303
    state = parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]
    return state, answer.headers["set-cookie"].partition(";")[0]


def back(door: Door, state: str, cookie: str, code: str = "code") -> Answer:
    path = f"{START}/back?state={quote(state)}&code={quote(code)}"
    return get(door, path, cookie)


def session(answer: Answer) -> str:
    """Return the session cookie an answer sets, "" if it sets none."""
    set_cookies = answer.headers.get("set-cookie", "")
    found = re.match(r"((?:__Host-)?tocsin=[^;]+);", set_cookies)
    return found.group(1) if found and '""' not in found.group(1) else ""


def is_in(door: Door, cookie: str) -> bool:
    return get(door, PAGE, cookie).status == 200


def cookies(door: Door, path: str, headers: dict[str, str]) -> list[str]:
    """Return every Set-Cookie of an answer; the door's own keeps one a name."""
    asking = http.client.HTTPConnection(door.host, door.port, timeout=20)
    try:
        asking.request("GET", path, headers=headers)
        return asking.getresponse().headers.get_all("Set-Cookie") or []
    finally:
        asking.close()


def came_back(stage: SignInStage, door: Door, person: str = "U0LEAD") -> list[str]:
    """Sign in as somebody; return the cookies that are set."""
    state, cookie = begun(door)
    stage.issuer.people["code"] = person
    path = f"{START}/back?state={state}&code=code"
    return cookies(door, path, {"Cookie": cookie})


def own(found: list[str]) -> str:
    """Return the value of the session's cookie, "" if none was set."""
    values = [one.partition(";")[0] for one in found if one.startswith("tocsin=")]
    return values[0] if values and values[0] != 'tocsin=""' else ""


def test_who_slack_says_is_signed_in_and_led_to_their_page(
    stage: SignInStage, door: Door
) -> None:
    state, cookie = begun(door)
    stage.issuer.people["code"] = "U0LEAD"
    answer = back(door, state, cookie)
    assert answer.status == 200
    assert f'content="1; url={PAGE}"' in answer.body.decode()
    page = get(door, PAGE, own(came_back(stage, door)))
    assert page.status == 200
    assert b"Lee Novak" in page.body


def test_the_way_in_is_offered_where_somebody_is_not_signed_in() -> None:
    offered = html.not_reading(None, sign_in=f"{START}?to={PAGE}")
    assert f'href="{START}?to={PAGE}"' in bytes(offered.body).decode()


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "/incidents/INC-0001/../../evil",
        "/incidents//evil.test",
        "/incidents?x=https://evil.test",
        "/incidents\r\nSet-Cookie: a=b",
        "/sign-in/done/../x",
        "javascript:alert(1)",
        "/share/me",
        "",
        "/incidents/INC-0001\n",
    ],
)
def test_signing_in_leads_nowhere_but_to_our_pages(
    stage: SignInStage, door: Door, to: str
) -> None:
    assert own_page(to) == "/incidents"
    state, cookie = begun(door, to)
    stage.issuer.people["code"] = "U0LEAD"
    answer = back(door, state, cookie)
    assert 'content="1; url=/incidents"' in answer.body.decode()
    assert b"evil" not in answer.body


def test_somebody_else_s_way_back_signs_nobody_in(
    stage: SignInStage, door: Door
) -> None:
    """Login CSRF: an attacker's state and code, opened in a victim's browser."""
    attackers, _ = begun(door)
    _, victims = begun(door)
    stage.issuer.people["code"] = "U0SECOND"
    for cookie in ("", victims, "tocsin-sign-in=", "tocsin-sign-in=" + "A" * 43):
        answer = back(door, attackers, cookie)
        assert answer.status == 403
        assert session(answer) == ""
    assert stage.issuer.shown == []


def test_a_way_back_is_used_once(stage: SignInStage, door: Door) -> None:
    state, cookie = begun(door)
    stage.issuer.people["code"] = "U0LEAD"
    assert back(door, state, cookie).status == 200
    stage.issuer.people["code"] = "U0LEAD"  # an issuer that lets codes be replayed
    assert back(door, state, cookie).status == 403
    assert stage.issuer.shown == ["code"]


def test_a_try_is_over_after_ten_minutes_to_the_instant(
    stage: SignInStage, door: Door
) -> None:
    early, late = begun(door), begun(door)
    stage.issuer.people |= {"a": "U0LEAD", "b": "U0LEAD"}
    stage.core.clock.go_on(TRY_LIVES.total_seconds() - 1e-6)
    assert back(door, *early, "a").status == 200
    stage.core.clock.go_on(1e-6)
    assert back(door, *late, "b").status == 403


def test_every_way_back_that_fails_looks_the_same(
    stage: SignInStage, door: Door
) -> None:
    used = begun(door)
    stage.issuer.people["code"] = "U0LEAD"
    back(door, *used)
    answers = {
        "used": back(door, *used),
        "refused by Slack": back(door, *begun(door), "unknown"),
        "no code": back(door, *begun(door), ""),
        "a long code": back(door, *begun(door), "x" * 513),
        "no state": back(door, "", begun(door)[1]),
        "a wrong state": back(door, "A" * 22, begun(door)[1]),
        "an odd state": back(door, "\N{SNOWMAN}" * 22, begun(door)[1]),
        "no cookie": back(door, begun(door)[0], ""),
        "said no": get(door, f"{START}/back?error=access_denied&state=x"),
    }
    seen = {name: (one.status, one.body) for name, one in answers.items()}
    assert set(seen.values()) == {seen["used"]}
    assert seen["used"][0] == 403


@pytest.mark.parametrize(
    "kind",
    [
        PersonKind.GUEST,
        PersonKind.EXTERNAL,
        PersonKind.BOT,
        PersonKind.DEACTIVATED,
        PersonKind.UNKNOWN,
    ],
)
def test_only_a_full_member_is_let_in_whatever_the_token_says(
    stage: SignInStage, door: Door, kind: PersonKind
) -> None:
    stage.kinds["U0LEAD"] = kind
    assert own(came_back(stage, door)) == ""
    kept = stage.core.store.read(lambda tx: tx.tables.execute("SELECT * FROM session"))
    assert not kept


def test_a_session_ends_with_the_membership(stage: SignInStage, door: Door) -> None:
    cookie = own(came_back(stage, door))
    assert is_in(door, cookie)
    stage.kinds["U0LEAD"] = PersonKind.GUEST
    assert not is_in(door, cookie)
    stage.kinds.clear()
    assert not is_in(door, cookie)


def test_a_cookie_that_was_planted_is_never_a_session(
    stage: SignInStage, door: Door
) -> None:
    """Session fixation: the value is always new, and the one before it is dead."""
    planted = "tocsin=" + "A" * 43
    old = signed_in(stage, door)
    for before in (planted, old):
        state, cookie = begun(door)
        stage.issuer.people["code"] = "U0LEAD"
        path = f"{START}/back?state={state}&code=code"
        found = own(cookies(door, path, {"Cookie": f"{cookie}; {before}"}))
        assert found
        assert found != before
        assert not is_in(door, before)


def test_cookies_are_for_this_browser_and_this_site(tmp_path: Path) -> None:
    stage = SignInStage(tmp_path, HTTPS)
    with serving(stage.app) as door:
        (tried,) = cookies(door, START, {})
        state = next(iter(stage.issuer.asked))
        stage.issuer.people["code"] = "U0LEAD"
        value = tried.partition(";")[0]
        path = f"{START}/back?state={state}&code=code"
        made, dropped = sorted(cookies(door, path, {"Cookie": value}), reverse=True)
    stage.core.close()
    assert tried.startswith("__Host-tocsin-sign-in=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(tried.split("; "))
    assert made.startswith("__Host-tocsin=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=strict"} <= set(made.split("; "))
    assert dropped.startswith('__Host-tocsin-sign-in=""; ')


def test_what_goes_to_slack_and_what_is_kept_gives_nothing_away(
    stage: SignInStage, door: Door, tmp_path: Path
) -> None:
    state, cookie = begun(door)
    tried = stage.issuer.asked[state]
    stage.core.close()
    kept = b"".join(one.read_bytes() for one in tmp_path.glob("*.db*"))
    browser = cookie.partition("=")[2]
    for secret in (state, browser, tried.nonce, tried.verifier):
        assert secret.encode() not in kept
    assert len({state, browser, tried.nonce, tried.verifier}) == 4


def test_whoever_begins_too_often_has_to_wait(stage: SignInStage, door: Door) -> None:
    found = [door.ask("GET", START).status for _ in range(PER_MINUTE + 1)]
    assert found == [303] * PER_MINUTE + [429]
    assert door.ask("GET", f"{START}/back").status == 429


def test_without_encryption_beyond_this_machine_there_is_no_way_in(
    tmp_path: Path,
) -> None:
    stage = SignInStage(tmp_path, "http://tocsin.example")
    assert (stage.identity.routes, stage.identity.start) == ((), "")
    stage.core.close()


def test_a_flood_of_tries_stays_small(
    stage: SignInStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.sign_in_tries.MOST_TRIES", 3)
    tries = SignInTries(store=stage.core.store, clock=stage.core.clock)
    made = []
    for _ in range(5):
        stage.core.clock.go_on(1)
        made.append(tries.begin("/incidents").result())
    alive = [tries.use(one.state, browser).result() for browser, one in made]
    assert [one is not None for one in alive] == [False, False, True, True, True]


def test_tries_of_two_browsers_do_not_mix(stage: SignInStage) -> None:
    tries = SignInTries(store=stage.core.store, clock=stage.core.clock)
    one, first = tries.begin("/incidents").result()
    two, second = tries.begin("/incidents").result()
    assert tries.use(first.state, two).result() is None
    assert tries.use(second.state, one).result() is None
    assert tries.use(first.state, one).result() == ("/incidents", first)
    assert tries.use(first.state, one).result() is None
