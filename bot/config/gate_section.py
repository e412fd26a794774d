"""The section of the gate; the others are in `sections.py`."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from bot.config.gateways import GatewaySettings


class Gate(GatewaySettings):
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
