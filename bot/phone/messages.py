"""The methods that write into a chat; they check what Telegram checks, and refuse in its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from telegram.constants import CallbackQueryLimit, ChatAction, FileSizeLimit, MessageLimit

from bot.phone.keyboards import checked
from bot.phone.markup import utf16_length
from bot.phone.parameters import Parameters
from bot.phone.pictures import mime_of_picture, size_of_picture
from bot.phone.refusals import NOT_MODIFIED, Refused, bad_request
from bot.phone.world import Chat, Json, StoredFile, World

INTERFACE: Final = "reply_interface"
"""Where a message keeps the reply keyboard or ForceReply that it was sent with: nobody can edit it then."""
ACTIONS: Final = frozenset(str(action.value) for action in ChatAction)


# sending


def send_message(world: World, asked: Parameters) -> Json:
    chat = world.reachable(asked.given.get("chat_id"))
    return _send(world, chat, asked, _text(asked))


def send_document(world: World, asked: Parameters) -> Json:
    chat = world.reachable(asked.given.get("chat_id"))
    file = _file(world, asked, "document")
    return _send(world, chat, asked, {"document": document_json(file), **_caption(asked)})


def send_photo(world: World, asked: Parameters) -> Json:
    chat = world.reachable(asked.given.get("chat_id"))
    file = _file(world, asked, "photo")
    return _send(world, chat, asked, {"photo": photo_json(file), **_caption(asked)})


def _send(world: World, chat: Chat, asked: Parameters, content: Json) -> Json:
    markup = checked(asked.structure("reply_markup"))
    content |= _reply_to(chat, asked)
    if asked.flag("protect_content"):
        content["has_protected_content"] = True
    if markup and "inline_keyboard" in markup:
        return world.new_message(chat, world.bot, content | {"reply_markup": markup})
    message = world.new_message(chat, world.bot, content | ({INTERFACE: markup} if markup else {}))
    if markup:
        _show_interface(chat, markup, message["message_id"])
    return without(message, INTERFACE)


def _show_interface(chat: Chat, markup: Json, message_id: int) -> None:
    chat.reply_with = None if "remove_keyboard" in markup else {**markup, "message_id": message_id}
    chat.journal.add({"event": "reply_with", "reply_with": chat.reply_with})


def _reply_to(chat: Chat, asked: Parameters) -> Json:
    given = asked.structure("reply_parameters") or {}
    message_id = given.get("message_id") or asked.integer("reply_to_message_id")
    if not message_id:
        return {}
    replied = chat.messages.get(message_id)
    if replied is not None:
        return {"reply_to_message": without(replied, INTERFACE, "reply_to_message")}
    if given.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def without(message: Json, *names: str) -> Json:
    return {key: value for key, value in message.items() if key not in names}


def send_chat_action(world: World, asked: Parameters) -> bool:
    chat = world.reachable(asked.given.get("chat_id"))
    if asked.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.journal.add({"event": "action", "action": asked.text("action")})
    return True


# content


def _text(asked: Parameters) -> Json:
    text, entities = asked.formatted("text", MessageLimit.MAX_TEXT_LENGTH, "message is too long")
    if not text:
        raise bad_request("message text is empty")
    return {"text": text} | ({"entities": entities} if entities else {})


def _caption(asked: Parameters) -> Json:
    text, entities = asked.formatted("caption", MessageLimit.CAPTION_LENGTH, "message caption is too long")
    content: Json = {"caption": text} if text else {}
    return content | ({"caption_entities": entities} if entities else {})


def _file(world: World, asked: Parameters, name: str) -> StoredFile:
    upload = asked.upload(name)
    if upload is None:
        return _known_file(world, asked.text(name), name)
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > FileSizeLimit.FILESIZE_UPLOAD:
        raise Refused(413, "Request Entity Too Large")
    if name == "photo":
        return _picture(world, upload.content)
    return world.add_file(upload.name, upload.mime, upload.content)


def _picture(world: World, content: bytes) -> StoredFile:
    if size_of_picture(content) is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return world.add_file("photo", mime_of_picture(content), content)


def _known_file(world: World, file_id: str, name: str) -> StoredFile:
    if not file_id:
        raise bad_request(f"there is no {name} in the request")
    if file_id not in world.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return world.files[file_id]


def document_json(file: StoredFile) -> Json:
    return {**file_json(file), "file_name": file.name, "mime_type": file.mime}


def photo_json(file: StoredFile) -> list[Json]:
    width, height = size_of_picture(file.content) or (1, 1)
    return [{**file_json(file), "width": width, "height": height}]


def file_json(file: StoredFile) -> Json:
    return {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(file.content)}


# changing


def edit_message_text(world: World, asked: Parameters) -> Json:
    chat, message = _own_message(world, asked, "edit")
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _edit(
        world, chat, message, {"text": None, "entities": None} | _text(asked) | _inline_markup(asked)
    )


def edit_message_caption(world: World, asked: Parameters) -> Json:
    chat, message = _own_message(world, asked, "edit")
    if not message.keys() & {"document", "photo"}:
        raise bad_request("there is no caption in the message to edit")
    new = {"caption": None, "caption_entities": None} | _caption(asked) | _inline_markup(asked)
    return _edit(world, chat, message, new)


def edit_message_reply_markup(world: World, asked: Parameters) -> Json:
    chat, message = _own_message(world, asked, "edit")
    return _edit(world, chat, message, _inline_markup(asked))


def _edit(world: World, chat: Chat, message: Json, new: Json) -> Json:
    if INTERFACE in message:
        raise bad_request("message can't be edited")
    if all(message.get(key) == value for key, value in new.items()):
        raise Refused(400, NOT_MODIFIED)
    edited = {**message, **new, "edit_date": int(world.clock())}
    edited = {key: value for key, value in edited.items() if value is not None}
    world.change_message(chat, edited)
    return edited


def _inline_markup(asked: Parameters) -> Json:
    """An edit without a keyboard takes the keyboard away."""
    markup = checked(asked.structure("reply_markup"))
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return {"reply_markup": markup}


def delete_message(world: World, asked: Parameters) -> bool:
    chat = world.reachable(asked.given.get("chat_id"))
    message_id = asked.integer("message_id")
    if message_id not in chat.messages:
        raise bad_request("message to delete not found")
    world.remove_message(chat, message_id)
    return True


def _own_message(world: World, asked: Parameters, act: str) -> tuple[Chat, Json]:
    chat = world.reachable(asked.given.get("chat_id"))
    message = chat.messages.get(asked.integer("message_id"))
    if message is None:
        raise bad_request(f"message to {act} not found")
    if message["from"]["id"] != world.bot["id"]:
        raise bad_request(f"message can't be {act}ed")
    return chat, message


# presses


def answer_callback_query(world: World, asked: Parameters) -> bool:
    text = asked.text("text")
    if utf16_length(text) > CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    query = world.answer_query(asked.text("callback_query_id"))
    answer = {"event": "answer", "query": query.id, "text": text, "alert": asked.flag("show_alert")}
    world.chats[query.chat].journal.add(answer)
    return True


METHODS: Final[Mapping[str, Callable[[World, Parameters], Any]]] = {
    "sendMessage": send_message,
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "sendChatAction": send_chat_action,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
}
