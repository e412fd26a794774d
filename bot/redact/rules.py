"""One rule, one shield: what a row of the rule file means.

Reading the file as a whole, overlays and the digest are in `definition`; applying
the rules is in `engine`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bot.domain.errors import BadSettings
from bot.redact.checks import CHECKS
from bot.redact.patterns import PatternError, compiled, literal

KIND = r"[a-z][a-z0-9_]{0,63}"
# Between a product's name and its key on one line: a variable name's rest, an
# operator, quotes, a few words.
_ON_LINE = r"[A-Za-z0-9_ \t.:=>,'\"\x60()\[\]-]{0,40}?[ \t:=>,'\"\x60(\[-]"
# Further away, over lines and tags, only through words that tell of a credential.
_MARKS = r"(?:[\s:=>,'\"\x60()\[\]{}|<@#;+\\-]|</[A-Za-z0-9_.:-]+>)+"
_TELLING = (
    r"(?:[A-Za-z0-9_.-]*(?:key|token|secret|auth|pass|cred|pwd|bearer|api)"
    r"[A-Za-z0-9_.-]*|(?:client|app|key|account|user)[_-]?id|app|client|consumer|account|user"
    r"|private|public|personal|service|value|val|default|test|prod|production|live"
    r"|sandbox|staging|dev|the|my|our|your|this|use|using|with|is|was|for|to|new|old"
    r"|login|info|debug|header|headers|set|const|let|var|string|env|name|scope|global"
    r"|in|of|and|data|config|x)"
)
_THROUGH_WORDS = rf"[A-Za-z0-9_.-]*(?:{_MARKS}{_TELLING}){{0,6}}{_MARKS}"
_END = r"(?:[^A-Za-z0-9_-]|$)"
_FIELDS = frozenset(
    ("kind", "group", "pattern", "gate", "hints", "check", "strength", "scope", "kept")
)
_NEAR_FIELDS = frozenset(
    ("kind", "group", "near", "shape", "check", "strength", "telling")
)
_SHIELD_FIELDS = frozenset(("name", "pattern", "vetoes", "scope"))

_Choice = TypeVar("_Choice", bound=StrEnum)


class Strength(StrEnum):
    """How sure a match is, and so what may veto it."""

    PREFIX = "prefix"
    """The format speaks for itself. Nothing vetoes it."""
    CONTEXT = "context"
    """The words around it speak for it. Vetoed by names, values and hard shields."""
    GENERIC = "generic"
    """Only its shape speaks for it. Every shield vetoes it."""


class Scope(StrEnum):
    """How far one match may reach."""

    LINE = "line"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of sensitive thing and one way it is written.

    Attributes:
        kind: Name in placeholders and counts.
        group: Family the kind belongs to, for counting: ai_provider, pii and so on.
        pattern: RE2. The first capturing group that took part is the secret (the
            group `key` aside); without groups it is the whole match.
        hints: Literals of which each match contains one. None: the pattern itself
            is looked for in every text, so it should be cheap.
        gate: RE2 that matches wherever the pattern does, instead of hints: for words
            so common that more has to stand beside them before the rule is asked.
        checks: Names from `checks`; all must pass.
        strength: What may veto a match.
        scope: Whether a match may cross lines.
        kept: True when matches of this kind stay in the text unless the site says
            otherwise.
    """

    kind: str
    group: str
    pattern: str
    gate: str = ""
    hints: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    strength: Strength = Strength.PREFIX
    scope: Scope = Scope.LINE
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shield:
    """Something that looks like a secret and must stay readable.

    Attributes:
        name: What it protects.
        pattern: RE2. The first capturing group that took part is protected, without
            groups the whole match.
        hard: True when it also vetoes rules of strength context.
        scope: Whether a match may cross lines.
    """

    name: str
    pattern: str
    hard: bool
    scope: Scope = Scope.LINE


