"""The incident card, drawn. Pure: a view in, a message out.

Everything on it is a fact rendered by code or a claim with its evidence. Text from
alerts is shown literally (`sentences.py`). Which facts are on it is decided by
`bot/service.py`; what buttons do, by `listeners.py` and the rules.
"""

from collections.abc import Sequence
from typing import Any

from bot.domain.card import CardView, NextStep
from bot.domain.envelope import Alert
from bot.domain.events import IncidentOpened, Phase
from bot.domain.grouping import dedup_digest
from bot.domain.incident import fold
from bot.domain.judged import SUMMARY
from bot.domain.registry import System
from bot.domain.summary import Summary
from bot.ports import Post
from bot.slack import facts, feedback, rich, words
from bot.slack.plan_wishes import PROPOSE_BUTTON
from bot.slack.rich import Block
from bot.slack.sentences import (
    Element,
    Foreign,
    Piece,
    clipped,
    on_lines,
    spoken,
)
from bot.slack.share_wishes import DIAGNOSTICS_BUTTON, ORIGINAL_BUTTON
from bot.slack.wishes import PAGE_BUTTON, value

_TITLE = 90
# What nobody could read has nothing to show but its original.
_UNREAD = "default.unparsed"
_NEXT_PHASE = {
    Phase.TRIAGE: Phase.MITIGATING,
    Phase.INVESTIGATING: Phase.MITIGATING,
    Phase.MITIGATING: Phase.MONITORING,
    Phase.MONITORING: Phase.INVESTIGATING,
}


def card(view: CardView, *, proposing: bool = False, sharing: bool = False) -> Post:
    """Return an incident's card as it should stand in its channel.

    Args:
        proposing: There is a gate, so an action can be proposed.
        sharing: Diagnostics can be sealed and opened.
    """
    return Post(
        key=f"card/{view.id}",
        channel=view.state.channel,
        text=fallback(view),
        blocks=blocks(view, proposing=proposing, sharing=sharing),
    )


def blocks(
    view: CardView,
    *,
    buttons: bool = True,
    proposing: bool = False,
    sharing: bool = False,
) -> tuple[Block, ...]:
    """Return the card's blocks; without buttons for a look at it."""
    numbers = facts.numbers(view.summary.claims)
    parts = [rich.section(on_lines(*facts.standing(view)))]
    claims = view.summary.claims[: facts.CLAIMS]
    if claims:
        parts.append(rich.bullets(facts.bullet(claim, numbers) for claim in claims))
    parts.append(rich.section(on_lines(*facts.after(view))))
    found = [rich.header("head", _headline(view)), rich.rich_text("facts", *parts)]
    if numbers:
        found.append(rich.small("evidence", facts.legend(numbers)))
    if buttons:
        found += _thumbs(view)
        row = _buttons(view, proposing=proposing, sharing=sharing)
        found.append(rich.actions("do", row))
    return rich.within_budget(found)


def fallback(view: CardView) -> str:
    """Return one sentence for screen readers and notices: severity, state first."""
    state = view.state
    stands = _PHASES[state.phase]
    if state.phase is Phase.RESOLVED:
        stands = f"resolved as {words.said(state.outcome)}"
    elif not state.acked_by:
        stands = "not acknowledged"
    count = "1 alert" if view.alert_count == 1 else f"{view.alert_count} alerts"
    drill = "Exercise: " if state.drill else ""
    start = f"{drill}{state.severity}, {stands}: {clipped(view.category_title, 60)}, "
    return spoken([start, _subject(view), f", {count}, {view.id}."])


