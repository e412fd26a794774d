"""Amazon EC2: cut an instance off, and let it back.

Its one network interface is put into a security group without any rule, which lets
nothing in or out. Nothing on the instance changes, so that people can look into it. The
call for interfaces is used and not the one for instances: who may make that one may
also change what an instance runs when it starts.

Source:
    Amazon EC2 User Guide, "Security group connection tracking", "Security groups":
    which traffic they do not filter.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need
from bot.aws.action import AwsAction
from bot.aws.instances import (
    DESCRIBE,
    INSTANCE,
    arn,
    instance_kept,
    owner_of,
    the_instance,
)
from bot.aws.mint import Grant
from bot.domain.plan import Blast, Draft, Level, Step
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_ec2_isolation",
    title="Amazon EC2: isolating instances",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html",
    summary="Puts an instance into a security group without rules, and back.",
)

_ID = "ec2.instance.id"
_GROUPS = "ec2.instance.groups"
_COUNT = "ec2.instance.group_count"
_INTERFACES = "ec2.instance.interfaces"
_INTERFACE = "ec2.interface.id"
_OWNER = "ec2.instance.owner"
_VPC = "ec2.instance.vpc"
_SAME_VPC = "ec2.security_groups.vpc"
_RULES = "ec2.isolation_group.rules"
_FIND_GROUPS = "ec2.DescribeSecurityGroups"
_WRITE = "ec2.ModifyNetworkInterfaceAttribute"
_GROUP_ID = "sg-[0-9a-f]{8,17}"
_MOST_GROUPS = 12
"""As many ids as a parameter of 256 characters holds."""
_GROUP_LIST = f"{_GROUP_ID}(,{_GROUP_ID}){{0,{_MOST_GROUPS - 1}}}"


def _instance(seen: Seen) -> Texts:
    """Return where an instance hangs in the network.

    Its groups have no order; where they are those that are wanted, in the same order.
    """
    found = the_instance(seen.answer)
    groups = sorted(one["GroupId"] for one in found.get("SecurityGroups") or ())
    wanted = seen.known.get("groups", "")
    as_wanted = sorted(wanted.split(",")) == groups
    interfaces = found.get("NetworkInterfaces") or []
    only = interfaces[0]["NetworkInterfaceId"] if len(interfaces) == 1 else ""
    return {
        _ID: found["InstanceId"],
        _GROUPS: wanted if as_wanted else ",".join(groups),
        _COUNT: str(len(groups)),
        _INTERFACES: str(len(interfaces)),
        _INTERFACE: only,
        _OWNER: owner_of(seen.answer),
        _VPC: found.get("VpcId", ""),
    }


def _vpc(seen: Seen) -> Texts:
    """Return whether all groups are where the instance is."""
    places = {one.get("VpcId", "") for one in seen.answer["SecurityGroups"]}
    return {_SAME_VPC: "the same" if places == {seen.known[_VPC]} else "another"}


def _isolation_group(seen: Seen) -> Texts:
    """Return whether the group isolates: how many rules it has, in and out."""
    found = seen.answer["SecurityGroups"]
    rules = sum(
        len(one.get(way) or ())
        for one in found
        for way in ("IpPermissions", "IpPermissionsEgress")
    )
    return {**_vpc(seen), _RULES: str(rules)}


def _groups_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("GroupId", "VpcId", "IpPermissions", "IpPermissionsEgress")
    return [
        {name: one.get(name) for name in fields} for one in answer["SecurityGroups"]
    ]


_ONE_INTERFACE = Need(
    fact=_INTERFACES,
    values=frozenset({"1"}),
    because="it has not exactly one network interface, and each has its own groups",
    next_move="Isolate each of its interfaces in EC2 by hand, and write a note here.",
)
_SAME = Need(
    fact=_SAME_VPC,
    values=frozenset({"the same"}),
    because="a security group is in another VPC than the instance",
    next_move="Name groups of the instance's own VPC.",
)
_READ_INSTANCE = Reading(
    call=DESCRIBE,
    arguments={"InstanceIds.0": "instance_id"},
    facts=_instance,
    keep=instance_kept,
)


class _SetGroups(AwsAction):
    """What isolating and letting back share: the groups of the one interface."""

    ROLE = "tocsin-act-ec2"
    TARGET = "instance_id"
    RESOURCE = _INTERFACE  # no ARN, which is why `grant` makes its own
    GROUPS: ClassVar[str]
    """The parameter that names the groups, one or several with commas between."""
    IDENTITY: ClassVar[Texts] = {"instance_id": "NetworkInterfaceId"}
    WORDS: ClassVar[Texts] = {_GROUPS: "security groups of {instance_id}"}
    CARRIED: ClassVar[Texts] = {"NetworkInterfaceId": _INTERFACE}
    PROMISE = (
        "The instance's groups are read again and must be as shown. Whether anything "
        "still reaches it is not tried."
    )

    def looked(self, session: Any, call: str, texts: Texts) -> Mapping[str, Any]:
        """Return the answer of a reading call; groups are asked for one by one."""
        return super().looked(session, call, _spread(texts, "GroupIds"))

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call, with every group at its place."""
        return _WRITE, _spread({"Groups": params[self.GROUPS]}, "Groups")

    def identity(self, step: Step) -> Texts:
        """Return the instance that was planned for, and the groups of the step."""
        planned = {one.id: one.value for one in step.compare}
        groups = [text for name, text in step.params if name.startswith("Groups.")]
        return {"instance_id": planned[_ID], self.GROUPS: ",".join(groups)}

    def grant(self, draft: Draft) -> Grant:
        """Return the interface and the groups that it is put into."""
        owner = was(draft, _OWNER)
        groups = dict(draft.params)[self.GROUPS].split(",")
        things = [f"network-interface/{was(draft, _INTERFACE)}"]
        things += [f"security-group/{one}" for one in groups]
        return replace(
            super().grant(draft), resources=tuple(arn(owner, one) for one in things)
        )


