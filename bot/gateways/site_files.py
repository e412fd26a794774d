"""Reads a site's HTTP actions: only what somebody signed whose key the settings name.

    drain.yaml        what the action is
    drain.yaml.sig    its Ed25519 signature, base64, by `tocsin gate sign-action`

Whoever can write into the folder can therefore not add an effect. One file that is not
signed, or was changed afterwards, and the bot does not start.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from bot.domain.errors import BadSettings
from bot.domain.plain_yaml import NotPlain, loaded
from bot.gateways.message_signature import (
    ED25519,
    LEAST_SECRET,
    Signer,
    ed25519_signer,
    hmac_signer,
)
from bot.gateways.site_action import SiteAction, action_of
from bot.gateways.template import Template

SUFFIX, SIGNATURE = ".yaml", ".sig"
_STATEMENT = b"tocsin/http-action/v1\0"
"""Before what is signed: a signature for anything else is none for this."""
_MOST_BYTES = 64 * 1024
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteKeys:
    """With what one action asks.

    Attributes:
        signer: Signs its requests.
        read_token: Shown when it reads; "" for none.
        act_token: Shown when it changes something; "" for none.
    """

    signer: Signer
    read_token: str = field(default="", repr=False)
    act_token: str = field(default="", repr=False)


def site_actions(folder: Path | None, keys: Sequence[str]) -> tuple[SiteAction, ...]:
    """Return the actions of a folder, in order of their files.

    Args:
        folder: None where the site has none.
        keys: Base64 of the public keys whose signature is believed.

    Raises:
        BadSettings: The folder cannot be read, or a file in it is not signed, was
            changed, or is none that can be used; names the file.
    """
    if folder is None:
        return ()
    if not folder.is_dir():
        raise _refused("The HTTP actions", "gate.http_actions names no directory")
    known = tuple(_public_key(one) for one in keys)
    return tuple(read_action(one, known) for one in sorted(_files(folder)))


def read_action(path: Path, keys: Sequence[bytes]) -> SiteAction:
    """Return the action of one file.

    Raises:
        BadSettings: As `site_actions`.
    """
    raw = _bytes(path)
    if not _is_signed(raw, _signature(path), keys):
        because = "its signature is of none of gate.http_keys, or the file was changed"
        raise _refused(path.name, because)
    return action_of(parsed(path.name, raw), hashlib.sha256(raw).hexdigest())


def parsed(name: str, raw: bytes) -> Template:
    """Return what a file says, signed or not.

    Raises:
        BadSettings: It is none that can be used; says each thing that is wrong.
    """
    try:
        return Template.model_validate(loaded(raw.decode("utf-8")))
    except (NotPlain, UnicodeDecodeError) as error:
        because = str(error) if isinstance(error, NotPlain) else "it is not UTF-8"
        raise _refused(name, because) from None
    except ValidationError as error:
        found = [_problem(one) for one in error.errors(include_input=False)]
        raise _refused(name, "; ".join(found)) from None


def statement(raw: bytes) -> bytes:
    """Return the bytes that are signed for a file."""
    return _STATEMENT + raw


def site_keys(action: SiteAction, secret: Callable[[str], str]) -> SiteKeys:
    """Return with what an action asks.

    Args:
        secret: Returns a secret by its name.

    Raises:
        BadSettings: A secret lacks, is too short, or is no key; names it only.
    """
    of = action.TEMPLATE
    name = of.signature.secret
    found = secret(name).encode()
    tokens = [secret(one) if one else "" for one in (of.read.token, of.write.token)]
    if tokens[0] and tokens[0] == tokens[1]:
        because = f"{of.read.token} and {of.write.token} are the same token"
        raise _refused(of.name, because)
    try:
        signer = _signer(of, found)
    except (TypeError, ValueError):
        raise _refused(of.name, f"the secret {name} is no Ed25519 key in PEM") from None
    return SiteKeys(signer=signer, read_token=tokens[0], act_token=tokens[1])


def secrets_in(folder: Path | None) -> Callable[[str], str]:
    """Return what finds a secret by its name: one file each, its text stripped."""

    def find(name: str) -> str:
        if folder is None:
            raise _refused(f"The secret {name}", "gate.http_secrets is not set")
        try:
            return (folder / name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            because = "gate.http_secrets has no such file that can be read"
            raise _refused(f"The secret {name}", because) from None

    return find


def _signer(of: Template, secret: bytes) -> Signer:
    if of.signature.algorithm == ED25519:
        return ed25519_signer(of.signature.key_id, secret)
    if len(secret) < LEAST_SECRET:
        because = (
            f"the secret {of.signature.secret} is shorter than {LEAST_SECRET} bytes"
        )
        raise _refused(of.name, because)
    return hmac_signer(of.signature.key_id, secret)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of actions; anything that might be meant as one is no stray."""
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.suffix in (SUFFIX, ".yml", ".json"):
            yield path


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError:
        raise _refused(path.name, "it cannot be read") from None
    if len(raw) > _MOST_BYTES:
        raise _refused(path.name, f"it is over {_MOST_BYTES // 1024} KiB")
    return raw


def _signature(path: Path) -> bytes:
    beside = path.with_name(path.name + SIGNATURE)
    try:
        return base64.b64decode(beside.read_bytes().strip(), validate=True)
    except OSError:
        raise _refused(path.name, f"it is not signed: {beside.name} lacks") from None
    except (binascii.Error, ValueError):
        raise _refused(path.name, f"{beside.name} is no signature") from None


def _is_signed(raw: bytes, signature: bytes, keys: Sequence[bytes]) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, statement(raw))
        except InvalidSignature:
            continue
        return True
    return False


def _public_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise _refused("The HTTP actions", "gate.http_keys holds what is no key")
    return key


def _problem(error: Mapping[str, object]) -> str:
    """Return what is wrong in our words' order; what stands in the file is not said."""
    where = error["loc"]
    parts = where if isinstance(where, tuple) else ()
    at = ".".join(str(one) for one in parts)
    says = str(error["msg"]).removeprefix("Value error, ")
    return f"{at}: {says.lower()}" if at else says


def _refused(what: str, because: str) -> BadSettings:
    return BadSettings(
        f"{what} was not loaded",
        because=because,
        next_move="`tocsin gate lint-actions` shows all; docs/guides/http-actions.md.",
    )
