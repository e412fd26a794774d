"""Every section and key of the settings, its default and its sentence.

The sentences become `docs/reference/settings.md`. How they are read is
`bot/config/__init__.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from bot.config.assistant import AssistantSection
from bot.config.collecting import CollectSection
from bot.config.gate_section import Gate
from bot.config.kubernetes_section import KubernetesSection
from bot.config.model import ModelSection
from bot.config.runbooks_section import Runbooks
from bot.config.section import Names, Section
from bot.config.sources import Source, stray_key
from bot.config.store_section import StoreSection
from bot.domain.addresses import complaint, no_proxy


class Server(Section):
    """Where Tocsin listens."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port; 0 picks a free one.")
    heartbeat_url: SecretStr | None = Field(
        None,
        description="Address that is called with POST as long as Tocsin really works, "
        "of a service that notices when they stop. https, or http on this machine.",
    )
    heartbeat_min: float = Field(
        1.0,
        ge=0.01,
        le=1440,
        description="How many minutes lie between two of our own heartbeats.",
    )

    @field_validator("heartbeat_url")
    @classmethod
    def _may_be_called(cls, url: SecretStr | None) -> SecretStr | None:
        wrong = complaint(url.get_secret_value()) if url else ""
        if wrong:
            raise ValueError(f"the address cannot be called: {wrong}")
        return url


class Slack(Section):
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
    app_token: SecretStr | None = Field(
        None,
        description="App-level token, starts with xapp; with it Slack is also reached "
        "over Socket Mode.",
    )
    sockets: int = Field(
        2,
        ge=1,
        le=10,
        description="Connections of Socket Mode; at most ten with all replicas.",
    )
    team: str = Field("", description="Team id; requests of other teams are refused.")
    channel: str = Field("C0INCIDENTS", description="Channel id that gets every card.")
    security_channel: str = Field(
        "",
        description="Channel id that is told when somebody breaks the glass, and who "
        "was refused a sealed file that belongs to no incident; invite the bot. "
        "Default: only the incident's channel is told.",
    )
    client_id: str = Field(
        "",
        description="Client id of the Slack app, for Sign in with Slack; it stands "
        "under Basic Information.",
    )
    client_secret: SecretStr | None = Field(
        None, description="Client secret of the Slack app, for Sign in with Slack."
    )
    pkce: bool = Field(
        default=False,
        description="Whether Sign in with Slack also uses PKCE. Only where the Slack "
        "app has it switched on, which Slack does not let one undo.",
    )


class Redact(Section):
    """The definition of sensitive data."""

    overlay: Path | None = Field(
        None, description="YAML file with the site's own rules and exceptions."
    )


class Rules(Section):
    """Rules of triage and of grouping."""

    overlay: Path | None = Field(
        None, description="YAML file with the site's own triage rules."
    )
    grouping: Path | None = Field(
        None,
        description="YAML file with the site's own rules of grouping: which things "
        "say that alerts belong together, what several kinds mean together, and what "
        "no maintenance window silences.",
    )


class RegistrySection(Section):
    """The registry of AI systems."""

    file: Path | None = Field(
        None, description="YAML file of AI systems, owners and risk tiers."
    )


class Watch(Section):
    """Figures of registered systems; which ones are looked at, says the registry."""

    prometheus_url: str = Field(
        "",
        description="Prometheus that is asked where the registry names no other, for "
        "example http://prometheus:9090.",
    )
    prometheus_token: SecretStr | None = Field(
        None, description="Bearer token for that Prometheus, and for no other."
    )

    @field_validator("prometheus_url")
    @classmethod
    def _may_be_asked(cls, url: str) -> str:
        wrong = complaint(url, plain=True) if url else ""
        if wrong:
            raise ValueError(f"the address cannot be asked: {wrong}")
        return url


