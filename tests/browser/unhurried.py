"""``prescreen`` with a local Bot API server on whose clock people read before they type, however fast a test is."""

from __future__ import annotations

from bot.command import main
from bot.phone.server import LocalBotApi
from tests.endtoend.ward import unhurried

if __name__ == "__main__":
    defaults = LocalBotApi.__init__.__kwdefaults__
    assert defaults is not None
    defaults["clock"] = unhurried()
    main()
