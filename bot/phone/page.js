// The phone: who one is, the chat as it stands, and what one does with it.

import { bubble, element, icon, plain } from "./bubbles.js";
import { LANGUAGES, day, inLanguage, isTitle, language, role, say, speak } from "./phrases.js";
import { closeMenus, menuItem, toggleMenu } from "./menus.js";

const LARGEST_FILE = 20_000_000;
const TYPING_MILLISECONDS = 5000;
const TOAST_MILLISECONDS = 3500;
const PATIENCE_MILLISECONDS = 10_000;
const RETRY_MILLISECONDS = 1000;
const NEAR_THE_END = 60;

const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);

let setup = null;
let phone = null;
let news = null;
let follows = true;
let scrolled = 0;
let typingEnds = 0;
let toastEnds = 0;
const pressed = new Map();
const answered = new Set();

// Talking to the server

async function ask(path, body) {
  const asked = body === undefined ? {} : { method: "POST", ...payload(body) };
  const answer = await fetch(`phone/${path}`, asked);
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? answer.statusText);
  return answer.json();
}

function payload(body) {
  if (body instanceof FormData) return { body };
  return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function act(name, body = {}) {
  try {
    return await ask(`people/${phone.person.id}/${name}`, body);
  } catch {
    toast(say("failed"));
    return null;
  }
}

// Reading the chat, and its news

async function pickUp(person) {
  news?.close();
  news = null;
  try {
    setup = await ask("setup");
    const known = setup.personas.some((each) => each.id === person) || query.has("as");
    phone = await ask(`people/${known ? person : setup.personas[0].id}`);
  } catch {
    showOffline();
    setTimeout(pickUp, RETRY_MILLISECONDS, person);
    return;
  }
  remember("person", phone.person.id);
  pressed.clear();
  await bringLanguage();
  showAll();
  listen();
}

function listen() {
  const { id } = phone.person;
  news = new EventSource(`phone/people/${id}/changes?after=${phone.number}`);
  news.onmessage = ({ data }) => take(JSON.parse(data));
  news.onerror = () => {
    showOffline();
    if (news?.readyState === EventSource.CLOSED) setTimeout(pickUp, RETRY_MILLISECONDS, id);
  };
}

const NEWS = {
  hello: ({ run, is_complete: isComplete }) => (run === phone.run && isComplete ? showStatus() : pickUp(phone.person.id)),
  message: ({ message }) => showMessage(message),
  edit: ({ message }) => showEdit(message),
  delete: ({ message_id: id }) => showDeletion(id),
  answer: (answer) => showAnswer(answer),
  action: () => showTyping(),
  reply_with: ({ reply_with: asked }) => showReplyWith(asked),
  profile: () => refreshProfile(),
};

const take = (event) => NEWS[event.event]?.(event);

async function refreshProfile() {
  const { id } = phone.person;
  const { number, messages, ...profile } = await ask(`people/${id}`).catch(() => ({})); // a lost server is read anew
  if (profile.person?.id !== phone.person.id) return;
  Object.assign(phone, profile);
  showProfile();
}

// Showing

function showAll() {
  showProfile();
  $("log").replaceChildren();
  let before = null;
  for (const message of phone.messages) before = append(message, before);
  showReplyWith(phone.reply_with);
  showStatus();
  toTheEnd(false);
}

function showProfile() {
  document.title = say("title", { bot: phone.bot.name });
  $("bot-name").textContent = phone.bot.name;
  $("note").textContent = inLanguage(setup.note);
  $("note").hidden = !$("note").textContent;
  $("about-text").textContent = phone.bot.description || phone.bot.short_description;
  const me = personaName(phone.person);
  $("who-name").textContent = me.split(/[,，(（]/)[0].trim();
  $("who-initials").textContent = initials(me);
  $("who").setAttribute("aria-label", say("whoShort", { name: me }));
  showFooter();
}

function showFooter() {
  const isNew = phone.messages.length === 0;
  $("about").hidden = phone.messages.length > 0 || !$("about-text").textContent;
  $("start").hidden = !isNew && !phone.is_blocked;
  $("start").textContent = say(phone.is_blocked ? "unblock" : "start");
  $("composer").hidden = !$("start").hidden;
}

function showStatus() {
  const isTyping = Date.now() < typingEnds;
  $("status").textContent = isTyping ? say("typing") : say("bot");
  $("status").classList.toggle("active", isTyping);
  $("typing").hidden = !isTyping;
  document.body.classList.remove("offline");
}

function showOffline() {
  document.body.classList.add("offline");
  $("status").textContent = say(phone ? "offline" : "connecting");
}

function append(message, before = phone.messages.at(-1) ?? null) {
  if (!before || day(before.date) !== day(message.date)) {
    $("log").append(element("li", { className: "day" }, element("span", {}, day(message.date))));
  }
  const item = bubble(message, ACTS);
  if (before && before.from.is_bot === message.from.is_bot) item.classList.add("follows");
  $("log").append(item);
  return message;
}

function showMessage(message) {
  const isFollowed = follows || !message.from.is_bot;
  append(message);
  phone.messages.push(message);
  if (message.from.is_bot) typingEnds = 0;
  showStatus();
  showFooter();
  if (isFollowed) toTheEnd();
  else $("newest").hidden = false;
}

function showEdit(message) {
  const index = phone.messages.findIndex((each) => each.message_id === message.message_id);
  const shown = itemOf(message.message_id);
  if (index < 0 || !shown) return;
  const hadFocus = shown.contains(document.activeElement);
  phone.messages[index] = message;
  const item = bubble(message, ACTS);
  item.classList.toggle("follows", shown.classList.contains("follows"));
  shown.replaceWith(item);
  if (hadFocus) $("text").focus({ preventScroll: true });
}

function showDeletion(id) {
  phone.messages = phone.messages.filter((each) => each.message_id !== id);
  itemOf(id)?.remove();
  showFooter();
}

const itemOf = (id) => $("log").querySelector(`[data-message="${Number(id)}"]`);

function showTyping() {
  typingEnds = Date.now() + TYPING_MILLISECONDS;
  showStatus();
  setTimeout(showStatus, TYPING_MILLISECONDS + 50);
  if (follows) toTheEnd();
}

function showReplyWith(asked) {
  phone.reply_with = asked;
  const repliedTo = asked?.force_reply ? phone.messages.find((each) => each.message_id === asked.message_id) : null;
  $("reply").hidden = !repliedTo;
  $("reply-text").textContent = repliedTo ? plain(repliedTo) : "";
  $("text").placeholder = asked?.input_field_placeholder || say("message");
  $("keyboard").hidden = !asked?.keyboard;
  $("keyboard").replaceChildren(...(asked?.keyboard ?? []).map(keyRow));
  if (repliedTo) $("text").focus({ preventScroll: true });
}

function keyRow(row) {
  const keys = row.map((key) => element("button", { type: "button", onclick: () => ACTS.send(key.text) }, key.text));
  return element("div", { className: "row" }, ...keys);
}

function showAnswer({ query: id, text, alert }) {
  answered.add(id);
  settle(id);
  if (!text) return;
  if (!alert) return toast(text);
  $("alert-text").textContent = text;
  if (!$("alert").open) $("alert").showModal();
}

function settle(id) {
  pressed.get(id)?.classList.remove("busy");
  pressed.get(id)?.removeAttribute("aria-busy");
  pressed.delete(id);
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => ($("toast").hidden = true), Math.max(TOAST_MILLISECONDS, text.length * 60));
}

// Scrolling. The end is followed, also while pictures arrive, until the reader scrolls up.

const isAtTheEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < NEAR_THE_END;

function toTheEnd(isSmooth = true) {
  const calm = !isSmooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
  $("scroll").scrollTo({ top: $("scroll").scrollHeight, behavior: calm ? "instant" : "smooth" });
  $("newest").hidden = true;
  follows = true;
}

function noteScroll() {
  if (isAtTheEnd()) follows = true;
  else if ($("scroll").scrollTop < scrolled) follows = false;
  scrolled = $("scroll").scrollTop;
  if (follows) $("newest").hidden = true;
}

new ResizeObserver(() => follows && toTheEnd(false)).observe($("log"));

// Acting

const ACTS = {
  send: (text) => act("send", { text }),
  press,
  startLink,
  openStart,
  showPicture,
};

async function press(message, button, shown) {
  if (button.copy_text) return copy(button.copy_text.text);
  if (button.url) return openAddress(button.url);
  if (phone.reply_with?.force_reply) act("cancel_reply"); // the button is the answer now
  shown.classList.add("busy");
  shown.setAttribute("aria-busy", "true");
  const done = await act("press", { message: message.message_id, data: button.callback_data });
  const id = done?.query ?? Symbol("lost");
  pressed.set(id, shown);
  if (!done || answered.has(id)) return settle(id);
  setTimeout(settle, PATIENCE_MILLISECONDS, id);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(say("copied"));
  } catch {
    toast(say("notCopied", { text }));
  }
}

