"""The rules that decide what an alert is, as data, and their reader.

The YAML files (kinds of incident under `kinds/`, one vendor's words under `sources/`)
are meant to be read and argued about by people who do not program;
docs/concepts/triage.md explains them. How rules are
applied is `bot/domain/classification.py`.
"""

from bot.rules.loader import read_rulebook

__all__ = ["read_rulebook"]
