"""From the parsed text of a `drill/1` file to a scenario, or to what is wrong.

Every key is known or refused, and every problem names its place, so that the
loader can add the line. What must hold between the parts is in `drill_rules.py`;
YAML itself is read in `bot/rules/drill_file.py`.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bot.domain.drill import (
    FORMAT,
    Inject,
    InjectKind,
    Move,
    Objective,
    Scenario,
    Unless,
)
from bot.domain.drill_expect import Expectation, expectation
from bot.domain.drill_fields import Fields, Place

_KEYS = frozenset(
    {
        *("schema", "id", "title", "source", "tlp", "duration_min", "time_scale"),
        *("audience", "objectives", "msel", "contingency", "rules", "scoring"),
        "practice",
    }
)
_OBJECTIVE = frozenset({"id", "capability", "text", "target"})
_INJECT = frozenset(
    {
        *("n", "t", "kind", "from", "to", "source", "payload", "text", "obj"),
        *("expect", "decision", "when"),
    }
)
_MOVE = frozenset({"t", "as", "do", "says", "inject", "params"})
MOVES = frozenset({"ack", "commander", "step", "note", "propose", "approve", "resolve"})
"""What a scripted person can do."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_N = re.compile(r"[A-Za-z]{0,2}[0-9]{1,3}")
_UNLESS = re.compile(
    r"no (incident opened|acknowledgement|commander|step|plan) by t=(\d{1,4})"
)
_MOMENT_OF = {
    "incident opened": "open_incident",
    "acknowledgement": "ack",
    "commander": "commander_named",
    "step": "step_taken",
    "plan": "plan_proposed",
}
# The first integration that recognizes the payload reads it.
_AUTO = "auto"


