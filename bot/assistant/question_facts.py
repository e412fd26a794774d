"""What typed facts answer: who, since when, how many, why, what next.

Small functions, each of which returns sentences with what they rest on, or none where
the facts do not say. Nobody's words are believed here but the rules', the registry's
and the log's own. Which question asks for which is in `question_kinds.py`; what
happened when is in `question_story.py`.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.assistant import question_story as story
from bot.assistant.question import Asked
from bot.domain.events import (
    Acknowledged,
    IncidentOpened,
    PhaseChanged,
    Reopened,
    Resolved,
    Role,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.passage import Evidence, Place, Said
from bot.domain.registry import System

_MOST = 6
_NAMED = re.compile(r"\bown(?:s|er of|er for|ed by)?\s+(?:the\s+)?([\w.:/-]+)")
_THIS = frozenset(
    "it this that system the incident model bot agent endpoint here service".split()  # noqa: SIM905 - reads better
)
_SHORTEST_NAME = 4
_PAST = ("did ", "was ", "were ", "has ", "have we ", "had ")
Answer = Sequence[Said] | None
"""None where the facts are known not to say it: then nothing else does."""


def owner(asked: Asked, evidence: Evidence) -> Answer:
    """Say who owns the system that is meant."""
    system = named_system(asked.text, evidence)
    named = _NAMED.search(asked.text)
    if system is None and named and named[1] not in _THIS:
        return None
    system = system or evidence.system
    if system is None:
        return None
    deputy = f", deputy {who(system.deputy)}" if system.deputy else ""
    text = f"{system.title} ({system.id}) is owned by {who(system.owner)}{deputy}."
    return (Said(text=text, evidence=_registry(system, evidence)),)


def named_system(text: str, evidence: Evidence) -> System | None:
    """Return the registered system that a question names, by the longest name."""
    best: tuple[int, System] | None = None
    for system in evidence.systems:
        for name in (system.id, system.title, *system.entities):
            length = _said_of(name.lower(), text)
            if length and (best is None or length > best[0]):
                best = length, system
    return best[1] if best else None


def _said_of(name: str, text: str) -> int:
    """Return how much of a name a text says, whole or up to a hyphen; 0 for nothing."""
    parts = name.split("-")
    for count in range(len(parts), 0, -1):
        said = "-".join(parts[:count])
        if len(said) < _SHORTEST_NAME or (count < len(parts) and count == 1):
            continue
        if re.search(rf"(?<![\w-]){re.escape(said)}(?!\w|-\w)", text):
            return len(said)
    return 0


def _registry(system: System, evidence: Evidence) -> tuple[str, ...]:
    return tuple(
        one.id
        for one in evidence.passages
        if one.place is Place.REGISTRY and one.title.endswith(f" {system.id}")
    )


def roles(asked: Asked, evidence: Evidence) -> Answer:
    """Say who has the role that is asked for."""
    wanted = [role for role in (Role.SCRIBE, Role.COMMS) if role.value in asked.text]
    role = wanted[0] if wanted else Role.COMMANDER
    person = evidence.card.state.roles.get(role, "")
    if not person:
        command = f"/incident role {role.value} @who"
        return (Said(text=f"Nobody is {role.value} yet.", commands=(command,)),)
    given = story.last(evidence, RoleAssigned.name, saying=f"is {role.value}")
    return (Said(text=f"{who(person)} is {role.value}.", evidence=given),)


def acked(_: Asked, evidence: Evidence) -> Answer:
    """Say who acknowledged."""
    state = evidence.card.state
    if not state.acked_by:
        text = "Nobody has acknowledged yet."
        return (Said(text=text, commands=("/incident ack",)),)
    first = story.first(evidence, Acknowledged.name)
    at = _at(evidence, first)
    return (Said(text=f"{who(state.acked_by)} acknowledged{at}.", evidence=first),)


def since(_: Asked, evidence: Evidence) -> Answer:
    """Say when it began."""
    since = evidence.card.since
    minutes = int((evidence.at - since).total_seconds() // 60)
    ago = f", {minutes} min before this answer" if evidence.card.state.is_open else ""
    opened = story.first(evidence, IncidentOpened.name)
    text = f"It began at {_moment(since, evidence.at)}{ago}."
    return (Said(text=text, evidence=opened),)


def count(_: Asked, evidence: Evidence) -> Answer:
    """Say how many alerts and problems there are."""
    alerts = [one for one in evidence.passages if one.place is Place.ALERT]
    count, kinds = evidence.card.alert_count, len(alerts)
    sources = ", ".join(evidence.card.sources)
    text = f"{_many(count, 'alert')} so far, {_many(kinds, 'problem')}, from {sources}."
    return (Said(text=text, evidence=tuple(one.id for one in alerts[:_MOST])),)


def severity(_: Asked, evidence: Evidence) -> Answer:
    """Say how severe it is, and why."""
    state = evidence.card.state
    moved = story.last(evidence, SeverityChanged.name)
    why = "; ".join(one.text for one in evidence.card.reasons)
    rests_on = moved or story.first(evidence, IncidentOpened.name)
    by = f", set by {who(state.severity_by)}" if _is_person(state.severity_by) else ""
    text = f"{state.severity.value}{by}" + (f": {why}." if why else ".")
    return (Said(text=text, evidence=rests_on),)


def next_step(_: Asked, evidence: Evidence) -> Answer:
    """Say which step comes next, and why."""
    step = evidence.card.next_step
    if step is None:
        return ()
    taken = f" {who(step.by)} has taken it." if step.state == "taken" else ""
    text = f"{step.runbook} step {step.number}: {step.text}{taken} Why: {step.why}."
    command = () if taken else (f"/incident step take {step.runbook} {step.number}",)
    rests_on = (f"{step.runbook}:{step.number}",)
    return (Said(text=text, evidence=rests_on, commands=command),)


def state(_: Asked, evidence: Evidence) -> Answer:
    """Say where the response stands."""
    state = evidence.card.state
    kinds = (Resolved.name, Reopened.name, PhaseChanged.name, IncidentOpened.name)
    outcome = f" as {state.outcome.replace('_', ' ')}" if state.outcome else ""
    firing = len(state.firing)
    text = f"{state.phase.value}{outcome}, {_many(firing, 'problem')} still firing."
    return (Said(text=text, evidence=story.last(evidence, *kinds)),)


def what(_: Asked, evidence: Evidence) -> Answer:
    """Say what the alerts say; a model's bullets are no evidence."""
    card = evidence.card
    opened = story.first(evidence, IncidentOpened.name)
    head = Said(
        text=f"{card.category_title}, {card.state.severity.value}.", evidence=opened
    )
    alerts = [one for one in evidence.passages if one.place is Place.ALERT][:3]
    told = [Said(quote=story.title_of(one), evidence=(one.id,)) for one in alerts]
    return (head, *told)


