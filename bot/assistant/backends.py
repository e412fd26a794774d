"""The models of the settings, in the order in which they are asked.

What a backend is called, where it is and what it costs; how its library is told so.
Whether words may go there is decided in `residency.py`. Nothing is imported or called
here: the libraries are named, and only `door.py` knows them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, get_args
from urllib.parse import urlsplit

from bot.config import secret
from bot.config.model import Form, ModelSection, Provider
from bot.domain.errors import BadSettings

NOT_STARTED = "Tocsin did not start"
PROVIDERS: tuple[Provider, ...] = get_args(Provider)
# By provider: the package that speaks with it, and what langchain calls it.
_PACKAGES: Mapping[Provider, tuple[str, str]] = {
    "openai": ("langchain_openai", "openai"),
    "anthropic": ("langchain_anthropic", "anthropic"),
    "bedrock": ("langchain_aws", "bedrock_converse"),
}
_HOMES: Mapping[Provider, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
}
_FORMS: Mapping[Provider, Form] = {
    "openai": "json_schema",
    "anthropic": "function_calling",
    "bedrock": "function_calling",
}
_NO_KEY = "none"  # servers of one's own often want none; their library wants a text

Clients = Callable[[str, float], tuple[Any, Any]]
"""Region and timeout → clients of Bedrock's runtime and of Bedrock itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One model at one place.

    Attributes:
        url: Where it is asked; for Bedrock the address of its region.
        region: Of Bedrock; "" for the others.
        form: How the shape of an answer is asked for.
        price_in: Of a million tokens.
        price_out: Of a million tokens.
    """

    provider: Provider
    name: str
    url: str
    region: str = ""
    form: Form
    api_key: str = field(default="", repr=False)
    guardrail: str = ""
    guardrail_version: str = ""
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)

    @property
    def label(self) -> str:
        """Return how it is called in logs, figures and on cards."""
        return f"{self.provider}:{self.name}"

    @property
    def host(self) -> str:
        """Return the host that the words go to, in small letters."""
        return urlsplit(self.url).hostname or ""

    @property
    def spoken_by(self) -> str:
        """Return langchain's name of the provider."""
        return _PACKAGES[self.provider][1]

    def cost_micros(self, tokens_in: int, tokens_out: int) -> int:
        """Return what so many tokens cost, in millionths, rounded up."""
        cost = tokens_in * self.price_in + tokens_out * self.price_out
        return int(cost.to_integral_value(rounding="ROUND_CEILING"))

    def arguments(self, model: ModelSection, clients: Clients) -> dict[str, Any]:
        """Return what the library is told beside the model's name.

        Raises:
            Unreachable: No account is connected (Bedrock).
        """
        if self.provider == "bedrock":
            return self._of_bedrock(model, clients)
        common = {
            "base_url": self.url,
            "api_key": self.api_key or _NO_KEY,
            "timeout": model.timeout_s,
            "max_tokens": model.answer_tokens,
            "max_retries": model.retries,
        }
        if self.provider == "openai":
            return {**common, "use_responses_api": False}
        return common

    def _of_bedrock(self, model: ModelSection, clients: Clients) -> dict[str, Any]:
        runtime, control = clients(self.region, model.timeout_s)
        told: dict[str, Any] = {
            "client": runtime,
            "bedrock_client": control,
            "region_name": self.region,
            "max_tokens": model.answer_tokens,
            "disable_streaming": True,
        }
        if self.guardrail:
            told["guardrail_config"] = {
                "guardrailIdentifier": self.guardrail,
                "guardrailVersion": self.guardrail_version,
            }
        return told


def backends_of(model: ModelSection, *, aws_region: str) -> tuple[Backend, ...]:
    """Return the model and its fallbacks; none where there is no provider.

    Raises:
        BadSettings: Something is missing: a name, a key, a region, an extra, a price.
    """
    if model.provider is None:
        return ()
    if not model.name:
        raise BadSettings(
            NOT_STARTED,
            because="model.provider is set and model.name is not",
            next_move="Set model.name to a model of that provider.",
        )
    found = tuple(_all(model, model.provider, aws_region))
    for one in found:
        _refuse_incomplete(one)
    _refuse_without_prices(model)
    return found


def _all(model: ModelSection, provider: Provider, aws_region: str) -> Iterator[Backend]:
    region = model.region or aws_region
    first = _backend(
        model, provider, model.name, region, model.base_url, secret(model.api_key)
    )
    yield first
    for written in model.fallbacks:
        other, name = _split(written)
        if other is None:
            yield _fallback(model, first.provider, name, region, first.url, first)
        else:
            yield _fallback(model, other, name, region, model.fallback_base_url, None)


def _fallback(
    model: ModelSection,
    provider: Provider,
    name: str,
    region: str,
    url: str,
    like: Backend | None,
) -> Backend:
    key = like.api_key if like else secret(model.fallback_api_key)
    return _backend(model, provider, name, region, url, key, is_first=False)


def _backend(
    model: ModelSection,
    provider: Provider,
    name: str,
    region: str,
    url: str,
    key: str,
    *,
    is_first: bool = True,
) -> Backend:
    is_bedrock = provider == "bedrock"
    prices = [model.price_in or Decimal(0), model.price_out or Decimal(0)]
    others = [model.fallback_price_in, model.fallback_price_out]
    if not is_first:
        prices = [p if o is None else o for p, o in zip(prices, others, strict=True)]
    is_free = provider == model.provider and not is_bedrock
    own = model.answers_as if is_free else None
    return Backend(
        provider=provider,
        name=name,
        url=_bedrock_url(region) if is_bedrock else url or _HOMES[provider],
        region=region if is_bedrock else "",
        form=own or _FORMS[provider],
        api_key="" if is_bedrock else key,
        guardrail=model.guardrail if is_bedrock else "",
        guardrail_version=model.guardrail_version if is_bedrock else "",
        price_in=prices[0],
        price_out=prices[1],
    )


def _split(written: str) -> tuple[Provider | None, str]:
    """Split ``anthropic:name``; names themselves may hold a colon."""
    for provider in PROVIDERS:
        if written.startswith(f"{provider}:"):
            return provider, written.removeprefix(f"{provider}:")
    return None, written


def _bedrock_url(region: str) -> str:
    end = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://bedrock-runtime.{region}.{end}" if region else ""


def _refuse_incomplete(one: Backend) -> None:
    package = _PACKAGES[one.provider][0]
    if find_spec(package) is None:
        raise BadSettings(
            NOT_STARTED,
            because=f"{one.label} needs a package that is not installed",
            next_move=f"Install it with: pip install 'tocsin[{one.provider}]'",
        )
    if one.provider == "bedrock" and not one.region:
        raise BadSettings(
            NOT_STARTED,
            because=f"{one.label} has no region",
            next_move="Set model.region or aws.region.",
        )
    if one.url == _HOMES.get(one.provider) and not one.api_key:
        raise BadSettings(
            NOT_STARTED,
            because=f"{one.label} is asked at {one.host} and there is no key for it",
            next_move="Set model.api_key (for a fallback of another provider "
            "model.fallback_api_key), or the address of a server of your own.",
        )


def _refuse_without_prices(model: ModelSection) -> None:
    limits = (model.cost_per_incident, model.cost_per_hour, model.cost_per_month)
    if any(limits) and (model.price_in is None or model.price_out is None):
        raise BadSettings(
            NOT_STARTED,
            because="the model's cost is limited and its price is not known",
            next_move="Set model.price_in and model.price_out.",
        )
