"""What blobs are called, and the place on S3 that the settings name. Pure."""

import re
from dataclasses import dataclass

from bot.domain.errors import BadRequest

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_SUFFIX = ".age"
_PLACE = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[\w./-]*))?",
    re.ASCII,
)


def file_of(name: str) -> str:
    """Return the file or object name of a blob.

    Raises:
        BadRequest: That is no name: it could lead elsewhere.
    """
    if _NAME.fullmatch(name):
        return f"{name}{_SUFFIX}"
    raise BadRequest(
        "The blob was not found",
        because="that is no name of a blob",
        next_move="Use letters, digits, _ and -.",
    )


def name_of(file: str) -> str:
    """Return the name of the blob that a file or object is, "" if it is none."""
    name = file.removesuffix(_SUFFIX)
    return name if name != file and _NAME.fullmatch(name) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Place:
    """A bucket and what the names in it begin with.

    Attributes:
        prefix: Ends with a slash, or is "".
    """

    bucket: str
    prefix: str

    def below(self, part: str) -> "S3Place":
        """Return the place one part further down."""
        return S3Place(bucket=self.bucket, prefix=f"{self.prefix}{part}/")


def read_place(text: str) -> S3Place:
    """Read ``s3://bucket/prefix``.

    Raises:
        ValueError: It is something else.
    """
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValueError("give s3://bucket or s3://bucket/prefix, or leave it out")
    prefix = (found["prefix"] or "").strip("/")
    return S3Place(bucket=found["bucket"], prefix=f"{prefix}/" if prefix else "")
