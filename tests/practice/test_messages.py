"""Messages, channels and groups through the Web API, as the SDK sees them."""

import asyncio

from tests.practice.stage import NOON, Stage, actions, button

HERE = "C0INCIDENTS"


async def test_timestamps_are_unique_and_grow(stage: Stage) -> None:
    posts = [
        (await stage.slack.chat_postMessage(channel=HERE, text="x"))["ts"]
        for _ in range(3)
    ]
    assert posts == sorted(set(posts))
    assert posts[0].startswith(f"{int(NOON.timestamp())}.")
    assert len(posts[0].split(".")[1]) == 6


async def test_an_edit_without_blocks_removes_them(stage: Stage) -> None:
    ts = await stage.say("card", blocks=[actions(button())])
    await stage.slack.chat_update(channel=HERE, ts=ts, text="over")
    found = await stage.get(f"/channels/{HERE}/messages")
    message = found["messages"][0]
    assert message["text"] == "over"
    assert message["blocks"] == []
    assert message["edited"]["user"] == "U0TOCSIN"


async def test_history_leaves_replies_out_and_replies_have_them(stage: Stage) -> None:
    root = await stage.say("root")
    reply = await stage.say("reply", thread_ts=root)
    loud = await stage.say("loud", thread_ts=reply, reply_broadcast=True)
    history = await stage.slack.conversations_history(channel=HERE)
    assert [one["ts"] for one in history["messages"]] == [loud, root]
    thread = await stage.slack.conversations_replies(channel=HERE, ts=root)
    assert [one["ts"] for one in thread["messages"]] == [root, reply, loud]


async def test_history_comes_in_pages(stage: Stage) -> None:
    sent = [await stage.say(f"{n}") for n in range(3)]
    first = await stage.slack.conversations_history(channel=HERE, limit=2)
    assert first["has_more"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await stage.slack.conversations_history(
        channel=HERE, limit=2, cursor=cursor
    )
    both = [one["ts"] for one in [*first["messages"], *second["messages"]]]
    assert both == sent[::-1]


async def test_metadata_is_shown_only_when_asked_for(stage: Stage) -> None:
    metadata = {"event_type": "card", "event_payload": {"id": "c1"}}
    await stage.say("x", metadata=metadata)
    quiet = await stage.slack.conversations_history(channel=HERE)
    assert "metadata" not in quiet["messages"][0]
    full = await stage.slack.conversations_history(
        channel=HERE, include_all_metadata=True
    )
    assert full["messages"][0]["metadata"] == metadata


async def test_a_message_to_a_person_goes_to_their_direct_messages(
    stage: Stage,
) -> None:
    posted = await stage.slack.chat_postMessage(channel="U0LEAD", text="psst")
    assert posted["channel"] == "D0LEAD"
    info = await stage.slack.conversations_info(channel="D0LEAD")
    assert info["channel"]["is_im"] is True


async def test_people_can_be_told_apart_by_their_flags(stage: Stage) -> None:
    flags = ("deleted", "is_bot", "is_restricted", "is_stranger")
    people = {}
    for person in ("U0LEAD", "U0GONE", "U0BOT2", "U0GUEST", "U0EXTERNAL"):
        user = (await stage.slack.users_info(user=person))["user"]
        people[person] = [flag for flag in flags if user[flag]]
    assert people == {
        "U0LEAD": [],
        "U0GONE": ["deleted"],
        "U0BOT2": ["is_bot"],
        "U0GUEST": ["is_restricted"],
        "U0EXTERNAL": ["is_stranger"],
    }
    user = (await stage.slack.users_info(user="U0EXTERNAL"))["user"]
    assert user["team_id"] == "T0OTHER"


async def test_groups_list_their_people_when_asked(stage: Stage) -> None:
    listed = await stage.slack.usergroups_list(include_users=True)
    groups = {one["id"]: one.get("users") for one in listed["usergroups"]}
    assert groups["S0ONCALL"] == ["U0ONCALL", "U0SECOND"]
    assert "U0LEAD" in groups["S0APPROVERS"]
    bare = await stage.slack.usergroups_list()
    assert "users" not in bare["usergroups"][0]
    users = await stage.slack.usergroups_users_list(usergroup="S0ONCALL")
    assert users["users"] == ["U0ONCALL", "U0SECOND"]


async def test_a_change_feed_wakes_up_when_something_changes(stage: Stage) -> None:
    seq = (await stage.get("/channels"))["seq"]
    waiting = stage.get(f"/channels/{HERE}/messages?after={seq}&wait=10")
    feed = asyncio.create_task(waiting)
    await asyncio.sleep(0)
    await stage.say("news")
    assert [one["text"] for one in (await feed)["messages"]] == ["news"]


async def test_people_come_in_pages_whoever_left_too(stage: Stage) -> None:
    first = await stage.slack.users_list(limit=8)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await stage.slack.users_list(limit=8, cursor=cursor)
    found = {one["id"]: one for one in (*first["members"], *rest["members"])}
    assert len(first["members"]) == 8
    assert rest["response_metadata"]["next_cursor"] == ""
    assert found["U0GONE"]["deleted"]
    assert found["U0COMMANDER"]["profile"]["real_name"] == "Dana Ruiz"
