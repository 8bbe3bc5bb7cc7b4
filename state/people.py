"""People, their roles and sites, and the invitations by which they come in. Deny by default.

A person is known by a pseudonymous code; which account of which channel that is stands in ``accounts``, which
is never exported. Of an invitation only a hash is kept. Every act is in the register.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, get_args

from sqlite_utils import Database

from state import register
from state.codes import is_site
from state.database import Clock, stamp, utc_now, writing
from state.errors import Unknown

Role = Literal["clinician", "coordinator", "administrator"]
ROLES: Final[tuple[str, ...]] = get_args(Role)
SECRET_BYTES: Final = 24
"""192 random bits: 32 characters of a deep link, which takes 64."""
INVITATION_HOURS: Final = 72
DEFAULT_SITE: Final = "S01"
NOT_KNOWN: Final = ""
"""The language of somebody who was added by account number: taken from Telegram at the first message."""


@dataclass(frozen=True, slots=True)
class Person:
    code: str
    role: Role
    site: str
    status: str
    language: str
    notified: bool

    @property
    def active(self) -> bool:
        return self.status == "active"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as it is listed: known by the beginning of its hash, never by its secret."""

    mark: str
    role: Role
    site: str
    created_by: str | None
    created_at: str
    expires_at: str
    state: Literal["open", "used", "expired", "revoked"]


