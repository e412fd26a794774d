"""After the end of a share: no byte of its key on disk, and no use for copies."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.domain.share_decisions import Denied
from bot.ports.storage import ShareKey
from bot.sharing import proof
from bot.sharing.seal import Link
from tests.sharing.stage import Stage

pytestmark = pytest.mark.slow
End = Callable[[Stage, Link], None]
LONGEST_LIFE_S = 7 * 86400


def expire(stage: Stage, _: Link) -> None:
    stage.core.wait(hours=5)
    stage.house.step()


def revoke(stage: Stage, _: Link) -> None:
    stage.revoke()


def resolve(stage: Stage, _: Link) -> None:
    stage.resolve()
    stage.house.step()


def open_last(stage: Stage, link: Link) -> None:
    stage.open(link)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, share_opens=1)
    made.incident()
    yield made
    made.close()


def kept_of_the_key(stage: Stage, link: Link) -> dict[str, bytes]:
    """Return every form in which a key, or what stands for it, could lie on disk."""
    key = stage.vault.share_keys.get(link.share)
    assert key is not None
    return {
        "identity": link.key.encode(),
        "wrapped": key.wrapped,
        "auth": key.auth,
        "ticket": link.ticket.encode(),
        "auth as text": proof.auth_key(link.key).hex().encode(),
    }


def crowd(stage: Stage, name: str) -> None:
    for n in range(60):
        key = ShareKey(wrapped=secrets.token_bytes(150), auth=secrets.token_bytes(32))
        stage.vault.share_keys.put(f"sh_{name}{n:04d}", key)


def found_in(files: list[Path], kept: dict[str, bytes]) -> set[str]:
    raw = b"\0".join(file.read_bytes() for file in files if file.is_file())
    return {name for name, one in kept.items() if one and one in raw}


@pytest.mark.parametrize("end", [expire, revoke, resolve, open_last])
def test_no_byte_of_the_key_is_left_and_copies_of_the_rest_open_nothing(
    stage: Stage, tmp_path: Path, end: End
) -> None:
    # Among many keys SQLite moves rows about, and leaves copies where they were.
    crowd(stage, "a")
    link = stage.link()
    crowd(stage, "z")
    kept = kept_of_the_key(stage, link)
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    shutil.copytree(tmp_path / "blobs", copy)
    # The search can find something: it is there as long as the share lives.
    assert found_in(list(tmp_path.glob("keys.db*")), kept) == {"wrapped", "auth"}
    end(stage, link)
    assert (tmp_path / "keys.db").is_file()
    assert found_in(list(tmp_path.rglob("*")), kept) == set()
    assert not list((tmp_path / "blobs").iterdir())
    # A copy of the ciphertext, put back, has no key to be opened with.
    shutil.copytree(copy, tmp_path / "blobs", dirs_exist_ok=True)
    assert stage.vault.identity(link.share) == ""
    with pytest.raises(Denied) as no:
        stage.claim(link)
    assert no.value.reason in ("over", "incident_over")
    shutil.rmtree(copy)


def test_what_is_put_back_is_taken_away_at_the_next_start(
    stage: Stage, tmp_path: Path
) -> None:
    link = stage.link()
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    shutil.copytree(tmp_path / "blobs", copy)
    stage.open(link)
    shutil.copytree(copy, tmp_path / "blobs", dirs_exist_ok=True)
    stage.vault.tidy_after_crash()
    assert stage.vault.blobs.names() == ()
    shutil.rmtree(copy)
