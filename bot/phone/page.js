// The phone: who one is, news of the chat, and what one does with it.

import { typeAnyway } from "./attention.js";
import {
  awaitAnswer, chat, personLines, showAll, showDeletion, showEdit, showMessage, showOffline, showProfile, showReplyWith, showStatus,
  showTyping, toast,
} from "./chat.js";
import { $, element, icon } from "./elements.js";
import { recall, remember } from "./memory.js";
import { closeMenus, menuItem, toggleMenu } from "./menus.js";
import { LANGUAGES, inLanguage, language, say, speak } from "./phrases.js";
import { isFollowed, noteScroll, toTheEnd } from "./scrolling.js";

const LARGEST_FILE = 20_000_000;
const PATIENCE_MILLISECONDS = 10_000;
const RETRY_MILLISECONDS = 1000;

const query = new URLSearchParams(location.search);

let news = null;
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
    return await ask(`people/${chat.phone.person.id}/${name}`, body);
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
    chat.setup = await ask("setup");
    const known = chat.setup.personas.some((each) => each.id === person) || query.has("as");
    chat.phone = await ask(`people/${known ? person : chat.setup.personas[0].id}`);
  } catch {
    showOffline();
    setTimeout(pickUp, RETRY_MILLISECONDS, person);
    return;
  }
  remember("person", chat.phone.person.id);
  pressed.clear();
  await bringLanguage();
  showAll();
  listen();
}

function listen() {
  const { id } = chat.phone.person;
  news = new EventSource(`phone/people/${id}/changes?after=${chat.phone.number}`);
  news.onmessage = ({ data }) => take(JSON.parse(data));
  news.onerror = () => {
    showOffline();
    if (news?.readyState === EventSource.CLOSED) setTimeout(pickUp, RETRY_MILLISECONDS, id);
  };
}

const NEWS = {
  hello: ({ run, is_complete: isComplete }) =>
    run === chat.phone.run && isComplete ? showStatus() : pickUp(chat.phone.person.id),
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
  const { id } = chat.phone.person;
  const { number, messages, ...profile } = await ask(`people/${id}`).catch(() => ({})); // a lost server is read anew
  if (profile.person?.id !== chat.phone.person.id) return;
  Object.assign(chat.phone, profile);
  showProfile();
}

// Acting

const ACTS = {
  send: (text) => act("send", { text }),
  press,
  startLink,
  openStart,
  showPicture,
};

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

async function press(message, button, shown) {
  if (button.copy_text) return copy(button.copy_text.text);
  if (button.url) return openAddress(button.url);
  if (shown.closest(".buttons").querySelector(".busy")) return; // one press of a card at a time
  if (chat.phone.reply_with?.force_reply) act("cancel_reply"); // the button is the answer now
  awaitAnswer();
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
  const isOurs = isTelegram && name?.toLowerCase() === chat.phone.bot.username.toLowerCase();
  return isThisPage || isOurs ? url.searchParams.get("start") : null;
}

function openStart(secret) {
  const isMe = ({ id }) => id === chat.phone.person.id;
  const people = [...chat.setup.personas].sort((one, other) => isMe(other) - isMe(one));
  $("link-people").replaceChildren(...people.map((persona) => opener(persona, secret)));
  $("link").showModal();
}

function opener(persona, secret) {
  const open = async () => {
    $("link").close();
    if (persona.id !== chat.phone.person.id) await pickUp(persona.id);
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

function whoItems() {
  const people = chat.setup.personas.map((persona) =>
    menuItem("menuitemradio", persona.id === chat.phone.person.id, () => pickUp(persona.id), ...personLines(persona), icon("check")),
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
  if (chat.phone.person.language_code === language()) return;
  const persona = chat.setup.personas.find((each) => each.id === chat.phone.person.id);
  await act("language", { language_code: language(), ...(persona ? { first_name: inLanguage(persona.name) } : {}) });
  Object.assign(chat.phone, await ask(`people/${chat.phone.person.id}`));
}

function commandItems(typed = "") {
  const fitting = chat.phone.commands.filter(({ command }) => `/${command}`.startsWith(typed));
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
$("start").onclick = () => (chat.phone.is_blocked ? act("unblock").then(refreshProfile) : ACTS.send("/start"));
$("reply-cancel").onclick = () => act("cancel_reply");
$("newest").onclick = () => toTheEnd();
$("attach").onclick = () => $("file").click();
$("file").onchange = () => {
  if ($("file").files[0]) sendFile($("file").files[0]);
  $("file").value = "";
};
$("picture").onclick = () => $("picture").close();
$("scroll").onscroll = noteScroll;
$("scroll").onkeydown = typeAnyway;
addEventListener("resize", () => isFollowed() && toTheEnd(false));

async function begin() {
  chat.acts = ACTS;
  speak(query.get("lang") ?? recall("language") ?? navigator.language);
  await pickUp(Number(query.get("as") ?? recall("person")));
  const secret = query.get("start");
  if (secret === null) return;
  history.replaceState(null, "", location.pathname);
  openStart(secret);
}

begin();
