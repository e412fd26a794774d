"""How fast a bundle is sealed and opened, and whether a race opens anything twice.

The limit is bare ChaCha20-Poly1305 in chunks of 64 KiB, which age is made of, in the
same run. Openings go through the real vault with its own files: a claim, an
acknowledgement and a destroyed key are each durable.
"""

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ulid import ULID

from bot.domain.share_decisions import Denied
from bot.ports.sharing import Sealed
from bot.shares.book import ShareBook
from bot.shares.holders import Holders
from bot.shares.refusals import Refusals
from bot.shares.vault import ShareVault
from bot.sharing import proof, seal
from bot.sharing.seal import Link
from bot.slack.late import LatePeople
from bot.slack.share_refusals import SlackRefusalVoice
from bot.slack.share_voice import SlackShareVoice
from bot.store.blobs import FileBlobs
from bot.store.keyfile import FileKeys
from bot.store.sharekeys import SqliteShareKeys
from bot.store.sqlite import SqliteStore
from bot.wire_ground import SystemClock

_MIB = 1 << 20
_LARGE = 64 * _MIB
_CHUNK = 64 * 1024
_SHARES = 50
_RACERS = 6


def measure() -> dict[str, Any]:
    """Return the figures of this machine, by name with their unit."""
    # Every lost race is a line for the operator, who is not interested here.
    logging.getLogger("bot.shares.vault").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        store = SqliteStore(Path(folder) / "tocsin.db")
        try:
            return _crypto() | _openings(_vault(Path(folder), store))
        finally:
            store.close()


def _crypto() -> dict[str, Any]:
    plain, key = os.urandom(_LARGE), seal.new_key()
    sealed = seal.seal(plain, key=key)
    size = _LARGE / 1e6
    sealing = size / _seconds(lambda: seal.seal(plain, key=key))
    opening = size / _seconds(lambda: seal.unseal(sealed, key=key))
    bare = size / _seconds(lambda: _bare(plain))
    return {
        "sealed with age, MB/s": sealing,
        "opened with age, MB/s": opening,
        "bare ChaCha20-Poly1305, MB/s": bare,
        "ratio, sealed": sealing / bare,
    }


def _bare(plain: bytes) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    cipher = ChaCha20Poly1305(os.urandom(32))
    for at in range(0, len(plain), _CHUNK):
        cipher.encrypt(at.to_bytes(12, "big"), plain[at : at + _CHUNK], None)


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
    clock, voice = SystemClock(), SlackShareVoice()
    refusals = Refusals(clock=clock, voice=SlackRefusalVoice())
    return ShareVault(
        store=store,
        book=ShareBook(clock=clock, voice=voice, refusals=refusals),
        holders=Holders(store=store, look=LatePeople().kept),
        keys=FileKeys(folder / "keys"),
        share_keys=SqliteShareKeys(folder / "keys.db"),
        blobs=FileBlobs(folder / "blobs"),
        nonces=proof.Nonces(hashlib.sha256(b"bench").digest()),
        new_id=lambda prefix: f"{prefix}{ULID.from_datetime(clock.now())}",
        base_url="http://127.0.0.1",
    )


def _share(vault: ShareVault) -> Link:
    key, ticket = seal.new_key(), proof.new_secret()
    kept = vault.put(
        Sealed(
            content=seal.seal(b"evidence" * 2000, key=key),
            ticket=proof.digest(ticket),
            auth=proof.auth_key(key),
            life_s=3600,
            opens=1,
        )
    )
    return Link(base_url="", share=str(kept["share"]), ticket=ticket, key=key)


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
        seal.unseal(vault.content(link.share, lease), key=link.key)
        vault.acknowledge(link.share, lease)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
