"""Somebody who proposes one plan after another, and reads how each is confirmed."""

import json
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.chaos.pace import Pace
from tests.chaos.sizes import Sizes
from tests.story.running import CHANNEL, Tocsin

ACTIONS = ("test.switch.turn_off", "test.breaker.open")
NEWEST = 6


@dataclass
class Supply:
    """Proposes at the pace of the presses.

    Attributes:
        plans: What a client must know of each plan that has a card, oldest first.
    """

    tocsin: Tocsin
    pace: Pace
    sizes: Sizes
    plans: list[dict[str, Any]] = field(default_factory=list)
    _card: str = ""
    _seen: set[str] = field(default_factory=set)
    _seq: int = 0

    @property
    def enough_for(self) -> int:
        """Return for how many presses there are plans."""
        return len(self.plans) * self.sizes.each_plan

    def run(self) -> None:
        """Propose until everything was pressed and there were plans enough."""
        self._card = self.tocsin.cards()[0]["ts"]
        number = 0
        while not self.pace.is_over or number < self.sizes.plans:
            self.pace.persistently(partial(self._propose, number))
            self.pace.persistently(self._look)
            number += 1
            self.pace.wait_for(partial(self._is_wanted, number), lambda: "presses")

    def _is_wanted(self, number: int) -> bool:
        """Tell whether a plan is needed now; until one is, read those that came."""
        ahead = (number - NEWEST) * self.sizes.each_plan
        if self.pace.given >= ahead or self.pace.is_over:
            return True
        self.pace.persistently(self._look)
        return False

    def _propose(self, number: int) -> None:
        press = {"ts": self._card, "action_id": "action.propose"}
        opened = self._do("U0ONCALL", "click", **press)
        # Every fifth is irreversible and needs two people.
        action = ACTIONS[number % 5 == 4]
        chosen = self._do("U0ONCALL", "submit", view=opened, values={"action": action})
        values = {"param.switch": f"s{number}", "reason": "it leaks"}
        if not self._do("U0ONCALL", "submit", view=chosen, values=values):
            raise ValueError("no form was taken; the server died in between")

    def _look(self) -> None:
        """Read the cards that came since the last look."""
        path = f"/practice/channels/{CHANNEL}/messages?after={self._seq}&wait=2"
        found = self.tocsin.ask(path).json
        for message in found["messages"]:
            if (token := _token(message)) and token not in self._seen:
                self._read(message, token)
        self._seq = found["seq"]

    def _read(self, message: dict[str, Any], token: str) -> None:
        press = {"channel": CHANNEL, "ts": message["ts"], "action_id": "plan.review"}
        view = self.tocsin.do("U0LEAD", "click", **press).json.get("view")
        if not view or view["callback_id"] != "plan.review":
            return  # it is over already
        self._do("U0LEAD", "close", view=view["id"])
        digest = json.loads(view["private_metadata"])["digest"]
        level, action, target = _headline(message)
        known = {
            "token": token,
            "ts": message["ts"],
            "channel": CHANNEL,
            "typed": f"{action} {target} {digest[:8]}" if level == "T1" else target,
            # What is drawn is Slack's; a client sends the rest of the form back.
            "view": {**view, "blocks": []},
        }
        with self.pace.turn:
            self._seen.add(token)
            self.plans.append(known)
            self.pace.turn.notify_all()

    def _do(self, who: str, what: str, **given: Any) -> str:
        """Do it, and return the id of the form that is open then."""
        reply = self.tocsin.do(who, what, **{"channel": CHANNEL, **given})
        return str((reply.json.get("view") or {}).get("id", ""))


def _token(message: dict[str, Any]) -> str:
    """Return the value of a card's review button; "" if it has none."""
    rows = [b for b in message.get("blocks", []) if b["type"] == "actions"]
    for element in (one for row in rows for one in row["elements"]):
        if element["action_id"] == "plan.review":
            return str(element["value"])
    return ""


def _headline(message: dict[str, Any]) -> list[str]:
    head = next(b for b in message["blocks"] if b["type"] == "header")
    return str(head["text"]["text"]).split(" · ")[1:]
