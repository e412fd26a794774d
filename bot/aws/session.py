"""A session: with whose credentials AWS is called, and where.

Two kinds. For real, credentials come from the machine (a role, single sign-on), and
long-lived keys are refused. In practice everything leads to a server on this machine
and nothing of the machine's own AWS configuration is used. What a call's failure
means is in `errors.py`; narrower sessions are made by `mint.py`.
"""

import functools
import ipaddress
import os
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import BadSettings

_CONNECT_TIMEOUT_S = 3
_READ_ATTEMPTS = 3
_NO_AWS = "AWS was not connected"
_NOWHERE = (None, None, os.devnull, None)
_NOT_THE_MACHINES = {
    "profile": (None, None, None, None),
    "config_file": _NOWHERE,
    "credentials_file": _NOWHERE,
}
"""Where botocore may look: configuration name, variable, default, conversion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsKey:
    """An access key; with a token it is temporary."""

    access_key_id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSettings:
    """Where AWS is and who we are there.

    Attributes:
        region: E.g. ``eu-central-1``.
        profile: Named profile of the machine's AWS configuration; "" for none.
        endpoint_url: Of the practice cloud, on this machine; "" is the real AWS.
        key: Only for practice.
        known_secrets: Access key id → secret of keys whose refusal may be tried
            out after they were deactivated. Practice fills it; else it is empty.
        answer_within_s: How long a call waits for its answer.
    """

    region: str
    profile: str = ""
    endpoint_url: str = ""
    key: AwsKey | None = None
    known_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    answer_within_s: float = 10.0


class AwsSession:
    """Makes clients for one identity, one region and one plan.

    Clients are kept: making one takes longer than most calls. Safe for threads.
    """

    def __init__(
        self,
        core: Any,
        settings: AwsSettings,
        *,
        label: str = "",
        making: AbstractContextManager[bool] | None = None,
    ) -> None:
        """Wrap a botocore session; `label` shows in CloudTrail's user agent.

        Args:
            making: Held while a client is made: botocore's session makes one at a time,
                so all that share `core` share it.
        """
        self.core = core
        self.settings = settings
        self._label = label
        self._clients: dict[tuple[str, int], Any] = {}
        self._patient: dict[float, AwsSession] = {}
        self._elsewhere: dict[str, AwsSession] = {}
        self._making = threading.Lock() if making is None else making

    @property
    def region(self) -> str:
        """Region in which its calls take effect, but for services that have none."""
        return self.settings.region

    def client(self, service: str, *, attempts: int = _READ_ATTEMPTS) -> Any:
        """Return a client. Whatever writes asks for one attempt."""
        with self._making:
            if (service, attempts) not in self._clients:
                made = self._client(service, attempts)
                self._clients[service, attempts] = made
            return self._clients[service, attempts]

    def of(self, key: AwsKey, *, label: str = "") -> "AwsSession":
        """Return a session of another identity, at the same place."""
        return AwsSession(_core(self.settings, key), self.settings, label=label)

    def waiting(self, answer_within_s: float) -> "AwsSession":
        """Return the same identity, for calls that take longer to answer.

        Asked again, it returns the same session, so that its clients are kept.
        """
        with self._making:
            if answer_within_s not in self._patient:
                settings = replace(self.settings, answer_within_s=answer_within_s)
                self._patient[answer_within_s] = self._beside(settings)
            return self._patient[answer_within_s]

    def in_region(self, region: str) -> "AwsSession":
        """Return the same identity in another region; "" stays in this one.

        Asked again, it returns the same session, so that its clients are kept.
        """
        if region in ("", self.settings.region):
            return self
        with self._making:
            if region not in self._elsewhere:
                settings = replace(self.settings, region=region)
                self._elsewhere[region] = self._beside(settings)
            return self._elsewhere[region]

    def has_region(self, region: str) -> bool:
        """Tell whether AWS has such a region, as far as the SDK knows them."""
        with self._making:
            return region in _regions(self.core)

    def _beside(self, settings: AwsSettings) -> "AwsSession":
        return AwsSession(self.core, settings, label=self._label, making=self._making)

    def _client(self, service: str, attempts: int) -> Any:
        from botocore.config import Config

        practice = self.settings.endpoint_url
        config = Config(
            connect_timeout=_CONNECT_TIMEOUT_S,
            read_timeout=self.settings.answer_within_s,
            retries={"mode": "standard", "total_max_attempts": attempts},
            user_agent_extra=f"tocsin/{self._label}" if self._label else "tocsin",
            # An address from the environment would quietly move the real AWS.
            ignore_configured_endpoint_urls=True,
            proxies={} if practice else None,
        )
        return self.core.create_client(
            service,
            region_name=self.settings.region,
            endpoint_url=practice or None,
            config=config,
        )


def open_session(settings: AwsSettings) -> AwsSession:
    """Return the bot's own session. Reads files, makes no call for practice.

    Raises:
        BadSettings: The address is not on this machine, there are no credentials,
            or they are long-lived keys.
    """
    if settings.endpoint_url:
        return _practice_session(settings)
    if settings.key is not None:
        raise _long_lived("the settings hold an access key")
    core = _core(settings, None)
    _refuse_long_lived(core)
    return AwsSession(core, settings)


def _practice_session(settings: AwsSettings) -> AwsSession:
    if not _is_on_this_machine(settings.endpoint_url):
        raise BadSettings(
            _NO_AWS,
            because="an endpoint may only lead to the practice cloud on this machine",
            next_move="Leave the endpoint out to use the real AWS.",
        )
    if settings.key is None:
        raise BadSettings(
            _NO_AWS,
            because="the practice cloud was given no access key",
            next_move="Start it with tocsin run, which makes one.",
        )
    return AwsSession(_core(settings, settings.key), settings)


def _is_on_this_machine(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return (
            parts.scheme == "http"
            and ipaddress.ip_address(parts.hostname or "").is_loopback
        )
    except ValueError:
        return False


def _core(settings: AwsSettings, key: AwsKey | None) -> Any:
    """Return a botocore session; practice sees nothing of the machine's settings.

    Raises:
        BadSettings: The profile is unknown.
    """
    from botocore.exceptions import ProfileNotFound
    from botocore.session import Session

    core = Session(
        profile=settings.profile or None,
        session_vars=_NOT_THE_MACHINES if settings.endpoint_url else None,
    )
    core.register_component("data_loader", _loader())
    core.set_config_variable("region", settings.region)
    if key is not None:
        core.set_credentials(key.access_key_id, key.secret, key.token or None)
    try:
        core.get_scoped_config()
    except ProfileNotFound:
        raise BadSettings(
            _NO_AWS,
            because="the machine's AWS configuration has no such profile",
            next_move="Name one that `aws configure list-profiles` shows.",
        ) from None
    return core


@functools.cache
def _regions(core: Any) -> frozenset[str]:
    """Return the regions of all partitions: read once, from a file of the SDK."""
    partitions = core.get_available_partitions()
    named = (
        core.get_available_regions("cloudwatch", partition_name=one)
        for one in partitions
    )
    return frozenset(region for regions in named for region in regions)


@functools.cache
def _loader() -> Any:
    """Return the reader of AWS's models, shared: reading them takes longest."""
    from botocore.loaders import create_loader

    return create_loader()


def _refuse_long_lived(core: Any) -> None:
    from botocore.credentials import RefreshableCredentials

    found = core.get_credentials()
    if found is None:
        raise BadSettings(
            _NO_AWS,
            because="this machine has no AWS credentials",
            next_move="Give it a role; docs/guides/aws.md says which.",
        )
    # A refreshable credential is temporary, and asking for its token would call out.
    if not isinstance(found, RefreshableCredentials) and not found.token:
        raise _long_lived("this machine offers a long-lived access key")


def _long_lived(because: str) -> BadSettings:
    return BadSettings(
        _NO_AWS,
        because=f"{because}, and those work only in the practice cloud",
        next_move="Give the machine a role or use single sign-on; docs/guides/aws.md.",
    )
