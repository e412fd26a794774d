"""What Slack would refuse, as a small table: Block Kit limits and shapes.

Numbers are those of Slack's Block Kit reference, written here a second time on
purpose: the builders in `bot/slack/rich.py` are checked against them.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

BLOCKS = {"message": 50, "modal": 100, "home": 100}
TEXT_BUDGET = 10_000
ALLOWED = {
    "message": {
        "actions",
        "context",
        "context_actions",
        "header",
        "rich_text",
        "section",
    },
    "modal": {"actions", "context", "input", "rich_text", "section"},
    "home": {"actions", "context", "header", "rich_text", "section"},
}
FIELDS = {
    "header": {"type", "block_id", "text"},
    "rich_text": {"type", "block_id", "elements"},
    "context": {"type", "block_id", "elements"},
    "actions": {"type", "block_id", "elements"},
    "context_actions": {"type", "block_id", "elements"},
    "feedback_buttons": {*("type", "action_id", "positive_button", "negative_button")},
    "input": {"type", "block_id", "label", "element", "optional", "hint"},
    "section": {"type", "block_id", "text"},
    "button": {"type", "action_id", "text", "value", "style", "url"},
    "overflow": {"type", "action_id", "options"},
    "static_select": {
        *("type", "action_id", "options", "option_groups"),
        *("initial_option", "placeholder"),
    },
    "users_select": {"type", "action_id", "initial_user"},
    "checkboxes": {"type", "action_id", "options"},
    "multi_users_select": {"type", "action_id", "max_selected_items"},
    "radio_buttons": {"type", "action_id", "options", "initial_option"},
    "plain_text_input": {
        *("type", "action_id", "multiline", "max_length", "initial_value")
    },
    "plain_text": {"type", "text", "emoji"},
    "rich_text_section": {"type", "elements"},
    "rich_text_list": {"type", "style", "elements"},
    "rich_text_preformatted": {"type", "elements"},
    "text": {"type", "text", "style"},
    "user": {"type", "user_id"},
    "usergroup": {"type", "usergroup_id"},
    "link": {"type", "url", "text", "style"},
    "date": {"type", "timestamp", "format", "fallback"},
}
_CONTROL = re.compile(r"<[^<>]*>")
_OURS = re.compile(
    r"<@[UW][A-Z0-9]+>|<!subteam\^S[A-Z0-9]+>|<!date\^\d+\^[^|<>]+\|[^<>]+>"
)


def assert_slack_valid(blocks: Sequence[Json], *, surface: str = "message") -> None:
    """Fail where Slack would answer `invalid_blocks`."""
    assert len(blocks) <= BLOCKS[surface]
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(ids) == len(set(ids))
    for block in blocks:
        assert block["type"] in ALLOWED[surface], block["type"]
        _shape(block)
    actions = [one["action_id"] for one in _walk(blocks) if "action_id" in one]
    if surface == "message":
        assert len(actions) == len(set(actions))
    for block in blocks:
        # Slack takes no two elements of one name in one row, wherever it stands.
        row = [
            one["action_id"] for one in block.get("elements", ()) if "action_id" in one
        ]
        assert len(row) == len(set(row))
    assert sum(map(len, texts(blocks))) <= TEXT_BUDGET
    json.dumps(list(blocks)).encode()


def assert_view_valid(view: Json) -> None:
    """Fail where Slack would refuse a modal or a Home tab."""
    surface = view["type"]
    known = {"type", "callback_id", "private_metadata", "blocks"}
    assert view.keys() <= known | {"title", "submit", "close"}
    for name in ("title", "submit", "close"):
        if name in view:
            _plain(view[name], 24)
    assert len(view.get("private_metadata", "")) <= 3000
    assert_slack_valid(view["blocks"], surface=surface)


def assert_text_safe(text: str, *, limit: int = 300) -> None:
    """Fail where a message's `text` holds markup that is not ours."""
    assert 0 < len(text) <= limit
    assert _CONTROL.sub("", text).count("<") == 0
    assert all(_OURS.fullmatch(found) for found in _CONTROL.findall(text)), text
    for escape in re.findall(r"&[a-z]*;?", text):
        assert escape in ("&amp;", "&lt;", "&gt;"), escape


def texts(blocks: Sequence[Json]) -> list[str]:
    """Return every text on the blocks."""
    return [one["text"] for one in _walk(blocks) if isinstance(one.get("text"), str)]