def read_rule(
    row: object, fragments: Mapping[str, str], *, proven: bool = False
) -> Rule:
    """Read one row of `rules`.

    Args:
        row: As in the file.
        fragments: What stands in patterns as `<<name>>`.
        proven: The patterns are known to compile, so that is left until they are
            used: compiling all of them takes longer than all the rest.

    Raises:
        BadSettings: The row has no kind, an unknown field, check or strength, or a
            pattern RE2 does not accept. The message names the kind, never a value.
    """
    fields = _mapping(row, "rule")
    kind = str(fields.get("kind", ""))
    if not compiled(KIND).fullmatch(kind.encode()):
        raise _bad(f"rule {kind[:64]!a}", "its kind is not lower_case letters")
    near = "near" in fields
    unknown = sorted(set(fields) - (_NEAR_FIELDS if near else _FIELDS))
    if unknown:
        raise _bad(f"rule {kind}", f"it has the unknown field {unknown[0]!a}")
    if near:
        fields = _written_out(fields)
    rule = Rule(
        kind=kind,
        group=str(fields.get("group", "site")),
        pattern=_filled(kind, fields.get("pattern"), fragments, proven=proven),
        gate=_filled(kind, fields["gate"], fragments, proven=proven)
        if "gate" in fields
        else "",
        hints=_texts(fields.get("hints", ())),
        checks=_texts(fields.get("check", ())),
        strength=_choice(Strength, kind, fields.get("strength", Strength.PREFIX)),
        scope=_choice(Scope, kind, fields.get("scope", Scope.LINE)),
        kept=fields.get("kept") is True,
    )
    missing = sorted(set(rule.checks) - set(CHECKS))
    if missing:
        raise _bad(f"rule {kind}", f"there is no check {missing[0]!a}")
    return rule


def read_shield(row: object, fragments: Mapping[str, str]) -> Shield:
    """Read one row of `shields`.

    Raises:
        BadSettings: As for a rule.
    """
    fields = _mapping(row, "shield")
    name = str(fields.get("name", ""))
    unknown = sorted(set(fields) - _SHIELD_FIELDS)
    if unknown or not name:
        raise _bad(f"shield {name!a}", f"it needs a name and knows no {unknown}")
    vetoes = _choice(Strength, name, fields.get("vetoes", Strength.GENERIC))
    return Shield(
        name=name,
        pattern=_filled(name, fields.get("pattern"), fragments),
        hard=vetoes is Strength.CONTEXT,
        scope=_choice(Scope, name, fields.get("scope", Scope.LINE)),
    )


def _written_out(fields: Mapping[str, object]) -> Mapping[str, object]:
    """Write a `near` row as a pattern: a product's name, then the key's shape."""
    words = _texts(fields["near"])
    either = "|".join(literal(word) for word in words)
    between = _THROUGH_WORDS
    if fields.get("telling") is not True:
        between = f"(?:{_ON_LINE}|{_THROUGH_WORDS})"
    shape = fields.get("shape", "")
    return {
        "kind": fields["kind"],
        "group": fields.get("group", "site"),
        "pattern": f"(?i)(?:{either}){between}((?-i:{shape})){_END}",
        "hints": words,
        "check": fields.get("check", ()),
        "strength": fields.get("strength", Strength.CONTEXT),
    }


def _filled(
    name: str, pattern: object, fragments: Mapping[str, str], *, proven: bool = False
) -> str:
    """Put fragments in for `<<name>>` and see that RE2 accepts the result."""
    if not isinstance(pattern, str) or not pattern:
        raise _bad(f"rule {name}", "it has no pattern")
    for fragment, meaning in fragments.items():
        pattern = pattern.replace(f"<<{fragment}>>", meaning)
    if proven:
        return pattern
    try:
        compiled(pattern)
    except PatternError as error:
        raise _bad(f"rule {name}", "RE2 does not accept its pattern") from error
    return pattern


def _choice(kind: type[_Choice], name: str, value: object) -> _Choice:
    try:
        return kind(str(value))
    except ValueError:
        known = ", ".join(kind)
        raise _bad(
            f"rule {name}", f"{kind.__name__.lower()} is one of {known}"
        ) from None


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(str(item) for item in value)
    return ()


def _mapping(row: object, name: str) -> Mapping[str, object]:
    if not isinstance(row, Mapping):
        raise _bad(f"one {name}", "it is not a mapping of fields")
    return row


def _bad(what: str, because: str) -> BadSettings:
    return BadSettings(
        f"The definition of sensitive data was not loaded: {what} cannot be used",
        because=because,
        next_move="Correct it as docs/guides/add-a-redaction-rule.md shows.",
    )
