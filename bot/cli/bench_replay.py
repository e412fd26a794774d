"""`tocsin bench assistant --model` and `--stand-in`: recorded inputs, asked for real.

Each goes through the one door to a model: over HTTP, in the shape of an answer, masked,
checked and drawn as on a card. No budget counts it, nothing is posted and nothing kept.
With `--stand-in` a model on loopback gives each recorded answer, as it is and packed
into the fields of the shape.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from bot.assistant.claims import SummaryAnswer
from bot.assistant.improving import improved
from bot.assistant.telling import told_of
from bot.assistant.writing import under_short_ids, written_in
from bot.cli.bench_assistant import facts_of, in_one_field, packed, rows_of, shares
from bot.cli.bench_card import Cards, by_rules, texts
from bot.cli.bench_stand_in import stand_in
from bot.domain.summary import Written
from bot.ports.model import Answered, Model, NoAnswer
from bot.summaries import question_of

_ANSWERS = "compromised_outputs"
_ALIVE = "cards with markup, link, mention or another decision"

Progress = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class _Count:
    """What came of one way to answer."""

    cards: Cards
    asked: int = 0
    alive: int = 0
    tokens: int = 0
    became: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    facts: Counter[object] = field(default_factory=Counter)
    took_ms: list[float] = field(default_factory=list)

    def ask(self, model: Model, row: Any) -> None:
        """Ask about the input of a row, and look at the card."""
        alert = self.cards.about(row["input"])
        told, ids = under_short_ids(told_of([alert]))
        begin = time.perf_counter()
        answer = model.ask(question_of(alert.id, told))
        self.took_ms.append((time.perf_counter() - begin) * 1000)
        self.asked += 1
        self.tokens += answer.usage.tokens
        written: Written | None = None
        if isinstance(answer, NoAnswer):
            self.became[answer.why.value] += 1
        else:
            written, found = written_in(answer, told, ids)
            self.became["answered"] += 1
            self.claims.update({"kept": len(found.claims)})
            self.claims.update(f"dropped: {why}" for why in found.dropped)
            row = {**row, "response": row.get("response") or _said(answer)}
        summary = improved(by_rules(alert), written)
        self.alive += self.cards.is_alive(alert, summary)
        self.facts.update(facts_of(row, texts(summary)))

    def figures(self, way: str, *, facts: bool) -> dict[str, Any]:
        """Return the rows of the table; `way` stands before each."""
        took = sorted(self.took_ms) or [0.0]
        kept = shares(self.facts) if facts else {}
        return {
            f"{way}: asked": self.asked,
            **{f"{way}: {became}": n for became, n in sorted(self.became.items())},
            f"{way}: {_ALIVE}": f"{self.alive} of {self.asked}",
            **{f"{way}: claims {what}": n for what, n in sorted(self.claims.items())},
            **{f"{way}: {which}": n for which, n in kept.items()},
            f"{way}: latency p50 ms": took[len(took) // 2],
            f"{way}: latency p99 ms": took[int(len(took) * 0.99)],
            f"{way}: tokens": self.tokens,
        }


def of_the_model(
    cards: Cards, model: Model, folder: Path, *, most: int, progress: Progress
) -> dict[str, Any]:
    """Return what the model of the settings says of the inputs of a folder.

    Facts are those of its own claims. Each input is asked about once.
    """
    count = _Count(cards=cards)
    for n, text in enumerate(_inputs(folder, most), 1):
        count.ask(model, {"input": text, "attack_succeeded": 0})
        progress(n)
    return count.figures("model", facts=True)


def of_the_stand_in(
    cards: Cards,
    door: Callable[[str], Model],
    folder: Path,
    *,
    most: int | None,
    progress: Progress,
) -> dict[str, Any]:
    """Return what recorded answers come to, given by a model on loopback.

    Args:
        door: Opens a door to a model at an address.
        most: How many rows; None for all.
    """
    counts = {way: _Count(cards=cards) for way in _WAYS}
    with stand_in() as server:
        model = door(server.url)
        try:
            for n, row in enumerate(islice(rows_of(folder, _ANSWERS), most), 1):
                for way, says in _WAYS.items():
                    server.content = says(row["response"])
                    counts[way].ask(model, row)
                progress(n)
        finally:
            model.close()
    every = [one for way, count in counts.items() for one in _told(way, count).items()]
    return dict(every)


def _told(way: str, count: _Count) -> dict[str, Any]:
    return count.figures(way, facts=way == _SENTENCES)


def _inputs(folder: Path, most: int) -> Iterator[str]:
    """Yield the inputs of a folder, each once."""
    found = dict.fromkeys(row["input"] for row in rows_of(folder, _ANSWERS))
    return islice(found, most)


def _said(answer: Answered[SummaryAnswer]) -> str:
    return "\n".join(one.text.for_slack(limit=600) for one in answer.value.claims)


def _raw(response: str) -> str:
    return response


def _in_sentences(response: str) -> str:
    return _json(packed(response, "e1"))


def _in_one_field(response: str) -> str:
    return _json(in_one_field(response, "e1"))


def _json(answer: SummaryAnswer) -> str:
    claims = [
        {"text": one.text.for_redaction(), "evidence": list(one.evidence)}
        for one in answer.claims
    ]
    unknown = [one.for_redaction() for one in answer.unknown]
    return json.dumps({"claims": claims, "unknown": unknown})


_SENTENCES = "packed by sentences"
_WAYS: dict[str, Callable[[str], str]] = {
    "raw": _raw,
    _SENTENCES: _in_sentences,
    "packed whole": _in_one_field,
}
