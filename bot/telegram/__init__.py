"""The clinicians' channel: python-telegram-bot, wrapped so that nothing acknowledged is ever lost.

    service     one running bot, put together        stopping    a stop, and how long it may take
    channel     the way of one answer, top to bottom

    polling     takes updates in, acknowledges them  asking      one poll, however often it fails
    lanes       each person's updates, in order      window      up to where Telegram may forget
    updates     what an update says somebody did     entrance    who may come in

    sending     outboxes: order, tries, reports      pacing      pauses, and Telegram's ceilings
    replies     texts and buttons as calls           receivers   who may still have what is sent
    deliveries  which prompts arrived                remarks     what is not said twice in a minute

    background  what is done beside it, as jobs      processes   long work in other processes
    uploads     files that people sent               outages     a file that cannot be written
    profile     the bot's name and commands          healthz     /healthz
    pages       a text longer than a message

    calls       a message brought, and what is read of the answer

    request     one call of the Bot API: what is sent (bodies), what counts as an answer (responses), what an error
                may say (transport); limits: Telegram's; failures: errors that end no loop; logs, redaction

Never imported at the start of the command line: python-telegram-bot alone costs more than all of `prescreen --help`.
"""

import os
import warnings

# python-telegram-bot 22 warns at each RetryAfter unless asked for the type that version 23 will have;
# it reads the variable at that moment, so that no argument could say it.
os.environ.setdefault("PTB_TIMEDELTA", "true")
# `Bot.do_api_request` advises the methods that make objects of the whole answer.
warnings.filterwarnings("ignore", r"Please use 'Bot\.")
