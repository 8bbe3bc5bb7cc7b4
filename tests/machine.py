"""What tests need of the machine besides Python packages: a browser and Chinese glyphs.

``python -m tests.machine`` installs what is missing as Debian packages where it may, else it says in a line what to
install; tests that need what is not there are then skipped, which CI does not accept. Needs nothing but Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Final

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
"""Names of the browser that drive alike."""


def browser_path() -> str | None:
    """Return where the browser is, or ``None``."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _has_chinese_glyphs() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


NEEDS: Final[Mapping[str, tuple[str, Callable[[], bool]]]] = {
    "chromium": ("the phone page is walked in it", lambda: browser_path() is not None),
    "fonts-noto-cjk": ("the page's Chinese is drawn with them", _has_chinese_glyphs),
    "fontconfig": ("finds the fonts", lambda: shutil.which("fc-list") is not None),
}
"""Debian package -> (what for, whether it is there)."""


def missing() -> dict[str, str]:
    """Return what is missing, and what it is for."""
    return {package: why for package, (why, is_there) in NEEDS.items() if not is_there()}


def lack_of(*packages: str) -> str:
    """Say in a line which of these packages are missing, or nothing."""
    lacking = " ".join(package for package in packages if package in missing())
    return f"please install {lacking}" if lacking else ""


def as_root() -> list[str] | None:
    """Return what goes before a command that needs root, or ``None`` where that may not be."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    may = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if may.returncode == 0 else None


def main() -> None:
    lacking = missing()
    if not lacking:
        return
    packages = " ".join(sorted(lacking))
    why = "; ".join(f"{package}: {reason}" for package, reason in sorted(lacking.items()))
    root = as_root()
    if root is None or shutil.which("apt-get") is None:
        print(f"Some tests will be skipped. To run them, install {packages} ({why}).", file=sys.stderr)
        return
    print(f"Installing for the tests: {packages} ({why}).", file=sys.stderr)
    for arguments in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", *sorted(lacking)],
    ):
        command = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *arguments]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    if missing():
        print(f"That did not work; tests that need it are skipped: {' '.join(missing())}.", file=sys.stderr)


if __name__ == "__main__":
    main()
