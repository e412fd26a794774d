"""Amazon S3: hold an object's version, and quarantine it.

A legal hold keeps evidence or a good copy from being deleted. A quarantined object
stays where it is, and nobody may read it: its bucket's policy denies whatever carries
the tag. Objects themselves are never opened.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need
from bot.aws.action import AwsAction
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level, Step
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_s3_objects",
    title="Amazon S3 objects",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/API/",
    summary="Holds objects, quarantines them by a tag, and takes both back.",
)

TAG, TAGGED = "tocsin-quarantine", "yes"
_READING = {"s3:GetObject", "s3:GetObjectVersion"}
_MOST_TAGS = 10  # of an object; source: S3 user guide, object tagging
_HOLD = "s3.object.legal_hold"
_DENIES = "s3.bucket.denies_quarantined"
_HELD_BACK = "s3.object.quarantined"
_TAGS = "s3.object.tags"
_VERSION = "s3.object.version"
_ASKED, _LATEST = "s3.object.version_asked_for", "latest"
_NO_VERSION = "null"  # what S3 calls the version of a bucket that keeps none
_PARAMS: Mapping[str, Any] = schema(
    bucket={
        "type": "string",
        "description": "the name of the bucket",
        "pattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        "maxLength": 63,
    },
    key={
        "type": "string",
        "description": "the key of the object, as models/chat/model.safetensors",
        "pattern": r"^[A-Za-z0-9!_.()/=+@,:-]{1,200}$",
        "maxLength": 200,
    },
    version={
        "type": "string",
        "description": "latest, or the id of one of its versions",
        "pattern": f"^({_LATEST}|[A-Za-z0-9._-]{{1,100}})$",
        "maxLength": 100,
    },
)
_OF_OBJECT = {"Bucket": "bucket", "Key": "key"}


def _object(seen: Seen) -> Texts:
    """Return which version it is and what it is tagged with."""
    tags = {one["Key"]: one["Value"] for one in seen.answer["TagSet"]}
    arn = f"arn:aws:s3:::{seen.known['bucket']}/{seen.known['key']}"
    return {
        "s3.object.arn": arn,
        "s3.bucket.arn": f"arn:aws:s3:::{seen.known['bucket']}",
        _VERSION: seen.answer.get("VersionId") or _NO_VERSION,
        _ASKED: seen.known["version"],
        _TAGS: json.dumps(tags, sort_keys=True),
        _HELD_BACK: "yes" if tags.get(TAG) == TAGGED else "no",
    }


def _tags_kept(answer: Mapping[str, Any]) -> Any:
    return {"VersionId": answer.get("VersionId"), "TagSet": answer["TagSet"]}


_READ_TAGS = Reading(
    call="s3.GetObjectTagging",
    arguments={**_OF_OBJECT, "VersionId": "version"},
    facts=_object,
    keep=_tags_kept,
)


class _OnObject(AwsAction):
    ROLE = "tocsin-act-s3"
    TARGET = "key"
    IDENTITY: ClassVar[Texts] = {"bucket": "Bucket", "key": "Key"}
    RESOURCE = "s3.object.arn"
    CARRIED: ClassVar[Texts] = {"VersionId": _VERSION}
    # Judged instead of the other where a version is named.
    IMPLIED: ClassVar[Texts] = {"s3.GetObjectVersionTagging": "s3.object.arn"}

    def looked(self, session: Any, call: str, texts: Texts) -> Mapping[str, Any]:
        """Return the answer of a reading call; S3 knows the latest by no name."""
        if texts.get("VersionId") == _LATEST:
            texts = {name: text for name, text in texts.items() if name != "VersionId"}
        return super().looked(session, call, texts)

    def identity(self, step: Step) -> Texts:
        """Return the object, and which version was asked for."""
        (asked,) = (one.value for one in step.compare if one.id == _ASKED)
        return {**super().identity(step), "version": asked}

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the very version: another may be the latest by then."""
        return {**dict(draft.params), "version": was(draft, _VERSION)}


def _hold(seen: Seen) -> Texts:
    return {_HOLD: seen.answer["LegalHold"]["Status"]}


