// Menus that open and close: arrow keys move, Enter chooses, Esc and a press elsewhere close, focus goes back.

import { element } from "./elements.js";

let open = null;

export function menuItem(kind, isChecked, choose, ...children) {
  const item = element("button", { type: "button", role: kind, tabIndex: -1 }, ...children);
  if (isChecked !== null) item.setAttribute("aria-checked", String(isChecked));
  item.onclick = () => {
    closeMenus();
    choose();
  };
  return item;
}

// Show `items` in `menu`, or close it where it is open and nothing else is to be shown.
export function toggleMenu(opener, menu, items, takesFocus = true) {
  const wasOpen = open?.menu === menu;
  if (wasOpen && (takesFocus || !items.length)) return closeMenus(takesFocus);
  if (!items.length) return;
  if (!wasOpen) closeMenus(false);
  menu.replaceChildren(...items);
  menu.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  open = { opener, menu };
  if (takesFocus) (menu.querySelector('[aria-checked="true"]') ?? menu.querySelector("button"))?.focus();
}

export function closeMenus(returnsFocus = true) {
  if (!open) return;
  const { opener, menu } = open;
  const hadFocus = menu.contains(document.activeElement);
  open = null;
  menu.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  if (returnsFocus && hadFocus) opener.focus();
}

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

function move(event) {
  const items = [...open.menu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = { Home: 0, End: items.length - 1 }[event.key] ?? (at + STEPS[event.key] + items.length) % items.length;
  event.preventDefault();
  items[to]?.focus();
}

addEventListener("keydown", (event) => {
  if (!open) return;
  if (event.key === "Escape") closeMenus();
  if (event.key === "Tab") closeMenus(false);
  const isInside = open?.menu.contains(document.activeElement);
  if (isInside && (event.key in STEPS || event.key === "Home" || event.key === "End")) move(event);
});

addEventListener("pointerdown", (event) => {
  if (open && !open.menu.contains(event.target) && !open.opener.contains(event.target)) closeMenus(false);
});