def system(_: Asked, evidence: Evidence) -> Answer:
    """Say which system it is about."""
    system = evidence.system
    if system is None:
        return ()
    text = (
        f"{system.title} ({system.id}), risk tier {system.risk_tier}, {system.stage}."
    )
    return (Said(text=text, evidence=_registry(system, evidence)),)


def masked(_: Asked, evidence: Evidence) -> Answer:
    """Say what was masked."""
    counted = evidence.card.masked
    alerts = [one.id for one in evidence.passages if one.place is Place.ALERT][:_MOST]
    if not counted:
        return (Said(text="Nothing was masked in its alerts.", evidence=tuple(alerts)),)
    kinds = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in counted.items())
    return (Said(text=f"Masked in its alerts: {kinds}.", evidence=tuple(alerts)),)


def sources(_: Asked, evidence: Evidence) -> Answer:
    """Say where the alerts came from."""
    alerts = [one.id for one in evidence.passages if one.place is Place.ALERT][:_MOST]
    text = f"Its alerts came from {', '.join(evidence.card.sources)}."
    return (Said(text=text, evidence=tuple(alerts)),)


def duties(asked: Asked, evidence: Evidence) -> Answer:
    """Say which duties the runbook names; whether one applies, people decide."""
    if asked.text.startswith(_PAST):
        return ()
    step = evidence.card.next_step
    duties = [one for one in evidence.passages if ":notify." in one.id and one.near]
    mine = [one for one in duties if step and one.id.startswith(f"{step.runbook}:")]
    shown = (mine or duties)[:_MOST]
    said = [Said(text=one.said, evidence=(one.id,)) for one in shown]
    head = Said(text="The runbook names these; whether one applies, people decide:")
    return (head, *said) if said else ()


def unknown(_: Asked, evidence: Evidence) -> Answer:
    """Say what nobody has found out."""
    unknown = evidence.card.summary.unknown
    if not unknown:
        return ()
    alerts = [one.id for one in evidence.passages if one.place is Place.ALERT][:_MOST]
    text = f"Nobody has found out yet: {'; '.join(unknown)}."
    return (Said(text=text, evidence=tuple(alerts)),)


def who(name: str) -> str:
    """Return a person or a group of Slack as they stand in our sentences."""
    is_slack = re.fullmatch(r"[UWS][A-Z0-9]{2,30}", name)
    return f"<@{name}>" if is_slack else name


def _is_person(by: str) -> bool:
    return by not in ("", "tocsin")


def _moment(at: datetime, now: datetime) -> str:
    return f"{at:%H:%M} UTC" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M} UTC"


def _at(evidence: Evidence, ids: Sequence[str]) -> str:
    found = evidence.of(ids)
    at = found[0].at if found else None
    return f" at {_moment(at, evidence.at)}" if at else ""


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
