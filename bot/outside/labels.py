"""The labels of an alert, as a collector may use them: what a stranger chose, checked.

Alerts of Alertmanager, Grafana and OpenTelemetry carry them under paths; which of them
name a thing of a service is each collector's own.
"""

from collections.abc import Mapping

from bot.domain.envelope import Alert

_LABELS = "labels."
_MASKED = "\u2039"  # begins what the redactor puts in a secret's place


def labels_of(alert: Alert) -> Mapping[str, str]:
    """Return the labels by name; what is masked in one is not known any more."""
    found = {
        path.removeprefix(_LABELS): text.for_rules()
        for path, text in alert.envelope.texts.items()
        if path.startswith(_LABELS)
    }
    return {name: text for name, text in found.items() if _MASKED not in text}


def agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Tell whether what both name has the same value in both."""
    return all(one[name] == other[name] for name in one.keys() & other.keys())
