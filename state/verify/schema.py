"""Holds a file's tables, indexes, views and triggers against what its own migrations make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from typing import Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from state.errors import Damaged, Newer
from state.schema import applied_names, migration_names, migrations
from state.standing import VIEWS

_BOOKKEEPING: Final = frozenset({"_sqlite_migrations", "idx__sqlite_migrations_migration_set_name"})
_STATISTICS: Final = frozenset({"sqlite_stat1", "sqlite_stat4"})
"""What ``ANALYZE`` leaves: of no consequence but for speed."""
_VIEWS_MADE: Final = "standings"
"""The first migration that makes the views as `state.standing` has them: those of its time."""

Objects = Mapping[str, str]
"""``"<type> <name>"`` -> definition."""


def applied(db: Database) -> frozenset[str]:
    """Return the migrations that a file has had. Raises `Damaged` for another program's file, or `Newer`."""
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "_sqlite_migrations" not in tables:
        raise Damaged("it is not a file of this program")
    names = applied_names(db)
    newer = sorted(str(name) for name in names - migration_names())
    if newer:
        raise Newer(f"it was written by a newer version (it has {', '.join(newer)})")
    return names


class Schema:
    """The objects of a file, and those that it should have after the migrations that it has had."""

    def __init__(self, db: Database, had: frozenset[str]) -> None:
        self.db = db
        self.found, self.wanted = _objects(db), _made_by(had)
        if had != migration_names() and _VIEWS_MADE in had:
            # an older version made the views of its time; they hold nothing, and the next migration makes them anew
            self.found, self.wanted = _without_views(self.found), _without_views(self.wanted)

    @property
    def whole(self) -> bool:
        """Whether all tables are there, so that the content can be verified."""
        return not any(name not in self.found for name in self.wanted if name.startswith("table"))

    def faults(self) -> Iterator[tuple[str, str]]:
        """Yield what is missing, changed or foreign, as place and fault."""
        for name in sorted(self.wanted.keys() | self.found.keys()):
            if name not in self.found:
                yield f"schema, {name}", "is missing"
            elif name not in self.wanted:
                yield f"schema, {name}", "does not belong here"
            elif self.wanted[name] != self.found[name]:
                yield f"schema, {name}", "was changed"
        for (name,) in self.db.execute(
            "SELECT DISTINCT migration_set FROM _sqlite_migrations WHERE migration_set IS NOT 'prescreen'"
        ):
            yield f"schema, migrations of {name}", "do not belong here"


def _without_views(objects: Objects) -> Objects:
    views = {f"view {name}" for name in VIEWS}
    return {key: sql for key, sql in objects.items() if key not in views}


@cache
def _made_by(had: frozenset[str]) -> Objects:
    """Return the objects that these migrations make."""
    then = Migrations("prescreen")
    then._migrations = [migration for migration in migrations._migrations if migration.name in had]
    with closing(Database(memory=True).conn) as connection:
        fresh = Database(connection)
        then.apply(fresh)
        return _objects(fresh)


def _objects(db: Database) -> Objects:
    """Return every object with its definition; of what sqlite-utils keeps of migrations, only that it is there."""
    rows = db.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
    return {
        f"{kind} {name}": "" if name in _BOOKKEEPING else " ".join(sql.split())
        for kind, name, sql in rows
        if name not in _STATISTICS
    }
