"""The tables, as migrations of sqlite-utils. Released migrations are never changed, only followed by more.

What people did is append-only, by trigger: ``screenings``, ``log``, ``verdicts``, ``protocols``, ``register``.
What merely helps to find it may change: ``positions`` (where each dialogue stands), ``people``, ``invitations``,
``asked`` and ``prompts`` (what stands on people's screens).
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from state import append_only, register, site_facts, standing

migrations: Final = Migrations("prescreen")

_TABLES: Final = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sites (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    code TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('clinician', 'coordinator', 'administrator')),
    site TEXT NOT NULL REFERENCES sites (code),
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    language TEXT NOT NULL DEFAULT 'en',
    notified INTEGER NOT NULL DEFAULT 1,
    current TEXT REFERENCES screenings (number),
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    channel TEXT NOT NULL,
    account TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (code),
    PRIMARY KEY (channel, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    hash TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    site TEXT NOT NULL REFERENCES sites (code),
    created_by TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_by TEXT REFERENCES people (code),
    used_at TEXT,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE protocols (
    sha256 TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE screenings (
    number TEXT PRIMARY KEY,
    site TEXT NOT NULL REFERENCES sites (code),
    sequence INTEGER NOT NULL,
    protocol TEXT NOT NULL REFERENCES protocols (sha256),
    person TEXT NOT NULL REFERENCES people (code),
    started_at TEXT NOT NULL,
    zone TEXT NOT NULL,
    channel TEXT NOT NULL,
    earlier TEXT REFERENCES screenings (number),
    hash TEXT NOT NULL,
    UNIQUE (site, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
    screening TEXT NOT NULL REFERENCES screenings (number),
    entry INTEGER NOT NULL,
    at TEXT NOT NULL,
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    question TEXT,
    value TEXT,
    unit TEXT,
    compared TEXT,
    compared_unit TEXT,
    detail TEXT,
    source TEXT,
    hash TEXT NOT NULL,
    PRIMARY KEY (screening, entry)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX log_source ON log (source) WHERE source IS NOT NULL;

CREATE TABLE verdicts (
    screening TEXT NOT NULL REFERENCES screenings (number),
    entry INTEGER NOT NULL,
    at TEXT NOT NULL,
    person TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('eligible', 'ineligible', 'undetermined')),
    first_failed TEXT,
    all_failed TEXT NOT NULL,
    unresolved TEXT NOT NULL,
    set_aside TEXT NOT NULL,
    asked INTEGER NOT NULL,
    PRIMARY KEY (screening, entry),
    FOREIGN KEY (screening, entry) REFERENCES log (screening, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdicts_at ON verdicts (at);

CREATE TABLE positions (
    screening TEXT PRIMARY KEY REFERENCES screenings (number),
    person TEXT NOT NULL,
    state TEXT NOT NULL,
    entries INTEGER NOT NULL,
    head TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    prompt INTEGER,
    prompted_entry INTEGER,
    reminded_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX positions_person ON positions (person, state);

CREATE TABLE register (
    origin TEXT NOT NULL,
    entry INTEGER NOT NULL,
    at TEXT NOT NULL,
    person TEXT,
    kind TEXT NOT NULL,
    subject TEXT,
    detail TEXT,
    hash TEXT NOT NULL,
    PRIMARY KEY (origin, entry)
) STRICT, WITHOUT ROWID;
"""

_VIEWS: Final = """
CREATE VIEW screening_log AS
SELECT
    s.number AS screening,
    s.site,
    s.person AS started_by,
    s.started_at,
    CASE WHEN p.state IN ('completed', 'cancelled') THEN p.state ELSE 'open' END AS state,
    v.at AS saved_at,
    v.person AS saved_by,
    CASE v.verdict WHEN 'eligible' THEN 'potentially eligible' ELSE v.verdict END AS verdict,
    v.first_failed,
    (SELECT group_concat(value, ' ') FROM json_each(v.all_failed)) AS all_failed,
    (SELECT group_concat(value, ' ') FROM json_each(v.unresolved)) AS unresolved,
    v.asked AS questions_asked,
    s.earlier AS earlier_screening,
    t.id AS protocol,
    t.version AS protocol_version,
    s.protocol AS protocol_sha256
FROM screenings s
JOIN protocols t ON t.sha256 = s.protocol
JOIN positions p ON p.screening = s.number
LEFT JOIN verdicts v ON v.screening = s.number
    AND v.entry = (SELECT max(entry) FROM verdicts WHERE screening = s.number);

CREATE VIEW answers AS
SELECT
    l.screening,
    l.entry,
    l.at,
    l.person,
    l.question,
    l.value,
    l.unit,
    l.compared,
    l.compared_unit,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM log n
            WHERE n.screening = l.screening AND n.entry > l.entry AND n.kind = 'answer' AND n.question = l.question
        ) THEN 'superseded'
        WHEN EXISTS (
            SELECT 1 FROM verdicts v, json_each(v.set_aside) a
            WHERE v.screening = l.screening
                AND v.entry = (SELECT max(entry) FROM verdicts WHERE screening = l.screening)
                AND a.value = l.question
        ) THEN 'set aside'
        ELSE 'current'
    END AS status
FROM log l
WHERE l.kind = 'answer';

CREATE VIEW open_items AS
SELECT
    v.screening,
    s.site,
    v.person,
    v.at AS undetermined_since,
    u.value AS criterion
FROM verdicts v
JOIN screenings s ON s.number = v.screening
JOIN positions p ON p.screening = v.screening AND p.state = 'completed'
JOIN json_each(v.unresolved) u
WHERE v.verdict = 'undetermined'
    AND v.entry = (SELECT max(entry) FROM verdicts WHERE screening = v.screening);
"""


