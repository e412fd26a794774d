"""The passages of one incident, and of the shelf: what an answer may cite.

Read from the log and the rows beside it in one snapshot; nothing of another incident
is touched. What a model wrote and what people asked before is left out: an answer rests
on evidence, not on answers.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from bot.domain.envelope import Alert
from bot.domain.events import Nagged
from bot.domain.passage import Passage, Place
from bot.domain.question_events import QuestionAnswered
from bot.domain.registry import ApprovedChange, System
from bot.domain.runbook import Runbook, Step
from bot.domain.untrusted import Untrusted
from bot.domain.writing_events import Summarized
from bot.ports import Transaction
from bot.readmodels import alerts, plan_record, timeline
from bot.readmodels.plan_record import PlanRecord
from bot.readmodels.timeline import Line

_MOST_PROBLEMS = 60
_MOST_LINES = 400
_LONGEST_TEXT = 4_000
_CODE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r"^[ \t]*(?:\d+[.]|[-*]|#+)[ \t]+|[*`]+", re.MULTILINE)
_NO_EVIDENCE = frozenset({QuestionAnswered.name, Summarized.name, Nagged.name})
_EXERCISE = f"{timeline.EXERCISE} · "


def of_incident(tx: Transaction, incident: str) -> tuple[Passage, ...]:
    """Return the passages of an incident: alerts, plans, then its story in order."""
    story = [
        one for one in timeline.story(tx, incident) if one.kind not in _NO_EVIDENCE
    ]
    return (
        *_alerts(tx, incident),
        *(_plan(one) for one in plan_record.of_incident(tx, incident)),
        *(_line(one) for one in story[-_MOST_LINES:]),
    )


def near(tx: Transaction, incident: str) -> frozenset[str]:
    """Return the ids of the runbooks that were suggested for an incident."""
    found = tx.tables.execute(
        "SELECT DISTINCT runbook FROM suggested WHERE incident = ?", (incident,)
    )
    return frozenset(str(one["runbook"]) for one in found)


def of_registry(systems: Sequence[System]) -> tuple[Passage, ...]:
    """Return a passage for each registered system."""
    return tuple(_system(one) for one in systems)


def of_shelf(
    runbooks: Sequence[Runbook], *, near: Collection[str] = ()
) -> tuple[Passage, ...]:
    """Return the passages of runbooks: steps, duties and sections.

    Args:
        near: Ids of those that were suggested or used.
    """
    return tuple(
        passage
        for runbook in runbooks
        for passage in _runbook(runbook, is_near=runbook.id in near)
    )


def _alerts(tx: Transaction, incident: str) -> Iterator[Passage]:
    for one in alerts.problems(tx, incident, limit=_MOST_PROBLEMS):
        count = f", {one.count} times" if one.count > 1 else ""
        said = f"Alert from {one.alert.envelope.source}{count}:"
        yield Passage(
            id=one.alert.id,
            place=Place.ALERT,
            cite=f"alert {one.alert.id}",
            said=said,
            text=_alert_text(one.alert),
            kind=one.alert.assessment.category,
            at=one.alert.detected_at,
        )


def _alert_text(alert: Alert) -> Untrusted:
    envelope = alert.envelope
    parts = [envelope.title.for_html_text()]
    parts += [one.for_html_text() for one in envelope.texts.values()]
    parts += [f"{one.kind.value} {one.id}" for one in envelope.entities]
    return Untrusted("\n".join(dict.fromkeys(parts))[:_LONGEST_TEXT])


def _line(line: Line) -> Passage:
    return Passage(
        id=f"timeline:{line.seq}",
        place=Place.TIMELINE,
        cite=f"timeline {line.at:%H:%M}",
        said=line.text.removeprefix(_EXERCISE),
        text=line.words,
        kind=line.kind,
        at=line.occurred_at or line.at,
    )


def _plan(record: PlanRecord) -> Passage:
    plan = record.plan
    draft = plan.draft
    stage = record.stage.value.lower().replace("_", " ")
    agreed = [one.by for one in record.answers if one.said.startswith("agreed")]
    people = " and ".join(f"<@{one}>" for one in agreed)
    by = f", agreed to by {people}" if agreed else ""
    undone = f", undone by {record.rollback}" if record.rollback else ""
    seen = "".join(f", then {one.verdict}" for one in record.looks[-1:])
    return Passage(
        id=plan.id,
        place=Place.PLAN,
        cite=f"plan {plan.id}",
        said=f"{draft.action} ({plan.level.value}), asked by <@{plan.requester}>: "
        f"{stage}{by}{seen}{undone}.",
        text=_plan_text(record),
        kind=record.stage.value,
        at=record.asked_at,
    )


def _plan_text(record: PlanRecord) -> Untrusted:
    draft = record.plan.draft
    changes = "; ".join(
        f"{one.what}: {one.before} to {one.after}" for one in draft.changes
    )
    reason = record.reason.for_html_text() if record.reason is not None else ""
    return Untrusted("\n".join(one for one in (draft.target, changes, reason) if one))


def _system(system: System) -> Passage:
    facts = (
        f"owner {_who(system.owner)}",
        f"deputy {_who(system.deputy)}" if system.deputy else "",
        f"risk tier {system.risk_tier}",
        f"stage {system.stage}",
        f"region {system.region}" if system.region else "",
        f"data {', '.join(system.data_classes)}" if system.data_classes else "",
        f"purpose: {system.purpose}" if system.purpose else "",
        f"rollback plan: {system.rollback_plan}" if system.rollback_plan else "",
        *map(_change, system.changes),
    )
    return Passage(
        id=f"registry:{_id(system.id)}",
        place=Place.REGISTRY,
        cite="registry",
        title=f"{system.title} {system.id}",
        said=f"{system.title} ({system.id}): {'; '.join(f for f in facts if f)}",
    )


def _change(change: ApprovedChange) -> str:
    begins, ends = (f"{at:%Y-%m-%d %H:%M}" for at in (change.begins, change.ends))
    return f"approved change {change.ticket}, {begins} to {ends} UTC"


def _runbook(runbook: Runbook, *, is_near: bool) -> Iterator[Passage]:
    title = f"{runbook.title} ({runbook.id})"

    def made(suffix: str, cite: str, said: str) -> Passage:
        return Passage(
            id=f"{runbook.id}:{suffix}",
            place=Place.RUNBOOK,
            cite=f"{runbook.id} {cite}",
            title=title,
            said=said,
            near=is_near,
        )

    for step in runbook.steps:
        yield made(str(step.number), f"step {step.number}", step_text(step))
    for n, duty in enumerate(runbook.notify, 1):
        said = f"{duty.regime}: {duty.within}, when {duty.when}"
        yield made(f"notify.{n}", f"notify {n}", said)
    for part in runbook.body:
        yield made(_id(part.title), part.title, _plain(part.text))


def _plain(markdown: str) -> str:
    """Return a section as it is read: no code, no marks of lists and emphasis."""
    text = _CODE.sub("", markdown)
    return _MARKS.sub("", text)


def step_text(step: Step) -> str:
    """Return a step with how it is verified and taken back, as one paragraph."""
    gated = step.action if step.is_gated else ""
    parts = (
        step.text,
        f"Action: {gated}, {step.level.value}." if gated and step.level else "",
        f"Verify: {step.verify}" if step.verify else "",
        f"Roll back: {step.rollback}" if step.rollback else "",
        f"Cannot be undone: {step.irreversible}" if step.irreversible else "",
        f"Stop if: {step.stop_if}" if step.stop_if else "",
    )
    return " ".join(one if one.endswith(".") else f"{one}." for one in parts if one)


def _who(owner: str) -> str:
    """Return an owner, as a mention where it is an id of Slack."""
    is_slack = owner[:1] in "UWS" and owner.isalnum() and owner.isupper()
    return f"<@{owner}>" if is_slack and len(owner) > 2 else owner  # noqa: PLR2004


def _id(name: str) -> str:
    """Return a name as a part of a passage's id."""
    return "".join(one if one.isalnum() and one.isascii() else "-" for one in name)[:60]
