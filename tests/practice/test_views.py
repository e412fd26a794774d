"""Modals and the Home tab: triggers, values, and every kind of ack."""

from typing import Any

import pytest

from tests.practice.stage import Json, Stage, actions, button, modal, plain
from tests.practice.stage import text_input as text

HERE = {"channel": "C0INCIDENTS"}
WHO = "U0LEAD"
OPTIONS = [{"text": plain(name), "value": name[0]} for name in ("Low", "High")]


async def trigger(stage: Stage) -> str:
    await stage.do(WHO, "command", **HERE, text="/incident")
    return str(stage.got[-1].payload["trigger_id"])


async def opened(stage: Stage, *blocks: Json, **more: Any) -> Json:
    """Open a modal for the lead and return it."""
    view = modal(*(blocks or (text(),)), **more)
    answer = await stage.slack.views_open(trigger_id=await trigger(stage), view=view)
    found: Json = answer["view"]
    return found


def acking(**ack: Any) -> Any:
    async def answer(_: Json) -> Json:
        return ack

    return answer


async def test_a_trigger_lives_three_seconds(stage: Stage) -> None:
    late = await trigger(stage)
    stage.clock.pass_s(3.1)
    args: Json = {"trigger_id": late, "view": modal()}
    assert await stage.refused("views.open", **args) == "expired_trigger_id"


async def test_a_trigger_works_once(stage: Stage) -> None:
    once = await trigger(stage)
    await stage.slack.views_open(trigger_id=once, view=modal())
    args: Json = {"trigger_id": once, "view": modal()}
    assert await stage.refused("views.open", **args) == "exchanged_trigger_id"


async def test_a_modal_opened_before_the_ack_is_returned(stage: Stage) -> None:
    async def answer(payload: Json) -> None:
        await stage.slack.views_open(trigger_id=payload["trigger_id"], view=modal())

    stage.answer = answer
    done = await stage.do(WHO, "command", **HERE, text="/incident")
    assert done["view"]["title"]["text"] == "A modal"
    seen = await stage.get(f"/people/{WHO}/view")
    assert seen["view"]["id"] == done["view"]["id"]
    assert (await stage.get("/people/U0SECOND/view"))["view"] is None


async def test_an_update_with_an_old_hash_is_refused(stage: Stage) -> None:
    home = {"type": "home", "blocks": []}
    args: Json = {"user_id": WHO, "view": home}
    args["hash"] = (await stage.slack.views_publish(**args))["view"]["hash"]
    new = (await stage.slack.views_publish(**args))["view"]
    assert new["hash"] != args["hash"]
    assert await stage.refused("views.publish", **args) == "hash_conflict"


async def test_a_submission_carries_all_values(stage: Stage) -> None:
    select = {"type": "static_select", "action_id": "v", "options": OPTIONS}
    boxes = {"type": "checkboxes", "action_id": "v", "options": OPTIONS}
    radio = {"type": "radio_buttons", "action_id": "v", "options": OPTIONS}
    people = {"type": "users_select", "action_id": "v"}
    rows = {"level": select, "boxes": boxes, "radio": radio, "who": people}
    inputs = [
        {"type": "input", "block_id": key, "label": plain(key), "element": row}
        for key, row in rows.items()
    ]
    optional = {**text("note", "Note"), "optional": True}
    view = await opened(stage, text(), *inputs, optional, private_metadata="p")
    given = {"Name": "x", "level": "High", "boxes": ["Low", "H"]}
    given |= {"radio": "L", "who": "U0GUEST"}
    await stage.do(WHO, "submit", view=view["id"], values=given)
    sent = stage.got[-1].payload
    assert (sent["type"], sent["view"]["private_metadata"]) == ("view_submission", "p")
    values = sent["view"]["state"]["values"]
    assert values["name"]["typed"] == {"type": "plain_text_input", "value": "x"}
    assert values["level"]["v"]["selected_option"]["value"] == "H"
    picked = [one["value"] for one in values["boxes"]["v"]["selected_options"]]
    assert picked == ["L", "H"]
    assert values["radio"]["v"]["selected_option"]["value"] == "L"
    assert values["who"]["v"]["selected_user"] == "U0GUEST"
    assert values["note"]["typed"]["value"] is None


async def test_initial_values_count_as_entered(stage: Stage) -> None:
    view = await opened(stage, text(initial_value="as before"))
    await stage.do(WHO, "submit", view=view["id"])
    values = stage.got[-1].payload["view"]["state"]["values"]
    assert values["name"]["typed"]["value"] == "as before"


