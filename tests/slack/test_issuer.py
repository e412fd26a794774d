"""What Slack says about who signed in, and everything that only looks like it."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.ports.issuer import NotSignedIn, SignInSecrets
from bot.slack.issuer import IssuerSettings, SlackIssuer, challenge
from tests.fakes.clock import FakeClock
from tests.serving import Door, serving

pytestmark = pytest.mark.slow
CLIENT = "1.2"
BACK = "https://tocsin.test/sign-in/slack/back"
TRIED = SignInSecrets(state="s" * 22, nonce="n" * 64, verifier="v" * 64)
PERSON, TEAM = "https://slack.com/user_id", "https://slack.com/team_id"
Claims = dict[str, Any]


@pytest.fixture(scope="module")
def keys() -> tuple[RSAKey, RSAKey]:
    """Return Slack's key and one that a forger made under the same name."""
    ours, forged = (RSAKey.generate_key(2048, {"kid": "k1"}) for _ in range(2))
    return ours, forged


class Slack:
    """Answers a code with the token that the test made, and says its keys."""

    def __init__(self) -> None:
        self.token = ""
        self.keys: Any = []
        self.asked: list[dict[str, str]] = []
        self.keys_read = 0
        self.app = Starlette(
            routes=[
                Route("/api/openid.connect.token", self._token, methods=["POST"]),
                Route("/openid/connect/keys", self._keys),
            ]
        )

    async def _token(self, request: Request) -> Response:
        async with request.form() as form:
            self.asked.append({name: str(value) for name, value in form.items()})
        if not self.token:
            return JSONResponse({"ok": False, "error": "invalid_code"})
        return JSONResponse({"ok": True, "id_token": self.token})

    async def _keys(self, _: Request) -> Response:
        self.keys_read += 1
        return JSONResponse({"keys": self.keys})


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def door(slack: Slack) -> Iterator[Door]:
    with serving(slack.app) as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def issuer(door: Door, clock: FakeClock, *, pkce: bool = False) -> SlackIssuer:
    async def team() -> str:
        return "T0TEAM"

    return SlackIssuer(
        settings=IssuerSettings(
            client_id=CLIENT,
            client_secret="of this test",  # noqa: S106
            issuer=door.url,
            pkce=pkce,
        ),
        team=team,
        clock=clock,
    )


