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

from dialogs.languages import DEFAULT
from state import register
from state.codes import is_site
from state.database import writing
from state.errors import Refused, Unknown
from state.moments import Clock, stamp, utc_now

Role = Literal["clinician", "coordinator", "administrator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
SECRET_BYTES: Final = 24
"""192 random bits: 32 characters of a deep link, which takes 64."""
INVITATION_HOURS: Final = 72
DEFAULT_SITE: Final = "S01"
_COLUMNS: Final = "p.code, p.role, p.site, p.status, p.language, p.notified, p.created_at, p.seen_on"
"""Of `people` p, in the order of `Person`."""
_HOLDS: Final = (
    "(created_by IS NULL OR EXISTS (SELECT 1 FROM people"
    " WHERE code = created_by AND role = 'administrator' AND status = 'active'))"
)
"""SQL over `invitations`: who made it, if not the command line, may still let people in."""
_OPEN_INVITATIONS: Final = (
    "SELECT hash, role, site FROM invitations"
    f" WHERE used_at IS NULL AND revoked_at IS NULL AND expires_at > ? AND {_HOLDS}"
)
NOT_KNOWN: Final = ""
"""The language of somebody who never said it: that of their phone at the first message, or else they are asked then."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may, or might, use this file. ``since`` is a moment, ``seen_on`` the day of their last message."""

    code: str
    role: Role
    site: str
    status: str
    language: str
    notified: bool
    since: str = ""
    seen_on: str | None = None

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
    state: Literal["open", "used", "expired", "revoked", "withheld"]


class People:
    """Everyone who may use this file."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self.db = db
        self.clock = clock

    def find(self, channel: str, account: str) -> Person | None:
        """Return the person behind an account, active or not."""
        row = self.db.execute(
            f"SELECT {_COLUMNS} FROM accounts a"
            " JOIN people p ON p.code = a.person WHERE a.channel = ? AND a.account = ?",
            [channel, account],
        ).fetchone()
        return _person(row) if row else None

    def get(self, code: str) -> Person:
        """Return a person by code. Raises `Unknown`."""
        row = self.db.execute(f"SELECT {_COLUMNS} FROM people p WHERE code = ?", [code]).fetchone()
        if row is None:
            raise Unknown(f"there is no person {code}; prescreen people lists them")
        return _person(row)

    def all(self, site: str | None = None) -> list[Person]:
        rows = self.db.execute(
            f"SELECT {_COLUMNS} FROM people p WHERE ?1 IS NULL OR site = ?1 ORDER BY code",
            [site],
        )
        return [_person(row) for row in rows]

    def accounts_of(self, code: str, channel: str) -> list[str]:
        rows = self.db.execute(
            "SELECT account FROM accounts WHERE person = ? AND channel = ? ORDER BY account", [code, channel]
        )
        return [row[0] for row in rows]

    def add(
        self,
        role: Role,
        site: str,
        channel: str,
        account: str,
        language: str = DEFAULT,
        by: str | None = None,
    ) -> Person:
        """Add a person with an account. Raises `Refused` if it belongs to somebody who is not just that, and active."""
        with writing(self.db):
            known = self.find(channel, account)
            if known is None:
                return self._add(role, site, channel, account, language, by)
        if (known.role, known.site, known.active) == (role, site, True):
            return known
        raise Refused(
            f"account {account} is {known.code} already: {known.role} at {known.site}, {known.status}. To let a"
            f" suspended person in again: prescreen people --restore {known.code}. For another role or site:"
            f" prescreen people --change {known.code} --role {role} --site {site}"
        )

    def _add(
        self, role: Role, site: str, channel: str, account: str, language: str, by: str | None
    ) -> Person:
        self._site(site)
        code = f"{site}-P{self._last_number(site) + 1:02d}"
        self.db.execute(
            "INSERT INTO people (code, role, site, language, created_at) VALUES (?, ?, ?, ?, ?)",
            [code, role, site, language, stamp(self.clock())],
        )
        self.db.execute("INSERT INTO accounts VALUES (?, ?, ?)", [channel, account, code])
        self._enter("added", code, by)
        return self.get(code)

    def _last_number(self, site: str) -> int:
        """Return the greatest number that a person's code of this site ever had, here or in a merged file."""
        (number,) = self.db.execute(
            "SELECT coalesce(max(CAST(substr(code, length(?1) + 3) AS INTEGER)), 0) FROM"
            " (SELECT code FROM people UNION SELECT subject FROM register WHERE kind = 'person')"
            " WHERE substr(code, 1, length(?1) + 2) = ?1 || '-P'",
            [site],
        ).fetchone()
        return int(number)

    def change(
        self, code: str, role: Role | None = None, site: str | None = None, by: str | None = None
    ) -> Person:
        """Change a person's role or site; the code stays. Raises `Unknown` or `Refused`."""
        with writing(self.db):
            known = self.get(code)
            role, site = role or known.role, site or known.site
            if role != "administrator":
                self._keep_an_administrator(known)
            self._site(site)
            self.db.execute("UPDATE people SET role = ?, site = ? WHERE code = ?", [role, site, code])
            self._enter("changed", code, by)
            return self.get(code)

    def _keep_an_administrator(self, leaving: Person) -> None:
        """Refuse what would leave nobody who can let people in and shut them out."""
        if leaving.role != "administrator" or not leaving.active:
            return
        (others,) = self.db.execute(
            "SELECT count(*) FROM people WHERE role = 'administrator' AND status = 'active' AND code <> ?",
            [leaving.code],
        ).fetchone()
        if not others:
            raise Refused(
                f"{leaving.code} is the last active administrator: please make another one first"
                " (prescreen invite --role administrator)"
            )

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
        """Shut a person out from the next message on. Raises `Refused` for the last active administrator."""
        self._set_status(code, "suspended", by)

    def restore(self, code: str, by: str | None = None) -> None:
        self._set_status(code, "active", by)

    def _set_status(self, code: str, status: str, by: str | None) -> None:
        with writing(self.db):
            person = self.get(code)
            if person.status == status:
                return
            if status == "suspended":
                self._keep_an_administrator(person)
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
        """Make an invitation and return its secret, of which only a hash is kept."""
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

    def redeem(self, secret: str, channel: str, account: str, language: str = DEFAULT) -> Person | None:
        """Use an invitation up; ``None`` for a wrong, used, expired or revoked one, which are not told apart.

        ``None`` also for an account that is somebody's already: an invitation lets in, and changes nobody. One that
        an administrator made holds only while they are an active administrator.
        """
        wanted, now = _hash(secret), stamp(self.clock())
        with writing(self.db):
            invited = self._invited(wanted, now)
            if invited is None or self.find(channel, account) is not None:
                return None
            person = self._add(*invited, channel, account, language, None)
            self.db.execute(
                "UPDATE invitations SET used_by = ?, used_at = ? WHERE hash = ?", [person.code, now, wanted]
            )
            register.enter_row(self.db, self.clock(), "invitation", wanted, person.code, "used")
            return self.get(person.code)

    def _invited(self, wanted: str, now: str) -> tuple[Role, str] | None:
        """Find the role and the site of an open invitation by its hash, in the same time whether or not it fits."""
        invited = None
        for hashed, role, site in self.db.execute(_OPEN_INVITATIONS, [now]).fetchall():
            if hmac.compare_digest(hashed, wanted):
                invited = (role, site)
        return invited

    def invited_by(self, code: str) -> str | None:
        """Return who made the invitation by which a person came in; ``None`` if it was made on the command line."""
        row = self.db.execute("SELECT created_by FROM invitations WHERE used_by = ?", [code]).fetchone()
        return row[0] if row else None

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
            f" WHEN expires_at <= ? THEN 'expired' WHEN NOT {_HOLDS} THEN 'withheld' ELSE 'open' END"
            " FROM invitations ORDER BY created_at, hash",
            [now],
        )
        return [Invitation(*row) for row in rows]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _person(row: tuple[str, Role, str, str, str, int, str, str | None]) -> Person:
    code, role, site, status, language, notified, since, seen_on = row
    return Person(code, role, site, status, language, bool(notified), since, seen_on)
