"""Questions about what happened when: the timeline, plans, steps and notes, quoted.

What is quoted is cited passage by passage. Rules about people and numbers are in
`question_facts.py`.
"""

from collections.abc import Sequence

from bot.assistant.question import Asked, Window, window_of
from bot.domain.action_table import Stage
from bot.domain.checklist_events import StepFinished, StepTaken
from bot.domain.events import Noted, SeverityChanged
from bot.domain.grouping_events import CategoryChanged
from bot.domain.passage import OF_THE_INCIDENT, Evidence, Passage, Place, Said
from bot.domain.untrusted import Untrusted

_MOST = 8
_MOST_PLANS = 5
_QUOTED = 200
_RAN = frozenset(
    {
        *(Stage.APPLYING, Stage.APPLIED, Stage.VERIFIED, Stage.VERIFY_FAILED),
        *(Stage.FAILED, Stage.INDETERMINATE, Stage.ROLLING_BACK),
        *(Stage.ROLLED_BACK, Stage.ROLLBACK_FAILED),
    }
)
_STEPS = frozenset({StepTaken.name, StepFinished.name})
_CHANGES = frozenset({SeverityChanged.name, CategoryChanged.name})
_CHANGE_EVENT = "change_event"
# The plan itself and the alert itself say it in one line.
_TOLD_BETTER = ("action.", "incident.alert_joined.", "incident.alerts_counted.")


def first(evidence: Evidence, *kinds: str) -> tuple[str, ...]:
    """Return the id of the first entry of these kinds; nothing where there is none."""
    return tuple(one.id for one in _of_kinds(evidence, kinds)[:1])


def last(evidence: Evidence, *kinds: str, saying: str = "") -> tuple[str, ...]:
    """Return the id of the last entry of these kinds whose sentence says something."""
    found = [one for one in _of_kinds(evidence, kinds) if saying in one.said]
    return tuple(one.id for one in found[-1:])


def _of_kinds(evidence: Evidence, kinds: Sequence[str]) -> list[Passage]:
    found = (one for one in evidence.passages if one.place is Place.TIMELINE)
    return [one for one in found if one.kind in kinds]


def in_window(asked: Asked, evidence: Evidence) -> Sequence[Said]:
    """Say what happened in the time that is named."""
    window = window_of(asked.text, at=evidence.at)
    if window is None:
        return ()
    wants_changes = "chang" in asked.text
    found = [one for one in _happened(evidence) if one.at and window.holds(one.at)]
    said = _listed(found, evidence)
    if wants_changes:
        said = (*_approved(evidence), *said)
    return said or (_nothing_then(window),)


def _nothing_then(window: Window) -> Said:
    begins = f" from {window.begins:%H:%M}" if window.begins else ""
    ends = f" until {window.ends:%H:%M}" if window.ends else ""
    return Said(text=f"Nothing is recorded{begins}{ends} UTC.")


def _happened(evidence: Evidence) -> list[Passage]:
    """Return alerts and the story in order of time, each alert once."""
    told = [
        one
        for one in evidence.passages
        if one.place in OF_THE_INCIDENT and not one.kind.startswith(_TOLD_BETTER)
    ]
    return sorted(told, key=lambda one: (one.at is None, one.at))


def plans(asked: Asked, evidence: Evidence) -> Sequence[Said]:
    """Say which plans there are and where they stand."""
    found = [one for one in evidence.passages if one.place is Place.PLAN]
    named = [one for one in found if one.id.lower() in asked.text]
    if not found:
        return (Said(text="No plan was proposed.", commands=("/incident propose",)),)
    if "pl_" in asked.text and not named:
        return ()
    return _listed((named or found)[-_MOST_PLANS:], evidence)


