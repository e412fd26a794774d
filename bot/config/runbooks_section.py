"""The settings of runbooks. How they are searched is `bot/assistant/search.py`."""

from typing import Literal

from pydantic import Field

from bot.config.section import Section


class Runbooks(Section):
    """How runbooks are searched."""

    semantic: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether a local model puts what the words find in a better order: "
        "auto where the extra `semantic` is installed, on to be told where it is not, "
        "off for words alone.",
    )
