"""What `tocsin doctor` asks Slack about the app token."""

import asyncio

import pytest

from bot.domain.errors import Unreachable
from bot.slack.examine import examine_app_token, unknown_groups
from tests.practice.stage import APP_TOKEN, TOKEN, Stage

pytestmark = pytest.mark.slow


async def examined(stage: Stage, token: str) -> None:
    api_url = f"{stage.url}/practice/api/"
    await asyncio.to_thread(examine_app_token, token, base_url=api_url)


async def test_an_app_token_is_examined_without_connecting() -> None:
    async with Stage() as stage:
        await examined(stage, APP_TOKEN)
        assert stage.space.sockets.links == {}


@pytest.mark.parametrize(
    ("scopes", "token", "because", "next_move"),
    [
        ((), APP_TOKEN, "missing_scope", "connections:write"),
        (("connections:write",), TOKEN, "not_allowed_token_type", "xapp"),
        (("connections:write",), APP_TOKEN + "x", "invalid_auth", "Make a new"),
    ],
)
async def test_a_token_that_opens_nothing_comes_with_the_next_move(
    scopes: tuple[str, ...], token: str, because: str, next_move: str
) -> None:
    async with Stage(settings={"app_scopes": scopes}) as stage:
        with pytest.raises(Unreachable) as no:
            await examined(stage, token)
    assert because in no.value.because
    assert next_move in no.value.next_move
    assert token not in str(no.value)


async def test_user_groups_that_slack_does_not_have_are_told() -> None:
    async with Stage() as stage:
        missing = await asyncio.to_thread(
            unknown_groups,
            TOKEN,
            ("S0ONCALL", "approvers", "S0DPO", "privacy"),
            base_url=f"{stage.url}/practice/api/",
        )
    assert missing == ("S0DPO", "privacy")
