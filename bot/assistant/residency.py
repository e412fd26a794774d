"""Where words may go: hosts and regions that an operator allows.

Asked once, before anything starts, for every model that might be asked. While the bot
runs, `line.py` holds each connection to the host that was judged here.
"""

import re
from collections.abc import Iterable

from bot.assistant.backends import NOT_STARTED, Backend
from bot.config.model import ModelSection
from bot.domain.addresses import is_this_machine
from bot.domain.errors import BadSettings

# Cross-region inference: `eu.anthropic.…` may be computed anywhere in that geography,
# `global.…` anywhere. Source: Amazon Bedrock User Guide, "Inference profiles".
_GEOGRAPHY = re.compile(r"^(us-gov|us|eu|apac|ap|jp|au|ca|sa|global)\.")
# Its name does not say which models and regions it stands for.
_OPAQUE = "application-inference-profile/"
_ARN_REGION = re.compile(r"^arn:[a-z-]+:bedrock:([a-z0-9-]+):")


def refuse_strangers(backends: Iterable[Backend], model: ModelSection) -> None:
    """Refuse a model that is where words may not go.

    Raises:
        BadSettings: Names the place and the setting.
    """
    for one in backends:
        _refuse_plain(one, model)
        if is_this_machine(one.host):
            continue
        if model.allowed_hosts and not host_is_allowed(one.host, model.allowed_hosts):
            raise BadSettings(
                NOT_STARTED,
                because=f"words for {one.label} would go to {one.host}, which is not "
                "in model.allowed_hosts",
                next_move="Choose a model at an allowed host, or add this one.",
            )
        if model.allowed_regions:
            _refuse_regions(one, model)


def host_is_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Tell whether a host is one of a list; ``*.example.org`` is all below it."""
    names = {name.strip().casefold() for name in allowed}
    labels = host.split(".")
    above = {"*." + ".".join(labels[n:]) for n in range(1, len(labels))}
    return host in names or not names.isdisjoint(above)


def regions_of(one: Backend) -> tuple[str, ...]:
    """Return the regions and geographies in which a model may compute."""
    found = [one.region] if one.region else []
    if one.provider == "bedrock":
        geography = _GEOGRAPHY.match(one.name.rpartition("/")[2])
        arn = _ARN_REGION.match(one.name)
        found += [geography[1]] if geography else []
        found += [arn[1]] if arn else []
    return tuple(dict.fromkeys(found))


def _refuse_plain(one: Backend, model: ModelSection) -> None:
    if one.url.startswith("https:") or is_this_machine(one.host):
        return
    if host_is_allowed(one.host, model.allowed_hosts):
        return
    raise BadSettings(
        NOT_STARTED,
        because=f"words for {one.label} would go to {one.host} without encryption",
        next_move="Use https, or name that host in model.allowed_hosts.",
    )


def _refuse_regions(one: Backend, model: ModelSection) -> None:
    allowed = {name.strip().casefold() for name in model.allowed_regions}
    regions = regions_of(one)
    outside = [region for region in regions if region not in allowed]
    if outside:
        raise BadSettings(
            NOT_STARTED,
            because=f"words for {one.label} may be read in {outside[0]}, which is not "
            "in model.allowed_regions",
            next_move="Choose a model that stays in an allowed region, or add this "
            "one.",
        )
    if _OPAQUE in one.name:
        raise BadSettings(
            NOT_STARTED,
            because=f"regions are limited and nobody can say in which {one.label} is "
            "read",
            next_move="Name a model or the profile of a geography instead.",
        )
    if not regions and not host_is_allowed(one.host, model.allowed_hosts):
        raise BadSettings(
            NOT_STARTED,
            because=f"regions are limited and nobody can say in which {one.host} is",
            next_move="Name the host in model.allowed_hosts if it is where it may be.",
        )
