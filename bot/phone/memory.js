// Memory of the browser; a private window may refuse it.

export function remember(key, value) {
  try {
    localStorage.setItem(`phone-${key}`, value);
  } catch {
    // then it is asked again
  }
}

export function recall(key) {
  try {
    return localStorage.getItem(`phone-${key}`);
  } catch {
    return null;
  }
}
