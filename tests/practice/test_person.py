"""A person can do what Slack's client offers, and nothing else."""

from typing import Any

import pytest
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.responses import Response

from tests.practice.stage import SECRET, Json, Stage, actions, button, plain, text_input

HERE = {"channel": "C0INCIDENTS"}
OPTIONS = [
    {"text": plain("Low"), "value": "low"},
    {"text": plain("High"), "value": "h"},
]


async def test_a_command_reaches_the_app_as_slack_sends_it(stage: Stage) -> None:
    typed = "/incident ack @dana in #general for @oncall <b> & https://x.example/?a&b"
    done = await stage.do("U0ONCALL", "command", **HERE, text=typed)
    assert done["ok"]
    assert stage.got[0].payload == {
        "token": "practice",
        "team_id": "T0TEAM",
        "team_domain": "practice",
        "channel_id": "C0INCIDENTS",
        "channel_name": "incidents",
        "user_id": "U0ONCALL",
        "user_name": "olu",
        "command": "/incident",
        "text": "ack <@U0COMMANDER|dana> in <#C0GENERAL|general> for "
        "<!subteam^S0ONCALL|@oncall> &lt;b&gt; &amp; <https://x.example/?a&amp;b>",
        "api_app_id": "A0TOCSIN",
        "is_enterprise_install": "false",
        "response_url": stage.got[0].payload["response_url"],
        "trigger_id": stage.got[0].payload["trigger_id"],
    }


async def test_a_command_without_escapes_is_sent_as_typed(stage: Stage) -> None:
    await stage.do("U0ONCALL", "command", **HERE, text="/raw @dana <b>")
    assert stage.got[0].payload["text"] == "@dana <b>"


async def test_an_email_address_is_no_mention(stage: Stage) -> None:
    await stage.do("U0ONCALL", "command", **HERE, text="/incident mail a@dana")
    assert stage.got[0].payload["text"] == "mail a@dana"


async def test_every_payload_is_signed(stage: Stage) -> None:
    class Same(Clock):
        def now(self) -> float:
            return stage.clock.now.timestamp()

    await stage.do("U0ONCALL", "command", **HERE, text="/incident help")
    await stage.do("U0ONCALL", "shortcut", callback_id="declare")
    await stage.do("U0ONCALL", "say", **HERE, text="<@U0TOCSIN> help")
    verifier = SignatureVerifier(SECRET, clock=Same())
    assert len(stage.got) == 3
    for one in stage.got:
        assert verifier.is_valid_request(one.body, one.headers)
        assert not verifier.is_valid_request(one.body + " ", one.headers)


async def test_the_text_of_an_ack_is_for_the_person_alone(stage: Stage) -> None:
    async def answer(_: Json) -> Json:
        return {"text": "only you"}

    stage.answer = answer
    done = await stage.do("U0ONCALL", "command", **HERE, text="/incident help")
    assert [one["text"] for one in done["ephemerals"]] == ["only you"]
    assert (await stage.get("/channels/C0INCIDENTS/messages"))["messages"] == []
    other = await stage.get("/people/U0LEAD/ephemerals")
    assert other["ephemerals"] == []


async def test_an_ack_may_speak_to_the_channel(stage: Stage) -> None:
    async def answer(_: Json) -> Json:
        return {"text": "everyone", "response_type": "in_channel"}

    stage.answer = answer
    await stage.do("U0ONCALL", "command", **HERE, text="/incident help")
    found = await stage.get("/channels/C0INCIDENTS/messages")
    assert [one["text"] for one in found["messages"]] == ["everyone"]


async def test_a_click_carries_the_stored_value(stage: Stage) -> None:
    select = {"type": "static_select", "action_id": "level", "options": OPTIONS}
    ts = await stage.say(
        blocks=[actions(button(value="v1"), select, block_id="row")],
    )
    done = await stage.do("U0GUEST", "click", **HERE, ts=ts, button="Go")
    assert done["ok"]
    payload = stage.got[0].payload
    action = payload["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == (
        "go",
        "row",
        "v1",
    )
    assert payload["user"] == {
        "id": "U0GUEST",
        "username": "gus",
        "name": "gus",
        "team_id": "T0TEAM",
    }
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0INCIDENTS",
        "is_ephemeral": False,
    }
    assert payload["message"]["blocks"][0]["block_id"] == "row"
    assert payload["channel"] == {"id": "C0INCIDENTS", "name": "incidents"}
    assert payload["state"]["values"]["row"]["level"]["selected_option"] is None


