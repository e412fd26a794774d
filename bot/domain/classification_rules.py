"""What a rulebook is made of: categories, rules, moves and their conditions.

Values only; where they are read from is `bot/rules`, how they are applied is
`bot/domain/classification.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.domain.classification_fields import DecidingFields, Place
from bot.domain.classification_text import Lexicon
from bot.domain.envelope import Outcome, Status
from bot.domain.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTest:
    """A question to one field by its name.

    Attributes:
        names: Ends of paths without case and separators, ``("scopes",)`` or
            ``("severity", "label")``; the last is the field's own name.
        values: Any of these, folded; empty when any value will do.
        at_least: The field is a number and not smaller.
        at_most: The field is a number and not larger.
    """

    names: tuple[str, ...]
    values: frozenset[str] = frozenset()
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A condition; everything that is given must hold.

    Attributes:
        any: At least one of these terms.
        also: Of each group, at least one term, wherever it stands.
        unless: None of these terms.
        fields: Each must hold.
        any_field: At least one must hold.
        no_fields: None may hold.
        outcome: What became of it.
        status: What the sender says of the alert.
        sources: One of these integrations.
        masks: The redactor masked a value of one of these kinds in a field that has
            a say; ``*`` at the end of a kind stands for any ending, ``group:`` before
            a family for all of its kinds, ``!`` before either leaves it out.
        dumped: It masked at least two of these kinds, in whatever field: so much
            together is no key that somebody quotes.
        vendor: The sender's severity, folded, is one of these words.
        vendor_at_least: The sender's severity is a number and not smaller.
        needs_ai: Something in the alert speaks of an AI system.
        system_tier: The registered system has one of these risk tiers.
        system_stage: It has come as far as one of these stages.
        system_data: It holds data of one of these classes, folded; ``*`` at the end
            stands for any ending.
        system_tools: Its tools can do one of these.
        approved_change: It was changed within the window of an approved change.
    """

    any: tuple[str, ...] = ()
    also: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()
    fields: tuple[FieldTest, ...] = ()
    any_field: tuple[FieldTest, ...] = ()
    no_fields: tuple[FieldTest, ...] = ()
    outcome: Outcome | None = None
    status: Status | None = None
    sources: frozenset[str] = frozenset()
    masks: tuple[str, ...] = ()
    dumped: tuple[str, ...] = ()
    vendor: frozenset[str] = frozenset()
    vendor_at_least: float | None = None
    needs_ai: bool = False
    system_tier: frozenset[str] = frozenset()
    system_stage: frozenset[str] = frozenset()
    system_data: tuple[str, ...] = ()
    system_tools: frozenset[str] = frozenset()
    approved_change: bool = False

    @property
    def asks_registry(self) -> bool:
        """Tell whether it is about what the registry says, not about the alert."""
        asked = (self.system_tier, self.system_stage, self.system_data)
        return any(asked) or bool(self.system_tools) or self.approved_change

    @property
    def terms(self) -> Iterable[str]:
        """All terms the condition mentions."""
        return (
            *self.any,
            *(term for group in self.also for term in group),
            *self.unless,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One kind of incident.

    Attributes:
        start: Its severity before any reason moves it.
        owasp_llm: Ids of the OWASP Top 10 for LLM applications 2025.
        owasp_agentic: Ids of the OWASP Top 10 for agentic applications.
        atlas: Technique ids of MITRE ATLAS.
    """

    id: str
    title: str
    start: Severity
    owasp_llm: tuple[str, ...] = ()
    owasp_agentic: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRule:
    """Evidence for a category.

    Attributes:
        weight: 1 to 10; how much it says where it stands as a fact.
        facts_only: Words of the title do not count for it.
        only_worse: It is asked last, and decides only where that is worse than what
            the other rules say.
        severity: Where the severity starts instead of the category's own start.
        owasp: Ids that fit better than those of the category; empty for these.
        atlas: The same for MITRE ATLAS.
        origin: The file it was read from.
    """

    id: str
    category: str
    weight: int
    reason: str
    when: When
    facts_only: bool = False
    only_worse: bool = False
    severity: Severity | None = None
    owasp: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A reason that moves a severity.

    Attributes:
        steps: Positive is worse. A move that makes it milder believes only facts.
        categories: Which categories it is about; empty means all.
        group: Of one group only the strongest move counts.
        weak: Counts only where no other move does.
        trust: The least trustworthy place it still believes.
        origin: The file it was read from.
    """

    id: str
    steps: int
    reason: str
    when: When
    categories: frozenset[str] = frozenset()
    group: str = ""
    weak: bool = False
    trust: Place = Place.TITLE
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """Words or fields that say whether a control stopped it; the first counts."""

    id: str
    outcome: Outcome
    when: When
    trust: Place = Place.TITLE
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A public list of threats, in the edition that the taxonomy was written for.

    Attributes:
        ids: Every id of it; a rule that names another is refused.
    """

    id: str
    title: str
    edition: str
    ids: frozenset[str]


class Asked:
    """Which of many conditions can hold at all, found by the words of an alert.

    A condition that names words needs one of them, one about fields needs such a
    field, and one about some sources needs one of these: the others are not looked
    at, however many rules there are.
    """

    def __init__(self, conditions: Iterable[When]) -> None:
        self._by: dict[tuple[str, str], list[int]] = {}
        for place, when in enumerate(conditions):
            for sign in _signs(when):
                self._by.setdefault(sign, []).append(place)

    def of(
        self, terms: Iterable[str], names: Iterable[str], sources: Iterable[str]
    ) -> list[int]:
        """Return the places of the conditions to look at, in order.

        Args:
            terms: The words that were found.
            names: The fields there are, by their own names.
            sources: The sender's name and the integration.
        """
        places = set(self._by.get(_ALWAYS, ()))
        for kind, found in (("term", terms), ("field", names), ("source", sources)):
            for one in found:
                places.update(self._by.get((kind, one), ()))
        return sorted(places)


_ALWAYS = ("always", "")


def _signs(when: When) -> Iterable[tuple[str, str]]:
    """Return the signs without any of which a condition cannot hold."""
    if when.any:
        return {("term", term) for term in when.any}
    if when.fields:
        return {("field", when.fields[0].names[-1])}
    if when.any_field:
        return {("field", test.names[-1]) for test in when.any_field}
    if when.sources:
        return {("source", source) for source in when.sources}
    return (_ALWAYS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Everything that decides category and severity, as data.

    Attributes:
        categories: By id, in the order in which they win a tie.
        fields: Which fields have a say, and how much.
        ai_terms: Words that speak of an AI system.
        ops_terms: Words that speak of ordinary operations.
        markers: Raw lower-case pieces of chat templates and the like.
        frameworks: The lists of threats that ids may come from.
        digest: SHA-256 over the files it was read from, hex.
        lexicon: All terms of rules and word lists.
        instruction_lexicon: Terms of sentences plainly aimed at a model.
        lure_lexicon: These, and terms that such sentences often hold.
        asked_rules: Which rules can hold, by words and source.
        asked_moves: The same of moves.
    """

    categories: Mapping[str, Category]
    rules: tuple[CategoryRule, ...]
    moves: tuple[Move, ...]
    outcomes: tuple[OutcomeRule, ...]
    fields: DecidingFields
    ai_terms: tuple[str, ...]
    ops_terms: tuple[str, ...]
    markers: tuple[str, ...]
    frameworks: tuple[Framework, ...]
    digest: str
    lexicon: Lexicon = field(compare=False)
    instruction_lexicon: Lexicon = field(compare=False)
    lure_lexicon: Lexicon = field(compare=False)
    asked_rules: Asked = field(init=False, compare=False, repr=False)
    asked_moves: Asked = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Sort the conditions by the words that call for them."""
        rules = Asked(rule.when for rule in self.rules)
        moves = Asked(move.when for move in self.moves)
        object.__setattr__(self, "asked_rules", rules)
        object.__setattr__(self, "asked_moves", moves)

    @staticmethod
    def terms_of(conditions: Iterable[When], *words: Iterable[str]) -> tuple[str, ...]:
        """Return every term that conditions and word lists mention, once."""
        named = (term for when in conditions for term in when.terms)
        others = (term for group in words for term in group)
        return tuple(dict.fromkeys((*named, *others)))
