"""The section `[model]`: which model writes, what it may cost and where words may go.

What the other sections hold is `sections.py`. Whether a place is allowed is decided in
`bot/assistant/residency.py`.
"""

from decimal import Decimal
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from bot.config.section import Names, Section
from bot.domain.addresses import complaint

Provider = Literal["openai", "anthropic", "bedrock"]
Form = Literal["json_schema", "function_calling"]
_PRICED = "in your currency. Needed where a cost is limited."


class ModelSection(Section):
    """The model that writes words. Without a provider there is none."""

    provider: Provider | None = Field(
        None,
        description="Who speaks: openai (also vLLM, Ollama, LiteLLM and whatever else "
        "speaks OpenAI's protocol, by base_url), anthropic or bedrock. Each needs its "
        "extra, e.g. `tocsin[bedrock]`; the image holds openai.",
    )
    name: str = Field("", description="Name of the model, as its provider spells it.")
    base_url: str = Field(
        "",
        description="Address of the server, for example https://llm.example.org/v1. "
        "Default: the provider's own. Plain http only to this machine, or to a host "
        "that allowed_hosts names.",
    )
    api_key: SecretStr | None = Field(
        None, description="Key for that address; bedrock uses the account instead."
    )
    region: str = Field(
        "", description="For bedrock: region that is asked. Default: aws.region."
    )
    guardrail: str = Field(
        "", description="For bedrock: id of a guardrail that looks at every call."
    )
    guardrail_version: str = Field(
        "DRAFT", description="For bedrock: version of that guardrail."
    )
    answers_as: Form | None = Field(
        None,
        description="How the shape of an answer is asked for. Default: json_schema for "
        "openai, function_calling for the others; bedrock knows only that.",
    )
    fallbacks: Names = Field(
        (),
        description="Models that are asked in turn when the one before gave no answer: "
        "a name of the same provider and address, or `provider:name`. A list.",
    )
    fallback_base_url: str = Field(
        "",
        description="Address for fallbacks written as `provider:name`. Default: that "
        "provider's own.",
    )
    fallback_api_key: SecretStr | None = Field(
        None, description="Key for fallbacks written as `provider:name`."
    )
    summaries: bool = Field(
        default=True,
        description="Whether the model writes bullets of cards. Off: rules write all, "
        "and the model serves what else there is.",
    )
    timeout_s: float = Field(
        20, gt=0, le=300, description="Seconds one model has for one answer."
    )
    within_s: float = Field(
        60,
        gt=0,
        le=600,
        description="Seconds a question may take in all, with repeats and fallbacks.",
    )
    retries: int = Field(
        1,
        ge=0,
        le=3,
        description="How often one model is asked again when it was not reached, or "
        "was too busy.",
    )
    answer_tokens: int = Field(
        1500, ge=64, le=32_000, description="Longest answer, in tokens."
    )
    calls_per_incident: int = Field(
        20, ge=0, description="Calls that one incident may cost; 0 for no limit."
    )
    calls_per_hour: int = Field(
        200, ge=0, description="Calls within the last 60 minutes; 0 for no limit."
    )
    calls_per_month: int = Field(
        20_000, ge=0, description="Calls in a month of UTC; 0 for no limit."
    )
    tokens_per_incident: int = Field(
        200_000,
        ge=0,
        description="Tokens, in and out, of one incident; 0 for no limit.",
    )
    tokens_per_hour: int = Field(
        1_000_000, ge=0, description="Tokens of the last 60 minutes; 0 for no limit."
    )
    tokens_per_month: int = Field(
        50_000_000, ge=0, description="Tokens of a month of UTC; 0 for no limit."
    )
    cost_per_incident: Decimal = Field(
        Decimal(0), ge=0, description="Money that one incident may cost; 0: no limit."
    )
    cost_per_hour: Decimal = Field(
        Decimal(0), ge=0, description="Money within the last 60 minutes; 0: no limit."
    )
    cost_per_month: Decimal = Field(
        Decimal(0), ge=0, description="Money in a month of UTC; 0: no limit."
    )
    price_in: Decimal | None = Field(
        None, ge=0, description=f"Price of a million tokens that are read, {_PRICED}"
    )
    price_out: Decimal | None = Field(
        None, ge=0, description=f"Price of a million tokens that are written, {_PRICED}"
    )
    fallback_price_in: Decimal | None = Field(
        None, ge=0, description="The same of the fallbacks. Default: as the model."
    )
    fallback_price_out: Decimal | None = Field(
        None, ge=0, description="The same of the fallbacks. Default: as the model."
    )
    allowed_hosts: Names = Field(
        (),
        description="The only hosts that words may go to beside this machine, e.g. "
        "llm.example.org; *.example.org stands for all below it. A model elsewhere "
        "refuses to start. Default: any host.",
    )
    allowed_regions: Names = Field(
        (),
        description="The only regions that words may go to, e.g. eu-central-1. A "
        "Bedrock profile that spans a geography needs its prefix here, e.g. eu. What "
        "has no region must be named in allowed_hosts. Default: any region.",
    )

    @property
    def writes_summaries(self) -> bool:
        """Tell whether there is a model and it is to write them."""
        return self.provider is not None and self.summaries

    @field_validator("base_url", "fallback_base_url")
    @classmethod
    def _may_be_asked(cls, url: str) -> str:
        wrong = complaint(url, plain=True) if url else ""
        if wrong:
            raise ValueError(f"the address cannot be asked: {wrong}")
        return url
