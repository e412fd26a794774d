"""Blobs in a bucket: the contract, what is large, and what fails."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import pytest

from bot.aws.blobs import PART_BYTES, S3Blobs
from bot.aws.practice_seed import bucket
from bot.aws.session import AwsSession
from bot.domain.blob_names import S3Place
from bot.domain.errors import Unreachable
from tests.cloud import Cloud
from tests.fakes.clock import FakeClock
from tests.fakes.sharing import put, whole
from tests.store.contract.blob_contract import BlobContract

pytestmark = pytest.mark.slow

BUCKET = bucket("000000000000")


def fresh(cloud: Cloud, clock: FakeClock | None = None) -> S3Blobs:
    """Return a place of its own, reached with the rights of the shipped role."""
    place = S3Place(bucket=BUCKET, prefix=f"{secrets.token_hex(8)}/")
    return S3Blobs(session=cloud.mint().store, place=place, clock=clock or FakeClock())


@pytest.fixture
def blobs(cloud: Cloud) -> S3Blobs:
    return fresh(cloud)


class TestBlobsInABucket(BlobContract):
    """With the shipped role, which the server enforces."""


def about(cloud: Cloud, blobs: S3Blobs, name: str) -> Any:
    key = f"{blobs.place.prefix}{name}.age"
    return cloud.root().client("s3").head_object(Bucket=BUCKET, Key=key)


@pytest.mark.parametrize("size", [PART_BYTES - 1, PART_BYTES, 2 * PART_BYTES + 1])
def test_what_is_large_goes_up_in_parts_and_comes_back(
    cloud: Cloud, blobs: S3Blobs, size: int
) -> None:
    content = secrets.token_bytes(1021) * (size // 1021 + 1)
    content = content[:size]
    draft = blobs.draft("sh_1")
    for at in range(0, size, 1_000_000):
        draft.write(content[at : at + 1_000_000])
    assert blobs.names() == ()
    draft.keep()
    assert whole(blobs, "sh_1") == content
    assert draft.facts.digest == hashlib.sha256(content).hexdigest()
    assert about(cloud, blobs, "sh_1")["ServerSideEncryption"] == "AES256"


def test_what_is_small_is_encrypted_there_too(cloud: Cloud, blobs: S3Blobs) -> None:
    put(blobs, "sh_1", b"x")
    assert about(cloud, blobs, "sh_1")["ServerSideEncryption"] == "AES256"


def uploads(cloud: Cloud, blobs: S3Blobs) -> list[Any]:
    found = cloud.root().client("s3").list_multipart_uploads(Bucket=BUCKET)
    return [
        one
        for one in found.get("Uploads", [])
        if one["Key"].startswith(blobs.place.prefix)
    ]


def test_a_large_draft_that_is_discarded_leaves_no_upload(
    cloud: Cloud, blobs: S3Blobs
) -> None:
    draft = blobs.draft("sh_1")
    draft.write(bytes(PART_BYTES + 1))
    assert len(uploads(cloud, blobs)) == 1
    draft.discard()
    assert uploads(cloud, blobs) == []


def test_an_upload_that_a_crash_left_is_aborted_later(cloud: Cloud) -> None:
    clock = FakeClock()
    before = fresh(cloud, clock)
    before.draft("sh_1").write(bytes(PART_BYTES))
    after = S3Blobs(session=before.session, place=before.place, clock=clock)
    assert after.sweep() == 0
    clock.go_on(timedelta(days=365).total_seconds())
    assert before.sweep() == 0  # its own is still being written
    assert after.sweep() == 1
    assert uploads(cloud, before) == []


def test_an_upload_that_somebody_aborted_is_not_kept(
    cloud: Cloud, blobs: S3Blobs
) -> None:
    draft = blobs.draft("sh_1")
    draft.write(bytes(PART_BYTES))
    (upload,) = uploads(cloud, blobs)
    s3 = cloud.root().client("s3")
    s3.abort_multipart_upload(
        Bucket=BUCKET, Key=upload["Key"], UploadId=upload["UploadId"]
    )
    with pytest.raises(Unreachable):
        draft.keep()
    assert blobs.names() == ()


def test_no_other_bucket_may_be_used(cloud: Cloud) -> None:
    other = f"other-{secrets.token_hex(8)}"
    cloud.root().client("s3").create_bucket(
        Bucket=other, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    place = S3Place(bucket=other, prefix="")
    blobs = S3Blobs(session=cloud.mint().store, place=place, clock=FakeClock())
    with pytest.raises(Unreachable, match="AccessDenied"):
        put(blobs, "sh_1", b"x")


def test_a_bucket_that_is_not_there_is_not_an_empty_one(cloud: Cloud) -> None:
    place = S3Place(bucket="tocsin-blobs-000000000000-none", prefix="")
    blobs = S3Blobs(session=cloud.root, place=place, clock=FakeClock())
    for ask in (lambda: blobs.read("sh_1"), blobs.names, blobs.sweep):
        with pytest.raises(Unreachable, match="NoSuchBucket"):
            ask()


def test_where_no_account_is_connected_it_says_so() -> None:
    def nobody() -> AwsSession:
        raise Unreachable("Nothing was read", because="no account", next_move="Wait.")

    place = S3Place(bucket=BUCKET, prefix="")
    blobs = S3Blobs(session=nobody, place=place, clock=FakeClock())
    with pytest.raises(Unreachable, match="no account"):
        blobs.names()
