"""What sealed links promise, counted: bots burn none, racers get one each."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.sharing import proof, seal
from tests.story.keepalive import KeptOpen
from tests.story.running import Tocsin, running
from tests.story.scanners import SCANNERS
from tests.story.test_sharing import QUIET

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SHARES, RACED, RACERS, THREADS = 200, 500, 6, 3
PROXIED = {**QUIET, "TOCSIN_WEB_TRUSTED_PROXIES": "127.0.0.1"}
CONTENT = b"evidence"
Made = tuple[str, str, str]  # share, ticket, key


@pytest.fixture(scope="module")
def tocsin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tocsin]:
    with running(tmp_path_factory.mktemp("proofs"), settings=PROXIED) as started:
        yield started


def sealed(tocsin: Tocsin, number: int) -> list[Made]:
    """Seal one-time shares as the command line does."""
    admin = {"Authorization": f"Bearer {tocsin.facts['tokens']['admin']}"}
    made: list[Made] = []
    with closing(KeptOpen(tocsin.facts["url"])) as server:
        for _ in range(number):
            key, ticket = seal.new_key(), proof.new_secret()
            auth, digest = proof.auth_key(key).hex(), proof.digest(ticket)
            path = f"/admin/shares?ticket={digest}&auth={auth}&life_s=3600&opens=1"
            content = seal.seal(CONTENT, key=key)
            status, body = server.ask("POST", path, content, "192.0.2.1", admin)
            assert status == 200
            made.append((json.loads(body)["share"], ticket, key))
    return made


def claim(made: Made, nonce: str, *, key: str = "") -> dict[str, str]:
    share, ticket, own = made
    auth = proof.auth_key(key or own)
    shown = proof.proof_of(auth, share=share, ticket=ticket, nonce=nonce)
    return {"share": share, "ticket": ticket, "nonce": nonce, "proof": shown}


def opened(server: KeptOpen, made: Made, address: str) -> bool:
    """Open a link to the end, as a person's browser does."""
    nonce = server.post("/share/nonce", {}, address)[1]["nonce"]
    status, leased = server.post("/share/claim", claim(made, nonce), address)
    if status != 200:
        return False
    held = {"share": made[0], "lease": leased["lease"]}
    raw = json.dumps(held).encode()
    kind = {"Content-Type": "application/json"}
    _, content = server.ask("POST", "/share/content", raw, address, kind)
    assert seal.unseal(content, key=made[2]) == CONTENT
    return server.post("/share/ack", held, address)[0] == 204


def scanned(tocsin: Tocsin, made: list[Made], agents: tuple[str, ...]) -> Counter[int]:
    """Let scanners look at every link, and press without the key.

    Returns:
        The statuses they got.
    """
    found: Counter[int] = Counter()
    with closing(KeptOpen(tocsin.facts["url"])) as server:
        for agent in agents:
            n = SCANNERS.index(agent)
            for m, one in enumerate(made):
                address, said = f"10.{n}.{m // 50}.1", {"User-Agent": agent}
                looks: list[tuple[str, bytes | None]] = [("GET", None)]
                if (n + m) % 5 == 0:
                    looks += [("HEAD", None), ("OPTIONS", None)]
                    looks += [("POST", press) for press in _presses(server, one, m)]
                for method, body in looks:
                    path = "/share/claim" if body else f"/d/{one[0]}"
                    status, _ = server.ask(method, path, body, address, said)
                    found[status] += 1
    return found


def _presses(server: KeptOpen, made: Made, m: int) -> list[bytes]:
    """Return what a script sends that presses the button without the key."""
    share, ticket, _ = made
    nonce = server.post("/share/nonce", {}, f"10.99.{m % 250}.1")[1]["nonce"]
    bare = {"share": share, "ticket": ticket}
    guessed = claim(made, nonce, key=seal.new_key())
    return [json.dumps(one).encode() for one in (bare, guessed)]


def test_scanners_burn_none_of_two_hundred_and_then_a_person_opens_each(
    tocsin: Tocsin,
) -> None:
    assert len(SCANNERS) >= 20
    made = sealed(tocsin, SHARES)
    with ThreadPoolExecutor(THREADS) as pool:
        parts = [SCANNERS[n::THREADS] for n in range(THREADS)]
        found = sum(
            pool.map(lambda part: scanned(tocsin, made, part), parts), Counter()
        )
    assert found[404] == 2 * len(SCANNERS) * SHARES // 5
    assert set(found) == {200, 404, 405}
    with closing(KeptOpen(tocsin.facts["url"])) as person:
        opens = [
            opened(person, one, f"172.16.{n // 20}.1") for n, one in enumerate(made)
        ]
    assert opens == [True] * SHARES


def test_six_processes_get_five_hundred_links_exactly_once(tocsin: Tocsin) -> None:
    made = sealed(tocsin, RACED)
    racers = [racer(tocsin, n) for n in range(RACERS)]
    try:
        for one in racers:
            said(one, json.dumps(made))
        assert [line(one) for one in racers] == ["ready"] * RACERS
        for one in racers:
            said(one, "go")
        grants = [json.loads(line(one)) for one in racers]
    finally:
        for one in racers:
            one.communicate()
    counted = Counter(share for got in grants for share in got)
    assert counted == Counter(share for share, _, _ in made)
    assert sum(bool(got) for got in grants) > 1  # else there was no race


def racer(tocsin: Tocsin, n: int) -> Any:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.story.racing",
            tocsin.facts["url"],
            f"10.200.{n}",
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(one: Any, text: str) -> None:
    one.stdin.write(f"{text}\n")
    one.stdin.flush()


def line(one: Any) -> str:
    return str(one.stdout.readline()).strip()
