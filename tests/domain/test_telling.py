"""Who may tell others about an incident, and what a promise means."""

from datetime import timedelta

import pytest

from bot.domain import telling
from bot.domain.commands import Person, PersonKind
from bot.domain.errors import Refusal
from bot.domain.events import Resolved, Role, RoleAssigned
from bot.domain.incident import Incident, evolve, fold
from bot.domain.telling import HandOver, PostUpdate
from bot.domain.telling_events import UpdateLate, UpdatePosted
from bot.domain.telling_state import NOT_KNOWN
from bot.domain.untrusted import Untrusted
from tests.spec import DANA, NOON, OLU, SAM, opened, person

OPEN = fold([opened()])
OVER = fold([opened(), Resolved(by="U0ONCALL", outcome="fixed")])
GUEST = person("U0GUEST", PersonKind.GUEST)
WORDS = {"status": Untrusted("We look at it.")}


def posted(state: Incident = OPEN, by: Person = OLU, **more: object) -> UpdatePosted:
    given: dict[str, object] = {"audience": "team", "words": WORDS, **more}
    asked = PostUpdate(by=by, **given)  # type: ignore[arg-type]
    return telling.update(state, asked, now=NOON)


def handed(to: Person = SAM, by: Person = OLU) -> Incident:
    event = telling.hand_over(OPEN, HandOver(by=by, to=to, note=Untrusted("n")))
    return evolve(OPEN, event)


def test_a_promise_stands_until_the_next_update() -> None:
    promised = evolve(OPEN, posted(within=timedelta(minutes=30)))
    assert promised.telling.update_due_at == NOON + timedelta(minutes=30)
    assert evolve(promised, posted()).telling.update_due_at is None


def test_a_promise_that_is_not_kept_is_told_once() -> None:
    promised = evolve(OPEN, posted(within=timedelta(minutes=30)))
    late = NOON + timedelta(minutes=31)
    told = telling.missed(promised, now=late)
    due_at = NOON + timedelta(minutes=30)
    assert told == (UpdateLate(by="U0ONCALL", due_at=due_at, late_s=60),)
    assert telling.missed(evolve(promised, told[0]), now=late) == ()
    assert telling.missed(promised, now=NOON) == ()
    over = evolve(promised, Resolved(by="U0ONCALL", outcome="fixed"))
    assert telling.missed(over, now=late) == ()


def test_the_impact_that_was_told_stays_until_another_is() -> None:
    told = evolve(OPEN, posted(words={**WORDS, "impact": Untrusted("40 people")}))
    assert evolve(told, posted()).telling.impact == Untrusted("40 people")


def test_to_say_that_the_impact_is_not_known_says_nothing() -> None:
    told = evolve(OPEN, posted(words={**WORDS, "impact": NOT_KNOWN}))
    assert told.telling.impact is None


@pytest.mark.parametrize(
    ("state", "by", "more", "says"),
    [
        (OPEN, GUEST, {}, "guests may read but not change an incident"),
        (Incident(), OLU, {}, "there is no such incident"),
        (OPEN, OLU, {"words": {}}, "does not say how the incident stands"),
        (OPEN, OLU, {"audience": "press"}, "not on offer"),
        (OPEN, OLU, {"within": timedelta(days=9)}, "not on offer"),
        (OPEN, OLU, {"within": timedelta(0)}, "not on offer"),
    ],
)
def test_an_update_is_refused_with_a_reason(
    state: Incident, by: Person, more: dict[str, object], says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        posted(state, by, **more)


def test_the_last_update_comes_after_the_end_and_promises_nothing() -> None:
    told = posted(OVER, within=timedelta(minutes=30))
    assert (told.promises, told.next_at) == (False, NOON)
    with pytest.raises(Refusal, match="already resolved"):
        telling.take_over(OVER, SAM)


def test_who_is_handed_an_incident_takes_it_and_is_the_commander() -> None:
    state = handed()
    taken = telling.take_over(state, SAM)
    assert taken == (RoleAssigned(role=Role.COMMANDER, to="U0SECOND", by="U0SECOND"),)
    after = evolve(state, taken[0])
    assert after.telling.handed_to == ""
    assert telling.take_over(after, SAM) == ()


def test_nobody_else_takes_it_with_that_button() -> None:
    with pytest.raises(Refusal, match="it was handed to <@U0SECOND>"):
        telling.take_over(handed(), DANA)
    with pytest.raises(Refusal, match="nothing is being handed over"):
        telling.take_over(OPEN, SAM)


@pytest.mark.parametrize(
    ("to", "says"),
    [(GUEST, "only a full member"), (OLU, "you chose yourself")],
)
def test_a_handover_is_refused_with_a_reason(to: Person, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        handed(to)


def test_a_commander_who_is_named_takes_what_waits() -> None:
    named = RoleAssigned(role=Role.COMMANDER, to="U0COMMANDER", by="U0ONCALL")
    assert evolve(handed(), named).telling.handed_to == ""
