"""geo/maps.csv and the GeoJSON files that it names → outlines of units."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from etl.model.maps import Map, Shape
from etl.model.units import LEVELS, Units
from etl.store.reference.cells import Row, read_csv
from etl.store.reference.faults import Faults

FILE = "geo/maps.csv"
COLUMNS = ("file", "level", "valid_from", "valid_to", "attribution_vi", "attribution_en")


def read_maps(files: Mapping[str, bytes], units: Units, faults: Faults) -> tuple[Map, ...]:
    """Every map, in the order of the lines; none where a province has no maps.csv."""
    if FILE not in files:
        return ()
    return tuple(_map(row, files, units) for row in read_csv(FILE, files, COLUMNS, faults))


def _map(row: Row, files: Mapping[str, bytes], units: Units) -> Map:
    level = row.one_of("level", frozenset(LEVELS.values()))
    start, end = row.day("valid_from"), row.day("valid_to")
    shapes = tuple(_shapes(row, files.get(f"geo/{row.required('file')}")))
    _check(row, {shape.code for shape in shapes}, level, end or start, units)
    return Map(
        row.text("file"), level, start, end, row.required("attribution_vi"), row.required("attribution_en"), shapes
    )


def _shapes(row: Row, content: bytes | None) -> Iterator[Shape]:
    if content is None:
        row.tell("file", f"không có tệp geo/{row.text('file')}.", f"there is no file geo/{row.text('file')}.")
        return
    try:
        for feature in json.loads(content)["features"]:
            yield Shape(str(feature["properties"]["code"]), tuple(_rings(feature["geometry"])))
    except (ValueError, KeyError, TypeError) as error:
        row.tell(
            "file", f"không phải GeoJSON có mã đơn vị “code” ({error}).", f"is no GeoJSON with unit “code”s ({error})."
        )


def _rings(geometry: Mapping[str, Any]) -> Iterator[tuple[tuple[float, float], ...]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            yield tuple((float(point[0]), float(point[1])) for point in ring)


def _check(row: Row, codes: set[str], level: str, day: date | None, units: Units) -> None:
    """Every outline is of a unit that there is then: a code may be used again for another one."""
    if day is None or not codes:
        return
    known = {unit.code for unit in units.at_level(level, day)}
    for code in sorted(codes - known):
        row.tell(
            "file",
            f"không có đơn vị {code} cấp {level} vào {day}.",
            f"there is no unit {code} of level {level} on {day}.",
        )
