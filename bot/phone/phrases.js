// What the page itself says, in the languages of words/*.toml; everything else in a chat is the bot's.

import { WORDS } from "./words.js";

// The code is the tag as Telegram has it, in small letters; texts of the caller's go by its first part.
export const LANGUAGES = Object.entries(WORDS).map(([short, { language, page, roles }]) => ({
  ...language, short, code: language.tag.toLowerCase(), page, roles,
}));

let current = LANGUAGES[0];

export const language = () => current.code;

// Speak the language whose code a tag such as "zh-CN" begins with, else the first.
export function speak(chosen) {
  const code = String(chosen).toLowerCase().split("-")[0];
  current = LANGUAGES.find((known) => known.short === code) ?? LANGUAGES[0];
  document.documentElement.lang = current.tag;
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", say(element.dataset.sayLabel));
    if (element.matches("button")) element.title = say(element.dataset.sayLabel);
  }
}

export function say(key, values = {}) {
  return (current.page[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// A text of the caller's: one for all languages, or one for each.
export function inLanguage(text) {
  if (typeof text === "string" || !text) return text || "";
  return text[current.short] ?? text[LANGUAGES[0].short] ?? Object.values(text)[0] ?? "";
}

export const role = (given) => (typeof given === "string" ? current.roles[given] ?? given : inLanguage(given));

export const isTitle = (word) => LANGUAGES.some((known) => known.titles.includes(word.toLowerCase().replace(/\.$/, "")));

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(current.code, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function day(seconds) {
  const date = new Date(seconds * 1000);
  if (date.toDateString() === new Date().toDateString()) return say("today");
  return date.toLocaleDateString(current.code, { day: "numeric", month: "long" });
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, step] = bytes < 1e6 ? ["KB", 1e3] : ["MB", 1e6];
  return `${(bytes / step).toLocaleString(current.code, { maximumFractionDigits: 1 })} ${unit}`;
}
