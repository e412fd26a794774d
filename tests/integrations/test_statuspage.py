"""What a provider's status page says, and what of it counts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integrations.judging import triaged, verdict

SAYS_MAJOR = {"id": "p", "status_indicator": "major", "status_description": "Outage"}
PAGE = {"id": "p", "name": "A Provider", "updated_at": "2026-05-04T10:00:00Z"}


def component(new: str) -> dict[str, Any]:
    return {
        "page": SAYS_MAJOR,
        "component": {"id": "c", "name": "Chat API", "status": new},
        "component_update": {"new_status": new, "created_at": "2026-05-04T09:00:00Z"},
    }


def incident(status: str, impact: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "i",
        "name": "Login fails",
        "status": status,
        "impact": impact,
        **more,
    }


def told(status: str, impact: str, **more: Any) -> dict[str, Any]:
    return {"page": SAYS_MAJOR, "incident": incident(status, impact, **more)}


def summary(*incidents: Any, components: Any = (), says: str = "none") -> Any:
    return {
        "page": PAGE,
        "status": {"indicator": says, "description": f"It says {says}"},
        "components": list(components),
        "incidents": list(incidents),
        "scheduled_maintenances": [],
    }


DOWN = {"id": "c", "name": "Chat API", "status": "major_outage", "group": False}
SLOW = {"id": "d", "name": "Web", "status": "degraded_performance", "group": False}
GROUP = {"id": "g", "name": "All", "status": "major_outage", "group": True}


@pytest.mark.parametrize(
    ("happened", "means"),
    [
        (component("degraded_performance"), "availability SEV3"),
        (component("partial_outage"), "availability SEV3"),
        (component("major_outage"), "availability SEV2"),
        (component("under_maintenance"), "change_event INFO"),
        (told("investigating", "minor"), "availability SEV3"),
        (told("monitoring", "critical"), "availability SEV2"),
        (told("investigating", "none"), "availability SEV4"),
        (told("resolved", "critical"), "resolves"),
        (told("postmortem", "critical"), "resolves"),
        (told("scheduled", "maintenance", scheduled_for="x"), "change_event INFO"),
        (told("completed", "maintenance", scheduled_for="x"), "resolves"),
        (summary(), "none NONE"),
        (summary(incident("identified", "minor"), says="minor"), "availability SEV3"),
        (summary(components=[DOWN], says="critical"), "availability SEV2"),
        ({"page": PAGE, "incidents": [incident("resolved", "major")]}, "resolves"),
        ({"page": PAGE, "incidents": []}, "none NONE"),
        ({"page": PAGE, "status": {"indicator": "none"}}, "resolves"),
        ({"page": PAGE, "status": {"indicator": "minor"}}, "availability SEV3"),
    ],
)
def test_a_page_means(happened: dict[str, Any], means: str) -> None:
    assert verdict(happened) == f"statuspage {means}"


def test_the_component_counts_and_not_the_page() -> None:
    assert verdict(component("operational")) == "statuspage resolves"


def test_trouble_and_its_end_have_one_key() -> None:
    pairs = [
        (component("major_outage"), component("operational")),
        (told("investigating", "major"), told("resolved", "major")),
        (summary(incident("identified", "minor")), told("resolved", "minor")),
        (summary(components=[DOWN]), component("operational")),
    ]
    for trouble, end in pairs:
        keys = [triaged(one).alerts[0].envelope.dedup_key for one in (trouble, end)]
        assert keys[0] == keys[1]


def test_each_unresolved_incident_is_one_alert_and_its_components_are_none() -> None:
    shown = incident("identified", "major", components=[{"id": "c", "name": "Chat"}])
    titles = [
        one.envelope.title.for_slack()
        for one in triaged(summary(shown, components=[DOWN, SLOW, GROUP])).alerts
    ]
    assert titles == ["A Provider: Login fails", "Web: degraded performance"]


def test_the_time_of_the_change_counts() -> None:
    made = triaged(component("partial_outage")).alerts[0].envelope
    assert made.occurred_at == datetime(2026, 5, 4, 9, tzinfo=UTC)
