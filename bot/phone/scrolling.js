// The end of the chat is followed, also while pictures arrive, until the reader scrolls up.

import { $ } from "./elements.js";

const NEAR_THE_END = 60;

let follows = true;
let scrolled = 0;

export const isFollowed = () => follows;

const isAtTheEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < NEAR_THE_END;

export function toTheEnd(isSmooth = true) {
  const calm = !isSmooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
  $("scroll").scrollTo({ top: $("scroll").scrollHeight, behavior: calm ? "instant" : "smooth" });
  $("newest").hidden = true;
  follows = true;
}

export function noteScroll() {
  if (isAtTheEnd()) follows = true;
  else if ($("scroll").scrollTop < scrolled) follows = false;
  scrolled = $("scroll").scrollTop;
  if (follows) $("newest").hidden = true;
}

// Change what is shown, and leave `still` where it stands on the screen, also at the end of the chat.
export function holding(still, change) {
  const before = still.getBoundingClientRect().top;
  follows = false;
  change();
  $("scroll").scrollTop += still.getBoundingClientRect().top - before;
  follows = isAtTheEnd();
  $("newest").hidden = follows;
  scrolled = $("scroll").scrollTop;
}

new ResizeObserver(() => follows && toTheEnd(false)).observe($("log"));
