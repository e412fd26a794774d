"""A flood of alerts: none is lost under `kill -9`, and few are told."""

import contextlib
import http.client
import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.hardness import times
from tests.payloads import alert, group
from tests.story.delivered import counted, incidents_of, kept, owed, rows
from tests.story.flood import Chance, Sent, flood
from tests.story.running import Tocsin, running

pytestmark = pytest.mark.slow

KILLS = times(20, else_=7)
PROBLEMS = 12
STORM, STORM_PROBLEMS, BATCH = 10_000, 100, 100


def wait_until_read(tocsin: Tocsin) -> None:
    """Wait until the worker has read the whole inbox."""
    unread = "SELECT count(*) FROM inbox WHERE lane = 'alerts' AND state = 'new'"
    path = "/practice/channels/C0INCIDENTS/messages"
    for _ in range(400):
        if rows(tocsin, unread) == [(0,)]:
            return
        after = tocsin.ask(path).json["seq"]
        tocsin.ask(f"{path}?after={after}&wait=1")
    raise AssertionError(f"unread: {rows(tocsin, unread)}")


def test_kills_in_a_flood_lose_no_alert_and_count_none_twice(
    tmp_path: Path,
) -> None:
    chance = Chance(20)
    sent = Sent()
    with running(tmp_path, cloud=False) as tocsin:
        for round_number in range(KILLS):
            kill_in_a_flood(tocsin, sent, chance, first=round_number * 10_000)
            tocsin.start()
        assert len(sent.items) > KILLS
        wait_until_read(tocsin)
        assert_each_delivered_once(tocsin, sent)


def kill_in_a_flood(tocsin: Tocsin, sent: Sent, chance: Chance, *, first: int) -> None:
    """Let four senders post singles and batches, and kill it at some moment."""
    enough = len(sent.items) + 2 + chance.below(38)

    def payload() -> list[int]:
        size = (1, 1, 1, 30)[chance.below(4)]
        return [chance.below(PROBLEMS) for _ in range(size)]

    senders = flood(tocsin, sent, payload, first=first)
    while len(sent.items) < enough and any(one.is_alive() for one in senders):
        senders[0].join(0.002)
    tocsin.kill()
    for one in senders:
        one.join()


def assert_each_delivered_once(tocsin: Tocsin, sent: Sent) -> None:
    """Compare, payload by payload, what was sent with what one delivery gives.

    A payload that was on disk when its answer was lost counts as well: nobody was
    told, but it is there. So the inbox says what each incident must have counted.
    """
    payloads = kept(tocsin)
    acknowledged = {item: payloads[item].problems for item in sent.items}
    assert acknowledged == sent.items
    numbers = Counter(one.number for one in payloads.values())
    assert numbers.most_common(1)[0][1] == 1, "a payload lies there twice"
    for item, one in payloads.items():
        assert set(one.placed) == set(one.alerts(item)), item
    homes = incidents_of(payloads)
    assert {problem: len(found) for problem, found in homes.items()} == dict.fromkeys(
        homes, 1
    )
    assert counted(tocsin, payloads) == owed(payloads)


def test_ten_thousand_alerts_of_a_hundred_problems_are_few_cards_and_one_digest(
    tmp_path: Path,
) -> None:
    sent = Sent()
    left = iter(range(STORM // BATCH))

    def payload() -> "list[int] | None":
        number = next(left, None)
        if number is None:
            return None
        return [(number + n) % STORM_PROBLEMS for n in range(BATCH)]

    with running(tmp_path, cloud=False) as tocsin:
        for one in flood(tocsin, sent, payload):
            one.join()
        assert (len(sent.items), sent.refused) == (STORM // BATCH, 0)
        wait_until_read(tocsin)
        assert len(rows(tocsin, "SELECT id FROM board")) <= STORM_PROBLEMS
        assert rows(tocsin, "SELECT sum(count) FROM problem") == [(STORM,)]
        assert_few_calls(tocsin)
        assert_every_one_is_found_by_id(tocsin, sent)
        assert resident_mb(tocsin) < 200


def assert_few_calls(tocsin: Tocsin) -> None:
    cards = tocsin.wait_for(lambda m: [one for one in m if "INC-" in one["text"]])
    assert cards
    texts = [one["text"] for one in tocsin.cards()]
    digests = [text for text in texts if "more" in text or "held" in text]
    assert len(texts) <= 11, texts
    assert len(digests) <= 1, texts
    told = tocsin.ask("/practice/faults").json
    assert sum(told["calls"].values()) <= 120
    assert told["ratelimited"] == 0 or told["ratelimited"] == {}


def assert_every_one_is_found_by_id(tocsin: Tocsin, sent: Sent) -> None:
    """Ask for each of the ten thousand as an operator does, over one connection."""
    ids = [
        item if place == 1 else f"{item}.{place}"
        for item in sent.items
        for place in range(1, BATCH + 1)
    ]
    assert len(set(ids)) == STORM
    admin = {"Authorization": f"Bearer {tocsin.facts['tokens']['admin']}"}
    place = urlsplit(tocsin.facts["url"]).netloc
    with contextlib.closing(http.client.HTTPConnection(place, timeout=20)) as line:
        for alert_id in ids:
            line.request("GET", f"/alerts/{alert_id}", headers=admin)
            found = json.loads(line.getresponse().read())
            assert found["id"] == alert_id, found
            assert found["incident"].startswith("INC-"), found


def test_the_first_card_does_not_wait_for_the_end_of_a_storm(tmp_path: Path) -> None:
    """Counted in payloads and not in seconds: each is sent once the last is read."""
    with running(tmp_path, cloud=False) as tocsin:
        for number in range(STORM // BATCH):
            body = group([alert(one, at=number) for one in range(STORM_PROBLEMS)])
            item = tocsin.alert(body, source="alertmanager").json["id"]
            asked = (tocsin.alert_state(item)["state"] for _ in range(10_000))
            assert "done" in asked
            if tocsin.cards():
                break
        assert number < STORM // BATCH // 4


def resident_mb(tocsin: Tocsin) -> float:
    status = Path(f"/proc/{tocsin.facts['pid']}/status").read_text()
    (line,) = [one for one in status.splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024
