"""A file that is there whole or not at all, readable by its owner only."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.domain.errors import BadRequest


class _Whole:
    """Says of a failure to write which file it was."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path

    def write(self, chunk: bytes, /) -> int:
        try:
            return self._file.write(chunk)
        except OSError as error:
            raise _not_written(self._path, error) from error


@contextmanager
def whole_file(path: Path) -> Iterator[_Whole]:
    """Yield a file that takes the place of `path` when the block ends well.

    Raises:
        BadRequest: It cannot be written.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tocsin-")
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield _Whole(file, path)
        Path(temporary).replace(path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def _not_written(path: Path, error: OSError) -> BadRequest:
    return BadRequest(
        f"{path} was not written",
        because=f"the disk says: {error.strerror}",
        next_move="Name another file with -o, then open the link again if it lasts.",
    )
