"""What whoever holds the admin token may ask of the gate: to stop, never to start."""

from dataclasses import replace

import pytest

from bot.domain.action_facts import PolicyAnswer
from bot.domain.commands import Person, PersonKind
from bot.gate.admin_door import admin, answer, is_admin
from bot.gate.policy_question import Verb
from bot.ports.gate import Asker
from tests.spec import NOON

STOPS = {Verb.DENY, Verb.CANCEL, Verb.STOP_ALL, Verb.LIFT, Verb.RECONCILE}


def test_nobody_is_known_to_stand_behind_the_token() -> None:
    found = admin(team="T0TEAM", now=NOON)
    assert found == Asker(
        person=Person(id="admin", team="T0TEAM", kind=PersonKind.UNKNOWN),
        groups=frozenset(),
        groups_read=False,
        in_channel=False,
        channel_shared=False,
        read_at=NOON,
    )
    assert is_admin(found) is True
    person = replace(found, person=replace(found.person, id="U0ADMIN"))
    assert is_admin(person) is False


@pytest.mark.parametrize("verb", Verb)
def test_the_token_stops_and_never_starts(verb: Verb) -> None:
    may = verb in STOPS
    assert answer(verb, policy_hash="p1") == PolicyAnswer(
        allowed=may,
        reasons=("admin-door",),
        because="" if may else "the admin token stops plans and never starts one",
        hash="p1",
    )
