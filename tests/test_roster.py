"""Whose names are known: told from outside, kept in memory, said in numbers only."""

import json

from bot.domain.known_people import Person
from bot.domain.registry import Registry, System
from bot.roster import Roster, ordinary_words
from tests.core import rulings
from tests.spec import NOON

DANA = Person(names=("Dana Ruiz",), parts=("Dana", "Ruiz"), handles=("dana",))


def registry(*owners: str) -> Registry:
    systems = [System(id=f"s{n}", title="", owner=one) for n, one in enumerate(owners)]
    return Registry(systems=tuple(systems))


def test_owners_count_that_are_written_as_names() -> None:
    owners = (
        "Olu Adeyemi",
        "U0LEAD",
        "S0APPROVERS",
        "Payments Team",
        "ml platform",
        "",
    )
    roster = Roster(registry(*owners))
    assert roster.known.whole == {"olu adeyemi", "adeyemi, olu"}
    assert roster.told.registry == 1


def test_people_who_were_learned_take_the_place_of_those_before() -> None:
    roster = Roster(registry("Olu Adeyemi"))
    roster.learn([DANA], at=NOON)
    first = roster.edition
    roster.learn([Person(names=("Ida Moe",))], at=NOON)
    assert roster.known.whole >= {"ida moe", "olu adeyemi"}
    assert "dana ruiz" not in roster.known.whole
    assert roster.edition != first


def test_the_same_people_again_change_nothing() -> None:
    roster = Roster(registry())
    roster.learn([DANA], at=NOON)
    before, edition = roster.known, roster.edition
    roster.learn([DANA], at=NOON)
    assert roster.known is before
    assert roster.edition == edition


def test_who_was_known_still_is_when_nobody_answers() -> None:
    roster = Roster(registry())
    roster.learn([DANA], at=NOON)
    roster.failed("missing_scope")
    assert "dana ruiz" in roster.known.whole
    assert roster.told.problem == "missing_scope"
    assert roster.told.learned_at == NOON


def test_what_is_said_of_it_names_nobody() -> None:
    roster = Roster(registry("Olu Adeyemi"))
    roster.learn([DANA], at=NOON)
    told = json.dumps(dict(roster.numbers()))
    assert '"workspace": 1' in told
    assert '"registry": 1' in told
    assert not any(one in told.lower() for one in ("dana", "ruiz", "olu", "adeyemi"))


def test_a_redactor_takes_the_names_out_that_are_known_then() -> None:
    roster, redactor = Roster(registry()), rulings().redactor
    assert roster.masking(redactor) is redactor
    roster.learn([DANA], at=NOON)
    made = roster.masking(redactor)
    assert "Dana" not in made.redact("Dana Ruiz saw it").text
    assert roster.masking(redactor) is made
    assert "Dana Ruiz" in redactor.redact("Dana Ruiz saw it").text


def test_words_of_our_own_rules_and_runbooks_are_no_names() -> None:
    assert {"page", "will", "grafana", "claude", "latency"} <= ordinary_words()
    assert "dana" not in ordinary_words()
