"""The field's own words lead to a kind of incident, and look-alikes do not.

The sentences are ours. What decides between the kinds is in test_classification.
"""

import pytest

from bot.domain.classification import classify_text
from bot.rules import read_rulebook

RULES = read_rulebook()

# What a kind sounds like when nobody names it.
SPOKEN = {
    "prompt_injection": [
        "Unsafe input share of the chat is four times what it was",
        "Somebody hides obfuscated prompts in uploaded pictures",
        "Injection detection rate is up since noon",
        "Responses blocked by the safety filter doubled",
    ],
    "control_tampering": [
        "The input guard has a false negative rate of 9 %",
        "Policy filter is failing open since the update",
        "Audit events are being dropped",
        "Audit trail of the approvals does not verify, integrity lost",
        "Redaction of prompts is not operational",
        "Prompt logging has been switched off",
    ],
    "data_disclosure": [
        "The assistant shows sensitive account data to visitors",
        "Bulk export of whole tables through an MCP server",
        "Redaction fails for passport numbers",
    ],
    "credential_exposure": [
        "Secrets detected in the completions of the support bot",
        "A tool harvests credentials from the home directory",
        "Unredacted credential in the gateway's log lines",
    ],
    "access_anomaly": [
        "Revoked API key is still trying to call the gateway",
        "Key used from two countries within the hour",
        "API key abuse suspected for project blue",
    ],
    "poisoning": [
        "Someone slipped training samples in that nobody wrote",
        "Memory of the agent holds entries that nobody wrote",
        "RAG source changed unexpectedly overnight",
        "Anomalous embeddings were upserted",
    ],
    "supply_chain": [
        "Backdoored package in the tool image",
        "Integrity check of the model failed, maybe tampering",
        "An unregistered MCP server answered the client",
        "A plugin from an unverified publisher was installed",
        "Model was loaded from a source that is not approved",
    ],
    "model_theft": [
        "One key keeps walking along the decision boundary",
        "A client sends the model similar questions by the thousand",
        "Attempt to reverse engineer the ranking model",
    ],
    "excessive_agency": [
        "The agent made a payment without human confirmation",
        "Skill asks for overly broad file permissions",
        "An autonomous action went beyond its authority",
        "A tool ran a privileged command",
    ],
    "agent_rogue": [
        "The planner hits max steps in every run",
        "Recursive invocation: the agent keeps calling itself",
        "Delegation chain of nine agents, none of them verified",
        "Agent changed its goal in the middle of a task",
    ],
    "harmful_output": [
        "Safety violations in LLM replies to children",
        "Explicit content was generated for the shop",
    ],
    "misinformation": [
        "Correctness of answers is under the target",
        "Refusals doubled since yesterday",
        "Flagged answers reach six percent",
        "The model returns malformed JSON",
        "Context recall of the retriever fell",
        "Model confidence keeps dropping",
    ],
    "drift_bias": [
        "Equalized odds gap between groups",
        "Kolmogorov distance of the scores is over the limit",
        "Training loss diverged at step 900",
    ],
    "cost_consumption": [
        "Costs of the tenant are three times the baseline",
        "Spend is 4x yesterday",
        "Context bloat: prompts grow by the day",
        "Prepaid credits run low",
    ],
    "availability": [
        "Output token latency is over 150 ms",
        "LLM speed fell to 5 tokens per second",
        "The model provider's circuit is open",
        "vLLM workers keep getting evicted",
        "Nearest neighbour search on pgvector is slow",
        "Allreduce hangs, the training step makes no headway",
        "Inference overhead is high",
        "No successful completions for ten minutes",
    ],
}
# How a rule is described that fired: what it watches, not what happened.
DESCRIBED = {
    "excessive_agency": [
        "Compares the tools that an agent uses with those of its role",
        "Flags agents that write outside of their workspace",
        "Validates that a function call is permitted for the session",
    ],
    "poisoning": [
        "Tracks who writes to the knowledge base",
        "Statistical check of labels in the training data",
    ],
    "supply_chain": [
        "Compares the signer of a model with the one on record",
        "Watches MCP servers for tools that were renamed",
    ],
    "prompt_injection": [
        "Scans retrieved pages for orders to the assistant",
        "Classifies prompts that want the model to leave its role",
    ],
    "model_theft": ["Tracks clients whose queries sweep all inputs of a model"],
    "credential_exposure": ["Looks for private keys in transcripts"],
    "data_disclosure": ["Looks for patient records in replies"],
    "misinformation": ["Checks claims of the assistant against its sources"],
    "control_tampering": ["Checks that each model call leaves a trace"],
    "drift_bias": ["Monitors predictions of the model by region"],
}
# Words of AI that mean something else, and what every house has.
ELSEWHERE = [
    "OAuth token refresh failed for the mail connector",
    "Fuel injection pressure is low on engine 2",
    "SQL injection attempt stopped at the firewall",
    "Monitoring agent is not running on host web-3",
    "Build agent went away in the middle of a job",
    "Crypto wallet errors in the shop",
    "Bias voltage of sensor 9 is out of range",
    "Drift of the oscillator above 50 ns",
    "Terraform reports configuration drift on the network",
    "ARP cache poisoning suspected on the office network",
    "Postgres checkpoints come every ten seconds",
    "Orders per minute below ten",
    "Checkout conversion dropped by a fifth",
    "Battery of the hall sensor is low",
    "Toxic gas sensor triggered in hall 2",
    "QR code expiration rate is high",
    "Swap is filling up on host db-2",
    "App rating fell below four stars, say users",
]


@pytest.mark.parametrize(
    ("text", "category"),
    [(text, category) for category, texts in SPOKEN.items() for text in texts],
)
def test_a_kind_is_known_by_its_words(text: str, category: str) -> None:
    assert classify_text(text, RULES)[0] == category


@pytest.mark.parametrize(
    ("text", "category"),
    [(text, category) for category, texts in DESCRIBED.items() for text in texts],
)
def test_a_described_rule_is_known_by_what_it_watches(text: str, category: str) -> None:
    assert classify_text(text, RULES)[0] == category


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_word_that_ai_shares_with_others_makes_no_ai(text: str) -> None:
    assert classify_text(text, RULES)[0] == "not_ai"


@pytest.mark.parametrize("text", ["The guests like the lemonade", "See you on Monday"])
def test_what_is_no_alert_stays_unclassified(text: str) -> None:
    assert classify_text(text, RULES)[0] == "unclassified"


def test_audit_logs_that_are_lost_are_no_personal_data() -> None:
    lost = "Audit logs are not flushed, potential data loss"
    assert classify_text(lost, RULES)[0] == "control_tampering"
