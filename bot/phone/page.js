// The phone page: shows what the local server says, sends what the person does. Text is only ever set as text.
"use strict";

const SAY = {
  en: { local: "Local trial: nothing goes to Telegram", who: "Who you are", language: "Language", chat: "Chat",
    commands: "Commands", attach: "Send a file", message: "Message", send: "Send", cancel_reply: "Do not reply",
    start: "Start", empty: "No messages yet.", online: "bot · local trial", offline: "reconnecting …",
    typing: "typing …", copied: "Copied", you: "you", no_commands: "No commands for this person", placeholder: "Message" },
  zh: { local: "本机试用:内容不会发送到Telegram", who: "身份", language: "语言", chat: "聊天", commands: "命令",
    attach: "发送文件", message: "消息", send: "发送", cancel_reply: "不回复", start: "开始", empty: "还没有消息。",
    online: "机器人 · 本机试用", offline: "正在重连…", typing: "正在输入…", copied: "已复制", you: "您",
    no_commands: "该身份没有命令", placeholder: "消息" },
};
const $ = (id) => document.getElementById(id);
let state = null, stream = null, replyTo = null, retry = 500;
const shown = new Map();
const say = (key) => SAY[$("language").value.startsWith("zh") ? "zh" : "en"][key];
const named = (text) => typeof text === "string" ? text : text[$("language").value.startsWith("zh") ? "zh" : "en"] || text.en || "";

async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ person: state.person, ...body }) });
  if (!response.ok) throw new Error(response.status);
}

function words() {
  document.documentElement.lang = $("language").value.startsWith("zh") ? "zh-Hans" : "en";
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-say-label]")) element.setAttribute("aria-label", say(element.dataset.sayLabel));
  $("text").placeholder = say("placeholder");
  $("note").textContent = named(state.note);
  for (const option of $("persona").options) option.textContent = named(state.personas.find((p) => String(p.id) === option.value).name);
}

async function enter(person) {
  if (stream) stream.close();
  const response = await fetch(`phone/state${person ? `?person=${person}` : ""}`);
  if (!response.ok) throw new Error(response.status);
  state = await response.json();
  $("bot-name").textContent = state.bot.first_name;
  if (!$("persona").options.length) for (const p of state.personas) $("persona").add(new Option(named(p.name), p.id));
  $("persona").value = state.person;
  $("language").value = state.language.startsWith("zh") ? "zh-hans" : "en";
  words();
  $("chat").replaceChildren();
  shown.clear();
  reply(null);
  for (const message of state.messages) draw(message);
  if (!state.messages.length) welcome();
  bottom();
  listen();
}

function listen() {
  stream = new EventSource(`phone/events?person=${state.person}`);
  stream.onopen = () => { $("status").textContent = say("online"); retry = 500; };
  stream.onerror = () => {
    $("status").textContent = say("offline");
    stream.close();
    setTimeout(() => enter(state.person).catch(() => stream.onerror()), retry = Math.min(retry * 2, 5000));
  };
  stream.onmessage = ({ data }) => {
    const news = JSON.parse(data);
    if (news.event === "message") { $("chat").querySelector(".empty")?.remove(); draw(news.message); bottom(); $("status").textContent = say("online"); }
    else if (news.event === "edit") draw(news.message);
    else if (news.event === "delete") { shown.get(news.message_id)?.remove(); shown.delete(news.message_id); }
    else if (news.event === "toast") { free(); if (news.text) toast(news.text); }
    else if (news.event === "typing") $("status").textContent = say("typing");
    else if (news.event === "commands") fetch(`phone/state?person=${state.person}`).then((r) => r.json()).then((fresh) => { state.commands = fresh.commands; });
  };
}

function welcome() {
  const box = node("div", "empty", say("empty"));
  const button = node("button", "", say("start"));
  button.onclick = () => send("/start");
  box.append(document.createElement("br"), button);
  $("chat").append(box);
}

function draw(message) {
  const mine = !message.from.is_bot;
  const box = node("article", mine ? "message mine" : "message");
  box.setAttribute("aria-label", mine ? say("you") : message.from.first_name);
  const bubble = node("div", "bubble");
  if (message.reply_to_message) bubble.append(node("div", "quote", message.reply_to_message.text || ""));
  media(bubble, message);
  rich(bubble, message.text ?? message.caption ?? "", message.entities ?? message.caption_entities ?? []);
  const when = new Date(message.date * 1000);
  bubble.append(node("time", "", when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })));
  box.append(bubble);
  const rows = message.reply_markup?.inline_keyboard;
  if (rows?.length) box.append(keyboard(rows, message));
  const old = shown.get(message.message_id);
  if (old) old.replaceWith(box); else $("chat").append(box);
  shown.set(message.message_id, box);
  if (!mine && !old) reply(message.reply_interface?.force_reply ? message : replyTo);
}

function media(bubble, message) {
  if (message.photo) {
    const image = node("img");
    image.alt = message.caption || "";
    image.src = `phone/file/${message.photo.at(-1).file_id}`;
    image.onload = bottom;
    bubble.append(image);
  }
  if (message.document) {
    const link = node("a", "document");
    link.href = `phone/file/${message.document.file_id}`;
    link.download = message.document.file_name;
    link.append(node("span", "", "📄"), node("div", "", `${message.document.file_name}\n${Math.ceil(message.document.file_size / 1024)} KB`));
    bubble.append(link);
  }
}

