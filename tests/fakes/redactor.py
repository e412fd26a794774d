"""A redactor that knows one secret: whatever follows ``SECRET-``."""

import hashlib
import re

from bot.redact.findings import Finding, Redacted

_SECRET = re.compile(r"SECRET-\w+")


class FakeRedactor:
    """Masks ``SECRET-…`` and withholds a text that says ``too large``."""

    def redact(self, text: str, *, scope: str = "", sealed: str = "") -> Redacted:
        del scope
        if "too large" in text:
            said = f"[withheld] {sealed}".strip()
            return Redacted(text=said, findings=(), withheld=True)
        findings = tuple(
            Finding(kind="github_pat", start=found.start(), end=found.end())
            for found in _SECRET.finditer(text)
        )
        return Redacted(text=_SECRET.sub("[github_pat]", text), findings=findings)

    def group_of(self, kind: str) -> str:
        del kind
        return "vcs"

    def told_apart(self, text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def redact_named(
        self, name: str, value: str, *, scope: str = "", sealed: str = ""
    ) -> Redacted:
        del name
        return self.redact(value, scope=scope, sealed=sealed)
