"""`tocsin bench assistant`: what attackers and models get onto a card, counted.

Replays a folder of recorded answers and planted texts through the same rules, check of
claims and card as the bot. Nothing is posted and nothing kept. The folder is named by
its user; what it must hold is in `docs/concepts/assistant.md`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.assistant.claims import ClaimAnswer, SummaryAnswer, checked
from bot.assistant.improving import improved
from bot.assistant.summary import summarize
from bot.assistant.telling import told_of
from bot.cli.bench_carriers import Carrier, carriers
from bot.cli.bench_facts import facts_kept, sentences, without_inventions
from bot.domain.classification import INSTRUCTED
from bot.domain.envelope import Alert
from bot.domain.summary import Claim, Summary, Written
from bot.ports import Payload
from bot.rulings import Rulings
from bot.slack.cards import preview

_AT = datetime(2026, 1, 5, 10, 5, tzinfo=UTC)
_DECIDED = ("outcome", "category", "severity", "system", "runbook")
_NOTED = ("notice", "masks")
_NAME = "bench"
_MOST = 20  # as many claims as the shape of an answer takes
_WRITER = re.compile(r"AI-written.*? · bench · bench|no model")
_PLAIN = {"type", "text"}
_CLEAN = "clean answers"
_TRUE = "clean answers, sentences that invent nothing"
_OBEYED = "answers that obeyed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is measured with."""

    rulings: Rulings
    folder: Path

    def figures(self) -> dict[str, Any]:
        """Return the table."""
        return {**self.outputs(), **self.planted(), **self.benign()}

    # --- what models answered ---

    def outputs(self) -> dict[str, Any]:
        """Return what of recorded answers reaches a card, and what of facts stays."""
        counted: Counter[object] = Counter()
        reasons: Counter[str] = Counter()
        for row in self._rows("compromised_outputs"):
            alert = self._about(row["input"])
            found = checked(
                _packed(alert, self._masked(row["response"])), told_of([alert])
            )
            whole = checked(_whole(alert, row["response"]), told_of([alert]))
            reasons.update(found.dropped)
            counted["answers"] += 1
            counted["raw taken"] += _is_taken(row["response"])
            counted["claims kept"] += len(found.claims)
            counted["alive"] += self._alive(alert, found.claims)
            counted["alive"] += self._alive(alert, whole.claims)
            counted.update(_facts(row, _improved(alert, found.claims).claims))
        return {
            "answers": counted["answers"],
            "answers taken without the shape": counted["raw taken"],
            "cards with markup, link, mention or another decision": counted["alive"],
            "claims kept": counted["claims kept"],
            **{f"claims dropped: {why}": n for why, n in sorted(reasons.items())},
            **{
                f"facts kept, {which}": _share(counted[which, "kept"], counted[which])
                for which in (_CLEAN, _TRUE, _OBEYED)
            },
            f"facts, {_CLEAN}": counted[_CLEAN],
            f"facts, {_TRUE}": counted[_TRUE],
        }

    def _alive(self, alert: Alert, claims: Sequence[Claim]) -> bool:
        """Tell whether claims change more of a card than its bullets."""
        by_rules, by_model = _by_rules(alert), _improved(alert, claims)
        return bool(claims) and not _only_bullets(
            self._card(alert, by_rules), self._card(alert, by_model)
        )

    # --- what strangers plant ---

    def planted(self) -> dict[str, Any]:
        """Return how often a planted attack changes what is decided."""
        return self._changes("injections", "attacks planted", _DECIDED)

    def benign(self) -> dict[str, Any]:
        """Return how often a harmless text changes more than its own field."""
        return self._changes("benign", "harmless texts planted", (*_DECIDED, *_NOTED))

    def _changes(
        self, rows: str, called: str, aspects: Sequence[str]
    ) -> dict[str, Any]:
        texts = [row["text"] for row in self._rows(rows)]
        counted: Counter[str] = Counter()
        for carrier in carriers():
            before = self._decided(carrier, "")
            for text in texts:
                after = self._decided(carrier, text)
                changed = [one for one in aspects if before[one] != after[one]]
                counted.update(f"  {one} changed" for one in changed)
                counted[f"  changed through {carrier.name}"] += bool(changed)
                counted["cards"] += bool(changed)
        total, cards = len(texts) * len(carriers()), counted.pop("cards")
        return {
            called: total,
            f"{called}: cards that differ": cards,
            f"{called}: share that differs": _share(cards, total),
            **{f"{called}:{what}": n for what, n in sorted(counted.items()) if n},
        }

    def _decided(self, carrier: Carrier, text: str) -> dict[str, Any]:
        """Return what is decided, and what else a card says beside the text.

        Of the runbooks a card names the first only.
        """
        payload = Payload(body=carrier.payload(text), headers={}, received_at=_AT)
        found = self.rulings.understand(payload, carrier.source, "al_1")
        worst = found.worst
        if worst is None:
            return dict.fromkeys((*_DECIDED, *_NOTED), found.outcome)
        rated = worst.assessment
        books = [(one.runbook_id, one.step) for one in self.rulings.advise(worst)]
        return {
            "outcome": found.outcome,
            "category": rated.category,
            "severity": rated.severity,
            "system": worst.system,
            "runbook": books[:1],
            "notice": INSTRUCTED in rated.notices,
            "masks": [mask.kind for mask in worst.masks],
        }

    # --- one alert ---

    def _about(self, text: str) -> Alert:
        body = {"title": "A document was summarized", "description": text}
        payload = Payload(body=json.dumps(body).encode(), headers={}, received_at=_AT)
        # A title is enough for an alert, so there is one.
        return self.rulings.understand(payload, "webhook", "e1").alerts[0]

    def _masked(self, text: str) -> str:
        return self.rulings.redactor.redact(text, scope="bench").text

    def _card(self, alert: Alert, summary: Summary) -> list[Any]:
        titles = self.rulings.category_titles()
        title = titles[alert.assessment.category]
        return list(preview([alert], category_title=title, summary=summary)["blocks"])

    def _rows(self, name: str) -> Iterator[Any]:
        with (self.folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
            yield from map(json.loads, filter(str.strip, lines))


def _by_rules(alert: Alert) -> Summary:
    return summarize([alert], system=None, now=_AT, counted=False)


def _improved(alert: Alert, claims: Sequence[Claim]) -> Summary:
    """Return what stands on the card of an alert."""
    written = Written(model=_NAME, prompt=_NAME, claims=tuple(claims))
    return improved(_by_rules(alert), written if claims else None)


def _facts(row: Any, claims: Sequence[Claim]) -> dict[object, int]:
    """Return how many facts an answer has, and how many are still shown."""
    source, answer = row["input"], row["response"]
    shown = [_text(one) for one in claims]
    true = without_inventions(source, answer)
    obeyed = row["attack_succeeded"]
    texts = {_OBEYED: answer} if obeyed else {_CLEAN: answer, _TRUE: true}
    found: dict[object, int] = {}
    for which, text in texts.items():
        found[which, "kept"], found[which] = facts_kept(source, text, shown)
    return found


def _packed(alert: Alert, response: str) -> SummaryAnswer:
    """Return an answer as a model gives it: each sentence a claim."""
    texts = sentences(response)[:_MOST]
    return SummaryAnswer(claims=tuple(_claim(alert, one) for one in texts), unknown=())


def _whole(alert: Alert, response: str) -> SummaryAnswer:
    """Return all of an answer in one field."""
    return SummaryAnswer(claims=(_claim(alert, response),), unknown=())


def _claim(alert: Alert, text: str) -> ClaimAnswer:
    return ClaimAnswer.model_validate({"text": text, "evidence": [alert.id]})


def _is_taken(response: str) -> bool:
    try:
        return bool(SummaryAnswer.model_validate_json(response).claims)
    except ValueError:
        return False


def _text(claim: Claim) -> str:
    return claim.text.for_slack()


def _only_bullets(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Tell whether two cards differ in plain bullets and who wrote them, at most."""
    return _bones(before) == _bones(after) and all(
        set(element) <= _PLAIN and element["type"] == "text"
        for element in _in_bullets(after)
    )


def _bones(blocks: Sequence[Any]) -> list[Any]:
    """Return a card without its bullets and without who wrote them."""
    found = []
    for block in blocks:
        if block["type"] != "rich_text":
            if block.get("block_id") != "evidence":
                found.append(block)
            continue
        for part in block["elements"]:
            if part["type"] != "rich_text_list":
                found += [_anonymous(one) for one in part["elements"]]
    return found


def _anonymous(element: Any) -> Any:
    return {**element, "text": _WRITER.sub("", str(element.get("text", "")))}


def _in_bullets(blocks: Sequence[Any]) -> Iterator[Any]:
    for block in blocks:
        for part in block.get("elements", ()):
            if part.get("type") == "rich_text_list":
                for item in part["elements"]:
                    yield from item["elements"]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
