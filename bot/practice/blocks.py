"""Block Kit: what Slack accepts, and what a person can enter into it.

The table is ``blocks.json``, this reads it. Nothing is sent or stored here.
"""

import re
import secrets
from copy import deepcopy
from typing import Any

from bot.practice.records import Records
from bot.practice.settings import Json, NotOffered, SlackError, shipped

TABLE = shipped("blocks.json")
HOLDS: dict[str, tuple[str, str]] = TABLE["holds"]
TYPED = re.compile(
    r"<[@#](?P<id>[UC]\w+)(?:\|[^<>]*)?>|(?<!\w)[@#][\w-]+(?:\.[\w-]+)*"
    r"|(?P<url>https?://[^\s<>|]+)|[&<>]"
)
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def complaints(value: Any, rule: Json, at: str) -> list[str]:
    """Return what Slack would reject, in its wording, with a JSON pointer each."""
    kind, wrong = rule["is"], _wrong(value, rule)
    if wrong:
        return [f"[ERROR] {wrong} [json-pointer:{at}]"]
    if kind == "list":
        of, rows = rule["of"], enumerate(value)
        return [found for n, one in rows for found in complaints(one, of, f"{at}/{n}")]
    if kind not in ("one", "shape"):
        return []
    named = {name.removesuffix("_element"): name for name in rule["of"]}
    name = rule["of"] if kind == "shape" else named.get(value.get("type"))
    if name is None:
        return [f"[ERROR] unsupported type [json-pointer:{at}/type]"]
    text = {"is": "string", "min": 1, "max": rule.get("text")}
    limit = {"text!": text} if "text" in rule else {}
    return _misshapen(value, TABLE["shapes"][name] | limit, at)


def _wrong(value: Any, rule: Json) -> str:
    kind, key = rule["is"], rule.get("unique", "")
    if type(value).__name__ != TABLE["types"].get(kind, "dict"):
        return f"must be a valid {kind}"
    size = value if kind == "integer" else len(value) if kind != "boolean" else 0
    if size > rule.get("max", size):
        return f"must be less than {rule['max'] + 1}"
    if size < rule.get("min", size):
        return f"must be more than {rule['min'] - 1}"
    if value not in rule.get("values", [value]):
        return f"must be one of {rule['values']}"
    rows = [row for row in value if isinstance(row, dict)] if key else []
    ids = [str(row[key]) for row in rows if key in row]
    return f"{key} is not unique" if any(ids.count(one) > 1 for one in ids) else ""


def _misshapen(value: Json, rules: Json, at: str) -> list[str]:
    some, most = rules.get("any_of", []), rules.get("at_most", 9)
    fields = {k.rstrip("!"): r for k, r in rules.items() if isinstance(r, dict)}
    missing = [key for key in fields if f"{key}!" in rules and key not in value]
    wrong = [f"missing required field: {key}" for key in missing]
    strange = sorted(value.keys() - fields.keys() - {"type"})
    wrong += [f"unsupported field: {key}" for key in strange]
    if some and not 1 <= sum(key in value for key in some) <= most:
        wrong.append(f"must provide one of {some}")
    found = [f"[ERROR] {what} [json-pointer:{at}]" for what in wrong]
    for key in fields.keys() & value.keys():
        found += complaints(value[key], fields[key], f"{at}/{key}")
    chosen = [*value.get("initial_options", ()), value.get("initial_option")]
    if not found and any(one and one not in options_of(value) for one in chosen):
        found.append(f"[ERROR] initial option is not offered [json-pointer:{at}]")
    return found


