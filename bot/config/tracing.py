"""Takes out of our own environment what would send prompts elsewhere.

Libraries that speak with models read it by themselves: tracing to a third party, a
gateway in between, another address, other headers, their own logging of bodies. Where
words go is said in the settings and nowhere else.
"""

import os

_PREFIXES = (
    *("LANGSMITH_", "LANGCHAIN_", "OPENAI_", "ANTHROPIC_"),
    "AWS_BEARER_TOKEN_BEDROCK",  # would be used instead of our role
)
_OFF = {"LANGSMITH_TRACING": "false", "LANGCHAIN_TRACING_V2": "false"}


def without_tracing() -> tuple[str, ...]:
    """Remove such variables from this process; return their names.

    Call it before such a library is imported: they remember what they found.
    """
    found = [name for name in os.environ if name.startswith(_PREFIXES)]  # noqa: TID251 - the one room that may
    for name in found:
        del os.environ[name]  # noqa: TID251
    os.environ.update(_OFF)  # noqa: TID251
    return tuple(name for name in sorted(found) if name not in _OFF)
