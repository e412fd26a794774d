"""The one redactor: what is sensitive in a text, and the text without it.

Everything that leaves for storage as readable text, for the model, for Slack or for
an export goes through here. The definition of "sensitive" is one file, `rules.yaml`.
No I/O but reading that file; no clock, no randomness.

What guards a way out takes one `Redactor` and asks:

- `redact(text, scope=incident, sealed=words)`: a text. Never raises; a text that
  cannot be checked comes back as one sentence, and `withheld` is true.
- `redact_named(name, text)` and `redact_value(json)`: values that stand under names.
- `Stream(redactor).feed(chunks)`: text without end, in little memory.
- `find(text)`: findings only, for counting. Raises `Withheld`.
- `Redacted.counts()`: what was taken out, by kind; never what it was.
- `knowing(names)`: the same redactor with the roster of today.

The scope makes placeholders comparable: pass the incident's id wherever there is one.
Work on more than a few KB belongs on a thread, never on the event loop.
"""

from bot.redact.budget import Budget
from bot.redact.definition import Definition, load_definition
from bot.redact.findings import Finding, Redacted, Withheld
from bot.redact.redactor import Redactor
from bot.redact.streaming import Stream

__all__ = [
    "Budget",
    "Definition",
    "Finding",
    "Redacted",
    "Redactor",
    "Stream",
    "Withheld",
    "load_definition",
]
