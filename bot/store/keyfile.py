"""Keys in files of one directory, each readable by its owner only.

    log.key          Ed25519 private key that signs the log (PKCS #8, PEM)
    seal-<n>.key     AES-256 keys of what lies sealed, base64; the newest seals
    placeholder.key  HMAC key of the redactor's placeholders, base64

A key is made the first time it is needed. Sealed bytes are

    0x01 || number of the key (1 byte) || nonce (12 bytes) || AES-256-GCM ciphertext

with `about` as associated data, so that they cannot be moved to another item.
"""

import os
import secrets
import stat
import tempfile
import threading
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.errors import BadSettings, Tampered

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D
_MAX_SEAL_KEYS = 255
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OWNER_ONLY_DIRECTORY = 0o700


class FileKeys:
    """The keys of one installation, in a directory. Keeps `ports.Keys`.

    Every method raises BadSettings when a key file cannot be used, for example
    because others may read it.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._kept: dict[str, bytes] = {}
        self._ciphers: dict[int, AESGCM] = {}
        self._newest_seal = 0

    def seal(self, plain: bytes, *, about: str) -> bytes:
        """Encrypt with the newest key and bind to `about`, e.g. an alert id."""
        number = self._newest()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher(number).encrypt(nonce, plain, about.encode())
        return bytes((_FORMAT, number)) + nonce + sealed

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            Tampered: It was changed, it is about something else, or its key is
                not here.
        """
        from cryptography.exceptions import InvalidTag

        head, nonce, rest = sealed[:2], sealed[2 : 2 + _NONCE_BYTES], sealed[14:]
        is_ours = len(nonce) == _NONCE_BYTES and head[0] == _FORMAT
        if not is_ours or not self._has(head[1]):
            raise _not_opened(about, "no key of this installation sealed it")
        try:
            return self._cipher(head[1]).decrypt(nonce, rest, about.encode())
        except InvalidTag:
            raise _not_opened(
                about, "it was changed, or it is about something else"
            ) from None

    def rotate_seal(self) -> int:
        """Make a new key that seals from now on; return its number.

        What older keys sealed can still be opened. Another process that runs
        already seals with the older one until it is restarted.
        """
        older = self._numbers()
        number = max(older, default=0) + 1
        for one in older:
            # Read now: what they sealed may still be on its way when they are removed.
            self._cipher(one)
        if number > _MAX_SEAL_KEYS:
            raise BadSettings(
                "The key was not changed",
                because=f"{self._directory} has {_MAX_SEAL_KEYS} of them already",
                next_move="Remove those that nothing is sealed with any more.",
            )
        self._secret(f"seal-{number}.key")
        self._newest_seal = number
        return number

    def is_newest(self, sealed: bytes) -> bool:
        """Tell whether the key that seals now sealed this."""
        return sealed[:2] == bytes((_FORMAT, self._newest()))

    def renewed(self, sealed: bytes, about: str) -> bytes:
        """Return the same sealed with the newest key.

        What the newest key sealed, and what none of ours sealed, is returned as it is.

        Raises:
            Tampered: It was changed, or it is about something else.
        """
        if sealed[:1] != bytes((_FORMAT,)) or self.is_newest(sealed):
            return sealed
        return self.seal(self.open(sealed, about=about), about=about)

    def older(self) -> tuple[int, ...]:
        """Return the numbers of keys that do not seal any more and are still here."""
        return tuple(one for one in self._numbers() if one != self._newest())

    def remove_older(self) -> None:
        """Take away every key but the newest.

        This process keeps what it has read of them in memory until it ends, for what
        was sealed with them and is still on its way to the disk.
        """
        for number in self.older():
            Path(self._path(number)).unlink(missing_ok=True)
        handle = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def sign(self, message: bytes) -> bytes:
        """Sign with the log's Ed25519 key; 64 bytes."""
        return self._log_key().sign(message)

    def public_key(self) -> bytes:
        """Return the log's Ed25519 public key; 32 bytes."""
        return self._log_key().public_key().public_bytes_raw()

    def placeholder_key(self) -> bytes:
        """Return the key that makes the redactor's placeholders; 32 bytes."""
        return self._secret("placeholder.key")

    def _log_key(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (
            Ed25519PrivateKey,
        )
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(self._file("log.key", _new_log_key), None)
        except ValueError:
            raise self._unusable("log.key", "it is not a key") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise self._unusable("log.key", "it is not an Ed25519 key")
        return key

    def _path(self, number: int) -> str:
        return f"{self._directory}/seal-{number}.key"

    def _cipher(self, number: int) -> "AESGCM":
        kept = self._ciphers.get(number)
        if kept is not None:
            return kept
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        made = AESGCM(self._secret(f"seal-{number}.key"))
        self._ciphers[number] = made
        return made

    def _has(self, number: int) -> bool:
        path = self._path(number)
        return number in self._ciphers or os.path.exists(path)  # noqa: PTH110 - asked for every payload, and three times as fast

    def _newest(self) -> int:
        """Return the number of the key that seals now."""
        self._newest_seal = self._newest_seal or max(self._numbers(), default=1)
        return self._newest_seal

    def _numbers(self) -> list[int]:
        stems = (file.stem for file in self._directory.glob("seal-*.key"))
        numbers = (stem.removeprefix("seal-") for stem in stems)
        return sorted(int(one) for one in numbers if one.isdecimal())

    def _secret(self, name: str) -> bytes:
        try:
            key = b64decode(self._file(name, _new_secret), validate=True)
        except NotBase64:
            key = b""
        if len(key) != _KEY_BYTES:
            raise self._unusable(name, f"it does not hold {_KEY_BYTES} bytes")
        return key

    def _file(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return a key file's content, made by `make` if there is none."""
        with self._lock:
            if name not in self._kept:
                self._kept[name] = _read_or_make(self._directory / name, make)
            return self._kept[name]

    def _unusable(self, name: str, because: str) -> BadSettings:
        return _unusable(self._directory / name, because)


def _read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        _create(path, make())
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(path, str(error.strerror)) from error
    if mode & _OTHERS:
        raise BadSettings(
            "The key was not used",
            because=f"{path} can be read or changed by others (mode {mode:04o})",
            next_move=f"If nobody else had it, run `chmod 600 {path}`; "
            "else replace it.",
        )
    return content.strip()


def _create(path: Path, content: bytes) -> None:
    """Write a new file whole; a process that was quicker wins."""
    path.parent.mkdir(mode=_OWNER_ONLY_DIRECTORY, parents=True, exist_ok=True)
    # mkstemp makes it readable by its owner only, whatever the umask says.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content + b"\n")
            file.flush()
            os.fsync(file.fileno())
        Path(path).hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()


def _unusable(path: Path, because: str) -> BadSettings:
    return BadSettings(
        "The key was not used",
        because=f"{path}: {because}",
        next_move="Restore the file from a backup.",
    )


def _new_secret() -> bytes:
    return b64encode(secrets.token_bytes(_KEY_BYTES))


def _new_log_key() -> bytes:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .strip()
    )


def _not_opened(about: str, because: str) -> Tampered:
    return Tampered(
        f"What is sealed about {about} was not opened",
        because=because,
        next_move="Check that the key files are those of this installation.",
    )
