"""Amazon SageMaker: endpoints, their configurations, versions of model packages.

An endpoint that changes is `Updating` (or `Creating`, `Deleting`) for as many looks as
`looks_until_done` says, then it is what it became; no clock is in it. With
`fails_next` the next update ends as SageMaker ends one that does not come up: back in
service with the configuration from before.

Source: SageMaker API reference; Service Authorization Reference, "Amazon SageMaker".
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.awsfake.service import ACCOUNT, REGION, Asked, Operation, Refused, Service

_BEGAN = datetime(2026, 5, 4, 9, tzinfo=UTC)
_DELETABLE = frozenset({"InService", "Failed", "OutOfService", "UpdateRollbackFailed"})
_INVALID = "ValidationException"
Variants = dict[str, dict[str, Any]]


@dataclass(kw_only=True)
class Endpoint:
    """One endpoint.

    Attributes:
        pending: The configuration that it is on its way to; "" for none.
        variants: Name → ``weight`` and ``count``.
    """

    config: str
    variants: Variants
    status: str = "InService"
    pending: str = ""
    looks_left: int = 0
    changed_at: datetime = _BEGAN
    because: str = ""


@dataclass
class SageMaker(Service):
    """The service and its state. Tests make things with `make_*`."""

    NAME = "sagemaker"

    configs: dict[str, Variants] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    of_components: set[str] = field(default_factory=set)
    """Configurations without models: what they run are inference components."""
    looks_until_done: int = 0
    fails_next: bool = False

    # --- furnishing ---

    def make_config(self, **weights: float) -> str:
        """Make a configuration with these variants, each on two instances."""
        name = f"chat-config-{secrets.token_hex(4)}"
        told = {one: {"weight": weight, "count": 2} for one, weight in weights.items()}
        self.configs[name] = told or {"main": {"weight": 1.0, "count": 2}}
        return name

    def make_endpoint(self, config: str) -> str:
        """Make an endpoint that is in service."""
        name = f"chat-{secrets.token_hex(4)}"
        self.endpoints[name] = Endpoint(config=config, variants=self._fresh(config))
        return name

    def make_package(self, status: str) -> str:
        """Make a version of a model package and return its ARN."""
        name = f"model-package/claims-{secrets.token_hex(4)}/3"
        arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{name}"
        self.packages[arn] = status
        return arn

    # --- operations ---

    def operations(self) -> Mapping[str, Operation]:
        """Return what is played."""
        both = self._endpoint_and_config
        return {
            "DescribeEndpoint": Operation(answer=self._describe, touches=_endpoint),
            "DescribeEndpointConfig": Operation(
                answer=self._describe_config, touches=_config
            ),
            "CreateEndpoint": Operation(answer=self._create, touches=both),
            "UpdateEndpoint": Operation(answer=self._update, touches=both),
            "UpdateEndpointWeightsAndCapacities": Operation(
                answer=self._weigh, touches=_endpoint
            ),
            "DeleteEndpoint": Operation(answer=self._delete, touches=_endpoint),
            "DescribeModelPackage": Operation(
                answer=self._describe_package, touches=_package
            ),
            "UpdateModelPackage": Operation(
                answer=self._update_package, touches=_package
            ),
        }

    def _endpoint_and_config(self, asked: Asked) -> tuple[str, ...]:
        return (*_endpoint(asked), *_config(asked))

    def _describe(self, asked: Asked) -> Mapping[str, Any]:
        name = asked.given["EndpointName"]
        found = self._known(asked)
        told = {
            "EndpointName": name,
            "EndpointArn": _endpoint(asked)[0],
            "EndpointConfigName": found.config,
            "EndpointStatus": found.status,
            "CreationTime": _BEGAN,
            "LastModifiedTime": found.changed_at,
            "ProductionVariants": [
                {
                    "VariantName": one,
                    "CurrentWeight": told["weight"],
                    "DesiredWeight": told["weight"],
                    "CurrentInstanceCount": told["count"],
                    "DesiredInstanceCount": told["count"],
                }
                for one, told in found.variants.items()
            ],
        }
        pending = {"EndpointConfigName": found.pending}
        more = {"PendingDeploymentSummary": pending} if found.pending else {}
        because = {"FailureReason": found.because} if found.because else {}
        self._go_on(name, found)
        return {**told, **more, **because}

    def _describe_config(self, asked: Asked) -> Mapping[str, Any]:
        variants, name = self._config(asked), asked.given["EndpointConfigName"]
        whole = name not in self.of_components
        return {
            "EndpointConfigName": asked.given["EndpointConfigName"],
            "EndpointConfigArn": _config(asked)[0],
            "CreationTime": _BEGAN,
            "ProductionVariants": [
                {
                    "VariantName": one,
                    **({"ModelName": f"claims-{one}"} if whole else {}),
                    "InstanceType": "ml.g5.xlarge",
                    "InitialInstanceCount": told["count"],
                    "InitialVariantWeight": told["weight"],
                }
                for one, told in variants.items()
            ],
        }

    def _create(self, asked: Asked) -> Mapping[str, Any]:
        self._config(asked)
        name, config = asked.given["EndpointName"], asked.given["EndpointConfigName"]
        if name in self.endpoints:
            raise Refused(_INVALID, "Cannot create already existing endpoint")
        made = Endpoint(config=config, variants=self._fresh(config), status="Creating")
        self.endpoints[name] = made
        return self._begun(asked, made)

    def _update(self, asked: Asked) -> Mapping[str, Any]:
        found = self._at_rest(asked)
        self._config(asked)
        found.pending = asked.given["EndpointConfigName"]
        found.status = "Updating"
        return self._begun(asked, found)

    def _weigh(self, asked: Asked) -> Mapping[str, Any]:
        found = self._at_rest(asked)
        wanted = asked.given["DesiredWeightsAndCapacities"]
        for one in wanted:
            if one["VariantName"] not in found.variants:
                raise Refused(_INVALID, "Could not find variant")
        for one in wanted:
            variant = found.variants[one["VariantName"]]
            variant["weight"] = one.get("DesiredWeight", variant["weight"])
            variant["count"] = one.get("DesiredInstanceCount", variant["count"])
        found.status = "Updating"
        return self._begun(asked, found)

    def _delete(self, asked: Asked) -> Mapping[str, Any]:
        found = self._known(asked)
        if found.status not in _DELETABLE:
            raise Refused(_INVALID, "Cannot delete in-progress endpoint")
        if found.config in self.of_components:
            raise Refused(_INVALID, "Cannot delete endpoint with inference components")
        found.status = "Deleting"
        self._begun(asked, found)
        return {}

    def _describe_package(self, asked: Asked) -> Mapping[str, Any]:
        arn = asked.given["ModelPackageName"]
        if arn not in self.packages:
            raise Refused(_INVALID, "Could not find model package")
        return {
            "ModelPackageName": arn.split("/")[1],
            "ModelPackageGroupName": arn.split("/")[1],
            "ModelPackageVersion": int(arn.rpartition("/")[2]),
            "ModelPackageArn": arn,
            "CreationTime": _BEGAN,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelApprovalStatus": self.packages[arn],
        }

    def _update_package(self, asked: Asked) -> Mapping[str, Any]:
        arn = asked.given["ModelPackageArn"]
        if arn not in self.packages:
            raise Refused(_INVALID, "Could not find model package")
        self.packages[arn] = asked.given["ModelApprovalStatus"]
        return {"ModelPackageArn": arn}

    # --- the state machine ---

    def _known(self, asked: Asked) -> Endpoint:
        found = self.endpoints.get(asked.given["EndpointName"])
        if found is None:
            raise Refused(_INVALID, f'Could not find endpoint "{_endpoint(asked)[0]}".')
        return found

    def _config(self, asked: Asked) -> Variants:
        found = self.configs.get(asked.given["EndpointConfigName"])
        if found is None:
            says = f'Could not find endpoint configuration "{_config(asked)[0]}".'
            raise Refused(_INVALID, says)
        return found

    def _at_rest(self, asked: Asked) -> Endpoint:
        found = self._known(asked)
        if found.status != "InService":
            raise Refused(_INVALID, "Cannot update in-progress endpoint")
        return found

    def _fresh(self, config: str) -> Variants:
        return {name: dict(told) for name, told in self.configs[config].items()}

    def _begun(self, asked: Asked, found: Endpoint) -> Mapping[str, Any]:
        found.looks_left = self.looks_until_done
        if not found.looks_left:
            self._arrive(asked.given["EndpointName"], found)
        return {"EndpointArn": _endpoint(asked)[0]}

    def _go_on(self, name: str, found: Endpoint) -> None:
        """Count a look; the last one brings it where it was going."""
        if found.looks_left:
            found.looks_left -= 1
            if not found.looks_left:
                self._arrive(name, found)

    def _arrive(self, name: str, found: Endpoint) -> None:
        if found.status == "Deleting":
            del self.endpoints[name]
            return
        if self.fails_next and found.pending:
            found.because = "The primary container did not pass the ping health check."
            self.fails_next = False
        elif found.pending:
            found.config, found.variants = found.pending, self._fresh(found.pending)
        found.pending, found.status = "", "InService"
        found.changed_at += timedelta(minutes=10)


def _endpoint(asked: Asked) -> tuple[str, ...]:
    # SageMaker's ARNs are in lower case.
    return (asked.arn(f"endpoint/{asked.given['EndpointName'].lower()}"),)


def _config(asked: Asked) -> tuple[str, ...]:
    name = asked.given["EndpointConfigName"].lower()
    return (asked.arn(f"endpoint-config/{name}"),)


def _package(asked: Asked) -> tuple[str, ...]:
    given = asked.given
    return (given.get("ModelPackageArn") or given["ModelPackageName"],)
