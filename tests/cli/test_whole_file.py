"""A file is there whole or not at all, and nothing is begun that cannot end."""

import stat
from pathlib import Path

import pytest

from bot.cli.whole_file import whole_file
from bot.domain.errors import BadRequest


def test_what_was_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with whole_file(path) as sink:
        sink.write(b"after")
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_fails_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def half() -> None:
        with whole_file(path) as sink:
            sink.write(b"half")
            raise BadRequest("No", because="it broke", next_move="None.")

    with pytest.raises(BadRequest, match="it broke"):
        half()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["", "none/file"])
def test_where_no_file_can_be_nothing_is_begun(tmp_path: Path, name: str) -> None:
    begun: list[bool] = []

    def begin() -> None:
        with whole_file(tmp_path / name):
            begun.append(True)

    with pytest.raises(BadRequest, match="was not written"):
        begin()
    assert begun == []