@pytest.mark.parametrize(
    ("values", "error", "offered"),
    [
        ({}, "missing_value", ["Name"]),
        ({"Name": ""}, "missing_value", ["Name"]),
        ({"Name": "x" * 6}, "value_too_long", ["at most 5 characters"]),
        ({"Name": "x"}, "value_too_short", ["at least 2 characters"]),
        ({"Name": "xx", "Age": "1"}, "no_such_input", ["Level", "Name"]),
        ({"Name": "xx", "Level": "Middle"}, "no_such_option", ["Low", "High"]),
    ],
)
async def test_a_value_the_form_does_not_take_is_not_sent(
    stage: Stage, values: Json, error: str, offered: list[str]
) -> None:
    select = {"type": "static_select", "action_id": "v", "options": OPTIONS}
    level = {"type": "input", "label": plain("Level"), "element": select}
    view = await opened(
        stage, text(min_length=2, max_length=5), level | {"optional": True}
    )
    before = len(stage.got)
    done = await stage.do(WHO, "submit", view=view["id"], values=values)
    assert (done["status"], done["error"], done["offered"]) == (409, error, offered)
    assert len(stage.got) == before


async def test_errors_keep_the_modal_open(stage: Stage) -> None:
    view = await opened(stage)
    stage.answer = acking(response_action="errors", errors={"name": "No."})
    done = await stage.do(WHO, "submit", view=view["id"], values={"Name": "x"})
    assert done["ack"]["errors"] == {"name": "No."}
    assert done["view"]["id"] == view["id"]


async def test_an_ack_can_update_and_clear(stage: Stage) -> None:
    view = await opened(stage)
    stage.answer = acking(response_action="update", view=modal(title=plain("Second")))
    done = await stage.do(WHO, "submit", view=view["id"], values={"Name": "x"})
    assert (done["view"]["id"], done["view"]["title"]["text"]) == (view["id"], "Second")
    stage.answer = acking(response_action="clear")
    done = await stage.do(WHO, "submit")
    assert "view" not in done


@pytest.mark.parametrize(
    "ack",
    [
        {"response_action": "errors", "errors": {"no such block": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "dance"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "update"},
    ],
)
async def test_an_ack_slack_does_not_understand_is_a_failure(
    stage: Stage, ack: Json
) -> None:
    view = await opened(stage)
    stage.answer = acking(**ack)
    done = await stage.do(WHO, "submit", view=view["id"], values={"Name": "x"})
    assert not done["ok"]
    assert done["error"] in ("invalid_ack", "invalid_arguments")
    assert done["view"]["id"] == view["id"]


async def test_a_closed_modal_is_gone_and_nobody_is_told(stage: Stage) -> None:
    await opened(stage)
    before = len(stage.got)
    assert "view" not in await stage.do(WHO, "close")
    assert len(stage.got) == before
    assert (await stage.do(WHO, "close"))["error"] == "no_such_view"


async def test_a_choice_in_a_modal_is_remembered_for_the_submission(
    stage: Stage,
) -> None:
    select = {"type": "static_select", "action_id": "level", "options": OPTIONS}
    view = await opened(stage, actions(select, block_id="row"), text())
    await stage.do(WHO, "click", view=view["id"], action_id="level", value="High")
    clicked = stage.got[-1].payload
    assert clicked["container"] == {"type": "view", "view_id": view["id"]}
    await stage.do(WHO, "submit", view=view["id"], values={"Name": "x"})
    values = stage.got[-1].payload["view"]["state"]["values"]
    assert values["row"]["level"]["selected_option"]["value"] == "H"


async def test_a_forged_submission_is_not_bound_to_the_screen(stage: Stage) -> None:
    view = await opened(stage)
    forged = {"forge": True, "view": view["id"], "values": {"Name": "x"}}
    await stage.do("U0EXTERNAL", "submit", **forged)
    sent = stage.got[-1].payload
    assert (sent["user"]["id"], sent["view"]["id"]) == ("U0EXTERNAL", view["id"])
    assert (await stage.get(f"/people/{WHO}/view"))["view"]["id"] == view["id"]
    made_up = {"callback_id": "plan_review", "state": {"values": {}}}
    await stage.do("U0GONE", "submit", forge=True, view=made_up)
    assert stage.got[-1].payload["view"]["callback_id"] == "plan_review"


async def test_the_home_tab_is_published_and_its_buttons_work(stage: Stage) -> None:
    async def answer(payload: Json) -> None:
        if "event" in payload:
            home = {"type": "home", "blocks": [actions(button())]}
            await stage.slack.views_publish(user_id=WHO, view=home)

    stage.answer = answer
    await stage.do(WHO, "home")
    home = (await stage.get(f"/people/{WHO}/view"))["home"]
    await stage.do(WHO, "click", view=home["id"], button="Go")
    assert stage.got[0].payload["event"]["type"] == "app_home_opened"
    assert stage.got[-1].payload["view"]["type"] == "home"
