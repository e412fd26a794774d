"""What LiteLLM's actions tell people, and what they refuse to take."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson
import pytest

from bot.domain.errors import BadRequest, NotFound, Unreachable
from bot.domain.plan import Draft
from bot.gateways.litellm import LitellmDoor
from bot.gateways.litellm_things import amount
from integrations.litellm_deployments import BlockDeployment
from integrations.litellm_keys import BlockKey
from integrations.litellm_limits import SetBudget
from integrations.litellm_models import SwitchModel
from integrations.litellm_team_models import SwitchTeamModel
from integrations.litellm_teams import BlockTeam, SetTeamBudget
from tests.cloud import plan_of
from tests.fakes.ask import answer
from tests.fakes.clock import FakeClock
from tests.fakes.litellm import ACT_KEY, READ_KEY, FakeLitellm


@pytest.fixture
def proxy() -> FakeLitellm:
    return FakeLitellm()


def reader(proxy: FakeLitellm) -> Any:
    return LitellmDoor(
        url=proxy.url,
        read_key=READ_KEY,
        act_key=ACT_KEY,
        send=proxy,
        clock=FakeClock(),
    ).reader()


def drafted(proxy: FakeLitellm, action: Any, **params: str) -> Draft:
    draft: Draft = action.plan(params, reader=reader(proxy))
    return draft


@pytest.mark.parametrize("key", ["sk" + "-" + "a" * 61, "a" * 65, "<@U0EVIL>", ""])
def test_a_raw_key_is_refused_and_not_repeated(proxy: FakeLitellm, key: str) -> None:
    with pytest.raises(BadRequest) as refused:
        drafted(proxy, BlockKey(), key=key)
    assert "never the key itself" in str(refused.value)
    assert not key or key not in str(refused.value)
    assert proxy.asked == []


def test_a_plan_by_alias_stands_on_the_hash(proxy: FakeLitellm) -> None:
    key = proxy.key(key_alias="claims prod")
    draft = drafted(proxy, BlockKey(), key="claims prod")
    assert draft == drafted(proxy, BlockKey(), key=key)
    assert dict(draft.params) == {"key": key}
    assert [path for _, path, _ in proxy.asked].count("/key/list") == 1


@pytest.mark.parametrize("own", [READ_KEY, ACT_KEY])
def test_the_bot_does_not_lock_itself_out(proxy: FakeLitellm, own: str) -> None:
    token = sha256(own.encode()).hexdigest()
    proxy.keys[token] = proxy.keys.pop(proxy.key(key_alias="tocsin"))
    for named in (token, "tocsin"):
        with pytest.raises(BadRequest, match="with which Tocsin itself asks"):
            drafted(proxy, BlockKey(), key=named)


@pytest.mark.parametrize("own", [READ_KEY, ACT_KEY])
def test_the_bot_does_not_lock_itself_out_with_its_team(
    proxy: FakeLitellm, own: str
) -> None:
    proxy.model("small")
    team = proxy.team()
    token = sha256(own.encode()).hexdigest()
    proxy.keys[token] = proxy.keys.pop(proxy.key(team_id=team))
    asked = {"model": "big", "answers": "small"}
    for action, params in (
        (BlockTeam(), {}),
        (SetTeamBudget(), {"limit": "1"}),
        (SwitchTeamModel(), asked),
    ):
        with pytest.raises(BadRequest, match="Tocsin itself asks LiteLLM is in this"):
            drafted(proxy, action, team_id=team, **params)
        assert drafted(proxy, action, team_id=proxy.team(), **params).steps


def test_an_alias_of_nobody_or_of_several_makes_no_plan(proxy: FakeLitellm) -> None:
    with pytest.raises(NotFound, match="no key has exactly this alias"):
        drafted(proxy, BlockKey(), key="claims")
    proxy.key(key_alias="claims", status="deleted")
    with pytest.raises(NotFound, match="no key has exactly this alias"):
        drafted(proxy, BlockKey(), key="claims")
    for _ in range(2):
        proxy.key(key_alias="claims")
    with pytest.raises(BadRequest, match="no single key"):
        drafted(proxy, BlockKey(), key="claims")


def test_a_key_that_was_listed_for_half_an_alias_is_not_taken(
    proxy: FakeLitellm,
) -> None:
    proxy.lists_parts = True
    proxy.key(key_alias="claims-prod")
    with pytest.raises(NotFound, match="no key has exactly this alias"):
        drafted(proxy, BlockKey(), key="claims")


def test_people_type_the_alias_and_never_the_hash(proxy: FakeLitellm) -> None:
    named = proxy.key(key_alias="claims-prod")
    assert drafted(proxy, BlockKey(), key=named).target == "claims-prod"
    for alias in (None, "", "two words", "<@U0EVIL>", "x" * 65):
        bare = proxy.key(key_alias=alias)
        assert drafted(proxy, BlockKey(), key=bare).target == bare[:12]


def test_a_key_that_was_deleted_is_not_there(proxy: FakeLitellm) -> None:
    gone = proxy.key(status="deleted")
    with pytest.raises(NotFound, match="it was deleted"):
        drafted(proxy, BlockKey(), key=gone)


def test_reach_counts_the_keys_of_a_team(proxy: FakeLitellm) -> None:
    team = proxy.team(team_alias="claims")
    proxy.key(team_id=team)
    proxy.key(team_id=team)
    blast = drafted(proxy, BlockTeam(), team_id=team).blast
    assert blast.principals == 2
    assert (
        blast.says
        == "The team 'claims' with 2 keys: every request with them is refused."
    )


def test_a_group_without_another_deployment_is_told(proxy: FakeLitellm) -> None:
    alone = proxy.model("chat")
    says = drafted(proxy, BlockDeployment(), model_id=alone).blast.says
    assert "has no other deployment: requests for it fail" in says
    proxy.model("chat")
    proxy.model("chat", blocked=True)
    says = drafted(proxy, BlockDeployment(), model_id=alone).blast.says
    assert says == "The model group 'chat': 1 other deployment answers from then on."


def test_what_a_key_may_not_use_does_not_answer_for_it(proxy: FakeLitellm) -> None:
    for group in ("big", "small"):
        proxy.model(group)
    key = proxy.key(models=["big"])
    with pytest.raises(BadRequest, match="the key may not use it"):
        drafted(proxy, SwitchModel(), key=key, model="big", answers="small")
    with pytest.raises(BadRequest, match="no model group has its name"):
        drafted(proxy, SwitchModel(), key=proxy.key(), model="big", answers="huge")


def test_other_aliases_of_a_key_stay_as_they_are(proxy: FakeLitellm) -> None:
    proxy.model("small")
    key = proxy.key(aliases={"other": "big"})
    draft = drafted(proxy, SwitchModel(), key=key, model="big", answers="small")
    assert dict(draft.steps[0].params)["aliases"] == '{"big":"small","other":"big"}'


def test_an_alias_of_a_keys_team_comes_first_and_is_switched_itself(
    proxy: FakeLitellm,
) -> None:
    for group in ("small", "tiny"):
        proxy.model(group)
    table = {"model_aliases": {"big": "tiny"}}
    team = proxy.team(litellm_model_table=table, model_id=7)
    key = proxy.key(team_id=team)
    asked = {"model": "big", "answers": "small"}
    with pytest.raises(BadRequest, match="a team's alias comes before a key's"):
        drafted(proxy, SwitchModel(), key=key, **asked)
    draft = drafted(proxy, SwitchTeamModel(), team_id=team, **asked)
    (change,) = draft.changes
    assert (change.before, change.after) == ("tiny", "small")
    assert dict(draft.steps[0].params)["aliases"] == '{"big":"small"}'


def test_what_a_keys_team_may_not_use_does_not_answer_for_it(
    proxy: FakeLitellm,
) -> None:
    proxy.model("small")
    asked = {"model": "big", "answers": "small"}
    for models in (["big"], ["big-*"]):
        key = proxy.key(team_id=proxy.team(models=models))
        with pytest.raises(BadRequest, match="the key's team may not use it"):
            drafted(proxy, SwitchModel(), key=key, **asked)
    for models in ([], ["small"], ["*"], ["sm*"], ["all-proxy-models"]):
        key = proxy.key(team_id=proxy.team(models=models))
        assert drafted(proxy, SwitchModel(), key=key, **asked).steps


def test_a_team_is_switched_whatever_it_may_use_and_its_keys_are_counted(
    proxy: FakeLitellm,
) -> None:
    proxy.model("small")
    team = proxy.team(models=["big"], team_alias="claims")
    proxy.key(team_id=team, aliases={"small": "tiny"})
    proxy.key(team_id=team, aliases={"other": "x"})
    asked = {"team_id": team, "model": "big", "answers": "small"}
    blast = drafted(proxy, SwitchTeamModel(), **asked).blast
    assert blast.principals == 2
    assert blast.says == (
        "Everybody of the team 'claims' with 2 keys who asks for big. "
        "Keys with aliases of their own for one of the two: 1."
    )
    with pytest.raises(BadRequest, match="no model group has its name"):
        drafted(proxy, SwitchTeamModel(), **{**asked, "answers": "gone"})


@pytest.mark.parametrize(
    "fields",
    [
        {"model_id": 7, "litellm_model_table": None},
        {"litellm_model_table": {"model_aliases": {"a": {"weight": 1}}}},
        {"litellm_model_table": {"model_aliases": "no json"}},
    ],
)
def test_aliases_of_a_team_that_cannot_be_read_are_left_to_people(
    proxy: FakeLitellm, fields: dict[str, Any]
) -> None:
    proxy.model("small")
    asked = {"team_id": proxy.team(**fields), "model": "big", "answers": "small"}
    with pytest.raises(BadRequest, match=r"an update would repeat it|does not say"):
        drafted(proxy, SwitchTeamModel(), **asked)


def test_a_budget_that_litellm_would_refuse_is_not_planned(proxy: FakeLitellm) -> None:
    team = proxy.team(soft_budget=20.0)
    for limit in ("0", "20"):
        with pytest.raises(BadRequest, match="soft budget, which is 20 USD"):
            drafted(proxy, SetTeamBudget(), team_id=team, limit=limit)
    for limit in ("20.5", "none"):
        assert drafted(proxy, SetTeamBudget(), team_id=team, limit=limit).steps


def test_a_deployment_of_the_configuration_file_is_left_alone(
    proxy: FakeLitellm,
) -> None:
    of_file = proxy.model("chat", stored=False)
    with pytest.raises(BadRequest, match="stands in LiteLLM's configuration file"):
        drafted(proxy, BlockDeployment(), model_id=of_file)


def test_an_alias_that_cannot_be_repeated_is_left_to_people(proxy: FakeLitellm) -> None:
    key = proxy.key(aliases={"other": {"weight": 1}})
    with pytest.raises(BadRequest, match="an update would repeat it"):
        drafted(proxy, SwitchModel(), key=key, model="big", answers="small")


def test_what_makes_a_budget_less_of_a_limit_is_told(proxy: FakeLitellm) -> None:
    flags = {
        "throttle_on_budget_exceeded": True,
        "temp_budget_increase": 100,
        "temp_budget_expiry": "2026-05-05T10:00:00+00:00",
    }
    key = proxy.key(metadata=flags, rpm_limit=60)
    says = drafted(proxy, SetBudget(), key=key, limit="0").blast.says
    assert says.endswith(
        "This key may be slowed there instead: block it to stop it. "
        "On top of it come 100 USD until 2026-05-05 10:00."
    )
    # Without a pace there is nothing to slow.
    key = proxy.key(metadata={**flags, "temp_budget_increase": None})
    says = drafted(proxy, SetBudget(), key=key, limit="0").blast.says
    assert says.endswith("beyond the limit they are refused.")
    key = proxy.key(metadata={**flags, "temp_budget_expiry": "<!channel>"})
    with pytest.raises(Unreachable, match="another form"):
        drafted(proxy, SetBudget(), key=key, limit="0")


def test_what_was_spent_is_told_after_a_look(proxy: FakeLitellm) -> None:
    key = proxy.key(spend=9.5, max_budget=10.0)
    draft = drafted(proxy, SetBudget(), key=key, limit="0")
    proxy.keys[key]["max_budget"] = 0
    found = SetBudget().verify(plan_of(draft), reader=reader(proxy))
    assert found.says == "Read again: the limit is 0. Spent so far: 9.50 of 0.00 USD."


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "none"), (0, "0"), (10.0, "10"), (12.5, "12.5"), (1e-7, "0.0000001")],
)
def test_an_amount_is_told_as_a_plan_takes_it(value: object, text: str) -> None:
    assert amount(value) == text


@pytest.mark.parametrize("value", [True, "10", [], {}])
def test_what_is_no_amount_is_not_taken_for_one(value: object) -> None:
    with pytest.raises(Unreachable, match="another shape"):
        amount(value)


@pytest.mark.parametrize("data", [5, ["x"], [None], {"a": 1}, "x"])
def test_a_list_of_another_shape_makes_no_plan(proxy: FakeLitellm, data: Any) -> None:
    def answers(*_: Any, **__: Any) -> Any:
        return answer(orjson.dumps({"data": data, "keys": data}))

    for action, params in (
        (BlockDeployment(), {"model_id": "x"}),
        (BlockKey(), {"key": "claims"}),
    ):
        lying = replace(reader(proxy), send=answers)
        with pytest.raises((Unreachable, NotFound, BadRequest)):
            action.plan(params, reader=lying)


@pytest.mark.parametrize("info", [None, [], "x"])
def test_an_answer_of_another_shape_makes_no_plan(
    proxy: FakeLitellm, info: object
) -> None:
    key = proxy.key()
    proxy.keys[key] = info  # type: ignore[assignment]
    with pytest.raises((Unreachable, NotFound)):
        drafted(proxy, BlockKey(), key=key)
