"""A digest covers everything people are shown and everything that runs."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.action_plan import made_digest, made_phrase, plan_text, read_plan
from bot.domain.errors import Tampered
from bot.domain.plan import (
    Afterwards,
    Blast,
    Change,
    Draft,
    Level,
    Plan,
    Probe,
    Step,
    Waived,
)
from bot.domain.untrusted import Untrusted

STEP = Step(
    id="s1",
    call="iam.UpdateAccessKey",
    params=(("Status", "Inactive"),),
    compare=(Probe(id="iam.access_key.status", value="Active"),),
)
DRAFT = Draft(
    action="aws.iam.deactivate_access_key",
    action_version=1,
    params=(("user_name", "svc-chat"),),
    target="svc-chat",
    changes=(Change(what="status", before="Active", after="Inactive"),),
    steps=(STEP,),
    preconditions=STEP.compare,
    blast=Blast(systems=1),
    verify="the key reads Inactive",
)
# As plans were before groups, regions, waivers and figures afterwards.
OLDER = Plan(
    id="pl_1",
    incident="INC-0001",
    channel="C1",
    requester="U1",
    reason="it leaks",
    draft=DRAFT,
    level=Level.T2,
    quorum=1,
    needs_commander=False,
    policy_hash="p1",
)
WAIVED = Waived(id="w1", rule="residency", owner="U9", until="2026-12-01T00:00:00Z")
FULL = replace(
    OLDER,
    draft=replace(DRAFT, afterwards=Afterwards(says="no calls since", after_s=300)),
    groups=("privacy",),
    region="eu-central-1",
    waivers=(WAIVED,),
    salt="5a17",
)


def test_a_digest_that_people_agreed_to_can_be_made_again() -> None:
    assert OLDER.digest() == (
        "6a6898b539786ab232d8491d201be815142077bad46261101dd781f1860e2b78"
    )
    assert FULL.digest() == (
        "55087e08b38b53f02d7ff7df18504b5b278911c4c5f32dad676255c005d9d085"
    )


@pytest.mark.parametrize(
    "change",
    [
        *({"id": "pl_2"}, {"incident": "INC-0002"}, {"channel": "C2"}),
        *({"requester": "U2"}, {"reason": "it leaks."}, {"level": Level.T1}),
        *({"quorum": 2}, {"needs_commander": True}, {"policy_hash": "p2"}),
        *({"parent": "pl_0"}, {"drill": True}, {"salt": "5a18"}),
        *({"groups": ("legal",)}, {"groups": ()}, {"region": ""}, {"waivers": ()}),
        {"waivers": (replace(WAIVED, until="2026-12-02T00:00:00Z"),)},
    ],
    ids=str,
)
def test_whatever_decides_about_a_plan_is_in_its_digest(change: dict[str, Any]) -> None:
    assert replace(FULL, **change).digest() != FULL.digest()


@pytest.mark.parametrize(
    "change",
    [
        *({"action": "a.b"}, {"action_version": 2}, {"params": ()}, {"target": "x"}),
        *({"changes": ()}, {"steps": ()}, {"preconditions": ()}, {"verify": ""}),
        *({"blast": Blast(systems=2)}, {"blast": Blast(systems=1, principals=1)}),
        *({"blast": Blast(systems=1, says="all")}, {"rollback": "a.c"}),
        *({"irreversible_because": "it is gone"}, {"est_seconds": 11}),
        *({"afterwards": None}, {"steps": (replace(STEP, compare=()),)}),
        {"steps": (replace(STEP, params=(("Status", "Active"),)),)},
    ],
    ids=str,
)
def test_whatever_runs_or_is_promised_is_in_the_digest(change: dict[str, Any]) -> None:
    changed = replace(FULL, draft=replace(FULL.draft, **change))
    assert changed.digest() != FULL.digest()


def test_what_is_typed_names_action_target_and_digest() -> None:
    begins = FULL.digest()[:8]
    assert FULL.phrase == f"aws.iam.deactivate_access_key svc-chat {begins}"


def test_levels_are_stored_by_these_words() -> None:
    assert [one.value for one in Level] == ["T1", "T2", "T3"]


@pytest.mark.parametrize("plan", [OLDER, FULL])
def test_a_stored_plan_comes_back_as_it_was(plan: Plan) -> None:
    text, reason, salt = plan_text(plan), Untrusted(plan.reason), Untrusted(plan.salt)
    assert read_plan(text, reason, salt) == plan
    assert made_digest(text, reason, salt) == plan.digest()
    assert made_phrase(text, reason, salt) == plan.phrase
    kept = json.loads(text)
    assert (kept["reason"], kept["salt"]) == ("", "")


def test_without_its_words_no_digest_is_the_one_people_agreed_to() -> None:
    text, reason, salt = plan_text(FULL), Untrusted(FULL.reason), Untrusted(FULL.salt)
    assert read_plan(text, None) == replace(FULL, reason="", salt="")
    found = [made_digest(text, *words) for words in ((reason,), (None, salt), (None,))]
    assert len({*found, FULL.digest()}) == 4
    assert made_phrase(text, None) != FULL.phrase


def test_a_text_that_we_never_wrote_is_no_plan() -> None:
    with pytest.raises(Tampered) as caught:
        read_plan("{}", None)
    assert str(caught.value) == (
        "The plan was not read: its text does not have its stored form. "
        "Run `tocsin log verify`."
    )


def test_a_digest_is_made_only_of_what_json_has() -> None:
    with pytest.raises(TypeError):
        replace(OLDER, reason=object()).digest()  # type: ignore[arg-type]


def test_a_system_may_be_called_by_the_target_or_by_any_parameter() -> None:
    draft = replace(DRAFT, target="svc-chat", params=(("a", "one"), ("b", "two")))
    assert draft.names == ("svc-chat", "one", "two")
