"""Keys of shares wrapped by a key of KMS. Keeps `bot.ports.storage.Wrapping`.

    0x03 || length of the ARN (2 bytes) || ARN of the key || KMS's ciphertext

The ARN is that of the key which wrapped, also where the settings name an alias: so an
alias may lead to another key, and what the first one wrapped still opens. The context
goes along as KMS's encryption context; CloudTrail shows it beside every call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.aws.calls import read
from bot.aws.errors import error_code, reading_problem
from bot.aws.session import AwsSession
from bot.domain.errors import NotFound, Tampered, TocsinError, Unreachable
from bot.ports.clock import Clock
from bot.ports.storage import WRAPPED_BY_KMS, KeyContext

CALLS = ("kms.Encrypt", "kms.Decrypt", "kms.DescribeKey")
"""Permissions it needs."""
# A person waits for the link, and the writer of the outbox for the answer.
_ANSWER_WITHIN_S = 3.0
_ATTEMPTS = 2
_KNOWN_FOR = timedelta(seconds=30)
_REGION = 3  # arn:aws:kms:<region>:<account>:key/<id>
_NOT_OURS = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
"""Source: API reference of Decrypt: changed, or another encryption context or key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsWrapping:
    """Wraps with one key of KMS.

    Attributes:
        session: Gives the session that may use the key; raises while there is none.
        key: Id, ARN or alias; "" where it only opens what was wrapped before.
    """

    session: Callable[[], AwsSession]
    key: str
    clock: Clock
    _known: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    @property
    def mark(self) -> int:
        """Return the first byte of what is wrapped here."""
        return WRAPPED_BY_KMS

    def wrap(self, identity: str, context: KeyContext) -> bytes:
        """Return the identity wrapped.

        Raises:
            Unreachable: KMS does not answer, or refuses.
        """
        asked = {"Plaintext": identity.encode(), "EncryptionContext": _told(context)}
        answer = self._ask("Encrypt", self.key, asked)
        arn = str(answer["KeyId"])
        self._known[self.key] = (arn, self.clock.now())
        head = bytes((WRAPPED_BY_KMS,)) + len(arn).to_bytes(2, "big") + arn.encode()
        return head + bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, context: KeyContext) -> str:
        """Return the identity.

        Raises:
            Tampered: It was changed, or it was wrapped in another context.
            Unreachable: KMS does not answer, or refuses.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        arn, blob = _taken_apart(wrapped)
        try:
            client = self._session(arn).client("kms", attempts=_ATTEMPTS)
            answer = client.decrypt(
                KeyId=arn, CiphertextBlob=blob, EncryptionContext=_told(context)
            )
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            if error_code(error) in _NOT_OURS:
                raise _tampered() from None
            raise _no_answer(reading_problem(error, "kms.Decrypt")) from None
        try:
            return bytes(answer["Plaintext"]).decode("ascii")
        except UnicodeDecodeError:
            raise _tampered() from None

    def is_current(self, wrapped: bytes) -> bool:
        """Tell whether the key that the settings name wrapped it.

        Raises:
            Unreachable: KMS does not answer, or refuses.
        """
        if wrapped[:1] != bytes((WRAPPED_BY_KMS,)):
            return False
        return _taken_apart(wrapped)[0] == self.arn()

    def arn(self) -> str:
        """Return the ARN of the key that the settings name, known for half a minute.

        Raises:
            Unreachable: KMS does not answer, or refuses.
        """
        now = self.clock.now()
        arn, known_at = self._known.get(self.key, ("", now))
        if not arn or not timedelta(0) <= now - known_at < _KNOWN_FOR:
            arn = str(self._ask("DescribeKey", self.key, {})["KeyMetadata"]["Arn"])
            self._known[self.key] = (arn, now)
        return arn

    def _ask(self, call: str, key: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {"KeyId": key, **asked}
        try:
            return read(self._session(key), f"kms.{call}", given, attempts=_ATTEMPTS)
        except NotFound as no:
            raise _no_answer(no) from None

    def _session(self, key: str) -> AwsSession:
        parts = key.split(":")
        region = (
            parts[_REGION] if key.startswith("arn:") and len(parts) > _REGION else ""
        )
        return self.session().waiting(_ANSWER_WITHIN_S).in_region(region)


def _no_answer(problem: TocsinError) -> TocsinError:
    """Return the fault that a missing key is: whoever asks cannot mend it."""
    if not isinstance(problem, NotFound):
        return problem
    return Unreachable(
        "A key of a share was not wrapped or opened",
        because="KMS has no such key here",
        next_move="Look at store.kms_key and aws.region; `tocsin doctor storage`.",
    )


def _told(context: KeyContext) -> dict[str, str]:
    return {
        "share": context.share,
        "incident": context.incident or "none",
        "expires": context.expires_at.isoformat(),
    }


def _taken_apart(wrapped: bytes) -> tuple[str, bytes]:
    length = int.from_bytes(wrapped[1:3], "big")
    try:
        arn = wrapped[3 : 3 + length].decode("ascii")
    except UnicodeDecodeError:
        raise _tampered() from None
    return arn, wrapped[3 + length :]


def _tampered() -> Tampered:
    return Tampered(
        "The key of a share was not opened",
        because="it was changed, or it is about something else",
        next_move="Collect the diagnostics again.",
    )
