"""Scripted people: they play a scenario's script through the person driver.

They press the buttons and type the commands a person would, with the same checks,
and only where no bot runs: a drill of real people has none of them. What a move
means in clicks is here; which moves there are says the scenario.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.cli.running_bot import RunningBot
from bot.domain.drill import Move, Scenario
from bot.domain.errors import TocsinError

_PATIENCE_S = 15.0
_POLL_S = 0.2
_log = logging.getLogger(__name__)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Players:
    """The people of one run.

    Attributes:
        drill: Id of the run.
        speed: Scenario minutes a real minute holds.
        channel: Where it is played.
    """

    bot: RunningBot
    scenario: Scenario
    drill: str
    speed: int
    channel: str

    def play(self, over: threading.Event) -> None:
        """Make every move when its time comes, until `over` is set."""
        began = time.monotonic()
        for move in sorted(self.scenario.script, key=lambda one: one.at_min):
            due = began + move.at_min * 60 / self.speed
            if over.wait(max(due - time.monotonic(), 0)):
                return
            self._make(move, over)

    def _make(self, move: Move, over: threading.Event) -> None:
        """Try a move until it can be made; people wait for a card too."""
        until = time.monotonic() + _PATIENCE_S
        while not over.is_set():
            try:
                if self._moved(move):
                    return
            except TocsinError as error:
                _log.info("%s could not %s: %s", move.who, move.does, error.code)
            if time.monotonic() > until:
                _log.warning("%s gave up: %s", move.who, move.does)
                return
            over.wait(_POLL_S)

    def _moved(self, move: Move) -> bool:
        incident = self._incident(move)
        if not incident:
            return False
        commands = {
            "ack": f"ack {incident}",
            "commander": f"role {incident} commander me",
            "note": f"note {incident} {move.says}",
            "resolve": f"resolve {incident} {move.says}",
        }
        if move.does in commands:
            text = f"/incident {commands[move.does]}"
            return self._do(move.who, "command", channel=self.channel, text=text)
        clicks: Mapping[str, Callable[[Move, str], bool]] = {
            "step": self._step,
            "propose": self._propose,
            "approve": self._approve,
        }
        return clicks[move.does](move, incident)

    def _incident(self, move: Move) -> str:
        report = self.bot.ask("GET", f"/admin/drills/{self.drill}")
        for line in report["injects"]:
            if line["incident"] and move.inject in ("", line["n"]):
                return str(line["incident"])
        return ""

    def _step(self, move: Move, incident: str) -> bool:
        return self._press(move.who, "step.take", f"{incident}|") is not None

    def _propose(self, move: Move, incident: str) -> bool:
        from datetime import UTC, datetime

        from bot.rules.marks import filled

        opened = self._press(move.who, "action.propose", incident)
        if opened is None:
            return False
        now = datetime.now(UTC)  # noqa: TID251 - marks of made-up keys need no time
        given = {name: filled(text, now) for name, text in move.params}
        chosen = self._sent(move.who, opened, {"action": given.pop("action")})
        fields = {f"param.{name}": text for name, text in given.items()}
        sent = self._sent(move.who, chosen, {**fields, "reason": move.says})
        return bool(sent.get("ok"))

    def _approve(self, move: Move, incident: str) -> bool:
        plans = self.bot.ask("GET", f"/admin/gate/plans?incident={incident}")["plans"]
        for plan in plans:
            opened = self._press(move.who, "plan.review", f"{plan['id']}.")
            if opened is not None:
                typed = {"typed_name": plan["target"]}
                return bool(self._sent(move.who, opened, typed).get("ok"))
        return False

    # --- one person, one thing ---

    def _press(self, who: str, action: str, value: str) -> Json | None:
        """Press the button that carries `value`; None where none stands there."""
        path = f"/practice/channels/{self.channel}/messages"
        for message in reversed(self.bot.ask("GET", path)["messages"]):
            if _has_button(message, action, value):
                place = {"channel": self.channel, "ts": message["ts"]}
                return self._asked(who, "click", **place, action_id=action)
        return None

    def _sent(self, who: str, opened: Json, values: Mapping[str, str]) -> Json:
        view = opened["view"]["id"]
        return self._asked(who, "submit", view=view, values=dict(values))

    def _do(self, who: str, what: str, **given: Any) -> bool:
        return bool(self._asked(who, what, **given).get("ok"))

    def _asked(self, who: str, what: str, **given: Any) -> Json:
        body = {"as": who, "do": what, **given}
        return self.bot.ask("POST", "/practice/do", body)


def _has_button(message: Json, action: str, value: str) -> bool:
    return any(
        one.get("action_id") == action and str(one.get("value", "")).startswith(value)
        for block in message.get("blocks") or ()
        if block.get("type") == "actions"
        for one in block["elements"]
    )
