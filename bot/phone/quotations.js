// Quotations that open: three lines are shown, and all of them after a tap or a press of the button.

import { element, icon } from "./elements.js";
import { say } from "./phrases.js";
import { holding } from "./scrolling.js";

// A quotation that is still to be filled. Whether it has more than three lines depends on the width of the screen.
export function quotation() {
  const opener = element("button", { type: "button", className: "opener" }, icon("down"));
  opener.setAttribute("aria-label", say("wholeText"));
  opener.title = say("wholeText");
  const quoted = element("blockquote", { className: "expandable" }, opener);
  quoted.onclick = (event) => {
    const isMeant = opener.contains(event.target) || !event.target.closest("a, button, .spoiler");
    if (isMeant && quoted.classList.contains("long") && getSelection().isCollapsed) toggle(quoted);
  };
  show(quoted, false);
  widths.observe(quoted);
  return quoted;
}

function toggle(quoted) {
  holding(quoted, () => show(quoted, !isOpen(quoted)));
}

function show(quoted, isToOpen) {
  quoted.classList.toggle("open", isToOpen);
  quoted.querySelector(".opener").setAttribute("aria-expanded", String(isToOpen));
}

// A quotation that was opened stays so when its message is edited and still has it.
export function keepOpen(before, now) {
  const opened = new Set([...before.querySelectorAll(".expandable.open")].map((quoted) => quoted.textContent));
  for (const quoted of now.querySelectorAll(".expandable")) {
    if (!opened.has(quoted.textContent)) continue;
    quoted.classList.add("long");
    show(quoted, true);
  }
}

const isOpen = (quoted) => quoted.classList.contains("open");

const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (!isOpen(target)) target.classList.toggle("long", target.scrollHeight > target.clientHeight + 1);
  }
});
