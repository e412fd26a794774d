"""Cases of a site's rules are data, and a mistake in one is named."""

import pytest

from bot.domain.errors import BadSettings
from bot.rules import read_rulebook
from bot.rules.cases import Case, read_cases, remarks

SHIPPED = read_rulebook()
RULE = """
categories:
  - {id: site.rule, category: availability, weight: 9, reason: ours, any: [flux]}
"""
CASE = """
tests:
  - {name: the flux, text: flux is low, category: availability, rule: site.rule}
"""


def cases(overlay: str) -> tuple[Case, ...]:
    rulebook = read_rulebook(overlay)
    return read_cases(overlay, rulebook, name="site.yaml", sources=["webhook"])


def test_a_case_has_an_alert_and_what_must_come_out() -> None:
    (case,) = cases(RULE + CASE)
    assert case.text == "flux is low"
    assert case.expected == {"category": "availability", "rule": "site.rule"}


def test_a_payload_may_be_a_map_or_a_text() -> None:
    plain = "{name: n, payload: {a: [1]}, severity: SEV3}"
    text = "{name: m, payload: '{\"a\": [1]}', source: webhook, severity: SEV3}"
    first, second = cases(f"tests: [{plain}, {text}]")
    assert first.payload == second.payload == '{"a": [1]}'
    assert (first.source, second.source) == ("auto", "webhook")


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("{name: n, text: x, catgory: y}", "the nearest is 'category'"),
        ("{name: n, text: x, category: availabilty}", "nearest is 'availability'"),
        ("{name: n, text: x, severity: SEV7}", "is not known"),
        ("{name: n, text: x, outcome: stopped}", "is not known"),
        ("{name: n, text: x, rule: availability.gp}", "'availability.gpu'"),
        ("{name: n, payload: {}, source: webhok, rule: x}", "rule 'x' is not known"),
        ("{name: n, payload: {}, source: webhok, severity: SEV3}", "'webhook'"),
        ("{name: n, category: availability}", "either a text or a payload"),
        ("{name: n, text: x, payload: {}, severity: SEV3}", "either a text or a"),
        ("{name: n, text: x}", "it expects nothing"),
        ("{text: x, severity: SEV3}", "name must be a text"),
        ("{name: n, payload: {at: 2026-05-04}, severity: SEV3}", "that JSON has not"),
    ],
)
def test_a_mistake_in_a_case_is_named(case: str, says: str) -> None:
    with pytest.raises(BadSettings) as caught:
        cases(f"tests: [{case}]")
    assert says in str(caught.value)


def test_rules_without_a_case_are_remarked_on() -> None:
    assert "no case" in str(remarks(RULE, SHIPPED, name="site.yaml"))
    assert remarks(RULE + CASE, SHIPPED, name="site.yaml") == ()


def test_switching_off_what_is_not_there_is_remarked_on() -> None:
    off = "categories: [{id: availability.gpuu, disabled: true}]\n" + CASE
    assert "no such rule" in str(remarks(off, SHIPPED, name="site.yaml"))
