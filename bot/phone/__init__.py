"""The local Bot API server and the phone page: Telegram in small, on loopback, for trials and for tests.

    server      the server                           loopback    nothing beyond this machine gets in
    bot_api     the bot's side: HTTP and token       methods     the methods that it knows
    parameters  what a call says                     refusals    what Telegram answers instead
    messages, keyboards, markup, pictures, profile   what the methods keep and show
    updates     what waits for the bot               world       people, chats, messages, files, presses
    control     the people's side, over HTTP         person      somebody with a phone
    journal     what happened in a chat              page, languages   the page and its words

It speaks Telegram's HTTP protocol to the real python-telegram-bot, and shows a chat in a browser. Nothing here knows
the rest of the project.
"""
