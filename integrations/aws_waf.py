"""AWS WAF: block an address, or let it through again.

An IP set that a web ACL already blocks by gets one more address, or one less. WAF
compares its lock token itself: whoever changed the set meanwhile is not overwritten.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from bot.acting.filling import facts_of
from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.aws.action import AwsAction
from bot.aws.arguments import MOST_ENTRIES
from bot.aws.ip_sets import GET, LIST, looked_up, uses_of
from bot.domain.errors import BadRequest, NotFound, Unreachable
from bot.domain.plan import Blast, Draft, Level, Probe, Step
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_waf",
    title="AWS WAF",
    docs="https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateIPSet.html",
    summary="Adds addresses to a regional IP set and takes them out again.",
)

_BLOCKED = "waf.address.in_set"
_ADDRESSES = "waf.ip_set.addresses"
_ADDRESS = "waf.address"
_ARN = "waf.ip_set.arn"
_ABOUT = "waf.ip_set.description"
_TOKEN = "waf.ip_set.lock_token"  # noqa: S105 - a version, not a secret
# More would lock out whole providers.
_LEAST_PREFIX = {4: 16, 6: 32}
_REGIONAL = {"Scope": "REGIONAL"}
_PARAMS: Mapping[str, Any] = schema(
    ip_set_name={
        "type": "string",
        "description": "the name of a regional IP set that a web ACL blocks by",
        "pattern": "^[A-Za-z0-9_-]{1,128}$",
        "maxLength": 128,
    },
    ip_set_id={
        "type": "string",
        "description": "the id of that IP set",
        "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        "maxLength": 36,
    },
    address={
        "type": "string",
        "description": "an address with its prefix, as 192.0.2.7/32",
        "pattern": "^[0-9a-f.:]{2,39}/[0-9]{1,3}$",
        "maxLength": 43,
    },
)


def _set(seen: Seen) -> Texts:
    """Return the set, and whether the address is in it.

    Raises:
        BadRequest: The address is not one of this set's kind, or too wide; or a wider
            one in the set covers it, so that neither way would change anything.
    """
    found = seen.answer["IPSet"]
    address = _network(seen.known["address"], version=found["IPAddressVersion"])
    addresses = sorted(found["Addresses"])
    if len(addresses) >= MOST_ENTRIES:
        raise _refused(
            f"the set has {len(addresses)} addresses, and a card shows at most "
            f"{MOST_ENTRIES - 1}"
        )
    _refuse_covered(address, addresses)
    return {
        _ARN: found["ARN"],
        _ABOUT: found.get("Description") or "",
        _ADDRESSES: " ".join(addresses),
        _TOKEN: seen.answer["LockToken"],
        _ADDRESS: address,
        _BLOCKED: "yes" if address in addresses else "no",
    }


def _network(text: str, *, version: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise _refused("the address is none, or its prefix cuts it") from None
    if version != f"IPV{network.version}":
        raise _refused(f"the set holds addresses of {version}")
    least = _LEAST_PREFIX[network.version]
    if network.prefixlen < least:
        raise _refused(f"it is wider than /{least}")
    return str(network)


def _refuse_covered(address: str, addresses: Iterable[str]) -> None:
    """Refuse an address that a wider one of a set holds.

    Raises:
        BadRequest: Names the wider one.
    """
    for one in addresses:
        if _covers(one, address):
            raise _refused(f"{one} in the set covers it, and stands for it either way")


def _covers(wider: str, address: str) -> bool:
    """Tell whether an address of a set holds another one and more; all of one kind."""
    one, other = (
        ipaddress.ip_network(wider, strict=False),
        ipaddress.ip_network(address),
    )
    if one.version != other.version or one.prefixlen >= other.prefixlen:
        return False
    return other.network_address in one


def _refused(because: str) -> BadRequest:
    return BadRequest(
        "The IP set was not planned to change",
        because=because,
        next_move="Propose it again with another address or another set.",
    )


def _used(case: Case) -> str:
    """Return who stops what is in the set, as a sentence; people judge the unknown.

    Raises:
        BadRequest: A web ACL lets it through.
    """
    try:
        uses = uses_of(case.reader, case.facts[_ARN])
    except (NotFound, Unreachable) as error:
        unread = f"Which web ACLs use this set could not be read: {error.because}."
        return f"{unread} Look whether they block by it before you agree."
    if uses.spares:
        spares = f"the web ACL {uses.spares[0]!a} lets through what is in that set"
        raise _refused(spares)
    unseen = "" if uses.is_whole else ", and not every web ACL was looked at"
    if not uses.stops:
        return (
            "No web ACL of this region was seen to block by this set; rule groups were "
            f"not looked into{unseen}."
        )
    named = ", ".join(ascii(one) for one in uses.stops)
    return f"Web ACLs that block by this set: {named}{unseen}."


def _set_kept(answer: Mapping[str, Any]) -> Any:
    found = answer["IPSet"]
    return {one: found[one] for one in ("ARN", "IPAddressVersion", "Addresses")}


class _ChangeSet(AwsAction):
    """What both share: everything but which way."""

    ROLE = "tocsin-act-waf"
    TARGET = "address"
    IDENTITY: ClassVar[Texts] = {"ip_set_name": "Name", "ip_set_id": "Id"}
    RESOURCE = _ARN
    USUAL: ClassVar[Texts] = {_BLOCKED: "no"}
    WORDS: ClassVar[Texts] = {_BLOCKED: "{address} in the IP set {ip_set_name}"}
    PROMISE = "The set is read again. WAF needs about a minute until it acts on it."
    FACTS = (
        Reading(
            call="wafv2.GetIPSet",
            arguments={"Name": "ip_set_name", "Id": "ip_set_id"},
            always=_REGIONAL,
            facts=_set,
            keep=_set_kept,
        ),
    )
    WRITE = (
        "wafv2.UpdateIPSet",
        {"Name": "{ip_set_name}", "Id": "{ip_set_id}", **_REGIONAL},
    )

    def blast(self, case: Case) -> Blast:
        """Return how many addresses it is, and which web ACLs stop what is in the set.

        Raises:
            BadRequest: One lets through what is in the set.
        """
        count = ipaddress.ip_network(case.params["address"]).num_addresses
        what = "One address" if count == 1 else f"{count:,} addresses"
        return Blast(systems=-1, says=f"{what}. {_used(case)}")

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Return what would run; it also rests on what the web ACLs do with the set.

        Raises:
            BadRequest: As always; or a web ACL lets through what is in the set.
            NotFound: There is no such set.
            Unreachable: The world could not be read.
        """
        draft = super().plan(params, reader=reader)
        arn = facts_of(draft.preconditions)[_ARN]
        uses = looked_up(reader, arn, before=())
        return replace(draft, preconditions=(*draft.preconditions, uses))

    def probe(self, draft: Draft, *, reader: Any) -> tuple[Probe, ...]:
        """Read again: the set that blocked then may let through by now.

        Only this look sees it. The session that writes may read the set alone.

        Raises:
            NotFound: The set, or a web ACL, is gone.
            Unreachable: The world could not be read.
        """
        found = super().probe(draft, reader=reader)
        arn = facts_of(found)[_ARN]
        return (*found, looked_up(reader, arn, before=draft.preconditions))

    def changed(self, addresses: set[str], address: str) -> set[str]:
        """Return the addresses of the set afterwards."""
        raise NotImplementedError

    def identity(self, step: Step) -> Texts:
        """Return the set and the address; the call itself names all addresses alike."""
        (address,) = (one.value for one in step.compare if one.id == _ADDRESS)
        return {**super().identity(step), "address": address}

    def carrying(self, params: Texts, facts: Texts) -> Texts:
        """Return every address of the set afterwards, its lock token and description.

        An update replaces all of the set: a description that is not told is lost.
        """
        after = sorted(self.changed(set(facts[_ADDRESSES].split()), facts[_ADDRESS]))
        del params
        listed = {f"Addresses.{place}": one for place, one in enumerate(after)}
        kept = {"Description": facts[_ABOUT]} if facts[_ABOUT] else {}
        return {**(listed or {"Addresses": ""}), "LockToken": facts[_TOKEN], **kept}


class BlockAddress(_ChangeSet):
    """Puts an address into the set."""

    WANTED: ClassVar[Texts] = {_BLOCKED: "yes"}
    MANIFEST = ActionManifest(
        name="aws.waf.block_address",
        version=1,
        title="Block an address with AWS WAF",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("wafv2.GetIPSet",),
        calls=("wafv2.UpdateIPSet", "wafv2.GetIPSet", LIST, GET),
        rollback="aws.waf.unblock_address",
    )

    def changed(self, addresses: set[str], address: str) -> set[str]:
        """Return them with the address."""
        return addresses | {address}


class UnblockAddress(_ChangeSet):
    """Takes an address out of the set: the way back."""

    WANTED: ClassVar[Texts] = {_BLOCKED: "no"}
    MANIFEST = ActionManifest(
        name="aws.waf.unblock_address",
        version=1,
        title="Let an address through AWS WAF again",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("wafv2.GetIPSet",),
        calls=("wafv2.UpdateIPSet", "wafv2.GetIPSet", LIST, GET),
        rollback="aws.waf.block_address",
    )

    def changed(self, addresses: set[str], address: str) -> set[str]:
        """Return them without the address."""
        return addresses - {address}


ACTIONS = (BlockAddress(), UnblockAddress())
