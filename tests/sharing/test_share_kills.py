"""kill -9 at random between lease and ack: slots return, three leases, all audited."""

import contextlib
import http.client
import json
import secrets
import signal
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.domain.share_decisions import MOST_LEASES
from bot.domain.share_limits import LEASE_LIFE
from bot.sharing import proof, seal
from bot.sharing.seal import Link
from tests.preloaded import speaking
from tests.sharing.stage import Stage

pytestmark = pytest.mark.slow
SHARES, PEOPLE = 12, 3
# One more than the leases a ticket has, so that some run out of them.
ROUNDS = MOST_LEASES + 1
# On a busy machine fewer were given before a kill: then there are more kills.
MOST_ROUNDS = 5 * ROUNDS
_BROKEN = (OSError, http.client.HTTPException, ValueError)


@dataclass
class Seen:
    """What people got before the server died.

    Attributes:
        leases: Digests of the leases they hold, by share.
        acked: Shares that were answered as opened.
        refused: Shares that did not open in the last round.
    """

    leases: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    acked: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


@contextlib.contextmanager
def serving_child(folder: Path, later_s: float) -> Iterator[tuple[str, Any]]:
    words = (str(folder), str(later_s))
    child, out = speaking("tests.sharing.serving_child", *words, errors=sys.stderr)
    try:
        yield out.readline().strip(), child
    finally:
        child.kill()
        child.wait()
        out.close()


def post(url: str, what: str, given: Any) -> tuple[int, bytes]:
    there = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    with contextlib.closing(there):
        there.request("POST", f"/share/{what}", json.dumps(given).encode())
        answer = there.getresponse()
        return answer.status, answer.read()


def open_one(url: str, link: Link, seen: Seen, *, ends: bool) -> None:
    """Claim, fetch and acknowledge, as far as the server lives.

    Args:
        ends: Acknowledge; else whoever opened it went away in the middle.
    """
    with contextlib.suppress(*_BROKEN):
        nonce = json.loads(post(url, "nonce", {})[1])["nonce"]
        auth = proof.auth_key(link.key)
        given = {"share": link.share, "ticket": link.ticket, "nonce": nonce}
        shown = proof.proof_of(auth, **given)
        status, raw = post(url, "claim", {**given, "proof": shown})
        if status != 200:
            seen.refused.add(link.share)
            return
        lease = json.loads(raw)["lease"]
        seen.leases[link.share].append(proof.digest(lease))
        held = {"share": link.share, "lease": lease}
        _, content = post(url, "content", held)
        assert seal.unseal(content, key=link.key) == b"hello"
        if ends and post(url, "ack", held)[0] == 204:
            seen.acked.add(link.share)


def round_of_openings(url: str, child: Any, links: list[Link], seen: Seen) -> None:
    """Let people open everything, and kill the server while they do."""
    some = secrets.SystemRandom()
    deadly = threading.Timer(
        some.uniform(0.02, 0.25), child.send_signal, [signal.SIGKILL]
    )
    seen.refused.clear()
    deadly.start()
    with ThreadPoolExecutor(PEOPLE) as people:
        wish = lambda link: open_one(url, link, seen, ends=some.random() < 0.3)  # noqa: E731
        list(people.map(wish, some.sample(links, len(links))))
    deadly.join()
    assert child.wait(20) == -signal.SIGKILL


def test_random_kills_lose_no_slot_and_no_lease(tmp_path: Path) -> None:
    first = Stage(tmp_path)
    links = [first.sealed(life_s=86400) for _ in range(SHARES)]
    first.close()
    seen, lapse_s = Seen(), LEASE_LIFE.total_seconds() + 1
    for n in range(MOST_ROUNDS):
        if n >= ROUNDS and sum(map(len, seen.leases.values())) >= SHARES:
            break
        with serving_child(tmp_path, n * lapse_s) as (url, child):
            left = [one for one in links if one.share not in seen.acked]
            round_of_openings(url, child, left, seen)
    after = Stage(tmp_path)
    after.core.wait(seconds=MOST_ROUNDS * lapse_s)
    told = {link.share: Counter(after.kinds(link.share)) for link in links}
    logged = {link.share: leases_in(after, link.share) for link in links}
    for share, kinds in told.items():
        assert kinds["leased"] <= MOST_LEASES
        # Every lease has its end in the log, and opened means opened once.
        assert kinds["leased"] == kinds["opened"] + kinds["lease_lapsed"]
        assert kinds["opened"] <= 1
        # What somebody was given is in the log, whatever happened after it.
        assert set(seen.leases[share]) <= logged[share]
        assert kinds["opened"] == 1 or share not in seen.acked
    assert sum(kinds["leased"] for kinds in told.values()) >= SHARES
    for link in links:
        kinds = told[link.share]
        if kinds["opened"] == 0 and kinds["leased"] < MOST_LEASES:
            assert after.open(link) == b"hello"
    after.close()


def test_a_slot_comes_back_after_a_kill_and_is_gone_after_the_third(
    tmp_path: Path,
) -> None:
    first = Stage(tmp_path)
    link = first.sealed(life_s=86400)
    first.close()
    seen = Seen()
    for n in range(ROUNDS):
        with serving_child(tmp_path, n * 61) as (url, child):
            open_one(url, link, seen, ends=False)
            child.send_signal(signal.SIGKILL)
            child.wait(20)
    assert len(seen.leases[link.share]) == MOST_LEASES
    assert seen.refused == {link.share}
    after = Stage(tmp_path)
    told = Counter(after.kinds(link.share))
    assert (told["leased"], told["lease_lapsed"], told["denied"]) == (3, 3, 1)
    after.close()


def leases_in(stage: Stage, share: str) -> set[str]:
    entries = stage.core.store.read(lambda tx: tx.log.load(f"share/{share}"))
    return {one.body["lease"] for one in entries if "leased" in one.kind}
