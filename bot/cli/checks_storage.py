"""What `tocsin doctor` says of where sealed things and their keys lie.

A bucket and a key of KMS are tried out: a small object is put, read and deleted, a key
is wrapped and unwrapped. The other checks are in `checks.py`.
"""

import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.aws.blobs import S3Blobs
from bot.aws.door import AwsDoor
from bot.aws.session import AwsKey, AwsSettings
from bot.aws.wrapping import KmsWrapping
from bot.cli.checks import FAIL, OK, WARN, Check, failed
from bot.cli.opening import KEYS_DIRECTORY, STORE_FILE
from bot.clock import SystemClock
from bot.config import Settings
from bot.domain.errors import BadSettings, Tampered, TocsinError, Unreachable
from bot.ports.storage import KeyContext, Wrapping
from bot.store.keyfile import FileKeys
from bot.store.sharekeys import wrapped_keys
from bot.store.sqlite import SqliteStore
from bot.wire_sharing import KEYS_FILE
from bot.wire_storage import BLOBS_DIRECTORY, build_storage

_LITTLE = 2 * 1024**3
_TRY = b"tocsin doctor"


def look(settings: Settings) -> Iterator[Check]:
    """Try out the places of ciphertext and keys, and say what is left to do."""
    keys = FileKeys(settings.home / KEYS_DIRECTORY)
    if keys.older():
        yield Check(
            name="old keys",
            state=WARN,
            says="keys were changed, and that was not finished",
            next_move="Run `tocsin keys rotate`; it goes on where it was.",
        )
    given = settings.store
    if not given.blobs:
        yield _disk(settings.home)
    if not (given.blobs or given.kms_key):
        return
    door = AwsDoor(clock=SystemClock())
    try:
        storage = build_storage(
            settings,
            keys=keys,
            aws=door,
            clock=SystemClock(),
            origin=_origin(settings.home),
            in_practice=settings.slack.bot_token is None,
        )
        door.connect(_account(settings))
    except TocsinError as error:
        yield failed("storage", error)
        return
    if isinstance(storage.blobs, S3Blobs):
        yield _bucket(storage.blobs)
    if given.kms_key:
        yield _key(
            KmsWrapping(session=door.store, key=given.kms_key, clock=SystemClock())
        )
        yield from _others(settings.home, storage.wrapping)


def _disk(home: Path) -> Check:
    place = home / BLOBS_DIRECTORY
    if not place.exists():
        return Check(name="blobs", state=OK, says=f"ciphertext will lie in {place}")
    free = shutil.disk_usage(place).free
    says = f"ciphertext in {place}; {free // 1024**2} MiB are free"
    if free >= _LITTLE:
        return Check(name="blobs", state=OK, says=says)
    next_move = "Make room, or set store.blobs to a bucket."
    return Check(name="blobs", state=WARN, says=says, next_move=next_move)


def _bucket(blobs: S3Blobs) -> Check:
    """Put, find, read and delete a small object, as the bot does."""
    name = f"doctor-{secrets.token_hex(8)}"
    where = f"s3://{blobs.place.bucket}/{blobs.place.prefix}"
    draft = blobs.draft(name)
    try:
        draft.write(_TRY)
        draft.keep()
        is_there = b"".join(blobs.read(name) or ()) == _TRY and name in blobs.names()
        blobs.delete(name)
        blobs.sweep()
    except TocsinError as error:
        return _with_move(
            failed("bucket", error),
            f"Look at store.blobs, and at the role tocsin-store: it needs {where}*.",
        )
    if is_there and blobs.read(name) is None:
        return Check(name="bucket", state=OK, says=f"{where} takes, gives and deletes")
    return Check(
        name="bucket",
        state=FAIL,
        says=f"{where} does not give back what it takes, or does not delete it",
        next_move="Turn versioning and object lock off: what is deleted must go.",
    )


def _key(kms: KmsWrapping) -> Check:
    """Wrap and unwrap, and see that another context does not open."""
    until = datetime.now(UTC) + timedelta(minutes=5)  # noqa: TID251 - of this try
    context = KeyContext(share="doctor", incident="", expires_at=until)
    try:
        wrapped = kms.wrap("doctor", context)
        opens = kms.unwrap(wrapped, context) == "doctor"
        arn = kms.arn()
    except TocsinError as error:
        return _with_move(
            failed("wrapping key", error),
            "Look at store.kms_key, whether the key is enabled, and at the role "
            "tocsin-store: kms:Encrypt, kms:Decrypt, kms:DescribeKey.",
        )
    try:
        kms.unwrap(wrapped, replace(context, share="another"))
    except Tampered:
        if opens:
            return Check(name="wrapping key", state=OK, says=f"{arn} wraps and unwraps")
    return Check(
        name="wrapping key",
        state=FAIL,
        says=f"{arn} does not hold to its context",
        next_move="It must be a symmetric key of KMS.",
    )


def _others(home: Path, wrapping: Wrapping) -> Iterator[Check]:
    """Say whether another key is still needed."""
    wrapped = wrapped_keys(home / KEYS_FILE)
    try:
        others = sum(not wrapping.is_current(one) for one in wrapped)
    except Unreachable:
        return
    if others:
        yield Check(
            name="wrapped before",
            state=WARN,
            says=f"{others} of {len(wrapped)} shares are wrapped by another key",
            next_move="Run `tocsin keys rotate` before you take that key away.",
        )


def _with_move(check: Check, next_move: str) -> Check:
    return replace(check, next_move=next_move)


def _account(settings: Settings) -> AwsSettings:
    """Return the account of the settings; in practice the practice cloud's.

    Raises:
        BadSettings: There is none, or the practice cloud is not up.
    """
    if settings.slack.bot_token is not None:
        return AwsSettings(region=settings.aws.region, profile=settings.aws.profile)
    from bot.aws.practice_seed import BOT_USER, REGION

    try:
        facts = json.loads((settings.home / "run.json").read_text("utf-8"))
        kept = json.loads((settings.home / "cloud" / "keys.json").read_text("utf-8"))
        known = kept[BOT_USER]
        key = AwsKey(access_key_id=known["id"], secret=known["secret"])
        return AwsSettings(region=REGION, endpoint_url=facts["cloud_url"], key=key)
    except (OSError, ValueError, KeyError, TypeError):
        raise BadSettings(
            "The bucket and the key were not tried out",
            because="the practice cloud is not up",
            next_move="Start it with `tocsin run`, then ask again.",
        ) from None


def _origin(home: Path) -> str:
    path = home / STORE_FILE
    if not path.exists():
        return "tocsin/doctor"
    store = SqliteStore(path, read_only=True)
    try:
        return store.origin
    finally:
        store.close()