def _spread(texts: Texts, name: str) -> dict[str, str]:
    """Return the texts with each part of one between commas at a place of its own."""
    placed = {key: text for key, text in texts.items() if key != name}
    for place, one in enumerate(sorted(texts.get(name, "").split(","))):
        placed |= {f"{name}.{place}": one} if one else {}
    return placed


_CALLS = (_WRITE, DESCRIBE, _FIND_GROUPS)


class IsolateInstance(_SetGroups):
    """Puts an instance into a group without rules."""

    GROUPS = "isolation_group"
    NEEDS = (
        _ONE_INTERFACE,
        _SAME,
        Need(
            fact=_RULES,
            values=frozenset({"0"}),
            because="the isolation group has rules, and so it isolates nobody",
            next_move="Take all rules out of it, or name a group without any.",
        ),
        Need(
            fact=_COUNT,
            values=frozenset(map(str, range(1, _MOST_GROUPS + 1))),
            because="it is in more groups than the way back could name",
            next_move="Isolate it in EC2 by hand, and write a note here.",
        ),
    )
    USUAL: ClassVar[Texts] = {_GROUPS: "its own groups"}
    WANTED: ClassVar[Texts] = {_GROUPS: "{isolation_group}"}
    FACTS = (
        _READ_INSTANCE,
        Reading(
            call=_FIND_GROUPS,
            arguments={"GroupIds": "isolation_group"},
            facts=_isolation_group,
            keep=_groups_kept,
        ),
    )
    MANIFEST = ActionManifest(
        name="aws.ec2.isolate_instance",
        cuts_off=True,
        version=1,
        title="Isolate an EC2 instance",
        params=schema(
            instance_id=INSTANCE,
            isolation_group={
                "type": "string",
                "description": "the id of a security group without any rules",
                "pattern": f"^{_GROUP_ID}$",
                "maxLength": 20,
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(DESCRIBE, _FIND_GROUPS),
        calls=_CALLS,
        rollback="aws.ec2.restore_groups",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one instance, and what security groups do not hold back."""
        del case
        says = (
            "One instance: nothing new reaches it and it reaches nothing, also not "
            "Systems Manager. Connections that are open may go on until they end. DNS "
            "and its metadata, with its role's credentials, stay in reach: deny the "
            "role as well."
        )
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the groups from before."""
        given = dict(draft.params)
        return {"instance_id": given["instance_id"], "groups": was(draft, _GROUPS)}


class RestoreGroups(_SetGroups):
    """Puts an instance back into the groups that it was in: the way back."""

    GROUPS = "groups"
    NEEDS = (
        _ONE_INTERFACE,
        _SAME,
        Need(
            fact=_COUNT,
            values=frozenset({"1"}),
            because="it is in several groups, so that it is not isolated",
            next_move="Change its groups in EC2, as its owners do.",
        ),
    )
    USUAL: ClassVar[Texts] = {_GROUPS: "its own groups"}
    WANTED: ClassVar[Texts] = {_GROUPS: "{groups}"}
    FACTS = (
        _READ_INSTANCE,
        Reading(
            call=_FIND_GROUPS,
            arguments={"GroupIds": "groups"},
            facts=_vpc,
            keep=_groups_kept,
        ),
    )
    MANIFEST = ActionManifest(
        name="aws.ec2.restore_groups",
        version=1,
        title="Let an isolated EC2 instance back into its security groups",
        params=schema(
            instance_id=INSTANCE,
            groups={
                "type": "string",
                "description": "ids of security groups with commas between",
                "pattern": f"^{_GROUP_LIST}$",
                "maxLength": 256,
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(DESCRIBE, _FIND_GROUPS),
        calls=_CALLS,
        rollback="aws.ec2.isolate_instance",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one instance."""
        del case
        says = "One instance: it reaches and is reached as its groups say."
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the one group that it was in."""
        given = dict(draft.params)
        isolation = was(draft, _GROUPS)
        return {"instance_id": given["instance_id"], "isolation_group": isolation}


ACTIONS = (IsolateInstance(), RestoreGroups())
