"""Which names are looked for, and which of their words speak for themselves."""

import pytest

from bot.domain.known_people import (
    NOBODY,
    KnownPeople,
    Person,
    known_people,
    words_of,
)

ORDINARY = frozenset({"page", "support", "team", "will", "max"})


def known(*names: str, **more: tuple[str, ...]) -> KnownPeople:
    return known_people([Person(names=names, **more)], ordinary=ORDINARY)


def test_a_whole_name_is_known_first_name_first_and_last_name_first() -> None:
    assert known("Dana  Ruiz").whole == {"dana ruiz", "ruiz, dana"}


def test_a_name_is_known_with_its_accents_and_without() -> None:
    assert {"zo\u00eb m\u00fcller", "zoe muller"} <= known("Zo\u00eb M\u00fcller").whole


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Dana Ruiz (she/her)", "dana ruiz"),
        ("Dana Ruiz | Platform", "dana ruiz"),
        ("Dana Ruiz - away until May", "dana ruiz"),
        ("Jean-Luc O\u2019Neil", "jean-luc o'neil"),
        ("J. R. Novak", "j. r. novak"),
        ("", ""),
        ("\U0001f916", ""),
    ],
)
def test_what_people_write_behind_their_name_is_not_part_of_it(
    name: str, words: str
) -> None:
    assert "".join(part for pair in words_of(name) for part in pair) == words


@pytest.mark.parametrize(
    "name",
    ["Dana", "Support Team", "Will Page", "J R", "7 of 9", "a b" * 50, "\ud800 x"],
)
def test_one_word_or_ordinary_words_are_no_whole_name(name: str) -> None:
    assert known(name) == NOBODY


def test_a_name_that_begins_with_an_ordinary_word_begins_with_a_capital() -> None:
    assert known("Max Novak").capital == {"max"}
    assert known("Dana Page").capital == {"page"}


def test_a_single_word_counts_unless_it_is_short_small_or_ordinary() -> None:
    parts = ("Dana", "Will", "Al", "olu", "R2", "O'Neil")
    assert known(parts=parts).alone == {"Dana"}


def test_a_handle_counts_unless_it_is_an_ordinary_word() -> None:
    handles = ("olu", "dana.ruiz", "on_call7", "page", "will.page", "x", "two words")
    assert known(handles=handles).handles == {"olu", "dana.ruiz", "on_call7"}


def test_a_name_without_spaces_counts_in_a_script_without_spaces() -> None:
    assert known("\u7530\u4e2d\u592a\u90ce", "\u674e\u660e").unspaced == {
        "\u7530\u4e2d\u592a\u90ce"
    }
