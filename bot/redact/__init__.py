"""The one redactor: what is sensitive in a text, and the text without it.

Everything that leaves for storage as readable text, for the model, for Slack or for
an export goes through here. The definition of "sensitive" is one file, `rules.yaml`.
No I/O but reading that file; no clock, no randomness.
"""

from bot.redact.definition import Definition, load_definition
from bot.redact.findings import Finding, Redacted, Withheld
from bot.redact.redactor import Redactor

__all__ = [
    "Definition",
    "Finding",
    "Redacted",
    "Redactor",
    "Withheld",
    "load_definition",
]
