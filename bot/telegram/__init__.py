"""The clinicians' channel: python-telegram-bot, wrapped so that nothing acknowledged is ever lost.

`request` carries one call, `polling` brings updates in and acknowledges them after the commit, `sending`
brings replies out, `redaction` keeps the token out of every log. Never imported at the start of the
command line: python-telegram-bot alone costs more than all of `prescreen --help` may.
"""

import os

# python-telegram-bot 22 warns at each RetryAfter unless asked for the type that version 23 will have;
# it reads the variable at that moment, so that no argument could say it.
os.environ.setdefault("PTB_TIMEDELTA", "true")
