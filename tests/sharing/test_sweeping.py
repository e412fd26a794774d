"""Tidying up: nothing hangs on it, it is tried again, and its lag is a figure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Fault, Unreachable
from bot.domain.share_decisions import Denied
from bot.shares.book import sweep_lag
from bot.sharing.wrapping import local
from bot.store.keyfile import FileKeys
from bot.wire_storage import Storage
from tests.fakes.sharing import FakeBlobs
from tests.sharing.stage import Stage


class Stubborn(FakeBlobs):
    """A place that does not answer now and then."""

    answers = True

    def delete(self, name: str) -> None:
        self._must_answer()
        super().delete(name)

    def names(self) -> tuple[str, ...]:
        self._must_answer()
        return super().names()

    def _must_answer(self) -> None:
        if not self.answers:
            raise Unreachable("No", because="the bucket is silent", next_move="Wait.")


@pytest.fixture
def blobs() -> Stubborn:
    return Stubborn()


@pytest.fixture
def stage(tmp_path: Path, blobs: Stubborn) -> Iterator[Stage]:
    def storage(keys: FileKeys) -> Storage:
        return Storage(blobs=blobs, wrapping=local(keys))

    made = Stage(tmp_path, storage=storage)
    made.incident()
    yield made
    made.close()


def lag(stage: Stage) -> float:
    now = stage.clock.now()
    return stage.core.store.read(lambda tx: sweep_lag(tx, now)).total_seconds()


def test_what_has_run_out_is_swept_even_if_no_timer_fires(stage: Stage) -> None:
    link = stage.sealed(life_s=300)
    assert lag(stage) == 0
    stage.clock.go_on(420)
    assert lag(stage) == 120
    stage.house.sweep()
    assert stage.kinds(link.share)[-2:] == ["expired", "shredded"]
    assert stage.vault.share_keys.all() == ()
    assert lag(stage) == 0


@pytest.mark.slow
def test_what_has_run_out_does_not_open_swept_or_not(stage: Stage) -> None:
    link = stage.sealed(life_s=300)
    stage.clock.go_on(300)
    with pytest.raises(Denied):
        stage.claim(link)


def test_a_silent_bucket_keeps_ciphertext_that_nobody_can_open(
    stage: Stage, blobs: Stubborn
) -> None:
    link = stage.link()
    blobs.answers = False
    stage.revoke()
    assert stage.vault.share_keys.all() == ()
    assert "shredded" not in stage.kinds(link.share)
    stage.clock.go_on(90)
    assert lag(stage) == 90
    with pytest.raises(Unreachable):
        stage.house.sweep()
    blobs.answers = True
    stage.house.sweep()
    assert stage.kinds(link.share)[-1] == "shredded"
    assert blobs.kept == {}
    assert lag(stage) == 0


@pytest.mark.slow
def test_a_silent_bucket_is_asked_now_and_then_only(
    stage: Stage, blobs: Stubborn
) -> None:
    asked: list[str] = []
    delete = blobs.delete

    def counted(name: str) -> None:
        asked.append(name)
        delete(name)

    blobs.delete = counted  # type: ignore[method-assign]
    stage.link()
    blobs.answers = False
    stage.revoke()
    before = len(asked)
    for _ in range(5):
        stage.house.step()
    assert len(asked) == before


@pytest.mark.slow
def test_one_share_that_cannot_be_deleted_holds_up_no_other(
    stage: Stage, blobs: Stubborn
) -> None:
    first, second = stage.sealed(life_s=300), stage.sealed(life_s=300)
    delete = blobs.delete

    def picky(name: str) -> None:
        if name == first.share:
            raise Unreachable("No", because="not this one", next_move="Wait.")
        delete(name)

    blobs.delete = picky  # type: ignore[method-assign]
    stage.clock.go_on(300)
    with pytest.raises(Unreachable):
        stage.house.sweep()
    assert stage.kinds(second.share)[-1] == "shredded"
    assert blobs.names() == (first.share,)


def test_one_key_that_is_not_gone_without_a_trace_holds_up_no_other(
    stage: Stage,
) -> None:
    first, second = stage.sealed(life_s=300), stage.sealed(life_s=300)
    rows = _With(stage, stage.vault.keyring.rows.put)

    def full_disk(share: str) -> None:
        rows._rows.destroy(share)
        if share == first.share:
            raise Fault("No", because="the disk is full", next_move="Wait.")

    rows.destroy = full_disk
    object.__setattr__(stage.vault.keyring, "rows", rows)
    stage.clock.go_on(300)
    with pytest.raises(Fault):
        stage.house.sweep()
    assert stage.vault.share_keys.all() == ()
    assert stage.kinds(second.share)[-1] == "shredded"


def test_what_is_being_kept_is_not_taken_for_left_behind(stage: Stage) -> None:
    """Also where tidying up comes late, because the bucket did not answer before."""
    keep, tidied = stage.vault.keyring.rows.put, []

    def then_tidy(*given: Any) -> None:
        keep(*given)
        stage.vault.tidy_after_crash()
        tidied.append(True)

    object.__setattr__(stage.vault.keyring, "rows", _With(stage, then_tidy))
    link = stage.sealed(b"kept")
    assert tidied
    assert stage.open(link) == b"kept"


class _With:
    """The rows of a stage, with another way to put."""

    def __init__(self, stage: Stage, put: Any) -> None:
        self._rows, self.put = stage.vault.keyring.rows, put
        self.destroy = self._rows.destroy

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, name)


@pytest.mark.slow
def test_a_restored_copy_of_the_ciphertext_opens_with_nothing_that_is_left(
    stage: Stage, blobs: Stubborn
) -> None:
    link = stage.link()
    copy = dict(blobs.kept)
    stage.revoke()
    blobs.kept.update(copy)
    with pytest.raises(Denied):
        stage.claim(link)
    left = [one.read_bytes() for one in stage.folder.rglob("*") if one.is_file()]
    assert left
    assert not [one for one in left if link.key.encode() in one]
    assert stage.vault.identity(link.share) == ""
    stage.vault.tidy_after_crash()
    assert blobs.kept == {}
