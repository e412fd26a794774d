"""What is remembered is what would have been understood anew."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ports import Payload
from bot.reading.recall import Recall
from tests.core import recall, rulings
from tests.payloads import alert, group, raw
from tests.spec import NOON

SECRET = "gh" + "p_" + "a1B2" * 9
_TIMES = st.sampled_from(
    [
        "2026-02-02T10:00:00Z",
        "2026-02-02T10:00:00.123Z",
        "2026-02-02T10:00:00.1234567+02:00",
        "0001-01-01T00:00:00Z",
        "2026-02-02T10:00:60Z",
        "soon",
        1770026400,
        None,
        {"at": "noon"},
    ]
)
_ALERTS = st.builds(
    lambda problem, status, starts, ends, more: {
        **alert(problem, startsAt=starts, endsAt=ends),
        **({} if status is None else {"status": status}),
        **({"status": more} if more == "odd" else {}),
        **({"StartsAt": starts} if more == "other case" else {}),
        **({"annotations": {"summary": f"key {SECRET}"}} if more == "secret" else {}),
        **({"labels": [1]} if more == "bent" else {}),
    },
    st.integers(0, 2),
    st.sampled_from(["firing", "resolved", None]),
    _TIMES,
    _TIMES,
    st.sampled_from(["", "odd", "other case", "secret", "bent"]),
)
_BODIES = st.builds(
    lambda alerts, cut, key, more: raw(
        group([*alerts, *more], key=key, truncatedAlerts=cut)
    ),
    st.lists(_ALERTS, max_size=4),
    st.sampled_from([0, 7, "many"]),
    st.sampled_from(["", "g1", "g2"]),
    st.sampled_from([[], ["not an alert"], [1e400]]),
)


def payload(body: bytes, later_s: int = 0) -> Payload:
    return Payload(body=body, headers={}, received_at=NOON + timedelta(seconds=later_s))


def same_as_without_memory(
    memory: Recall, bodies: Sequence[bytes], source: str
) -> None:
    for number, body in enumerate(bodies):
        given_now = payload(body, number)
        item = f"al_{number}"
        found = memory.understand(given_now, source, item)
        assert replace(found, same=()) == rulings().understand(given_now, source, item)


@settings(max_examples=60)
@given(st.lists(_BODIES, min_size=1, max_size=5))
def test_memory_changes_no_answer(bodies: list[bytes]) -> None:
    same_as_without_memory(recall(), [*bodies, *bodies], "alertmanager")


def test_memory_changes_no_answer_of_a_source_without_skeletons() -> None:
    said = [{"title": f"Model m{n % 2} is slow", "id": f"{n % 3}"} for n in range(6)]
    same_as_without_memory(recall(), [raw(one) for one in said], "webhook")


def test_a_field_that_stands_twice_is_noted_each_time() -> None:
    body = raw(group([alert(1)]))
    twice = body.replace(b'"version": "4"', b'"version": "4", "version": "5"')
    same_as_without_memory(recall(), [body, twice, body, twice], "alertmanager")


def test_a_payload_that_cannot_be_read_is_told_each_time() -> None:
    same_as_without_memory(recall(), [b"{", b"{", b"\xff"], "alertmanager")


def test_alerts_that_differ_only_in_times_are_the_same() -> None:
    memory = recall()

    def same(body: Any) -> bytes:
        return memory.understand(payload(raw(body)), "alertmanager", "al_1").same[0]

    first = same(group([alert(1)]))
    assert same(group([alert(1, at=9)])) == first
    assert same(group([alert(2)])) != first
    assert same(group([alert(1, status="resolved")])) != first


def test_memory_is_bounded() -> None:
    memory = recall(most_bytes=50_000)
    for problem in range(60):
        memory.understand(payload(raw(group([alert(problem)]))), "alertmanager", "al_1")
    assert memory.remembered_bytes <= 50_000


def test_no_text_that_was_sent_is_remembered() -> None:
    memory = recall()
    leaking = alert(1, annotations={"summary": f"leaked {SECRET}"})
    memory.understand(payload(raw(group([leaking]))), "alertmanager", "al_1")
    assert SECRET not in repr(vars(recall))
    assert SECRET not in json.dumps([str(one) for one in memory.remembered()])


def test_an_alert_without_a_state_ends_when_its_time_says_so() -> None:
    now, hour = NOON, timedelta(hours=1)
    unstated = alert(1)
    del unstated["status"]
    bodies = [
        raw(group([{**unstated, "endsAt": ends.isoformat()}], status="firing"))
        for ends in (now + hour, now - hour, now + 2 * hour)
    ]
    same_as_without_memory(recall(), bodies, "alertmanager")


def test_only_the_first_stands_for_what_was_cut_off() -> None:
    cut = raw(group([alert(1), alert(1), alert(2)], truncatedAlerts=7))
    turned = raw(group([alert(2), alert(1), alert(1)], truncatedAlerts=7))
    same_as_without_memory(recall(), [cut, turned, cut], "alertmanager")


def test_what_one_source_sent_is_not_taken_for_what_another_sends() -> None:
    memory, body = recall(), raw(group([alert(1)]))

    same_as_without_memory(memory, [body], "grafana")

    same_as_without_memory(memory, [body], "alertmanager")
    same_as_without_memory(memory, [body], "grafana")