async def test_a_choice_in_a_menu_is_one_of_its_options(stage: Stage) -> None:
    more = {"type": "overflow", "action_id": "more", "options": OPTIONS}
    ts = await stage.say(blocks=[actions(more)])
    await stage.do("U0LEAD", "click", **HERE, ts=ts, button="High")
    assert stage.got[0].payload["actions"][0]["selected_option"]["value"] == "h"
    wrong = await stage.do(
        "U0LEAD", "click", **HERE, ts=ts, action_id="more", value="x"
    )
    assert (wrong["status"], wrong["error"]) == (409, "no_such_option")
    assert wrong["offered"] == ["Low", "High"]


@pytest.mark.parametrize(
    ("who", "deed", "body", "error"),
    [
        ("U0NOBODY", "say", {**HERE, "text": "x"}, "no_such_person"),
        ("U0GONE", "say", {**HERE, "text": "x"}, "user_is_deactivated"),
        ("U0BOT2", "say", {**HERE, "text": "x"}, "bots_have_no_client"),
        ("U0LEAD", "dance", {}, "no_such_deed"),
        ("U0LEAD", "say", {"text": "x"}, "missing_field"),
        ("U0LEAD", "say", {**HERE, "text": "  "}, "no_text"),
        ("U0LEAD", "say", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("U0GUEST", "say", {"channel": "C0PRIVATE", "text": "x"}, "not_in_channel"),
        (
            "U0EXTERNAL",
            "command",
            {"channel": "C0GENERAL", "text": "/incident"},
            "not_in_channel",
        ),
        ("U0LEAD", "command", {**HERE, "text": "/dance"}, "no_such_command"),
        (
            "U0LEAD",
            "command",
            {**HERE, "text": "/incident", "thread_ts": "1.2"},
            "no_such_command",
        ),
        ("U0LEAD", "command", {**HERE, "text": " "}, "no_such_command"),
        ("U0LEAD", "click", {**HERE, "ts": "1.2", "button": "Go"}, "no_such_message"),
        ("U0LEAD", "react", {**HERE, "ts": "1.2", "name": "eyes"}, "no_such_message"),
        ("U0LEAD", "submit", {"view": "V0NONE"}, "no_such_view"),
        ("U0LEAD", "close", {}, "no_such_view"),
        ("U0LEAD", "shortcut", {"callback_id": "x"}, "no_such_shortcut"),
        ("U0LEAD", "shortcut", {"callback_id": "keep"}, "missing_field"),
    ],
)
async def test_what_the_client_does_not_offer_is_refused(
    stage: Stage, who: str, deed: str, body: dict[str, Any], error: str
) -> None:
    done = await stage.do(who, deed, **body)
    assert (done["status"], done["ok"], done["error"]) == (409, False, error)
    assert stage.got == []


async def test_a_button_that_was_edited_away_cannot_be_pressed(stage: Stage) -> None:
    ts = await stage.say(blocks=[actions(button("old", "Old"), button("b", "Both"))])
    new = [actions(button("b", "Both"), button("new", "New"))]
    await stage.slack.chat_update(channel="C0INCIDENTS", ts=ts, blocks=new, text="x")
    gone = await stage.do("U0LEAD", "click", **HERE, ts=ts, button="Old")
    assert (gone["status"], gone["error"]) == (409, "no_such_button")
    assert gone["offered"] == ["Both", "New"]
    by_id = await stage.do("U0LEAD", "click", **HERE, ts=ts, action_id="old")
    assert by_id["offered"] == ["b", "new"]


async def test_two_buttons_of_one_name_need_their_block(stage: Stage) -> None:
    rows = [actions(button(value=name), block_id=name) for name in ("one", "two")]
    ts = await stage.say(blocks=rows)
    which = await stage.do("U0LEAD", "click", **HERE, ts=ts, button="Go")
    assert which["error"] == "ambiguous_button"
    assert which["offered"] == ["one", "two"]
    await stage.do("U0LEAD", "click", **HERE, ts=ts, button="Go", block_id="two")
    assert stage.got[0].payload["actions"][0]["value"] == "two"


async def test_a_reaction_counts_once(stage: Stage) -> None:
    ts = await stage.say()
    mark = {**HERE, "ts": ts, "name": ":eyes:"}
    await stage.do("U0LEAD", "react", **mark)
    assert stage.got[0].payload["event"]["reaction"] == "eyes"
    again = await stage.do("U0LEAD", "react", **mark)
    assert again["error"] == "already_reacted"


async def test_forgery_goes_past_the_client_but_not_past_the_signature(
    stage: Stage,
) -> None:
    ts = await stage.say(blocks=[actions(button(value="true"))])
    forged = {"forge": True, **HERE, "ts": ts, "action_id": "go", "raw_value": "false"}
    done = await stage.do("U0BOT2", "click", **forged)
    assert done["ok"]
    action = stage.got[0].payload["actions"][0]
    assert (action["value"], stage.got[0].payload["user"]["id"]) == ("false", "U0BOT2")
    other = {**forged, "action_id": "plan.review", "ts": "1.2"}
    other |= {"payload": {"team": {"id": "T0OTHER"}}}
    await stage.do("U0EXTERNAL", "click", **other)
    assert stage.got[1].payload["actions"][0]["action_id"] == "plan.review"
    assert stage.got[1].payload["team"] == {"id": "T0OTHER"}


async def test_no_ack_in_time_is_a_failure_people_see() -> None:
    async with Stage(settings={"ack_timeout_s": 0.05}) as stage:

        async def never(_: Json) -> None:
            await stage.over.wait()

        stage.answer = never
        done = await stage.do("U0LEAD", "command", **HERE, text="/incident")
        assert (done["status"], done["ok"]) == (200, False)
        assert done["error"] == "operation_timeout"
        news = await stage.get("/people/U0LEAD/events")
        assert [one["error"] for one in news["notices"]] == ["operation_timeout"]


async def test_an_error_of_the_app_is_a_failure_and_is_not_retried(
    stage: Stage,
) -> None:
    async def broken(_: Json) -> Response:
        return Response(status_code=500)

    stage.answer = broken
    done = await stage.do("U0LEAD", "command", **HERE, text="/incident")
    assert done["error"] == "dispatch_failed"
    assert len(stage.got) == 1


async def test_the_driver_returns_what_the_app_did_after_its_ack() -> None:
    async with Stage(settings={"settle_s": 5}) as stage:

        async def answer(payload: Json) -> None:
            to = {"channel": "C0INCIDENTS", "user": payload["user"]["id"]}
            stage.space.spawn(_whisper(stage, to))

        stage.answer = answer
        ts = await stage.say(blocks=[actions(button())])
        done = await stage.do("U0LEAD", "click", **HERE, ts=ts, button="Go")
    assert [one["text"] for one in done["ephemerals"]] == ["done"]


async def _whisper(stage: Stage, to: Json) -> None:
    await stage.slack.chat_postEphemeral(**to, text="done")


async def test_a_button_in_an_ephemeral_message_can_be_pressed_by_its_reader(
    stage: Stage,
) -> None:
    sent = await stage.slack.chat_postEphemeral(
        channel="C0INCIDENTS", user="U0LEAD", text="psst", blocks=[actions(button())]
    )
    where = {**HERE, "ts": sent["message_ts"], "button": "Go"}
    other = await stage.do("U0SECOND", "click", **where)
    assert other["error"] == "no_such_message"
    await stage.do("U0LEAD", "click", **where)
    payload = stage.got[0].payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    args = {"channel": "C0INCIDENTS", "ts": sent["message_ts"], "text": "x"}
    assert await stage.refused("chat.update", **args) == "message_not_found"


async def test_a_message_shortcut_hands_over_that_one_message(stage: Stage) -> None:
    await stage.do("U0LEAD", "say", **HERE, text="look & see")
    ts = (await stage.get("/channels/C0INCIDENTS/messages"))["messages"][0]["ts"]
    await stage.do("U0SECOND", "shortcut", callback_id="keep", **HERE, ts=ts)
    payload = stage.got[0].payload
    assert (payload["type"], payload["message_ts"]) == ("message_action", ts)
    assert payload["message"]["text"] == "look &amp; see"
    assert payload["message"]["user"] == "U0LEAD"
    assert "seq" not in payload["message"]


async def test_a_choice_in_a_message_takes_only_what_it_holds(stage: Stage) -> None:
    people = {"type": "users_select", "action_id": "who"}
    ts = await stage.say(blocks=[actions(people), text_input()])
    await stage.do("U0LEAD", "click", **HERE, ts=ts, action_id="who", value="@dana")
    assert stage.got[0].payload["actions"][0]["selected_user"] == "U0COMMANDER"
    quiet = await stage.do("U0LEAD", "click", **HERE, ts=ts, action_id="typed")
    assert quiet["error"] == "no_such_button"


def _thumb(label: str, value: str) -> Json:
    return {"text": plain(label), "value": value}


async def test_a_thumb_carries_its_own_value(stage: Stage) -> None:
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "vote",
        "positive_button": _thumb("Helpful", "up|1"),
        "negative_button": _thumb("Not helpful", "down|1"),
    }
    ts = await stage.say(blocks=[{"type": "context_actions", "elements": [thumbs]}])
    await stage.do("U0LEAD", "click", **HERE, ts=ts, button="Not helpful")
    action = stage.got[0].payload["actions"][0]
    assert (action["type"], action["action_id"]) == ("feedback_buttons", "vote")
    assert action["value"] == "down|1"
    wrong = await stage.do("U0LEAD", "click", **HERE, ts=ts, action_id="vote")
    assert (wrong["status"], wrong["error"]) == (409, "no_such_option")
    assert wrong["offered"] == ["Helpful", "Not helpful"]
