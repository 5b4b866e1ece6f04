"""AWS Signature Version 4, for S3 and what speaks like it (docs.aws.amazon.com/AmazonS3, "Authenticating Requests")."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"


def encoded(text: str, safe: str = "") -> str:
    """Percent-encoded as the signature wants it (RFC 3986's unreserved characters stay)."""
    return quote(text, safe=f"{safe}-_.~")


def query_string(params: Mapping[str, str]) -> str:
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(params.items()))


def signed_headers(
    credentials: Credentials, method: str, url: str, params: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
) -> dict[str, str]:
    """The headers of a call, with its signature. ``url`` is encoded and has no query."""
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    sent = {name.lower(): value.strip() for name, value in headers.items()}
    sent |= {"host": urlsplit(url).netloc, "x-amz-date": moment, "x-amz-content-sha256": digest}
    names = ";".join(sorted(sent))
    signature = _signature(credentials, _request(method, url, query_string(params), sent, digest), moment)
    scope = f"{credentials.access_key}/{_scope(credentials, moment)}"
    return sent | {"authorization": f"{ALGORITHM} Credential={scope},SignedHeaders={names},Signature={signature}"}


def signed_url(credentials: Credentials, method: str, url: str, seconds: int, now: datetime) -> str:
    """A URL with which anybody may make one call for so long."""
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    params = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key}/{_scope(credentials, moment)}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    query = query_string(params)
    request = _request(method, url, query, {"host": urlsplit(url).netloc}, UNSIGNED)
    return f"{url}?{query}&X-Amz-Signature={_signature(credentials, request, moment)}"


def _request(method: str, url: str, query: str, headers: Mapping[str, str], digest: str) -> str:
    lines = [method, urlsplit(url).path or "/", query]
    lines += [f"{name}:{headers[name]}" for name in sorted(headers)]
    return "\n".join([*lines, "", ";".join(sorted(headers)), digest])


def _scope(credentials: Credentials, moment: str) -> str:
    return f"{moment[:8]}/{credentials.region}/s3/aws4_request"


def _signature(credentials: Credentials, request: str, moment: str) -> str:
    text = "\n".join([ALGORITHM, moment, _scope(credentials, moment), hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (moment[:8], credentials.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()
