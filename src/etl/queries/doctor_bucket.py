"""`etl doctor` asks the object store: can a file be put, read, listed and taken away again?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from etl.errors import EtlError
from etl.mail.hosts import is_loopback
from etl.queries.conditions import BAD, GOOD, ODD, Check
from etl.settings import Settings
from etl.store.holder import me


def bucket_checks(settings: Settings) -> Iterator[Check]:
    """Whether an object can be put, read, listed and taken away again; nothing where the store is a folder."""
    if not settings.in_bucket:
        return
    place, said = settings.archive.below(".doctor"), b"etl doctor"
    name = me()
    what, where = "Kho đối tượng / object store", f"{settings.store} ({settings.door.endpoint or 'AWS'})"
    try:
        place.put(name, said)
        whole = place.read(name) == said and name in place.names()
        place.remove(name)
    except (EtlError, OSError) as error:
        todo = (
            "Xem AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID(_FILE), AWS_SECRET_ACCESS_KEY(_FILE), bucket đã có chưa và quyền "
            "đọc, ghi, liệt kê, xóa / look at them, whether the bucket exists, and at the rights to get, put, list and delete"
        )
        yield Check(what, BAD, f"{where}: {error}", todo)
        return
    open_way = settings.door.endpoint.startswith("http://") and not is_loopback(
        urlsplit(settings.door.endpoint).hostname or ""
    )
    state, todo = (GOOD, "") if whole else (BAD, "Hỏi người quản trị kho / ask whoever runs the store")
    told = (
        f"{where}, ghi và đọc được / can be written and read"
        if whole
        else f"{where}: đọc ra khác đã ghi / reads otherwise"
    )
    if whole and open_way:
        state, todo = ODD, "Số liệu đi không mã hóa; dùng https:// / data goes unencrypted; use https://"
    yield Check(what, state, told, todo)
