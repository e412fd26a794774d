"""A new key for everything that is sealed: all still opens, the old key is nowhere."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.errors import OutOfTurn, Tampered, Unreachable
from bot.ports import Lane, Received
from bot.ports.storage import KeyContext
from bot.sealing import unseal_payload
from bot.store.keyfile import FileKeys
from tests.sharing.stage import FIRST, Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    made.incident()
    yield made
    made.close()


def key_of(stage: Stage, number: int = 1) -> bytes:
    return (stage.folder / "keys" / f"seal-{number}.key").read_bytes().strip()


def holding(stage: Stage, secret: bytes) -> list[str]:
    """Return the files of the home that hold some bytes."""
    files = (one for one in stage.folder.rglob("*") if one.is_file())
    return [one.name for one in files if secret in one.read_bytes()]


def payload_opens(stage: Stage, keys: FileKeys, item: str = FIRST) -> bool:
    found = stage.core.store.read(lambda tx: tx.inbox.find(item))
    assert found is not None
    opened = unseal_payload(keys, found.sealed, item=item, at=found.received_at)
    return bool(opened.body)


def test_everything_opens_and_the_old_key_is_nowhere_in_the_home(stage: Stage) -> None:
    link, file = stage.link(), stage.sealed(b"a file")
    stage.evidence.keep("pl_1", b"what was seen")
    old = key_of(stage)
    assert holding(stage, old) == ["seal-1.key"]
    done = stage.rotate()
    assert done["resumed"] is False
    assert (done["shares"], done["evidence"], done["keys_removed"]) == (1, 1, 1)
    assert holding(stage, old) == holding(stage, b64decode(old)) == []
    fresh = FileKeys(stage.folder / "keys")
    assert payload_opens(stage, fresh)
    snapshot = (stage.folder / "evidence" / "pl_1.sealed").read_bytes()
    assert fresh.open(snapshot, about="evidence/pl_1") == b"what was seen"
    assert stage.open(link)
    assert stage.open(file) == b"a file"


@pytest.mark.slow
def test_the_same_bundle_gives_new_links_after_a_restart(stage: Stage) -> None:
    share = stage.link().share
    stage.rotate()
    stage.close()
    later = Stage(stage.folder)
    link = later.link("U0SECOND")
    assert link.share == share
    assert later.open(link)
    stage.core.store = later.core.store


@pytest.mark.slow
def test_twice_is_one_after_the_other(stage: Stage) -> None:
    link = stage.link()
    stage.rotate()
    stage.rotate()
    assert [one.name for one in (stage.folder / "keys").glob("seal-*")] == [
        "seal-3.key"
    ]
    assert stage.open(link)


@pytest.mark.slow
def test_what_was_stopped_in_the_middle_is_gone_on_with(stage: Stage) -> None:
    link, keys = stage.link(), stage.core.keys
    keys.rotate_seal()
    done = stage.rotate()
    assert (done["resumed"], done["shares"]) == (True, 1)
    assert [one.name for one in (stage.folder / "keys").glob("seal-*")] == [
        "seal-2.key"
    ]
    assert stage.open(link)


def test_what_is_on_its_way_while_keys_change_is_not_lost(stage: Stage) -> None:
    """Sealed with the old key, kept after it is gone: it opens with the new one."""
    item = f"al_{7:026d}"
    sealed = stage.core.keys.seal(b"{}\nbody", about=item)
    stage.rotate()
    received = Received(
        id=item,
        lane=Lane.ALERTS,
        source="generic",
        key=item,
        received_at=stage.clock.now(),
        sealed=sealed,
    )
    stage.core.store.write(lambda tx: tx.inbox.put(received)).result()
    assert payload_opens(stage, FileKeys(stage.folder / "keys"), item)
    with pytest.raises(Tampered):
        FileKeys(stage.folder / "keys").open(sealed, about=item)


@pytest.mark.slow
@pytest.mark.parametrize("size", [10, 5000])
def test_many_payloads_small_and_large_are_sealed_anew_in_batches(
    stage: Stage, size: int
) -> None:
    keys = stage.core.keys
    ids = [f"al_{n:026d}" for n in range(100, 700)]

    def keep(tx: object) -> None:
        for one in ids:
            received = Received(
                id=one,
                lane=Lane.ALERTS,
                source="generic",
                key=one,
                received_at=stage.clock.now(),
                sealed=keys.seal(b"{}\n" + bytes(size), about=one),
            )
            tx.inbox.put(received)  # type: ignore[attr-defined]

    stage.core.store.write(keep).result()
    assert stage.rotate()["payloads"] == 601
    fresh = FileKeys(stage.folder / "keys")
    assert all(payload_opens(stage, fresh, one) for one in (ids[0], ids[-1]))


@pytest.mark.slow
def test_a_share_that_is_destroyed_meanwhile_stays_destroyed(stage: Stage) -> None:
    link = stage.link()
    stage.revoke()
    stage.rotate()
    assert stage.vault.share_keys.get(link.share) is None


@pytest.mark.slow
def test_only_one_rotates_at_a_time(stage: Stage) -> None:
    inside: list[str] = []

    def again(_: str) -> KeyContext | None:
        with pytest.raises(OutOfTurn) as no:
            stage.rotate()
        inside.append(no.value.because)
        return None

    stage.link()
    rotation = stage.rotate.__self__  # type: ignore[attr-defined]
    object.__setattr__(rotation, "context_of", again)
    object.__setattr__(rotation, "renew_evidence", lambda: again("") is None)
    object.__setattr__(rotation, "keyring", _Empty())
    stage.rotate()
    assert inside == ["it is being done already"]


class _Empty:
    """A ring without keys."""

    def rewrap(self, _: object) -> int:
        return 0

    def all_current(self) -> bool:
        return True


@pytest.mark.slow
def test_what_does_not_open_keeps_the_old_key(stage: Stage) -> None:
    link, old = stage.link(), key_of(stage)
    stage.vault.share_keys.rewrap(link.share, b"\x02\x01 not what it was" + bytes(30))
    with pytest.raises(Tampered):
        stage.rotate()
    assert key_of(stage) == old


@pytest.mark.slow
def test_a_silent_wrapping_keeps_the_old_key_until_it_answers(stage: Stage) -> None:
    link, old = stage.link(), key_of(stage)
    keyring = stage.vault.keyring
    spoken, silent = keyring.wrapping, _Silent()
    object.__setattr__(keyring, "wrapping", silent)
    with pytest.raises(Unreachable):
        stage.rotate()
    assert key_of(stage) == old
    object.__setattr__(keyring, "wrapping", spoken)
    assert stage.rotate()["resumed"] is True
    assert holding(stage, old) == []
    assert stage.open(link)


class _Silent:
    """A wrapping that does not answer."""

    mark = 3

    def wrap(self, *_: object) -> bytes:
        raise _no_answer()

    def unwrap(self, *_: object) -> str:
        raise _no_answer()

    def is_current(self, _: bytes) -> bool:
        raise _no_answer()


def _no_answer() -> Unreachable:
    return Unreachable("Nothing", because="KMS is silent", next_move="Wait.")


@pytest.mark.slow
def test_the_search_finds_a_key_that_is_there(stage: Stage) -> None:
    """The tests above can fail: they look where keys are."""
    assert holding(stage, key_of(stage)) == ["seal-1.key"]
