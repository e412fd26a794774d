"""A source that promised to call and is silent is an incident; our absence is not."""

import json
from dataclasses import replace
from datetime import timedelta

from bot.domain.severity import Severity
from bot.ports import Lane, Received
from bot.watch import rows
from bot.watch.heartbeats import Heartbeats
from tests.watch.stage import FIVE, Watched


def heard(watched: Watched, beats: Heartbeats, source: str = "alertmanager") -> None:
    """An alert of this source was accepted, as the door does it."""
    now = watched.core.clock.now()
    item = Received(
        id="al_x", lane=Lane.ALERTS, source=source, key="k", received_at=now, sealed=b""
    )
    beats.note(item)


def incident(watched: Watched, number: str = "INC-0001") -> tuple[str, Severity, bool]:
    view = watched.core.service.view(number)
    assert view is not None
    return view.state.category, view.state.severity, view.state.is_open


def last_notice(watched: Watched) -> dict[str, object]:
    return dict(json.loads(watched.told("heartbeat")[-1]))


def test_silence_beyond_the_promise_and_its_grace_opens_an_incident(
    watched: Watched,
) -> None:
    beats = watched.heartbeats(FIVE)
    beats.beat("alertmanager").result()
    watched.wait(beats, minutes=5, seconds=59)
    assert watched.told("heartbeat") == []
    watched.wait(beats, seconds=1)
    assert incident(watched) == ("control_tampering", Severity.SEV3, True)
    assert last_notice(watched)["was_away"] is False


def test_whoever_calls_in_time_is_not_silent(watched: Watched) -> None:
    beats = watched.heartbeats(FIVE)
    for _ in range(10):
        watched.wait(beats, minutes=4)
        heard(watched, beats)
    watched.wait(beats, seconds=1)
    assert watched.told("heartbeat") == []
    found = watched.row(rows.HEARTBEATS, "alertmanager")["last_beat"]
    assert found == (watched.core.clock.now() - timedelta(seconds=1)).isoformat()


def test_a_beat_that_is_only_in_memory_counts_when_the_timer_fires(
    watched: Watched,
) -> None:
    beats = watched.heartbeats(FIVE)
    watched.core.clock.go_on(360)
    heard(watched, beats)
    (timer,) = watched.core.store.write(
        lambda tx: tx.timers.claim(now=watched.core.clock.now(), lease_s=30, limit=5)
    ).result()
    beats.fire(timer)
    assert watched.told("heartbeat") == []


def test_the_first_beat_afterwards_resolves_it(watched: Watched) -> None:
    beats = watched.heartbeats(FIVE)
    watched.wait(beats, minutes=6)
    assert incident(watched)[2]
    heard(watched, beats)
    watched.wait(beats, seconds=1)
    assert not incident(watched)[2]
    assert last_notice(watched)["event"] == "source_heard"


def test_an_explicit_call_resolves_it_too(watched: Watched) -> None:
    beats = watched.heartbeats(FIVE)
    watched.wait(beats, minutes=6)
    beats.beat("alertmanager").result()
    watched.read()
    assert not incident(watched)[2]


def test_it_is_told_once_and_again_after_the_next_silence(watched: Watched) -> None:
    beats = watched.heartbeats(FIVE)
    for _ in range(20):
        watched.wait(beats, minutes=1)
    assert len(watched.told("heartbeat")) == 1
    beats.beat("alertmanager").result()
    watched.wait(beats, minutes=6)
    events = [json.loads(one)["event"] for one in watched.told("heartbeat")]
    assert events == ["source_silent", "source_heard", "source_silent"]


def test_whoever_has_never_called_is_told_so_after_the_first_period(
    watched: Watched,
) -> None:
    beats = watched.heartbeats(FIVE)
    watched.wait(beats, minutes=6)
    assert last_notice(watched)["last_beat_at"] is None
    assert any("has never called" in one for one in watched.core.outbox().values())


def test_after_a_restart_everybody_gets_one_full_period(watched: Watched) -> None:
    first = watched.heartbeats(FIVE)
    first.beat("alertmanager").result()
    watched.core.clock.go_on(5 * 3600)
    again = watched.heartbeats(FIVE)
    watched.wait(again, minutes=5, seconds=59)
    assert watched.told("heartbeat") == []
    watched.wait(again, seconds=1)
    assert last_notice(watched)["was_away"] is True


def test_a_pause_of_ours_is_no_storm_of_silence(watched: Watched) -> None:
    others = [replace(FIVE, source=f"s{number}") for number in range(20)]
    beats = watched.heartbeats(*others)
    watched.wait(beats, hours=3)  # as when the machine was asleep
    assert watched.told("heartbeat") == []
    watched.wait(beats, minutes=6)
    assert len(watched.told("heartbeat")) == 20


def test_a_known_silence_survives_a_restart_and_is_not_told_again(
    watched: Watched,
) -> None:
    beats = watched.heartbeats(FIVE)
    watched.wait(beats, minutes=6)
    again = watched.heartbeats(FIVE)
    watched.wait(again, hours=1)
    assert len(watched.told("heartbeat")) == 1
    again.beat("alertmanager").result()
    watched.read()
    assert not incident(watched)[2]


def test_a_promise_that_is_taken_back_takes_back_what_was_told(
    watched: Watched,
) -> None:
    beats = watched.heartbeats(FIVE)
    watched.wait(beats, minutes=6)
    none = watched.heartbeats()
    watched.read()
    assert not incident(watched)[2]
    assert watched.row(rows.HEARTBEATS, "alertmanager") == {}
    watched.wait(none, hours=1)
    assert len(watched.told("heartbeat")) == 2


def test_whoever_promised_nothing_is_not_noted(watched: Watched) -> None:
    beats = watched.heartbeats(FIVE)
    heard(watched, beats, "webhook")
    assert beats.write_noted() == 0


def test_a_watchdog_opens_nothing(watched: Watched) -> None:
    alert = {"labels": {"alertname": "Watchdog"}, "status": "firing"}
    body = {"version": "4", "status": "firing", "alerts": [alert], "groupLabels": {}}
    found = watched.core.alert(body, source="alertmanager")
    assert found["outcome"] == "ignored"


def test_the_intake_is_woken_once_it_is_on_disk(watched: Watched) -> None:
    beats = watched.heartbeats(FIVE)
    woken = watched.woken
    beats.beat("alertmanager").result()
    beats.write_noted()
    assert watched.woken == woken + 1
