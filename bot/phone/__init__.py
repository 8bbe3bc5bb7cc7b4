"""The local Bot API server and the phone page: Telegram in small, on loopback, for trials and for tests.

It speaks Telegram's HTTP protocol to the real python-telegram-bot, and shows a chat in a browser. Nothing
here knows the rest of the project, and nothing here reaches beyond this machine.
"""
