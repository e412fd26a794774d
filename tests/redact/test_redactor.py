"""Placeholders, idempotence, values, and failing closed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import Definition, Redactor, Withheld
from bot.redact.budget import MAX_BYTES, MAX_CANDIDATES
from bot.redact.engine import Engine
from tests.redact.rows import joined, rows

KEY = "gh" + "p_" + "aB3dE6gH9" * 4
OTHER = "gh" + "p_" + "zY8xW7vU6" * 4
PIECES = [
    KEY,
    "password=" + "hunter22",
    "a.b@mail.example.org",
    "93.184.216.34",
    "4111 1111 1111 1111",
    "Authorization: Bearer " + "aB3" * 9,
    *(joined(row["parts"]) for row in list(rows("prefixes"))[::9]),
]


def test_a_value_has_the_same_placeholder_within_a_scope(redactor: Redactor) -> None:
    text = redactor.redact(f"{KEY} then {KEY} not {OTHER}", scope="INC-1").text
    first, second, third = (w for w in text.split() if w.startswith("\u2039"))
    assert first == second
    assert first != third


def test_a_value_has_another_placeholder_in_another_scope(redactor: Redactor) -> None:
    one, two = redactor.redact(KEY, scope="INC-1"), redactor.redact(KEY, scope="INC-2")
    assert one.text != two.text


def test_a_value_has_the_same_placeholder_however_it_is_written(
    redactor: Redactor,
) -> None:
    plain = redactor.redact(f"x {KEY} y").text.split()[1]
    escaped = redactor.redact(f'{{"log": "\\"{KEY}\\""}}').text
    assert plain in escaped


def test_another_key_of_the_installation_gives_other_placeholders(
    definition: Definition, redactor: Redactor
) -> None:
    other = Redactor(definition, key=b"another installation")
    assert other.redact(KEY).text != redactor.redact(KEY).text


def test_a_placeholder_names_the_kind_and_four_digits(redactor: Redactor) -> None:
    text = redactor.redact(KEY).text
    assert text.startswith("\u2039github_pat:")
    assert len(text) == len("\u2039github_pat:0000\u203a")


@given(
    parts=st.lists(
        st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), min_size=1, max_size=6
    ),
    joiner=st.sampled_from([" ", "\n", ", ", '"', "; "]),
)
def test_redacting_twice_changes_nothing(
    redactor: Redactor, parts: list[str], joiner: str
) -> None:
    once = redactor.redact(joiner.join(parts)).text
    assert redactor.redact(once).text == once


@given(text=st.text(max_size=200))
def test_findings_are_ordered_apart_and_inside_the_text(
    redactor: Redactor, text: str
) -> None:
    at = 0
    for finding in redactor.find(text):
        assert at <= finding.start < finding.end <= len(text)
        at = finding.end


def test_counts_say_how_many_of_each_kind(redactor: Redactor) -> None:
    counts = redactor.redact(f"{KEY} {OTHER} a.b@mail.example.org").counts()
    assert counts == {"email": 1, "github_pat": 2}


def test_a_text_over_the_limit_is_withheld_whole(redactor: Redactor) -> None:
    result = redactor.redact("a" * MAX_BYTES + KEY)
    assert result.withheld
    assert result.text == "\u2039withheld: too large to check\u203a"
    assert result.findings == ()


def test_a_text_at_the_limit_is_checked(redactor: Redactor) -> None:
    text = "a " * (MAX_BYTES // 2)
    assert redactor.redact(text).text == text


def test_the_limit_counts_bytes_not_characters(redactor: Redactor) -> None:
    assert redactor.redact("\u00e9" * (MAX_BYTES // 2 + 1)).withheld


def test_a_text_with_too_many_candidates_is_withheld(redactor: Redactor) -> None:
    text = "8.8.8.8 " * (MAX_CANDIDATES + 1)
    assert redactor.redact(text).text == "\u2039withheld: could not be checked\u203a"


def test_finding_in_a_text_over_the_limit_is_refused_without_quoting_it(
    redactor: Redactor,
) -> None:
    with pytest.raises(Withheld) as caught:
        redactor.find(KEY * (MAX_BYTES // len(KEY) + 1))
    assert KEY not in str(caught.value)


def test_a_failing_engine_withholds_and_says_nothing_of_the_text(
    definition: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(KEY)

    redactor = Redactor(definition, key=b"k")
    monkeypatch.setattr(Engine, "search", fail)
    assert redactor.redact(KEY).withheld
    assert redactor.redact_named("password", KEY).withheld
    with pytest.raises(Withheld) as caught:
        redactor.find(KEY)
    assert KEY not in f"{caught.value} {caught.value.__cause__}"


def test_known_names_are_taken_out_as_whole_words_in_any_case(
    definition: Definition,
) -> None:
    redactor = Redactor(definition, key=b"k", known_names=["Dana Ruiz", "\u00c9lo Bo"])
    text = redactor.redact("DANA  ruiz and \u00e9LO bo, not Danaruiz or Elo").text
    assert text.count("\u2039known_name:") == 2
    assert text.endswith("not Danaruiz or Elo")


def test_values_are_walked_and_names_give_context(redactor: Redactor) -> None:
    value, findings = redactor.redact_value(
        {
            "password": 'quote"and\\slash',
            "max_tokens": "1234567890123",
            "note": [f"see {KEY}", 7, None, True],
            "a.b@mail.example.org": 1,
            "env": [{"name": "RAG_TOKEN", "value": "abcd-1234-xyz"}],
        }
    )
    assert isinstance(value, dict)
    assert str(value["password"]).startswith("\u2039password:")
    assert value["max_tokens"] == "1234567890123"
    assert value["note"][1:] == [7, None, True]
    assert KEY not in str(value)
    assert "a.b@mail.example.org" not in value
    assert "abcd-1234-xyz" not in str(value)
    assert len(findings) == 4


def test_numbers_stay_numbers(redactor: Redactor) -> None:
    value = {"password": 123456, "card": 4111111111111111, "ratio": 0.5}
    assert redactor.redact_value(value) == (value, ())


def test_ids_under_their_names_stay(redactor: Redactor) -> None:
    value = {"requestId": "4L2QMyTm6Rr0o46ytGiReoG1", "id": "4000000012345"}
    assert redactor.redact_value(value) == (value, ())


def test_values_nested_too_deep_are_withheld(redactor: Redactor) -> None:
    value: object = KEY
    for _ in range(150):
        value = [value]
    walked, _ = redactor.redact_value(value)
    assert KEY not in str(walked)
    assert "withheld" in str(walked)


def test_a_redacted_value_stays_as_it_is(redactor: Redactor) -> None:
    value = {"password": "hunter22", "mail": "a.b@mail.example.org"}
    once, _ = redactor.redact_value(value)
    assert redactor.redact_value(once)[0] == once
