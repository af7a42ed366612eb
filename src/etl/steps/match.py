"""Which rows speak of the same task, mark or product: counted once, and attributed to one unit.

By rule: the same id; where there is none, the same name (accents included) and the same owner. A row without an id, or
with an id that the register does not know, whose name is the register's is only proposed (a hold on the pair). Near
names never merge by themselves: "Phục tráng giống lúa Khẩu Hốc" and "… Khẩu Hốc và Tả Cù" are two tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from etl.model.forms import EntitySpec, TableSpec
from etl.model.periods import parse_period
from etl.text.names import fold, squeeze, tone_key

if TYPE_CHECKING:
    import pyarrow as pa

#: (text, day) → code of the unit that the text names, or None
OwnerOf = Callable[[str, date], str | None]
#: (kind of pair, unit, id or name, proposed entity) → the entity that a person chose, '' for apart, None while open
Decide = Callable[[str, str, str, str], str | None]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows that may be one entity. `row` is the index of the doubtful row, `entity` the one proposed for it.

    kind: id_missing | id_differs (against the register) | near_name (a row without an id, the same owner) | second_id (another
    id, the same second one). decided: the entity that a person chose, '' for its own, None while open.
    """

    row: int
    entity: str
    name: str
    kind: str
    id: str
    decided: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that says otherwise than the register, which wins."""

    row: int
    field: str
    own: Any
    register: Any


@dataclass(slots=True)
class Matching:
    """Rows with `_entity`, `_entity_name`, `_proposed`, `_owner`, `_speaks`; what is proposed; where the register overrules."""

    rows: pa.Table
    pairs: list[Pair] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def match(
    spec: TableSpec, rows: pa.Table, owner_of: OwnerOf, canonical: Mapping[str, str],
    decide: Decide,
) -> Matching:  # fmt: skip
    """Give every row its entity.

    rows: current rows of all units and periods in one canonical order (_period, _unit, _block, _line).
    canonical: tone key of a known spelling → published name. decide: what a person said of a pair.
    """
    import pyarrow as pa

    entity = spec.entity
    if entity is None or not rows.num_rows:
        return Matching(
            _with(
                rows,
                {
                    name: pa.nulls(rows.num_rows, pa.string())
                    for name in ("_entity", "_entity_name", "_proposed", "_owner")
                }
                | {"_speaks": pa.array([True] * rows.num_rows, pa.bool_())},
            )
        )
    work = _Work(entity, rows.to_pylist(), owner_of, canonical, decide)
    work.ids()
    names, owners, speaks = work.names(), work.owners(), work.speakers()
    result = Matching(rows, work.pairs)
    replaced = _register_wins(work, result) if entity.register else {}
    columns = {
        "_entity": pa.array(work.entities, pa.string()), "_entity_name": pa.array(names, pa.string()),
        "_proposed": pa.array(work.proposed(), pa.string()), "_owner": pa.array(owners, pa.string()),
        "_speaks": pa.array(speaks, pa.bool_()),
    }  # fmt: skip
    result.rows = _with(_replace(rows, replaced), columns)
    return result


#: of 100: below it two names are two things; letters that differ in their marks alone are none that differ
_NEAR = 92


class _Near:
    """Names and what bears them; asked for the one that a name is nearly. Two that are as near give none."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._entities: dict[str, set[str]] = {}
        for name, entity in names:
            if name:
                self._entities.setdefault(fold(name), set()).add(entity)
        self._known: dict[str, str | None] = {}

    def of(self, name: str) -> str | None:
        key = fold(name)
        if key not in self._known:
            self._known[key] = self._find(key) if key else None
        return self._known[key]

    def _find(self, key: str) -> str | None:
        from rapidfuzz import fuzz, process

        found = [hit[0] for hit in process.extract(key, list(self._entities), scorer=fuzz.ratio, score_cutoff=_NEAR)]
        best = {entity for other in found for entity in self._entities[other]}
        return best.pop() if len(best) == 1 else None


