"""What Evidently's reports say."""

from typing import Any

import pytest

from integrations.evidently import P_VALUE
from tests.integrations.triaging import only, title, verdict


def a_drift_test(column: str, status: str) -> dict[str, Any]:
    params = {"column": column, "method": "K-S p_value", "threshold": 0.05}
    return {
        "id": "drift",
        "name": f"Value Drift for column {column}",
        "description": "Drift score is 0.00.",
        "metric_config": {"metric_id": column, "params": params},
        "status": status,
        "bound_test": {},
    }


def report(*tests: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"_evidently_version": "0.7.23", "metrics": [], "tests": list(tests), **more}


def test_only_failed_tests_count() -> None:
    both = report(a_drift_test("age", "FAIL"), a_drift_test("sex", "SUCCESS"))
    assert verdict(both) == ("opens", "drift_bias", "SEV3")
    assert title(both) == "Evidently: 1 of 2 tests failed: drift in age"
    assert verdict(report(a_drift_test("age", "SUCCESS"))) == (
        "ignored",
        "none",
        "NONE",
    )


def test_two_tests_that_share_an_id_are_two() -> None:
    both = report(a_drift_test("age", "FAIL"), a_drift_test("sex", "FAIL"))
    assert title(both) == "Evidently: 2 of 2 tests failed: drift in age, sex"
    alone = report(a_drift_test("age", "FAIL"), a_drift_test("sex", "SUCCESS"))
    keys = {only(one).envelope.dedup_key for one in (both, alone)}
    assert len(keys) == 2


def test_a_reader_learns_that_a_low_p_value_means_drift() -> None:
    metric = {"id": "age", "value": 1e-12}
    alert = only(report(a_drift_test("age", "FAIL"), metrics=[metric]))
    assert P_VALUE in alert.assessment.notices
    said = alert.envelope.texts["test"].for_rules()
    assert "(K-S p_value), value 1e-12, threshold 0.05" in said


@pytest.mark.parametrize(
    ("method", "value", "outcome"),
    [
        ("K-S p_value", 0.01, "opens"),
        ("K-S p_value", 0.5, "ignored"),
        ("Wasserstein distance (normed)", 0.5, "opens"),
        ("Wasserstein distance (normed)", 0.01, "ignored"),
    ],
)
def test_without_tests_the_method_says_which_way_is_bad(
    method: str, value: float, outcome: str
) -> None:
    config = {
        "type": "evidently:metric_v2:ValueDrift",
        "column": "age",
        "method": method,
        "threshold": 0.05,
    }
    assert verdict(report(metrics=[{"config": config, "value": value}]))[0] == outcome


def test_a_report_of_version_four_is_read() -> None:
    result = {"dataset_drift": True, "share_of_drifted_columns": 0.7}
    metric = {"metric": "DatasetDriftMetric", "result": result}
    body = {
        "version": "0.4.40",
        "timestamp": "2026-05-20 10:00:00",
        "metrics": [metric],
    }
    assert verdict(body) == ("opens", "drift_bias", "SEV3")
