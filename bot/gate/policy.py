"""Whether a person may do something, as the policies say. Fails closed.

Cedar skips a policy that fails while it is evaluated, also a forbid. So an Allow
counts only when the request fitted the schema and nothing failed; everything else
is a no. Quorum, states and windows are the gate's business, not that of a policy.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cedarpy

from bot.domain.groups import GROUP_ORDER
from bot.domain.plan import canonical
from bot.gate.plan_facts import PlanFacts
from bot.gate.policy_question import Question, entities_of, need_of, request_of
from bot.gate.policy_reading import (
    NOTHING_PERMITS,
    POLICY_ERROR,
    SHIPPED,
    Rule,
    Schemas,
    joined,
    read_rules,
    read_schemas,
)
from bot.gate.waivers import NO_WAIVERS, Waivers, read_waivers

# What the binding and the spelling of a question can raise; all of it means no.
_FAILED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
SAID = MappingProxyType(
    {
        NOTHING_PERMITS: "no policy permits it",
        POLICY_ERROR: "the policies could not be evaluated, so nothing is allowed",
    }
)
"""What is said where no rule decided."""
_NOBODY_WAIVES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the policies say.

    Attributes:
        allowed: True only without any error.
        reasons: Ids of the policies that decided, sorted; ``nothing-permits`` when
            none did, ``policy-error`` when they could not be evaluated.
        because: Their texts for people, in the same order, without a full stop.
        errors: What failed, for the log and never for a channel.
        waivers: Ids of the waivers without which it would be a no, sorted.
        group_only: Only rules for the groups that the plan needs let them.
    """

    allowed: bool
    reasons: tuple[str, ...]
    because: tuple[str, ...]
    errors: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()
    group_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A group whose yes a plan needs, and the rule that says so."""

    group: str
    rule: str
    because: str


class Policy:
    """The policies in force, read and checked once."""

    def __init__(
        self, rules: Iterable[Rule], *, schema: Schemas, waivers: Waivers = NO_WAIVERS
    ) -> None:
        """Take rules that were checked; `load` is the usual way.

        Raises:
            BadSettings: Two rules have one id.
        """
        sorted_rules = joined(rules)
        self._rules = MappingProxyType({rule.id: rule for rule in sorted_rules})
        self._schema = schema
        self._who = _Set(one for one in sorted_rules if not one.needs)
        self._needs = _Set(one for one in sorted_rules if one.needs)
        self._waivers = waivers
        self._hash = _hash(sorted_rules, schema.needs_text, waivers.plain)

    @classmethod
    def load(cls, site: Path | None = None, *, shipped: Path = SHIPPED) -> "Policy":
        """Read the shipped policies and a site's with its waivers on top of them.

        A site adds permits and forbids; it cannot replace or remove a shipped one,
        and a shipped forbid wins over a site's permit.

        Args:
            site: Folder with the site's ``*.cedar`` files; None for no overlay.
            shipped: Folder with the schema and the policies that come with Tocsin.

        Raises:
            BadSettings: Names the file and the line of what cannot be used.
        """
        schema = read_schemas(shipped)
        rules = read_rules(shipped, schema, site=False)
        waivers = NO_WAIVERS
        if site is not None and site.resolve() != shipped.resolve():
            rules += read_rules(site, schema, site=True)
            waivers = read_waivers(site, {rule.id: rule for rule in rules})
        return cls(rules, schema=schema, waivers=waivers)

    @property
    def hash(self) -> str:
        """SHA-256 hex over schema, policies and waivers; comments do not count."""
        return self._hash

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Every policy by its id."""
        return self._rules

    @property
    def waivers(self) -> Waivers:
        """The waivers that a site has written, also those that are over."""
        return self._waivers

    def decide(
        self, question: Question, *, waived: Mapping[str, str] = _NOBODY_WAIVES
    ) -> Answer:
        """Say whether it is allowed, and which policies decided. Never raises.

        Args:
            waived: Ids of rules that a waiver lifts for this plan at this moment, to
                the id of the waiver. It permits nothing, and no rule of that id is an
                error.
        """
        answer = self._decided(question, frozenset())
        lifted = frozenset(answer.reasons)
        if answer.allowed or not lifted <= waived.keys():
            return answer
        again = self._decided(question, lifted)
        if not again.allowed:
            return again
        return replace(again, waivers=tuple(sorted({waived[one] for one in lifted})))

    def needs(
        self, plan: PlanFacts, *, named: Collection[str]
    ) -> tuple[Need, ...] | None:
        """Return whose yes a plan needs beside what its level asks; None on an error.

        Args:
            named: Groups that this installation has filled: a shipped rule asks for
                no other, a rule of the site for any.
        """
        try:
            rules = self._needed(plan)
        except _FAILED:
            return None
        if rules is None:
            return None
        asked = (one for one in rules if one.site or one.needs in named)
        needs = (
            Need(group=one.needs, rule=one.id, because=one.because) for one in asked
        )
        return tuple(sorted(needs, key=_in_order))

    def _needed(self, plan: PlanFacts) -> list[Rule] | None:
        request, entities = need_of(plan)
        found = self._needs.asked(request, entities, self._schema.needs)
        if _failed(found):
            return None
        names = found.diagnostics.id_annotations_by_reason
        return [self._rules[names[one]] for one in found.diagnostics.reasons]

    def _decided(self, question: Question, lifted: frozenset[str]) -> Answer:
        try:
            request, entities = request_of(question), entities_of(question)
            result = self._who.asked(
                request, entities, self._schema.plain, without=lifted
            )
            return self._answer(result)
        except _FAILED as error:
            return _refused(f"{type(error).__name__}: {error}")

    def _answer(self, result: cedarpy.AuthzResult) -> Answer:
        diagnostics = result.diagnostics
        if _failed(result):
            return _refused(*diagnostics.errors)
        names = diagnostics.id_annotations_by_reason
        reasons = tuple(sorted(names[reason] for reason in diagnostics.reasons))
        allowed = result.decision is cedarpy.Decision.Allow and bool(reasons)
        return Answer(
            allowed=allowed,
            reasons=reasons or (NOTHING_PERMITS,),
            because=tuple(self._rules[name].because for name in reasons)
            or (SAID[NOTHING_PERMITS],),
            group_only=allowed and all(self._rules[one].group_only for one in reasons),
        )


