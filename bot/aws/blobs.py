"""Blobs in a bucket of S3. Keeps `bot.ports.storage.Blobs`.

What lies there is ciphertext; its keys are elsewhere. What is large goes up in parts of
8 MiB and is found under its name only once it is whole. An upload that a crash left is
aborted by `sweep`; a lifecycle rule of the bucket may do the same.
"""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.aws.errors import error_code, reading_problem
from bot.aws.session import AwsSession
from bot.domain.blob_names import S3Place, file_of, name_of
from bot.domain.errors import Conflict, TocsinError, Unreachable
from bot.ports.clock import Clock
from bot.ports.storage import CHUNK_BYTES, BlobFacts

PART_BYTES = 8 * 1024 * 1024
"""AWS asks for 5 MiB at least, and for 10,000 parts at most: 80 GB."""
LEFT_AFTER = timedelta(hours=2)
"""An upload that is older is nobody's: the longest that is served takes less."""
CALLS = (
    *("s3.PutObject", "s3.GetObject", "s3.DeleteObject", "s3.AbortMultipartUpload"),
    *("s3.ListBucket", "s3.ListBucketMultipartUploads"),
)
"""Permissions it needs. Source: Service Authorization Reference, Amazon S3."""
_TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_GONE = frozenset({"NoSuchKey", "NoSuchUpload", "404"})


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Blobs:
    """Keeps blobs in one place of one bucket.

    Attributes:
        session: Gives the session that may use the bucket; raises while there is none.
        place: Of this installation alone: what is there and unknown is destroyed.
    """

    session: Callable[[], AwsSession]
    place: S3Place
    clock: Clock
    _open: set[str] = field(default_factory=set)

    def draft(self, name: str) -> "S3Draft":
        """Begin a blob; nothing is sent before there is a part of it."""
        return S3Draft(self, self.place.prefix + file_of(name))

    def read(self, name: str) -> "_Pieces | None":
        """Return the bytes in pieces, None if there are none."""
        try:
            answer = self.call("get_object", Key=self.place.prefix + file_of(name))
        except KeyError:
            return None
        return _Pieces(answer["Body"])

    def delete(self, name: str) -> None:
        """Take them away; twice is harmless."""
        with suppress(KeyError):
            self.call("delete_object", Key=self.place.prefix + file_of(name))

    def names(self) -> tuple[str, ...]:
        """Return what is here, in order."""
        found: list[str] = []
        asked: dict[str, Any] = {"Prefix": self.place.prefix}
        while True:
            answer = self.call("list_objects_v2", **asked)
            keys = [str(one["Key"]) for one in answer.get("Contents", ())]
            found += [name_of(key.removeprefix(self.place.prefix)) for key in keys]
            if not answer.get("IsTruncated"):
                return tuple(sorted(filter(None, found)))
            asked["ContinuationToken"] = answer["NextContinuationToken"]

    def sweep(self) -> int:
        """Abort uploads that a crash left; return how many there were.

        Only a thousand are looked at, the most of one answer; the rest comes next.
        """
        answer = self.call("list_multipart_uploads", Prefix=self.place.prefix)
        before = self.clock.now() - LEFT_AFTER
        left = [
            one
            for one in answer.get("Uploads", ())
            if one["UploadId"] not in self._open and one["Initiated"] < before
        ]
        for one in left:
            self.abort(one["Key"], one["UploadId"])
        return len(left)

    def call(self, operation: str, **asked: Any) -> Any:
        """Make one call about the bucket.

        Raises:
            KeyError: There is no such thing in the bucket.
            Conflict: The name is taken.
            Unreachable: It was refused or there was no answer.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            client = self.session().client("s3")
            return getattr(client, operation)(Bucket=self.place.bucket, **asked)
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            code = error_code(error)
            if code in _GONE:
                raise KeyError(operation) from None
            if code in _TAKEN:
                raise _taken() from None
            raise reading_problem(error, f"s3.{operation}") from None

    def abort(self, key: str, upload: str) -> None:
        """Leave nothing of an upload."""
        with suppress(KeyError):
            self.call("abort_multipart_upload", Key=key, UploadId=upload)
        self._open.discard(upload)

    def begin(self, key: str, mark: str) -> str:
        """Begin an upload in parts; return its id."""
        encrypted = {"ServerSideEncryption": "AES256", "Metadata": {"draft": mark}}
        made = self.call("create_multipart_upload", Key=key, **encrypted)
        upload = str(made["UploadId"])
        self._open.add(upload)
        return upload

    def end(self, upload: str) -> None:
        """Know an upload to be over."""
        self._open.discard(upload)


class S3Draft:
    """Keeps `bot.ports.storage.BlobDraft`; holds one part in memory."""

    def __init__(self, blobs: S3Blobs, key: str) -> None:
        self._blobs, self._key = blobs, key
        self._digest, self._size = hashlib.sha256(), 0
        self._part, self._parts = bytearray(), list[dict[str, Any]]()
        self._upload = ""
        # By this we know our own object again where the answer to writing it was lost.
        self._mark = secrets.token_hex(8)

    @property
    def facts(self) -> BlobFacts:
        """Return what was written so far."""
        return BlobFacts(size_bytes=self._size, digest=self._digest.hexdigest())

    def write(self, chunk: bytes, /) -> int:
        """Add bytes; every 8 MiB go up.

        Raises:
            Unreachable: S3 does not take them.
        """
        self._digest.update(chunk)
        self._size += len(chunk)
        self._part += chunk
        while len(self._part) >= PART_BYTES:
            with memoryview(self._part) as whole:
                part = bytes(whole[:PART_BYTES])
            del self._part[:PART_BYTES]
            self._send(part)
        return len(chunk)

    def keep(self) -> None:
        """Give it its name; durable when it returns.

        Raises:
            Conflict: The name is taken.
            Unreachable: S3 does not take it; nothing is kept.
        """
        try:
            self._finish()
        except Conflict:
            if not self._is_ours():
                raise
        finally:
            self.discard()

    def _finish(self) -> None:
        if not self._upload:
            self._blobs.call(
                "put_object",
                Key=self._key,
                Body=bytes(self._part),
                ServerSideEncryption="AES256",
                Metadata={"draft": self._mark},
                IfNoneMatch="*",
            )
            return
        if self._part:
            self._send(bytes(self._part))
        try:
            self._blobs.call(
                "complete_multipart_upload",
                Key=self._key,
                UploadId=self._upload,
                MultipartUpload={"Parts": self._parts},
                IfNoneMatch="*",
            )
        except KeyError:
            # Known no more: it is complete, and its answer was lost; or somebody
            # aborted it.
            if not self._is_ours():
                raise _aborted() from None
        self._blobs.end(self._upload)
        self._upload = ""

    def discard(self) -> None:
        """Leave nothing of it that was not kept; twice is harmless.

        What S3 does not hear of now, `S3Blobs.sweep` finds later.
        """
        self._part.clear()
        if self._upload:
            with suppress(TocsinError):
                self._blobs.abort(self._key, self._upload)
            self._upload = ""

    def _send(self, part: bytes) -> None:
        self._upload = self._upload or self._blobs.begin(self._key, self._mark)
        number = len(self._parts) + 1
        try:
            answer = self._blobs.call(
                "upload_part",
                Key=self._key,
                UploadId=self._upload,
                PartNumber=number,
                Body=part,
            )
        except KeyError:
            raise _aborted() from None
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})

    def _is_ours(self) -> bool:
        try:
            found = self._blobs.call("head_object", Key=self._key)
        except KeyError:
            return False
        return bool(found.get("Metadata", {}).get("draft") == self._mark)


class _Pieces:
    """Keeps `bot.ports.storage.Pieces`; ends the connection at its end."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._is_over = False

    def __iter__(self) -> "_Pieces":
        return self

    def __next__(self) -> bytes:
        from botocore.exceptions import BotoCoreError

        try:
            piece = b"" if self._is_over else bytes(self._body.read(CHUNK_BYTES))
        except (BotoCoreError, OSError) as error:
            self.close()
            raise reading_problem(error, "s3.get_object") from None
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Leave the rest."""
        self._is_over = True
        self._body.close()


def _taken() -> Conflict:
    return Conflict(
        "The blob was not kept",
        because="the bucket has one of that name",
        next_move="Use a new name.",
    )


def _aborted() -> Unreachable:
    return Unreachable(
        "The blob was not kept",
        because="its upload was aborted by somebody",
        next_move="Trying again is safe; look at the bucket's lifecycle rules.",
    )
