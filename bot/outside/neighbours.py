"""Figures of model servers that are worth a look beside any alert about them.

Names and queries only; whether a Prometheus has them, it is asked. Each query gives one
series, so that few plots say much.

Source of the names: vLLM "Production Metrics" (with a colon, and the older name of the
cache's figure), LiteLLM "Prometheus metrics", OpenTelemetry "Semantic conventions for
generative AI metrics" as Prometheus writes them, NVIDIA DCGM exporter.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import groupby

from bot.outside.promql import selector

FAMILIES = "vllm:.*|litellm_.*|gen_ai_.*|DCGM_FI_DEV_.*"
_WIDE = ("namespace", "job", "service", "service_name", "model_name")
_NARROW = (*_WIDE, "pod", "instance", "Hostname", "gpu")
_SCOPES: tuple[tuple[str, ...], ...] = (_NARROW, _WIDE, ())
_RATE = "sum(rate({}[5m]))"
_SLOW = "histogram_quantile(0.95, sum by (le) (rate({}[5m])))"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One figure.

    Attributes:
        metrics: Names in the order of preference; the first that is there is asked.
        query: With {} for what selects the series.
    """

    title: str
    unit: str
    metrics: tuple[str, ...]
    query: str

    def asked(self, known: Collection[str], labels: Mapping[str, str]) -> str:
        """Return the query for a server that knows these names; "" for none."""
        found = next((one for one in self.metrics if one in known), "")
        return self.query.format(selector(found, labels)) if found else ""


def scopes_of(labels: Mapping[str, str]) -> list[dict[str, str]]:
    """Return by which labels of an alert its neighbours are looked for, narrow first.

    The last scope is the whole server.
    """
    tried = ({key: labels[key] for key in names if key in labels} for names in _SCOPES)
    return [scope for scope, _ in groupby(tried)]


NEIGHBOURS = (
    Neighbour("requests waiting", "", ("vllm:num_requests_waiting",), "sum({})"),
    Neighbour("requests running", "", ("vllm:num_requests_running",), "sum({})"),
    Neighbour(
        "fullest cache of keys and values",
        "share",
        ("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"),
        "max({})",
    ),
    Neighbour(
        "time to first token, p95",
        "s",
        (
            "vllm:time_to_first_token_seconds_bucket",
            "gen_ai_server_time_to_first_token_seconds_bucket",
        ),
        _SLOW,
    ),
    Neighbour(
        "length of a call, p95",
        "s",
        (
            "gen_ai_client_operation_duration_seconds_bucket",
            "gen_ai_server_request_duration_seconds_bucket",
            "vllm:e2e_request_latency_seconds_bucket",
            "litellm_request_total_latency_metric_bucket",
        ),
        _SLOW,
    ),
    Neighbour(
        "tokens",
        "tokens/s",
        (
            "gen_ai_client_token_usage_sum",
            "vllm:generation_tokens_total",
            "litellm_total_tokens_metric_total",
        ),
        _RATE,
    ),
    Neighbour(
        "requests through the gateway",
        "/s",
        (
            "litellm_proxy_total_requests_metric_total",
            "litellm_proxy_total_requests_metric",
        ),
        _RATE,
    ),
    Neighbour(
        "failed requests of the gateway",
        "/s",
        (
            "litellm_proxy_failed_requests_metric_total",
            "litellm_proxy_failed_requests_metric",
        ),
        _RATE,
    ),
    Neighbour(
        "spent by the gateway",
        "USD/s",
        ("litellm_spend_metric_total", "litellm_spend_metric"),
        _RATE,
    ),
    Neighbour("faults of GPUs, XID", "", ("DCGM_FI_DEV_XID_ERRORS",), "max({})"),
    Neighbour("use of GPUs", "%", ("DCGM_FI_DEV_GPU_UTIL",), "avg({})"),
)