def migration_names() -> frozenset[str]:
    """Return the names of all migrations that this version knows."""
    return frozenset(migration.name for migration in migrations._migrations)


def applied_names(db: Database) -> frozenset[str]:
    """Return the names of the migrations that a file has had; changes nothing in it."""
    rows = db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'prescreen'")
    return frozenset(row[0] for row in rows)


@migrations()
def initial(db: Database) -> None:
    """The first released schema."""
    statements = _TABLES + _VIEWS
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)
    for table in append_only.TABLES:
        append_only.refuse(db, table)


@migrations()
def standings(db: Database) -> None:
    """One place says which answers are current; older files get what they had not written down for it."""
    from state.replay import write_set_aside  # takes the dialogues in, which only older files need here

    db.execute("ALTER TABLE positions ADD COLUMN set_aside TEXT NOT NULL DEFAULT '[]'")
    standing.make_views(db)
    append_only.allow(db, "verdicts", ["update"])
    write_set_aside(db)
    append_only.refuse(db, "verdicts", ["update"])


@migrations()
def prompts(db: Database) -> None:
    """What each person was asked last, and which messages of each chat ask what."""
    db.execute(
        "CREATE TABLE asked (person TEXT PRIMARY KEY REFERENCES people (code), screening TEXT NOT NULL,"
        " entry INTEGER NOT NULL, kind TEXT NOT NULL, ordinal INTEGER NOT NULL) STRICT, WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE prompts (chat TEXT NOT NULL, message INTEGER NOT NULL, screening TEXT NOT NULL,"
        " entry INTEGER NOT NULL, kind TEXT NOT NULL, ordinal INTEGER NOT NULL, at INTEGER NOT NULL,"
        " PRIMARY KEY (chat, message)) STRICT, WITHOUT ROWID"
    )


@migrations()
def known_from_the_start(db: Database) -> None:
    """The register knows each screening from its start, and the rows of people, sites and invitations."""
    db.execute("CREATE INDEX register_numbers ON register (subject) WHERE kind = 'numbers'")
    register.enter_older_rows(db)


@migrations()
def outcomes_of_subjects(db: Database) -> None:
    """One place also says what came of a subject; the indexes find its screenings and what was noted."""
    db.execute("CREATE INDEX screenings_earlier ON screenings (earlier) WHERE earlier IS NOT NULL")
    db.execute("CREATE INDEX log_outcomes ON log (screening, entry) WHERE kind = 'outcome'")
    standing.make_views(db)


@migrations()
def days_of_last_messages(db: Database) -> None:
    """On which day each person was last heard of; of an older file, as far as its log tells."""
    db.execute("ALTER TABLE people ADD COLUMN seen_on TEXT")
    db.execute(
        "UPDATE people SET seen_on = substr(heard.at, 1, 10)"
        " FROM (SELECT person, max(at) AS at FROM log GROUP BY person) heard WHERE heard.person = people.code"
    )


@migrations()
def verdicts_of_parts(db: Database) -> None:
    """A verdict says what each part of the trial came to; trials of older files have none."""
    db.execute("ALTER TABLE verdicts ADD COLUMN parts TEXT NOT NULL DEFAULT '[]'")
    standing.make_views(db)


@migrations()
def facts_of_sites(db: Database) -> None:
    """Finds what people of a site have answered about it."""
    db.execute(site_facts.INDEX)


@migrations()
def matchings(db: Database) -> None:
    """Views leave out what is a matching with several trials."""
    standing.make_views(db)


@migrations()
def trials_of_sites(db: Database) -> None:
    """Finds how a trial stands at a site; what is open says of which trial it is."""
    standing.make_views(db)
    db.execute("CREATE INDEX register_trials ON register (subject, entry) WHERE kind = 'trial'")


@migrations()
def numbers_worked_out(db: Database) -> None:
    """A verdict says to which numbers the answers come that it rests on and that are worked out from others."""
    from state.replay import write_worked_out

    db.execute("ALTER TABLE verdicts ADD COLUMN worked_out TEXT NOT NULL DEFAULT '{}'")
    standing.make_views(db)
    append_only.allow(db, "verdicts", ["update"])
    write_worked_out(db)
    append_only.refuse(db, "verdicts", ["update"])
