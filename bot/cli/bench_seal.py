"""How fast things are sealed and opened, and whether a race opens anything twice.

The limit is bare ChaCha20-Poly1305 in chunks of 64 KiB, which age is made of, and the
rival is the `age` command where it is installed, both in the same run. Openings go
through the real vault with its own files: a claim, an acknowledgement and a destroyed
key are each durable. Memory is measured in `bench_seal_memory.py`.
"""

import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ulid import ULID

from bot.cli.bench_seal_memory import memory
from bot.clock import SystemClock
from bot.domain.share_decisions import Denied
from bot.ports.sharing import Sealed
from bot.shares.book import ShareBook
from bot.shares.holders import Holders
from bot.shares.keyring import Keyring
from bot.shares.refusals import Refusals
from bot.shares.vault import ShareVault
from bot.sharing import proof, seal
from bot.sharing.seal import Link
from bot.sharing.wrapping import local
from bot.slack.late import LatePeople
from bot.slack.share_refusals import SlackRefusalVoice
from bot.slack.share_voice import SlackShareVoice
from bot.store.blobs import FileBlobs
from bot.store.keyfile import FileKeys
from bot.store.sharekeys import SqliteShareKeys
from bot.store.sqlite import SqliteStore

_MIB = 1 << 20
_LARGE = 100 * _MIB
_CHUNK = 64 * 1024
_SHARES = 50
_RACERS = 6


def measure() -> dict[str, Any]:
    """Return the figures of this machine, by name with their unit."""
    # Every lost race is a line for the operator, who is not interested here.
    logging.getLogger("bot.shares.vault").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        folder = Path(name)
        found = _crypto(folder) | memory(folder)
        store = SqliteStore(folder / "tocsin.db")
        try:
            return found | _openings(_vault(folder, store))
        finally:
            store.close()


def _crypto(folder: Path) -> dict[str, Any]:
    """Measure from file to file: ours, the bare cipher, and the rival."""
    plain, sealed, key = folder / "plain", folder / "plain.age", seal.new_key()
    with plain.open("wb") as out:
        for _ in range(_LARGE // _MIB):
            out.write(os.urandom(_MIB))
    size = _LARGE / 1e6
    sealing = size / _seconds(lambda: _streamed(seal.seal_stream, plain, sealed, key))
    opened = folder / "opened"
    opening = size / _seconds(
        lambda: _streamed(seal.unseal_stream, sealed, opened, key)
    )
    bare = size / _seconds(lambda: _bare(plain))
    return {
        "sealed with age, MB/s": sealing,
        "opened with age, MB/s": opening,
        "bare ChaCha20-Poly1305, MB/s": bare,
        "ratio to bare, sealed": sealing / bare,
        "ratio to bare, opened": opening / bare,
        **_rival(folder, key, size, sealing, opening),
    }


def _streamed(work: Callable[..., None], source: Path, sink: Path, key: str) -> None:
    with source.open("rb") as given, sink.open("wb") as made:
        work(given, made, key=key)


def _bare(plain: Path) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    cipher = ChaCha20Poly1305(os.urandom(32))
    with plain.open("rb") as given:
        for n, chunk in enumerate(iter(lambda: given.read(_CHUNK), b"")):
            cipher.encrypt(n.to_bytes(12, "big"), chunk, None)


def _rival(
    folder: Path, key: str, size: float, sealing: float, opening: float
) -> dict[str, Any]:
    age = shutil.which("age")
    if age is None:
        return {"age command": "not installed"}
    identity = folder / "identity"
    identity.write_text(f"{key}\n")
    identity.chmod(0o600)
    plain, sealed, opened = (folder / name for name in ("plain", "by-age", "by-age-d"))

    def ran(*given: object) -> None:
        command = [age, "-i", str(identity), *map(str, given)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - files of ours

    sealed_s = _seconds(lambda: ran("-e", "-o", sealed, plain))
    opened_s = _seconds(lambda: ran("-d", "-o", opened, sealed))
    return {
        "age command, sealed, MB/s": size / sealed_s,
        "age command, opened, MB/s": size / opened_s,
        "ratio to age command, sealed": sealing * sealed_s / size,
        "ratio to age command, opened": opening * opened_s / size,
    }


def _openings(vault: ShareVault) -> dict[str, Any]:
    made: list[Link] = []
    sealing_s = _seconds(lambda: made.extend(_share(vault) for _ in range(_SHARES)))
    opening_s = _seconds(lambda: _open_all(vault, made))
    racing = [_share(vault) for _ in range(_SHARES)]
    with ThreadPoolExecutor(_RACERS) as racers:
        grants = sum(racers.map(lambda link: _claimed(vault, link), racing * _RACERS))
    return {
        "sealed and kept, ms": sealing_s * 1000 / _SHARES,
        "claimed, opened, key destroyed, ms": opening_s * 1000 / _SHARES,
        "one-time shares raced for": _SHARES,
        "claims raced": _SHARES * _RACERS,
        "grants (limit: one a share)": grants,
    }


def _vault(folder: Path, store: SqliteStore) -> ShareVault:
    clock, keys, voice = SystemClock(), FileKeys(folder / "keys"), SlackShareVoice()
    rows = SqliteShareKeys(folder / "keys.db")
    refusals = Refusals(clock=clock, voice=SlackRefusalVoice())
    return ShareVault(
        store=store,
        book=ShareBook(clock=clock, voice=voice, refusals=refusals),
        holders=Holders(store=store, look=LatePeople().kept),
        keys=keys,
        keyring=Keyring(rows=rows, wrapping=local(keys)),
        blobs=FileBlobs(folder / "blobs"),
        nonces=proof.Nonces(hashlib.sha256(b"bench").digest()),
        new_id=lambda prefix: f"{prefix}{ULID.from_datetime(clock.now())}",
        base_url="http://127.0.0.1",
    )


def _share(vault: ShareVault) -> Link:
    key, ticket = seal.new_key(), proof.new_secret()
    receiving = vault.receive(
        Sealed(
            ticket=proof.digest(ticket),
            auth=proof.auth_key(key),
            life_s=3600,
            opens=1,
        )
    )
    receiving.write(seal.seal(b"evidence" * 2000, key=key))
    share = str(receiving.finish()["share"])
    return Link(base_url="", share=share, ticket=ticket, key=key)


def _claim(vault: ShareVault, link: Link) -> str:
    auth, nonce = proof.auth_key(link.key), vault.nonce()
    share, ticket = link.share, link.ticket
    shown = proof.proof_of(auth, share=share, ticket=ticket, nonce=nonce)
    return vault.claim(share, ticket, nonce=nonce, proof=shown).lease


def _claimed(vault: ShareVault, link: Link) -> int:
    try:
        _claim(vault, link)
    except Denied:
        return 0
    return 1


def _open_all(vault: ShareVault, links: Iterable[Link]) -> None:
    for link in links:
        lease = _claim(vault, link)
        _, pieces = vault.stream(link.share, lease)
        seal.unseal(b"".join(pieces), key=link.key)
        vault.acknowledge(link.share, lease)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
