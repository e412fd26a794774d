"""Where names that were learned stand in a text, and where they do not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.known_people import Person, known_people
from bot.redact import Redactor
from bot.redact.known import KnownNames
from tests.searching import examples

ORDINARY = frozenset({"page", "will", "support", "team", "data"})
PEOPLE = known_people(
    [
        Person(
            names=("Dana Ruiz",),
            parts=("Dana", "Ruiz"),
            handles=("dana.ruiz", "dana", "on_call7"),
        ),
        Person(names=("Jean-Luc O'Neil",)),
        Person(names=("Zo\u00eb M\u00fcller",)),
        Person(names=("\u7530\u4e2d\u592a\u90ce",)),
        Person(names=("Page Novak", "Support Team"), parts=("Page", "Will")),
    ],
    ordinary=ORDINARY,
)


@pytest.fixture(scope="module")
def knowing(redactor: Redactor) -> Redactor:
    return redactor.knowing(people=PEOPLE)


def found(redactor: Redactor, text: str) -> list[str]:
    return [text[one.start : one.end] for one in redactor.find(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("leaked by dana   RUIZ today", "dana   RUIZ"),
        ("Ruiz, Dana asked for it", "Ruiz, Dana"),
        ("(Dana\u00a0Ruiz)", "Dana\u00a0Ruiz"),
        ("jean-luc o\u2019neil", "jean-luc o\u2019neil"),
        ("ZOE MULLER", "ZOE MULLER"),
        ("Zoe\u0308 Mu\u0308ller", "Zoe\u0308 Mu\u0308ller"),
        (
            "\u62c5\u5f53\u306f\u7530\u4e2d\u592a\u90ce\u3055\u3093",
            "\u7530\u4e2d\u592a\u90ce",
        ),
        ("told Page Novak", "Page Novak"),
        ("it was asked by Dana.", "Dana"),
        ("Dana\u2019s laptop", "Dana"),
        ("Ruiz reported it", "Ruiz"),
        ('{"owner": "Dana"}', "Dana"),
        ("cc @dana and", "dana"),
        ("cc @dana.ruiz.", "dana.ruiz"),
        ("@On_Call7", "On_Call7"),
        ("name\\nDana\\u0020Ruiz", "Dana\\u0020Ruiz"),
        ("q=Dana%20Ruiz", "Dana%20Ruiz"),
    ],
)
def test_a_known_name_is_found(knowing: Redactor, text: str, name: str) -> None:
    assert found(knowing, text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Dana went home",
        "dana-ruiz-bucket",
        "arn:aws:iam::123456789012:user/dana.ruiz",
        "user dana_ruiz",
        "by Dana-prod",
        "from Dana:8080",
        "managed-by=Dana",
        "said page novak",
        "asked by Will",
        "Support Team said",
        "@page",
        "@dana/core",
        "bandana ruiz",
        "Dana, Ruiz",
        "",
    ],
)
def test_what_only_looks_like_one_stays(knowing: Redactor, text: str) -> None:
    assert found(knowing, text) == []


def test_a_name_in_a_field_that_speaks_of_people_is_found(knowing: Redactor) -> None:
    assert knowing.redact_named("owner", "Dana").findings
    assert not knowing.redact_named("pod", "Dana").findings


def test_others_are_known_from_then_on(knowing: Redactor) -> None:
    other = known_people([Person(names=("Ida Moe",))])
    later = knowing.knowing(people=other)
    assert found(later, "Ida Moe met Dana Ruiz") == ["Ida Moe"]
    assert found(knowing, "Ida Moe met Dana Ruiz") == ["Dana Ruiz"]


def test_thousands_of_names_are_found_like_one(redactor: Redactor) -> None:
    names = [
        f"Vor{a}{b} Nach{b}{a}" for a in "abcdefghij" * 3 for b in "klmnopqrst" * 3
    ]
    people = known_people([Person(names=(one,)) for one in names])
    many = redactor.knowing(people=people)
    assert found(many, "seen by vorck nachkc, not Vorck Nach") == ["vorck nachkc"]


def test_a_text_of_first_words_alone_is_read_in_the_budget(knowing: Redactor) -> None:
    assert not knowing.redact("dana " * 2_000).withheld


@settings(max_examples=examples(0.3), deadline=None)
@given(names=st.lists(st.text(), max_size=4), around=st.text())
def test_whatever_people_call_themselves_it_can_be_looked_for(
    names: list[str], around: str
) -> None:
    given_names = tuple(names)
    known = known_people(
        [Person(names=given_names, parts=given_names, handles=given_names)],
        ordinary=ORDINARY,
    )
    looked = KnownNames(people=known)
    content = f"{around} @{' '.join(names)}".encode("utf-8", "replace")
    for hit in looked.search(content):
        assert 0 <= hit.start < hit.end <= len(content)
    for name in sorted(known.whole):
        hits = list(looked.search(f"by {name.title()}, it is".encode()))
        assert hits or name != name.title().lower()


def test_the_family_of_a_kind_is_known(knowing: Redactor) -> None:
    assert knowing.group_of("known_name") == "pii"
    assert knowing.group_of("github_pat") == "vcs"
    assert knowing.group_of("withheld") == ""