class People:
    """Everyone who may use this file."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self.db = db
        self.clock = clock

    def find(self, channel: str, account: str) -> Person | None:
        """Give the person behind an account, active or not."""
        row = self.db.execute(
            "SELECT p.code, p.role, p.site, p.status, p.language, p.notified FROM accounts a"
            " JOIN people p ON p.code = a.person WHERE a.channel = ? AND a.account = ?",
            [channel, account],
        ).fetchone()
        return _person(row) if row else None

    def get(self, code: str) -> Person:
        """Give a person by code. Raises `Unknown`."""
        row = self.db.execute(
            "SELECT code, role, site, status, language, notified FROM people WHERE code = ?", [code]
        ).fetchone()
        if row is None:
            raise Unknown(f"person {code}")
        return _person(row)

    def all(self, site: str | None = None) -> list[Person]:
        rows = self.db.execute(
            "SELECT code, role, site, status, language, notified FROM people"
            " WHERE ?1 IS NULL OR site = ?1 ORDER BY code",
            [site],
        )
        return [_person(row) for row in rows]

    def accounts_of(self, code: str, channel: str) -> list[str]:
        rows = self.db.execute(
            "SELECT account FROM accounts WHERE person = ? AND channel = ? ORDER BY account", [code, channel]
        )
        return [row[0] for row in rows]

    def add(
        self, role: Role, site: str, channel: str, account: str, language: str = "en", by: str | None = None
    ) -> Person:
        """Add a person with an account; one who is known keeps the code and gets the role and site."""
        with writing(self.db):
            return self._add(role, site, channel, account, language, by)

    def _add(
        self, role: Role, site: str, channel: str, account: str, language: str, by: str | None
    ) -> Person:
        self._site(site)
        at = stamp(self.clock())
        known = self.find(channel, account)
        if known is not None:
            self.db.execute(
                "UPDATE people SET role = ?, site = ?, status = 'active' WHERE code = ?",
                [role, site, known.code],
            )
            self._enter("changed", known.code, by)
            return self.get(known.code)
        (count,) = self.db.execute("SELECT count(*) FROM people WHERE code LIKE ?", [f"{site}-P%"]).fetchone()
        code = f"{site}-P{count + 1:02d}"
        self.db.execute(
            "INSERT INTO people (code, role, site, language, created_at) VALUES (?, ?, ?, ?, ?)",
            [code, role, site, language, at],
        )
        self.db.execute("INSERT INTO accounts VALUES (?, ?, ?)", [channel, account, code])
        self._enter("added", code, by)
        return self.get(code)

    def _site(self, code: str) -> None:
        if not self.db.execute("SELECT 1 FROM sites WHERE code = ?", [code]).fetchone():
            if not is_site(code):
                raise ValueError(
                    f"site {code!r}: please use up to 8 capital letters and digits, a letter first,"
                    " and nothing that a spreadsheet reads as a date or a number"
                )
            self.db.execute("INSERT INTO sites VALUES (?, ?, ?)", [code, code, stamp(self.clock())])
            register.enter_row(self.db, self.clock(), "site", code, None, "made")

    def suspend(self, code: str, by: str | None = None) -> None:
        """Shut a person out from the next message on."""
        self._set_status(code, "suspended", by)

    def restore(self, code: str, by: str | None = None) -> None:
        self._set_status(code, "active", by)

    def _set_status(self, code: str, status: str, by: str | None) -> None:
        with writing(self.db):
            self.get(code)
            self.db.execute("UPDATE people SET status = ? WHERE code = ?", [status, code])
            self._enter(status, code, by)

    def set_language(self, code: str, language: str) -> Person:
        with writing(self.db):
            self.db.execute("UPDATE people SET language = ? WHERE code = ?", [language, code])
        return self.get(code)

    def set_notified(self, code: str, notified: bool) -> None:
        with writing(self.db):
            self.db.execute("UPDATE people SET notified = ? WHERE code = ?", [int(notified), code])

    def _enter(self, act: str, code: str, by: str | None) -> None:
        register.enter_row(self.db, self.clock(), "person", code, by, act)

    # invitations ---------------------------------------------------------------------------------

    def invite(
        self, role: Role, site: str = DEFAULT_SITE, by: str | None = None, hours: float = INVITATION_HOURS
    ) -> str:
        """Make an invitation and give its secret, which is not kept."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        now = self.clock()
        hashed = _hash(secret)
        with writing(self.db):
            self._site(site)
            self.db.execute(
                "INSERT INTO invitations (hash, role, site, created_by, created_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [hashed, role, site, by, stamp(now), stamp(now + timedelta(hours=hours))],
            )
            register.enter_row(self.db, now, "invitation", hashed, by, "made")
        return secret

    def redeem(self, secret: str, channel: str, account: str, language: str = "en") -> Person | None:
        """Use an invitation up; ``None`` for a wrong, used, expired or revoked one, which are not told apart."""
        wanted = _hash(secret)
        now = stamp(self.clock())
        with writing(self.db):
            found = None
            for hashed, role, site in self.db.execute(
                "SELECT hash, role, site FROM invitations"
                " WHERE used_at IS NULL AND revoked_at IS NULL AND expires_at > ?",
                [now],
            ).fetchall():
                if hmac.compare_digest(hashed, wanted):
                    found = (role, site)
            if found is None:
                return None
            person = self._add(found[0], found[1], channel, account, language, None)
            self.db.execute(
                "UPDATE invitations SET used_by = ?, used_at = ? WHERE hash = ?", [person.code, now, wanted]
            )
            register.enter_row(self.db, self.clock(), "invitation", wanted, person.code, "used")
            return self.get(person.code)

    def revoke(self, mark: str, by: str | None = None) -> bool:
        """Withdraw an open invitation by the mark it is listed under."""
        with writing(self.db):
            open_ones = self.db.execute(
                "SELECT hash FROM invitations WHERE substr(hash, 1, 8) = ?"
                " AND used_at IS NULL AND revoked_at IS NULL",
                [mark],
            ).fetchall()
            for (hashed,) in open_ones:
                self.db.execute(
                    "UPDATE invitations SET revoked_at = ? WHERE hash = ?", [stamp(self.clock()), hashed]
                )
                register.enter_row(self.db, self.clock(), "invitation", hashed, by, "revoked")
        return bool(open_ones)

    def invitations(self) -> list[Invitation]:
        now = stamp(self.clock())
        rows = self.db.execute(
            "SELECT substr(hash, 1, 8), role, site, created_by, created_at, expires_at,"
            " CASE WHEN used_at IS NOT NULL THEN 'used' WHEN revoked_at IS NOT NULL THEN 'revoked'"
            " WHEN expires_at <= ? THEN 'expired' ELSE 'open' END FROM invitations ORDER BY created_at, hash",
            [now],
        )
        return [Invitation(*row) for row in rows]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _person(row: tuple[str, Role, str, str, str, int]) -> Person:
    code, role, site, status, language, notified = row
    return Person(code, role, site, status, language, bool(notified))
