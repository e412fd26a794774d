"""Socket Mode as Slack plays it: addresses, envelopes, acks and bad days."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.practice.stage import APP_TOKEN, Json, Stage

HERE = {"channel": "C0INCIDENTS"}
OPEN = "apps.connections.open"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(settings={"transport": "socket", "ack_timeout_s": 0.2}) as stage:
        stage.slack = AsyncWebClient(APP_TOKEN, base_url=stage.slack.base_url)
        stage.slack.retry_handlers.clear()
        yield stage


async def connected(stage: Stage) -> aiohttp.ClientWebSocketResponse:
    """Connect as an app does and hear the hello."""
    answer = await stage.slack.api_call(OPEN)
    link = await stage.http.ws_connect(answer["url"])
    hello = await link.receive_json()
    assert hello["type"] == "hello"
    assert hello["connection_info"] == {"app_id": "A0TOCSIN"}
    assert hello["num_connections"] == len(stage.space.sockets.links)
    return link


async def fault(stage: Stage, **rule: Any) -> None:
    url, rules = f"{stage.url}/practice/faults", [{"method": "socket", **rule}]
    async with stage.http.post(url, json=rules) as answer:
        assert answer.status == 200


async def pressed(stage: Stage) -> "asyncio.Task[Json]":
    """Let somebody type a command; nobody answers it yet."""
    done = stage.do("U0LEAD", "command", **HERE, text="/incident list")
    return asyncio.create_task(done)


async def test_a_bot_token_opens_no_connection(stage: Stage) -> None:
    stage.slack = AsyncWebClient(
        stage.space.settings.bot_token, base_url=stage.slack.base_url
    )
    assert await stage.refused(OPEN) == "not_allowed_token_type"
    stage.slack = AsyncWebClient(APP_TOKEN, base_url=stage.slack.base_url)
    assert await stage.refused("auth.test") == "not_allowed_token_type"


async def test_the_app_token_needs_its_scope() -> None:
    async with Stage(settings={"app_scopes": ()}) as stage:
        stage.slack = AsyncWebClient(APP_TOKEN, base_url=stage.slack.base_url)
        answer = await stage.refusal(OPEN)
    assert (answer["error"], answer["needed"]) == ("missing_scope", "connections:write")


async def test_an_address_works_once(stage: Stage) -> None:
    address = (await stage.slack.api_call(OPEN))["url"]
    link = await stage.http.ws_connect(address)
    await link.close()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await stage.http.ws_connect(address)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await stage.http.ws_connect(f"{stage.url}/practice/link")


async def test_a_page_of_another_site_gets_no_connection(stage: Stage) -> None:
    address = (await stage.slack.api_call(OPEN))["url"]
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await stage.http.ws_connect(address, origin="https://evil.example")


async def test_a_command_comes_in_an_envelope_and_its_ack_answers(
    stage: Stage,
) -> None:
    link = await connected(stage)
    done = await pressed(stage)
    envelope = await link.receive_json()
    assert envelope["type"] == "slash_commands"
    assert envelope["accepts_response_payload"] is True
    assert envelope["payload"]["text"] == "list"
    assert "retry_attempt" not in envelope
    await link.send_json(
        {"envelope_id": envelope["envelope_id"], "payload": {"text": "none"}}
    )
    assert (await done)["ack"] == {"text": "none"}
    assert [one["text"] for one in (await done)["ephemerals"]] == ["none"]
    assert stage.got == []
    await link.close()


async def test_a_press_nobody_acks_fails_and_does_not_come_again(stage: Stage) -> None:
    link = await connected(stage)
    done = await pressed(stage)
    await link.receive_json()
    assert (await done)["error"] == "operation_timeout"
    assert (await (await pressed(stage)))["error"] == "operation_timeout"
    await link.receive_json()
    await link.close()


async def test_without_a_connection_a_press_fails_at_once(stage: Stage) -> None:
    assert (await (await pressed(stage)))["error"] == "dispatch_failed"


async def test_an_event_nobody_acks_comes_again_with_its_count(stage: Stage) -> None:
    link = await connected(stage)
    await stage.do("U0LEAD", "home")
    first, second = await link.receive_json(), await link.receive_json()
    assert first["accepts_response_payload"] is False
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "http_timeout")
    await link.close()


async def test_an_ack_that_is_too_slow_does_not_count(stage: Stage) -> None:
    link = await connected(stage)
    await fault(stage, kind="slow", seconds=5)
    done = await pressed(stage)
    await link.send_json({"envelope_id": (await link.receive_json())["envelope_id"]})
    assert (await done)["error"] == "operation_timeout"
    await link.close()


@pytest.mark.parametrize("kind", ["cut", "cut_after"])
async def test_a_connection_can_be_cut_before_or_after_the_envelope(
    stage: Stage, kind: str
) -> None:
    link = await connected(stage)
    await fault(stage, kind=kind)
    assert (await (await pressed(stage)))["error"] == "dispatch_failed"
    kinds = {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    seen = [(await link.receive()).type for _ in range(2)]
    assert seen[-1] in kinds
    assert stage.space.sockets.links == {}


async def test_slack_can_ask_an_app_to_leave(stage: Stage) -> None:
    link = await connected(stage)
    await fault(stage, kind="disconnect", error="refresh_requested")
    done = await pressed(stage)
    leave = await link.receive_json()
    assert (leave["type"], leave["reason"]) == ("disconnect", "refresh_requested")
    await link.send_json({"envelope_id": (await link.receive_json())["envelope_id"]})
    assert (await done)["ok"]
    await link.close()


async def test_a_payload_can_come_on_two_connections(stage: Stage) -> None:
    one, other = await connected(stage), await connected(stage)
    await fault(stage, kind="duplicate")
    done = await pressed(stage)
    first, second = await one.receive_json(), await other.receive_json()
    assert first["payload"] == second["payload"]
    await one.send_json({"envelope_id": first["envelope_id"]})
    assert (await done)["ok"]
    await one.close()
    await other.close()
