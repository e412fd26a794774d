"""How large a share may be, and how long somebody may take to fetch it. Pure."""

from datetime import timedelta

from bot.domain.errors import BadRequest

LEASE_LIFE, LONGEST_LEASE = timedelta(seconds=60), timedelta(hours=1)
SLOWEST_LINE = 125_000
"""Bytes a second, 1 Mbit/s: for a line that is slower, a lease may be too short."""

MIB = 1024 * 1024
MOST_BYTES, HARD_BYTES = 100 * MIB, 1024 * MIB
"""How much may be sealed, before it is sealed: unless the settings say so, and ever."""

_CHUNK, _TAG, _LONGEST_HEADER = 64 * 1024, 16, 4096


def lease_life(size_bytes: int) -> timedelta:
    """Return how long a lease lives: so long that a slow line brings all of it.

    Args:
        size_bytes: Of the ciphertext.
    """
    on_the_way = timedelta(seconds=size_bytes // SLOWEST_LINE)
    return min(LEASE_LIFE + on_the_way, LONGEST_LEASE)


def most_sealed(most_bytes: int) -> int:
    """Return how large the ciphertext of so many bytes may be.

    Source: age-encryption.org/v1: a header, a nonce, and a tag for each 64 KiB.
    """
    return most_bytes + _TAG * (most_bytes // _CHUNK + 1) + _LONGEST_HEADER


def must_fit(size_bytes: int, most_bytes: int) -> None:
    """Let nothing be shared that is too large.

    Args:
        size_bytes: Of the ciphertext.
        most_bytes: How much may be sealed, as the settings say.

    Raises:
        BadRequest: It is.
    """
    if size_bytes <= most_sealed(min(most_bytes, HARD_BYTES)):
        return
    raise BadRequest(
        "Nothing was shared",
        because=f"it is larger than {most_bytes // MIB} MiB",
        next_move="Leave out what nobody needs, or cut it into parts; "
        "web.share_limit_mib moves the limit.",
    )
