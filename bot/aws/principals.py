"""Users and roles of IAM that no action may change: AWS's own, and Tocsin's own.

The roles' files deny the latter as well; a plan that nobody could run is not shown.

Source:
    IAM User Guide, "Service-linked roles"; IAM Identity Center User Guide, "Referencing
    permission sets": roles under ``/aws-reserved/`` are changed by AWS alone.
"""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import BadRequest

_OF_AWS = ("/aws-service-role/", "/aws-reserved/")
_OWN = "tocsin"
"""How the ARNs that the roles' files deny begin, behind ``user/`` and ``role/``."""


def refuse_unchangeable(principal: Mapping[str, Any]) -> None:
    """Refuse a user or a role that must not or cannot be changed.

    Args:
        principal: A user or a role as IAM tells it.

    Raises:
        BadRequest: AWS itself keeps it, or it is Tocsin's own.
    """
    if str(principal.get("Path", "")).startswith(_OF_AWS):
        raise BadRequest(
            "The role was not planned to change",
            because="it belongs to a service of AWS, and only that may change it",
            next_move="Stop the service's own use of it, or change its permission set.",
        )
    if str(principal["Arn"]).partition("/")[2].startswith(_OWN):
        raise BadRequest(
            "The user or role was not planned to change",
            because="it is Tocsin's own, and without it nothing could be undone",
            next_move="Change it in IAM by hand, and stop Tocsin if others have it.",
        )
