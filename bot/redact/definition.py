"""The one definition of sensitive data: rules, shields, vetoes, version and owner.

It is read from `rules.yaml`, over which a site may lay a file of its own. The digest
goes into the audit, so that anybody can say which definition was in force. What one
row means is in `rules`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources

from bot.domain.errors import BadSettings
from bot.domain.plain_yaml import NotPlain, loaded, read_shipped
from bot.redact.patterns import PatternError, compiled
from bot.redact.rules import Rule, Shield, read_rule, read_shield

_OVERLAY_FIELDS = frozenset(
    ("rules", "shields", "keep", "remove", "known_names", "version", "owner")
)
# A reason is a sentence, not a mark that one was asked for.
_SHORTEST_REASON = 10
# A pattern that matches nothing, for a definition without vetoes.
_NEVER = r"[^\x00-\xff]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What counts as sensitive, in one version, with one owner.

    Attributes:
        version: Number of the shipped file.
        owner: Who answers for it.
        digest: SHA-256, hexadecimal, of the canonical rule data with the overlay.
        rules: In order of trust: of two overlapping matches the earlier names it.
        shields: What must stay readable.
        key_veto: Names (in snake_case) whose values are not secrets.
        value_veto: Values that are not secrets: placeholders, references, types.
        known_names: Names of people that are taken out wherever they stand.
        kept_because: Kinds that the site leaves in the text, and its reasons.
    """

    version: int
    owner: str
    digest: str
    rules: tuple[Rule, ...]
    shields: tuple[Shield, ...]
    key_veto: str
    value_veto: str
    known_names: tuple[str, ...] = ()
    kept_because: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(
        cls, text: str, overlay: str | None = None, *, proven: bool = False
    ) -> "Definition":
        """Read a definition and, if given, a site's overlay.

        Args:
            text: YAML as in `rules.yaml`.
            proven: `text`, not the overlay, ships with us: it is YAML within bounds,
                and its patterns are known to compile.
            overlay: YAML with any of `rules`, `shields` (added), `keep` (kinds that
                stay in the text, each with a reason), `remove` (kept kinds that are
                taken out), `known_names` (of people) and `owner`.

        Raises:
            BadSettings: A file is not YAML, or a rule cannot be used; the message
                names the rule.
        """
        shipped = _load(text, "the shipped rules", read_shipped if proven else loaded)
        site = _load(overlay, "the overlay") if overlay else {}
        unknown = sorted(set(site) - _OVERLAY_FIELDS)
        if unknown:
            raise _bad("the overlay", f"it has the unknown field {unknown[0]!a}")
        fragments = _fragments(shipped)
        # A site's rules come first: they are the more specific ones.
        own = [read_rule(row, fragments) for row in _rows(site, "rules")]
        others = [
            read_rule(row, fragments, proven=proven) for row in _rows(shipped, "rules")
        ]
        rules = _settled([*own, *others], site)
        shields = [*_rows(site, "shields"), *_rows(shipped, "shields")]
        return cls(
            version=_number(shipped),
            owner=str(site.get("owner", shipped.get("owner", ""))),
            digest=_digest(shipped, site),
            rules=rules,
            shields=tuple(read_shield(row, fragments) for row in shields),
            key_veto=_alternatives(shipped, "key_veto"),
            value_veto=_alternatives(shipped, "value_veto"),
            known_names=_known_names(site),
            kept_because=_reasons(site),
        )

    def kinds(self) -> tuple[str, ...]:
        """Every kind that is taken out, each once, in order of the rules."""
        return tuple(dict.fromkeys(r.kind for r in self.rules if not r.kept))


@lru_cache(maxsize=16)
def load_definition(overlay: str | None = None) -> Definition:
    """Read the shipped definition, with a site's overlay if there is one.

    The shipped file cannot change under a running program: it is read once.

    Raises:
        BadSettings: As `Definition.parse`.
    """
    shipped = resources.files("bot.redact").joinpath("rules.yaml")
    text = shipped.read_text(encoding="utf-8")
    # A test compiles every pattern of it.
    return Definition.parse(text, overlay, proven=True)


def _settled(rules: Iterable[Rule], site: Mapping[str, object]) -> tuple[Rule, ...]:
    """Apply a site's `keep` and `remove` to the rules of those kinds."""
    rules = tuple(rules)
    keep, remove = set(_reasons(site)), _names(site, "remove")
    missing = sorted((keep | remove) - {rule.kind for rule in rules})
    if missing or keep & remove:
        name = (missing or sorted(keep & remove))[0]
        raise _bad("the overlay", f"{name!a} is no kind, or is both kept and removed")
    return tuple(
        replace(rule, kept=(rule.kept or rule.kind in keep) and rule.kind not in remove)
        for rule in rules
    )


def _load(
    text: str, name: str, read: Callable[[str], object] = loaded
) -> Mapping[str, object]:
    try:
        found = read(text)
    except NotPlain as error:
        raise _bad(name, str(error)) from error
    if not isinstance(found, Mapping):
        raise _bad(name, "it is not a mapping")
    return found


def _rows(source: Mapping[str, object], name: str) -> list[object]:
    rows = source.get(name, [])
    if not isinstance(rows, list):
        raise _bad(name, "it is not a list")
    return rows


def _names(source: Mapping[str, object], name: str) -> set[str]:
    return {str(row) for row in _rows(source, name)}


def _reasons(site: Mapping[str, object]) -> Mapping[str, str]:
    """Which kinds the site keeps, and why: nobody leaves a hole without a reason."""
    kept = site.get("keep", {})
    if not isinstance(kept, Mapping):
        raise _bad("the overlay's keep", "each kind needs its reason, as `kind: why`")
    reasons = {str(kind): " ".join(str(why).split()) for kind, why in kept.items()}
    bare = sorted(k for k, why in reasons.items() if len(why) < _SHORTEST_REASON)
    if bare:
        raise _bad("the overlay's keep", f"{bare[0]!a} is kept without a reason")
    return reasons


def _known_names(site: Mapping[str, object]) -> tuple[str, ...]:
    names = _rows(site, "known_names")
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise _bad("the overlay's known_names", "each of them is a name in quotes")
    return tuple(map(str, names))


def _fragments(source: Mapping[str, object]) -> Mapping[str, str]:
    fragments = source.get("fragments", {})
    if not isinstance(fragments, Mapping):
        raise _bad("fragments", "it is not a mapping")
    return {str(name): str(pattern) for name, pattern in fragments.items()}


def _number(source: Mapping[str, object]) -> int:
    version = source.get("version")
    if not isinstance(version, int):
        raise _bad("the shipped rules", "there is no version number")
    return version


def _alternatives(source: Mapping[str, object], name: str) -> str:
    rows = [str(row) for row in _rows(source, name)]
    pattern = "|".join(f"(?:{row})" for row in rows) if rows else _NEVER
    try:
        compiled(pattern)
    except PatternError as error:
        raise _bad(name, "RE2 does not accept one of its patterns") from error
    return pattern


def _digest(shipped: Mapping[str, object], site: Mapping[str, object]) -> str:
    canonical = json.dumps(
        {"shipped": shipped, "site": site}, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _bad(what: str, because: str) -> BadSettings:
    return BadSettings(
        f"The definition of sensitive data was not loaded: {what} cannot be used",
        because=because,
        next_move="Correct it as docs/guides/add-a-redaction-rule.md shows.",
    )
