"""The tables. The first six are the truth; the rest are projections that a rebuild makes again from it.

States: an event is appended once and never changes (triggers refuse it). A lease is held until `expires`, then
anybody may take it over; `finished` leases are never taken again.
"""

import sqlalchemy as sa

meta = sa.MetaData()


def _table(name: str, *columns: sa.Column[object] | sa.Index | sa.PrimaryKeyConstraint) -> sa.Table:
    return sa.Table(name, meta, *columns)


def _text(name: str, **options: object) -> sa.Column[object]:
    return sa.Column(name, sa.Text, **options)  # type: ignore[arg-type]


def _int(name: str, **options: object) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), **options)  # type: ignore[arg-type]


def _real(name: str, **options: object) -> sa.Column[object]:
    return sa.Column(name, sa.Double, **options)  # type: ignore[arg-type]


# --- the truth -------------------------------------------------------------------------------------------------

events = _table(
    "events",
    _int("seq", primary_key=True, autoincrement=False),
    _text("at", nullable=False),
    _text("type", nullable=False),
    _int("version", nullable=False),
    _text("payload", nullable=False),
)
commands = _table(
    "commands",
    _text("key", primary_key=True),
    _int("first", nullable=False),
    _int("last", nullable=False),
)
texts = _table("texts", _text("id", primary_key=True), _text("text", nullable=False))
vectors = _table(
    "vectors",
    _text("id"),
    _text("fingerprint"),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("id", "fingerprint"),
)
leases = _table(
    "leases",
    _text("run_key", primary_key=True),
    _text("holder", nullable=False),
    _real("expires", nullable=False),
    sa.Column("finished", sa.Boolean, nullable=False, default=False),
)

migrations = _table("migrations", _int("number", primary_key=True, autoincrement=False))

# --- projections -----------------------------------------------------------------------------------------------

cursors = _table("cursors", _text("name", primary_key=True), _int("seq", nullable=False))

items = _table(
    "items",
    _text("item_id", primary_key=True),
    _int("seq", nullable=False),
    _text("task", nullable=False),
    _text("kind", nullable=False),  # candidate | edit | import
    _text("prompt_id"),
    _text("turn_id"),
    _text("parent_id"),
    _text("model_id"),
    _text("strategy"),
    _int("position"),
    _text("echo_of"),
    _real("novelty"),
    _text("source"),
    _real("reward"),
    _real("ratings", nullable=False),
    _text("reason_id"),
    _int("touched", nullable=False),  # the last event that changed this row: what the index follows
    sa.Column("hidden", sa.Boolean, nullable=False),
    sa.Column("forgotten", sa.Boolean, nullable=False),
    sa.Index("items_by_task", "task", "seq"),
    sa.Index("items_by_prompt", "prompt_id", "reward"),
    sa.Index("items_by_turn", "turn_id", "position"),
    sa.Index("items_by_touch", "touched", "item_id"),
)
feedback = _table(
    "feedback",
    _text("item_id"),
    _text("rater"),
    _text("kind"),  # rating | votes | pick | edit, and which turn, source or row it came from
    _real("value", nullable=False),
    _real("weight", nullable=False),
    _text("scores"),
    _int("seq", nullable=False),
    sa.PrimaryKeyConstraint("item_id", "rater", "kind"),
    sa.Index("feedback_by_rater", "rater"),
)
preferences = _table(
    "preferences",
    _int("seq"),
    _text("chosen"),
    _text("rejected"),
    _text("task", nullable=False),
    _text("prompt_id", nullable=False),
    _text("source", nullable=False),  # pick | edit | import
    _text("ref", nullable=False),  # the turn, the edit or the file that it came from
    _text("rater", nullable=False),
    _real("weight", nullable=False),  # share of the votes for the chosen one, in (0.5, 1]
    sa.PrimaryKeyConstraint("seq", "chosen", "rejected"),
    sa.Index("preferences_by_prompt", "prompt_id"),
)
turns = _table(
    "turns",
    _text("turn_id", primary_key=True),
    _int("seq", nullable=False),
    _text("at", nullable=False),
    _text("task", nullable=False),
    _text("prompt_id", nullable=False),
    _text("model_id", nullable=False),
    _text("strategy", nullable=False),
    _text("recalled", nullable=False),
    sa.Index("turns_by_seq", "seq"),
)
raters = _table(
    "raters",
    _text("rater", primary_key=True),
    _real("offset", nullable=False),
    _real("scale", nullable=False),
)
places = _table("places", _text("rater", primary_key=True), _text("bias", nullable=False))
means = _table("means", _text("task", primary_key=True), _real("mean", nullable=False))
datasets = _table(
    "datasets",
    _text("dataset_id", primary_key=True),
    _int("seq", nullable=False),
    _text("at", nullable=False),
    _text("task"),
    _int("upto", nullable=False),
    _text("counts", nullable=False),
    _text("sha256", nullable=False),
    _text("parent"),
)
models = _table(
    "models",
    _text("model_id", primary_key=True),
    _int("seq", nullable=False),
    _text("at", nullable=False),
    _text("run_id", nullable=False),
    _text("dataset_id", nullable=False),
    _text("method", nullable=False),
    _text("base", nullable=False),
    _text("parent"),
    _text("sha256", nullable=False),
    _text("metrics", nullable=False),
    _text("verdict"),  # NULL until evaluated, then promotable | refused
    _text("tainted"),  # the item whose words it was trained on and that was forgotten since
)
reward_models = _table(
    "reward_models",
    _text("reward_id", primary_key=True),
    _int("seq", nullable=False),
    _text("at", nullable=False),
    _text("kind", nullable=False),
    _text("tasks", nullable=False),
    _text("dataset_id", nullable=False),
    _text("sha256", nullable=False),
    _text("metrics", nullable=False),
    _text("tainted"),  # the item that it was fitted to and that was forgotten since
)
champions = _table(
    "champions",
    _int("seq", primary_key=True, autoincrement=False),
    _text("at", nullable=False),
    _text("model_id", nullable=False),
    _text("previous", nullable=False),
    sa.Column("rollback", sa.Boolean, nullable=False),
)
runs = _table(
    "runs",
    _text("run_id", primary_key=True),
    _int("seq", nullable=False),
    _text("started", nullable=False),
    _text("finished"),
    _text("job", nullable=False),
    _text("run_key"),
    _text("state", nullable=False),  # running | done | failed
    _text("outcome"),
)

TRUTH = (events, commands, texts, vectors, leases, migrations)
PROJECTIONS = tuple(t for t in meta.sorted_tables if t not in TRUTH)

REFUSE_CHANGES = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS events_no_{verb.lower()} BEFORE {verb} ON events "
        f"BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$",
        "CREATE OR REPLACE TRIGGER events_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()",
    ],
}
