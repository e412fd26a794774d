"""Azure AI Content Safety: Prompt Shields, and the content filter of Azure OpenAI.

Reads the answers of shieldPrompt and text:analyze, the error of a filtered prompt and
the annotations of an answer. A shield only detects; a filter says `filtered` for
each kind. Prompts and answers that stand beside are never read.

Source:
    Azure AI services documentation, "Prompt Shields", "Content filtering for Azure
    OpenAI" and "Analyze text".
"""

from collections.abc import Iterator

from bot.domain.envelope import Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.noted import envelopes_for
from bot.envelopes.outcomes import outcome_of
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import Verdict, Where
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="prompt_shields",
    title="Azure AI Content Safety",
    docs="https://learn.microsoft.com/azure/ai-services/content-safety/",
    summary="Prompt Shields, text analysis and content filters of Azure OpenAI.",
)
_SHAPES = (
    Shape(has=("userPromptAnalysis.attackDetected",)),
    Shape(has=("documentsAnalysis[].attackDetected",)),
    Shape(has=("categoriesAnalysis[].category", "categoriesAnalysis[].severity")),
    Shape(
        any_of=(
            "error.innererror.content_filter_result",
            "error.inner_error.content_filter_results",
            "innererror.content_filter_result",
            "prompt_filter_results[].content_filter_results",
            "choices[].content_filter_results",
        )
    ),
    Shape(words={"error.code": ("content_filter",)}),
    Shape(has=("ungroundedDetected", "ungroundedPercentage")),
    Shape(has=("protectedMaterialAnalysis.detected",)),
)
# 0, 2, 4, 6: from medium on the filters of Azure stop by default.
_MEDIUM = 4
_IN_PROMPT = (
    "error.innererror.content_filter_result",
    "error.inner_error.content_filter_results",
    "innererror.content_filter_result",
    "prompt_filter_results[].content_filter_results",
)
_IN_ANSWER = ("choices[].content_filter_results",)

recognizes = recognizer(*_SHAPES)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a prompt, document or answer in which something was found.

    Raises:
        Unparsed: Not JSON, or none of the answers that are known.
    """
    document = read_values(payload.body)
    made = [
        verdict
        for entry in entries_of(document.value)
        if any(fits(entry, shape) for shape in _SHAPES)
        for verdict in _verdicts(entry, document.notes)
    ]
    if not made:
        raise Unparsed(
            "The payload is not one of Azure AI Content Safety",
            because="it holds no analysis and no filter result",
            next_move="Post the answer of shieldPrompt, or Azure OpenAI's error.",
        )
    return envelopes_for(made)


def _verdicts(entry: Json, notes: tuple[str, ...]) -> list[Verdict]:
    found = [*_shields(entry), *_filters(entry), *_analyses(entry)]
    return [
        Verdict(
            source=MANIFEST.name,
            product=MANIFEST.title,
            found=named,
            where=where,
            outcome=outcome,
            flagged=bool(named),
            app=first_text(entry, "application", "app", "deployment"),
            model=first_text(entry, "model", "deployment_id"),
            event_id=first_text(entry, "id", "request_id", "apim-request-id"),
            at=read_time(first_text(entry, "created", "timestamp", "time") or None),
            notes=notes,
        )
        for where, outcome, named in found or [(Where.PROMPT, Outcome.UNKNOWN, ())]
    ]


_Found = tuple[Where, Outcome, tuple[str, ...]]


def _shields(entry: Json) -> Iterator[_Found]:
    stopped = first_text(entry, "blocked")
    said = {"true": "blocked", "false": "allowed"}.get(stopped, "")
    outcome = outcome_of(said or first_text(entry, "action", "decision", "mode"))
    if _is_true(entry, "userPromptAnalysis.attackDetected"):
        yield Where.PROMPT, outcome, ("user prompt attack",)
    if _is_true(entry, "documentsAnalysis[].attackDetected"):
        yield Where.DOCUMENT, outcome, ("indirect prompt attack",)


def _filters(entry: Json) -> Iterator[_Found]:
    for where, paths in ((Where.PROMPT, _IN_PROMPT), (Where.ANSWER, _IN_ANSWER)):
        results = [one for path in paths for one in every(entry, path)]
        stopped = _kinds(results, "filtered")
        seen = tuple(one for one in _kinds(results, "detected") if one not in stopped)
        if stopped:
            yield where, Outcome.BLOCKED, (*stopped, *seen)
        elif seen:
            yield where, Outcome.ALLOWED, seen
    is_refused = first_text(entry, "error.code") == "content_filter"
    if is_refused and not _kinds(
        [one for path in _IN_PROMPT for one in every(entry, path)], "filtered"
    ):
        yield Where.PROMPT, Outcome.BLOCKED, ("content filter",)


def _kinds(results: list[Json], mark: str) -> tuple[str, ...]:
    """Return the kinds of content that bear a mark, jailbreak before the others."""
    named = [
        name
        for result in results
        for name, one in (result.items() if isinstance(result, dict) else ())
        if text_of(member(one, mark)) == "true"
    ]
    attacks = [one for one in named if one in ("jailbreak", "indirect_attack")]
    return tuple(dict.fromkeys((*attacks, *named)))


def _analyses(entry: Json) -> Iterator[_Found]:
    bad = [
        text_of(member(one, "category"))
        for one in every(entry, "categoriesAnalysis[]")
        if _level(member(one, "severity")) >= _MEDIUM
    ]
    if bad or every(entry, "blocklistsMatch[]"):
        lists = ("blocklist",) if every(entry, "blocklistsMatch[]") else ()
        yield Where.PROMPT, Outcome.UNKNOWN, (*bad, *lists)
    if _is_true(entry, "ungroundedDetected"):
        yield Where.ANSWER, Outcome.UNKNOWN, ("ungroundedness",)
    if _is_true(entry, "protectedMaterialAnalysis.detected"):
        yield Where.ANSWER, Outcome.UNKNOWN, ("protected material",)


def _level(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _is_true(entry: Json, path: str) -> bool:
    return "true" in {text_of(one) for one in every(entry, path)}
