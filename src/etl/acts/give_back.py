"""The answer to what came out of a bucket: receipt and marked workbook into a bucket, under its unit and the key that was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from etl.pipeline import Stores
from etl.store.bucket import Bucket
from etl.store.incoming import FOLDER, path_of
from etl.store.ledger import DeliveryRecord
from etl.store.letterbox import Letterbox
from etl.store.outbox import UNKNOWN, Outbox, stirred, whose

OUTGOING = "ETL_OUTGOING"

#: how the inbox calls what came out of a bucket, before the key
_CAME = f"{FOLDER}/"


@dataclass(slots=True)
class GivenBack:
    """How many deliveries were answered."""

    deliveries: int = 0


def outgoing_of(environ: Mapping[str, str]) -> str:
    """The bucket and prefix into which answers go; '' where none is set."""
    return environ.get(OUTGOING, "").strip()


def give_back(stores: Stores, address: str, incoming: str = "") -> GivenBack:
    """Put what the outbox says of each file that came out of a bucket and has news since the last time.

    `incoming/huyen/BC.xlsx` is answered in `outgoing/<unit>/huyen/BC.xlsx/`, where the unit is the one that the content
    gives, as in the outbox; of a key that a unit has put several times the last delivery is. incoming: where it came from, so
    that a key that could be no path is answered as it was sent. Call it after the outbox was renewed. Raises UsageError for
    a wrong address, StoreError where the object store does not answer: what is left goes the next time.
    """
    bucket, noted = stores.settings.bucket(OUTGOING, address), Outbox(stores.settings.sent / "s3")
    done, position, result = noted.position(), stores.ledger.position(), GivenBack()
    if done == position:
        return result
    news = {d.name for d in stirred(stores.ledger, done if done <= position else 0) if d.name.startswith(_CAME)}
    units = _units(stores) if news else {}
    last = {
        (d.name, whose(units[d.sha256])): d
        for d in sorted(stores.ledger.deliveries(), key=lambda d: d.received_at)
        if d.name in news
    }
    keys = _keys(stores, incoming) if last and incoming else {}
    for (name, unit), delivery in sorted(last.items()):
        under = keys.get(name, name.removeprefix(_CAME))
        # once nobody's and now a unit's, or the other way round: it lies with one of them
        for other in {UNKNOWN, *units[delivery.sha256]} - {unit}:
            _renew(bucket, f"{other}/{under}", {})
        files = _files(stores, unit, delivery)
        _renew(bucket, f"{unit}/{under}", files)
        result.deliveries += bool(files)
    noted.reached(position)
    return result


def _renew(bucket: Bucket, folder: str, files: Mapping[str, bytes]) -> None:
    """These files and no others are in a folder of the bucket."""
    for old in set(bucket.names(folder)) - set(files):
        bucket.remove(f"{folder}/{old}")
    for file, data in files.items():
        bucket.put(f"{folder}/{file}", data)


def _units(stores: Stores) -> Mapping[str, set[str]]:
    """The units of which each content gave submissions."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in stores.ledger.submissions():
        found[one.sha256].add(one.unit)
    return found


def _keys(stores: Stores, incoming: str) -> dict[str, str]:
    """The name of a delivery → the key that it was sent under."""
    there = Letterbox(stores.settings.bucket("ETL_INCOMING", incoming)).listed()
    plain = [key for key in there if key.isprintable() and not {"", ".", ".."} & set(key.split("/"))]
    return {_CAME + path_of(key, apart=apart).as_posix(): key for key in plain for apart in (True, False)}


def _files(stores: Stores, unit: str, delivery: DeliveryRecord) -> dict[str, bytes]:
    folder = Outbox(stores.settings.outbox).folder(unit, delivery.id)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}
