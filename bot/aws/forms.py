"""The forms that AWS gives to identifiers: what does not have one is none.

Nothing but letters, digits and the few marks below gets through, so that what a sender
wrote can stand in a call or in a query. Which of them an alert names is `named.py`.

Source:
    Patterns of the API references of Amazon Bedrock, Amazon SageMaker, AWS Lambda,
    Amazon ECS and IAM; Service Authorization Reference for the ARNs.
"""

import re
from dataclasses import dataclass

ARN = re.compile(
    r"arn:aws[a-z-]{0,10}:(?P<service>[a-z0-9-]{2,30}):(?P<region>[a-z0-9-]{0,25})"
    r":(?P<account>[0-9]{12})?:(?P<rest>[A-Za-z0-9_+=,.@:/-]{1,160})"
)
REGION = re.compile(r"[a-z]{2}(-[a-z]{2,10}){1,2}-[0-9]{1,2}")
MODEL = re.compile(
    r"([a-z]{2,6}(-[a-z]{3})?\.)?[a-z][a-z0-9]{1,20}\.[a-z][a-z0-9-]{1,63}"
    r"([.:][a-z0-9-]{1,63}){0,3}"
)
"""A provider, a dot, a name; before it perhaps a group of regions."""
GUARDRAIL = re.compile(r"(gr-)?[a-z0-9]{6,64}")
GUARDRAIL_NAME = re.compile(r"[0-9A-Za-z_-]{1,50}")
AGENT = re.compile(r"[A-Z0-9]{10}")
AGENT_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}")
SAGEMAKER = re.compile(r"[a-zA-Z0-9](-{0,3}[a-zA-Z0-9]){0,62}")
FUNCTION = re.compile(r"[A-Za-z0-9_-]{1,64}")
ECS = re.compile(r"[A-Za-z0-9_-]{1,255}")
IAM = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
KEY = re.compile(r"(AKIA|ASIA)[A-Z0-9]{12,28}")
LOG_GROUP = re.compile(r"[A-Za-z0-9_/.#-]{1,512}")


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN that has the form of one.

    Attributes:
        kind: Type of the resource, e.g. ``guardrail``; "" where it has none.
        name: What stands behind it; may hold slashes.
    """

    whole: str
    service: str
    region: str
    kind: str
    name: str


def read_arn(text: str) -> Arn | None:
    """Return a text as an ARN; None when it is none."""
    found = ARN.fullmatch(text.strip())
    if found is None:
        return None
    rest = found["rest"]
    mark = min((one for one in ":/" if one in rest), key=rest.index, default="/")
    kind, _, name = rest.partition(mark)
    return Arn(text.strip(), found["service"], found["region"], kind, name)
