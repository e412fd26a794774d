"""What every section of the settings is made of.

The sections themselves are `sections.py` and `sources.py`.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Section(BaseModel):
    """One table of `tocsin.toml`."""

    # Built with the settings that hold it, not a second time by itself.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def _split(given: object) -> object:
    """Return a list that the environment gave as one text with commas."""
    if not isinstance(given, str):
        return given
    return tuple(part.strip() for part in given.split(",") if part.strip())


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
