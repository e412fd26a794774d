"""`tocsin rules`: looks at a site's rules and runs the cases beside them.

Both read files only and change nothing. What a rule may say is on the page
docs/concepts/triage.md or docs/concepts/grouping.md, what a case is in
`bot/rules/cases.py`.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.guarded import say, say_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.config import Settings
    from bot.domain.classification_rules import Rulebook
    from bot.domain.envelope import Assessment, Outcome
    from bot.domain.registry import Registry
    from bot.ports import Integration
    from bot.redact import Redactor
    from bot.rules.cases import Case

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

    FILE holds rules of triage or of grouping; by default the files are read that
    rules.overlay and rules.grouping name in the settings.

    Exit status: 0 it can be used, 1 it cannot.
    """
    from bot.cli.opening import open_settings
    from bot.cli.rules_grouping import lint_grouping
    from bot.config.site_file import site_text
    from bot.rules.grouping_file import is_grouping

    settings = open_settings()
    named = settings.rules.grouping
    grouping = named if file is None else file
    if grouping is not None and (file is None or is_grouping(site_text(file))):
        lint_grouping(grouping, triage=settings.rules.overlay)
        if file is not None or settings.rules.overlay is None:
            return
    _lint_triage(_opened(file))


def _lint_triage(site: "_Site") -> None:
    from bot.rules import read_rulebook
    from bot.rules.cases import origins, remarks

    shipped = read_rulebook()
    for remark in remarks(site.text, shipped, name=site.name):
        say(f"note: {remark}")
    before, after = origins(shipped), origins(site.rulebook)
    added = len(after.keys() - before.keys())
    replaced = sum(file == site.name for rule, file in after.items() if rule in before)
    gone = len(before.keys() - after.keys())
    say(
        f"{site.name}: {added} added, {replaced} replaced, {gone} switched off, "
        f"{len(site.cases)} cases; rules sha256 {site.rulebook.digest[:12]}"
    )


@rules.command("test")
@click.argument("file", type=_FILE, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def test_rules(file: Path | None, *, as_json: bool) -> None:
    """Run the cases in FILE against the shipped rules with FILE laid over them.

    FILE is by default what rules.overlay names in the settings.

    Exit status: 0 all pass, 1 one fails or FILE cannot be used.
    """
    site = _opened(file)
    answers = [_answer(case, site.came_out(case)) for case in site.cases]
    if as_json:
        say_json({"file": site.name, "cases": answers})
    else:
        for answer in answers:
            for wrong in answer["wrong"]:
                say(f"failed: {answer['name']}: {wrong}")
        failed = sum(not answer["passed"] for answer in answers)
        say(f"{len(answers)} cases, {failed} failed", err=True)
    sys.exit(0 if all(answer["passed"] for answer in answers) else 1)


@dataclass(frozen=True, kw_only=True)
class _Site:
    """A site's file laid over the shipped rules."""

    name: str
    text: str
    settings: "Settings"
    rulebook: "Rulebook"
    parsers: "Mapping[str, Integration]"
    cases: "tuple[Case, ...]"

    @cached_property
    def redactor(self) -> "Redactor":
        """Read only where a case has a payload: it takes longer than all the rest."""
        from bot.config.site_file import site_text
        from bot.redact import Redactor, load_definition

        overlay = site_text(self.settings.redact.overlay) or None
        return Redactor(load_definition(overlay), key=_KEY)

    @cached_property
    def registry(self) -> "Registry":
        """Return the site's registry, or an empty one."""
        from bot.config.site_file import site_text
        from bot.domain.registry import Registry
        from bot.rules.registry_file import read_registry

        path = self.settings.registry.file
        return read_registry(site_text(path), name=path.name) if path else Registry()

    def came_out(self, case: "Case") -> "Mapping[str, str]":
        """Return what the rules say of a case."""
        from bot.domain.classification import judge
        from bot.domain.classification_fields import ASKED
        from bot.domain.envelope import Envelope
        from bot.domain.untrusted import Untrusted

        if not case.text:
            return self._posted(case)
        envelope = Envelope(source=ASKED, dedup_key="", title=Untrusted(case.text))
        return _verdict(*judge(envelope, self.rulebook))

    def _posted(self, case: "Case") -> "Mapping[str, str]":
        from bot.ports.integration import Payload
        from bot.triage import triage

        now = datetime.now(UTC)  # noqa: TID251 - the command stands in for the door
        body = case.payload.encode("utf-8", "replace")
        worst = triage(
            Payload(body=body, headers=case.headers, received_at=now),
            source=case.source,
            parsers=self.parsers,
            redactor=self.redactor,
            rulebook=self.rulebook,
            registry=self.registry,
            alert_id="al_case",
            received_at=now,
        ).worst
        return _verdict(worst.envelope.outcome, worst.assessment) if worst else _NOTHING


_NOTHING = {
    "category": "none",
    "severity": "NONE",
    "outcome": "unknown",
    "rule": "default.nothing",
    "file": "",
}


def _opened(file: Path | None) -> _Site:
    from bot.cli.opening import open_settings
    from bot.config.site_file import site_text
    from bot.rules import read_rulebook
    from bot.rules.cases import read_cases
    from bot.triage import load_integrations

    settings = open_settings()
    path = file or settings.rules.overlay
    if path is None:
        raise click.UsageError("Name a FILE, or set rules.overlay.")
    text, parsers = site_text(path), load_integrations()
    rulebook = read_rulebook(text, overlay_name=path.name)
    cases = read_cases(text, rulebook, name=path.name, sources=parsers)
    return _Site(
        name=path.name,
        text=text,
        settings=settings,
        rulebook=rulebook,
        parsers=parsers,
        cases=cases,
    )


def _verdict(outcome: "Outcome", found: "Assessment") -> dict[str, str]:
    return {
        "category": found.category,
        "severity": found.severity.value,
        "outcome": outcome.value,
        "rule": found.rule,
        "file": found.origin,
    }


def _answer(case: "Case", got: "Mapping[str, str]") -> dict[str, Any]:
    by = f"{got['rule']} of {got['file']}" if got["file"] else got["rule"]
    wrong = [
        f"{key} is {got[key]}, not {wanted}, by rule {by}"
        for key, wanted in case.expected.items()
        if got[key] != wanted
    ]
    return {
        "name": case.name,
        "passed": not wrong,
        "expected": dict(case.expected),
        "got": dict(got),
        "wrong": wrong,
    }
