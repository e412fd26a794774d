"""What the Slack room needs to know of its workspace, and what is too little."""

from dataclasses import dataclass, field

from bot.domain.errors import BadSettings
from bot.slack.clients import SLACK
from bot.slack.issuer import IssuerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """What is needed to speak with one workspace.

    Attributes:
        signing_secrets: The present one first; a second while it is rotated.
        team: Workspace whose people may act; "" takes the token's.
        channel: Gets every card.
        api_url: Of the Web API; the practice workspace has its own.
        app_token: Opens Socket Mode; "" leaves it closed.
        sockets: How many connections Socket Mode has.
        issuer: Signs people in; None leaves Sign in with Slack away.
    """

    bot_token: str = field(repr=False)
    signing_secrets: tuple[str, ...] = field(repr=False)
    team: str = ""
    channel: str = ""
    api_url: str = SLACK
    app_token: str = field(default="", repr=False)
    sockets: int = 2
    issuer: IssuerSettings | None = None


def refuse_empty(settings: SlackSettings) -> None:
    """Refuse settings with which Slack could not be reached.

    Raises:
        BadSettings: The bot token is missing, or both other secrets are.
    """
    if settings.bot_token and (any(settings.signing_secrets) or settings.app_token):
        return
    raise BadSettings(
        "Slack was not connected",
        because="the bot token is missing, or both other secrets are",
        next_move="Set slack.bot_token with slack.signing_secret (HTTP) or "
        "slack.app_token (Socket Mode), or none of them.",
    )
