"""The contract of places for the keys of shares; the fake keeps it too."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.errors import Conflict
from bot.ports.storage import ShareKey, ShareKeys
from bot.store.sharekeys import SqliteShareKeys
from tests.fakes.sharing import FakeShareKeys

KEY = ShareKey(wrapped=b"w" * 90, auth=b"a" * 32)
BACKENDS: dict[str, Callable[[Path], ShareKeys]] = {
    "sqlite": lambda folder: SqliteShareKeys(folder / "keys.db"),
    "fake": lambda _: FakeShareKeys(),
}


@pytest.fixture(params=list(BACKENDS.values()), ids=list(BACKENDS))
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> ShareKeys:
    made: ShareKeys = request.param(tmp_path)
    return made


def test_a_kept_key_comes_back(keys: ShareKeys) -> None:
    keys.put("sh_1", KEY)
    assert keys.get("sh_1") == KEY
    assert keys.all() == ("sh_1",)


def test_a_destroyed_key_is_gone_and_twice_is_harmless(keys: ShareKeys) -> None:
    keys.put("sh_1", KEY)
    keys.destroy("sh_1")
    keys.destroy("sh_1")
    assert keys.get("sh_1") is None
    assert keys.all() == ()


def test_destroying_one_leaves_the_others(keys: ShareKeys) -> None:
    keys.put("sh_1", KEY)
    keys.put("sh_2", KEY)
    keys.destroy("sh_1")
    assert keys.get("sh_2") == KEY


def test_a_share_has_one_key(keys: ShareKeys) -> None:
    keys.put("sh_1", KEY)
    with pytest.raises(Conflict):
        keys.put("sh_1", ShareKey(wrapped=b"", auth=b"b" * 32))
    assert keys.get("sh_1") == KEY


def test_a_key_is_wrapped_anew_in_its_place(keys: ShareKeys) -> None:
    keys.put("sh_1", KEY)
    keys.rewrap("sh_1", b"v" * 90)
    keys.clean()
    assert keys.get("sh_1") == ShareKey(wrapped=b"v" * 90, auth=KEY.auth)


def test_wrapping_anew_brings_no_destroyed_key_back(keys: ShareKeys) -> None:
    keys.put("sh_1", KEY)
    keys.destroy("sh_1")
    keys.rewrap("sh_1", b"v" * 90)
    assert keys.get("sh_1") is None
