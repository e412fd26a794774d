"""Six client processes press on the gate over HTTP while it is killed and restarted.

The effects are counted by a server of its own; nothing that is judged here comes from
what Tocsin believes of itself.
"""

from collections import Counter

import pytest

from tests.chaos.aftermath import Aftermath, looked_up, table
from tests.chaos.conftest import TABLES
from tests.chaos.sizes import OF_A_HUNDRED, RANDOM, Sizes
from tests.chaos.storm import Storm
from tests.chaos.world import counting
from tests.domain.refusal_form import is_move
from tests.hardness import times
from tests.story.running import running
from tests.story.test_story import cli

pytestmark = pytest.mark.slow

SIZES = Sizes(
    plans=times(300, else_=12),
    presses=times(6000, else_=240),
    each=times(16, else_=1),
    random=times(20, else_=1),
    limit_s=times(1800, else_=180),
)
PRESSERS = ("U0ONCALL", "U0SECOND", "U0COMMANDER", "U0EXTERNAL", "U0GUEST")
LOST, LATE = ("indeterminate", 0), ("indeterminate", 1)
# So many plans are far more than the limits let through. Who proposed and got no
# answer proposes again, and the second of the same would wait for the pause's end.
_LIMITS = ("ACTION_PER_HOUR", "ACTION_PER_DAY", "ALL_PER_HOUR", "SYSTEM_PER_HOUR")
WITHOUT_LIMITS = {
    f"TOCSIN_GATE_{name}": "0"
    for name in (*_LIMITS, "PROPOSALS_PER_HOUR", "TARGET_PAUSE_MIN")
}
LEAK = {"title": "Model m1 answers 503", "severity": "critical", "service": "m1"}


@pytest.fixture(scope="module")
def aftermath(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Aftermath:
    folder = tmp_path_factory.mktemp("storm")
    with counting() as world:
        settings = {"TEST_WORLD": world.url, **WITHOUT_LIMITS}
        with running(
            folder, program="tests.chaos.bot", cloud=False, settings=settings
        ) as tocsin:
            tocsin.port = int(tocsin.facts["url"].rpartition(":")[2])
            tocsin.alert(LEAK)
            tocsin.wait_for(lambda messages: messages)
            tocsin.command("U0ONCALL", "/incident role commander <@U0COMMANDER>")
            storm = Storm(tocsin, world, SIZES)
            storm.run()
            heard = [said for who in PRESSERS for said in tocsin.whispers(who)]
            tocsin.stop()
            verified = cli(tocsin, "log", "verify")
            plans = tuple(looked_up(tocsin.home, world.effects))
    said = verified.stdout.splitlines()[0] if verified.returncode == 0 else ""
    found = Aftermath(storm, plans, said, tuple(heard))
    if TABLES in pytestconfig.stash:
        pytestconfig.stash[TABLES].append(table(found))
    return found


def test_every_press_was_answered_although_it_was_killed(aftermath: Aftermath) -> None:
    storm = aftermath.storm
    assert len(storm.kills) == len(SIZES.kills())
    assert storm.pace.answered >= SIZES.presses
    assert len(aftermath.plans) >= SIZES.plans
    assert {status for _, status in storm.answers} <= {200, 401}
    assert {kind for kind, status in storm.answers if status == 401} <= {"replay"}


def test_every_kind_of_press_came_to_a_decision(aftermath: Aftermath) -> None:
    refused = sum((plan.refused for plan in aftermath.plans), Counter[str]())
    assert {"U0ONCALL", "U0EXTERNAL", "U0GUEST", "U0SECOND"} <= refused.keys()
    assert {kind for kind, _ in aftermath.storm.answers} == OF_A_HUNDRED.keys()


def test_no_plan_made_a_second_effect(aftermath: Aftermath) -> None:
    assert max(plan.effects for plan in aftermath.plans) == 1
    for plan in aftermath.plans:
        assert plan.kinds["claimed"] <= 1
        assert plan.kinds["step_began"] <= 1
        assert plan.effects <= plan.kinds["step_began"]


def test_every_effect_belongs_to_a_plan(aftermath: Aftermath) -> None:
    assert aftermath.stray == 0


def test_no_effect_without_its_quorum(aftermath: Aftermath) -> None:
    assert aftermath.without_quorum == 0
    for plan in aftermath.plans:
        assert plan.effects == 0 or plan.kinds["cleared"] == 1


def test_nobody_agreed_who_may_not(aftermath: Aftermath) -> None:
    assert not aftermath.forbidden


def test_what_a_kill_met_is_left_to_a_person_or_had_not_begun(
    aftermath: Aftermath,
) -> None:
    for kill in aftermath.storm.kills:
        for plan, then in kill.found.items():
            ends = aftermath.by_id[plan]
            if then == "applying":
                assert ends.stage == "indeterminate"
            elif then == "applied":
                assert ends.stage == "verified"
            else:
                assert ends.kinds["claimed"] <= 1


def test_each_kill_came_at_its_moment(aftermath: Aftermath) -> None:
    for kill in aftermath.storm.kills:
        held = [plan for plan in aftermath.plans if plan.key == kill.key]
        stages = list(kill.found.values())
        match kill.moment:
            case "probe":
                assert "applying" not in stages
                assert "approved" in stages
            case "before":
                assert [(one.stage, one.effects) for one in held] == [LOST]
            case "late" | "during" | "after":
                assert [(one.stage, one.effects) for one in held] == [LATE]
            case _:
                assert kill.moment == RANDOM


def test_whoever_is_refused_hears_what_why_and_what_to_do(
    aftermath: Aftermath,
) -> None:
    refused = [said for said in aftermath.heard if " not " in said.partition(":")[0]]
    refused += [said for said in aftermath.heard if said.startswith("Nothing")]
    assert refused
    for said in refused:
        what, _, rest = said.partition(": ")
        assert what
        assert is_move(rest.rpartition(". ")[2]), said


def test_what_was_not_interrupted_ran_and_was_verified(aftermath: Aftermath) -> None:
    met = {plan for kill in aftermath.storm.kills for plan in kill.found}
    rest = [plan for plan in aftermath.plans if plan.id not in met]
    claimed = [plan for plan in rest if plan.kinds["claimed"]]
    assert {(plan.stage, plan.effects) for plan in claimed} <= {("verified", 1)}


def test_the_log_verifies(aftermath: Aftermath) -> None:
    assert aftermath.verified.startswith("whole: ")