def preview(
    alerts: Sequence[Alert],
    *,
    category_title: str,
    summary: Summary,
    system: System | None = None,
    next_step: NextStep | None = None,
    channel: str = "C0INCIDENTS",
) -> dict[str, Any]:
    """Return the card these alerts would open: ``{text, blocks}``. No state.

    Args:
        alerts: At least one, redacted and assessed; the worst decides.
    """
    worst = min(alerts, key=lambda alert: alert.assessment.severity.rank)
    masked: dict[str, int] = {}
    for mask in (mask for alert in alerts for mask in alert.masks):
        masked[mask.kind] = masked.get(mask.kind, 0) + mask.count
    notices = [note for alert in alerts for note in alert.assessment.notices]
    view = CardView(
        id="INC-0000",
        state=fold([_opening(worst, channel)]),
        since=min(alert.detected_at for alert in alerts),
        category_title=category_title,
        system_title=system.title if system else "",
        owner=system.owner if system else "",
        risk_tier=system.risk_tier if system else "",
        alert_count=sum(max(alert.envelope.stands_for, 1) for alert in alerts),
        sources=tuple(dict.fromkeys(alert.envelope.source for alert in alerts)),
        reasons=worst.assessment.reasons,
        summary=summary,
        masked=masked,
        next_step=next_step,
        notices=tuple(dict.fromkeys(notices)),
    )
    post = card(view)
    return {"text": post.text, "blocks": list(post.blocks)}


def _opening(alert: Alert, channel: str) -> IncidentOpened:
    assessment = alert.assessment
    return IncidentOpened(
        alert=alert.id,
        source=alert.envelope.source,
        dedup=dedup_digest(alert.envelope),
        category=assessment.category,
        rule=assessment.rule,
        severity=assessment.severity,
        reasons=tuple(reason.code for reason in assessment.reasons),
        system=alert.system,
        channel=channel,
        detected_at=alert.detected_at,
        title=alert.envelope.title,
    )


_PHASES = {
    Phase.TRIAGE: "in triage",
    Phase.INVESTIGATING: "being investigated",
    Phase.MITIGATING: "being mitigated",
    Phase.MONITORING: "being monitored",
    Phase.RESOLVED: "resolved",
}


def _subject(view: CardView) -> Piece:
    if view.system_title:
        return clipped(view.system_title, _TITLE)
    return Foreign(view.state.title, limit=_TITLE)


def _headline(view: CardView) -> str:
    title = view.state.title
    subject = view.system_title or (title.for_slack(limit=_TITLE) if title else view.id)
    parts = [view.state.severity.value, view.category_title, subject]
    return " · ".join([*(["EXERCISE"] if view.state.drill else []), *parts])


def _buttons(view: CardView, *, proposing: bool, sharing: bool) -> list[Element]:
    one, state = view.id, view.state
    if state.phase is Phase.RESOLVED:
        return [rich.button("Reopen", action="incident.reopen", value=one), page(one)]
    row = []
    if not state.acked_by:
        row.append(
            rich.button("Acknowledge", action="incident.ack", value=one, primary=True)
        )
    step = view.next_step
    if step is not None and step.state in ("", "taken"):
        free = step.state == ""
        label = f"Take step {step.number}" if free else f"Step {step.number} done"
        action = "step.take" if free else "step.done"
        carried = value(one, step.runbook, step.number)
        row.append(rich.button(label, action=action, value=carried))
        if free and step.runbook in state.judged.standing:
            row.append(feedback.reject(one, step.runbook, step.number))
    if sharing:
        row.append(rich.button("Diagnostics", action=DIAGNOSTICS_BUTTON, value=one))
        if view.masked or state.rule == _UNREAD:
            label = "Open original…"
            row.append(rich.button(label, action=ORIGINAL_BUTTON, value=one))
    if proposing:
        propose = "Propose action…"
        row.append(rich.button(propose, action=PROPOSE_BUTTON, value=one))
    return [*row, rich.overflow("incident.more", _more(view))]


def _thumbs(view: CardView) -> Sequence[Block]:
    """Return the control below the bullets, where a model wrote some of them."""
    written = view.state.written
    if written is None or not written.id or view.summary.by == "rules":
        return ()
    return feedback.thumbs(view.id, SUMMARY, written.id)


def page(incident: str) -> Element:
    """Return the button that asks for a link to a page; the board without an id."""
    label = "Open page" if incident else "Open the board"
    return rich.button(label, action=PAGE_BUTTON, value=incident or "board")


def _more(view: CardView) -> list[Element]:
    phase = _NEXT_PHASE[view.state.phase]
    choices = (
        ("Add a note…", "note"),
        ("Set commander…", "role"),
        ("Change severity…", "severity"),
        (f"Status: {phase}", phase.value),
        ("Resolve…", "resolve"),
    )
    return [rich.option(label, value(name, view.id)) for label, name in choices]
