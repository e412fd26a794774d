"""How a question is spelled for Cedar: each fact under the schema's name."""

import json
from dataclasses import replace

import pytest

from bot.domain.commands import Person, PersonKind
from bot.gate.policy_question import Question, Verb, entities_of, need_of, request_of
from tests.gate.questions import ASKER, CIRCUMSTANCES, FACTS
from tests.spec import SAM

QUESTION = Question(
    verb=Verb.APPROVE, asker=ASKER, plan=FACTS, circumstances=CIRCUMSTANCES
)
RESOURCE = {
    "action": FACTS.action,
    "level": {"type": "Level", "id": "T1"},
    "stage": {"type": "Stage", "id": "pilot"},
    "risk_tier": {"type": "RiskTier", "id": "low"},
    "drill": True,
    "requester": SAM.id,
    "parent": "pl_0",
    "irreversible": FACTS.irreversible,
    "human_initiated": True,
    "system": "chat",
    "registered": True,
    "data_classes": ["logs", "health"],
    "personal_data": True,
    "legal_hold": True,
    "cuts_off_customers": True,
    "region": "us-east-1",
    "residency": ["eu", "eu-west-1"],
    "outside": ["us-east-1"],
    "needs": ["privacy"],
}
OF_PLAN = {
    "uid": {"type": "Plan", "id": FACTS.id},
    "attrs": RESOURCE,
    "parents": [],
}


def test_the_request_names_who_what_and_the_circumstances() -> None:
    found = request_of(QUESTION)
    assert json.loads(found.pop("context")) == {
        "workspace": "T0TEAM",
        "channel_matches": True,
        "channel_externally_shared": True,
        "membership_age_s": 3,
        "hour": 12,
        "business_hours": False,
        "mode": {"type": "Mode", "id": "suggest"},
        "frozen": False,
        "stopped": True,
        "breaking_glass": True,
        "break_glass_count_24h": 2,
        "commander_agreed": True,
        "t3_self_approval": False,
    }
    assert found == {
        "principal": {"type": "Person", "id": SAM.id},
        "action": {"type": "Action", "id": "approve"},
        "resource": {"type": "Plan", "id": FACTS.id},
    }


def test_the_entities_are_the_asker_and_the_plan() -> None:
    person = {
        "team": SAM.team,
        "kind": {"type": "Kind", "id": SAM.kind},
        "groups": ["approvers", "commander", "oncall"],
        "groups_read": True,
        "is_requester": True,
        "is_commander": True,
        "is_author": False,
        "in_channel": True,
    }
    uid = {"type": "Person", "id": SAM.id}
    assert json.loads(entities_of(QUESTION)) == [
        {"uid": uid, "attrs": person, "parents": []},
        OF_PLAN,
    ]
    other = replace(QUESTION, plan=replace(FACTS, requester="U0OTHER", system=""))
    asker, plan = json.loads(entities_of(other))
    assert asker["attrs"]["is_requester"] is False
    assert plan["attrs"]["registered"] is False


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        (Verb.STOP_ALL, "Gate"),
        (Verb.LIFT, "Gate"),
        (Verb.OPEN_RAW, "Payload"),
    ],
)
def test_what_is_about_no_plan_names_none(verb: Verb, kind: str) -> None:
    question = replace(QUESTION, verb=verb, plan=None)
    assert request_of(question)["resource"] == {"type": kind, "id": kind.lower()}
    [asker] = json.loads(entities_of(question))
    assert asker["attrs"]["is_requester"] is False
    # Also where a plan is given.
    assert request_of(replace(question, plan=FACTS))["resource"]["type"] == kind


def test_whose_yes_is_needed_is_asked_of_the_plan_alone() -> None:
    request, entities = need_of(FACTS)
    assert request == {
        "principal": {"type": "Gate", "id": "gate"},
        "action": {"type": "Action", "id": "require"},
        "resource": {"type": "Plan", "id": FACTS.id},
        "context": "{}",
    }
    assert json.loads(entities) == [OF_PLAN]


def test_a_question_without_a_person_or_a_plan_is_none() -> None:
    nobody = replace(ASKER, person=Person(id="", team="", kind=PersonKind.UNKNOWN))
    with pytest.raises(ValueError, match=r"^a Person has no id$"):
        request_of(replace(QUESTION, asker=nobody))
    with pytest.raises(ValueError, match=r"^approve needs a plan$"):
        request_of(replace(QUESTION, plan=None))


def test_verbs_are_cedars_ids() -> None:
    assert " ".join(Verb) == (
        "show propose approve deny cancel run break_glass reconcile review "
        "stop_all lift open_raw"
    )
