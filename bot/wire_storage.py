"""Where sealed things and their keys lie: on this machine, or with AWS.

`bot/wire_sharing.py` does the rest of sharing. Nothing is decided here.
"""

from dataclasses import dataclass
from pathlib import Path

from bot.aws.blobs import S3Blobs
from bot.aws.door import AwsDoor
from bot.aws.wrapping import KmsWrapping
from bot.config import Settings
from bot.domain.blob_names import read_place
from bot.domain.errors import BadSettings
from bot.ports import Clock
from bot.ports.keys import SealingKeys
from bot.ports.storage import Blobs, Wrapping
from bot.sharing.wrapping import elsewhere, local
from bot.store.blobs import FileBlobs

BLOBS_DIRECTORY = "blobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The two places, which must not be one."""

    blobs: Blobs
    wrapping: Wrapping


def build_storage(
    settings: Settings,
    *,
    keys: SealingKeys,
    aws: AwsDoor,
    clock: Clock,
    origin: str,
    in_practice: bool,
) -> Storage:
    """Return the places that the settings name; nothing is asked yet.

    Args:
        origin: ``tocsin/<install id>``: in a bucket each installation has its own
            place, because what is there and unknown to it is destroyed.

    Raises:
        BadSettings: They name AWS, and no account.
    """
    given = settings.store
    if (given.blobs or given.kms_key) and not (settings.aws.region or in_practice):
        raise BadSettings(
            "Tocsin did not start",
            because="store.blobs or store.kms_key is set, and no AWS account",
            next_move="Set aws.region; docs/guides/aws.md says which role it needs.",
        )
    kms = KmsWrapping(session=aws.store, key=given.kms_key, clock=clock)
    wrapping = elsewhere(kms, keys) if given.kms_key else local(keys, kms)
    if not given.blobs:
        return Storage(blobs=local_blobs(settings.home), wrapping=wrapping)
    place = read_place(given.blobs).below(origin.rpartition("/")[2])
    blobs = S3Blobs(session=aws.store, place=place, clock=clock)
    return Storage(blobs=blobs, wrapping=wrapping)


def on_this_machine(home: Path, keys: SealingKeys) -> Storage:
    """Return places without AWS."""
    return Storage(blobs=local_blobs(home), wrapping=local(keys))


def local_blobs(home: Path) -> FileBlobs:
    """Return the directory of blobs in a home."""
    return FileBlobs(home / BLOBS_DIRECTORY)
