"""The AI systems of the practice workspace, for every command that reads a registry."""

from importlib.resources import files

from bot.config import Settings, secret
from bot.domain.registry import Registry
from bot.rules.registry_file import read_registry


def demo_registry(settings: Settings) -> Registry:
    """Return the systems of the practice workspace; none where Slack is configured."""
    if secret(settings.slack.bot_token):
        return Registry()
    demo = files("bot.practice").joinpath("demo-registry.yaml")
    return read_registry(demo.read_text("utf-8"), name=demo.name)
