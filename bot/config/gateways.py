"""The part of `[gate]` for services over HTTP: LiteLLM, and what a site describes."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.config.section import Names, Section
from bot.domain.addresses import complaint


class GatewaySettings(Section):
    """Services over HTTP that plans may change."""

    litellm_url: str = Field(
        "",
        description="Address of the LiteLLM proxy whose keys and teams plans may "
        "change, for example https://litellm.example.org.",
    )
    litellm_read_key: SecretStr | None = Field(
        None,
        description="Key of a LiteLLM user with the role proxy_admin_viewer: it reads "
        "for plans.",
    )
    litellm_act_key: SecretStr | None = Field(
        None,
        description="Key of a LiteLLM user with the role proxy_admin, another one than "
        "the key that reads; only approved plans use it. Without it plans can be made "
        "and none can run.",
    )
    http_actions: Path | None = Field(
        None,
        description="Directory with the site's own HTTP actions, YAML files, each with "
        "its signature beside it.",
    )
    http_keys: Names = Field(
        (),
        description="Ed25519 public keys, base64, of those whose signature an HTTP "
        "action needs. A list.",
    )
    http_secrets: Path | None = Field(
        None,
        description="Directory with the secrets that HTTP actions name, one file each.",
    )

    @field_validator("litellm_url")
    @classmethod
    def _may_be_called(cls, url: str) -> str:
        wrong = complaint(url) if url else ""
        if wrong:
            raise ValueError(f"the address cannot be used: {wrong}")
        return url

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        """Refuse one key for both: what reads must not be able to change anything."""
        if self.litellm_act_key and self.litellm_act_key == self.litellm_read_key:
            raise ValueError("litellm_read_key and litellm_act_key are the same key")
        return self
