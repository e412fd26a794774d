"""What Web API methods do to messages, channels and views once a call is allowed.

Answers that only show what is stored are shapes, not code (``methods.json``).
"""

from typing import Any

from bot.practice.blocks import checked_view, content_of
from bot.practice.calls import Call
from bot.practice.settings import Json, SlackError
from bot.practice.workspace import Workspace

EDIT_MAX = 4_000


class Messages(Call):
    """Calls about messages, channels, groups and connections."""

    def _apps_connections_open(self) -> Json:
        return {"url": self.space.sockets.address(self.space.base_url)}

    def _content(self) -> Json:
        content = content_of(self.args)
        if self.text("thread_ts"):
            parent = self.space.seen(self.channel["id"], self.text("thread_ts"))
            if parent is None:
                raise SlackError("thread_not_found")
            content["thread_ts"] = parent.get("thread_ts", parent["ts"])
            if self.args.get("reply_broadcast"):
                content["subtype"] = "thread_broadcast"
        return content

    def _chat_post_message(self) -> Json:
        new = self.space.post(self.channel["id"], self._content())
        return {"message": new, "shown": shown(new)}

    def _chat_post_ephemeral(self) -> Json:
        to = self.text("user")
        if to not in self.channel["members"]:
            raise SlackError("user_not_in_channel")
        whisper = {"to": to, "is_ephemeral": True, **self._content()}
        return {"message": self.space.post(self.channel["id"], whisper)}

    def _chat_update(self) -> Json:
        # What is not sent again, blocks and metadata too, is gone afterwards.
        edited = {"user": self.space.bot, "ts": self.space.now_ts()}
        content = content_of(self.args, EDIT_MAX) | {"edited": edited}
        new = self.space.edit(self.message, content)
        return {"message": new, "shown": shown(new)}

    def _users_list(self) -> Json:
        limit, start = self.args.get("limit", 1000), int(self.text("cursor") or 0)
        known = self.space.records.since("people")
        rows = sorted(known, key=lambda row: str(row["id"]))
        more = str(start + limit) if start + limit < len(rows) else ""
        page = [self.space.shape("user_answer", people=row) for row in rows[start:]]
        members = [one["user"] for one in page[:limit]]
        return {"members": members, "response_metadata": {"next_cursor": more}}

    def _usergroups_list(self) -> Json:
        asked, rows = self.args.get("include_users"), self.space.records.since("groups")
        kept = [row if asked else {**row, "users": None} for row in rows]
        return {"usergroups": [self.space.shape("group", group=row) for row in kept]}

    def _conversations_history(self) -> Json:
        low, high = self.text("oldest") or "0", self.text("latest") or "9"
        edges = (low, high) if self.args.get("inclusive") else ()
        limit, start = self.args.get("limit", 100), int(self.text("cursor") or 0)
        root, found = self.message.get("ts"), []
        for message in self.space.records.since("messages", channel=self.channel["id"]):
            ts, thread = message["ts"], message.get("thread_ts", message["ts"])
            wanted = thread == root if root else thread == ts or "subtype" in message
            if wanted and (low < ts < high or ts in edges):
                found.append(message)
        found.sort(key=lambda message: str(message["ts"]), reverse=not root)
        more = str(start + limit) if start + limit < len(found) else ""
        hidden = () if self.args.get("include_all_metadata") else ("metadata",)
        page = [shown(message, *hidden) for message in found[start : start + limit]]
        after = {"response_metadata": {"next_cursor": more}}
        return {"messages": page, "has_more": bool(more), **after}

    _conversations_replies = _conversations_history


def shown(message: Json, *hidden: str) -> Json:
    """Return a message as Slack shows it, without our own bookkeeping."""
    ours = {"channel", "seq", "to", *hidden}
    rows = message.items()
    return {key: row for key, row in rows if key not in ours and row is not None}


class Views(Call):
    """Calls about modals and Home tabs."""

    def _views_open(self) -> Json:
        # The view is checked first: a bad one does not cost the trigger.
        new = new_view(self.space, self.args["view"], "modal")
        self.space.show(self.space.exchange(self.text("trigger_id")), stack=[new])
        return {"view": new}

    def _views_update(self) -> Json:
        wanted, screens = self.text("view_id"), self.space.records.since("screens")
        for screen in screens:
            for old in (one for one in screen["stack"] if one["id"] == wanted):
                return self._replaced(screen["person"], old)
        raise SlackError("not_found")

    def _views_publish(self) -> Json:
        person = self.people["id"]
        return self._replaced(person, self.space.screen(person)["home"])

    def _replaced(self, person: str, old: Json | None) -> Json:
        if old and self.args.get("hash", old["hash"]) != old["hash"]:
            raise SlackError("hash_conflict")
        kind = old["type"] if old else "home"
        new = new_view(self.space, self.args["view"], kind, old)
        replace_view(self.space, person, new, by_bot=True)
        return {"view": new}


def new_view(space: Workspace, view: Any, kind: str, old: Json | None = None) -> Json:
    """Return a view as Slack stores it, in place of ``old``, else a SlackError."""
    key = old["id"] if old else space.new_id("V")
    blank = space.shape("view", id=key, hash=space.new_id(f"{space.now_ts()}."))
    kept = ("root_view_id", "previous_view_id", "state") if old else ()
    return blank | checked_view(view, kind) | {name: (old or {})[name] for name in kept}


def replace_view(space: Workspace, person: str, new: Json, *, by_bot: bool) -> None:
    """Store a new version of a view that is open on a person's screen."""
    screen = space.screen(person)
    stack = [new if one["id"] == new["id"] else one for one in screen["stack"]]
    home = new if new["type"] == "home" else screen["home"]
    space.show(person, by_bot=by_bot, stack=stack, home=home)


def after_submission(space: Workspace, person: str, ack: Json) -> None:
    """Do what the ack of a submission says, else the error its person sees."""
    top = space.screen(person)["stack"][-1]
    inputs = {row["block_id"] for row in top["blocks"] if row["type"] == "input"}
    match ack.get("response_action", ""):
        case "" | "clear":
            stack = []
        case "update":
            stack = [new_view(space, ack.get("view"), "modal", top)]
        case "errors" if set(ack.get("errors") or [""]) <= inputs:
            return
        case _:
            raise SlackError("invalid_ack")
    space.show(person, by_bot=bool(ack), stack=stack)
