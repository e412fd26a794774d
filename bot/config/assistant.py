"""The section `[assistant]`: what suggestions go by. Models are in `model.py`."""

from typing import Literal

from pydantic import Field

from bot.config.section import Section


class AssistantSection(Section):
    """Suggestions of runbooks."""

    history: Literal["rank", "show", "off"] = Field(
        "rank",
        description="What became of runbooks in earlier incidents: rank lets it change "
        "places among those that are written for the kind of incident, show only tells "
        "it, off does neither. It is counted all the same, and the board shows it.",
    )
