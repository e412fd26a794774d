"""The keys of the settings that say where state is kept."""

from pathlib import Path

from pydantic import Field, field_validator

from bot.config.section import Section
from bot.domain.blob_names import read_place


class StoreSection(Section):
    """Where state is kept."""

    anchors: Path | None = Field(
        None,
        description="Directory that keeps the newest signed checkpoint; choose another "
        "disk or machine. Default: anchors in TOCSIN_HOME.",
    )
    blobs: str = Field(
        "",
        description="Where the ciphertext of sealed things lies, for example "
        "s3://bucket/prefix. Default: blobs in TOCSIN_HOME.",
    )
    kms_key: str = Field(
        "",
        description="Key of AWS KMS that wraps the keys of sealed things: its id, ARN "
        "or alias. Default: a key file in TOCSIN_HOME.",
    )

    @field_validator("blobs")
    @classmethod
    def _is_a_place(cls, blobs: str) -> str:
        if blobs:
            read_place(blobs)
        return blobs