def tried(_: Asked, evidence: Evidence) -> Sequence[Said]:
    """Say which steps were taken, which plans ran, and what people noted."""
    found = [
        one
        for one in evidence.passages
        if one.kind in _STEPS or (one.place is Place.PLAN and one.kind in _RAN)
    ]
    nothing = () if found else (Said(text="No step was taken and no plan has run."),)
    noted = _of_kinds(evidence, (Noted.name,))
    ordered = sorted((*found, *noted), key=lambda one: (one.at is None, one.at))
    return (*nothing, *_listed(ordered, evidence))


def notes(_: Asked, evidence: Evidence) -> Sequence[Said]:
    """Quote what people noted."""
    found = _of_kinds(evidence, (Noted.name,))
    if not found:
        text = "Nobody has noted anything."
        return (Said(text=text, commands=("/incident note TEXT",)),)
    return _listed(found, evidence)


def changes(_: Asked, evidence: Evidence) -> Sequence[Said]:
    """Say what changed: alerts about changes, approved ones, and plans that ran."""
    found = [
        one
        for one in evidence.passages
        if (one.place is Place.ALERT and one.kind == _CHANGE_EVENT)
        or one.kind in _CHANGES
        or (one.place is Place.PLAN and one.kind in _RAN)
    ]
    return (*_approved(evidence), *_listed(found, evidence))


def _approved(evidence: Evidence) -> tuple[Said, ...]:
    """Say which approved changes the registry has of the incident's system."""
    system = evidence.system
    if system is None or not system.changes:
        return ()
    rests_on = tuple(
        one.id
        for one in evidence.passages
        if one.place is Place.REGISTRY and one.title.endswith(f" {system.id}")
    )
    told = "; ".join(
        f"{one.ticket}, {one.begins:%m-%d %H:%M} to {one.ends:%m-%d %H:%M} UTC"
        for one in system.changes[-3:]
    )
    return (
        Said(text=f"Approved changes of {system.title}: {told}.", evidence=rests_on),
    )


def _listed(found: Sequence[Passage], evidence: Evidence) -> tuple[Said, ...]:
    """Return a sentence for each passage; the newest where there are too many."""
    shown = found[-_MOST:]
    more = len(found) - len(shown)
    told = tuple(quoted(one, evidence) for one in shown)
    head = (Said(text=f"The last {len(shown)} of {len(found)}:"),) if more else ()
    return (*head, *told)


def quoted(passage: Passage, evidence: Evidence, *, of: Sequence[str] = ()) -> Said:
    """Return a sentence that says when, and quotes what the passage says best.

    Args:
        of: Words it is quoted for; without any, what it begins with.
    """
    at = _when(passage, evidence) if passage.place is not Place.RUNBOOK else ""
    text = best_line(passage.said, of) if passage.said else ""
    words = passage.text
    if words is not None:
        words = Untrusted(best_line(words.for_html_text(limit=6_000), of, by=" · "))
    return Said(text=f"{at}{text}", quote=words, evidence=(passage.id,))


def title_of(passage: Passage) -> Untrusted:
    """Return the first line of what an alert says."""
    text = passage.text.for_html_text() if passage.text is not None else ""
    return Untrusted(text.split("\n", 1)[0])


def best_line(text: str, of: Sequence[str], *, by: str = " ") -> str:
    """Return the line of a text that says most of some words.

    A text that fits is returned whole.

    Args:
        by: What stands between lines that are joined.
    """
    lines = [one.strip() for one in text.split("\n") if one.strip()]
    whole = by.join(lines)
    if len(whole) <= _QUOTED or not lines:
        return whole
    if not of:
        return lines[0]
    best = max(range(len(lines)), key=lambda n: _says(lines[n], of) - n / 1000)
    return lines[best]


def _says(line: str, of: Sequence[str]) -> int:
    low = line.lower()
    return sum(one[: max(len(one) - 2, 3)] in low for one in of)


def _when(passage: Passage, evidence: Evidence) -> str:
    if passage.at is None:
        return ""
    same_day = passage.at.date() == evidence.at.date()
    return f"{passage.at:%H:%M} · " if same_day else f"{passage.at:%m-%d %H:%M} · "
