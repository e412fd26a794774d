"""Text made to slow the redactor down: what it reads grows with the text, no faster.

Counted in bytes read and candidates looked at, never in seconds.
"""

import pytest

from bot.redact import Budget, Definition, Redactor
from bot.redact.engine import Engine
from bot.redact.rules import Rule
from bot.redact.views import MAX_GROWTH, Raw
from tests.redact.rows import joined, rows

# A vetoed value is read again from inside, if it is no longer than 256 bytes. So many
# times, on average, may one rule read a byte of text made of such values.
READ_AGAIN = 32
VETOED = "max_key=" * 31 + " "
FILLERS = ("", "=", " ", "a", "0", "=A1", '"', "\\", "%", "/", "-", ".", "\n", "\t=\t")
SIZES = (2_000, 4_000, 8_000)


def seeds(rule: Rule) -> set[str]:
    """What a text against this rule is made of: its hints, its own example, parts."""
    examples = [joined(r["parts"]) for r in rows("prefixes") if r["kind"] == rule.kind]
    starts = {one[: len(one) - 1] for one in examples} | {one[:12] for one in examples}
    return {*rule.hints[:3], *starts, VETOED, "key=", "a@a.", "1.1.1.1", "4111 ", "x: "}


def cost(engine: Engine, text: str) -> tuple[int, int]:
    """Bytes read and candidates looked at for one text."""
    spending = Budget(max_candidates=1 << 40, max_read_bytes=1 << 60).begin()
    engine.search(Raw(content=text.encode()), spending)
    return spending.read_bytes, spending.candidates


def alone(definition: Definition, rule: Rule) -> Engine:
    """An engine with this rule only."""
    one = Definition(
        version=1,
        owner="",
        digest="",
        rules=(rule,),
        shields=definition.shields,
        key_veto=definition.key_veto,
        value_veto=definition.value_veto,
    )
    return Engine(one)


@pytest.mark.slow
def test_no_rule_reads_a_byte_more_often_than_it_may(definition: Definition) -> None:
    greedy = []
    for number, rule in enumerate(r for r in definition.rules if not r.kept):
        engine = alone(definition, rule)
        for seed in sorted(seeds(rule)):
            filler = FILLERS[(number + len(seed)) % len(FILLERS)]
            for size in SIZES:
                text = ((seed + filler) * size)[:size]
                read, candidates = cost(engine, text)
                if read > READ_AGAIN * size or candidates > size:
                    greedy.append((rule.kind, seed, filler, size, read, candidates))
    assert greedy == []


@pytest.mark.slow
@pytest.mark.parametrize("filler", FILLERS)
def test_all_rules_together_read_twice_as_much_of_twice_the_text(
    definition: Definition, redactor: Redactor, filler: str
) -> None:
    engine = redactor._engine
    hints = sorted({hint for rule in definition.rules for hint in rule.hints})
    grown = []
    for hint in hints[:: max(1, len(hints) // 60)]:
        short, long = (((hint + filler) * size)[:size] for size in (8_192, 16_384))
        before, after = cost(engine, short), cost(engine, long)
        if after[0] > 2.5 * before[0] + 65_536 or after[1] > 2.5 * before[1] + 64:
            grown.append((hint, before, after))
    assert grown == []


def test_the_readings_of_a_text_do_not_outgrow_it() -> None:
    from bot.redact.views import views

    text = ("%25" * 400 + '\\\\"' * 400 + "&amp;" * 400).encode()
    assert sum(len(v.content) for v in views(text)) <= MAX_GROWTH * len(text)


def test_a_text_that_costs_too_much_is_withheld(definition: Definition) -> None:
    key = "gh" + "p_" + "aB3dE6gH9" * 4
    for budget in (Budget(max_candidates=0), Budget(max_read_bytes=8)):
        assert Redactor(definition, key=b"k", budget=budget).redact(key).withheld


def test_a_text_that_takes_too_long_is_withheld_and_leads_to_the_original(
    definition: Definition,
) -> None:
    key = "gh" + "p_" + "aB3dE6gH9" * 4
    hours = iter(range(100))
    budget = Budget(seconds=0.5, clock=lambda: float(next(hours)))
    found = Redactor(definition, key=b"k", budget=budget).redact(
        key, sealed="see SHR-1"
    )
    assert found.withheld
    assert found.text == "\u2039withheld: could not be checked\u203a see SHR-1"


def test_within_its_time_a_text_is_redacted(definition: Definition) -> None:
    budget = Budget(seconds=0.5, clock=lambda: 0.0)
    redactor = Redactor(definition, key=b"k", budget=budget)
    assert redactor.redact("gh" + "p_" + "aB3dE6gH9" * 4).counts() == {"github_pat": 1}
