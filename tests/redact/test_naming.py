"""What was masked, in people's words."""

import pytest

from bot.redact import kind_words, load_definition, masked_in, masked_words, told


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, ""),
        (
            {"email": 1, "aws_access_key_id": 2},
            "2 AWS access keys, 1 e-mail address",
        ),
        ({"openai_project": 1}, "1 OpenAI project key"),
        ({"url_userinfo": 2}, "2 passwords in addresses"),
        ({"es_nif": 1}, "1 Spanish NIF number"),
        ({"github_oauth": 2}, "2 GitHub OAuth tokens"),
        ({"withheld": 1}, "1 text withheld unchecked"),
        ({"badge_number": 3}, "3 badge numbers"),
        (
            {"email": 9, "iban": 8, "phone": 7, "person": 6, "jwt": 5, "secret": 4},
            "9 e-mail addresses, 8 IBANs, 7 phone numbers, 6 names of people, 9 more",
        ),
    ],
)
def test_counts_are_said_the_most_frequent_first(
    counts: dict[str, int], words: str
) -> None:
    assert told(counts) == words


def test_kinds_that_read_the_same_are_counted_together() -> None:
    assert told({"us_aba_routing": 1, "aba_routing": 2}) == "3 bank routing numbers"


def test_no_shipped_kind_is_said_as_it_is_stored() -> None:
    kinds = load_definition().kinds()
    assert not [kind for kind in kinds if "_" in kind and kind_words(kind) == kind]
    assert not [k for k in kinds if kind_words(k) == kind_words(k, 2)]


def held(inside: str) -> str:
    return f"\u2039{inside}\u203a"


def test_placeholders_in_a_text_are_counted_by_kind() -> None:
    two = f"{held('email:ab12')}, {held('email:cd34')} {held('not one')}"
    iban, whole = held("iban:0000"), held("withheld: too large to check")
    assert masked_in([two, iban, whole]) == {"email": 2, "iban": 1, "withheld": 1}
    assert masked_words(iban) == "masked: 1 IBAN"
    assert masked_words("nothing") == ""