def _walk(part: Any) -> Iterator[Json]:
    if isinstance(part, Mapping):
        yield part
        for value in part.values():
            yield from _walk(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _walk(value)


def _shape(one: Json) -> None:
    kind = one["type"]
    assert one.keys() <= FIELDS[kind], f"{kind}: {one.keys() - FIELDS[kind]}"
    assert len(one.get("block_id", "x")) in range(1, 256)
    assert len(one.get("action_id", "x")) in range(1, 256)
    CHECKS.get(kind, _children)(one)


def _children(one: Json) -> None:
    for child in one.get("elements", ()):
        _shape(child)


def _header(one: Json) -> None:
    _plain(one["text"], 150)


def _context(one: Json) -> None:
    assert 1 <= len(one["elements"]) <= 10
    for child in one["elements"]:
        _plain(child, 3000)


def _link(one: Json) -> None:
    assert one["url"].startswith("https://")
    assert len(one["url"]) <= 3000
    assert one["text"]


def _actions(one: Json) -> None:
    assert 1 <= len(one["elements"]) <= 25
    _children(one)


def _context_actions(one: Json) -> None:
    assert 1 <= len(one["elements"]) <= 5
    _children(one)


def _feedback_buttons(one: Json) -> None:
    for name in ("positive_button", "negative_button"):
        assert one[name].keys() == {"text", "value", "accessibility_label"}
        _plain(one[name]["text"], 75)
        assert 1 <= len(one[name]["value"]) <= 2000
        assert 1 <= _units(one[name]["accessibility_label"]) <= 75


def _rich_text(one: Json) -> None:
    kinds = {"rich_text_section", "rich_text_list", "rich_text_preformatted"}
    assert {child["type"] for child in one["elements"]} <= kinds
    assert all(child["elements"] for child in one["elements"])
    _children(one)


def _list(one: Json) -> None:
    assert one["style"] in ("bullet", "ordered")
    assert {child["type"] for child in one["elements"]} == {"rich_text_section"}
    _children(one)


def _text(one: Json) -> None:
    assert 1 <= _units(one["text"]) <= 3000
    assert set(one.get("style", {})) <= {"bold", "italic", "code", "strike"}


def _user(one: Json) -> None:
    assert re.fullmatch(r"[UW][A-Z0-9]+", one["user_id"])


def _date(one: Json) -> None:
    assert type(one["timestamp"]) is int
    assert one["timestamp"] >= 0


def _button(one: Json) -> None:
    _plain(one["text"], 75)
    assert 1 <= len(one["value"]) <= 2000
    assert one.get("style", "primary") in ("primary", "danger")
    assert 1 <= len(one.get("url", "x")) <= 3000


def _options(one: Json, most: int) -> None:
    assert 1 <= len(one["options"]) <= most
    for option in one["options"]:
        assert option.keys() == {"text", "value"}
        _plain(option["text"], 75)
        assert 1 <= len(option["value"]) <= 150
    assert one.get("initial_option", one["options"][0]) in one["options"]


def _menu(one: Json) -> None:
    assert ("options" in one) != ("option_groups" in one)
    if "options" in one:
        _options(one, 100)
        return
    assert 1 <= len(one["option_groups"]) <= 100
    for group in one["option_groups"]:
        assert group.keys() == {"label", "options"}
        _plain(group["label"], 75)
        _options(group, 100)


def _input(one: Json) -> None:
    _plain(one["label"], 2000)
    _shape(one["element"])


def _plain_text_input(one: Json) -> None:
    assert _units(one.get("initial_value", "")) <= one.get("max_length", 3000) <= 3000


def _plain(one: Json, limit: int) -> None:
    assert one.keys() == {"type", "text", "emoji"}
    assert one["type"] == "plain_text"
    assert one["emoji"] is False
    assert 1 <= _units(one["text"]) <= limit
    assert one["text"].strip()


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


CHECKS: Mapping[str, Callable[[Json], None]] = {
    "link": _link,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "feedback_buttons": _feedback_buttons,
    "rich_text": _rich_text,
    "rich_text_list": _list,
    "text": _text,
    "user": _user,
    "date": _date,
    "button": _button,
    "input": _input,
    "overflow": lambda one: _options(one, 5),
    "static_select": _menu,
    "radio_buttons": lambda one: _options(one, 10),
    "plain_text_input": _plain_text_input,
}
