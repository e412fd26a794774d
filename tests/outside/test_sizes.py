"""Every size opens with programs that are not ours, from the file as it is kept."""

import filecmp
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.share_limits import MIB
from bot.ports.sharing import Sealed
from bot.sharing import proof, seal
from bot.sharing.seal import Link
from tests.outside.npm_age import NpmAge, installed
from tests.sharing.stage import BASE_URL, Stage

pytestmark = pytest.mark.outside

AGE = "/usr/bin/age"
SIZES = (0, 1, 65_535, 65_536, 65_537, 100 * MIB)


@pytest.fixture(scope="module")
def npm_age(tmp_path_factory: pytest.TempPathFactory) -> NpmAge:
    return installed(tmp_path_factory.mktemp("npm-age"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "home")
    yield made
    made.close()


def plain_file(folder: Path, size: int) -> Path:
    path = folder / "plain"
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(os.urandom(MIB))
        file.write(os.urandom(size % MIB))
    return path


def kept(stage: Stage, plain: Path) -> tuple[Link, Path]:
    """Seal a file as the command line does; return its link and where it lies."""
    key, ticket = seal.new_key(), proof.new_secret()
    digest, auth = proof.digest(ticket), proof.auth_key(key)
    taking = stage.vault.receive(Sealed(ticket=digest, auth=auth, life_s=3600, opens=1))
    with plain.open("rb") as file:
        seal.seal_stream(file, taking, key=key)
    share = str(taking.finish()["share"])
    link = Link(base_url=BASE_URL, share=share, ticket=ticket, key=key)
    return link, stage.folder / "blobs" / f"{share}.age"


def same(one: Path, other: Path) -> bool:
    return filecmp.cmp(one, other, shallow=False)


@pytest.mark.parametrize("size", SIZES)
def test_age_pyrage_and_npm_open_what_is_kept(
    stage: Stage, tmp_path: Path, npm_age: NpmAge, size: int
) -> None:
    import pyrage

    plain = plain_file(tmp_path, size)
    link, sealed = kept(stage, plain)
    identity = tmp_path / "key.txt"
    identity.write_text(f"{link.key}\n")
    by = {name: tmp_path / name for name in ("age", "pyrage", "npm", "us")}
    with by["age"].open("wb") as out:
        age = [AGE, "-d", "-i", str(identity), str(sealed)]
        subprocess.run(age, check=True, stdout=out)
    ours = pyrage.x25519.Identity.from_str(link.key)
    pyrage.decrypt_file(str(sealed), str(by["pyrage"]), [ours])
    npm_age.open(link.key, sealed, by["npm"])
    with sealed.open("rb") as source, by["us"].open("wb") as sink:
        seal.unseal_stream(source, sink, key=link.key)
    assert [name for name, path in by.items() if not same(plain, path)] == []


@pytest.mark.parametrize("size", SIZES)
def test_what_age_seals_we_open_piece_by_piece(tmp_path: Path, size: int) -> None:
    plain, identity, key = plain_file(tmp_path, size), tmp_path / "key", seal.new_key()
    identity.write_text(f"{key}\n")
    sealed, opened = tmp_path / "sealed", tmp_path / "opened"
    age = [AGE, "-e", "-i", str(identity), "-o", str(sealed), str(plain)]
    subprocess.run(age, check=True)
    with sealed.open("rb") as source, opened.open("wb") as sink:
        seal.unseal_stream(source, sink, key=key)
    assert same(plain, opened)
