"""The fault plan: Slack's bad days on request."""

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler

from tests.practice.stage import TOKEN, Json, Stage

POST = "chat.postMessage"
ARGS: Json = {"channel": "C0INCIDENTS", "text": "x"}


async def plan(stage: Stage, **rule: object) -> Json:
    url = f"{stage.url}/practice/faults"
    async with stage.http.post(url, json=[rule]) as answer:
        found: Json = await answer.json()
        return found


async def texts(stage: Stage) -> list[str]:
    found = await stage.get("/channels/C0INCIDENTS/messages")
    return [one["text"] for one in found["messages"]]


@pytest.mark.parametrize(
    ("kind", "posted"), [("drop_before", []), ("drop_after_commit", ["x"])]
)
async def test_a_connection_can_drop_before_or_after_the_work(
    stage: Stage, kind: str, posted: list[str]
) -> None:
    await plan(stage, method=POST, kind=kind)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await stage.slack.chat_postMessage(**ARGS)
    assert await texts(stage) == posted
    await stage.slack.chat_postMessage(**ARGS)


@pytest.mark.slow
async def test_the_sdk_posts_twice_when_its_connection_drops(stage: Stage) -> None:
    stage.slack.retry_handlers.append(AsyncConnectionErrorRetryHandler())
    await plan(stage, method=POST, kind="drop_after_commit")
    await stage.slack.chat_postMessage(**ARGS)
    assert await texts(stage) == ["x", "x"]


async def test_an_error_can_be_asked_for(stage: Stage) -> None:
    await plan(stage, method="*", kind="error", error="fatal_error", times=2)
    assert await stage.refused(POST, **ARGS) == "fatal_error"
    assert await stage.refused("auth.test") == "fatal_error"
    await stage.slack.auth_test()


@pytest.mark.parametrize(
    ("rule", "status", "word"),
    [
        ({"kind": "error", "status": 500}, 500, "fatal_error"),
        ({"kind": "ratelimited", "retry_after": 7}, 429, "ratelimited"),
        ({"kind": "garbage"}, 200, "<html>"),
        ({"kind": "slow", "seconds": 0}, 200, '"ok":true'),
    ],
)
async def test_each_kind_of_fault_looks_like_itself(
    stage: Stage, rule: Json, status: int, word: str
) -> None:
    await plan(stage, method=POST, **rule)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"{stage.url}/practice/api/{POST}"
    async with stage.http.post(url, json=ARGS, headers=headers) as answer:
        assert answer.status == status
        assert word in await answer.text()
        assert answer.headers.get("Retry-After", "7") == "7"


async def test_the_plan_can_be_seen_and_cleared(stage: Stage) -> None:
    await plan(stage, method=POST, kind="error", times=3)
    await stage.refused(POST, **ARGS)
    report = await stage.get("/faults")
    assert report["rules"][0]["times"] == 2
    assert report["calls"] == {POST: 1}
    async with stage.http.delete(f"{stage.url}/practice/faults") as answer:
        assert (await answer.json())["rules"] == []
    await stage.slack.chat_postMessage(**ARGS)


async def test_a_plan_with_an_unknown_kind_is_refused(stage: Stage) -> None:
    assert (await plan(stage, method=POST, kind="flood"))["error"] == "invalid_fault"
    assert (await plan(stage, kind="slow", colour="red"))["error"] == "invalid_fault"
