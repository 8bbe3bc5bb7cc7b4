"""A person with a phone: sends and presses. Acts take effect at once."""

from __future__ import annotations

from typing import Any, Final

from bot.phone.markup import find_entities
from bot.phone.messages import INTERFACE, document_json, file_json, photo_json, without
from bot.phone.pictures import mime_of_picture
from bot.phone.world import Account, Chat, Json, World, buttons_of

GROUP: Final = -1_001_000_000_001
FOREVER: Final = 0


class Person:
    """Somebody who chats with the bot. `messages` are those on the phone, by their number."""

    def __init__(self, world: World, account: Account) -> None:
        self.world = world
        self.account = account
        self.chat: Chat = world.chats[account.id]

    @property
    def id(self) -> int:
        return self.account.id

    @property
    def user(self) -> Json:
        return self.account.user

    @property
    def messages(self) -> dict[int, Json]:
        return self.chat.messages

    # writing

    def send(self, text: str, *, reply_to: int | None = None) -> Json:
        """Type a message. As on a real phone it replies to the message that asked for a reply, if one did."""
        entities = find_entities(text)
        content: Json = {"text": text} | ({"entities": entities} if entities else {})
        return self.send_message(reply_to=reply_to, **content)

    def send_message(self, *, reply_to: int | None = None, **content: Any) -> Json:
        """Send any kind of message, given as the Bot API describes it."""
        self.chat.is_open = True
        content |= self._reply(reply_to)
        message = self.world.new_message(self.chat, self.account.user, content)
        self.world.updates.add({"message": message})
        return message

    def _reply(self, reply_to: int | None) -> Json:
        asked = self.chat.reply_with
        if reply_to is None and asked is not None and "force_reply" in asked:
            reply_to = asked["message_id"]
            self.cancel_reply()
        replied = self.messages.get(reply_to) if reply_to is not None else None
        return (
            {"reply_to_message": without(replied, INTERFACE, "reply_to_message")}
            if replied is not None
            else {}
        )

    def cancel_reply(self) -> None:
        """Close the reply that a message asked for, without writing one."""
        if self.chat.reply_with is not None:
            self.chat.reply_with = None
            self.chat.journal.add({"event": "reply_with", "reply_with": None})

    def edit(self, message_id: int, text: str) -> Json:
        """Change an own message."""
        entities: Json = {"entities": find_entities(text)} if find_entities(text) else {}
        old = {key: value for key, value in self.messages[message_id].items() if key != "entities"}
        message = {**old, "text": text, **entities, "edit_date": int(self.world.clock())}
        self.world.change_message(self.chat, message)
        self.world.updates.add({"edited_message": message})
        return message

    def forward(self, text: str, *, author: str = "Somebody else") -> Json:
        """Send on what somebody else wrote."""
        origin = {"type": "hidden_user", "date": int(self.world.clock()), "sender_user_name": author}
        return self.send_message(text=text, forward_origin=origin)

    def send_document(
        self, name: str, content: bytes, *, mime: str = "application/octet-stream", caption: str = ""
    ) -> Json:
        file = self.world.add_file(name, mime, content)
        return self._send_media({"document": document_json(file)}, caption)

    def send_photo(self, content: bytes, *, caption: str = "") -> Json:
        file = self.world.add_file("photo", mime_of_picture(content), content)
        return self._send_media({"photo": photo_json(file)}, caption)

    def send_voice(self, content: bytes = b"OggS", *, duration: int = 1) -> Json:
        file = self.world.add_file("voice.ogg", "audio/ogg", content)
        return self.send_message(voice={**file_json(file), "duration": duration, "mime_type": file.mime})

    def send_sticker(self, emoji: str = "👍") -> Json:
        file = self.world.add_file("sticker.webp", "image/webp", b"RIFF")
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self.send_message(sticker={**file_json(file), **shape, "emoji": emoji})

    def send_contact(self, phone_number: str = "+10000000000", first_name: str = "Somebody") -> Json:
        return self.send_message(contact={"phone_number": phone_number, "first_name": first_name})

    def _send_media(self, media: Json, caption: str) -> Json:
        return self.send_message(**(media | ({"caption": caption} if caption else {})))

    def send_in_group(self, text: str, *, group: int = GROUP) -> Json:
        """Write into a group that the bot is a member of."""
        chat = self.world.add_chat(group, "supergroup", "A group")
        chat.is_open = not chat.is_blocked
        entities = find_entities(text)
        content: Json = {"text": text} | ({"entities": entities} if entities else {})
        message = self.world.new_message(chat, self.account.user, content)
        self.world.updates.add({"message": message})
        return message

    # pressing

    def press(self, button: str, message_id: int | None = None) -> str:
        """Press a button by its label or its data, on the newest message that has it.

        Returns the number of the press; for a button that copies a text, the text, and the bot hears nothing.
        Raises `LookupError` when no such button is on the phone.
        """
        message, found = self._button(button, message_id)
        if "copy_text" in found:
            return str(found["copy_text"]["text"])
        if "callback_data" not in found:
            return str(found.get("url", ""))
        return self.press_data(message, found["callback_data"])

    def press_data(self, message: Json, data: str) -> str:
        """Press with any data, also forged, also on a message that is gone. Returns the number of the press."""
        query = self.world.add_query(self.chat)
        update = {
            "id": query.id,
            "from": self.account.user,
            "message": self.messages.get(message["message_id"]) or self._inaccessible(message),
            "chat_instance": str(self.chat.id),
            "data": data,
        }
        self.world.updates.add({"callback_query": update})
        return query.id

    def _inaccessible(self, message: Json) -> Json:
        return {"message_id": message["message_id"], "chat": self.chat.json, "date": 0}

    def _button(self, label: str, message_id: int | None) -> tuple[Json, Json]:
        shown = list(self.messages.values()) if message_id is None else [self.messages[message_id]]
        for message in reversed(shown):
            for button in buttons_of(message):
                if label in (button["text"], button.get("callback_data")):
                    return message, button
        raise LookupError(f"no button {label!r} on the phone")

    # leaving and coming back

    def block(self) -> None:
        """Block the bot, as a person can at any time."""
        self._set_membership("member", "kicked")

    def unblock(self) -> None:
        self._set_membership("kicked", "member")

    def _set_membership(self, old: str, new: str) -> None:
        self.chat.is_blocked = new == "kicked"
        change = {
            "chat": self.chat.json,
            "from": self.account.user,
            "date": int(self.world.clock()),
            "old_chat_member": self._member(old),
            "new_chat_member": self._member(new),
        }
        self.world.updates.add({"my_chat_member": change})

    def _member(self, status: str) -> Json:
        """Return the bot as a member of this chat; one that was blocked is so for ever."""
        until = {"until_date": FOREVER} if status == "kicked" else {}
        return {"user": self.world.bot, "status": status, **until}