function openAddress(address) {
  const secret = startLink(address);
  if (secret !== null) return openStart(secret);
  if (/^https?:\/\//i.test(address)) window.open(address, "_blank", "noopener,noreferrer");
}

// The secret of a start link to this bot, or null. A link to this page is one too.
function startLink(address) {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const isThisPage = url.origin === location.origin && url.pathname === location.pathname;
  const name = url.protocol === "tg:" ? url.searchParams.get("domain") : url.pathname.slice(1);
  const isTelegram = ["t.me", "telegram.me", "telegram.dog"].includes(url.hostname) || url.protocol === "tg:";
  const isOurs = isTelegram && name?.toLowerCase() === phone.bot.username.toLowerCase();
  return isThisPage || isOurs ? url.searchParams.get("start") : null;
}

function openStart(secret) {
  const people = [...setup.personas].sort((one, other) => (other.id === phone.person.id) - (one.id === phone.person.id));
  $("link-people").replaceChildren(...people.map((persona) => opener(persona, secret)));
  $("link").showModal();
}

function opener(persona, secret) {
  const open = async () => {
    $("link").close();
    if (persona.id !== phone.person.id) await pickUp(persona.id);
    ACTS.send(`/start ${secret}`);
  };
  return element("button", { type: "button", className: "person", onclick: open }, ...personLines(persona));
}

function showPicture(address, text) {
  $("picture-image").src = address;
  $("picture-image").alt = text;
  $("picture").showModal();
}

async function sendTyped() {
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  fit();
  if (!(await act("send", { text }))) $("text").value = text;
}

async function sendFile(file) {
  if (file.size > LARGEST_FILE) return toast(say("tooLarge"));
  const form = new FormData();
  form.append("file", file, file.name);
  await act(["image/png", "image/jpeg"].includes(file.type) ? "photo" : "document", form);
}

function fit() {
  $("text").style.height = "auto";
  $("text").style.height = `${$("text").scrollHeight + 2}px`; // and its border
  $("send").classList.toggle("ready", $("text").value.trim() !== "");
}

// Who one is, and the language

function personaName(user) {
  const persona = setup.personas.find((each) => each.id === user.id);
  return inLanguage(persona?.name ?? user.first_name);
}

function initials(name) {
  const words = name.split(/[\s,(（]+/).filter((word) => word && !isTitle(word));
  return /[\u4e00-\u9fff]/.test(name) ? name.slice(0, 1) : words[0]?.slice(0, 1).toUpperCase() ?? "?";
}

function personLines(persona) {
  const name = inLanguage(persona.name);
  return [
    element("span", { className: "initials", ariaHidden: "true" }, initials(name)),
    element("span", { className: "lines" }, name, element("small", {}, role(persona.role))),
  ];
}

function whoItems() {
  const people = setup.personas.map((persona) =>
    menuItem("menuitemradio", persona.id === phone.person.id, () => pickUp(persona.id), ...personLines(persona), icon("check")),
  );
  const languages = LANGUAGES.map(({ code, name }) =>
    menuItem("menuitemradio", code === language(), () => choose(code), element("span", { className: "lines" }, name), icon("check")),
  );
  return [
    element("div", { role: "group", ariaLabel: say("people") }, ...people),
    element("div", { role: "group", ariaLabel: say("language"), className: "languages" }, ...languages),
  ];
}

async function choose(code) {
  speak(code);
  remember("language", code);
  await bringLanguage();
  showAll();
}

// The person's Telegram speaks the language of the page.
async function bringLanguage() {
  if (phone.person.language_code === language()) return;
  const persona = setup.personas.find((each) => each.id === phone.person.id);
  await act("language", { language_code: language(), ...(persona ? { first_name: inLanguage(persona.name) } : {}) });
  Object.assign(phone, await ask(`people/${phone.person.id}`));
}

function commandItems(typed = "") {
  const fitting = phone.commands.filter(({ command }) => `/${command}`.startsWith(typed));
  if (!fitting.length) return typed ? [] : [element("p", { className: "muted" }, say("noCommands"))];
  return fitting.map(({ command, description }) => {
    const use = () => {
      $("text").value = "";
      fit();
      $("text").focus();
      ACTS.send(`/${command}`);
    };
    return menuItem("menuitem", null, use, element("b", {}, `/${command}`), element("span", {}, description));
  });
}

// Memory of the browser; a private window may refuse it.

function remember(key, value) {
  try {
    localStorage.setItem(`phone-${key}`, value);
  } catch {
    // then it is asked again
  }
}

function recall(key) {
  try {
    return localStorage.getItem(`phone-${key}`);
  } catch {
    return null;
  }
}

// Wiring

$("composer").onsubmit = (event) => {
  event.preventDefault();
  sendTyped();
};
$("text").oninput = () => {
  fit();
  const typed = $("text").value;
  toggleMenu($("commands"), $("commands-menu"), /^\/\w*$/.test(typed) ? commandItems(typed) : [], false);
};
$("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    closeMenus();
    sendTyped();
  }
  if (event.key === "ArrowUp" && !$("commands-menu").hidden) {
    event.preventDefault();
    $("commands-menu").lastElementChild.focus();
  }
};
$("commands").onclick = () => toggleMenu($("commands"), $("commands-menu"), commandItems());
$("who").onclick = () => toggleMenu($("who"), $("who-menu"), whoItems());
$("start").onclick = () => (phone.is_blocked ? act("unblock").then(refreshProfile) : ACTS.send("/start"));
$("reply-cancel").onclick = () => act("cancel_reply");
$("newest").onclick = () => toTheEnd();
$("attach").onclick = () => $("file").click();
$("file").onchange = () => {
  if ($("file").files[0]) sendFile($("file").files[0]);
  $("file").value = "";
};
$("picture").onclick = () => $("picture").close();
$("scroll").onscroll = noteScroll;
addEventListener("resize", () => follows && toTheEnd(false));

async function begin() {
  speak(query.get("lang") ?? recall("language") ?? navigator.language);
  await pickUp(Number(query.get("as") ?? recall("person")));
  const secret = query.get("start");
  if (secret === null) return;
  history.replaceState(null, "", location.pathname);
  openStart(secret);
}

begin();
