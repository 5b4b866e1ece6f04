"""The bucket of a connection: S3's REST API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from piecework.pieces.amazon_s3.signing import Credentials, encoded, query_string, signed_headers, signed_url
from piecework.sdk import AuthCheck, CustomAuthValue, Http, HttpError, HttpResponse, PieceError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_FILES = 10_000


class Bucket:
    """Calls of one bucket. They raise PieceError with what the service says."""

    def __init__(self, http: Http, auth: CustomAuthValue, now: Callable[[], datetime]) -> None:
        self._http = http
        self._now = now
        self.name = str(auth["bucket"]).strip()
        self._credentials = Credentials(str(auth["accessKeyId"]).strip(), str(auth["secretAccessKey"]).strip(), str(auth["region"]))
        endpoint = str(auth.get("endpoint", "")).strip().rstrip("/")
        if endpoint and not endpoint.startswith(("http://", "https://")):
            endpoint = f"https://{endpoint}"
        suffix = "com.cn" if self._credentials.region.startswith("cn-") else "com"
        self._root = f"{endpoint or f'https://s3.{self._credentials.region}.amazonaws.{suffix}'}/{encoded(self.name)}"

    def url(self, key: str) -> str:
        """Of a file; without a key of the bucket."""
        return f"{self._root}/{encoded(key, '/')}" if key else self._root

    def signed_url(self, key: str, seconds: int) -> str:
        return signed_url(self._credentials, "GET", self.url(key), seconds, self._now())

    async def call(
        self, method: str, key: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> HttpResponse:
        """One signed call."""
        url, query = self.url(key), query_string(params or {})
        sent = signed_headers(self._credentials, method, url, params or {}, headers or {}, body, self._now())
        try:
            answer = await self._http.request(method, f"{url}?{query}" if query else url, headers=sent, content=body)
        except HttpError as error:
            raise PieceError(f"The service cannot be reached: {error}") from None
        if answer.status >= 300:
            raise PieceError(f"The service answers {answer.status}: {_reason(answer)}")
        return answer

    async def files(self, prefix: str, most: int) -> tuple[list[dict[str, Any]], bool]:
        """The files whose key begins with ``prefix``, and whether there are more than so many."""
        found: list[dict[str, Any]] = []
        token: str | None = None
        while True:
            params = {"list-type": "2", "max-keys": str(min(most - len(found), 1000)), "prefix": prefix}
            page = parsed((await self.call("GET", "", params | ({"continuation-token": token} if token else {}))).content)
            found += [{part.tag.rpartition("}")[2]: part.text or "" for part in one} for one in page.iterfind("{*}Contents")]
            token = page.findtext("{*}NextContinuationToken")
            if not token or len(found) >= most:
                return found, bool(token)


def parsed(content: bytes) -> Element:
    """An answer's XML. Raises PieceError for anything else."""
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(content)
    except (SyntaxError, ValueError):
        raise PieceError("The service's answer is not that of S3") from None


def _reason(answer: HttpResponse) -> str:
    try:
        error = parsed(answer.content)
    except PieceError:
        return answer.text[:200]
    return f"{error.findtext('{*}Code') or error.findtext('Code')}: {error.findtext('{*}Message') or error.findtext('Message')}"


async def try_connection(check: AuthCheck) -> None:
    """List one file."""
    await Bucket(check.http, check.auth, lambda: datetime.now(UTC)).files("", 1)
