"""Which regions a plan reaches, and which of them lie where data must not be.

Pure. The region in which a plan takes effect comes from the session or the registry.
Others are named in what would be called: an ARN, a region as a value, or the id of a
model whose answers may be computed anywhere in a geography.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from bot.domain.plan import Draft

AREAS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # Member states only: eu-west-2 is London, eu-central-2 is Zurich.
        "eu": frozenset(
            {
                "eu-central-1",
                "eu-north-1",
                "eu-south-1",
                "eu-south-2",
                "eu-west-1",
                "eu-west-3",
                "eusc-de-east-1",
            }
        ),
        "uk": frozenset({"eu-west-2"}),
        "ch": frozenset({"eu-central-2"}),
        "us": frozenset({"us-east-1", "us-east-2", "us-west-1", "us-west-2"}),
        "ca": frozenset({"ca-central-1", "ca-west-1"}),
        "jp": frozenset({"ap-northeast-1", "ap-northeast-3"}),
        "au": frozenset({"ap-southeast-2", "ap-southeast-4"}),
    }
)
"""Areas that a registry can name. Source: AWS Global Infrastructure, region codes."""
_REGION = re.compile(
    r"(?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(?:-gov|-iso[a-z]?|-de)?"
    r"-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)"
    r"-[1-9]"
)
# `eu.anthropic.…` may be computed anywhere in that geography, `global.…` anywhere.
# Source: Amazon Bedrock User Guide, "Inference profiles".
_GEOGRAPHY = re.compile(
    r"(?<![a-z0-9.-])(us-gov|us|eu|apac|jp|au|ca|sa|global)"
    r"\.(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|openai|qwen|stability"
    r"|twelvelabs|writer)\."
)
# Services with one place for the whole account; where they are asked says nothing.
_GLOBAL = frozenset({"iam", "organizations", "route53", "cloudfront"})


def is_place(name: str) -> bool:
    """Tell whether something is a region or an area that is known."""
    return name in AREAS or bool(_REGION.fullmatch(name))


def is_global(draft: Draft) -> bool:
    """Tell whether every call goes to a service that has no region."""
    return bool(draft.steps) and all(
        step.call.casefold().partition(".")[0] in _GLOBAL for step in draft.steps
    )


def reached(draft: Draft) -> tuple[str, ...]:
    """Return the regions and geographies that a draft names, each once, in order."""
    texts = [draft.target, *(value for _, value in draft.params)]
    texts += [value for step in draft.steps for _, value in step.params]
    return tuple(dict.fromkeys(name for text in texts for name in _named(text)))


def outside(regions: Iterable[str], stays: Sequence[str]) -> tuple[str, ...]:
    """Return the regions that lie in none of the places; none where nobody said.

    >>> outside(("eu-west-2", "eu-west-1", "global"), ("eu",))
    ('eu-west-2', 'global')
    """
    if not stays:
        return ()
    return tuple(one for one in regions if one and not _within(one, stays))


def _named(text: str) -> Iterator[str]:
    yield from _GEOGRAPHY.findall(text)
    # Alone or as a part between marks: in an ARN, `us-east-1a`, `us-east-1.example`.
    yield from _REGION.findall(text)


def _within(region: str, stays: Sequence[str]) -> bool:
    """A geography is inside only where the whole of it is named."""
    return region in stays or any(region in AREAS.get(one, ()) for one in stays)
