"""What `tocsin doctor` asks the running bot: whether it takes alerts just now."""

from bot.cli.running_bot import found
from bot.config import Settings
from bot.domain.errors import TocsinError


def refusing(settings: Settings) -> str | None:
    """Return since when, how many and why alerts are refused.

    Returns:
        "" when all are kept; None when no bot runs that could be asked.
    """
    try:
        told = found(settings.home).ask("GET", "/readyz").get("alerts_refused")
    except TocsinError:
        return None
    if not isinstance(told, dict):
        return ""
    return (
        f"alerts are refused since {told.get('since')} because "
        f"{told.get('because')}; {told.get('count')} refused"
    )