class _Set:
    """Rules as Cedar takes them, also without those that are lifted."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        # A site has few waivers, so few sets are made.
        self._without = cache(self._made)

    def asked(
        self,
        request: dict[str, Any],
        entities: str,
        schema: cedarpy.Schema,
        *,
        without: frozenset[str] = frozenset(),
    ) -> cedarpy.AuthzResult:
        """Ask all rules but some."""
        return cedarpy.is_authorized(request, self._without(without), entities, schema)

    def _made(self, lifted: frozenset[str]) -> cedarpy.PolicySet:
        texts = (rule.text for rule in self._rules if rule.id not in lifted)
        return cedarpy.PolicySet.from_str("\n".join(texts))


def _in_order(need: Need) -> tuple[int, str]:
    return GROUP_ORDER.index(need.group), need.rule


def _failed(result: cedarpy.AuthzResult) -> bool:
    undecided = result.decision is cedarpy.Decision.NoDecision
    return undecided or bool(result.diagnostics.errors)


def _refused(*errors: str) -> Answer:
    return Answer(
        allowed=False,
        reasons=(POLICY_ERROR,),
        because=(SAID[POLICY_ERROR],),
        errors=errors or ("Cedar gave no decision",),
    )


def _hash(rules: Iterable[Rule], schema: str, waivers: list[Any]) -> str:
    bodies = [rule.body for rule in rules]
    told = [schema, bodies, waivers] if waivers else [schema, bodies]
    return hashlib.sha256(b"policy/v1\0" + canonical(told)).hexdigest()
