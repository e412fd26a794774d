"""A person of the cast, driven over HTTP with what their client would offer.

Each deed checks what Slack's client would refuse, sends what Slack would send,
and does what the ack says. ``forge`` skips the checks: payloads by other means.
"""

from collections.abc import Awaitable
from time import perf_counter
from typing import Any

from bot.practice import blocks as kit
from bot.practice.methods import after_submission, replace_view, shown
from bot.practice.settings import Json, NotOffered, SlackError
from bot.practice.transport import Ack
from bot.practice.workspace import Workspace

THUMBS = ("positive_button", "negative_button")
LOOKS = {"text", "value", "style", "url"}
NO_CLIENT = {"deactivated": "user_is_deactivated", "bot": "bots_have_no_client"}
DEEDS = ("command", "click", "submit", "close", "say", "react", "shortcut", "home")


class Client:
    """One person's Slack client for the length of one deed."""

    def __init__(self, space: Workspace, body: Json) -> None:
        people = {one["id"]: one for one in space.records.since("people")}
        self._space, self._body, self._id = space, body, str(body.get("as"))
        self._forged = bool(body.get("forge"))
        self._ack_ms: float | None = None
        if self._id not in people:
            raise NotOffered("no_such_person", people)
        self._who = people[self._id]
        if self._who["kind"] in NO_CLIENT and not self._forged:
            raise NotOffered(NO_CLIENT[self._who["kind"]])

    async def act(self) -> Json:
        """Do what the body asks and say what this person then sees, or NotOffered."""
        records, before, me = self._space.records, self._space.records.seq, self._id
        if self._body.get("do") not in DEEDS:
            raise NotOffered("no_such_deed", DEEDS)
        done: Json = {"ok": True, "ack": None}
        try:
            done["ack"] = await getattr(self, f"_{self._body['do']}")()
        except SlackError as no:
            done |= {"ok": False, "error": no.code}
            records.put("notices", me, {"person": me, "error": no.code})
        if self._ack_ms is not None and done["ok"] and not done["ack"]:
            wrote, wait_s = self._space.bot_wrote, self._space.settings.settle_s
            news = lambda: max(wrote[""], wrote.get(me, 0)) > before  # noqa: E731
            await records.wait(news, wait_s)
        done |= {"seq": records.seq, "ack_ms": self._ack_ms}
        done["ephemerals"] = records.since("ephemerals", before, to=me)
        stack = self._space.screen(me)["stack"]
        return done | ({"view": stack[-1]} if stack else {})

    def _need(self, name: str) -> str:
        if name not in self._body:
            raise NotOffered("missing_field", [name])
        return str(self._body[name])

    def _channel(self) -> Json:
        every = self._space.records.since("channels")
        mine = [one["id"] for one in every if self._id in one["members"]]
        found = self._space.records.get("channels", self._need("channel"))
        if self._forged:
            return found or {"id": self._body["channel"], "name": "unknown"}
        if found is None or found["id"] not in mine:
            raise NotOffered("not_in_channel" if found else "channel_not_found", mine)
        if found["is_archived"]:
            raise NotOffered("is_archived")
        return found

    def _message(self, field: str = "ts") -> Json:
        channel, ts = self._channel()["id"], self._need(field)
        found = self._space.seen(channel, ts, self._id)
        if found is None and not self._forged:
            recent = self._space.records.since("messages", channel=channel)[-5:]
            raise NotOffered("no_such_message", [one["ts"] for one in recent])
        return found or {"ts": ts, "blocks": [], "text": ""}

    def _view(self) -> Json:
        key, screens = self._body.get("view"), [self._space.screen(self._id)]
        screens = self._space.records.since("screens") if self._forged else screens
        offered: list[Json] = []
        for row in screens:
            stack = row["stack"] if self._forged else row["stack"][-1:]
            offered += stack or ([row["home"]] if row["home"] else [])
        for one in offered:
            if key in (None, one["id"], one["callback_id"] or None):
                return one
        if self._forged:
            return {"blocks": [], **dict(self._body["view"])}
        raise NotOffered("no_such_view", [one["id"] for one in offered])

    def _element(self, blocks: list[Json]) -> tuple[Json, Json]:
        wanted = self._body.get("button") or self._need("action_id")
        spot, offered, found = self._body.get("block_id"), list[str](), []
        for block in blocks:
            silent = block["type"] == "input" and not block.get("dispatch_action")
            for element in kit.elements_in(block) if not silent else ():
                by_label = "button" in self._body
                names = labels(element) if by_label else [element["action_id"]]
                offered += names
                if wanted in names and spot in (None, block["block_id"]):
                    found.append((block, element))
        if len(found) > 1:
            raise NotOffered("ambiguous_button", [one["block_id"] for one, _ in found])
        if not found and not self._forged:
            raise NotOffered("no_such_button", offered)
        made_up = {"type": "button", "action_id": wanted}
        return found[0] if found else ({"block_id": "forged"}, made_up)

    def _action(self, block: Json, element: Json) -> Json:
        named = {"action_id": element["action_id"], "block_id": block["block_id"]}
        action = {"type": element["type"], **named, "action_ts": self._space.now_ts()}
        raw = {"value": self._body["raw_value"]} if "raw_value" in self._body else {}
        if element["type"] == "feedback_buttons":
            return action | (raw or thumb(element, str(self._chosen())))
        if element["type"] in ("button", "icon_button"):
            return action | {key: element[key] for key in element.keys() & LOOKS} | raw
        chosen = self._chosen()
        if element["type"] in kit.HOLDS:
            return action | kit.state_of(self._space.records, element, chosen)
        return action | {
            "selected_option": raw or kit.option_named(element, str(chosen))
        }

    def _chosen(self) -> Any:
        return self._body.get("value", self._body.get("button", ""))

    async def _timed(self, delivery: Awaitable[Ack]) -> Ack:
        started = perf_counter()
        ack = await delivery
        self._ack_ms = round((perf_counter() - started) * 1000, 2)
        return ack

    async def _send(self, shape: str, place: Json | None = None, **known: Any) -> Ack:
        known |= {"person": self._who, "channel": place}
        known["trigger"] = self._space.new_trigger(self._id)
        base = self._space.shape("interaction", **known) if shape != "command" else {}
        payload = base | self._space.shape(shape, **known)
        payload |= self._body.get("payload", {}) if self._forged else {}
        deliver = self._space.deliver
        if shape == "command":
            return await self._timed(deliver("slash_commands", payload, {}))
        return await self._timed(deliver("interactive", payload, {}))

    async def _tell(self, shape: str, **known: Any) -> Ack:
        envelope = self._space.event(shape, self._who, **known)
        if envelope is None:
            return None
        return await self._timed(self._space.send(envelope))

    async def _command(self) -> Ack:
        place = self._channel()
        word, *rest = self._need("text").split(maxsplit=1) or [""]
        known = self._space.settings.features("slash_commands", "command")
        if word not in known or "thread_ts" in self._body:
            raise NotOffered("no_such_command", known)
        text = "".join(rest).strip()
        if known[word].get("should_escape"):
            text = kit.typed(self._space.records, text, "<@{id}|{name}>")
        ack = await self._send("command", place, command=word, text=text)
        if ack:
            said = {"text": ack} if isinstance(ack, str) else ack
            self._space.answer(place["id"], self._id, said)
        return ack

    async def _click(self) -> Ack:
        place = self._view() if "view" in self._body else self._message()
        block, element = self._element(place["blocks"])
        action, values = self._action(block, element), kit.values_of(place)
        if element["type"] in kit.HOLDS:
            state = {
                key: action[key] for key in ("type", kit.HOLDS[element["type"]][0])
            }
            values[block["block_id"]][element["action_id"]] = state
        known: Json = {"actions": [action], "values": values}
        if "view" in self._body:
            known["view"] = {**place, "state": {"values": values}}
            replace_view(self._space, self._id, known["view"], by_bot=False)
            return await self._send("view_click", **known)
        known |= {"message": place, "shown": None if "to" in place else shown(place)}
        return await self._send("message_click", self._channel(), **known)

    async def _submit(self) -> Ack:
        view = self._view()
        values = kit.entered(self._space.records, view, self._body.get("values", {}))
        sent = {**view, "state": {"values": values}}
        ack = await self._send("view_submission", view=sent)
        if view in self._space.screen(self._id)["stack"]:
            said = ack if isinstance(ack, dict) else {}
            after_submission(self._space, self._id, said)
        return ack

    async def _close(self) -> None:
        self._view()  # refused where nothing is open
        self._space.show(self._id, by_bot=False, stack=[])

    async def _say(self) -> Ack:
        channel, text = self._channel(), self._need("text").strip()
        content: Json = {"text": kit.typed(self._space.records, text), "blocks": []}
        if not text:
            raise NotOffered("no_text")
        if "thread_ts" in self._body:
            parent = self._message("thread_ts")
            content["thread_ts"] = parent.get("thread_ts", parent["ts"])
        message = self._space.post(channel["id"], content, by=self._who)
        bot, heard = self._space.bot, self._space.bot in channel["members"]
        mentioned = heard and f"<@{bot}>" in message["text"]
        return await self._tell("app_mention", message=message) if mentioned else None

    async def _react(self) -> Ack:
        message, emoji = self._message(), self._need("name").strip(":")
        self._space.react(message, emoji, self._id)
        return await self._tell("reaction_added", message=message, emoji=emoji)

    async def _shortcut(self) -> Ack:
        known = self._space.settings.features("shortcuts", "callback_id")
        name = self._need("callback_id")
        if name not in known:
            raise NotOffered("no_such_shortcut", known)
        named: Json = {"callback_id": name, "action_ts": self._space.now_ts()}
        if known[name]["type"] == "global":
            return await self._send("shortcut", **named)
        named |= {"message": self._message(), "shown": shown(self._message())}
        return await self._send("message_shortcut", self._channel(), **named)

    async def _home(self) -> Ack:
        place, home = self._space.direct(self._id), self._space.screen(self._id)["home"]
        return await self._tell("app_home_opened", channel=place, home=home)


def thumb(element: Json, chosen: str) -> Json:
    """Return what Slack sends of the thumb with that label or value."""
    both = {element[name]["text"]["text"]: element[name] for name in THUMBS}
    for label, one in both.items():
        if chosen in (label, one["value"]):
            return {"text": one["text"], "value": one["value"]}
    raise NotOffered("no_such_option", both)


def labels(element: Json) -> list[str]:
    """Return the words by which a person knows an element."""
    if element["type"] == "overflow":
        return [option["text"]["text"] for option in element["options"]]
    if element["type"] == "feedback_buttons":
        return [element[name]["text"]["text"] for name in THUMBS]
    text = element.get("text") or element.get("placeholder") or {}
    return [str(text.get("text", element["action_id"]))]