@dataclass(kw_only=True)
class Reading(Fields):
    """Reads one document and collects every problem.

    Attributes:
        payload: Returns the text of a payload file, None where there is none.
        sources: Names of the integrations that read alerts.
    """

    payload: Callable[[str], str | None]
    sources: Collection[str]

    def scenario(self, raw: Any) -> Scenario | None:
        """Return the scenario; None where it cannot be made of the document."""
        if not isinstance(raw, Mapping):
            self._no((), "it is not a mapping of keys", "Begin with `schema: drill/1`.")
            return None
        self._keys((), raw, _KEYS)
        if raw.get("schema") != FORMAT:
            self._no(("schema",), f"it is not {FORMAT}", f"Write `schema: {FORMAT}`.")
        made = Scenario(
            id=self._id(raw),
            title=self._text((), raw, "title"),
            duration_min=self._minutes((), raw, "duration_min", least=1),
            speed=self._minutes((), raw, "time_scale", default=1, least=1),
            tlp=self._text((), raw, "tlp", default="AMBER"),
            audience=self._texts((), raw, "audience"),
            sources=self._texts((), raw, "source"),
            objectives=tuple(
                self._objective(("objectives", i), one)
                for i, one in self._rows(raw, "objectives")
            ),
            injects=self._injects(raw),
            script=tuple(
                self._move(("practice", i), one)
                for i, one in self._rows(raw, "practice")
            ),
        )
        is_broken = any(not one.is_warning for one in self.problems)
        return None if is_broken else made

    # --- parts ---

    def _id(self, raw: Mapping[str, Any]) -> str:
        found = self._text((), raw, "id")
        if found and not _ID.fullmatch(found):
            self._no(
                ("id",), "it is not small letters, digits and hyphens", "Rename it."
            )
        return found

    def _objective(self, at: Place, raw: Any) -> Objective:
        row = self._row(at, raw, _OBJECTIVE)
        return Objective(
            id=self._text(at, row, "id"),
            capability=self._text(at, row, "capability"),
            text=self._text(at, row, "text"),
            target=self._text(at, row, "target", default=""),
        )

    def _injects(self, raw: Mapping[str, Any]) -> tuple[Inject, ...]:
        told = [
            self._inject(("msel", i), one, needs_time=True)
            for i, one in self._rows(raw, "msel")
        ]
        spare = [
            self._inject(("contingency", i), one, needs_time=False)
            for i, one in self._rows(raw, "contingency")
        ]
        return (*told, *spare)

    def _inject(self, at: Place, raw: Any, *, needs_time: bool) -> Inject:
        row = self._row(at, raw, _INJECT)
        kind = self._kind(at, row)
        when = "" if needs_time else self._text(at, row, "when")
        sender = self._text(at, row, "from", default="controller")
        is_alert = kind is InjectKind.ALERT
        body = self._payload(at, row) if is_alert else ""
        unless = _unless(when) if body or not is_alert else None
        return Inject(
            n=self._number(at, row),
            at_min=self._minutes(at, row, "t", default=None if needs_time else 0),
            kind=kind,
            sender=sender,
            to=self._text(at, row, "to", default="everybody"),
            source=self._source(at, row, sender) if is_alert else "",
            body=body,
            text="" if is_alert else self._text(at, row, "text"),
            objectives=self._texts(at, row, "obj"),
            expects=self._expects(at, row),
            decision=self._text(at, row, "decision", default=""),
            unless=unless,
            by_hand=when if when and unless is None else "",
        )

    def _kind(self, at: Place, row: Mapping[str, Any]) -> InjectKind:
        found = row.get("kind")
        if found in tuple(InjectKind):
            return InjectKind(found)
        known = ", ".join(InjectKind)
        self._no((*at, "kind"), "the kind is not known", f"Use one of: {known}.")
        return InjectKind.MESSAGE

    def _number(self, at: Place, row: Mapping[str, Any]) -> str:
        found = str(row.get("n", ""))
        if not _N.fullmatch(found):
            self._no((*at, "n"), "the number is missing or is none", "Use 1 or C1.")
        return found

    def _source(self, at: Place, row: Mapping[str, Any], sender: str) -> str:
        """Return which integration reads it: as written, else after the sender."""
        given = row.get("source")
        if given is None:
            name = re.sub(r"[^a-z0-9]+", "_", sender.lower()).strip("_")
            return name if name in self.sources else _AUTO
        if given in self.sources:
            return str(given)
        known = ", ".join(sorted(self.sources))
        self._no((*at, "source"), "there is no such source", f"Use one of: {known}.")
        return ""

    def _payload(self, at: Place, row: Mapping[str, Any]) -> str:
        found = row.get("payload")
        if isinstance(found, str):
            text = self.payload(found)
            if text is None:
                self._warn(
                    (*at, "payload"),
                    "there is no such payload file beside the scenario",
                    "Give a path below its folder, or write the payload here.",
                )
            return text or ""
        if not isinstance(found, Mapping):
            self._no((*at, "payload"), "an alert has no payload", "Add one.")
            return ""
        try:
            return orjson.dumps(found).decode()
        except (TypeError, ValueError):
            self._no(
                (*at, "payload"),
                "it holds something JSON does not have",
                "Write texts, numbers, lists and mappings with texts as keys.",
            )
            return ""

    def _expects(self, at: Place, row: Mapping[str, Any]) -> tuple[Expectation, ...]:
        found = []
        for i, text in enumerate(self._texts(at, row, "expect")):
            read = expectation(text)
            if read is None:
                self._no(
                    (*at, "expect", i),
                    f"{text[:40]!a} cannot be read",
                    "Write for example ack<=5m or severity>=SEV2.",
                )
                continue
            found.append(read)
        return tuple(found)

    def _move(self, at: Place, raw: Any) -> Move:
        row = self._row(at, raw, _MOVE)
        does = self._text(at, row, "do")
        if does and does not in MOVES:
            known = ", ".join(sorted(MOVES))
            self._no((*at, "do"), "nobody can do that", f"Use one of: {known}.")
        params = row.get("params") or {}
        if not isinstance(params, Mapping):
            self._no((*at, "params"), "it is no mapping", "Write name: value.")
            params = {}
        return Move(
            at_min=self._minutes(at, row, "t"),
            who=self._text(at, row, "as"),
            does=does,
            says=self._text(at, row, "says", default=""),
            inject=str(row.get("inject", "")),
            params=tuple(sorted((str(k), str(v)) for k, v in params.items())),
        )


def _unless(when: str) -> Unless | None:
    found = _UNLESS.fullmatch(when)
    if found is None:
        return None
    return Unless(moment=_MOMENT_OF[found[1]], by_min=int(found[2]))
