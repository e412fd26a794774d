"""What `tocsin doctor storage` says, and the next move."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.aws.blobs import S3Blobs
from bot.aws.practice_seed import WRAPPING_KEY, bucket
from bot.aws.wrapping import KmsWrapping
from bot.cli import checks_storage
from bot.cli.checks import FAIL, OK, WARN
from bot.cli.checks_storage import look
from bot.config import Settings
from bot.domain.blob_names import S3Place
from bot.store.keyfile import FileKeys
from bot.store.sharekeys import wrapped_keys
from tests.cloud import Cloud, running_cloud
from tests.fakes.clock import FakeClock
from tests.sharing.stage import Stage


def settings(home: Path, **given: Any) -> Settings:
    return Settings.model_validate({"home": home, **given})


def test_a_disk_says_where_ciphertext_lies(tmp_path: Path) -> None:
    (found,) = look(settings(tmp_path))
    assert (found.name, found.state) == ("blobs", OK)
    (tmp_path / "blobs").mkdir()
    (found,) = look(settings(tmp_path))
    assert "MiB are free" in found.says


def test_a_change_of_keys_that_was_not_finished_is_told(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys")
    keys.rotate_seal()
    keys.rotate_seal()
    found, _ = look(settings(tmp_path))
    assert (found.state, found.next_move) == (
        WARN,
        "Run `tocsin keys rotate`; it goes on where it was.",
    )


def test_a_practice_cloud_that_is_not_up_is_said(tmp_path: Path) -> None:
    (found,) = look(
        settings(tmp_path, store={"blobs": "s3://abc", "kms_key": "alias/x"})
    )
    assert found.state == FAIL
    assert "the practice cloud is not up" in found.says


def test_without_an_account_the_setting_that_is_missing_is_named(
    tmp_path: Path,
) -> None:
    token = "xoxb" + "-1"
    given = {"slack": {"bot_token": token}, "store": {"kms_key": "alias/x"}}
    *_, found = look(settings(tmp_path, **given))
    assert found.state == FAIL
    assert "Set aws.region" in found.next_move


def test_wrapped_keys_are_looked_at_without_touching_the_file(tmp_path: Path) -> None:
    assert wrapped_keys(tmp_path / "keys.db") == ()
    assert not (tmp_path / "keys.db").exists()
    stage = Stage(tmp_path)
    stage.incident()
    stage.link()
    (one,) = wrapped_keys(tmp_path / "keys.db")
    assert one[0] == 2
    stage.close()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("cloud")) as one:
        yield one


@pytest.mark.slow
def test_a_bucket_is_tried_out_and_left_empty(cloud: Cloud) -> None:
    place = S3Place(bucket=bucket("000000000000"), prefix="tried/")
    blobs = S3Blobs(session=cloud.mint().store, place=place, clock=FakeClock())
    assert checks_storage._bucket(blobs).state == OK
    assert blobs.names() == ()


@pytest.mark.slow
def test_a_bucket_of_another_name_says_what_the_role_needs(cloud: Cloud) -> None:
    place = S3Place(bucket="somebody-elses", prefix="x/")
    blobs = S3Blobs(session=cloud.mint().store, place=place, clock=FakeClock())
    found = checks_storage._bucket(blobs)
    assert found.state == FAIL
    assert "tocsin-store" in found.next_move
    assert "s3://somebody-elses/x/*" in found.next_move


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "state"), [(WRAPPING_KEY, OK), ("alias/none", FAIL), ("no-key", FAIL)]
)
def test_a_key_is_tried_out(cloud: Cloud, key: str, state: str) -> None:
    kms = KmsWrapping(session=cloud.mint().store, key=key, clock=FakeClock())
    found = checks_storage._key(kms)
    assert found.state == state
    assert ("store.kms_key" in found.next_move) == (state == FAIL)
