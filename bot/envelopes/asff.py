"""A finding of Security Hub in its own format (ASFF) and in OCSF, read as one.

OCSF changed on the way: drafts say ``finding`` and count milliseconds, version 1.1 says
``finding_info`` and writes some times out as ``*_dt``. Both are read, from Security Hub
and from whoever else writes detection findings, e.g. into Security Lake.

Source:
    AWS Security Hub User Guide, "AWS Security Finding Format (ASFF)" and "OCSF findings
    in Security Hub"; schema.ocsf.io, classes 2001 to 2007.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.times import read_time

_MOST = 20
_FINDINGS = range(2001, 2008)
# OCSF's own numbers of a finding's status: 3 suppressed, 4 resolved, 5 archived.
_OVER = frozenset({"3", "4", "5"})
_OVER_WORDS = frozenset({"suppressed", "resolved", "archived", "closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; "" where the sender left something out.

    Attributes:
        kinds: What it is called: ASFF's types, OCSF's types and analytic.
        severity: Label, or a number where there is no label, verbatim.
        is_over: Archived, suppressed or resolved, or the check passes now.
        is_sample: Made up to try things out.
        resources: Type and id of each.
    """

    id: str
    title: str
    description: str
    severity: str
    kinds: tuple[str, ...] = ()
    product: str = ""
    account: str = ""
    region: str = ""
    state: str = ""
    workflow: str = ""
    compliance: str = ""
    generator: str = ""
    at: datetime | None = None
    is_over: bool = False
    is_sample: bool = False
    resources: tuple[tuple[str, str], ...] = ()
    link: str = ""
    remedy: str = ""


def read_finding(value: Json) -> Finding | None:
    """Return the finding that a JSON value is; None when it is none."""
    if not isinstance(value, dict):
        return None
    if is_asff(value):
        return _of_asff(value)
    return _of_ocsf(value) if is_ocsf(value) else None


def is_asff(value: Json) -> bool:
    """Tell whether it is a finding in Security Hub's own format."""
    return bool(first_text(value, "ProductArn", "GeneratorId")) and bool(
        first_text(value, "AwsAccountId") and first_text(value, "Id", "Title")
    )


def is_ocsf(value: Json) -> bool:
    """Tell whether it is a finding of OCSF, of a draft or of version 1."""
    about = member(value, "finding_info") or member(value, "finding")
    if not isinstance(about, dict):
        return False
    uid = first_text(value, "class_uid")
    is_class = uid.isdigit() and len(uid) == 4 and int(uid) in _FINDINGS  # noqa: PLR2004 - a class of OCSF
    return is_class or bool(first_text(value, "metadata.version", "category_uid"))


def _of_asff(value: Json) -> Finding:
    state, workflow = first_text(value, "RecordState"), _workflow(value)
    compliance = first_text(value, "Compliance.Status")
    return Finding(
        id=first_text(value, "Id"),
        title=first_text(value, "Title"),
        description=first_text(value, "Description"),
        severity=_asff_severity(value),
        kinds=_texts(value, "Types[]")
        or _texts(value, "FindingProviderFields.Types[]"),
        product=first_text(value, "ProductName")
        or first_text(value, "ProductArn").rpartition("/")[2],
        account=first_text(value, "AwsAccountId"),
        region=first_text(value, "Region"),
        state=state,
        workflow=workflow,
        compliance=compliance,
        generator=first_text(value, "GeneratorId"),
        at=_first_time(
            value, "LastObservedAt", "UpdatedAt", "FirstObservedAt", "CreatedAt"
        ),
        is_over=state.upper() == "ARCHIVED"
        or workflow.upper() in ("RESOLVED", "SUPPRESSED")
        or compliance.upper() == "PASSED",
        is_sample=first_text(value, "Sample").casefold() == "true",
        resources=tuple(_resources(value, "Resources[]", "Id")),
        link=first_text(value, "SourceUrl"),
        remedy=first_text(value, "Remediation.Recommendation.Url"),
    )


def _workflow(value: Json) -> str:
    return first_text(value, "Workflow.Status", "WorkflowState")


def _asff_severity(value: Json) -> str:
    """Return the label, else the number between 0 and 100, else the product's own."""
    labels = ("Severity.Label", "FindingProviderFields.Severity.Label")
    numbers = ("Severity.Normalized", "FindingProviderFields.Severity.Normalized")
    return first_text(value, *labels, *numbers, "Severity.Product")


def _of_ocsf(value: Json) -> Finding:
    about = member(value, "finding_info")
    about = about if isinstance(about, dict) else member(value, "finding")
    state = first_text(value, "status", "state", "activity_name")
    compliance = first_text(value, "compliance.status")
    number = first_text(value, "status_id")
    return Finding(
        id=first_text(about, "uid") or first_text(value, "metadata.uid"),
        title=first_text(about, "title"),
        description=first_text(about, "desc") or first_text(value, "message"),
        severity=first_text(value, "severity", "severity_id"),
        kinds=(
            *_texts(about, "types[]"),
            *_texts(about, "analytic.name"),
            *_texts(value, "finding_info.attacks[].technique.name"),
        )[:_MOST],
        product=first_text(
            value, "metadata.product.name", "metadata.product.vendor_name"
        ),
        account=first_text(value, "cloud.account.uid", "cloud.account_uid"),
        region=first_text(value, "cloud.region"),
        state=state,
        compliance=compliance,
        generator=first_text(about, "analytic.uid", "src_url"),
        at=_ocsf_time(value, about),
        is_over=state.casefold() in _OVER_WORDS
        or number in _OVER
        or first_text(value, "activity_id") == "3"
        or compliance.casefold() in ("pass", "passed"),
        is_sample=first_text(value, "is_sample", "metadata.is_sample") == "true",
        resources=tuple(_resources(value, "resources[]", "uid")),
        link=first_text(about, "src_url"),
        remedy=first_text(value, "remediation.references[]"),
    )


def _ocsf_time(value: Json, about: Json) -> datetime | None:
    names = ("last_seen_time_dt", "last_seen_time", "modified_time_dt", "modified_time")
    first = ("first_seen_time_dt", "first_seen_time")
    created = ("created_time_dt", "created_time")
    whole = _first_time(value, "time_dt", "time")
    return _first_time(about, *names, *first) or whole or _first_time(about, *created)


def _first_time(value: Json, *names: str) -> datetime | None:
    found = (read_time(member(value, name)) for name in names)
    return next((at for at in found if at is not None), None)


def _texts(value: Json, path: str) -> tuple[str, ...]:
    found = (text_of(one) for one in every(value, path)[:_MOST])
    return tuple(one for one in found if one.strip())


def _resources(value: Json, path: str, key: str) -> Iterator[tuple[str, str]]:
    for one in every(value, path)[:_MOST]:
        name = first_text(one, key) or first_text(one, "name")
        if name:
            yield first_text(one, "type"), name
