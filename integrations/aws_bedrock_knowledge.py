"""Amazon Bedrock knowledge bases: stop an ingestion, take a document out of the index.

A poisoned document that is being read in is stopped at the job; one that is in already
is taken out of the index, not out of its bucket. There it stays as evidence, and what
is not quarantined there comes back with the next ingestion.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.acting.states import Need, State
from bot.aws.action import AwsAction
from bot.domain.plan import Blast, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_bedrock_knowledge",
    title="Amazon Bedrock knowledge bases",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_DeleteKnowledgeBaseDocuments.html",
    summary="Stops ingestion jobs and takes documents out of the index.",
)

_ARN = "bedrock.knowledge_base.arn"
_NAME = "bedrock.knowledge_base.name"
_JOB = "bedrock.ingestion_job.state"
_DOCUMENT = "bedrock.document.state"
_RUNNING, _STOPPED, _GONE = "running", "STOPPED", "NOT_FOUND"
_STOPPING = "STOPPING"
_RUNS = frozenset({"STARTING", "IN_PROGRESS"})
_ON_ITS_WAY = frozenset(
    {"PENDING", "STARTING", "IN_PROGRESS", "DELETING", "DELETE_IN_PROGRESS"}
)
_ID = {"type": "string", "pattern": "^[0-9A-Z]{10}$", "maxLength": 10}
_BASE: Mapping[str, Any] = {
    "knowledge_base_id": {
        **_ID,
        "description": "the id of the knowledge base, ten characters",
    },
    "data_source_id": {
        **_ID,
        "description": "the id of its data source, ten characters",
    },
}
_OF_BASE = {"knowledgeBaseId": "knowledge_base_id", "dataSourceId": "data_source_id"}
_CALL_OF_BASE = {
    "knowledgeBaseId": "{knowledge_base_id}",
    "dataSourceId": "{data_source_id}",
}
_S3 = "documentIdentifiers.0.dataSourceType"
_URI = "documentIdentifiers.0.s3.uri"


def _base(seen: Seen) -> Texts:
    found = seen.answer["knowledgeBase"]
    return {_ARN: found["knowledgeBaseArn"], _NAME: found["name"]}


def _base_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("knowledgeBaseArn", "name", "status", "updatedAt")
    return {name: answer["knowledgeBase"].get(name) for name in fields}


_GET_BASE = Reading(
    call="bedrock-agent.GetKnowledgeBase",
    arguments={"knowledgeBaseId": "knowledge_base_id"},
    facts=_base,
    keep=_base_kept,
)


def _job(seen: Seen) -> Texts:
    """Return whether the job runs: how far it is moves by itself and is no fact."""
    status = seen.answer["ingestionJob"]["status"]
    return {_JOB: _RUNNING if status in _RUNS else status}


def _job_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("ingestionJobId", "status", "statistics", "startedAt", "updatedAt")
    return {name: answer["ingestionJob"].get(name) for name in fields}


def _document(seen: Seen) -> Texts:
    """Return how one document stands in the index."""
    found = seen.answer.get("documentDetails") or ({"status": _GONE},)
    return {_DOCUMENT: found[0]["status"]}


def _document_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("status", "statusReason", "updatedAt")
    details = answer.get("documentDetails") or ()
    return [{name: one.get(name) for name in fields} for one in details]


_GET_JOB = Reading(
    call="bedrock-agent.GetIngestionJob",
    arguments={**_OF_BASE, "ingestionJobId": "ingestion_job_id"},
    facts=_job,
    keep=_job_kept,
)


class StopIngestion(AwsAction):
    """Stops an ingestion job that runs."""

    ROLE = "tocsin-act-bedrock"
    RESOURCE = _ARN
    TARGET = "ingestion_job_id"
    SECONDS = 60
    IDENTITY: ClassVar[Texts] = {
        "knowledge_base_id": "knowledgeBaseId",
        "data_source_id": "dataSourceId",
        "ingestion_job_id": "ingestionJobId",
    }
    NEEDS = (
        Need(
            fact=_JOB,
            values=frozenset({_RUNNING}),
            because="the job is over, or is being stopped already",
            next_move="Take what it read in out again, document by document.",
        ),
    )
    STATES = (State(fact=_JOB, moving=frozenset({_STOPPING})),)
    WANTED: ClassVar[Texts] = {_JOB: _STOPPED}
    USUAL: ClassVar[Texts] = {_JOB: _RUNNING}
    WORDS: ClassVar[Texts] = {_JOB: "ingestion job {ingestion_job_id}"}
    PROMISE = "The job is read again and must be stopped. What it has read in stays in."
    FACTS = (_GET_BASE, _GET_JOB)
    TOLD = (Reading(call=_GET_JOB.call, arguments=_GET_JOB.arguments, keep=_job_kept),)
    WRITE = (
        "bedrock-agent.StopIngestionJob",
        {**_CALL_OF_BASE, "ingestionJobId": "{ingestion_job_id}"},
    )
    MANIFEST = ActionManifest(
        name="aws.bedrock.stop_ingestion",
        version=1,
        title="Stop a knowledge base's ingestion job",
        params=schema(
            **_BASE,
            ingestion_job_id={
                **_ID,
                "description": "the id of the ingestion job, ten characters",
            },
        ),
        level={"": Level.T1},
        evidence=(_GET_BASE.call, _GET_JOB.call),
        calls=("bedrock-agent.StopIngestionJob", _GET_BASE.call, _GET_JOB.call),
        irreversible_because="a stopped job cannot go on; a new one reads everything",
    )

    def blast(self, case: Case) -> Blast:
        """Return what has been read in so far, counted by Bedrock."""
        counts = (case.told[_GET_JOB.call] or {}).get("statistics") or {}
        scanned = counts.get("numberOfDocumentsScanned", 0)
        new = counts.get("numberOfNewDocumentsIndexed", 0)
        says = (
            f"The knowledge base {case.facts[_NAME]!a}: so far {scanned} "
            f"documents were looked at and {new} new ones indexed; those stay."
        )
        return Blast(systems=1, says=says)


class RemoveDocument(AwsAction):
    """Takes one document of S3 out of a knowledge base's index."""

    ROLE = "tocsin-act-bedrock"
    RESOURCE = _ARN
    TARGET = "uri"
    SECONDS = 300
    IDENTITY: ClassVar[Texts] = {
        "knowledge_base_id": "knowledgeBaseId",
        "data_source_id": "dataSourceId",
        "uri": _URI,
    }
    STATES = (State(fact=_DOCUMENT, moving=_ON_ITS_WAY),)
    WANTED: ClassVar[Texts] = {_DOCUMENT: _GONE}
    AS_GONE = "Bedrock finds no such document in the index"
    USUAL: ClassVar[Texts] = {_DOCUMENT: "INDEXED"}
    WORDS: ClassVar[Texts] = {_DOCUMENT: "{uri} in the index of {knowledge_base_id}"}
    PROMISE = "Bedrock is asked for the document again and must not find it."
    FACTS = (
        _GET_BASE,
        Reading(
            call="bedrock-agent.GetKnowledgeBaseDocuments",
            arguments={**_OF_BASE, _URI: "uri"},
            always={_S3: "S3"},
            facts=_document,
            keep=_document_kept,
        ),
    )
    WRITE = (
        "bedrock-agent.DeleteKnowledgeBaseDocuments",
        {**_CALL_OF_BASE, _S3: "S3", _URI: "{uri}"},
    )
    MANIFEST = ActionManifest(
        name="aws.bedrock.remove_document",
        version=1,
        title="Take a document out of a knowledge base",
        params=schema(
            **_BASE,
            uri={
                "type": "string",
                "pattern": "^s3://[a-z0-9.-]{3,63}/[A-Za-z0-9!_.*'()/ -]{1,180}$",
                "maxLength": 250,
                "description": "where it lies, as s3://claims/letters/7.txt",
            },
        ),
        level={"": Level.T1},
        evidence=tuple(one.call for one in FACTS),
        calls=(WRITE[0], *(one.call for one in FACTS)),
        irreversible_because="it comes back only by being ingested from S3 again",
    )

    def blast(self, case: Case) -> Blast:
        """Return whom it reaches, and what brings the document back."""
        says = (
            f"One document; answers from the knowledge base {case.facts[_NAME]!a} no "
            "longer rest on it. The object stays in S3 and comes back with the next "
            "ingestion unless it is quarantined there."
        )
        return Blast(systems=1, says=says)


ACTIONS = (StopIngestion(), RemoveDocument())
