"""The section of the gate; the others are in `sections.py`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from bot.config.gateways import GatewaySettings
from bot.domain.groups import read_members

# More than any installation makes; a number beyond it is a slip.
_MOST = 100_000


class Gate(GatewaySettings):
    """What may be changed in the world outside, and who may agree to it."""

    mode: Literal["observe", "suggest", "act"] | None = Field(
        None,
        description="How far the gate goes: observe shows plans, suggest also collects "
        "approvals, act runs them. Default: act in practice, else observe.",
    )
    policies: Path | None = Field(
        None,
        description="Directory with the site's own Cedar policies and waivers. "
        "Default: `policies` beside `tocsin.toml`, where there is one.",
    )
    groups: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Who speaks for approvers, oncall, engineering, privacy, legal, "
        "business or security: for each a list of Slack ids of user groups or people, "
        "or handles. Default: the user group of that handle.",
    )
    own_t3: bool = Field(
        default=True,
        description="Whether who asked for a T3 plan may confirm it alone.",
    )
    approve_within_s: int = Field(
        900,
        ge=5,
        le=900,
        description="Seconds people have to agree, at most; a level's own window can "
        "be shorter (T1: 600).",
    )
    apply_within_s: int = Field(
        300,
        ge=5,
        le=300,
        description="Seconds from the last approval until an approved plan expires.",
    )
    calendar: Path | None = Field(
        None,
        description="YAML file with the site's planned freezes, business hours and "
        "holidays, and limits of single actions.",
    )
    action_per_hour: int = Field(
        10,
        ge=0,
        le=_MOST,
        description="How many plans of one action may run in an hour; 0 is no limit. "
        "The calendar can name another number for an action.",
    )
    action_per_day: int = Field(
        40,
        ge=0,
        le=_MOST,
        description="How many plans of one action may run in 24 hours; 0 is no limit.",
    )
    all_per_hour: int = Field(
        30,
        ge=0,
        le=_MOST,
        description="How many plans may run in an hour in all; 0 is no limit.",
    )
    system_per_hour: int = Field(
        15,
        ge=0,
        le=_MOST,
        description="How many plans may run in an hour for one system of the "
        "registry; 0 is no limit.",
    )
    target_pause_min: int = Field(
        2,
        ge=0,
        le=1440,
        description="Minutes that must lie between two plans that do the same to the "
        "same target; other actions on it need not wait. 0 is no pause.",
    )
    proposals_per_hour: int = Field(
        20,
        ge=0,
        le=_MOST,
        description="How many plans one person may propose in an hour; 0 is no limit.",
    )
    limits_owner: str = Field(
        "",
        max_length=80,
        description="Who may raise these limits, as refusals name them, for example "
        "the platform team.",
    )

    @field_validator("limits_owner")
    @classmethod
    def _is_plain(cls, owner: str) -> str:
        if set(owner) & set("<>&*_~`") or not owner.isprintable():
            raise ValueError("it must be plain words on one line")
        return owner.strip()

    @property
    def site(self) -> Path | None:
        """Where the site's policies lie; None where it has none.

        The same folder that `tocsin policy test` reads: what was tested is in force.
        """
        beside = Path("policies")
        return self.policies or (beside if beside.is_dir() else None)

    @field_validator("groups", mode="before")
    @classmethod
    def _known_groups(cls, given: object) -> Mapping[str, tuple[str, ...]]:
        return dict(read_members(_parted(given) if isinstance(given, str) else given))


def _parted(text: str) -> dict[str, list[str]]:
    """Return what the environment gave as ``privacy=S0DPO,legal=S0LAW+U0LEE``."""
    pairs = [one.partition("=") for one in text.split(",") if one.strip()]
    return {name.strip(): who.split("+") for name, _, who in pairs}
