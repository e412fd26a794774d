"""Which Slack workspace the settings name; the practice one is in `practice.py`."""

from bot.config import Settings, secret
from bot.slack.issuer import IssuerSettings
from bot.slack.room_settings import SlackSettings


def real_slack(settings: Settings) -> SlackSettings:
    """Return how to speak with the workspace of the settings."""
    given = settings.slack
    secrets = (secret(given.signing_secret), secret(given.previous_signing_secret))
    return SlackSettings(
        bot_token=secret(given.bot_token),
        signing_secrets=tuple(one for one in secrets if one),
        team=given.team,
        channel=given.channel,
        app_token=secret(given.app_token),
        sockets=given.sockets,
        issuer=_issuer(settings),
    )


def _issuer(settings: Settings) -> IssuerSettings | None:
    given = settings.slack
    if not (given.client_id and secret(given.client_secret)):
        return None
    return IssuerSettings(
        client_id=given.client_id,
        client_secret=secret(given.client_secret),
        pkce=given.pkce,
    )
