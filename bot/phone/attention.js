// A reader's attention: what a screen reader says, where the focus stands, and that nothing is pressed unseen.

import { brief } from "./bubbles.js";
import { $, element } from "./elements.js";

const SEEN_MILLISECONDS = 400; // longer than the pause in a double tap
const KEPT_REMARKS = 3;

// Say a message of the bot, or the lines of it that were not there `before` it was edited.
export function tell(message, before = null) {
  if (!message.from.is_bot) return;
  const known = new Set(before ? brief(before).split("\n") : []);
  const added = brief(message).split("\n").filter((line) => line.trim() && !known.has(line));
  if (!added.length) return;
  $("heard").append(element("p", {}, added.join("\n")));
  while ($("heard").childElementCount > KEPT_REMARKS) $("heard").firstElementChild.remove();
}

// Keep the second tap of two from a button that stands where the first one stood.
export function takeTime(item) {
  const buttons = item.querySelector(".buttons");
  if (!buttons) return;
  buttons.inert = true;
  setTimeout(() => (buttons.inert = false), SEEN_MILLISECONDS);
}

// The focus stays on a card that is changed, and goes on to the newest with buttons once that one has none.
// It stands on the card, not on a button: whoever presses Enter twice answers one question.
export function changeWithFocus(item, change) {
  const hadFocus = item.contains(document.activeElement);
  change();
  if (hadFocus) item.focus({ preventScroll: true });
  moveFocusOn();
}

export function moveFocusOn() {
  const item = document.activeElement;
  if (!item?.matches("#log > li") || item.querySelector(".buttons")) return;
  [...document.querySelectorAll("#log > li:has(.buttons)")].at(-1)?.focus({ preventScroll: true });
}

// What is typed while a card has the focus goes into the message.
export function typeAnyway(event) {
  const isText = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (isText) $("text").focus({ preventScroll: true });
}
