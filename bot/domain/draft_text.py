"""A draft of a runbook as a file: front matter for rules, ten sections for people.

Every value of the front matter is a JSON string, which YAML reads as it stands, so that
no word from outside can become a field. What must hold of the file afterwards is in
`bot/domain/runbook_lint.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import orjson

from bot.domain.course import Course, StepRan
from bot.domain.draft_shelf import TODO, Cited, Shelf
from bot.domain.envelope import EntityKind
from bot.domain.runbook import DRAFT, Runbook, Step
from bot.domain.runbook_lint import SECTIONS

_REVIEW = timedelta(days=30)
_ART_73 = (
    "Before an authority knows of a serious incident, a high-risk system must not be "
    "changed in a way that spoils the later analysis of its cause: AI Act Art. 73(6)."
)


def written(
    course: Course, cited: Sequence[Cited], shelf: Shelf, *, number: str
) -> str:
    """Return the whole file."""
    base = shelf.base(course)
    front = "\n".join(_front(course, cited, shelf, number))
    body = _sections(course, cited, shelf, base)
    parts = [f"## {title}\n\n{body[title].strip()}\n" for title in SECTIONS]
    return f"---\n{front}\n---\n\n" + "\n".join(parts)


def _front(
    course: Course, cited: Sequence[Cited], shelf: Shelf, number: str
) -> Iterator[str]:
    base = shelf.base(course)
    title = f"{course.category_title}, as in {course.incident}"
    yield f"id: {number}"
    yield f"title: {_json(title)}"
    yield f"status: {DRAFT}"
    yield "version: 1"
    yield f"owner: {_json(base.owner if base else f'{TODO}: who answers for it')}"
    yield f"review_by: {shelf.today + _REVIEW:%Y-%m-%d}"
    yield f"categories: {_json([course.category])}"
    yield from _list("signals", _signals(course, shelf))
    yield f"entities: {_json(_kinds(course))}"
    yield f"atlas: {_json(list(course.atlas))}"
    yield f"owasp: {_json(list(course.owasp))}"
    yield f"nist_phase: {_json(list(base.nist_phase) if base else [])}"
    yield from _list("evidence", _evidence(course, base))
    yield "steps:"
    for one in cited:
        yield from _step(one.step)
    yield from _notify(base)
    yield from _sources(course, base)


def _signals(course: Course, shelf: Shelf) -> list[str]:
    found = [shelf.line(one, limit=120) for one in course.signals]
    return [one for one in found if one] or [f"{TODO}: which alert leads here"]


def _kinds(course: Course) -> list[str]:
    known = {kind.value for kind in EntityKind}
    return list(dict.fromkeys(kind for kind, _ in course.entities if kind in known))


def _evidence(course: Course, base: Runbook | None) -> list[str]:
    saved = [
        f"Snapshot that the gate saves before {one.plan.draft.action} runs"
        for one in course.plans
        if one.snapshot
    ]
    known = list(base.evidence) if base else []
    found = [*dict.fromkeys(saved), *known]
    return found or [f"{TODO}: what containment would destroy"]


def _step(step: Step) -> Iterator[str]:
    yield f"  - id: {_json(step.id)}"
    yield f"    kind: {step.kind.value}"
    yield f"    text: {_json(step.text)}"
    if step.action:
        yield f"    action: {_json(step.action)}"
    if step.params_from:
        yield f"    params_from: {_json(dict(step.params_from))}"
    if step.otherwise:
        yield "    or:"
    for way in step.otherwise:
        said = {"action": way.action, "params_from": dict(way.params_from)}
        yield f"      - {_json(said)}"
    if step.level is not None:
        yield f"    level: {step.level.value}"
    for name in ("verify", "rollback", "irreversible", "stop_if"):
        if said := getattr(step, name):
            yield f"    {name}: {_json(said)}"


def _notify(base: Runbook | None) -> Iterator[str]:
    yield "notify:"
    if base is None:
        told = {"regime": TODO, "within": TODO, "when": f"{TODO}: what makes it apply"}
        yield f"  - {_json(told)}"
        return
    for duty in base.notify:
        told = {"regime": duty.regime, "within": duty.within, "when": duty.when}
        yield f"  - {_json(told)}"


def _sources(course: Course, base: Runbook | None) -> Iterator[str]:
    """Yield where it comes from: our own record, by ids that can be looked up."""
    told = [
        (f"Incident {course.incident}, {course.size} entries", course.incident),
        ("Root of the log that holds it", f"log/{course.root}"),
    ]
    told += [(f"Plan for {one.plan.draft.action}", one.plan.id) for one in course.plans]
    used = [one.runbook for one in course.steps] + ([base.id] if base else [])
    told += [("Runbook that was used", one) for one in dict.fromkeys(used)]
    yield "sources:"
    for title, place in told:
        yield f"  - {_json({'title': title, 'url': f'tocsin:{place}'})}"


def _sections(
    course: Course, cited: Sequence[Cited], shelf: Shelf, base: Runbook | None
) -> Mapping[str, str]:
    like = f"Begin with {base.id}, {base.title}." if base else ""
    duties = f"The duties above are those of {base.id}. " if base else ""
    commands = f"```shell\ntocsin timeline {course.incident} --format md\n```"
    return {
        "Meaning": _meaning(course, shelf),
        "Impact": f"It was {course.severity.value}. {TODO}: who is hurt, and how fast.",
        "Triage in two minutes": f"{TODO}: three questions, with where to look. {like}",
        "Evidence first": f"{TODO}: what saves evidence before anything.\n\n{commands}",
        "Diagnose": _rationale(course, shelf),
        "Contain": _contain(cited),
        "Verify": _verify(cited),
        "Recover": _recover(course, shelf),
        "Notify": f"{TODO}: who, by when, counted from what. {duties}{_ART_73}",
        "Lessons": _lessons(course, shelf),
    }


def _meaning(course: Course, shelf: Shelf) -> str:
    quoted = "\n".join(shelf.quoted(one) for one in course.signals[:3])
    drill = "It was an exercise. " if course.drill else ""
    return (
        f"{drill}{course.category_title}. The alerts said:\n\n{quoted}\n\n"
        f"{TODO}: what is going on then, in plain words, and what it is not."
    )


def _rationale(course: Course, shelf: Shelf) -> str:
    if not course.notes:
        return f"Nobody noted why. {TODO}: how to find the cause."
    notes = "\n\n".join(
        f"{at:%H:%M} UTC:\n\n{shelf.quoted(words)}" for at, words in course.notes
    )
    return (
        f"What was noted, in order:\n\n{notes}\n\n"
        f"{TODO}: which of it holds in general, as commands and how to read them."
    )


def _contain(cited: Sequence[Cited]) -> str:
    rows = [
        f"{one.step.number}. `{one.step.id}`, from {'; '.join(one.of)}" for one in cited
    ]
    return "As it was done:\n\n" + "\n".join(rows) + f"\n\n{TODO}: when to stop."


def _verify(cited: Sequence[Cited]) -> str:
    rows = [
        f"- Step {one.step.number}: {one.step.verify}"
        for one in cited
        if one.step.verify
    ]
    if not rows:
        return f"{TODO}: nothing was changed, or nobody said how to see that it worked."
    return "\n".join(rows)


def _recover(course: Course, shelf: Shelf) -> str:
    undone = [
        f"- {one.plan.draft.action} was undone by {one.undone_by}."
        for one in course.plans
        if one.undone_by
    ]
    said = [shelf.quoted(course.summary)] if course.summary else []
    ended = f"It ended as {course.outcome.replace('_', ' ') or 'still open'}."
    back = f"{TODO}: back to normal, in which order, and when to roll back."
    return "\n\n".join(one for one in (ended, *said, "\n".join(undone), back) if one)


def _lessons(course: Course, shelf: Shelf) -> str:
    skipped = [one for one in course.steps if one.outcome == "skipped"]
    rows = [_skipped(one, shelf) for one in skipped]
    failed = [
        f"- {one.plan.draft.action} ({one.plan.id}): "
        f"{one.stage.value.lower().replace('_', ' ')}."
        for one in course.plans
        if one.stage.value.lower() not in ("verified", "applied")
    ]
    head = ["Skipped, and why:", *rows] if rows else ["No step was skipped."]
    more = ["", "Did not end as planned:", *failed] if failed else []
    ask = [
        "",
        f"- {TODO}: what would have shown it sooner?",
        f"- {TODO}: which step was missing here?",
    ]
    return "\n".join([*head, *more, *ask])


def _skipped(ran: StepRan, shelf: Shelf) -> str:
    step = shelf.step(ran.runbook, ran.number)
    what = f" ({step.text})" if step else ""
    why = shelf.quoted(ran.reason)[2:] if ran.reason else "no reason is kept"
    return f"- {ran.runbook} step {ran.number}{what}: {why}"


def _list(name: str, items: Sequence[str]) -> Iterator[str]:
    yield f"{name}:"
    yield from (f"  - {_json(one)}" for one in items)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
