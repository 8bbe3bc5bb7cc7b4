"""The Bot API methods that the server knows, as a table; they check what Telegram checks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from bot.phone.markup import BadMarkup, parse_html
from bot.phone.world import Json, Person, World, buttons_of

MAX_COPY_TEXT: Final = 256
MAX_PLACEHOLDER: Final = 64


class Refused(Exception):  # noqa: N818  (Telegram's answer, not a programming error)
    """An answer with ``ok: false``."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes
    mime: str


Params = Mapping[str, Any]


class Methods:
    """The bot's side of the world."""

    def __init__(self, world: World, bot: Json) -> None:
        self.world = world
        self.bot = bot
        self.files: dict[str, Upload] = {}
        self.texts: dict[tuple[str, str], str] = {("name", ""): bot["first_name"]}
        self.default_commands: dict[str, list[Json]] = {}
        self.table: Final[dict[str, Callable[[Params, Mapping[str, Upload]], object]]] = {
            "getme": self.get_me,
            "sendmessage": self.send_message,
            "editmessagetext": self.edit_message_text,
            "editmessagereplymarkup": self.edit_message_reply_markup,
            "deletemessage": self.delete_message,
            "answercallbackquery": self.answer_callback_query,
            "senddocument": self.send_document,
            "sendphoto": self.send_photo,
            "sendchataction": self.send_chat_action,
            "getfile": self.get_file,
            "setmycommands": self.set_my_commands,
            "getmycommands": self.get_my_commands,
            "deletemycommands": self.delete_my_commands,
            "setmyname": lambda p, f: self._set_text("name", p, "name"),
            "getmyname": lambda p, f: {"name": self._text("name", p)},
            "setmydescription": lambda p, f: self._set_text("description", p, "description"),
            "getmydescription": lambda p, f: {"description": self._text("description", p)},
            "setmyshortdescription": lambda p, f: self._set_text("short", p, "short_description"),
            "getmyshortdescription": lambda p, f: {"short_description": self._text("short", p)},
            "setchatmenubutton": lambda p, f: True,
            "leavechat": lambda p, f: True,
            "deletewebhook": lambda p, f: True,
            "getwebhookinfo": lambda p, f: {
                "url": "", "has_custom_certificate": False, "pending_update_count": len(world.updates),
            },
            "setwebhook": self.set_webhook,
        }  # fmt: skip

    # messages ------------------------------------------------------------------------------------

    def get_me(self, params: Params, files: Mapping[str, Upload]) -> Json:
        return self.bot

    def send_message(self, params: Params, files: Mapping[str, Upload]) -> Json:
        person = self._person(params)
        return self.world.new_message(person, self.bot, self._text_content(params) | self._shown(params))

    def edit_message_text(self, params: Params, files: Mapping[str, Upload]) -> Json:
        person, message = self._own_message(params, "edit")
        content, markup = self._text_content(params), self._markup(params)
        return self._edit(person, message, {**content, "reply_markup": markup})

    def edit_message_reply_markup(self, params: Params, files: Mapping[str, Upload]) -> Json:
        person, message = self._own_message(params, "edit")
        return self._edit(person, message, {"reply_markup": self._markup(params)})

    def _edit(self, person: Person, message: Json, changes: Json) -> Json:
        if "reply_interface" in message:
            raise Refused(400, "Bad Request: message can't be edited")
        if all((message.get(key) or None) == (value or None) for key, value in changes.items()):
            raise Refused(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message",
            )
        edited = {**message, **changes, "edit_date": int(time.time())}
        edited = {key: value for key, value in edited.items() if value is not None}
        person.messages[message["message_id"]] = edited
        self.world.tell(person, {"event": "edit", "message": edited})
        return edited

    def delete_message(self, params: Params, files: Mapping[str, Upload]) -> bool:
        person, message = self._own_message(params, "delete")
        del person.messages[message["message_id"]]
        self.world.tell(person, {"event": "delete", "message_id": message["message_id"]})
        return True

    def answer_callback_query(self, params: Params, files: Mapping[str, Upload]) -> bool:
        person = self.world.queries.pop(str(params.get("callback_query_id")), None)
        if person is None:
            raise Refused(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        text = str(params.get("text") or "")
        if len(text) > 200:
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        if text:
            person.toasts.append(text)
        self.world.tell(person, {"event": "toast", "text": text, "alert": _flag(params.get("show_alert"))})
        return True

    def send_document(self, params: Params, files: Mapping[str, Upload]) -> Json:
        upload = self._upload(params, files, "document")
        file_id = self._keep(upload)
        document = {
            "file_id": file_id, "file_unique_id": file_id, "file_name": upload.name,
            "mime_type": upload.mime, "file_size": len(upload.content),
        }  # fmt: skip
        return self._send_media(params, {"document": document})

    def send_photo(self, params: Params, files: Mapping[str, Upload]) -> Json:
        file_id = self._keep(self._upload(params, files, "photo"))
        size = {"file_id": file_id, "file_unique_id": file_id, "width": 800, "height": 800}
        return self._send_media(params, {"photo": [size]})

    def _send_media(self, params: Params, content: Json) -> Json:
        person = self._person(params)
        if params.get("caption"):
            text, entities = self._parsed(params, "caption", int(MessageLimit.CAPTION_LENGTH))
            content |= {"caption": text, "caption_entities": entities}
        return self.world.new_message(person, self.bot, content | self._shown(params))

    def _upload(self, params: Params, files: Mapping[str, Upload], name: str) -> Upload:
        reference = str(params.get(name, ""))
        upload = files.get(reference.removeprefix("attach://")) or files.get(name)
        if upload is None:
            raise Refused(400, "Bad Request: there is no document in the request")
        return upload

    def _keep(self, upload: Upload) -> str:
        file_id = f"file{next(self.world.ids)}"
        self.files[file_id] = upload
        return file_id

    def send_chat_action(self, params: Params, files: Mapping[str, Upload]) -> bool:
        self.world.tell(self._person(params), {"event": "typing"})
        return True

    def get_file(self, params: Params, files: Mapping[str, Upload]) -> Json:
        file_id = str(params.get("file_id"))
        if file_id not in self.files:
            raise Refused(400, "Bad Request: invalid file_id")
        size = len(self.files[file_id].content)
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": size, "file_path": file_id}

    # profile -------------------------------------------------------------------------------------

    def set_my_commands(self, params: Params, files: Mapping[str, Upload]) -> bool:
        commands = params.get("commands") or []
        for command in commands:
            if not 1 <= len(command["command"]) <= 32 or not 1 <= len(command["description"]) <= 256:
                raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        self._scope(params)[str(params.get("language_code") or "")] = commands
        return True

    def get_my_commands(self, params: Params, files: Mapping[str, Upload]) -> list[Json]:
        return self._scope(params).get(str(params.get("language_code") or ""), [])

    def delete_my_commands(self, params: Params, files: Mapping[str, Upload]) -> bool:
        self._scope(params).pop(str(params.get("language_code") or ""), None)
        return True

    def _scope(self, params: Params) -> dict[str, list[Json]]:
        scope = params.get("scope") or {"type": "default"}
        if scope["type"] != "chat":
            return self.default_commands
        person = self._person(scope)
        self.world.tell(person, {"event": "commands"})
        return person.commands

    def commands_of(self, person: Person) -> list[Json]:
        """Give the commands that the person's phone shows."""
        for commands in (person.commands, self.default_commands):
            for language in (person.language_code[:2], ""):
                if language in commands:
                    return commands[language]
        return []

    def _text(self, what: str, params: Params) -> str:
        language = str(params.get("language_code") or "")
        return self.texts.get((what, language)) or self.texts.get((what, ""), "")

    def _set_text(self, what: str, params: Params, key: str) -> bool:
        self.texts[what, str(params.get("language_code") or "")] = str(params.get(key) or "")
        return True

    def set_webhook(self, params: Params, files: Mapping[str, Upload]) -> bool:
        raise Refused(400, "Bad Request: this local server has no webhooks; use getUpdates")

    # checks --------------------------------------------------------------------------------------

    def _person(self, params: Params) -> Person:
        try:
            person = self.world.people[int(params["chat_id"])]
        except (KeyError, ValueError, TypeError):
            raise Refused(400, "Bad Request: chat not found") from None
        if person.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return person

    def _own_message(self, params: Params, what: str) -> tuple[Person, Json]:
        person = self._person(params)
        message = person.messages.get(int(params.get("message_id") or 0))
        if message is None or not message["from"]["is_bot"]:
            raise Refused(400, f"Bad Request: message to {what} not found")
        return person, message

    def _text_content(self, params: Params) -> Json:
        text, entities = self._parsed(params, "text", int(MessageLimit.MAX_TEXT_LENGTH))
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        return {"text": text, "entities": entities}

    def _parsed(self, params: Params, key: str, limit: int) -> tuple[str, list[Json]]:
        text = str(params.get(key) or "")
        entities: list[Json] = []
        if str(params.get("parse_mode") or "").upper() == "HTML":
            try:
                text, entities = parse_html(text)
            except BadMarkup as error:
                raise Refused(400, f"Bad Request: can't parse entities: {error}") from error
        if len(text) > limit:
            raise Refused(400, f"Bad Request: {'message' if key == 'text' else key} is too long")
        return text, entities

    def _shown(self, params: Params) -> Json:
        """An inline keyboard stays with the message; any other markup only changes the phone's input field."""
        markup = self._markup(params)
        if markup is None:
            return {}
        return {"reply_markup" if "inline_keyboard" in markup else "reply_interface": markup}

    def _markup(self, params: Params) -> Json | None:
        markup: Json | None = params.get("reply_markup") or None
        if markup is None:
            return None
        for button in buttons_of({"reply_markup": markup}):
            _check_button(button)
        if len(str(markup.get("input_field_placeholder") or "")) > MAX_PLACEHOLDER:
            raise Refused(400, "Bad Request: input field placeholder is too long")
        return markup


def _check_button(button: Json) -> None:
    if not button.get("text"):
        raise Refused(400, "Bad Request: inline keyboard button text is empty")
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 1 <= size <= int(InlineKeyboardButtonLimit.MAX_CALLBACK_DATA):
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    elif "copy_text" in button:
        if not 1 <= len(button["copy_text"]["text"]) <= MAX_COPY_TEXT:
            raise Refused(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
    elif "url" not in button:
        raise Refused(400, "Bad Request: inline keyboard button must have an action")


def _flag(value: object) -> bool:
    return value in (True, "true", "True", 1, "1")
