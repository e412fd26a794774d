"""`make test-slow` loads only some files; none that it needs is left out."""

from pathlib import Path

import pytest

from tests import long


def test_no_file_with_something_long_is_left_out(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.stash[long.MISTAKES] == frozenset()


@pytest.mark.parametrize(
    ("text", "asked", "left_out"),
    [
        ("def test_x(): pass", long.ASKED, True),
        ("pytestmark = pytest.mark.slow", long.ASKED, False),
        ("from hypothesis import given", long.ASKED, False),
        ("TestX = Machine.TestCase", long.ASKED, False),
        ("def test_x(): pass", "", False),
    ],
)
def test_a_file_is_left_out_only_where_nothing_in_it_may_take_long(
    tmp_path: Path, text: str, asked: str, *, left_out: bool
) -> None:
    (tmp_path / "test_x.py").write_text(text)
    assert long.is_left_out(tmp_path / "test_x.py", asked) is left_out


def test_the_makefile_asks_for_what_is_left_out_by() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    assert f'-m "{long.ASKED}"' in makefile
