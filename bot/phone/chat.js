// The chat as it stands: what is known of it, and how it is shown.

import { changeWithFocus, moveFocusOn, takeTime, tell } from "./attention.js";
import { bubble, plain } from "./bubbles.js";
import { $, element } from "./elements.js";
import { day, inLanguage, isTitle, role, say } from "./phrases.js";
import { keepOpen } from "./quotations.js";
import { holding, isFollowed, toTheEnd } from "./scrolling.js";

const TYPING_MILLISECONDS = 5000;
const TOAST_MILLISECONDS = 3500;

// `setup` says who there are, `phone` is the chosen person's, `acts` is what a press or a link in a message does.
export const chat = { setup: null, phone: null, acts: null };

let typingEnds = 0;
let toastEnds = 0;
let isAwaited = false;

export function showAll() {
  showProfile();
  $("log").replaceChildren();
  let before = null;
  for (const message of chat.phone.messages) before = append(message, before);
  showReplyWith(chat.phone.reply_with);
  showStatus();
  toTheEnd(false);
}

export function showProfile() {
  document.title = say("title", { bot: chat.phone.bot.name });
  $("bot-name").textContent = chat.phone.bot.name;
  $("note").textContent = inLanguage(chat.setup.note);
  $("note").hidden = !$("note").textContent;
  $("about-text").textContent = chat.phone.bot.description || chat.phone.bot.short_description;
  const me = personaName(chat.phone.person);
  $("who-name").textContent = me.split(/[,，(（]/)[0].trim();
  $("who-initials").textContent = initials(me);
  $("who").setAttribute("aria-label", say("whoShort", { name: me }));
  showFooter();
}

function showFooter() {
  const isNew = chat.phone.messages.length === 0;
  $("about").hidden = chat.phone.messages.length > 0 || !$("about-text").textContent;
  $("start").hidden = !isNew && !chat.phone.is_blocked;
  $("start").textContent = say(chat.phone.is_blocked ? "unblock" : "start");
  $("composer").hidden = !$("start").hidden;
}

export function showStatus() {
  const isTyping = Date.now() < typingEnds;
  $("status").textContent = isTyping ? say("typing") : say("bot");
  $("status").classList.toggle("active", isTyping);
  $("typing").hidden = !isTyping;
  document.body.classList.remove("offline");
}

export function showOffline() {
  document.body.classList.add("offline");
  $("status").textContent = say(chat.phone ? "offline" : "connecting");
}

function append(message, before = chat.phone.messages.at(-1) ?? null) {
  if (!before || day(before.date) !== day(message.date)) {
    $("log").append(element("li", { className: "day" }, element("span", {}, day(message.date))));
  }
  const item = bubble(message, chat.acts);
  if (before && before.from.is_bot === message.from.is_bot) item.classList.add("follows");
  $("log").append(item);
  return message;
}

export function showMessage(message) {
  const isToFollow = isFollowed() || isAwaited || !message.from.is_bot;
  append(message);
  chat.phone.messages.push(message);
  if (message.from.is_bot) typingEnds = 0;
  showStatus();
  showFooter();
  if (message.from.is_bot) meet(itemOf(message.message_id), message);
  if (isToFollow) toTheEnd();
  else $("newest").hidden = false;
}

function meet(item, message, before = null) {
  isAwaited = false;
  takeTime(item);
  moveFocusOn();
  tell(message, before);
}

// A button was pressed here: what comes of it is to be seen, wherever the reader is.
export function awaitAnswer() {
  isAwaited = true;
}

export function showEdit(message) {
  const index = chat.phone.messages.findIndex((each) => each.message_id === message.message_id);
  const shown = itemOf(message.message_id);
  if (index < 0 || !shown) return;
  const before = chat.phone.messages[index];
  chat.phone.messages[index] = message;
  const changed = bubble(message, chat.acts);
  keepOpen(shown, changed);
  shown.classList.toggle("bare", changed.classList.contains("bare"));
  inPlace(shown, () => changeWithFocus(shown, () => shown.replaceChildren(...changed.childNodes)));
  if (message.from.is_bot && message.reply_markup) meet(shown, message, before);
  else tell(message, before);
}

// Whoever follows the end goes on doing so; for others nothing moves that they see.
function inPlace(item, change) {
  if (isFollowed()) return change();
  const isAbove = item.getBoundingClientRect().top < $("scroll").getBoundingClientRect().top;
  holding((isAbove && item.nextElementSibling) || item, change);
}

export function showDeletion(id) {
  chat.phone.messages = chat.phone.messages.filter((each) => each.message_id !== id);
  itemOf(id)?.remove();
  showFooter();
}

const itemOf = (id) => $("log").querySelector(`[data-message="${Number(id)}"]`);

export function showTyping() {
  typingEnds = Date.now() + TYPING_MILLISECONDS;
  showStatus();
  setTimeout(showStatus, TYPING_MILLISECONDS + 50);
  if (isFollowed()) toTheEnd();
}

export function showReplyWith(asked) {
  chat.phone.reply_with = asked;
  const repliedTo = asked?.force_reply ? chat.phone.messages.find((each) => each.message_id === asked.message_id) : null;
  $("reply").hidden = !repliedTo;
  $("reply-text").textContent = repliedTo ? plain(repliedTo) : "";
  $("text").placeholder = asked?.input_field_placeholder || say("message");
  $("keyboard").hidden = !asked?.keyboard;
  $("keyboard").replaceChildren(...(asked?.keyboard ?? []).map(keyRow));
  if (repliedTo) $("text").focus({ preventScroll: true });
}

function keyRow(row) {
  const keys = row.map((key) => element("button", { type: "button", onclick: () => chat.acts.send(key.text) }, key.text));
  return element("div", { className: "row" }, ...keys);
}

export function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => ($("toast").hidden = true), Math.max(TOAST_MILLISECONDS, text.length * 60));
}

// Names

function personaName(user) {
  const persona = chat.setup.personas.find((each) => each.id === user.id);
  return inLanguage(persona?.name ?? user.first_name);
}

function initials(name) {
  const words = name.split(/[\s,(（]+/).filter((word) => word && !isTitle(word));
  return /[\u4e00-\u9fff]/.test(name) ? name.slice(0, 1) : words[0]?.slice(0, 1).toUpperCase() ?? "?";
}

export function personLines(persona) {
  const name = inLanguage(persona.name);
  return [
    element("span", { className: "initials", ariaHidden: "true" }, initials(name)),
    element("span", { className: "lines" }, name, element("small", {}, role(persona.role))),
  ];
}
