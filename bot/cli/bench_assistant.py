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
        texts = [row["text"] for row in self._rows("injections")]
        changed = Counter(
            carrier.name
            for carrier in carriers()
            for before in [self._decided(carrier, "")]
            for text in texts
            if self._decided(carrier, text)[0] != before[0]
        )
        by_field = {f"changed through {name}": n for name, n in sorted(changed.items())}
        return {
            "attacks planted": len(texts) * len(carriers()),
            "decisions changed": changed.total(),
            **by_field,
        }

    def benign(self) -> dict[str, Any]:
        """Return how often a harmless text changes more than its own field."""
        texts = [row["text"] for row in self._rows("benign")]
        altered = Counter(
            carrier.name
            for carrier in carriers()
            for before in [self._decided(carrier, "")]
            for text in texts
            if self._decided(carrier, text) != before
        )
        total = len(texts) * len(carriers())
        by_field = {f"altered through {name}": n for name, n in sorted(altered.items())}
        return {
            "harmless texts planted": total,
            "cards altered": altered.total(),
            "share altered": _share(altered.total(), total),
            **by_field,
        }

    def _decided(self, carrier: Carrier, text: str) -> tuple[Any, ...]:
        """Return what is decided, and then what else a card says beside the text."""
        payload = Payload(body=carrier.payload(text), headers={}, received_at=_AT)
        found = self.rulings.understand(payload, carrier.source, "al_1")
        worst = found.worst
        if worst is None:
            return (found.outcome,), ()
        rated = worst.assessment
        books = [(one.runbook_id, one.step) for one in self.rulings.advise(worst)]
        decided = (found.outcome, rated.category, rated.severity, worst.system, books)
        instructed = INSTRUCTED in rated.notices
        return decided, (instructed, [mask.kind for mask in worst.masks])

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
