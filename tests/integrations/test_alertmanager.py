"""What the Alertmanager parser reads out of a group."""

import json
from datetime import UTC, datetime
from typing import Any

from bot.domain.envelope import Envelope, Status
from bot.ports.integration import Payload
from integrations.alertmanager import parse, recognizes

NOW = datetime(2026, 5, 4, 11, tzinfo=UTC)


def payload(alerts: Any, **group: Any) -> Payload:
    body = {"version": "4", "status": "firing", "alerts": alerts, **group}
    return Payload(body=json.dumps(body).encode(), headers={}, received_at=NOW)


def one(alert: Any, **group: Any) -> Envelope:
    return parse(payload([alert], **group))[0]


LABELS = {"alertname": "QueueGrowing", "severity": "page", "model": "m-1"}


def test_the_fingerprint_is_the_dedup_key() -> None:
    assert one({"labels": LABELS, "fingerprint": "abc"}).dedup_key == "abc"


def test_without_one_equal_labels_are_the_same_problem() -> None:
    swapped = dict(reversed(LABELS.items()))
    assert one({"labels": LABELS}).dedup_key == one({"labels": swapped}).dedup_key
    other = {**LABELS, "model": "m-2"}
    assert one({"labels": LABELS}).dedup_key != one({"labels": other}).dedup_key


def test_each_alert_has_its_own_state() -> None:
    made = parse(
        payload([{"labels": LABELS}, {"labels": LABELS, "status": "resolved"}])
    )
    assert [each.status for each in made] == [Status.FIRING, Status.RESOLVED]


def test_an_end_in_year_one_means_it_is_open() -> None:
    open_end = {"labels": LABELS, "endsAt": "0001-01-01T00:00:00Z"}
    assert one(open_end, status="").status is Status.FIRING


def test_an_end_that_has_passed_resolves_an_alert_without_a_state() -> None:
    ended = {"labels": LABELS, "endsAt": "2026-05-04T10:00:00Z"}
    ends = {"labels": LABELS, "endsAt": "2026-05-04T12:00:00Z"}
    assert one(ended).status is Status.RESOLVED
    assert one(ends).status is Status.FIRING


def test_the_first_alert_stands_for_those_cut_off() -> None:
    made = parse(payload([{"labels": LABELS}] * 3, truncatedAlerts=1700))
    assert [each.stands_for for each in made] == [1701, 1, 1]


def test_a_count_that_is_no_count_is_ignored() -> None:
    for wrong in (-5, "many", 1.5, True, None):
        assert one({"labels": LABELS}, truncatedAlerts=wrong).stands_for == 1


def test_alerts_of_one_group_share_its_key() -> None:
    made = one({"labels": LABELS}, groupKey="{}:{a}", groupLabels={"a": "b"})
    assert made.group_key == "{}:{a}"


def test_a_group_without_labels_joins_nothing() -> None:
    made = one({"labels": LABELS}, groupKey="{}:{}", groupLabels={})
    assert made.group_key == ""


def test_labels_of_the_group_fill_in_for_missing_ones() -> None:
    made = one({"annotations": {}}, commonLabels={"alertname": "X"})
    assert made.title.for_slack() == "X"


def test_links_for_responders_are_kept() -> None:
    notes = {"runbook_url": "https://r.example", "dashboard": "not a link"}
    made = one({"labels": LABELS, "annotations": notes, "generatorURL": "http://p"})
    assert made.links == ("http://p", "https://r.example")


def test_a_value_of_a_wrong_type_is_left_out_and_noted() -> None:
    made = one({"labels": {"alertname": "X", "severity": ["critical"]}})
    assert made.vendor_severity == ""
    assert made.notes == ("a label or annotation is not a text; it is left out",)


def test_an_entry_that_is_no_alert_is_counted_not_lost() -> None:
    (made,) = parse(payload([{"labels": LABELS}, "?"]))
    assert made.stands_for == 2
    assert "not an alert" in made.notes[0]


def test_a_body_of_grafana_is_left_to_grafana() -> None:
    assert recognizes(payload([{"labels": LABELS}]))
    assert not recognizes(payload([{"labels": LABELS}], orgId=1))
    assert not recognizes(payload("none"))
