"""LLM Guard: what its scanners said about a prompt or an answer.

Reads the answer of the API (`is_valid`, `scanners`) and the pair that the library
returns (`results_valid`, `results_score`). A score of -1.0 means that a scanner had
nothing to say. What is not valid is not passed on; the sanitized text is never read.

Source:
    https://github.com/protectai/llm-guard, docs/api/client.md and docs/output_scanners.
"""

from collections.abc import Iterator

from bot.domain.envelope import Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.noted import envelopes_for
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import Verdict, Where
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="llm_guard",
    title="LLM Guard",
    docs="https://github.com/protectai/llm-guard",
    summary="Scanner results of LLM Guard, from the API or from the library.",
)
_SHAPES = (
    Shape(has=("is_valid", "scanners")),
    Shape(has=("results_valid", "results_score")),
)
# Above this score a scanner counts as having fired; each has a threshold of its own,
# which the answer does not tell.
_FIRES = 0.5
_MOST = 40

recognizes = recognizer(*_SHAPES)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a scan that was not valid.

    Raises:
        Unparsed: Not JSON, or nothing in it is a scan.
    """
    document = read_values(payload.body)
    scans = [
        one
        for one in entries_of(document.value)
        if any(fits(one, shape) for shape in _SHAPES)
    ]
    if not scans:
        raise Unparsed(
            "The payload is not one of LLM Guard",
            because="it holds neither is_valid nor results_valid",
            next_move="Post the answer of /analyze/prompt or /analyze/output.",
        )
    return envelopes_for([_verdict(one, document.notes) for one in scans])


def _verdict(scan: Json, notes: tuple[str, ...]) -> Verdict:
    scores = dict(_scores(scan))
    refused = _refused(scan)
    valid = text_of(member(scan, "is_valid")) != "false" and not refused
    named = refused or _fired(scores)
    is_answer = member(scan, "sanitized_output") is not None
    # Sanitized texts are what the scanners made of it, not what was passed on.
    return Verdict(
        source=MANIFEST.name,
        product=MANIFEST.title,
        found=() if valid else named,
        flagged=not valid,
        where=Where.ANSWER if is_answer or _of_output(named) else Where.PROMPT,
        outcome=Outcome.UNKNOWN if valid else Outcome.BLOCKED,
        app=first_text(scan, "app", "application", "service", "metadata.app"),
        model=first_text(scan, "model", "metadata.model"),
        facts={f"scanners.{name}": str(score) for name, score in scores.items()},
        event_id=first_text(scan, "request_id", "id"),
        group=first_text(scan, "session_id", "conversation_id"),
        at=read_time(first_text(scan, "timestamp", "time", "created_at") or None),
        notes=notes,
    )


def _scores(scan: Json) -> Iterator[tuple[str, float]]:
    """Yield each scanner that had something to say with its score."""
    named = member(scan, "scanners") or member(scan, "results_score")
    pairs = list(named.items()) if isinstance(named, dict) else []
    for name, score in pairs[:_MOST]:
        if (
            isinstance(score, int | float)
            and not isinstance(score, bool)
            and score >= 0
        ):
            yield name, float(score)


def _refused(scan: Json) -> tuple[str, ...]:
    said = member(scan, "results_valid")
    pairs = said.items() if isinstance(said, dict) else ()
    return tuple(name for name, one in pairs if one is False)


def _fired(scores: dict[str, float]) -> tuple[str, ...]:
    """Return the scanners that made it invalid, the surest first."""
    ranked = sorted(scores, key=lambda name: -scores[name])
    return tuple(name for name in ranked if scores[name] >= _FIRES) or tuple(ranked[:1])


def _of_output(named: tuple[str, ...]) -> bool:
    """Tell from scanners that only look at answers."""
    only = {"Sensitive", "NoRefusal", "FactualConsistency", "Relevance", "Bias"}
    return bool(only.intersection(named))