// Entities nest; offsets count UTF-16 code units, as strings do here.
function rich(parent, text, entities, from = 0, to = text.length) {
  const KINDS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", text_link: "a", spoiler: "span" };
  let at = from;
  const inside = entities.filter((e) => e.offset >= from && e.offset + e.length <= to);
  const outer = inside.filter((e, i) => !inside.some((o, j) => j !== i && (o.length > e.length || (o.length === e.length && j < i)) && o.offset <= e.offset && o.offset + o.length >= e.offset + e.length));
  for (const entity of outer.sort((a, b) => a.offset - b.offset)) {
    plain(parent, text.slice(at, entity.offset));
    const element = node(KINDS[entity.type] || "span");
    if (entity.type === "text_link" && /^https?:/.test(entity.url)) { element.href = entity.url; element.rel = "noreferrer"; element.target = "_blank"; }
    rich(element, text, inside.filter((e) => e !== entity), entity.offset, entity.offset + entity.length);
    parent.append(element);
    at = entity.offset + entity.length;
    if (entity.type === "blockquote" && text[at] === "\n") at += 1;
  }
  plain(parent, text.slice(at, to));
}

// Links in plain text; an invitation opens as a message of the person who taps it.
function plain(parent, text) {
  for (const part of text.split(/(https?:\/\/[^\s]+)/)) {
    if (!/^https?:\/\//.test(part)) { parent.append(part); continue; }
    const link = node("a", "", part);
    link.href = part;
    const secret = new URL(part).searchParams.get("start");
    if (secret) link.onclick = (event) => { event.preventDefault(); send(`/start ${secret}`); };
    parent.append(link);
  }
}

function keyboard(rows, message) {
  const board = node("div", "keyboard");
  for (const row of rows) {
    const line = node("div", "row");
    for (const button of row) line.append(key(button, message));
    board.append(line);
  }
  return board;
}

function key(button, message) {
  if (button.url) {
    const link = node("a", "", button.text);
    link.href = button.url;
    return link;
  }
  const element = node("button", "", button.text);
  element.type = "button";
  element.onclick = async () => {
    if (button.copy_text) {
      try { await navigator.clipboard.writeText(button.copy_text.text); } catch { /* not allowed here */ }
      toast(`${say("copied")}: ${button.copy_text.text}`);
      return;
    }
    reply(null);
    element.disabled = true;
    setTimeout(() => { element.disabled = false; }, 4000);
    await post("phone/press", { message: message.message_id, data: button.callback_data });
  };
  return element;
}

const free = () => { for (const button of document.querySelectorAll(".row button:disabled")) button.disabled = false; };

function reply(message) {
  replyTo = message;
  $("replying").hidden = !message;
  $("replying").firstElementChild.textContent = message ? `↩ ${(message.text || "").split("\n").slice(-1)[0]}` : "";
  $("text").placeholder = message?.reply_interface?.input_field_placeholder || say("placeholder");
  if (message && matchMedia("(hover: hover)").matches) $("text").focus();
}

async function send(text) {
  if (!text.trim()) return;
  const to = replyTo?.message_id;
  reply(null);
  $("text").value = "";
  grow();
  await post("phone/send", { text, reply_to: to });
}

let fading = 0;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { $("toast").hidden = true; }, 5000);
}

function menu(open) {
  $("menu").hidden = !open;
  $("menu-button").setAttribute("aria-expanded", open);
  if (!open) return;
  $("menu").replaceChildren();
  for (const { command, description } of state.commands) {
    const item = node("button");
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.append(node("b", "", `/${command}`), node("span", "", description));
    item.onclick = () => { menu(false); send(`/${command}`); };
    $("menu").append(item);
  }
  if (!state.commands.length) $("menu").append(node("p", "empty", say("no_commands")));
  $("menu").querySelector("button")?.focus();
}

function node(tag, kind = "", text = "") {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (text) element.textContent = text;
  return element;
}

const bottom = () => { $("chat").scrollTop = $("chat").scrollHeight; };
const grow = () => { $("text").style.height = "auto"; $("text").style.height = `${$("text").scrollHeight + 2}px`; };

$("composer").onsubmit = (event) => { event.preventDefault(); send($("text").value); };
$("text").oninput = grow;
$("text").onkeydown = (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send($("text").value); } };
$("menu-button").onclick = () => menu($("menu").hidden);
$("no-reply").onclick = () => { reply(null); $("text").focus(); };
$("attach").onclick = () => $("file").click();
$("file").onchange = async () => {
  const form = new FormData();
  form.append("person", state.person);
  form.append("file", $("file").files[0]);
  $("file").value = "";
  await fetch("phone/upload", { method: "POST", body: form });
};
$("persona").onchange = () => enter($("persona").value);
$("language").onchange = async () => { await post("phone/language", { language: $("language").value }); words(); };
document.onkeydown = (event) => {
  if (event.key === "Escape") { menu(false); $("toast").hidden = true; $("text").focus(); }
  if (!$("menu").hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const items = [...$("menu").querySelectorAll("button")];
    const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    items[(at + items.length) % items.length]?.focus();
    event.preventDefault();
  }
};
document.onclick = (event) => { if (!$("menu").contains(event.target) && event.target !== $("menu-button")) menu(false); };

const asked = new URL(location.href).searchParams;
const begin = () => enter(asked.get("person")).then(() => {
  const secret = asked.get("start");
  if (secret) { history.replaceState(null, "", location.pathname); send(`/start ${secret}`); }
}).catch(() => setTimeout(begin, 1000));
begin();
