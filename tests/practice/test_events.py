"""Events: the envelope, who gets them, and Slack's retries."""

import asyncio

from starlette.responses import Response

from tests.practice.stage import NOON, Json, Stage

HERE = {"channel": "C0INCIDENTS"}
WAIT = "/channels/C0INCIDENTS/messages"


async def test_a_mention_reaches_the_app_in_slacks_envelope(stage: Stage) -> None:
    done = await stage.do("U0LEAD", "say", **HERE, text="@tocsin help & more")
    assert done["ok"]
    envelope = stage.got[0].payload
    assert envelope["type"] == "event_callback"
    assert envelope["team_id"] == "T0TEAM"
    assert envelope["event_time"] == int(NOON.timestamp())
    assert envelope["authorizations"][0]["user_id"] == "U0TOCSIN"
    assert envelope["is_ext_shared_channel"] is False
    event = envelope["event"]
    assert event["type"] == "app_mention"
    assert event["text"] == "<@U0TOCSIN> help &amp; more"
    assert (event["user"], event["channel"]) == ("U0LEAD", "C0INCIDENTS")


async def test_words_not_meant_for_the_bot_do_not_reach_it(stage: Stage) -> None:
    await stage.do("U0LEAD", "say", **HERE, text="lunch?")
    assert stage.got == []


async def test_an_event_without_ack_comes_again_three_times(stage: Stage) -> None:
    async def broken(_: Json) -> Response:
        return Response(status_code=503)

    stage.answer = broken
    await stage.do("U0LEAD", "say", **HERE, text="<@U0TOCSIN> help")
    while len(stage.got) < 4:
        stage.clock.pass_s(30)
        await asyncio.sleep(0)
    assert {one.payload["event_id"] for one in stage.got} == {
        stage.got[0].payload["event_id"]
    }
    numbers = [one.headers.get("x-slack-retry-num") for one in stage.got]
    assert numbers == [None, "1", "2", "3"]
    assert stage.got[1].headers["x-slack-retry-reason"] == "http_error"


async def test_an_app_can_ask_for_no_retry(stage: Stage) -> None:
    async def final(_: Json) -> Response:
        return Response(status_code=503, headers={"X-Slack-No-Retry": "1"})

    stage.answer = final
    await stage.do("U0LEAD", "say", **HERE, text="<@U0TOCSIN> help")
    await stage.do("U0LEAD", "say", **HERE, text="<@U0TOCSIN> again")
    assert len(stage.got) == 2
