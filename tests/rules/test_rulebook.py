"""The shipped rules are whole, and a site's rules are checked word by word."""

import re
from importlib.resources import files

import pytest

from bot.domain.classification import assess
from bot.domain.envelope import Envelope
from bot.domain.errors import BadSettings
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.rules import read_rulebook
from bot.rules.cases import origins
from bot.triage import load_integrations

SHIPPED = read_rulebook()
RULE = """
categories:
  - id: site.rule
    category: availability
    weight: 9
    reason: ours
    any: [flux capacitor]
"""


def test_there_are_twenty_categories_with_a_start_each() -> None:
    assert len(SHIPPED.categories) == 20
    assert SHIPPED.categories["change_event"].start is Severity.INFO


def test_every_category_has_a_rule_or_is_a_default() -> None:
    ruled = {rule.category for rule in SHIPPED.rules}
    assert set(SHIPPED.categories) - ruled <= {"unclassified"}


def test_every_owasp_id_is_covered() -> None:
    categories = SHIPPED.categories.values()
    llm = {one for category in categories for one in category.owasp_llm}
    agentic = {one for category in categories for one in category.owasp_agentic}
    assert llm == {f"LLM{n:02d}" for n in range(1, 11)}
    assert agentic == {f"ASI{n:02d}" for n in range(1, 11)}


def test_ids_are_unique_and_reasons_are_words() -> None:
    rules = [(one.id, one.reason) for one in SHIPPED.rules]
    moves = [(one.id, one.reason) for one in SHIPPED.moves]
    entries = [*rules, *moves]
    assert len({one for one, _ in entries}) == len(entries)
    # A name keeps its capitals: "GitHub found a secret".
    firsts = [reason.split()[0] for _, reason in entries]
    assert [one for one in firsts if one.istitle()] == []


def test_no_file_of_ours_replaces_a_rule_of_another() -> None:
    shipped = files("bot.rules")
    inside = [
        *(shipped / name for name in ("words.yaml", "outcomes.yaml", "moves.yaml")),
        *(shipped / "kinds").iterdir(),
        *(shipped / "sources").iterdir(),
    ]
    texts = [one.read_text("utf-8") for one in inside if one.name.endswith(".yaml")]
    ids = [one for text in texts for one in re.findall(r"\{?id: ([a-z_]+\.\w+)", text)]
    assert len(ids) == len(set(ids)) == len(origins(SHIPPED))


def test_every_rule_knows_the_file_it_was_read_from() -> None:
    made = read_rulebook(RULE, overlay_name="site.yaml")
    found = origins(made)
    assert found["site.rule"] == "site.yaml"
    assert found["availability.gpu"] == "kinds/running.yaml"
    assert found["none.spend_tracked"] == "sources/litellm.yaml"


def test_the_lists_of_threats_are_of_the_editions_that_we_say() -> None:
    editions = {one.id: (one.edition, len(one.ids)) for one in SHIPPED.frameworks}
    assert editions == {
        "owasp_llm": ("2025", 10),
        "owasp_agentic": ("2026", 10),
        "atlas": ("5.6.0", 170),
    }


def test_a_rule_may_name_threats_that_fit_better_than_its_category() -> None:
    made = read_rulebook(RULE.replace("reason", "atlas: [AML.T0029]\n    reason"))
    envelope = Envelope(
        source="text", dedup_key="", title=Untrusted("flux capacitor empty")
    )
    assert assess(envelope, made).atlas == ("AML.T0029",)


def test_only_facts_may_say_that_nobody_needs_to_act() -> None:
    loose = [
        rule.id
        for rule in SHIPPED.rules
        if rule.category == "none" and rule.when.any and not rule.facts_only
    ]
    assert loose == []


def test_personal_data_in_a_text_is_not_a_leaked_credential() -> None:
    rule = next(one for one in SHIPPED.rules if one.id == "credential.masked")
    assert {"*", "!group:pii", "!group:site", "!withheld"} <= set(rule.when.masks)


