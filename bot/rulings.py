"""Everything that decides about an alert and keeps no state, read once.

Shared by the running bot and by `tocsin triage`, so that both say the same. The
rules themselves are data in `bot/rules`, `bot/redact` and `runbooks/`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.assistant.library import index_of, load_runbooks, nearness_of
from bot.assistant.search import RunbookIndex
from bot.assistant.suggest import Suggestion, suggest
from bot.config import Settings, shipped_runbooks
from bot.config.site_file import site_name, site_text
from bot.deciding import Deciding, Texts, decide_by
from bot.domain.classification_hearing import worded
from bot.domain.classification_rules import Rulebook
from bot.domain.envelope import Alert
from bot.domain.grouping_rules import GroupingRules
from bot.domain.links import LinkHosts
from bot.domain.registry import Registry
from bot.domain.runbook import Runbook
from bot.ports import Payload
from bot.rules.grouping_file import read_grouping
from bot.rules.registry_file import read_registry
from bot.triage import Triaged, triage


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulings(Deciding):
    """What decides: rules, redactor, registry, parsers and runbooks.

    Attributes:
        texts: What of it an installation added, to read it again elsewhere.
    """

    texts: Texts
    links: LinkHosts
    grouping: GroupingRules
    runbooks: tuple[Runbook, ...]
    index: RunbookIndex

    def understand(self, payload: Payload, source: str, alert_id: str) -> Triaged:
        """Return what a payload means; never raises for what it holds."""
        return triage(
            payload,
            source=source,
            parsers=self.integrations,
            redactor=self.redactor,
            rulebook=self.rulebook,
            registry=self.registry,
            alert_id=alert_id,
            received_at=payload.received_at,
        )

    def advise(self, alert: Alert) -> Sequence[Suggestion]:
        """Return the runbook steps that may help, best first.

        Only words that decide are compared: what strangers wrote into an alert chooses
        no runbook either.
        """
        envelope = alert.envelope
        return suggest(
            self.index,
            self.runbooks,
            category=alert.assessment.category,
            entities=[(entity.kind, entity.id) for entity in envelope.entities],
            text=" ".join(worded(envelope, self.rulebook)),
        )

    def category_titles(self) -> dict[str, str]:
        """Return what each category is called."""
        return {one.id: one.title for one in self.rulebook.categories.values()}

    def reason_texts(self) -> dict[str, str]:
        """Return what people read for each reason code of a severity."""
        moves = {move.id: move.reason for move in self.rulebook.moves}
        starts = {
            f"category.{one.id}": f"{one.title} starts at {one.start.value}"
            for one in self.rulebook.categories.values()
        }
        together = {one.id: one.reason for one in self.grouping.together}
        return {**starts, **moves, **together}


def read_rulings(
    settings: Settings, *, key: bytes, registry: Registry | None = None
) -> Rulings:
    """Read everything that decides.

    Args:
        key: Makes the redactor's placeholders.
        registry: Used when the settings name no registry file.

    Raises:
        BadSettings: A file cannot be used; names the file and the entry.
    """
    runbooks = load_runbooks(shipped_runbooks())
    nearness = nearness_of(settings.runbooks.semantic, home=settings.home)
    texts = _texts(settings, key, _registry(settings) or registry or Registry())
    deciding = decide_by(texts)
    return Rulings(
        redactor=deciding.redactor,
        rulebook=deciding.rulebook,
        registry=deciding.registry,
        integrations=deciding.integrations,
        texts=texts,
        grouping=_grouping(settings, deciding.rulebook),
        links=LinkHosts.of(settings.web.link_hosts),
        runbooks=runbooks,
        index=index_of(runbooks, nearness=nearness),
    )


def _texts(settings: Settings, key: bytes, registry: Registry) -> Texts:
    overlay = settings.rules.overlay
    return Texts(
        rules=site_text(overlay),
        rules_name=site_name(overlay),
        redaction=site_text(settings.redact.overlay),
        sources={name: one.without_secrets() for name, one in settings.sources.items()},
        registry=registry,
        key=key.hex(),
    )


def _grouping(settings: Settings, rulebook: Rulebook) -> GroupingRules:
    path = settings.rules.grouping
    return read_grouping(
        tuple(rulebook.categories), site_text(path), overlay_name=site_name(path)
    )


def _registry(settings: Settings) -> Registry | None:
    path = settings.registry.file
    return read_registry(site_text(path), name=path.name) if path else None
