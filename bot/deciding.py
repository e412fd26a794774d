"""What decides what a payload means, read from the files of rules.

The part of `bot/rulings.py` that reading a payload needs, so that it can be read again
where nothing else of the bot is.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from bot.config.sources import Source
from bot.domain.classification_rules import Rulebook
from bot.domain.registry import Registry
from bot.named_sources import sources_of
from bot.ports import Integration
from bot.redact import Budget, Redactor, load_definition
from bot.rules import read_rulebook
from bot.triage import load_integrations

# Counts end what would take long; the clock ends what takes long on a busy machine.
_BUDGET = Budget(seconds=10.0, clock=time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """Rules, redactor, registry and parsers."""

    redactor: Redactor
    rulebook: Rulebook
    registry: Registry
    integrations: Mapping[str, Integration]


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What an installation adds to the shipped rules.

    Attributes:
        rules: A site's own rules, with the name of their file; "" for none.
        redaction: What else a site takes for sensitive; "" for nothing.
        sources: Of the settings, without secrets.
        key: Makes the redactor's placeholders; hexadecimal.
    """

    rules: str
    rules_name: str
    redaction: str
    sources: Mapping[str, Source]
    registry: Registry
    key: str = field(repr=False)

    def as_json(self) -> bytes:
        """Return it for another process of ours."""
        return _JSON.dump_json(self, exclude_unset=True)

    @classmethod
    def from_json(cls, text: bytes) -> "Texts":
        """Return what `as_json` wrote."""
        return _JSON.validate_json(text)


_JSON = TypeAdapter(Texts)


def decide_by(texts: Texts) -> Deciding:
    """Read what decides.

    Raises:
        BadSettings: A file cannot be used; names the file and the entry.
    """
    definition = load_definition(texts.redaction or None)
    return Deciding(
        redactor=Redactor(definition, key=bytes.fromhex(texts.key), budget=_BUDGET),
        rulebook=read_rulebook(texts.rules, overlay_name=texts.rules_name),
        registry=texts.registry,
        integrations=sources_of(load_integrations(), texts.sources),
    )
