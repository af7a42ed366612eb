"""A bucket into which strangers put files: any key can be listed and read, whatever is in it.

Our own objects are read by pyarrow, which takes keys for paths: one key `a//b.xlsx`, or one with a NUL in it, and it lists
nothing any more. So these two requests are signed here (AWS's Signature Version 4), and keys come percent-encoded.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote_plus, urlsplit
from xml.etree import ElementTree

from etl.errors import UsageError
from etl.store.bucket import Bucket, Door

_SECONDS = 60
_NOTHING = hashlib.sha256(b"").hexdigest()
_SPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass(frozen=True, slots=True)
class Letterbox:
    """What lies under the prefix of a bucket, by its key without the prefix. Its keys must be given, no role of a machine will do."""

    bucket: Bucket

    def listed(self) -> dict[str, tuple[int, int]]:
        """Key → size in bytes and time of the last put in ns. Raises StoreError, UsageError where there are no keys to sign with."""
        prefix = f"{self.bucket.prefix}/" if self.bucket.prefix else ""
        asked = {"list-type": "2", "encoding-type": "url", "prefix": prefix}
        found: dict[str, tuple[int, int]] = {}
        while True:
            try:
                page = ElementTree.fromstring(self._asked("", asked))
            except (OSError, http.client.HTTPException, ElementTree.ParseError) as error:
                raise self.bucket.refused("", error) from error
            for one in page.iter(f"{_SPACE}Contents"):
                # a space comes as a plus
                key = unquote_plus(one.findtext(f"{_SPACE}Key", "")).removeprefix(prefix)
                put = datetime.fromisoformat(one.findtext(f"{_SPACE}LastModified", ""))
                found[key] = (int(one.findtext(f"{_SPACE}Size", "")), round(put.timestamp() * 1000) * 1_000_000)
            more = page.findtext(f"{_SPACE}NextContinuationToken")
            if not more:
                return found
            asked["continuation-token"] = more

    def read(self, key: str) -> bytes:
        """All its bytes. Raises StoreError."""
        try:
            return self._asked("/".join(part for part in (self.bucket.prefix, key) if part), {})
        except (OSError, http.client.HTTPException) as error:
            raise self.bucket.refused(key, error) from error

    def _asked(self, key: str, query: Mapping[str, str]) -> bytes:
        door = self.bucket.door
        if not door.key:
            raise UsageError(
                "ETL_INCOMING: cần AWS_ACCESS_KEY_ID và AWS_SECRET_ACCESS_KEY (hoặc …_FILE) / needs both, or their …_FILE"
            )
        way = urlsplit(door.endpoint or f"https://s3.{door.region}.amazonaws.com")
        # the key as it is: what is `..` in it is a name, and no folder
        path = quote(f"/{self.bucket.bucket}/{key}" if key else f"/{self.bucket.bucket}", safe="/~")
        line = "&".join(f"{quote(name, safe='~')}={quote(query[name], safe='~')}" for name in sorted(query))
        headers = signed(door, way.netloc, path, line, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
        if way.scheme == "http":
            connection = http.client.HTTPConnection(way.netloc, timeout=_SECONDS)
        else:
            known = ssl.create_default_context(cafile=door.authorities or None)
            connection = http.client.HTTPSConnection(way.netloc, timeout=_SECONDS, context=known)
        try:
            connection.request("GET", path + (f"?{line}" if line else ""), headers=headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            code = data.partition(b"<Code>")[2].partition(b"</Code>")[0].decode("ascii", "replace")
            raise OSError(f"HTTP {answer.status} {code[:60]}")
        return data


def signed(door: Door, host: str, path: str, query: str, moment: str) -> dict[str, str]:
    """The headers of a GET by which the store knows who asks. path, query: encoded. moment: 20261129T090000Z, in UTC."""
    headers = {"host": host, "x-amz-content-sha256": _NOTHING, "x-amz-date": moment}
    if door.token:
        headers["x-amz-security-token"] = door.token
    names = ";".join(sorted(headers))
    listed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join(("GET", path, query, listed, names, _NOTHING))
    scope = f"{moment[:8]}/{door.region}/s3/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{door.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    proof = hmac.digest(key, text.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={door.key}/{scope}, SignedHeaders={names}, Signature={proof}"
    )
    return headers
