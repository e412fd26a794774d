"""`tocsin rules`: looks at a site's triage rules and runs the cases beside them.

Both read files only and change nothing. What a rule may say is on the page
docs/concepts/triage.md, what a case is in `bot/rules/cases.py`.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.rules.cases import Case
    from bot.rulings import Rulings

# A fixed key: the cases are the site's own, and nothing is kept.
_KEY = b"tocsin rules"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def rules() -> None:
    """Look at the site's triage rules, and run their cases."""


@rules.command()
@click.argument("file", type=_FILE, required=False)
def lint(file: Path | None) -> None:
    """Say whether FILE can be laid over the shipped rules, and what it does there.

    FILE is by default what rules.overlay names in the settings.

    Exit status: 0 it can be used, 1 it cannot.
    """
    from bot.rules import read_rulebook
    from bot.rules.cases import origins, remarks

    path, rulings, overlay = _opened(file)
    cases = _cases(path, rulings, overlay)
    shipped = read_rulebook()
    for remark in remarks(overlay, shipped, name=path.name):
        click.echo(f"note: {remark}")
    before, after = origins(shipped), origins(rulings.rulebook)
    added = len(after.keys() - before.keys())
    replaced = sum(file == path.name for rule, file in after.items() if rule in before)
    gone = len(before.keys() - after.keys())
    click.echo(
        f"{path.name}: {added} added, {replaced} replaced, {gone} switched off, "
        f"{len(cases)} cases; rules sha256 {rulings.rulebook.digest[:12]}"
    )


@rules.command("test")
@click.argument("file", type=_FILE, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def test_rules(file: Path | None, *, as_json: bool) -> None:
    """Run the cases in FILE against the shipped rules with FILE laid over them.

    FILE is by default what rules.overlay names in the settings.

    Exit status: 0 all pass, 1 one fails or FILE cannot be used.
    """
    path, rulings, overlay = _opened(file)
    done = [(one, _came_out(one, rulings)) for one in _cases(path, rulings, overlay)]
    answers = [
        {"name": case.name, "expected": case.expected, "got": got}
        | {"passed": all(got[key] == value for key, value in case.expected.items())}
        for case, got in done
    ]
    failed = [one for one in answers if not one["passed"]]
    if as_json:
        click.echo(json.dumps({"file": str(path), "cases": answers}))
    else:
        for case, got in done:
            for key, wanted in case.expected.items():
                if got[key] != wanted:
                    rule = f", by rule {got['rule']} of {got['file']}"
                    said = f"{key} is {got[key]}, not {wanted}{rule}"
                    click.echo(f"failed: {case.name}: {said}")
        click.echo(f"{len(answers)} cases, {len(failed)} failed", err=True)
    sys.exit(1 if failed else 0)


def _opened(file: Path | None) -> "tuple[Path, Rulings, str]":
    """Return the file, the rulings with it laid over them, and its text."""
    from dataclasses import replace

    from bot.cli.opening import open_settings
    from bot.config.site_file import site_text
    from bot.rules import read_rulebook
    from bot.rulings import read_rulings

    settings = open_settings()
    path = file or settings.rules.overlay
    if path is None:
        raise click.UsageError("Name a FILE, or set rules.overlay.")
    overlay = site_text(path)
    rulebook = read_rulebook(overlay, overlay_name=path.name)
    return path, replace(read_rulings(settings, key=_KEY), rulebook=rulebook), overlay


def _cases(path: Path, rulings: "Rulings", overlay: str) -> "tuple[Case, ...]":
    from bot.rules.cases import read_cases

    return read_cases(
        overlay, rulings.rulebook, name=path.name, sources=rulings.integrations
    )


def _came_out(case: "Case", rulings: "Rulings") -> "Mapping[str, str]":
    from datetime import UTC, datetime

    from bot.domain.classification import judge
    from bot.domain.envelope import Envelope
    from bot.domain.untrusted import Untrusted
    from bot.ports.integration import Payload

    if case.text:
        envelope = Envelope(source="text", dedup_key="", title=Untrusted(case.text))
        outcome, found = judge(envelope, rulings.rulebook)
    else:
        now = datetime.now(UTC)  # noqa: TID251 - the command stands in for the door
        body = case.payload.encode("utf-8", "replace")
        payload = Payload(body=body, headers=case.headers, received_at=now)
        worst = rulings.understand(payload, case.source, "al_case").worst
        if worst is None:
            nothing = dict.fromkeys(("outcome", "rule", "file"), "")
            return {"category": "none", "severity": "NONE", **nothing}
        outcome, found = worst.envelope.outcome, worst.assessment
    return {
        "category": found.category,
        "severity": found.severity.value,
        "outcome": outcome.value,
        "rule": found.rule,
        "file": found.origin,
    }
