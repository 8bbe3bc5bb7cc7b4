"""Talks to people: Telegram, the phone page, the terminal, the command line."""
