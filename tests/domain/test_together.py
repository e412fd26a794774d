"""What alerts of several kinds mean together, in whatever order they come."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import permutations

from bot.domain.severity import Severity
from bot.domain.together import TOGETHER_WINDOW, Seen, meanings, most_telling, raised
from tests.core import rulings
from tests.spec import NOON

RULES = rulings().grouping.together
ORDER = rulings().grouping.order
CHAIN = ("access_anomaly", "control_tampering", "cost_consumption")


def seen(**minutes: int) -> Mapping[str, Seen]:
    found = {kind: NOON + timedelta(minutes=after) for kind, after in minutes.items()}
    return {kind: Seen(first_at=at, last_at=at) for kind, at in found.items()}


def found(kinds: Mapping[str, Seen], *, after: int = 0) -> list[str]:
    at = NOON + timedelta(minutes=after)
    return [rule.id for rule in meanings(kinds, RULES, at=at)]


def test_access_then_control_then_cost_is_the_llm_jacking_chain() -> None:
    kinds = seen(access_anomaly=0, control_tampering=9, cost_consumption=30)
    assert found(kinds, after=30) == ["together.llm_jacking"]


def test_the_order_in_which_the_kinds_come_does_not_matter() -> None:
    for order in permutations(CHAIN):
        kinds = seen(**{kind: 25 * n for n, kind in enumerate(order)})
        assert found(kinds, after=50) == ["together.llm_jacking"]


def test_half_of_a_chain_means_less_than_all_of_it() -> None:
    half = seen(access_anomaly=0, control_tampering=1)
    assert found(half, after=1) == ["together.covering_tracks"]
    start = Severity.SEV3
    assert raised(start, meanings(half, RULES, at=NOON)) is Severity.SEV2
    whole = seen(access_anomaly=0, control_tampering=1, cost_consumption=1)
    assert raised(start, meanings(whole, RULES, at=NOON)) is Severity.SEV1


def test_one_kind_of_alert_means_nothing_more_however_often_it_comes() -> None:
    assert found(seen(access_anomaly=0)) == []


def test_two_places_of_a_rule_are_not_taken_by_one_kind() -> None:
    assert found(seen(credential_exposure=0, control_tampering=0)) == [
        "together.covering_tracks"
    ]
    both = seen(credential_exposure=0, control_tampering=0, access_anomaly=0)
    assert found(both) == ["together.llm_jacking"]


def test_what_lies_more_than_an_hour_apart_means_nothing_together() -> None:
    minutes = int(TOGETHER_WINDOW.total_seconds() // 60)
    kinds = seen(access_anomaly=0, control_tampering=minutes)
    assert found(kinds, after=minutes) == ["together.covering_tracks"]
    late = seen(access_anomaly=0, control_tampering=minutes + 1)
    assert found(late, after=minutes + 1) == []


def test_ordinary_trouble_is_not_correlated_into_an_attack() -> None:
    assert found(seen(availability=0, cost_consumption=1, drift_bias=2)) == []


def test_the_worst_kind_names_the_incident_and_then_the_most_telling() -> None:
    kinds = {"availability": Severity.SEV3, "control_tampering": Severity.SEV2}
    assert most_telling(kinds, ORDER) == "control_tampering"
    kinds = {"cost_consumption": Severity.SEV3, "access_anomaly": Severity.SEV3}
    assert most_telling(kinds, ORDER) == "access_anomaly"
    assert most_telling({}, ORDER) == ""
