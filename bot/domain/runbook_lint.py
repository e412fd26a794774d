"""What must hold before a runbook may be trusted at 3 a.m.

Each rule is one small function that yields sentences for the writer. Nothing here
reads files or knows which actions exist: the caller says so.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date

from bot.domain.runbook import DRAFT, MANUAL, Runbook, StepKind
from bot.domain.runbook_lint_gated import Actions, gated_problems

CATEGORIES = frozenset(
    [
        "prompt_injection",
        "data_disclosure",
        "credential_exposure",
        "system_prompt_leak",
        "supply_chain",
        "poisoning",
        "unsafe_output_handling",
        "excessive_agency",
        "agent_rogue",
        "harmful_output",
        "misinformation",
        "drift_bias",
        "cost_consumption",
        "model_theft",
        "control_tampering",
        "access_anomaly",
        "availability",
        "change_event",
        "not_ai",
        "unclassified",
    ]
)
"""The categories of the taxonomy."""

SECTIONS = (
    "Meaning",
    "Impact",
    "Triage in two minutes",
    "Evidence first",
    "Diagnose",
    "Contain",
    "Verify",
    "Recover",
    "Notify",
    "Lessons",
)
"""The sections of a body, in the order in which a responder needs them."""

_ID = re.compile(r"RB-[0-9]{2,}")
_ATLAS = re.compile(r"AML\.(T|M|CS)[0-9]{4}(\.[0-9]{3})?")
_OWASP = re.compile(r"(LLM|ASI)(0[1-9]|10)")
# A draft made from an incident names our own record, which anybody here can look up.
_URL = re.compile(
    r"https://[^\s]+|tocsin:(?:INC-\d{4,9}|pl_[0-9A-Z]{26}|RB-\d{2,6}|log/[0-9a-f]{64})"
)
_TODO = re.compile(r"\bTODO\b")
_LONGEST_STEP = 200


def problems(
    runbook: Runbook, *, today: date, actions: Actions, threats: Collection[str] = ()
) -> tuple[str, ...]:
    """Return what is wrong with a runbook, one sentence each; empty when fine.

    Args:
        runbook: As parsed.
        today: The day to compare `review_by` with.
        actions: The registered actions; ``manual`` is always allowed.
        threats: Ids of the ATLAS techniques and OWASP risks that exist; when empty,
            only their form is looked at. Mitigations and case studies are never
            looked up.
    """
    found = [message for rule in _RULES for message in rule(runbook)]
    found += _past_review(runbook, today)
    found += _threats(runbook, threats)
    found += gated_problems(runbook, actions)
    return tuple(found)


def warnings(runbook: Runbook) -> tuple[str, ...]:
    """Return what is still to be filled in of a draft; nothing for any other."""
    return tuple(_unfinished(runbook)) if runbook.is_draft else ()


def _unfinished(runbook: Runbook) -> Iterator[str]:
    for field in ("owner", "signals", "evidence", "notify"):
        if _TODO.search(repr(getattr(runbook, field))):
            yield f"{field}: there is still a TODO"
    for step in runbook.steps:
        if _TODO.search(repr(step)):
            yield f"steps[{step.number}] {step.id}: there is still a TODO"
    for part in runbook.body:
        if _TODO.search(part.text):
            yield f"body: there is still a TODO in ## {part.title}"


def _status(runbook: Runbook) -> Iterator[str]:
    if runbook.status not in ("", DRAFT):
        yield f"status: {runbook.status!r} is neither left out nor {DRAFT}"
    if not runbook.is_draft:
        yield from _unfinished(runbook)


def shelf_problems(runbooks: Collection[Runbook]) -> tuple[str, ...]:
    """Return what is wrong with a whole shelf: an id that two files claim."""
    names: dict[str, list[str]] = {}
    for runbook in runbooks:
        names.setdefault(runbook.id, []).append(f"{runbook.name}.md")
    return tuple(
        f"id: {key} is the id of {' and '.join(sorted(files))}"
        for key, files in sorted(names.items())
        if len(files) > 1
    )


def _past_review(runbook: Runbook, today: date) -> Iterator[str]:
    if runbook.review_by < today:
        yield f"review_by: {runbook.review_by:%Y-%m-%d} is past; read it again"


def _id_and_name(runbook: Runbook) -> Iterator[str]:
    if not _ID.fullmatch(runbook.id):
        yield f"id: {runbook.id!r} is not RB- and two digits, e.g. RB-07"
    elif not re.fullmatch(runbook.id.lower() + r"-[a-z0-9-]+", runbook.name):
        yield f"id: {runbook.id} needs a file {runbook.id.lower()}-<words>.md"


def _lists(runbook: Runbook) -> Iterator[str]:
    for field in ("categories", "signals", "evidence", "steps", "notify", "sources"):
        if not getattr(runbook, field):
            yield f"{field}: the list is empty"


def _taxonomy(runbook: Runbook) -> Iterator[str]:
    for category in runbook.categories:
        if category not in CATEGORIES:
            yield f"categories: {category!r} is not in the taxonomy"
    for technique in runbook.atlas:
        if not _ATLAS.fullmatch(technique):
            yield f"atlas: {technique!r} is not an ATLAS id such as AML.T0051"
    for risk in runbook.owasp:
        if not _OWASP.fullmatch(risk):
            yield f"owasp: {risk!r} is not an OWASP id such as LLM01 or ASI03"


def _threats(runbook: Runbook, threats: Collection[str]) -> Iterator[str]:
    named = [each for each in runbook.atlas if each.startswith("AML.T")]
    for each in (*named, *runbook.owasp):
        if threats and each not in threats:
            yield f"{each}: there is no such id in bot/rules/frameworks.yaml"


def _sources(runbook: Runbook) -> Iterator[str]:
    for source in runbook.sources:
        if not _URL.fullmatch(source.url):
            yield f"sources: {source.title!r} has no https address"


def _body(runbook: Runbook) -> Iterator[str]:
    for title in SECTIONS:
        if not runbook.section(title):
            yield f"body: the section ## {title} is missing or empty"
    titles = [section.title for section in runbook.body]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield f"body: the section ## {title} is there twice"
    order = [title for title in titles if title in SECTIONS]
    if order != sorted(order, key=SECTIONS.index):
        yield "body: the sections are out of order; evidence comes before Contain"


def _warning(runbook: Runbook) -> Iterator[str]:
    # Before the authority knows, a high-risk system must not be changed in a way that
    # spoils the later analysis of the cause.
    named = any("AI Act Art. 73" in duty.regime for duty in runbook.notify)
    if named and "73(6)" not in runbook.section("Notify"):
        yield "body: ## Notify does not repeat the AI Act's warning, Art. 73(6)"


def _commands(runbook: Runbook) -> Iterator[str]:
    text = runbook.section("Evidence first")
    if text and "```" not in text:
        yield "body: ## Evidence first has no command that can be pasted"


def _long_steps(runbook: Runbook) -> Iterator[str]:
    for step in runbook.steps:
        if len(step.text) > _LONGEST_STEP:
            yield (
                f"steps[{step.number}] {step.id}: the text has {len(step.text)} "
                f"characters; {_LONGEST_STEP} fit on a card"
            )


def _step_ids(runbook: Runbook) -> Iterator[str]:
    ids = [step.id for step in runbook.steps]
    for each in sorted({each for each in ids if ids.count(each) > 1}):
        yield f"steps: the id {each!r} is used twice"


def _evidence_first(runbook: Runbook) -> Iterator[str]:
    for step in runbook.steps:
        if step.kind is StepKind.READ:
            return
        if step.is_gated:
            yield (
                f"steps[{step.number}] {step.id}: a gated step comes before any read "
                "step; collect evidence first"
            )
            return


def _ungated(runbook: Runbook) -> Iterator[str]:
    for step in runbook.steps:
        if step.is_gated:
            continue
        where = f"steps[{step.number}] {step.id}"
        if step.action not in ("", MANUAL) or step.otherwise:
            yield f"{where}: only a gated step may name the action {step.action}"
        if step.level is not None:
            yield f"{where}: only a gated step has a level"


_RULES: tuple[Callable[[Runbook], Iterator[str]], ...] = (
    _id_and_name,
    _lists,
    _taxonomy,
    _sources,
    _body,
    _warning,
    _commands,
    _long_steps,
    _step_ids,
    _evidence_first,
    _ungated,
    _status,
)
