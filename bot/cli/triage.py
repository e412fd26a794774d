"""`tocsin triage`: shows what an alert would become. Keeps and posts nothing."""

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.triage_answer import answered, told
from bot.cli.triage_model import asking, written_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.assistant.suggest import Suggestion
    from bot.domain.classification_rules import Rulebook
    from bot.domain.summary import Written
    from bot.ports.model import Model
    from bot.rulings import Rulings
    from bot.triage import Triaged

# A fixed key: placeholders of this command compare within one run only.
_KEY = b"tocsin triage"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


# Outcomes after which a card stands in the channel.
_POSTED = ("opens", "unparsed")


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
    "--explain",
    is_flag=True,
    help="Say which words and fields decided, and what else had evidence.",
)
@click.option(
    "--model",
    "with_model",
    is_flag=True,
    help="Ask the model of the settings for better claims; no budget counts it.",
)
@click.option(
    "--texts",
    type=_FILE,
    metavar="F.jsonl",
    help="Read {id, text} lines; print {id, category, rule} lines.",
)
def triage(
    *,
    files: tuple[Path, ...],
    source: str,
    as_json: bool,
    explain: bool,
    with_model: bool,
    texts: Path | None,
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
    rulings = _rulings()
    if source != "auto" and source not in rulings.integrations:
        known = ", ".join(rulings.integrations)
        raise click.BadParameter(f"{source!r} is none of: {known}", param_hint="S")
    with asking(rulings, is_wanted=with_model) as model:
        for place, file in enumerate(files, 1):
            triaged = _triaged(
                file, rulings, source=source, alert_id=f"al_{place:026d}"
            )
            answer = _answer(file, rulings, triaged, model=model, explain=explain)
            click.echo(json.dumps(answer) if as_json else told(answer))


def _answer(
    file: Path,
    rulings: "Rulings",
    triaged: "Triaged",
    *,
    model: "Model | None",
    explain: bool,
) -> dict[str, object]:
    from bot.cli.triage_why import frameworks

    worst = triaged.worst
    written, why = written_of(model, triaged) if model else (None, "")
    suggested = rulings.advise(worst) if worst else ()
    now = worst.received_at if worst else datetime.now(UTC)  # noqa: TID251
    return {
        "file": str(file),
        **answered(
            triaged,
            registry=rulings.registry,
            now=now,
            links=rulings.links,
            written=written,
            no_model=why,
        ),
        "raw_sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "frameworks": frameworks(rulings.rulebook),
        **(_why(triaged, rulings) if explain else {}),
        "runbooks": _runbooks(suggested),
        "slack": _slack_preview(triaged, rulings, suggested, written),
    }


def _why(triaged: "Triaged", rulings: "Rulings") -> dict[str, object]:
    from bot.cli.triage_why import explained

    worst = triaged.worst
    if worst is None or triaged.outcome == "unparsed":
        return {"why": None}
    system = rulings.registry.get(worst.system)
    return {"why": explained(worst, rulings.rulebook, system=system)}


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
    from bot.config.site_file import site_name, site_text
    from bot.rules import read_rulebook

    overlay = open_settings().rules.overlay
    return read_rulebook(site_text(overlay), overlay_name=site_name(overlay))


def _rulings() -> "Rulings":
    from bot.cli.opening import open_settings
    from bot.rulings import read_rulings

    return read_rulings(open_settings(), key=_KEY)


def _triaged(
    file: Path, rulings: "Rulings", *, source: str, alert_id: str
) -> "Triaged":
    from bot.ports.integration import Payload

    now = datetime.now(UTC)  # noqa: TID251 - the command stands in for the door
    payload = Payload(body=file.read_bytes(), headers=_headers(file), received_at=now)
    return rulings.understand(payload, source, alert_id)


def _headers(file: Path) -> dict[str, str]:
    beside = file.with_name(f"{file.name}.headers.json")
    if not beside.exists():
        return {}
    found = json.loads(beside.read_text("utf-8"))
    return {str(name).lower(): str(value) for name, value in found.items()}


def _runbooks(suggested: "Sequence[Suggestion]") -> list[dict[str, object]]:
    return [
        {
            "id": one.runbook_id,
            "title": one.title,
            "score": round(one.score, 3),
            "why": one.why,
        }
        for one in suggested
    ]


def _slack_preview(
    triaged: "Triaged",
    rulings: "Rulings",
    suggested: "Sequence[Suggestion]",
    written: "Written | None",
) -> dict[str, object]:
    """Return the card as Slack would get it; empty when none would be posted."""
    from bot.assistant.improving import improved
    from bot.assistant.summary import summarize
    from bot.domain.card import NextStep
    from bot.slack.cards import preview

    worst = triaged.worst
    if worst is None or triaged.outcome not in _POSTED:
        return {"text": "", "blocks": []}
    system = rulings.registry.get(worst.system)
    step = next(iter(suggested), None)
    return preview(
        triaged.alerts,
        category_title=rulings.category_titles()[worst.assessment.category],
        summary=improved(
            summarize(
                triaged.alerts, system=system, now=worst.received_at, counted=False
            ),
            written,
        ),
        system=system,
        next_step=None
        if step is None
        else NextStep(
            runbook=step.runbook_id,
            title=step.title,
            number=step.step,
            text=step.text,
            why=step.why,
        ),
    )
