"""Every section and key of the settings, its default and its sentence.

The sentences become `docs/reference/settings.md`. How they are read is
`bot/config/__init__.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Section):
    """Where Tocsin listens."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port; 0 picks a free one.")


class Slack(_Section):
    """The Slack workspace. Without a bot token the practice workspace starts."""

    bot_token: SecretStr | None = Field(
        None, description="Bot token, starts with xoxb."
    )
    signing_secret: SecretStr | None = Field(
        None, description="Checks that requests come from Slack."
    )
    previous_signing_secret: SecretStr | None = Field(
        None, description="Also accepted while the signing secret is rotated."
    )
    team: str = Field("", description="Team id; requests of other teams are refused.")
    channel: str = Field("C0INCIDENTS", description="Channel id that gets every card.")


class Source(_Section):
    """One alert source, `[sources.<name>]`."""

    token: SecretStr | None = Field(
        None, description="Bearer token the sender must show."
    )
    path_secret: SecretStr | None = Field(
        None,
        description="Last part of the address, for senders that cannot set headers.",
    )


class StoreSection(_Section):
    """Where state is kept."""

    anchors: Path | None = Field(
        None,
        description="Directory that keeps the newest signed checkpoint; choose another "
        "disk or machine. Default: anchors in TOCSIN_HOME.",
    )


class Redact(_Section):
    """The definition of sensitive data."""

    overlay: Path | None = Field(
        None, description="YAML file with the site's own rules and exceptions."
    )


class Rules(_Section):
    """Triage rules."""

    overlay: Path | None = Field(
        None, description="YAML file with the site's own triage rules."
    )


class RegistrySection(_Section):
    """The registry of AI systems."""

    file: Path | None = Field(
        None, description="YAML file of AI systems, owners and risk tiers."
    )


class Web(_Section):
    """Pages and the admin door."""

    public_url: str = Field(
        "",
        description="Address at which people's browsers reach the bot, for links, for "
        "example https://tocsin.example.org. Default: the address it listens on.",
    )
    admin_token: SecretStr | None = Field(
        None,
        description="Bearer token for the admin door; made at first start if unset.",
    )


class Gate(_Section):
    """What may be changed in the world outside, and who may agree to it."""

    mode: Literal["observe", "suggest", "act"] | None = Field(
        None,
        description="How far the gate goes: observe shows plans, suggest also collects "
        "approvals, act runs them. Default: act in practice, else observe.",
    )
    policies: Path | None = Field(
        None, description="Directory with the site's own Cedar policies."
    )
    own_t3: bool = Field(
        default=True,
        description="Whether who asked for a T3 plan may confirm it alone.",
    )


class Drills(_Section):
    """Exercises."""

    folder: Path | None = Field(
        None,
        description="Directory of scenarios, one YAML file each. Default: the shipped "
        "ones.",
    )


class Aws(_Section):
    """The AWS account that actions read and change."""

    region: str = Field("", description="Region, for example eu-central-1.")
    profile: str = Field("", description="Profile of the machine's AWS settings.")


class Practice(_Section):
    """The practice workspace, used when there is no Slack token."""

    replay: bool = Field(
        default=True, description="Play sample alerts into the channel at the start."
    )
    cloud: bool = Field(
        default=True,
        description="Start the practice cloud, an AWS look-alike on this machine.",
    )


class Settings(_Section):
    """Everything that can be set."""

    server: Server = Server()
    slack: Slack = Slack()
    sources: Mapping[str, Source] = Field(default_factory=dict)
    store: StoreSection = StoreSection()
    redact: Redact = Redact()
    rules: Rules = Rules()
    registry: RegistrySection = RegistrySection()
    web: Web = Web()
    gate: Gate = Gate()
    drills: Drills = Drills()
    aws: Aws = Aws()
    practice: Practice = Practice()
    home: Path = Field(Path(".tocsin"), description="Where state lives: TOCSIN_HOME.")
