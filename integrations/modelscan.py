"""ModelScan, ModelAudit and Picklescan: what a scanner found inside a model file.

One alert a report: what matters is the worst finding. A report without findings asks
for nothing, but says so when a file could not be read.

Source:
    https://github.com/protectai/modelscan (JSON report),
    https://www.promptfoo.dev/docs/model-audit (issues, bytes_scanned) and
    https://github.com/mmaitre314/picklescan (its output in words).
"""

from collections.abc import Sequence

import re2

from bot.domain.envelope import Entity, EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.domain.untrusted import clip
from bot.envelopes.batches import gathered
from bot.envelopes.fields import count_of, every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Document, Json, read_text
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.mapping import body, digest, identifier, word
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import detector
from bot.envelopes.wording import last_part
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="modelscan",
    title="ModelScan",
    docs="https://github.com/protectai/modelscan",
    summary="Reports of ModelScan, ModelAudit and Picklescan about model files.",
)
_SCAN = Shape(
    has=("summary.total_issues_by_severity",),
    any_of=("summary.modelscan_version", "issues", "summary.scanned"),
)
_AUDIT = Shape(
    has=("issues", "bytes_scanned"),
    any_of=("files_scanned", "scanner_names", "has_errors", "checks"),
)
# Worst first; what stands after them is for information only.
_RANKS = ("CRITICAL", "HIGH", "WARNING", "MEDIUM", "LOW")
_UNREAD = "a file could not be scanned; nothing is known of it"
_MOST_FILES, _MOST_TEXTS = 3, 20
_LONGEST_FILE = 120

_RECOGNIZED = recognizer(_SCAN, _AUDIT)
# What Picklescan prints: a line a finding, and a summary under a ruler.
_SUMMARY = b"- SCAN SUMMARY -"
_FINDING = re2.compile(
    r"(?m)^(.{1,300}): (dangerous|suspicious) import '([^'\n]+)' FOUND"
)
_INFECTED = re2.compile(r"Infected files: [1-9]")
_LEVELS = {"dangerous": "CRITICAL", "suspicious": "WARNING"}


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is a report of a scanner."""
    return _is_in_words(payload) or _RECOGNIZED(payload)


def _is_in_words(payload: Payload) -> bool:
    starts = payload.body.lstrip()[:1]
    return _SUMMARY in payload.body and starts not in (b"{", b"[")


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a report.

    Raises:
        Unparsed: Not JSON, or no report in it.
    """
    if _is_in_words(payload):
        return (_envelope(_in_words(read_text(payload.body)), Document(value=None)),)
    document = read_values(payload.body)
    made = [
        _envelope(one, document)
        for one in entries_of(document.value)
        if fits(one, _SCAN) or fits(one, _AUDIT)
    ]
    if not made:
        raise Unparsed(
            "The payload is not one of ModelScan",
            because="it holds neither a summary by severity nor issues",
            next_move="Post the report of modelscan -r json.",
        )
    return gathered(made)


def _envelope(report: Json, document: Document) -> Envelope:
    issues = sorted(_issues(report), key=_rank)
    worst = _severity(issues[0]) if issues else _by_count(report)
    count = max(
        len(issues), count_of(first(report, "summary.total_issues"), most=10**6)
    )
    files = tuple(dict.fromkeys(_file(one) for one in issues if _file(one)))
    path = first_text(report, "summary.input_path", "path", "assets[0].path")
    about = files or ((_short(path),) if path else ())
    unread = bool(every(report, "errors[]")) or _is_true(report, "has_errors")
    operators = tuple(dict.fromkeys(_what(one) for one in issues if _what(one)))
    texts = {"total_issues": str(count), "severity": worst, "path": _short(path)}
    for place, one in enumerate(operators[:_MOST_TEXTS], 1):
        texts["operator" + ("" if place == 1 else f"#{place}")] = one
    texts["scanner"] = first_text(issues[0], "scanner", "type") if issues else ""
    texts["flagged"] = "true" if worst else "false"
    return Envelope(
        source=MANIFEST.name,
        dedup_key=digest([_short(path), sorted(files), sorted(operators), worst]),
        occurred_at=read_time(first(report, "summary.timestamp", "start_time")),
        title=body(_title(worst, count, about, operators)),
        texts={key: body(text) for key, text in texts.items() if text.strip()},
        entities=tuple(Entity.named(EntityKind.MODEL, one) for one in about[:5]),
        source_event_id=identifier(first_text(report, "scan_id", "id")),
        vendor_severity=word(worst),
        notes=(*document.notes, *((_UNREAD,) * unread)),
    )


def _in_words(text: str) -> Json:
    """Return Picklescan's output as the report it would be."""
    issues: list[Json] = [
        {
            "location": found.group(1),
            "severity": _LEVELS[found.group(2)],
            "details": {"import_reference": ".".join(found.group(3).split())},
        }
        for found in _FINDING.finditer(text)
    ]
    if not issues and _INFECTED.search(text):
        issues.append({"severity": "CRITICAL", "type": "infected file"})
    return {"issues": issues, "has_errors": "ERROR" in text}


def _issues(report: Json) -> Sequence[Json]:
    """Return what asks for somebody: no debug and no information."""
    return [one for one in every(report, "issues[]") if _severity(one) in _RANKS]


def _severity(issue: Json) -> str:
    return first_text(issue, "severity").strip().upper()


def _rank(issue: Json) -> int:
    return _RANKS.index(_severity(issue))


def _by_count(report: Json) -> str:
    """Return the worst severity that the summary counts, where no issue is listed."""
    counts = first(report, "summary.total_issues_by_severity")
    found = (one for one in _RANKS if count_of(member(counts, one), most=10**6))
    return next(found, "")


def _what(issue: Json) -> str:
    """Return what the file would call, e.g. ``posix.system``."""
    module = first_text(issue, "module", "details.module", "details.import_reference")
    operator = first_text(issue, "operator", "details.function")
    named = ".".join(one for one in (module, operator) if one)
    return detector(named or first_text(issue, "rule_code", "type"))


def _file(issue: Json) -> str:
    said = first_text(issue, "source", "location", "details.path")
    # ``claims.zip:data.pkl`` lies in an archive; ``claims.pkl (pos 71)`` is a place.
    return _short(said.partition(" (")[0].partition(":")[0])


def _short(path: str) -> str:
    """Return a file's name; folders of the machine that scanned say nothing."""
    # A name with a space in it may be more than a path, and then it stays whole.
    plain = path if " " in path else path.replace("\\", "/").rstrip("/")
    return clip(last_part(plain), _LONGEST_FILE)


def _is_true(report: Json, path: str) -> bool:
    return text_of(first(report, path)) == "true"


def _title(
    worst: str, count: int, files: Sequence[str], operators: Sequence[str]
) -> str:
    more = len(files) - _MOST_FILES
    shown = ", ".join(files[:_MOST_FILES]) or "a model"
    about = shown + (f" and {more} more" if more > 0 else "")
    if not worst:
        return f"Model scan: nothing found in {about}"
    calls = f", it calls {', '.join(operators[:_MOST_FILES])}" if operators else ""
    issues = "issue" if count == 1 else "issues"
    return f"Model scan: {count} {issues} in {about}, the worst {worst}{calls}"
