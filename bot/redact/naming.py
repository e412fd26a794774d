"""Kinds of masked values in people's words: "2 AWS access keys, 1 e-mail address".

The kind is all that is known of what was masked; how it is written decides the words,
and its group in the shipped file whether they need a noun. A site's own kinds are said
as they are written. What is sensitive is in `rules.yaml`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from bot.redact.definition import load_definition
from bot.redact.placeholders import named

WITHHELD = "withheld"
"""Stands for a text that could not be checked and was replaced whole."""

_MOST = 4
_SHORT = 5
# Kinds whose words do not follow from how they are written: one, and several if it
# is not one with an s.
_SAID: Mapping[str, str | tuple[str, str]] = {
    WITHHELD: ("text withheld unchecked", "texts withheld unchecked"),
    "aba_routing": "bank routing number",
    "au_tfn": "Australian tax number",
    "authorization_header": "authorization header",
    "aws_access_key_id": "AWS access key",
    "aws_secret_access_key": "AWS secret access key",
    "bank_account": "bank account number",
    "basic_auth_header": "basic-auth header",
    "be_national": "Belgian national number",
    "bearer": "bearer token",
    "br_cnpj": "Brazilian company number",
    "br_cpf": "Brazilian tax number",
    "ca_sin": "Canadian social insurance number",
    "card_cvv": "card security code",
    "ch_ahv": "Swiss social security number",
    "client_id": ("client id with its secret", "client ids with their secrets"),
    "cn_resident": "Chinese identity number",
    "credit_card": "card number",
    "crypto_wallet": ("wallet address", "wallet addresses"),
    "date_of_birth": ("date of birth", "dates of birth"),
    "email": ("e-mail address", "e-mail addresses"),
    "fi_hetu": "Finnish identity code",
    "fr_nir": "French social security number",
    "gcp_service_account": "Google service account key",
    "github_pat": "GitHub token",
    "iban": "IBAN",
    "id_and_password": ("id with its password", "ids with their passwords"),
    "cookie_header": "cookie header",
    "au_medicare": "Australian Medicare number",
    "in_aadhaar": "Aadhaar number",
    "in_passport": "Indian passport number",
    "in_vehicle": "Indian vehicle number",
    "in_voter": "Indian voter number",
    "internal_ip": ("internal IP address", "internal IP addresses"),
    "jwe": "encrypted web token",
    "jwk_private": "private web key",
    "jwt": "JSON web token",
    "k8s_secret_data": "Kubernetes secret",
    "key_bytes": "raw key",
    "known_name": "known name",
    "kr_rrn": "Korean resident number",
    "license_plate": "licence plate",
    "lone_token": "random-looking token",
    "mac_address": ("MAC address", "MAC addresses"),
    "medical_record": "medical record number",
    "mx_curp": "Mexican identity code",
    "national_id": "national id number",
    "netrc": "netrc password",
    "nl_bsn": "Dutch citizen number",
    "opaque_value": "secret value",
    "oracle_userinfo": "Oracle password",
    "password": "password",
    "password_hash": ("password hash", "password hashes"),
    "pem_private_key": "private key",
    "person": ("name of a person", "names of people"),
    "phone": "phone number",
    "prefixed_key": ("key with a prefix", "keys with a prefix"),
    "psexec_credentials": "PsExec password",
    "pl_pesel": "Polish PESEL number",
    "public_ip": ("IP address", "IP addresses"),
    "public_ipv6": ("IPv6 address", "IPv6 addresses"),
    "se_personnummer": "Swedish personal number",
    "secret": "secret",
    "sk_key": "sk- key",
    "sk_underscore_key": "sk_ key",
    "session_cookie": "session cookie",
    "sg_nric": "Singapore identity number",
    "sql_password": "database password",
    "street_address": ("street address", "street addresses"),
    "swift_bic": "bank code",
    "uk_nhs": "NHS number",
    "uk_nino": "UK national insurance number",
    "url_userinfo": ("password in an address", "passwords in addresses"),
    "us_aba_routing": "bank routing number",
    "us_driver_license": "US driving licence number",
    "us_ein": "US employer number",
    "us_itin": "US taxpayer number",
    "us_passport": "US passport number",
    "us_ssn": "US social security number",
    "vehicle_vin": "vehicle number",
    "vendor_key": "vendor's key",
    "zip_code": "postcode",
}
# How words are spelled that are not just capitalized where they begin a name.
_NAMES = (
    "AI AI21 API AWS Atlas AssemblyAI Bedrock CA CircleCI Cloud DataDog DSN DeepL "
    "DevOps DigitalOcean DockerHub ElevenLabs GCP Gemini GitHub GitLab GoCardless HMAC "
    "HashiCorp HubSpot HuggingFace IAM IBM ID IP JWT LWA LangChain LangSmith "
    "LaunchDarkly MWS MongoDB NTLM NVIDIA NewRelic NuGet OAuth OVH OpenAI OpenRouter "
    "PagerDuty PayPal PostHog PyPI RubyGems S3 SAS SSN SendGrid URL VAT VIN Vault eBay "
    "n8n ngrok npm xAI"
)
_SPELLED = {word.lower(): word for word in _NAMES.split()}
# A kind that ends so already says what it is.
_ENDINGS = (
    "account address card code cookie credentials data dsn hash header hook id jwt key "
    "keys license message number passport password passwords secret session signature "
    "token tokens url userinfo value webhook"
)
_NOUNS = frozenset(_ENDINGS.split())
_COUNTRIES: Mapping[str, str] = {
    "ar": "Argentine",
    "au": "Australian",
    "cl": "Chilean",
    "cz": "Czech",
    "de": "German",
    "dk": "Danish",
    "es": "Spanish",
    "hk": "Hong Kong",
    "ie": "Irish",
    "in": "Indian",
    "it": "Italian",
    "my": "Malaysian",
    "no": "Norwegian",
    "th": "Thai",
    "tr": "Turkish",
    "tw": "Taiwanese",
    "uk": "UK",
    "us": "US",
    "za": "South African",
}


def kind_words(kind: str, count: int = 1) -> str:
    """Return what a kind is called, for so many of it: "AWS access keys"."""
    said = _SAID.get(kind) or _written(kind)
    if isinstance(said, tuple):
        return said[count != 1]
    return said if count == 1 else _several(said)


def told(counts: Mapping[str, int], *, most: int = _MOST) -> str:
    """Say what was masked, the most frequent first; "" where nothing was.

    Args:
        counts: By kind.
        most: So many kinds are named, the others only counted.
    """
    by_words: Counter[tuple[str, str]] = Counter()
    for kind, count in counts.items():
        # Kinds that read the same are one to the reader.
        by_words[kind_words(kind), kind_words(kind, 2)] += count
    rows = sorted(by_words.items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{n} {one if n == 1 else many}" for (one, many), n in rows[:most]]
    rest = sum(n for _, n in rows[most:])
    return ", ".join([*shown, *([f"{rest} more"] if rest else [])])


def masked_in(texts: Iterable[str]) -> Mapping[str, int]:
    """Count by kind the placeholders that stand in redacted texts.

    What a sender wrote to look like one of ours is counted with them.
    """
    counted = Counter(kind for text in texts for kind in named(text))
    return dict(sorted(counted.items()))


def masked_words(*texts: str) -> str:
    """Say what is masked in redacted texts: "masked: 1 GitHub token"; "" if nothing."""
    said = told(masked_in(texts))
    return f"masked: {said}" if said else ""


def _written(kind: str) -> str:
    """Say a kind as it is written: a shipped one like a name, a site's own plainly."""
    words, group = kind.split("_"), _groups().get(kind, "site")
    if words[-1] in ("v1", "v2"):
        words.pop()
    if group == "site":
        return " ".join(words)
    if group == "pii":
        return _personal(words)
    if words[-1] not in _NOUNS:
        words.append("token" if words[-1] == "oauth" else "key")
    first, *others = words
    spelled = [_SPELLED.get(first, first.capitalize())]
    return " ".join(spelled + [_SPELLED.get(one, one) for one in others])


def _personal(words: Sequence[str]) -> str:
    country = _COUNTRIES.get(words[0], "")
    rest = words[1:] if country else words
    said = [_SPELLED.get(one, one) for one in rest]
    # "Spanish NIF": one short word is the name of a number.
    if country and len(said) == 1 and len(said[0]) <= _SHORT:
        said = [f"{said[0].upper()} number"]
    return " ".join([country, *said] if country else said)


@cache
def _groups() -> Mapping[str, str]:
    """Return the group of each shipped kind."""
    return {rule.kind: rule.group for rule in load_definition().rules}


def _several(words: str) -> str:
    if words.endswith(("s", "x", "ch", "sh")):
        return f"{words}es"
    if words.endswith("y") and words[-2:-1] not in "aeiou":
        return f"{words[:-1]}ies"
    return f"{words}s"
