"""Wrapping by key files, and telling apart who wrapped what."""

from pathlib import Path

import pytest

from bot.domain.errors import Tampered
from bot.ports.storage import Wrapping
from bot.shares.keyring import Keyring
from bot.sharing import seal
from bot.sharing.wrapping import Wrappings, local
from bot.store.keyfile import FileKeys
from tests.fakes.sharing import FakeShareKeys
from tests.fakes.wrapping import FakeWrapping
from tests.store.contract.wrapping_contract import CONTEXT, OTHERS, WrappingContract


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    return FileKeys(tmp_path / "keys")


@pytest.fixture(params=["files", "fake"])
def wrapping(request: pytest.FixtureRequest, keys: FileKeys) -> Wrapping:
    return FakeWrapping() if request.param == "fake" else local(keys)


class TestWrapping(WrappingContract):
    """By key files, and by the fake."""


@pytest.fixture
def here(keys: FileKeys) -> Wrappings:
    return local(keys)


def test_one_changed_byte_is_noticed(here: Wrappings) -> None:
    """Of KMS the practice cloud cannot show this: its ciphers are not real ones."""
    wrapped = bytearray(here.wrap(seal.new_key(), CONTEXT))
    wrapped[-1] ^= 1
    with pytest.raises(Tampered):
        here.unwrap(bytes(wrapped), CONTEXT)


def test_a_key_that_is_not_the_one_of_the_proof_is_never_handed_out(
    keys: FileKeys,
) -> None:
    rows = FakeShareKeys()
    keyring = Keyring(rows=rows, wrapping=local(keys))
    keyring.keep(seal.new_key(), CONTEXT)
    rows.rewrap("sh_1", keyring.wrapping.wrap(seal.new_key(), CONTEXT))
    with pytest.raises(Tampered):
        keyring.identity(CONTEXT)


def test_what_was_wrapped_before_there_were_marks_still_opens(
    keys: FileKeys, here: Wrappings
) -> None:
    key = seal.new_key()
    wrapped = keys.seal(key.encode(), about="share/sh_1")
    assert here.unwrap(wrapped, CONTEXT) == key
    assert not here.is_current(wrapped)
    with pytest.raises(Tampered):
        here.unwrap(wrapped, OTHERS[0])


def test_after_a_change_of_keys_it_opens_and_is_no_longer_current(
    keys: FileKeys, here: Wrappings
) -> None:
    key = seal.new_key()
    wrapped = here.wrap(key, CONTEXT)
    keys.rotate_seal()
    assert here.unwrap(wrapped, CONTEXT) == key
    assert not here.is_current(wrapped)


def test_what_nobody_here_wraps_says_which_setting_is_missing(
    here: Wrappings,
) -> None:
    with pytest.raises(Tampered, match=r"store\.kms_key"):
        here.unwrap(b"\x03 by KMS", CONTEXT)