@dataclass
class _Work:
    spec: EntitySpec
    rows: Sequence[Mapping[str, Any]]
    owner_of: OwnerOf
    canonical: Mapping[str, str]
    decide: Decide
    entities: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)

    def ids(self) -> None:
        """Fill `entities`, one for each row."""
        register = self._register()
        by_name = {tone_key(name): entity for entity, name in register.values()}
        near = _Near((name, entity) for entity, name in register.values())
        for i, row in enumerate(self.rows):
            own = self._id(row)
            if own and own in register:
                self.entities.append(register[own][0])
                continue
            name = self._name(row)
            known = by_name.get(tone_key(name)) or (near.of(name) if register else None)
            if row["_unit"] != self.spec.register and known is not None:
                self.entities.append(self._proposed(i, row, known, own, "id_differs" if own else "id_missing"))
            else:
                self.entities.append(self._by_itself(row, own))
        if self.spec.id and self.spec.register is None:
            self._propose_others()

    def _propose_others(self) -> None:
        """Without a register: rows that bear the second id of another entity, and rows without an id under a near name."""
        owners: dict[str, list[tuple[str, str]]] = {}
        second: dict[str, str] = {}
        for entity, row in zip(self.entities, self.rows, strict=True):
            if self._id(row):
                owners.setdefault(self._owner(row), []).append((self._name(row), entity))
            if other := self._second(row):
                second.setdefault(other, entity)
        near = {owner: _Near(dict.fromkeys(names)) for owner, names in owners.items()}
        for i, row in enumerate(self.rows):
            own, entity = self._id(row), self.entities[i]
            twin = second.get(self._second(row), entity)
            if twin != entity:
                self.entities[i] = self._proposed(i, row, twin, own, "second_id")
            elif not own and (known := near.get(self._owner(row), _Near(())).of(self._name(row))) is not None:
                self.entities[i] = self._proposed(i, row, known, own, "near_name")

    def _owner(self, row: Mapping[str, Any]) -> str:
        return fold(str(row[self.spec.owner] or "")) if self.spec.owner else ""

    def _second(self, row: Mapping[str, Any]) -> str:
        return fold(str(row[self.spec.also] or "")).replace(" ", "") if self.spec.also else ""

    def proposed(self) -> list[str]:
        """Each row's entity; while a pair waits for a decision the one that is proposed, so that nothing is told twice."""
        waiting = {pair.row: pair.entity for pair in self.pairs if pair.decided is None}
        return [waiting.get(i, entity) for i, entity in enumerate(self.entities)]

    def _register(self) -> dict[str, tuple[str, str]]:
        """Comparable id → (entity, name) of the register's rows."""
        if self.spec.register is None:
            return {}
        found: dict[str, tuple[str, str]] = {}
        for row in self.rows:
            if row["_unit"] == self.spec.register and (own := self._id(row)):
                found[own] = (f"{self.spec.kind}:{row[self.spec.id or '']}", self._name(row))
        return found

    def _proposed(self, i: int, row: Mapping[str, Any], known: str, own: str, kind: str) -> str:
        text = str(row[self.spec.id or ""] or "")
        pair = Pair(
            i, known, self._name(row), kind, text, self.decide(kind, row["_unit"], text or self._name(row), known)
        )
        self.pairs.append(pair)
        return pair.decided or self._by_itself(row, own)

    def _by_itself(self, row: Mapping[str, Any], own: str) -> str:
        if own:
            return f"{self.spec.kind}:{row[self.spec.id or '']}"
        name = self._name(row)
        known = self.canonical.get(tone_key(name))
        owner = self._owner(row)
        return f"{self.spec.kind}:{known or tone_key(name)}" + (f"|{owner}" if owner and not known else "")

    def _id(self, row: Mapping[str, Any]) -> str:
        return fold(str(row[self.spec.id] or "")).replace(" ", "") if self.spec.id else ""

    def _name(self, row: Mapping[str, Any]) -> str:
        return squeeze(str(row[self.spec.name] or "")) if self.spec.name else ""

    def names(self) -> list[str]:
        """The published name where one spelling is known to the reference data, else the speaking row's own."""
        known: dict[str, str] = {}
        first: dict[str, str] = {}
        for entity, row in zip(self.entities, self.rows, strict=True):
            name = self._name(row)
            first.setdefault(entity, name)
            if (published := self.canonical.get(tone_key(name))) is not None:
                known.setdefault(entity, published)
        return [known.get(entity, first[entity]) for entity in self.entities]

    def owners(self) -> list[str]:
        """One unit for each entity, so that the districts add up to the province."""
        listers: dict[str, set[str]] = {}
        named: dict[str, str] = {}
        for entity, row in zip(self.entities, self.rows, strict=True):
            if row["_unit"] != self.spec.register:
                listers.setdefault(entity, set()).add(row["_unit"])
            if (unit := self._named_owner(row)) is not None:
                named.setdefault(entity, unit)
        return [
            named.get(entity) or min(listers.get(entity, ()), default=row["_unit"])
            for entity, row in zip(self.entities, self.rows, strict=True)
        ]

    def _named_owner(self, row: Mapping[str, Any]) -> str | None:
        if self.spec.listed and row["_unit"] == self.spec.register:
            listed = row[self.spec.listed] or []
            return listed[0] if listed else None
        if self.spec.owner and row[self.spec.owner]:
            return self.owner_of(str(row[self.spec.owner]), parse_period(row["_period"]).end)
        return None

    def speakers(self) -> list[bool]:
        """Of the rows of an entity in one period one speaks: the register's, else the owner's, else the first unit's."""
        best: dict[tuple[str, str], tuple[tuple[int, str, int], int]] = {}
        owners = self.owners()
        for i, (entity, row) in enumerate(zip(self.entities, self.rows, strict=True)):
            rank = [self.spec.register, owners[i], row["_unit"]].index(row["_unit"])
            key = (entity, row["_period"])
            place = ((rank, row["_unit"], i), i)
            if key not in best or place < best[key]:
                best[key] = place
        chosen = {i for _, i in best.values()}
        return [i in chosen for i in range(len(self.rows))]


def _register_wins(work: _Work, result: Matching) -> dict[str, list[Any]]:
    """The register's level and dates replace the districts' own; each difference is told."""
    spec = work.spec
    latest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for entity, row in zip(work.entities, work.rows, strict=True):
        if row["_unit"] == spec.register:
            latest[entity, row["_period"]] = row
            latest[entity, ""] = row
    replaced: dict[str, list[Any]] = {name: [row[name] for row in work.rows] for name in spec.wins}
    for i, (entity, row) in enumerate(zip(work.entities, work.rows, strict=True)):
        register = latest.get((entity, row["_period"])) or latest.get((entity, ""))
        if register is None or register is row:
            continue
        for name in spec.wins:
            if register[name] is not None and register[name] != row[name]:
                result.differences.append(Difference(i, name, row[name], register[name]))
                replaced[name][i] = register[name]
    return replaced


def _replace(rows: pa.Table, columns: Mapping[str, list[Any]]) -> pa.Table:
    import pyarrow as pa

    for name, values in columns.items():
        at = rows.schema.get_field_index(name)
        rows = rows.set_column(at, rows.schema.field(at), pa.array(values, rows.schema.field(at).type))
    return rows


def _with(rows: pa.Table, columns: Mapping[str, Any]) -> pa.Table:
    for name, values in columns.items():
        rows = rows.append_column(name, values)
    return rows
