"""The tables come about by numbered migrations: a home of any earlier version is brought up to this one.

A migration that was released is never changed; what comes after it is a new one at the end of the list.
"""

from collections.abc import Callable

import sqlalchemy as sa

from loop import schema
from loop.database import LedgerUnusable


def first(db: sa.Connection) -> None:
    """Every table, and the triggers that keep events as they are."""
    schema.meta.create_all(db)
    for statement in schema.REFUSE_CHANGES[db.dialect.name]:
        db.exec_driver_sql(statement)


def second(db: sa.Connection) -> None:
    """The raters' biases to places; new homes have the table already."""
    schema.places.create(db, checkfirst=True)


def third(db: sa.Connection) -> None:
    """The reward models; new homes have the table already."""
    schema.reward_models.create(db, checkfirst=True)


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (first, second, third)


def version(db: sa.Connection) -> int:
    """How many migrations this database has seen. Raises LedgerUnusable for more than there are."""
    if not sa.inspect(db).has_table(schema.migrations.name):
        return 0
    number = db.execute(sa.select(sa.func.max(schema.migrations.c.number))).scalar() or 0
    if number > len(MIGRATIONS):
        raise LedgerUnusable("this home was made by a newer version of Reprise; update this one")
    return int(number)


def migrate(db: sa.Connection) -> None:
    """Run those that are missing, in the transaction that notes them."""
    for number, migration in enumerate(MIGRATIONS[version(db) :], start=version(db) + 1):
        migration(db)
        db.execute(sa.insert(schema.migrations).values(number=number))
