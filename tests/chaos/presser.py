"""A client process: it presses and sends forms, signed as Slack signs them.

    python -m tests.chaos.presser URL SECRET

Reads one order a line, a JSON object, and prints one answer a line: the HTTP status,
0 where the server died before it answered. An order that is given again is the same
press again: same person, same trigger. Needs the standard library only.

What somebody sends who may not has everything right but the one thing that is wrong:
they have read the form, the token and the digest of somebody who may.
"""

import hashlib
import hmac
import http.client
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

_EVENTS = "/slack/events"
_FORM = "application/x-www-form-urlencoded"
_ZEROS = "0" * 64
_OTHER = "C0GENERAL"
_DEAD = (OSError, http.client.HTTPException)
Json = dict[str, Any]


@dataclass
class Presser:
    """One client; it remembers what it sent, to send it again."""

    url: str
    secret: bytes
    sent: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)

    def press(self, order: Json) -> int:
        """Do one order; return the status of its answer, 0 if there was none."""
        try:
            if order["kind"] == "replay":
                return self._replay(order)
            body = _click(order) if order["click"] else _submission(order)
            headers = self._signed(body)
            if order["kind"] in ("agree", "commander"):
                self.sent[order["plan"]["token"]] = body, headers
            return self._send(body, headers)
        except _DEAD:
            return 0

    def _replay(self, order: Json) -> int:
        """Send a yes of before again: as it was, signed anew, or as another press."""
        body, headers = self.sent.get(order["plan"]["token"], (b"", {}))
        if not body:  # this client has sent none yet, so it sends one twice
            body = _submission(order)
            headers = self._signed(body)
            self._send(body, headers)
        match order["way"]:
            case 0:
                return self._send(body, headers)
            case 1:
                return self._send(body, self._signed(body, s_ago=1))
            case _:
                again = _submission({**order, "seed": f"{order['seed']}-again"})
                return self._send(again, self._signed(again))

    def _signed(self, body: bytes, *, s_ago: int = 0) -> dict[str, str]:
        at = str(int(time.time()) - s_ago)  # noqa: TID251 - as Slack's own clock says
        base = b"v0:" + at.encode() + b":" + body
        proof = hmac.new(self.secret, base, hashlib.sha256).hexdigest()
        named = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={proof}"}
        return {"Content-Type": _FORM, **named}

    def _send(self, body: bytes, headers: Mapping[str, str]) -> int:
        there = urlsplit(self.url)
        door = http.client.HTTPConnection(str(there.hostname), there.port, timeout=30)
        try:
            door.request("POST", _EVENTS, body, dict(headers))
            answer = door.getresponse()
            answer.read()
            return answer.status
        finally:
            door.close()


def _payload(order: Json, more: Json) -> bytes:
    who, n = order["who"], order["n"]
    trigger = hashlib.sha256(f"{n}/{order['seed']}".encode()).hexdigest()
    payload = {
        "token": "practice",
        "api_app_id": "A0TOCSIN",
        "team": {"id": "T0TEAM", "domain": "practice"},
        "user": {"id": who, "username": who, "name": who, "team_id": order["team"]},
        "trigger_id": f"{n}.{trigger}",
        **more,
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def _click(order: Json) -> bytes:
    plan = order["plan"]
    channel = _OTHER if order["kind"] == "elsewhere" else plan["channel"]
    value = _token(order)
    action = {"type": "button", "action_id": "plan.review", "block_id": "do"}
    more: Json = {
        "type": "block_actions",
        "actions": [{**action, "value": value, "action_ts": f"{order['n']}.000001"}],
        "state": {"values": {}},
        "response_url": f"{plan['channel']}",
        "channel": {"id": channel, "name": "incidents"},
        "container": {
            "type": "message",
            "message_ts": plan["ts"],
            "channel_id": channel,
            "is_ephemeral": False,
        },
    }
    return _payload(order, more)


def _submission(order: Json) -> bytes:
    plan = order["plan"]
    about = json.loads(plan["view"]["private_metadata"])
    about |= {"token": _token(order), "person": order["who"]}
    if order["kind"] == "elsewhere":
        about["channel"] = _OTHER
    if order["kind"] == "forged" and order["way"] == 0:
        about["digest"] = _ZEROS
    given = {"typed_name": plan["typed"], "reason": "it leaks and customers see it"}
    form = "plan.review"
    if order["kind"] == "reject":
        given, form = {"reason": "wrong switch"}, "plan.reject"
    values = {
        block: {"in": {"type": "plain_text_input", "value": value}}
        for block, value in given.items()
    }
    view = {
        **plan["view"],
        "callback_id": form,
        "private_metadata": json.dumps(about, sort_keys=True),
        "state": {"values": values},
    }
    return _payload(order, {"type": "view_submission", "view": view})


def _token(order: Json) -> str:
    """Return the button's value; forged, it is made up or another plan's."""
    token = str(order["plan"]["token"])
    if order["kind"] != "forged" or (order["way"] == 0 and not order["click"]):
        return token
    plan, _, mac = token.partition(".")
    if order["way"] < 2 or order["other"] == token:
        return f"{plan}.{'0' * len(mac)}"
    return f"{plan}.{order['other'].partition('.')[2]}"


def main() -> None:
    url, secret = sys.argv[1:]
    presser = Presser(url, secret.encode())
    for line in sys.stdin:
        print(presser.press(json.loads(line)), flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main()
