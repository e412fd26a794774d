"""What the Web API checks before and while a method runs, in Slack's words."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.practice.stage import MANIFEST, TOKEN, Stage, actions, button, modal

HERE = {"channel": "C0INCIDENTS"}
POST = "chat.postMessage"


async def test_the_answer_says_which_scopes_were_granted(stage: Stage) -> None:
    answer = await stage.slack.auth_test()
    assert answer["user_id"] == "U0TOCSIN"
    assert "chat:write" in answer.headers["X-OAuth-Scopes"]


@pytest.mark.parametrize(
    ("token", "code"), [("", "not_authed"), (TOKEN + "x", "invalid_auth")]
)
async def test_a_call_without_the_right_token_is_refused(
    stage: Stage, token: str, code: str
) -> None:
    stage.slack = AsyncWebClient(token, base_url=stage.slack.base_url)
    assert await stage.refused("auth.test") == code


@pytest.mark.parametrize(
    ("method", "args", "code"),
    [
        ("chat.shout", {}, "unknown_method"),
        (POST, {"text": "x"}, "invalid_arguments"),
        (POST, {**HERE, "text": "x", "colour": "red"}, "invalid_arguments"),
        (POST, {**HERE, "blocks": "not json"}, "invalid_arguments"),
        (POST, {**HERE, "text": "x", "unfurl_links": "maybe"}, "invalid_arguments"),
        (POST, {**HERE, "text": ""}, "no_text"),
        (POST, {**HERE, "text": "x" * 40_001}, "msg_too_long"),
        (POST, {**HERE, "blocks": [{"type": "x"}]}, "invalid_blocks"),
        (POST, {**HERE, "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
        (POST, {**HERE, "text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        (POST, {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.update", {**HERE, "ts": "1.2", "text": "x"}, "message_not_found"),
        (
            "chat.postEphemeral",
            {**HERE, "user": "U0GONE", "text": "x"},
            "user_not_in_channel",
        ),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("usergroups.users.list", {"usergroup": "S0NONE"}, "no_such_subteam"),
        ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
        (
            "views.open",
            {"trigger_id": "made-up", "view": modal()},
            "invalid_trigger_id",
        ),
        (
            "views.open",
            {"trigger_id": "x", "view": {"type": "modal"}},
            "invalid_arguments",
        ),
        (
            "views.publish",
            {"user_id": "U0NOBODY", "view": {"type": "home", "blocks": []}},
            "user_not_found",
        ),
    ],
)
async def test_a_wrong_call_is_refused_in_slacks_words(
    stage: Stage, method: str, args: dict[str, Any], code: str
) -> None:
    assert await stage.refused(method, **args) == code


async def test_the_pointer_leads_to_the_wrong_field(stage: Stage) -> None:
    wrong = [actions(button(text="x" * 76))]
    answer = await stage.refusal(POST, **HERE, blocks=wrong)
    pointer = "[json-pointer:/blocks/0/elements/0/text/text]"
    assert pointer in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize(
    ("scope", "method", "args"),
    [
        ("chat:write", POST, {**HERE, "text": "x"}),
        ("users:read", "users.info", {"user": "U0LEAD"}),
        ("usergroups:read", "usergroups.list", {}),
        ("channels:read", "conversations.info", HERE),
        ("groups:read", "conversations.info", {"channel": "C0PRIVATE"}),
        ("channels:history", "conversations.history", HERE),
    ],
)
async def test_a_method_needs_its_scope(
    scope: str, method: str, args: dict[str, Any]
) -> None:
    granted = MANIFEST["oauth_config"]["scopes"]
    less = [one for one in granted["bot"] if one != scope]
    manifest = {**MANIFEST, "oauth_config": {"scopes": {"bot": less}}}
    async with Stage(settings={"manifest": manifest}) as stage:
        answer = await stage.refusal(method, **args)
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert scope not in answer["provided"].split(",")


async def test_optional_scopes_can_be_withheld() -> None:
    async with Stage(settings={"optional_scopes_granted": False}) as stage:
        assert await stage.refused("conversations.history", **HERE) == "missing_scope"


async def test_the_bot_must_be_in_the_channel(stage: Stage) -> None:
    for channel, members in (("C0GENERAL", []), ("C0PRIVATE", ["U0LEAD"])):
        row = stage.space.records.get("channels", channel)
        assert row is not None
        stage.space.records.put("channels", channel, {**row, "members": members})
    args = {"text": "x"}
    assert await stage.refused(POST, channel="C0GENERAL", **args) == "not_in_channel"
    assert await stage.refused(POST, channel="C0PRIVATE", **args) == "channel_not_found"
    info = await stage.slack.conversations_info(channel="C0GENERAL")
    assert info["channel"]["is_member"] is False


async def test_nobody_writes_in_an_archived_channel(stage: Stage) -> None:
    row = stage.space.records.get("channels", "C0GENERAL")
    assert row is not None
    stage.space.records.put("channels", "C0GENERAL", {**row, "is_archived": True})
    assert await stage.refused(POST, channel="C0GENERAL", text="x") == "is_archived"
    said = await stage.do("U0LEAD", "say", channel="C0GENERAL", text="x")
    assert said["error"] == "is_archived"


async def test_only_its_own_messages_can_be_edited(stage: Stage) -> None:
    await stage.do("U0LEAD", "say", channel="C0INCIDENTS", text="mine")
    theirs = (await stage.get("/channels/C0INCIDENTS/messages"))["messages"][-1]["ts"]
    args = {**HERE, "ts": theirs}
    assert await stage.refused("chat.update", **args, text="x") == "cant_update_message"


async def test_an_edit_is_at_most_4000_characters(stage: Stage) -> None:
    ts = await stage.say("x" * 40_000)
    await stage.slack.chat_update(channel="C0INCIDENTS", ts=ts, text="x" * 4000)
    args = {**HERE, "ts": ts, "text": "x" * 4001}
    assert await stage.refused("chat.update", **args) == "msg_too_long"


async def test_the_fourth_message_of_a_burst_has_to_wait(stage: Stage) -> None:
    for _ in range(3):
        await stage.slack.chat_postMessage(channel="C0INCIDENTS", text="x")
    assert await stage.refused(POST, **HERE, text="x") == "ratelimited"
    await stage.slack.chat_postMessage(channel="C0GENERAL", text="x")
    stage.clock.pass_s(1)
    await stage.slack.chat_postMessage(channel="C0INCIDENTS", text="x")


async def test_a_limit_answers_429_and_how_long_to_wait(stage: Stage) -> None:
    ts = await stage.say()
    args: dict[str, Any] = {"channel": "C0INCIDENTS", "ts": ts, "text": "x"}
    for _ in range(50):
        await stage.slack.chat_update(**args)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"{stage.url}/practice/api/chat.update"
    async with stage.http.post(url, json=args, headers=headers) as answer:
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) in (1, 2)
    report = await stage.get("/faults")
    assert report["ratelimited"] == 1
    assert report["calls"]["chat.update"] == 51


@pytest.mark.parametrize("how", ["form", "query", "json"])
async def test_arguments_are_read_wherever_they_stand(stage: Stage, how: str) -> None:
    url, args = f"{stage.url}/practice/api/users.info", {"user": "U0GUEST"}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    ways: dict[str, Any] = {
        "form": {"data": args | {"token": TOKEN}},
        "query": {"params": args, "headers": headers},
        "json": {"json": args, "headers": headers},
    }
    async with stage.http.post(url, **ways[how]) as answer:
        assert (await answer.json())["user"]["is_restricted"] is True
