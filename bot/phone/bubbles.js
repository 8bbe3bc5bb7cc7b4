// A message as a bubble. Everything is built as nodes: no text of a message is ever read as HTML.

import { element, icon } from "./elements.js";
import { clock, say, size } from "./phrases.js";
import { quotation } from "./quotations.js";

// Entities. Their offsets count UTF-16 code units, as the strings of this language do.

const WRAPPERS = {
  bold: () => element("b"),
  italic: () => element("i"),
  underline: () => element("u"),
  strikethrough: () => element("s"),
  code: () => element("code"),
  pre: () => element("pre"),
  blockquote: () => element("blockquote"),
  expandable_blockquote: () => quotation(),
  spoiler: () => spoiler(),
  text_link: (entity, _text, acts) => link(entity.url, acts),
  url: (_, text, acts) => link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, acts),
  bot_command: (_, text, acts) => element("button", { type: "button", className: "link", onclick: () => acts.send(text) }),
};

const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);

function spoiler() {
  const hidden = element("span", { className: "spoiler", tabIndex: 0, role: "button" });
  hidden.setAttribute("aria-label", say("spoiler"));
  const show = () => {
    hidden.classList.add("shown");
    hidden.removeAttribute("aria-label");
    hidden.removeAttribute("role");
  };
  hidden.onclick = show;
  hidden.onkeydown = (event) => event.key === "Enter" && show();
  return hidden;
}

function link(address, acts) {
  const secret = acts.startLink(address);
  if (secret !== null) return element("button", { type: "button", className: "link", onclick: () => acts.openStart(secret) });
  if (!/^https?:\/\//i.test(address)) return element("span");
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" });
}

function rich(text, entities, acts, from = 0, to = text.length) {
  const made = document.createDocumentFragment();
  let at = from;
  for (let index = 0; index < entities.length; ) {
    const entity = entities[index];
    const begin = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    const inner = [];
    for (index += 1; index < entities.length && entities[index].offset < end; index += 1) inner.push(entities[index]);
    const wrap = WRAPPERS[entity.type];
    if (begin >= end) continue;
    made.append(text.slice(at, begin));
    const content = rich(text, inner, acts, begin, end);
    if (wrap) {
      const wrapper = wrap(entity, text.slice(begin, end), acts);
      wrapper.append(content);
      made.append(wrapper);
    } else made.append(content);
    at = end + (BLOCKS.has(entity.type) && text[end] === "\n" ? 1 : 0); // a block ends its line itself
  }
  made.append(text.slice(at, to));
  return made;
}

// What a bubble holds, besides its text.

function photo(message, acts) {
  if (!message.photo) return null;
  const largest = message.photo.at(-1);
  const address = `phone/files/${largest.file_id}`;
  const image = element("img", { src: address, alt: message.caption || say("picture"), width: largest.width, height: largest.height });
  return element("button", { type: "button", className: "photo", onclick: () => acts.showPicture(address, image.alt) }, image);
}

function file(message) {
  const document_ = message.document;
  if (!document_) return null;
  const name = document_.file_name || "file";
  const anchor = element(
    "a",
    { className: "file", href: `phone/files/${document_.file_id}`, download: name },
    element("span", { className: "file-icon" }, icon("file")),
    element("span", { className: "file-name" }, name, element("small", {}, size(document_.file_size))),
  );
  anchor.setAttribute("aria-label", say("download", { name, size: size(document_.file_size) }));
  return anchor;
}

function others(message) {
  if (message.sticker) return element("p", { className: "sticker" }, message.sticker.emoji || "🙂");
  if (message.voice) return element("p", { className: "muted" }, `🎤 ${say("voice")}`);
  if (message.contact) return element("p", { className: "muted" }, `👤 ${say("contact", { name: message.contact.first_name })}`);
  return null;
}

function origin(message) {
  const from = message.forward_origin;
  if (!from) return null;
  return element("p", { className: "origin" }, say("forwarded", { name: from.sender_user_name || from.sender_user?.first_name || "?" }));
}

function quoted(message) {
  const replied = message.reply_to_message;
  if (!replied) return null;
  return element("p", { className: "quoted" }, plain(replied));
}

export const plain = (message) => message.text || message.caption || message.document?.file_name || say("picture");

// What is said of a message to those who do not see it, without the quotations that open.
export function brief(message) {
  let text = plain(message);
  const entities = message.entities ?? message.caption_entities ?? [];
  const folded = entities.filter(({ type }) => type === "expandable_blockquote").reverse();
  for (const { offset, length } of folded) text = text.slice(0, offset) + text.slice(offset + length);
  return text;
}

function words(message, acts) {
  const text = message.text ?? message.caption;
  if (!text) return null;
  const entities = message.entities ?? message.caption_entities ?? [];
  const made = element("div", { className: "words" }, rich(text, entities, acts));
  made.dataset.stamp = stampText(message); // the style keeps so much room free on the last line
  return made;
}

function stamp(message) {
  return element("time", { dateTime: new Date(message.date * 1000).toISOString() }, stampText(message));
}

// As in Telegram, only people's messages say that they were edited: a bot's card changes all the time.
const stampText = (message) => (message.edit_date && !message.from.is_bot ? `${say("edited")} ` : "") + clock(message.date);

function buttons(message, acts) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  return element("div", { className: "buttons" }, ...rows.map((row) => element("div", { className: "row" }, ...row.map((each) => button(message, each, acts)))));
}

const SIGNS = { copy_text: "copy", url: "open" };

function button(message, given, acts) {
  const kind = Object.keys(SIGNS).find((each) => each in given);
  const made = element("button", { type: "button" }, element("span", {}, given.text), kind ? icon(SIGNS[kind]) : null);
  if (given.callback_data !== undefined) made.dataset.data = given.callback_data;
  made.onclick = () => acts.press(message, given, made);
  return made;
}

// A bubble and the buttons below it.
export function bubble(message, acts) {
  const own = !message.from.is_bot;
  const body = element(
    "div",
    { className: "bubble" },
    element("span", { className: "visually-hidden" }, own ? `${say("you")}: ` : ""),
    origin(message),
    quoted(message),
    photo(message, acts),
    file(message),
    others(message),
    words(message, acts),
    stamp(message),
  );
  const item = element("li", { className: own ? "own" : "theirs", tabIndex: -1 }, body, buttons(message, acts));
  item.classList.toggle("bare", Boolean(message.photo) && !message.caption);
  item.dataset.message = message.message_id;
  return item;
}