class Web(Section):
    """Pages and the admin door."""

    public_url: str = Field(
        "",
        description="Address at which people's browsers reach the bot, for links, for "
        "example https://tocsin.example.org. Default: the address it listens on. The "
        "pages open over https, or on this machine.",
    )
    admin_token: SecretStr | None = Field(
        None,
        description="Bearer token for the admin door; made at first start if unset.",
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="Bearer token for /metrics; the admin token opens it too. Without "
        "it the figures are open where server.host is this machine, and closed to "
        "everybody else where it is not.",
    )
    link_hosts: Names = Field(
        (),
        description="Hosts that addresses in alerts may link to, for example "
        "grafana.example.org; *.example.org stands for all below it. What leads "
        "elsewhere is shown as text. No host is safe by itself: with a link into a "
        "cloud console a stranger can prefill a form that creates things.",
    )
    sign_in: Literal["link", "required"] = Field(
        "link",
        description="Who may open a sealed link: with link, whoever holds it within "
        "its two minutes; with required, only its own person, signed in at the page.",
    )
    trusted_proxies: Names = Field(
        (),
        description="Addresses or networks of the proxies in front of the bot, for "
        "example 10.0.0.5 or 10.0.0.0/24. Only what they say in X-Forwarded-For "
        "counts as where a request came from; by default nobody is believed.",
    )
    share_ttl_min: int = Field(
        240,
        ge=5,
        le=10080,
        description="How many minutes sealed diagnostics can be opened; then their key "
        "is destroyed.",
    )
    share_opens: int = Field(
        20,
        ge=1,
        le=100,
        description="How often one bundle of diagnostics can be opened in all, each "
        "time with a ticket of its own; then its key is destroyed.",
    )
    originals_per_hour: int = Field(
        10,
        ge=1,
        le=1000,
        description="How many alerts one person may have opened as they came in within "
        "an hour; whoever had as many is told when the next is possible.",
    )
    share_limit_mib: int = Field(
        100,
        ge=1,
        le=1024,
        description="How many MiB may be sealed as one thing.",
    )
    share_recipient: str = Field(
        "",
        description="Public age key (age1…) that can open everything that is sealed "
        "too, for the day when the bot is dead. Keep its private half offline.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, proxies: Names) -> Names:
        for one in proxies:
            wrong = no_proxy(one)
            if wrong:
                raise ValueError(f"{one!a} {wrong}")
        return proxies


class Drills(Section):
    """Exercises."""

    folder: Path | None = Field(
        None,
        description="Directory of scenarios, one YAML file each. Default: the shipped "
        "ones.",
    )


class Aws(Section):
    """The AWS account that actions read and change."""

    region: str = Field("", description="Region, for example eu-central-1.")
    profile: str = Field("", description="Profile of the machine's AWS settings.")


class Practice(Section):
    """The practice workspace, used when there is no Slack token."""

    replay: bool = Field(
        default=True, description="Play sample alerts into the channel at the start."
    )
    cloud: bool = Field(
        default=True,
        description="Start the practice cloud, an AWS look-alike on this machine.",
    )
    transport: Literal["http", "socket"] = Field(
        "http",
        description="How the practice workspace reaches the bot: over HTTP, or over "
        "Socket Mode.",
    )


class Settings(Section):
    """Everything that can be set."""

    server: Server = Field(default_factory=Server)
    slack: Slack = Field(default_factory=Slack)
    sources: Mapping[str, Source] = Field(default_factory=dict)
    store: StoreSection = Field(default_factory=StoreSection)
    redact: Redact = Field(default_factory=Redact)
    rules: Rules = Field(default_factory=Rules)
    registry: RegistrySection = Field(default_factory=RegistrySection)
    runbooks: Runbooks = Field(default_factory=Runbooks)
    watch: Watch = Field(default_factory=Watch)
    collect: CollectSection = Field(default_factory=CollectSection)
    web: Web = Field(default_factory=Web)
    model: ModelSection = Field(default_factory=ModelSection)
    assistant: AssistantSection = Field(default_factory=AssistantSection)
    gate: Gate = Field(default_factory=Gate)
    drills: Drills = Field(default_factory=Drills)
    aws: Aws = Field(default_factory=Aws)
    kubernetes: KubernetesSection = Field(default_factory=KubernetesSection)
    practice: Practice = Field(default_factory=Practice)
    home: Path = Field(Path(".tocsin"), description="Where state lives: TOCSIN_HOME.")

    @field_validator("sources")
    @classmethod
    def _has_an_effect(cls, sources: Mapping[str, Source]) -> Mapping[str, Source]:
        """Refuse keys that would be silently without effect."""
        for name, source in sources.items():
            stray = stray_key(name, source)
            if stray:
                raise ValueError(stray)
        return sources
