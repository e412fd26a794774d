"""Whether a person may do something, as the policies say. Fails closed.

Cedar skips a policy that fails while it is evaluated, also a forbid. So an Allow
counts only when the request fitted the schema and nothing failed; everything else
is a no. Quorum, states and windows are the gate's business, not that of a policy.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cedarpy

from bot.domain.plan import canonical
from bot.gate.policy_question import Question, entities_of, request_of
from bot.gate.policy_reading import (
    NOTHING_PERMITS,
    POLICY_ERROR,
    SHIPPED,
    Rule,
    joined,
    read_rules,
    read_schema,
)

# What the binding and the spelling of a question can raise; all of it means no.
_FAILED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
_SAID = MappingProxyType(
    {
        NOTHING_PERMITS: "no policy permits it",
        POLICY_ERROR: "the policies could not be evaluated, so nothing is allowed",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the policies say.

    Attributes:
        allowed: True only without any error.
        reasons: Ids of the policies that decided, sorted; ``nothing-permits`` when
            none did, ``policy-error`` when they could not be evaluated.
        because: Their texts for people, in the same order, without a full stop.
        errors: What failed, for the log and never for a channel.
    """

    allowed: bool
    reasons: tuple[str, ...]
    because: tuple[str, ...]
    errors: tuple[str, ...] = ()


class Policy:
    """The policies in force, read and checked once."""

    def __init__(self, rules: Iterable[Rule], *, schema: str) -> None:
        """Take rules that were checked; `load` is the usual way.

        Raises:
            BadSettings: Two rules have one id.
        """
        sorted_rules = joined(rules)
        self._rules = MappingProxyType({rule.id: rule for rule in sorted_rules})
        self._schema = cedarpy.Schema.from_str(schema)
        texts = "\n".join(rule.text for rule in sorted_rules)
        self._policies = cedarpy.PolicySet.from_str(texts)
        self._hash = _hash(sorted_rules, schema)

    @classmethod
    def load(cls, site: Path | None = None, *, shipped: Path = SHIPPED) -> "Policy":
        """Read the shipped policies and a site's on top of them.

        A site adds permits and forbids; it cannot replace or remove a shipped one,
        and a shipped forbid wins over a site's permit.

        Args:
            site: Folder with the site's ``*.cedar`` files; None for no overlay.
            shipped: Folder with the schema and the policies that come with Tocsin.

        Raises:
            BadSettings: Names the file and the line of what cannot be used.
        """
        text, schema = read_schema(shipped)
        rules = read_rules(shipped, schema, site=False)
        if site is not None and site.resolve() != shipped.resolve():
            rules += read_rules(site, schema, site=True)
        return cls(rules, schema=text)

    @property
    def hash(self) -> str:
        """SHA-256 hex over schema and policies; comments and layout do not count."""
        return self._hash

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Every policy by its id."""
        return self._rules

    def decide(self, question: Question) -> Answer:
        """Say whether it is allowed, and which policies decided. Never raises."""
        try:
            result = cedarpy.is_authorized(
                request_of(question),
                self._policies,
                entities_of(question),
                self._schema,
            )
            return self._answer(result)
        except _FAILED as error:
            return _refused(f"{type(error).__name__}: {error}")

    def _answer(self, result: cedarpy.AuthzResult) -> Answer:
        diagnostics = result.diagnostics
        if diagnostics.errors or result.decision is cedarpy.Decision.NoDecision:
            return _refused(*diagnostics.errors)
        names = diagnostics.id_annotations_by_reason
        reasons = tuple(sorted(names[reason] for reason in diagnostics.reasons))
        allowed = result.decision is cedarpy.Decision.Allow and bool(reasons)
        return Answer(
            allowed=allowed,
            reasons=reasons or (NOTHING_PERMITS,),
            because=tuple(self._rules[name].because for name in reasons)
            or (_SAID[NOTHING_PERMITS],),
        )


def _refused(*errors: str) -> Answer:
    return Answer(
        allowed=False,
        reasons=(POLICY_ERROR,),
        because=(_SAID[POLICY_ERROR],),
        errors=errors or ("Cedar gave no decision",),
    )


def _hash(rules: Iterable[Rule], schema: str) -> str:
    bodies = [rule.body for rule in rules]
    return hashlib.sha256(b"policy/v1\0" + canonical([schema, bodies])).hexdigest()