def content_of(args: Json, text_max: int = 40_000) -> Json:
    """Return a message's content if Slack would accept it, else a SlackError."""
    text, blocks = str(args.get("text") or ""), args.get("blocks") or []
    metadata = args.get("metadata") or None
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > text_max:
        raise SlackError("msg_too_long")
    if metadata and metadata.keys() != {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    found = complaints(blocks, TABLE["message"], "/blocks")
    if found:
        raise SlackError("invalid_blocks", found)
    if text_length(blocks) > TABLE["total_text"]:
        raise SlackError("msg_blocks_too_long")
    return {"text": text, "blocks": with_ids(blocks), "metadata": metadata}


def checked_view(view: Any, kind: str) -> Json:
    """Return a view with ids filled in, else ``invalid_arguments``."""
    found = complaints(view, {"is": "one", "of": [kind]}, "/view")
    if not found and kind == "modal" and not view.get("submit"):
        asks = any(block["type"] == "input" for block in view["blocks"])
        found += ["[ERROR] missing submit [json-pointer:/view]"] if asks else []
    if found:
        raise SlackError("invalid_arguments", found)
    return {**view, "blocks": with_ids(view["blocks"])}


def text_length(value: Any) -> int:
    """Return the number of all characters shown as text."""
    rows = list(value.values()) if isinstance(value, dict) else value
    own = value.get("text") if isinstance(value, dict) else None
    inner = sum(map(text_length, rows)) if isinstance(rows, list) else 0
    return inner + (len(own) if isinstance(own, str) else 0)


def elements_in(block: Json) -> list[Json]:
    """Return the interactive elements of one block."""
    several = block["elements"] if block["type"].endswith("actions") else []
    rows = [*several, block.get("accessory"), block.get("element")]
    return [row for row in rows if row and row["type"] != "image"]


def options_of(element: Json) -> list[Json]:
    """Return the options an element offers, groups flattened."""
    nested = [group["options"] for group in element.get("option_groups", ())]
    return [option for row in (*nested, element.get("options", ())) for option in row]


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return a copy with every missing block_id and action_id filled in."""
    filled = deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", secrets.token_hex(4))
        for element in elements_in(block):
            element.setdefault("action_id", secrets.token_hex(4))
    return filled


def typed(records: Records, text: str, people: str = "<@{id}>") -> str:
    """Return what Slack makes of text: mentions by id, ``&<>`` escaped."""
    known = {f"@{word}": f"<!{word}>" for word in ("here", "channel", "everyone")}
    for kind, (sign, shape) in TABLE["mentions"].items():
        for one in records.since(kind):
            form = (people if kind == "people" else shape).format(**one)
            known |= {sign + one["name"]: form, one["id"]: form}

    def sent(found: re.Match[str]) -> str:
        plain = found[0].translate(ESCAPES)
        plain = f"<{plain}>" if found["url"] else plain
        return known.get(found["id"] or found[0], plain)

    return TYPED.sub(sent, text)


def state_of(records: Records, element: Json, raw: Any) -> Json:
    """Return an element's state after ``raw`` was entered, or raise NotOffered."""
    kind, holds = element["type"], HOLDS[element["type"]][0]
    several = raw if isinstance(raw, list) else [raw]
    value: Any
    if kind == "plain_text_input":
        value = _text(element, str(raw))
    elif kind == "users_select":
        value = _person(records, str(raw))
    elif kind == "multi_users_select":
        value = [_person(records, str(name)) for name in several]
        if len(value) > element.get("max_selected_items", len(value)):
            raise NotOffered("too_many", [str(element["max_selected_items"])])
    elif holds == "selected_option":
        value = option_named(element, str(raw))
    else:
        value = [option_named(element, str(name)) for name in several]
    return {"type": kind, holds: value}


def _person(records: Records, raw: str) -> str:
    people = records.since("people")
    known = {name: p["id"] for p in people for name in (p["name"], p["id"])}
    if raw.lstrip("@") not in known:
        raise NotOffered("no_such_option", known)
    return str(known[raw.lstrip("@")])


def entered(records: Records, view: Json, given: Json) -> Json:
    """Return a modal's values after a person filled it in, or raise NotOffered."""
    values, left, labels, missing = values_of(view), set(given), set[str](), []
    for block, element in _stateful(view):
        label = block.get("label", {}).get("text", block["block_id"])
        place, key = values[block["block_id"]], element["action_id"]
        labels.add(label)
        for name in {block["block_id"], key, label} & given.keys():
            place[key] = state_of(records, element, given[name])
            left.discard(name)
        needed = block["type"] == "input" and not block.get("optional")
        if needed and not place[key][HOLDS[element["type"]][0]]:
            missing.append(label)
    if left:
        raise NotOffered("no_such_input", sorted(labels))
    if missing:
        raise NotOffered("missing_value", missing)
    return values


def _text(element: Json, raw: str) -> str | None:
    longest, shortest = element.get("max_length", 3000), element.get("min_length", 0)
    if len(raw) > longest:
        raise NotOffered("value_too_long", [f"at most {longest} characters"])
    if raw and len(raw) < shortest:
        raise NotOffered("value_too_short", [f"at least {shortest} characters"])
    return raw or None


def option_named(element: Json, name: str) -> Json:
    """Return the option with that value or label, or raise NotOffered."""
    offered = {one["text"]["text"]: one for one in options_of(element)}
    for label, option in offered.items():
        if name in (label, option["value"]):
            return option
    raise NotOffered("no_such_option", offered)


def _stateful(place: Json) -> list[tuple[Json, Json]]:
    every = [(block, one) for block in place["blocks"] for one in elements_in(block)]
    return [(block, element) for block, element in every if element["type"] in HOLDS]


def values_of(place: Json) -> Json:
    """Return a view's or message's values: those entered, else the initial ones."""
    known, values = place.get("state", {}).get("values", {}), Json()
    for block, element in _stateful(place):
        holds, initial = HOLDS[element["type"]]
        blank: Any = [] if holds in ("selected_options", "selected_users") else None
        start = {"type": element["type"], holds: element.get(initial, blank)}
        before = known.get(block["block_id"], {}).get(element["action_id"], start)
        values.setdefault(block["block_id"], {})[element["action_id"]] = before
    return values
