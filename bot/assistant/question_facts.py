"""Questions that typed facts answer: who, since when, how many, why, what next.

Each rule is one pattern and one small function that returns sentences with what they
rest on, or none where the facts do not say. Nobody's words are believed here but the
rules', the registry's and the log's own. What happened when is in `question_story.py`.
"""

import re
from collections.abc import Callable, Sequence
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
Answer = Sequence[Said]
Rule = Callable[[Asked, Evidence], Answer]


def by_facts(asked: Asked, evidence: Evidence) -> Answer:
    """Return what typed facts answer; nothing where they do not."""
    for pattern, rule in _RULES:
        if pattern.search(asked.text):
            return rule(asked, evidence)
    return ()


def _owner(asked: Asked, evidence: Evidence) -> Answer:
    system = _named_system(asked.text, evidence)
    named = _NAMED.search(asked.text)
    if system is None and named and named[1] not in _THIS:
        return ()
    system = system or evidence.system
    if system is None:
        return ()
    deputy = f", deputy {who(system.deputy)}" if system.deputy else ""
    text = f"{system.title} ({system.id}) is owned by {who(system.owner)}{deputy}."
    return (Said(text=text, evidence=_registry(system, evidence)),)


def _named_system(text: str, evidence: Evidence) -> System | None:
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


def _roles(asked: Asked, evidence: Evidence) -> Answer:
    wanted = [role for role in (Role.SCRIBE, Role.COMMS) if role.value in asked.text]
    role = wanted[0] if wanted else Role.COMMANDER
    person = evidence.card.state.roles.get(role, "")
    if not person:
        command = f"/incident role {role.value} @who"
        return (Said(text=f"Nobody is {role.value} yet.", commands=(command,)),)
    given = story.last(evidence, RoleAssigned.name, saying=f"is {role.value}")
    return (Said(text=f"{who(person)} is {role.value}.", evidence=given),)


def _acked(_: Asked, evidence: Evidence) -> Answer:
    state = evidence.card.state
    if not state.acked_by:
        text = "Nobody has acknowledged yet."
        return (Said(text=text, commands=("/incident ack",)),)
    first = story.first(evidence, Acknowledged.name)
    at = _at(evidence, first)
    return (Said(text=f"{who(state.acked_by)} acknowledged{at}.", evidence=first),)


def _since(_: Asked, evidence: Evidence) -> Answer:
    since = evidence.card.since
    minutes = int((evidence.at - since).total_seconds() // 60)
    ago = f", {minutes} min before this answer" if evidence.card.state.is_open else ""
    opened = story.first(evidence, IncidentOpened.name)
    text = f"It began at {_moment(since, evidence.at)}{ago}."
    return (Said(text=text, evidence=opened),)


def _count(_: Asked, evidence: Evidence) -> Answer:
    alerts = [one for one in evidence.passages if one.place is Place.ALERT]
    count, kinds = evidence.card.alert_count, len(alerts)
    sources = ", ".join(evidence.card.sources)
    text = f"{_many(count, 'alert')} so far, {_many(kinds, 'problem')}, from {sources}."
    return (Said(text=text, evidence=tuple(one.id for one in alerts[:_MOST])),)


def _severity(_: Asked, evidence: Evidence) -> Answer:
    state = evidence.card.state
    moved = story.last(evidence, SeverityChanged.name)
    why = "; ".join(one.text for one in evidence.card.reasons)
    rests_on = moved or story.first(evidence, IncidentOpened.name)
    by = f", set by {who(state.severity_by)}" if _is_person(state.severity_by) else ""
    text = f"{state.severity.value}{by}" + (f": {why}." if why else ".")
    return (Said(text=text, evidence=rests_on),)


def _next(_: Asked, evidence: Evidence) -> Answer:
    step = evidence.card.next_step
    if step is None:
        return ()
    taken = f" {who(step.by)} has taken it." if step.state == "taken" else ""
    text = f"{step.runbook} step {step.number}: {step.text}{taken} Why: {step.why}."
    command = () if taken else (f"/incident step take {step.runbook} {step.number}",)
    rests_on = (f"{step.runbook}:{step.number}",)
    return (Said(text=text, evidence=rests_on, commands=command),)


def _state(_: Asked, evidence: Evidence) -> Answer:
    state = evidence.card.state
    kinds = (Resolved.name, Reopened.name, PhaseChanged.name, IncidentOpened.name)
    outcome = f" as {state.outcome.replace('_', ' ')}" if state.outcome else ""
    firing = len(state.firing)
    text = f"{state.phase.value}{outcome}, {_many(firing, 'problem')} still firing."
    return (Said(text=text, evidence=story.last(evidence, *kinds)),)


def _what(_: Asked, evidence: Evidence) -> Answer:
    """Say what the alerts say; a model's bullets are no evidence."""
    card = evidence.card
    opened = story.first(evidence, IncidentOpened.name)
    head = Said(
        text=f"{card.category_title}, {card.state.severity.value}.", evidence=opened
    )
    alerts = [one for one in evidence.passages if one.place is Place.ALERT][:3]
    told = [Said(quote=story.title_of(one), evidence=(one.id,)) for one in alerts]
    return (head, *told)


def _system(_: Asked, evidence: Evidence) -> Answer:
    system = evidence.system
    if system is None:
        return ()
    text = (
        f"{system.title} ({system.id}), risk tier {system.risk_tier}, {system.stage}."
    )
    return (Said(text=text, evidence=_registry(system, evidence)),)


def _masked(_: Asked, evidence: Evidence) -> Answer:
    counted = evidence.card.masked
    alerts = [one.id for one in evidence.passages if one.place is Place.ALERT][:_MOST]
    if not counted:
        return (Said(text="Nothing was masked in its alerts.", evidence=tuple(alerts)),)
    kinds = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in counted.items())
    return (Said(text=f"Masked in its alerts: {kinds}.", evidence=tuple(alerts)),)


