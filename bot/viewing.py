"""What stands on a card, put together from the log and the read models.

Reads only. How it is drawn lives in `bot/slack/cards.py`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.assistant.improving import improved
from bot.assistant.summary import summarize
from bot.domain.card import CardView, NextStep
from bot.domain.envelope import Alert
from bot.domain.incident import Incident
from bot.domain.registry import Registry
from bot.domain.severity import Reason
from bot.domain.summary import Summary
from bot.domain.together import Together
from bot.ports import Clock, Transaction
from bot.readmodels import alerts, board, checklists, diagnostics, summaries

# Reasons a person or a rule leaves in the log as codes only; the alerts have the
# texts of all others.
_PERSON = Reason(code="person", text="set by hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """Puts card views together.

    Attributes:
        category_titles: Taxonomy id to title.
        together: What alerts of several kinds mean.
        asks_a_model: A model is asked for better summaries.
    """

    clock: Clock
    registry: Registry
    category_titles: Mapping[str, str]
    together: Sequence[Together] = ()
    asks_a_model: bool = False

    def card(
        self, tx: Transaction, incident: str, state: Incident | None = None
    ) -> CardView | None:
        """Return what stands on an incident's card, None if there is none.

        Args:
            state: Of the incident, where it is known already.
        """
        state = state or board.load(tx, incident)[0]
        if not state.exists:
            return None
        known = alerts.of_incident(tx, incident)
        system = self.registry.get(state.system)
        return CardView(
            id=incident,
            state=state,
            since=state.detected_at or datetime.fromtimestamp(0, UTC),
            category_title=self.category_titles.get(state.category, state.category),
            system_title=system.title if system else "",
            owner=system.owner if system else "",
            risk_tier=system.risk_tier if system else "",
            alert_count=max(alerts.total(tx, incident), 1),
            sources=state.sources,
            grouped_by=alerts.grouped_by(tx, incident),
            reasons=self._reasons(state, known),
            earlier_ended_at=_earlier_end(tx, state),
            meanings=self._titles(state),
            flapping=sum(state.flapping.values()),
            summary=self._summary(state, known),
            model=self._no_model(tx, incident),
            masked=_masked(known),
            next_step=checklists.next_step(tx, incident, state)
            or _next_step(tx, incident, state),
            diagnostics=diagnostics.of_incident(tx, incident),
            notices=_notices(known),
        )

    def _summary(self, state: Incident, known: Sequence[Alert]) -> Summary:
        """Return what the rules say, improved by a model."""
        system, now = self.registry.get(state.system), self.clock.now()
        by_rules = summarize(known, system=system, now=now, counted=False)
        # What a model made of words that were erased is not shown either.
        return improved(by_rules, state.written if state.title is not None else None)

    def _no_model(self, tx: Transaction, incident: str) -> str:
        """Return what to say where no model wrote the bullets."""
        if not self.asks_a_model:
            return "no model"
        why = summaries.why_none(tx, incident)
        return f"no model: {why.replace('_', ' ')}" if why else "no model yet"

    def _reasons(self, state: Incident, known: Sequence[Alert]) -> tuple[Reason, ...]:
        found = [reason for one in known for reason in one.assessment.reasons]
        found += [rule.as_reason() for rule in self.together]
        texts = {reason.code: reason for reason in (*found, _PERSON)}
        return tuple(texts[code] for code in state.reasons if code in texts)

    def _titles(self, state: Incident) -> tuple[str, ...]:
        titles = {rule.id: rule.title for rule in self.together}
        return tuple(titles[one] for one in state.meanings if titles.get(one))


def _earlier_end(tx: Transaction, state: Incident) -> datetime | None:
    found = board.row(tx, state.earlier) if state.earlier else None
    return found.resolved_at if found else None


def _masked(known: Sequence[Alert]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for alert in known:
        for mask in alert.masks:
            counted[mask.kind] += mask.count
    return dict(counted)


def _notices(known: Sequence[Alert]) -> tuple[str, ...]:
    found = [notice for alert in known for notice in alert.assessment.notices]
    if any(alert.clock_is_off for alert in known):
        found.append("the sender's clock is off; our own time is used")
    return tuple(dict.fromkeys(found))


def _next_step(tx: Transaction, incident: str, state: Incident) -> NextStep | None:
    """Return the first suggested step that is not done or skipped."""
    found = tx.tables.execute(
        "SELECT runbook, title, step, text, why FROM suggested "
        "WHERE incident = ? ORDER BY position",
        (incident,),
    )
    for one in found:
        taken = state.steps.get((one["runbook"], one["step"]))
        if taken is not None and taken.state in ("done", "skipped"):
            continue
        return NextStep(
            runbook=one["runbook"],
            title=one["title"],
            number=one["step"],
            text=one["text"],
            why=one["why"],
            state="" if taken is None else taken.state,
            by="" if taken is None else taken.by,
        )
    return None
