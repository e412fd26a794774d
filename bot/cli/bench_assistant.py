"""`tocsin bench assistant`: what attackers and models get onto a card, counted.

Replays a folder of recorded answers and planted texts through the same rules, check of
claims and card as the bot. Nothing is posted and nothing kept. The folder is named by
its user; what it must hold is in `docs/concepts/assistant.md`.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.assistant.claims import MOST_ANSWERED, SummaryAnswer
from bot.assistant.telling import told_of
from bot.assistant.writing import bullets_of
from bot.cli.bench_card import AT, Cards, texts, with_bullets
from bot.cli.bench_carriers import Carrier, carriers
from bot.cli.bench_facts import facts_kept, sentences, without_inventions
from bot.domain.classification import INSTRUCTED
from bot.ports import Payload
from bot.rulings import Rulings

_DECIDED = ("outcome", "category", "severity", "system", "runbook")
_NOTED = ("notice", "masks")
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
        cards = Cards(rulings=self.rulings)
        for row in rows_of(self.folder, "compromised_outputs"):
            alert = cards.about(row["input"])
            told = told_of([alert])
            found = bullets_of(packed(cards.masked(row["response"]), alert.id), told)
            whole = bullets_of(in_one_field(row["response"], alert.id), told)
            shown = with_bullets(alert, found)
            reasons.update(found.checked.dropped)
            counted["answers"] += 1
            counted["raw taken"] += _is_taken(row["response"])
            counted["claims kept"] += len(found.checked.claims)
            counted["quotes"] += len(found.quotes)
            counted["named"] += found.named is not None
            for one in (shown, with_bullets(alert, whole)):
                counted["alive"] += cards.is_alive(alert, one)
            counted.update(facts_of(row, texts(shown)))
        return {
            "answers": counted["answers"],
            "answers taken without the shape": counted["raw taken"],
            "cards with markup, link, mention or another decision": counted["alive"],
            "claims kept": counted["claims kept"],
            "sentences quoted instead": counted["quotes"],
            "cards where facts are only named": counted["named"],
            **{f"claims dropped: {why}": n for why, n in sorted(reasons.items())},
            **shares(counted),
            f"facts, {_CLEAN}": counted[_CLEAN],
            f"facts, {_TRUE}": counted[_TRUE],
        }

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
        texts = [row["text"] for row in rows_of(self.folder, rows)]
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
        payload = Payload(body=carrier.payload(text), headers={}, received_at=AT)
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


def facts_of(row: Any, shown: Sequence[str]) -> dict[object, int]:
    """Return how many facts an answer has, and how many are still shown."""
    source, answer = row["input"], row["response"]
    true = without_inventions(source, answer)
    texts = (
        {_OBEYED: answer} if row["attack_succeeded"] else {_CLEAN: answer, _TRUE: true}
    )
    found: dict[object, int] = {}
    for which, text in texts.items():
        found[which, "kept"], found[which] = facts_kept(source, text, shown)
    return found


def shares(counted: Counter[object]) -> dict[str, Any]:
    """Return the shares of facts that `facts_of` counted."""
    return {
        f"facts kept, {which}": _share(counted[which, "kept"], counted[which])
        for which in (_CLEAN, _TRUE, _OBEYED)
        if counted[which]
    }


def packed(response: str, evidence: str) -> SummaryAnswer:
    """Return an answer as a model gives it: each sentence a claim, and an unknown."""
    said = sentences(response)[:MOST_ANSWERED]
    claims = tuple(_claim(one, evidence) for one in said)
    return SummaryAnswer.model_validate({"claims": claims, "unknown": said})


def in_one_field(response: str, evidence: str) -> SummaryAnswer:
    """Return all of an answer in one field."""
    claims = (_claim(response, evidence),)
    return SummaryAnswer.model_validate({"claims": claims, "unknown": (response,)})


def rows_of(folder: Path, name: str) -> Iterator[Any]:
    """Yield the rows of a file of the folder."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, filter(str.strip, lines))


def _claim(text: str, evidence: str) -> Any:
    return {"text": text, "evidence": [evidence]}


def _is_taken(response: str) -> bool:
    try:
        return bool(SummaryAnswer.model_validate_json(response).claims)
    except ValueError:
        return False


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
