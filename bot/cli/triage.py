"""`tocsin triage`: shows what an alert would become. Keeps and posts nothing."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.triage_answer import answered, told

if TYPE_CHECKING:
    from bot.assistant.search import RunbookIndex
    from bot.domain.classification_rules import Rulebook
    from bot.domain.envelope import Alert
    from bot.domain.registry import Registry
    from bot.domain.runbook import Runbook
    from bot.ports.integration import Integration
    from bot.redact import Redactor
    from bot.triage import Triaged

# A fixed key: placeholders of this command compare within one run only.
_KEY = b"tocsin triage"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """Everything that decides, read once."""

    parsers: "Mapping[str, Integration]"
    redactor: "Redactor"
    rulebook: "Rulebook"
    registry: "Registry"
    runbooks: "tuple[Runbook, ...]"
    index: "RunbookIndex"
    now: datetime


@click.command()
@click.argument("files", nargs=-1, type=_FILE)
@click.option(
    "--source",
    default="auto",
    show_default=True,
    metavar="S",
    help="Integration that reads the files; auto takes the first that knows them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
@click.option(
    "--texts",
    type=_FILE,
    metavar="F.jsonl",
    help="Read {id, text} lines; print {id, category, rule} lines.",
)
def triage(
    *, files: tuple[Path, ...], source: str, as_json: bool, texts: Path | None
) -> None:
    """Show what the alerts in FILES would become, without any effect.

    A file is the body as it would be posted; headers that matter stand beside it in
    FILE.headers.json. Exit status 0, also for what cannot be read as an alert.
    """
    if not files and texts is None:
        raise click.UsageError("Name a FILE, or --texts.")
    if texts is not None:
        _print_texts(texts)
    if not files:
        return
    bench = _bench()
    if source != "auto" and source not in bench.parsers:
        known = ", ".join(bench.parsers)
        raise click.BadParameter(f"{source!r} is none of: {known}", param_hint="S")
    for place, file in enumerate(files, 1):
        triaged = _triaged(file, bench, source=source, alert_id=f"al_{place:026d}")
        answer = {
            "file": str(file),
            **answered(triaged, registry=bench.registry, now=bench.now),
            "runbooks": _runbooks(triaged.worst, bench),
            "slack": _slack_preview(triaged),
        }
        click.echo(json.dumps(answer) if as_json else told(answer))


def _print_texts(path: Path) -> None:
    from bot.domain.classification import classify_text

    rulebook = _rulebook()
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            category, rule = classify_text(str(row.get("text", "")), rulebook)
            answer = {"id": row.get("id"), "category": category, "rule": rule}
            click.echo(json.dumps(answer))
    sys.stdout.flush()


def _rulebook() -> "Rulebook":
    from bot.cli.opening import open_settings
    from bot.rules import read_rulebook

    return read_rulebook(_text(open_settings().rules.overlay))


def _bench() -> _Bench:
    from bot.assistant.library import index_of, load_runbooks
    from bot.cli.opening import open_settings
    from bot.cli.runbooks import shipped_runbooks
    from bot.domain.registry import Registry
    from bot.redact import Redactor, load_definition
    from bot.rules.registry_file import read_registry
    from bot.triage import load_integrations

    settings = open_settings()
    registry = settings.registry.file
    runbooks = load_runbooks(shipped_runbooks())
    definition = load_definition(_text(settings.redact.overlay) or None)
    return _Bench(
        parsers=load_integrations(),
        redactor=Redactor(definition, key=_KEY),
        rulebook=_rulebook(),
        registry=read_registry(_text(registry)) if registry else Registry(),
        runbooks=runbooks,
        index=index_of(runbooks),
        now=datetime.now(UTC),  # noqa: TID251 - the command stands in for the door
    )


def _text(path: Path | None) -> str:
    return path.read_text("utf-8") if path else ""


def _triaged(file: Path, bench: _Bench, *, source: str, alert_id: str) -> "Triaged":
    from bot.ports.integration import Payload
    from bot.triage import triage as understand

    payload = Payload(
        body=file.read_bytes(), headers=_headers(file), received_at=bench.now
    )
    return understand(
        payload,
        source=source,
        parsers=bench.parsers,
        redactor=bench.redactor,
        rulebook=bench.rulebook,
        registry=bench.registry,
        alert_id=alert_id,
        received_at=bench.now,
    )


def _headers(file: Path) -> dict[str, str]:
    beside = file.with_name(f"{file.name}.headers.json")
    if not beside.exists():
        return {}
    found = json.loads(beside.read_text("utf-8"))
    return {str(name).lower(): str(value) for name, value in found.items()}


def _runbooks(alert: "Alert | None", bench: _Bench) -> list[dict[str, object]]:
    from bot.assistant.suggest import suggest

    if alert is None:
        return []
    envelope = alert.envelope
    texts = (envelope.title, *envelope.texts.values())
    found = suggest(
        bench.index,
        bench.runbooks,
        category=alert.assessment.category,
        entities=[(one.kind, one.id) for one in envelope.entities],
        text=" ".join(text.for_rules() for text in texts),
    )
    return [
        {
            "id": one.runbook_id,
            "title": one.title,
            "score": round(one.score, 3),
            "why": one.why,
        }
        for one in found
    ]


def _slack_preview(triaged: "Triaged") -> dict[str, object]:
    """Return the card as Slack would get it; empty until cards can be drawn."""
    del triaged
    return {"text": "", "blocks": []}