def _sources(_: Asked, evidence: Evidence) -> Answer:
    alerts = [one.id for one in evidence.passages if one.place is Place.ALERT][:_MOST]
    text = f"Its alerts came from {', '.join(evidence.card.sources)}."
    return (Said(text=text, evidence=tuple(alerts)),)


def _unknown(_: Asked, evidence: Evidence) -> Answer:
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


def _rule(pattern: str, rule: Rule) -> tuple[re.Pattern[str], Rule]:
    return re.compile(pattern), rule


_IT = r"(?:it|this|that|the incident|the trouble|everything|all this)"
_WE = r"(?:we|you|they|people|anyone|anybody|somebody|someone|responders)"
_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    _rule(r"\b\d{1,2}:\d{2}\b", story.in_window),
    _rule(r"\bown(?:s|er|ers|ed)\b|\bresponsible for\b|\bdeputy\b", _owner),
    _rule(
        r"\bcommander\b|^(?:who )?(?:is |are )?(?:the )?ic\b|\bthe ic\b|\bin charge\b|"
        r"\bwho (?:is leading|leads|runs this)\b|\bscribe\b|\bwho does comms\b|"
        r"\bwho is (?:on |the )?comms\b",
        _roles,
    ),
    _rule(
        r"\back(?:ed|nowledged?)\b|\bwho (?:is|'s) on (?:it|this)\b|\bwho has (?:it|this)\b|"
        r"\b(?:any(?:one|body)|who is|who's) (?:on this|working|handling|looking)\b",
        _acked,
    ),
    _rule(
        r"\bhow many (?:alerts|problems|times did it (?:fire|alert))\b|"
        r"\bnumber of (?:alerts|problems)\b|\balert count\b",
        _count,
    ),
    _rule(
        r"\bseverity\b|\bwhy (?:is (?:it|this) )?(?:a )?sev ?\d?\b|\b(?:which|what) sev\b|"
        r"\bhow (?:bad|severe|serious|critical) is\b|\bpriority\b",
        _severity,
    ),
    _rule(
        rf"\bsince when\b|\bwhen did {_IT}(?: all)? (?:start|begin)\b|"
        rf"\bwhen was {_IT} (?:detected|opened|noticed)\b|\bstart time\b|"
        rf"\bhow long (?:has|is|does|did) {_IT}\b",
        _since,
    ),
    _rule(
        r"\bwhat(?:'s| is| comes)? next\b|\bnext step\b|^what now\b|"
        r"^what (?:should|do|can|must) (?:we|i) do(?: next| now)?\W*$",
        _next,
    ),
    _rule(
        r"\bwhat is (?:still )?(?:unknown|unclear)\b|\bwhat (?:do|don't) we (?:not |still )?"
        r"(?:not )?know\b|\bopen questions\b",
        _unknown,
    ),
    _rule(
        r"\bpl_[0-9a-z]|(?<!rollback )(?<!roll back )\bplans?\b(?! to roll)|"
        r"\bproposed\b|\bproposals?\b|\b(?:awaiting|waiting for|pending) approvals?\b|"
        r"\bwhat (?:was|were) (?:approved|rejected)\b",
        story.plans,
    ),
    _rule(
        rf"\bwhat (?:was|has been|have {_WE}|has any\w+|had been|did {_WE}) (?:already )?"
        rf"(?:tried|try|done|do|attempted?)\b|\b(?:tried|done) (?:so far|already|yet)\b|"
        rf"\b(?:which|what) steps (?:were|was|are|have|has|did)\b|\bwhich step\b.*\bskipped\b|"
        r"\bskipped\b",
        story.tried,
    ),
    _rule(
        rf"\bstatus\b|\bis {_IT} (?:over|resolved|fixed|done|still \w+)\b|\bstill (?:open|"
        r"ongoing|going on|firing)\b|\b(?:which|what) phase\b",
        _state,
    ),
    _rule(
        r"\bwhat (?:kind|type|sort) of (?:incident|attack|problem)\b|\bcategory\b|"
        rf"\bwhat is {_IT} about\b|\bwhat (?:is|'s|was) (?:going on|happening|wrong)\b|"
        r"^what happened\W*$|\bsummar(?:y|ise|ize)\b",
        _what,
    ),
    _rule(
        r"\b(?:which|what) (?:system|model|bot|service|agent|product)s? (?:is|are|was|were) "
        r"(?:\w+ )?(?:affected|involved|hit|it|this|impacted|meant)\b",
        _system,
    ),
    _rule(r"\b(?:masked|redacted)\b", _masked),
    _rule(
        r"\b(?:which|what) sources?\b|\bwho (?:sent|raised|reported)\b|"
        r"\bwhere (?:did|do) (?:the|this|these|its) alerts?\b",
        _sources,
    ),
    _rule(r"\bnotes?\b|\bnoted\b", story.notes),
    _rule(
        r"\bwhat (?:has |have )?changed\b|\b(?:recent|any) changes?\b", story.changes
    ),
)
