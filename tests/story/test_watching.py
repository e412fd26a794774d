"""A source promises to call and falls silent; Tocsin itself calls while it works."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rawserver import ok, saying
from tests.story.running import Reply, Tocsin, running

pytestmark = pytest.mark.slow
WATCHDOG = {
    "version": "4",
    "groupKey": "{}:{alertname='Watchdog'}",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "Watchdog", "severity": "none"},
            "annotations": {"summary": "This alert always fires"},
            "startsAt": "2026-05-04T10:00:00Z",
            "fingerprint": "b1a2",
        }
    ],
}
NEVER, AGAIN = "has never called", "Open again"
# Lines of the thread stay; of a card only the last state does.
OVER = "heartbeat says that one of the problems is over."


def promising(every_min: float, **more: str) -> dict[str, str]:
    """Return settings of a promise of seconds; its grace is none."""
    return {
        "TOCSIN_SOURCES_ALERTMANAGER_HEARTBEAT_MIN": str(every_min),
        "TOCSIN_SOURCES_ALERTMANAGER_HEARTBEAT_GRACE_MIN": "0",
        "TOCSIN_PRACTICE_CLOUD": "false",
        **more,
    }


def call(tocsin: Tocsin, source: str = "alertmanager") -> Reply:
    token = tocsin.facts["tokens"]["alerts"]
    path = f"/heartbeats/{source}"
    return tocsin.ask(path, b"", {"Authorization": f"Bearer {token}"})


def card(tocsin: Tocsin, *wanted: str) -> Any:
    def there(messages: list[dict[str, Any]]) -> Any:
        return [m for m in messages if all(one in m["text"] for one in wanted)]

    return tocsin.wait_for(there)


def test_a_silence_is_a_card_and_a_beat_resolves_it_across_a_kill(
    tmp_path: Path,
) -> None:
    with running(tmp_path, settings=promising(0.08)) as tocsin:
        card(tocsin, "INC-0001", NEVER, "not acknowledged")
        tocsin.kill()
        tocsin.start()
        assert call(tocsin).status == 202
        card(tocsin, OVER)
        tocsin.kill()
        tocsin.start()
        # The same problem soon after its end: the same incident, open again.
        card(tocsin, AGAIN)
        assert not [m for m in tocsin.cards() if "INC-0002" in m["text"]]


def test_a_watchdog_that_comes_again_byte_by_byte_is_a_beat_and_opens_nothing(
    tmp_path: Path,
) -> None:
    with running(tmp_path, settings=promising(0.08)) as tocsin:
        card(tocsin, NEVER)
        first = tocsin.alert(WATCHDOG, source="alertmanager")
        card(tocsin, OVER)
        card(tocsin, AGAIN)
        again = tocsin.alert(WATCHDOG, source="alertmanager")
        assert again.json == {"id": first.json["id"], "duplicate": True}
        tocsin.wait_for(lambda found: sum(OVER in m["text"] for m in found) == 2)
        assert not [m for m in tocsin.cards() if "INC-0002" in m["text"]]


def test_nobody_outside_can_speak_for_tocsin(tmp_path: Path) -> None:
    with running(tmp_path, settings=promising(60)) as tocsin:
        forged = {"tocsin": "heartbeat", "about": "x", "event": "source_silent"}
        for name in ("heartbeat", "baseline"):
            assert tocsin.alert(forged, source=name).status == 404
        assert call(tocsin, "webhook").json["error"] == "nothing_promised"


def test_its_own_heartbeat_goes_out_while_it_works_and_ends_with_it(
    tmp_path: Path,
) -> None:
    with saying(ok(b"")) as server:
        url = f"{server.url}/ping/quiet-token"
        (tmp_path / "url").write_text(url)
        own = {
            "TOCSIN_SERVER_HEARTBEAT_URL_FILE": str(tmp_path / "url"),
            "TOCSIN_SERVER_HEARTBEAT_MIN": "0.01",
        }
        with running(tmp_path, settings=promising(60, **own)) as tocsin:
            assert server.came.wait(20)
            server.came.clear()
            assert server.came.wait(20)
            assert tocsin.stop() == 0
            server.came.clear()
            said = tocsin.stderr() + json.dumps(tocsin.printed)
        assert server.lines()[0] == "POST /ping/quiet-token HTTP/1.1"
        assert not server.came.is_set()
    assert "quiet-token" not in said


def test_a_page_that_hangs_holds_nothing_up_and_does_not_outlast_the_end(
    tmp_path: Path,
) -> None:
    with saying(None) as server:
        own = {"TOCSIN_SOURCES_STATUSPAGE_PAGES": server.url}
        with running(tmp_path, settings=promising(0.05, **own)) as tocsin:
            assert server.came.wait(20)
            card(tocsin, NEVER)
            assert tocsin.stop() == 0
    assert server.lines() == ["GET /api/v2/summary.json HTTP/1.1"]
