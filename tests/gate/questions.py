"""One question to the policies in which every fact is told apart from its default."""

from dataclasses import replace

from bot.domain.plan import Level
from bot.domain.registry import System
from bot.gate.plan_facts import PlanFacts
from bot.gate.policy_question import Asker, Circumstances
from tests.domain.action_spec import a_plan
from tests.spec import SAM

CHAT = System(
    id="chat",
    title="Chat",
    owner="U0OWNER",
    risk_tier="low",
    stage="pilot",
    data_classes=("logs",),
    data_stays=("eu",),
    legal_hold=True,
)
PATIENTS = System(
    id="patients",
    title="Patients",
    owner="U0OWNER",
    risk_tier="low",
    stage="pilot",
    data_classes=("logs", "health"),
    data_stays=("eu-west-1",),
    customers=True,
)
PLAN = replace(
    a_plan(Level.T1),
    groups=("privacy",),
    region="us-east-1",
    requester=SAM.id,
    parent="pl_0",
    drill=True,
)
FACTS = PlanFacts(
    id=PLAN.id,
    action=PLAN.draft.action,
    level=Level.T1,
    stage="pilot",
    risk_tier="low",
    drill=True,
    requester=SAM.id,
    parent="pl_0",
    irreversible=not PLAN.draft.rollback,
    human_initiated=True,
    system="chat",
    data_classes=("logs", "health"),
    personal_data=True,
    legal_hold=True,
    cuts_off_customers=True,
    region="us-east-1",
    residency=("eu", "eu-west-1"),
    outside=("us-east-1",),
    needs=("privacy",),
)
CIRCUMSTANCES = Circumstances(
    workspace="T0TEAM",
    channel_matches=True,
    channel_externally_shared=True,
    membership_age_s=3,
    hour=12,
    business_hours=False,
    mode="suggest",
    frozen=False,
    stopped=True,
    breaking_glass=True,
    break_glass_count_24h=2,
    commander_agreed=True,
    t3_self_approval=False,
)
ASKER = Asker(
    person=SAM,
    groups=frozenset({"approvers", "oncall", "commander"}),
    groups_read=True,
    is_commander=True,
    is_author=False,
    in_channel=True,
)
