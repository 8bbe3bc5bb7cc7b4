// What the page itself says, in its two languages; everything else in a chat is the bot's.

const PHRASES = {
  en: {
    title: "{bot}: local trial",
    trial: "Local trial: nothing goes to Telegram",
    chat: "Chat",
    about: "What can this bot do?",
    commands: "Commands",
    message: "Message",
    attach: "Attach a file",
    send: "Send",
    start: "Start",
    unblock: "Unblock",
    newest: "To the newest message",
    replyTo: "Reply to",
    cancelReply: "Cancel the reply",
    keyboard: "Suggested answers",
    who: "Who you are, and the language",
    whoShort: "You are {name}",
    people: "You are",
    language: "Language",
    ok: "OK",
    cancel: "Cancel",
    close: "Close",
    linkTitle: "Open a start link",
    linkText: "Who opens it? The link is sent to the bot on that person’s phone.",
    you: "You",
    bot: "bot",
    typing: "is typing…",
    connecting: "connecting…",
    offline: "Waiting for the server to come back…",
    edited: "edited",
    today: "Today",
    copied: "Copied",
    notCopied: "This browser does not allow copying. The text: {text}",
    failed: "This did not reach the server. Please try again.",
    tooLarge: "This file is too large: 20 MB at the most.",
    picture: "Picture",
    download: "Download {name}, {size}",
    voice: "Voice message",
    contact: "Contact: {name}",
    forwarded: "Forwarded from {name}",
    spoiler: "Hidden text: press to show",
    noCommands: "No commands yet",
    clinician: "Clinician",
    coordinator: "Study coordinator",
    administrator: "Administrator",
    newcomer: "Not invited yet",
  },
  "zh-hans": {
    title: "{bot}：本机试用",
    trial: "本机试用：不会向 Telegram 发送任何内容",
    chat: "聊天",
    about: "这个机器人能做什么？",
    commands: "命令",
    message: "消息",
    attach: "添加文件",
    send: "发送",
    start: "开始",
    unblock: "解除屏蔽",
    newest: "跳到最新消息",
    replyTo: "回复",
    cancelReply: "取消回复",
    keyboard: "建议的回答",
    who: "您的身份与语言",
    whoShort: "当前身份：{name}",
    people: "您的身份",
    language: "语言",
    ok: "好",
    cancel: "取消",
    close: "关闭",
    linkTitle: "打开启动链接",
    linkText: "由谁打开？链接会在该人的手机上发送给机器人。",
    you: "您",
    bot: "机器人",
    typing: "正在输入…",
    connecting: "正在连接…",
    offline: "正在等待服务器恢复…",
    edited: "已编辑",
    today: "今天",
    copied: "已复制",
    notCopied: "浏览器不允许复制。文本：{text}",
    failed: "未能送达服务器，请重试。",
    tooLarge: "文件过大，最多 20 MB。",
    picture: "图片",
    download: "下载 {name}，{size}",
    voice: "语音消息",
    contact: "联系人：{name}",
    forwarded: "转发自 {name}",
    spoiler: "隐藏的文字：按下显示",
    noCommands: "暂无命令",
    clinician: "临床医生",
    coordinator: "研究协调员",
    administrator: "管理员",
    newcomer: "尚未受邀",
  },
};

export const LANGUAGES = [["en", "English"], ["zh-hans", "简体中文"]];

// Phrases that one language has and the other lacks, or whose values differ; for the tests.
export function missing() {
  const values = (text) => String((text?.match(/\{\w+\}/g) ?? []).sort());
  const [one, other] = Object.values(PHRASES);
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].filter((key) => !one[key] || !other[key] || values(one[key]) !== values(other[key]));
}

let current = "en";

export const language = () => current;

export function speak(chosen) {
  current = String(chosen).toLowerCase().startsWith("zh") ? "zh-hans" : "en";
  document.documentElement.lang = current === "en" ? "en" : "zh-Hans";
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", say(element.dataset.sayLabel));
    if (element.matches("button")) element.title = say(element.dataset.sayLabel);
  }
}

export function say(key, values = {}) {
  return (PHRASES[current][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// A text of the caller's: one for all languages, or one for each.
export function inLanguage(text) {
  if (typeof text === "string" || !text) return text || "";
  return text[current.slice(0, 2)] ?? text.en ?? Object.values(text)[0] ?? "";
}

export const role = (given) => (typeof given === "string" && given in PHRASES.en ? say(given) : inLanguage(given));

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(current, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function day(seconds) {
  const date = new Date(seconds * 1000);
  if (date.toDateString() === new Date().toDateString()) return say("today");
  return date.toLocaleDateString(current, { day: "numeric", month: "long" });
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, step] = bytes < 1e6 ? ["KB", 1e3] : ["MB", 1e6];
  return `${(bytes / step).toLocaleString(current, { maximumFractionDigits: 1 })} ${unit}`;
}
