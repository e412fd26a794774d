"""The workspace signs people in as Slack does, and refuses what Slack refuses."""

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.practice.stage import MANIFEST, Stage

pytestmark = pytest.mark.slow
BACK = "https://tocsin.test/sign-in/slack/back"
SECRET = "client secret of " + "the tests"
OAUTH = MANIFEST["oauth_config"]
WITH_BACK = {
    **MANIFEST,
    "oauth_config": {
        "redirect_urls": [BACK],
        "scopes": {**OAUTH["scopes"], "user": ["openid"]},
    },
}
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .rstrip(b"=")
    .decode()
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    given = {"manifest": WITH_BACK, "client_secret": SECRET}
    async with Stage(settings=given) as stage:
        yield stage


async def authorized(stage: Stage, who: str = "U0LEAD", **changed: str) -> Any:
    asked = {
        "client_id": "practice",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid",
        "state": "s1",
        "nonce": "n1",
        "as": who,
        **changed,
    }
    asked = {name: value for name, value in asked.items() if value}
    url = f"{stage.url}/practice/openid/connect/authorize"
    async with stage.http.get(url, params=asked, allow_redirects=False) as answer:
        if answer.status != 302:
            return answer.status, await answer.text()
        where = urlsplit(answer.headers["Location"])
        given = {name: one[0] for name, one in parse_qs(where.query).items()}
        return f"{where.scheme}://{where.netloc}{where.path}", given


async def token(stage: Stage, shown: str, **changed: str) -> Any:
    asked = {
        "client_id": "practice",
        "client_secret": SECRET,
        "redirect_uri": BACK,
        "code": shown,
        **changed,
    }
    url = f"{stage.url}/practice/api/openid.connect.token"
    async with stage.http.post(url, data=asked) as answer:
        return await answer.json()


async def test_a_code_says_once_who_signed_in_for_whom_and_where(stage: Stage) -> None:
    where, given = await authorized(stage)
    assert (where, given["state"]) == (BACK, "s1")
    answer = await token(stage, given["code"])
    async with stage.http.get(f"{stage.url}/practice/openid/connect/keys") as keys:
        known = KeySet.import_key_set(await keys.json())
    said = jwt.decode(answer["id_token"], known, algorithms=["RS256"]).claims
    assert said["iss"] == f"{stage.url}/practice"
    assert (said["aud"], said["nonce"]) == ("practice", "n1")
    assert said["https://slack.com/user_id"] == "U0LEAD"
    assert said["https://slack.com/team_id"] == "T0TEAM"
    assert said["exp"] - said["iat"] == 300
    assert await token(stage, given["code"]) == {"ok": False, "error": "invalid_code"}


async def test_an_access_token_says_who_it_speaks_for(stage: Stage) -> None:
    _, given = await authorized(stage, "U0SECOND")
    access = (await token(stage, given["code"]))["access_token"]
    for shown, wanted in ((access, "U0SECOND"), ("guess", None)):
        asked = {"Authorization": f"Bearer {shown}"}
        url = f"{stage.url}/practice/api/openid.connect.userInfo"
        async with stage.http.get(url, headers=asked) as answer:
            assert (await answer.json()).get("sub") == wanted


async def test_a_person_is_chosen_on_a_page(stage: Stage) -> None:
    status, page = await authorized(stage, "")
    assert status == 200
    assert "sign-in.js" in page


@pytest.mark.parametrize("who", ["U0GONE", "U0BOT2", "U0NOBODY"])
async def test_who_cannot_sign_in_to_slack_is_turned_away(
    stage: Stage, who: str
) -> None:
    assert await authorized(stage, who) == (
        BACK,
        {"state": "s1", "error": "access_denied"},
    )


async def test_somebody_of_another_workspace_comes_with_that_one(stage: Stage) -> None:
    _, given = await authorized(stage, "U0EXTERNAL")
    said = (await token(stage, given["code"]))["id_token"].split(".")[1]
    assert b"T0OTHER" in base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "other"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.test/"}, "bad_redirect_uri"),
        ({"redirect_uri": BACK + "/"}, "bad_redirect_uri"),
        ({"response_type": "token"}, "invalid_response_type"),
        ({"scope": "openid email"}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
    ],
)
async def test_a_wrong_request_leads_nowhere(
    stage: Stage, changed: dict[str, str], error: str
) -> None:
    status, text = await authorized(stage, **changed)
    assert status == 400
    assert error in text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_secret": "guess"}, "bad_client_secret"),
        ({"client_id": "other"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.test/"}, "bad_redirect_uri"),
        ({"code": "guess"}, "invalid_code"),
    ],
)
async def test_a_wrong_exchange_says_nothing_and_costs_the_code(
    stage: Stage, changed: dict[str, str], error: str
) -> None:
    _, given = await authorized(stage)
    assert (await token(stage, given["code"], **changed))["error"] == error
    left = await token(stage, given["code"])
    assert left["ok"] is ("code" in changed)


async def test_a_code_needs_the_verifier_of_its_challenge(stage: Stage) -> None:
    for verifier, ok in (("w" * 43, False), ("", False), (VERIFIER, True)):
        _, given = await authorized(
            stage, code_challenge=CHALLENGE, code_challenge_method="S256"
        )
        found = await token(stage, given["code"], code_verifier=verifier)
        assert found["ok"] is ok


async def test_a_code_runs_out(stage: Stage) -> None:
    _, given = await authorized(stage)
    stage.clock.pass_s(601)
    assert (await token(stage, given["code"]))["error"] == "invalid_code"


async def test_somebody_can_become_a_guest_or_leave(stage: Stage) -> None:
    url = f"{stage.url}/practice/people/U0LEAD"
    wish = {"kind": "guest", "leaves": "C0INCIDENTS"}
    async with stage.http.post(url, json=wish) as answer:
        assert answer.status == 200
    user = await stage.slack.users_info(user="U0LEAD")
    assert user["user"]["is_restricted"] is True
    found = await stage.slack.conversations_members(channel="C0INCIDENTS")
    assert "U0LEAD" not in found["members"]