class _SetHold(_OnObject):
    """What holding and letting go share."""

    USUAL: ClassVar[Texts] = {_HOLD: "OFF"}
    WORDS: ClassVar[Texts] = {_HOLD: "legal hold on {key} in {bucket}"}
    PROMISE = "The hold of this version is read again and must be as shown."
    FACTS = (
        _READ_TAGS,
        Reading(
            call="s3.GetObjectLegalHold",
            arguments={**_OF_OBJECT, "VersionId": _VERSION},
            facts=_hold,
            missing={_HOLD: "OFF"},
            keep=lambda answer: answer["LegalHold"]["Status"],
        ),
    )

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call that sets it."""
        of = {"Bucket": params["bucket"], "Key": params["key"]}
        return "s3.PutObjectLegalHold", {**of, "LegalHold.Status": self.WANTED[_HOLD]}

    def blast(self, case: Case) -> Blast:
        """Return the one version; reading it goes on."""
        del case
        on = self.WANTED[_HOLD] == "ON"
        what = "cannot be deleted" if on else "can be deleted again"
        return Blast(systems=0, says=f"One version of one object {what}.")


class HoldObject(_SetHold):
    """Keeps a version from being deleted."""

    WANTED: ClassVar[Texts] = {_HOLD: "ON"}
    MANIFEST = ActionManifest(
        name="aws.s3.hold_object",
        version=2,
        title="Put a legal hold on an S3 object",
        params=_PARAMS,
        level={"": Level.T3, "production": Level.T2},
        evidence=("s3.GetObjectTagging", "s3.GetObjectLegalHold"),
        calls=("s3.PutObjectLegalHold", "s3.GetObjectTagging", "s3.GetObjectLegalHold"),
        rollback="aws.s3.release_hold",
    )


class ReleaseHold(_SetHold):
    """Lets it go again: the way back."""

    WANTED: ClassVar[Texts] = {_HOLD: "OFF"}
    MANIFEST = ActionManifest(
        name="aws.s3.release_hold",
        version=2,
        title="Take the legal hold off an S3 object",
        params=_PARAMS,
        level={"": Level.T2},
        evidence=HoldObject.MANIFEST.evidence,
        calls=HoldObject.MANIFEST.calls,
        rollback="aws.s3.hold_object",
    )


def _denied(seen: Seen) -> Texts:
    """Return whether the bucket denies what carries the tag."""
    policy = json.loads(seen.answer["Policy"])
    arn = f"arn:aws:s3:::{seen.known['bucket']}/*"
    denies = any(_denies(one, arn) for one in _listed(policy.get("Statement")))
    return {_DENIES: "yes" if denies else "no"}


def _denies(statement: Mapping[str, Any], arn: str) -> bool:
    """Tell whether a statement denies everybody to read what is tagged.

    Exactly the two ways of reading: a star would deny us the tags as well, and nobody
    could see any more whether it worked.
    """
    wanted = {"StringEquals": {f"s3:ExistingObjectTag/{TAG}": TAGGED}}
    return (
        statement.get("Effect") == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        and set(_listed(statement.get("Action"))) == _READING
        and arn in _listed(statement.get("Resource"))
        and statement.get("Condition") == wanted
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class _SetTag(_OnObject):
    """What quarantining and releasing share. All other tags stay."""

    USUAL: ClassVar[Texts] = {_HELD_BACK: "no"}
    WORDS: ClassVar[Texts] = {_HELD_BACK: "{key} in {bucket} in quarantine"}
    PROMISE = (
        "The tags of this version are read again. Nobody tries to read the object."
    )
    BESIDE = ("s3.bucket.arn",)
    FACTS = (
        _READ_TAGS,
        Reading(
            call="s3.GetBucketPolicy",
            arguments={"Bucket": "bucket"},
            facts=_denied,
            missing={_DENIES: "no"},
        ),
    )
    WRITE = ("s3.PutObjectTagging", {"Bucket": "{bucket}", "Key": "{key}"})

    def blast(self, case: Case) -> Blast:
        """Return who is held back: everybody, whatever they need it for."""
        del case
        held = self.WANTED[_HELD_BACK] == "yes"
        says = "Nobody can read this version" if held else "It can be read again"
        return Blast(systems=-1, says=f"{says}; copies elsewhere are not touched.")

    def carrying(self, params: Texts, facts: Texts) -> Texts:
        """Return all tags afterwards, and the version they are for."""
        del params
        tags: dict[str, str] = json.loads(facts[_TAGS])
        tags.pop(TAG, None)
        if self.WANTED[_HELD_BACK] == "yes":
            tags[TAG] = TAGGED
        if len(tags) > _MOST_TAGS:
            raise BadRequest(
                "The object was not planned to be quarantined",
                because=f"it has {_MOST_TAGS} tags, and S3 takes no more",
                next_move="Take one of its tags off first.",
            )
        listed = {"VersionId": facts[_VERSION]}
        for place, (name, value) in enumerate(sorted(tags.items())):
            listed[f"Tagging.TagSet.{place}.Key"] = name
            listed[f"Tagging.TagSet.{place}.Value"] = value
        return listed if tags else {**listed, "Tagging.TagSet": ""}


class QuarantineObject(_SetTag):
    """Tags an object so that its bucket's policy denies it to everybody."""

    NEEDS = (
        Need(
            fact=_DENIES,
            values=frozenset({"yes"}),
            because=f"its bucket's policy does not deny what is tagged {TAG}, so that "
            "the tag alone would hold nobody back",
            next_move="Add the statement of docs/guides/aws.md to that policy first.",
        ),
    )
    WANTED: ClassVar[Texts] = {_HELD_BACK: "yes"}
    MANIFEST = ActionManifest(
        name="aws.s3.quarantine_object",
        version=2,
        title="Quarantine an S3 object",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("s3.GetObjectTagging",),
        calls=("s3.PutObjectTagging", "s3.GetObjectTagging", "s3.GetBucketPolicy"),
        rollback="aws.s3.release_object",
    )


class ReleaseObject(_SetTag):
    """Takes the tag off again: the way back."""

    WANTED: ClassVar[Texts] = {_HELD_BACK: "no"}
    MANIFEST = ActionManifest(
        name="aws.s3.release_object",
        version=2,
        title="Release an S3 object from quarantine",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=QuarantineObject.MANIFEST.evidence,
        calls=QuarantineObject.MANIFEST.calls,
        rollback="aws.s3.quarantine_object",
    )


ACTIONS = (HoldObject(), ReleaseHold(), QuarantineObject(), ReleaseObject())
