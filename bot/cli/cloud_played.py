"""What the practice cloud's server takes and forgets, played as AWS does it.

Run inside that server by `cloud_server.py`, by the Python of another environment: it
may import nothing but the standard library and the server. How calls are judged is
beside it.
"""

import contextlib
import importlib
import json
from http import HTTPStatus
from typing import Any

# The server has no other places for what is changed here: hence its private names.


def play() -> None:
    """Change the server that runs in this process."""
    _keep_whether_an_alias_may_be_called()
    _publish_agents()
    _ingest_as_aws_does()
    _say_when_secrets_were_rotated()


def _json_of(body: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        found = json.loads(body)
        return found if isinstance(found, dict) else {}
    return {}


def _keep_whether_an_alias_may_be_called() -> None:
    """Keep one field of an agent's alias that the server takes and forgets."""
    agents: Any = importlib.import_module("ministack.services.bedrock_agent")
    update = agents._update_agent_alias  # noqa: SLF001 - as above

    def updated(agent: str, alias: str, body: Any) -> Any:
        answer = update(agent, alias, body)
        kept = agents._agent_aliases.get(f"{agent}/{alias}")  # noqa: SLF001 - as above
        wanted = body if isinstance(body, dict) else _json_of(body)
        if kept is not None and "aliasInvocationState" in wanted:
            kept["AliasInvocationState"] = wanted["aliasInvocationState"]
        return answer

    agents._update_agent_alias = updated  # noqa: SLF001 - as above


def _publish_agents() -> None:
    """Make a version of an agent's draft where an alias is told no version.

    The server knows versions and makes none. Source: Amazon Bedrock user guide, "Deploy
    an agent": without a routing configuration a version is made of the draft.
    """
    agents: Any = importlib.import_module("ministack.services.bedrock_agent")
    create, update = agents._create_agent_alias, agents._update_agent_alias  # noqa: SLF001 - as above

    def routed(agent: str, body: Any) -> Any:
        draft = agents._agents.get(agent)  # noqa: SLF001 - as above
        asked = body if isinstance(body, dict) else _json_of(body)
        if draft is None or asked.get("routingConfiguration"):
            return body
        made = agents._agent_versions  # noqa: SLF001 - as above
        number = str(1 + sum(one.startswith(f"{agent}/") for one in made))
        made[f"{agent}/{number}"] = {**draft, "Version": number}
        return json.dumps({**asked, "routingConfiguration": [{"agentVersion": number}]})

    def created(agent: str, body: Any) -> Any:
        return create(agent, routed(agent, body))

    def updated(agent: str, alias: str, body: Any) -> Any:
        return update(agent, alias, routed(agent, body))

    agents._create_agent_alias = created  # noqa: SLF001 - as above
    agents._update_agent_alias = updated  # noqa: SLF001 - as above


def _ingest_as_aws_does() -> None:
    """Have documents found by where they lie, and jobs run on that say so.

    The server keeps a document of S3 by its key alone, but looks for its address, and
    every job of its is over at once: one whose description begins with "slow" runs on,
    so that stopping it can be practised.
    """
    agents: Any = importlib.import_module("ministack.services.bedrock_agent")
    ingest, start = agents._run_s3_ingestion, agents._start_ingestion_job  # noqa: SLF001 - as above

    def ingested(base: str, source: str, record: Any) -> Any:
        done = ingest(base, source, record)
        documents = agents._kb_documents  # noqa: SLF001 - as above
        for key, one in list(documents.items()):
            address = one["DocumentIdentifier"].get("s3", {}).get("uri", "")
            if address and not key.endswith(address):
                documents[f"{base}/{source}/{address}"] = documents.pop(key)
        return done

    def started(base: str, source: str, body: Any) -> Any:
        answer = start(base, source, body)
        for one in agents._ingestion_jobs.values():  # noqa: SLF001 - as above
            if one["Description"].startswith("slow") and one["Status"] == "COMPLETE":
                one["Status"] = "IN_PROGRESS"
        return answer

    agents._run_s3_ingestion = ingested  # noqa: SLF001 - as above
    agents._start_ingestion_job = started  # noqa: SLF001 - as above


def _say_when_secrets_were_rotated() -> None:
    """Keep when a secret was rotated: the server rotates and does not say so."""
    secrets: Any = importlib.import_module("ministack.services.secretsmanager")
    rotate, describe = secrets._rotate_secret, secrets._describe_secret  # noqa: SLF001 - as above

    def of(data: Any) -> Any:
        return secrets._resolve(data.get("SecretId"))[1] or {}  # noqa: SLF001 - as above

    def rotated(data: Any) -> Any:
        answer = rotate(data)
        if answer[0] == HTTPStatus.OK and data.get("RotateImmediately", True):
            of(data)["LastRotatedDate"] = of(data)["LastChangedDate"]
        return answer

    def described(data: Any) -> Any:
        status, headers, body = describe(data)
        at = of(data).get("LastRotatedDate")
        if status != HTTPStatus.OK or at is None:
            return status, headers, body
        told = json.dumps({**_json_of(body), "LastRotatedDate": at}).encode()
        return status, headers, told

    secrets._rotate_secret, secrets._describe_secret = rotated, described  # noqa: SLF001 - as above
