"""Times that people type, beside the time that AWS has by its own clock."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any


def is_over(moment: str | datetime, answer: Mapping[str, Any]) -> bool:
    """Tell whether a moment is before AWS's own clock; one that is no date is not.

    Args:
        moment: ISO 8601 with a zone, or a time as AWS tells it.
        answer: Any answer of AWS; its headers say when it was given.
    """
    try:
        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except (KeyError, ValueError):
        return False
    return at <= now