def test_only_sources_that_there_are_have_a_title_that_counts() -> None:
    assert set(SHIPPED.fields.titles) <= set(load_integrations())
    assert not SHIPPED.fields.facts & SHIPPED.fields.things


def test_a_site_vouches_for_a_text_of_a_source_of_its_own() -> None:
    rules = read_rulebook("titles: [my-checks.text]")

    def found(source: str) -> str:
        texts = {"text": Untrusted("Hallucination rate doubled")}
        told = Envelope(
            source=source,
            reader="webhook",
            dedup_key="k",
            title=Untrusted("x"),
            texts=texts,
        )
        return assess(told, rules).category

    assert found("my-checks") == "misinformation"
    assert found("other") == "unclassified"


def test_a_place_that_has_no_say_is_refused() -> None:
    with pytest.raises(BadSettings, match="trust 'text' is not known"):
        read_rulebook("moves: [{id: m, steps: 1, reason: r, trust: text, any: [flux]}]")


def test_a_site_adds_a_rule() -> None:
    assert "site.rule" in {rule.id for rule in read_rulebook(RULE).rules}


def test_a_site_replaces_a_rule_by_its_id() -> None:
    made = read_rulebook(RULE.replace("site.rule", "availability.gpu"))
    (rule,) = [one for one in made.rules if one.id == "availability.gpu"]
    assert rule.reason == "ours"


def test_a_site_switches_a_rule_off() -> None:
    made = read_rulebook("categories: [{id: availability.gpu, disabled: true}]")
    assert "availability.gpu" not in {rule.id for rule in made.rules}


def test_a_site_moves_the_start_of_a_category() -> None:
    made = read_rulebook("start: {drift_bias: SEV2}")
    assert made.categories["drift_bias"].start is Severity.SEV2


def test_the_digest_covers_the_overlay() -> None:
    assert SHIPPED.digest == read_rulebook("  ").digest != read_rulebook(RULE).digest


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        ("categries: []", "the nearest is 'categories'"),
        (RULE.replace("weight", "wieght"), "site.rule: there is no key 'wieght'; the"),
        (RULE.replace("availability", "availabilty"), "the nearest is 'availability'"),
        (RULE.replace("weight: 9", "weight: 11"), "a whole number from 1 to 10"),
        (RULE.replace("any: [flux capacitor]", ""), "says nothing about when"),
        (RULE.replace("flux capacitor", "Flux_Capacitor"), "can never match"),
        (RULE.replace("flux capacitor", "/(/"), "not a valid expression"),
        (RULE.replace("flux capacitor", "~ x"), "begins and ends with a word"),
        (RULE.replace("[flux capacitor]", "flux"), "any must be a list"),
        ("start: {drift: SEV2}", "the nearest is 'drift_bias'"),
        ("start: {drift_bias: SEV9}", "is not known"),
        ("categories: {a: 1}", "categories must be a list"),
        ("moves: [{id: m, steps: 9, reason: r, any: [x]}]", "from -4 to 4"),
        ("outcomes: [{id: o, is: maybe, any: [x]}]", "is 'maybe' is not known"),
        (RULE + RULE.replace("categories:", ""), "site.rule' stands there twice"),
        (RULE.replace("any", "owasp: [LLM11]\n    any"), "is not in OWASP Top 10 for"),
        (RULE.replace("any", "atlas: [T0051]\n    any"), "not in MITRE ATLAS 5.6.0"),
        ("moves: [{id: m, steps: 1, reason: r, system_tier: [hi]}]", "nearest"),
        ("moves: [{id: m, steps: 1, reason: r, system_tools: [writ]}]", "'write'"),
        ("a: " + "[" * 100_000, "deeper than 40 levels, in line 1"),
        ("- a", "must be a map"),
        ("a: [", "it is not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_rule_and_the_nearest_key(
    overlay: str, says: str
) -> None:
    with pytest.raises(BadSettings) as caught:
        read_rulebook(overlay, overlay_name="rules/site.yaml")
    assert says in str(caught.value)