def claims(door: Door, clock: FakeClock, **changed: Any) -> Claims:
    now_s = int(clock.now().timestamp())
    whole = {
        "iss": door.url,
        "aud": CLIENT,
        "sub": "U0LEAD",
        "iat": now_s,
        "exp": now_s + 300,
        "nonce": TRIED.nonce,
        TEAM: "T0TEAM",
        PERSON: "U0LEAD",
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def signed(said: Claims, key: RSAKey, **head: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": "k1", **head}, said, key)


async def reason(asked: SlackIssuer) -> str:
    with pytest.raises(NotSignedIn) as no:
        await asked.person("code", TRIED, back=BACK)
    return no.value.reason


async def test_slack_says_who_it_is(
    slack: Slack, door: Door, clock: FakeClock, keys: tuple[RSAKey, RSAKey]
) -> None:
    slack.keys = [keys[0].as_dict(private=False)]
    slack.token = signed(claims(door, clock), keys[0])
    person = await issuer(door, clock).person("code", TRIED, back=BACK)
    assert person == "U0LEAD"
    assert slack.asked[0]["redirect_uri"] == BACK
    assert slack.asked[0]["client_secret"] == "of this test"  # noqa: S105
    assert "code_verifier" not in slack.asked[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.test"},
        {"iss": None},
        {"aud": "another app"},
        {"aud": [CLIENT, "another app"]},
        {"aud": []},
        {"aud": None},
        {"azp": "another app"},
        {"nonce": "of another try"},
        {"nonce": ""},
        {"nonce": None},
        {"exp": 0},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": 99999999999},
        {"iat": None},
        {TEAM: "T0OTHER"},
        {TEAM: None},
        {PERSON: None},
        {PERSON: "U0LEAD\n"},
        {PERSON: "<@U0LEAD>"},
        {PERSON: ["U0LEAD"]},
    ],
)
async def test_a_token_that_is_not_for_us_now_and_here_counts_for_nothing(
    slack: Slack,
    door: Door,
    clock: FakeClock,
    keys: tuple[RSAKey, RSAKey],
    changed: Claims,
) -> None:
    slack.keys = [keys[0].as_dict(private=False)]
    slack.token = signed(claims(door, clock, **changed), keys[0])
    assert await reason(issuer(door, clock))


async def test_a_token_runs_out_within_a_minute_of_its_time(
    slack: Slack, door: Door, clock: FakeClock, keys: tuple[RSAKey, RSAKey]
) -> None:
    slack.keys = [keys[0].as_dict(private=False)]
    slack.token = signed(claims(door, clock), keys[0])
    asked = issuer(door, clock)
    clock.go_on(359)
    assert await asked.person("code", TRIED, back=BACK) == "U0LEAD"
    clock.go_on(1)
    assert (await reason(asked)).startswith("bad_token")


def _part(given: Any) -> str:
    raw = given if isinstance(given, bytes) else json.dumps(given).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _none(said: Claims, _: RSAKey, __: RSAKey) -> str:
    return f"{_part({'alg': 'none', 'kid': 'k1'})}.{_part(said)}."


def _hmac(said: Claims, ours: RSAKey, _: RSAKey) -> str:
    """Sign with the public key as if it were a shared secret."""
    signed = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(said)}"
    mac = hmac.digest(ours.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{_part(mac)}"


def _by_a_forger(said: Claims, _: RSAKey, forged: RSAKey) -> str:
    return signed(said, forged)


def _with_a_key_of_its_own(said: Claims, _: RSAKey, forged: RSAKey) -> str:
    return signed(said, forged, jwk=forged.as_dict(private=False))


def _another_algorithm(said: Claims, ours: RSAKey, _: RSAKey) -> str:
    return jwt.encode({"alg": "RS512", "kid": "k1"}, said, ours, algorithms=["RS512"])


def _unknown_key(said: Claims, ours: RSAKey, _: RSAKey) -> str:
    return signed(said, ours, kid="k2")


def _no_key(said: Claims, ours: RSAKey, _: RSAKey) -> str:
    return jwt.encode({"alg": "RS256"}, said, ours)


def _changed(said: Claims, ours: RSAKey, _: RSAKey) -> str:
    head, _body, mac = signed(said, ours).split(".")
    other = signed({**said, PERSON: "U0COMMANDER"}, ours).split(".")[1]
    return f"{head}.{other}.{mac}"


@pytest.mark.parametrize(
    "forge",
    [
        *(_none, _hmac, _by_a_forger, _with_a_key_of_its_own, _another_algorithm),
        *(_unknown_key, _no_key, _changed),
        *(lambda *_, text=text: text for text in ("x", "a.b.c", "..", "e30.e30.e30")),
    ],
)
async def test_what_slack_did_not_sign_counts_for_nothing(
    slack: Slack,
    door: Door,
    clock: FakeClock,
    keys: tuple[RSAKey, RSAKey],
    forge: Callable[[Claims, RSAKey, RSAKey], str],
) -> None:
    slack.keys = [keys[0].as_dict(private=False)]
    slack.token = forge(claims(door, clock), *keys)
    assert (await reason(issuer(door, clock))).startswith("bad_token")


async def test_a_new_key_of_slack_s_is_found_and_forged_names_do_not_make_us_ask(
    slack: Slack, door: Door, clock: FakeClock, keys: tuple[RSAKey, RSAKey]
) -> None:
    asked, (ours, _) = issuer(door, clock), keys
    slack.keys = [ours.as_dict(private=False)]
    slack.token = signed(claims(door, clock), ours)
    await asked.person("code", TRIED, back=BACK)
    slack.token = signed(claims(door, clock), ours, kid="k2")
    for _ in range(5):
        await reason(asked)
    assert slack.keys_read == 1
    slack.keys = [{**ours.as_dict(private=False), "kid": "k2"}]
    clock.go_on(31)
    slack.token = signed(claims(door, clock), ours, kid="k2")
    assert await asked.person("code", TRIED, back=BACK) == "U0LEAD"
    assert slack.keys_read == 2


@pytest.mark.parametrize(
    "rows", [[], "x", [1], [{"kty": "RSA", "kid": "k1", "n": "x"}], [{"kty": "oct"}]]
)
async def test_keys_that_are_none_open_nothing(
    slack: Slack,
    door: Door,
    clock: FakeClock,
    keys: tuple[RSAKey, RSAKey],
    rows: Any,
) -> None:
    slack.keys = rows
    slack.token = signed(claims(door, clock), keys[0])
    assert await reason(issuer(door, clock))


async def test_a_code_that_slack_refuses_signs_nobody_in(
    slack: Slack, door: Door, clock: FakeClock
) -> None:
    assert await reason(issuer(door, clock)) == "code_refused"
    assert slack.keys_read == 0


async def test_when_slack_cannot_be_reached_nobody_is_signed_in(
    clock: FakeClock,
) -> None:
    nowhere = Door("127.0.0.1", 1)
    assert await reason(issuer(nowhere, clock)) == "no_answer"


async def test_the_verifier_goes_along_where_the_app_uses_pkce(
    slack: Slack, door: Door, clock: FakeClock
) -> None:
    asked = issuer(door, clock, pkce=True)
    where = await asked.address(TRIED, back=BACK)
    assert f"code_challenge={challenge(TRIED.verifier)}" in where
    assert "code_challenge_method=S256" in where
    assert TRIED.verifier not in where
    await reason(asked)
    assert slack.asked[0]["code_verifier"] == TRIED.verifier


async def test_the_browser_is_sent_with_what_comes_back(
    door: Door, clock: FakeClock
) -> None:
    where = await issuer(door, clock).address(TRIED, back=BACK)
    assert where.startswith(f"{door.url}/openid/connect/authorize?")
    for part in ("response_type=code", "scope=openid", "team=T0TEAM"):
        assert part in where
    assert "code_challenge" not in where


def test_a_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_only_keys_for_signatures_of_rsa_are_believed() -> None:
    from bot.slack.issuer import _rsa_keys

    found = _rsa_keys([{"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}])
    assert isinstance(found, KeySet)
    assert not list(found.keys)
