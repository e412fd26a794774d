"""Block Kit is checked with Slack's numbers; each limit is met and passed by one."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.practice.blocks import checked_view, content_of
from bot.practice.settings import SlackError
from tests.practice.stage import actions, button, modal, plain, text_input

Json = dict[str, Any]
DIVIDER: Json = {"type": "divider"}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def header(size: int) -> Json:
    return {"type": "header", "text": plain("x" * size)}


def section(size: int) -> Json:
    return {"type": "section", "text": mrkdwn("x" * size)}


def fields(count: int, size: int = 1) -> Json:
    return {"type": "section", "fields": [mrkdwn("x" * size)] * count}


def context(count: int) -> Json:
    return {"type": "context", "elements": [mrkdwn("x")] * count}


def buttons(count: int) -> Json:
    return actions(*(button(f"b{n}") for n in range(count)))


def option(n: int = 0, size: int = 1, value: int = 0) -> Json:
    return {"text": plain("x" * size), "value": f"v{n}" + "x" * value}


def choice(kind: str, count: int, **of: int) -> Json:
    options = [option(n, **of) for n in range(count)]
    return actions({"type": kind, "action_id": "pick", "options": options})


def confirming(key: str, size: int) -> Json:
    texts = {name: plain("x") for name in ("title", "text", "confirm", "deny")}
    return actions(button(confirm=texts | {key: plain("x" * size)}))


def image(alt: int) -> Json:
    return {
        "type": "image",
        "image_url": "https://example.com/a",
        "alt_text": "x" * alt,
    }


def checked_blocks(blocks: list[Any]) -> list[Json]:
    found: list[Json] = content_of({"text": "x", "blocks": blocks})["blocks"]
    return found


Cases = dict[str, tuple[Callable[[int], Any], int]]
LIMITS: Cases = {
    "blocks in a message": (lambda n: [DIVIDER] * n, 50),
    "header": (lambda n: [header(n)], 150),
    "section text": (lambda n: [section(n)], 3000),
    "section fields": (lambda n: [fields(n)], 10),
    "field text": (lambda n: [fields(1, n)], 2000),
    "context elements": (lambda n: [context(n)], 10),
    "actions elements": (lambda n: [buttons(n)], 25),
    "button text": (lambda n: [actions(button(text="x" * n))], 75),
    "button value": (lambda n: [actions(button(value="x" * n))], 2000),
    "button url": (lambda n: [actions(button(url="x" * n))], 3000),
    "accessibility label": (
        lambda n: [actions(button(accessibility_label="x" * n))],
        75,
    ),
    "action id": (lambda n: [actions(button("x" * n))], 255),
    "block id": (lambda n: [{**DIVIDER, "block_id": "x" * n}], 255),
    "confirm title": (lambda n: [confirming("title", n)], 100),
    "confirm text": (lambda n: [confirming("text", n)], 300),
    "confirm button": (lambda n: [confirming("confirm", n)], 30),
    "deny button": (lambda n: [confirming("deny", n)], 30),
    "select options": (lambda n: [choice("static_select", n)], 100),
    "overflow options": (lambda n: [choice("overflow", n)], 5),
    "checkboxes": (lambda n: [choice("checkboxes", n)], 10),
    "radio buttons": (lambda n: [choice("radio_buttons", n)], 10),
    "option text": (lambda n: [choice("static_select", 1, size=n)], 75),
    "option value": (lambda n: [choice("static_select", 1, value=n - 2)], 150),
    "image alt text": (lambda n: [image(n)], 2000),
    "markdown": (lambda n: [{"type": "markdown", "text": "x" * n}], 12_000),
    "all text together": (
        lambda n: [section(3000)] * 4 + [section(n - 12_000)],
        13_200,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_may_be_met_but_not_passed(name: str) -> None:
    build, limit = LIMITS[name]
    checked_blocks(build(limit))
    with pytest.raises(SlackError) as no:
        checked_blocks(build(limit + 1))
    assert no.value.code in ("invalid_blocks", "msg_blocks_too_long")


def rich(*inner: Json) -> Json:
    return {"type": "rich_text", "elements": list(inner)}


WRONG: dict[str, tuple[list[Any], str]] = {
    "no object": (["x"], "/blocks/0"),
    "no such block": ([{"type": "nonsense"}], "/blocks/0/type"),
    "unknown field": ([{**DIVIDER, "colour": "red"}], "/blocks/0"),
    "missing text": ([{"type": "header"}], "/blocks/0"),
    "empty section": ([{"type": "section"}], "/blocks/0"),
    "empty text": ([section(0)], "/blocks/0/text/text"),
    "markup in a header": (
        [{"type": "header", "text": mrkdwn("*x*")}],
        "/blocks/0/text/type",
    ),
    "text is a string": ([{"type": "section", "text": "x"}], "/blocks/0/text"),
    "no such style": ([actions(button(style="loud"))], "/blocks/0/elements/0/style"),
    "button disabled": ([actions(button(disabled=True))], "/blocks/0/elements/0"),
    "same action twice": ([actions(button(), button())], "/blocks/0/elements"),
    "same block twice": ([{**DIVIDER, "block_id": "a"}] * 2, "/blocks"),
    "initial option not offered": (
        [
            actions(
                {
                    "type": "radio_buttons",
                    "options": [option(1)],
                    "initial_option": option(2),
                }
            )
        ],
        "/blocks/0/elements/0",
    ),
    "options and groups": (
        [
            actions(
                {
                    "type": "static_select",
                    "options": [option(1)],
                    "option_groups": [{"label": plain("x"), "options": [option(1)]}],
                }
            )
        ],
        "/blocks/0/elements/0",
    ),
    "empty rich text element": (
        [
            rich(
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": ""}],
                }
            )
        ],
        "/blocks/0/elements/0/elements/0/text",
    ),
    "no such list style": (
        [rich({"type": "rich_text_list", "style": "stars", "elements": []})],
        "/blocks/0/elements/0/style",
    ),
    "image without alt text": (
        [{"type": "image", "image_url": "https://example.com/a"}],
        "/blocks/0",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_slack_rejects_is_rejected_with_a_pointer(name: str) -> None:
    blocks, pointer = WRONG[name]
    with pytest.raises(SlackError) as no:
        checked_blocks(blocks)
    assert no.value.code == "invalid_blocks"
    messages = no.value.details["response_metadata"]["messages"]
    assert any(f"[json-pointer:{pointer}]" in message for message in messages)


def test_the_same_action_may_stand_in_two_blocks() -> None:
    # Slack asks for unique action ids within one block only.
    assert len(checked_blocks([actions(button()), actions(button())])) == 2


def test_a_full_rich_text_block_is_accepted() -> None:
    inline: list[Json] = [
        {"type": "text", "text": "x", "style": {"bold": True, "code": True}},
        {"type": "link", "url": "https://example.com", "text": "x"},
        {"type": "user", "user_id": "U0ONCALL"},
        {"type": "usergroup", "usergroup_id": "S0ONCALL"},
        {"type": "channel", "channel_id": "C0GENERAL"},
        {"type": "emoji", "name": "bell"},
        {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "x"},
        {"type": "broadcast", "range": "here"},
    ]
    line = {"type": "rich_text_section", "elements": inline}
    checked_blocks(
        [
            rich(
                line,
                {"type": "rich_text_list", "style": "ordered", "elements": [line]},
                {"type": "rich_text_quote", "elements": inline},
                {"type": "rich_text_preformatted", "elements": inline[:2]},
            )
        ]
    )


def test_missing_ids_are_filled_in() -> None:
    bare = {"type": "actions", "elements": [{"type": "button", "text": plain("x")}]}
    block = checked_blocks([bare])[0]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


VIEW_LIMITS: Cases = {
    "title": (lambda n: modal(title=plain("x" * n)), 24),
    "submit": (lambda n: modal(submit=plain("x" * n)), 24),
    "close": (lambda n: modal(close=plain("x" * n)), 24),
    "private metadata": (lambda n: modal(private_metadata="x" * n), 3000),
    "callback id": (lambda n: modal(callback_id="x" * n), 255),
    "blocks": (lambda n: modal(*[DIVIDER] * n), 100),
    "label": (lambda n: modal(text_input(label="x" * n)), 2000),
    "placeholder": (lambda n: modal(text_input(placeholder=plain("x" * n))), 150),
    "max length": (lambda n: modal(text_input(max_length=n)), 3000),
}


@pytest.mark.parametrize("name", VIEW_LIMITS)
def test_a_view_limit_may_be_met_but_not_passed(name: str) -> None:
    build, limit = VIEW_LIMITS[name]
    checked_view(build(limit), "modal")
    with pytest.raises(SlackError) as no:
        checked_view(build(limit + 1), "modal")
    assert no.value.code == "invalid_arguments"


@pytest.mark.parametrize(
    "view",
    [
        {key: value for key, value in modal(text_input()).items() if key != "submit"},
        {"type": "home", "blocks": []},
        modal({"type": "markdown", "text": "x"}),
        modal(colour="red"),
        "no object",
    ],
)
def test_a_modal_slack_rejects_is_rejected(view: Any) -> None:
    with pytest.raises(SlackError, match="invalid_arguments"):
        checked_view(view, "modal")
