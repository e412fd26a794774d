"""Where `tocsin unseal` writes: a file that is there whole or not at all, or a pipe."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path
from typing import IO

from bot.domain.errors import BadRequest


class Sunk:
    """Takes bytes, and says of a failure where they did not go."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name

    def write(self, chunk: bytes, /) -> int:
        """Write a chunk.

        Raises:
            BadRequest: It could not be written.
        """
        try:
            return self._file.write(chunk)
        except OSError as error:
            raise _not_written(self._name, error) from error

    def flush(self) -> None:
        """Let everything go where it belongs.

        Raises:
            BadRequest: It could not be written.
        """
        try:
            self._file.flush()
        except OSError as error:
            raise _not_written(self._name, error) from error


@contextmanager
def printed() -> Iterator[Sunk]:
    """Yield the standard output; flushed when the block ends well."""
    sink = Sunk(sys.stdout.buffer, "The standard output")
    try:
        yield sink
        sink.flush()
    except BadRequest:
        # Nobody reads any more: what is left in the buffer must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


@contextmanager
def whole_file(path: Path) -> Iterator[Sunk]:
    """Yield a file, its owner's alone, that takes the place of `path` at the end.

    Raises:
        BadRequest: It cannot be written.
    """
    if path.is_dir():
        raise _not_written(str(path), IsADirectoryError(EISDIR, "Is a directory"))
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tocsin-")
    except OSError as error:
        raise _not_written(str(path), error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            sink = Sunk(file, str(path))
            yield sink
            sink.flush()
        Path(temporary).replace(path)
    except OSError as error:
        raise _not_written(str(path), error) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def _not_written(name: str, error: OSError) -> BadRequest:
    return BadRequest(
        f"{name} was not written to the end",
        because=f"the system says: {error.strerror}",
        next_move="The link was not used up: open it again in a minute.",
    )
