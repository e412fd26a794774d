"""What every file of a collector keeps to."""

from bot.outside.files import LARGEST, counted, fitted
from bot.ports.collect import Collected


def test_one_is_one_and_none_are_many() -> None:
    assert [counted(n, "pod") for n in (0, 1, 2)] == ["0 pods", "1 pod", "2 pods"]


def test_too_many_lines_are_cut_at_a_line_and_it_says_so() -> None:
    lines = "\n".join(["ü" * 99] * 3_000)
    found = fitted(Collected(name="a.jsonl", content=lines, says="Lines."))
    assert len(found.content.encode()) <= LARGEST
    assert set(found.content.splitlines()) == {"ü" * 99}
    assert found.says == "Lines. Cut: there is more."


def test_a_document_that_cannot_be_cut_is_left_out() -> None:
    found = fitted(Collected(name="a.json", content="x" * (LARGEST + 1), says="It."))
    assert found.content == ""
    assert found.says == "It. It is too large to be kept."


def test_what_fits_stays_as_it_is() -> None:
    file = Collected(name="a.json", content="x" * LARGEST, says="It.")
    assert fitted(file) is file
