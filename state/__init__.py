"""Keeps: the SQLite file, screenings, people, the audit trail, exports."""
