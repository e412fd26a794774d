"""What actions on a team of LiteLLM share: no plan locks Tocsin itself out.

What is done to a team reaches every key in it. The keys with which Tocsin asks are
looked up by their hash, while it is planned.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import check_params
from bot.acting.reading import Texts
from bot.domain.errors import BadRequest, NotFound
from bot.domain.plan import Draft
from bot.gateways.litellm import LitellmAction

GET_KEY = "litellm.GetKey"


class TeamAction(LitellmAction):
    """An action on one team, its parameter ``team_id``."""

    TARGET: ClassVar[str] = "team_id"
    ALIAS: ClassVar[str] = "litellm.team.alias"

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Say exactly what would run.

        Raises:
            BadRequest, NotFound, Unreachable: As every action; or one of the bot's own
                keys is in the team.
        """
        check_params(self.MANIFEST.name, self.MANIFEST.params, params)
        if any(self._team_of(one, reader) == params["team_id"] for one in reader.ours):
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because="a key with which Tocsin itself asks LiteLLM is in this team",
                next_move="Take that key out of the team, then propose it again.",
            )
        return super().plan(params, reader=reader)

    def _team_of(self, key: str, reader: Any) -> str:
        """Return the team of a key; "" for none, and for a key that is not kept."""
        try:
            answer = self.looked(reader, GET_KEY, {"key": key})
        except NotFound:
            return ""
        record = answer.get("info")
        found = record.get("team_id") if isinstance(record, Mapping) else None
        return found if isinstance(found, str) else ""
