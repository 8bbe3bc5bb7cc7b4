"""A person with the phone page in a real headless Chromium; waits for what is seen, never for time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
PATIENCE = 60


@contextmanager
def trial(database: Path) -> Iterator[str]:
    """Run ``prescreen try`` in a process of its own; gives the page's address. It must stop in order."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from bot.command import main; main()", "try", "--db", str(database), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"HOME": str(database.parent)},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield next(line.strip() for line in process.stdout if "http://" in line)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Phone:
    """The page at 390 x 844, as one of the people."""

    def __init__(self, *, dark: bool = False, width: int = 390, height: int = 844) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        for flag in (*FLAGS, f"--user-data-dir={self.profile.name}"):
            options.add_argument(flag)
        try:
            self.browser = webdriver.Chrome(
                options=options, service=webdriver.ChromeService(shutil.which("chromedriver"))
            )
        except BaseException:
            self.profile.cleanup()
            raise
        screen = {"width": width, "height": height, "deviceScaleFactor": 1.5, "mobile": width < 600}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})

    def close(self) -> None:
        self.browser.quit()
        self.profile.cleanup()

    def until(self, holds: Callable[[webdriver.Chrome], object]) -> None:
        WebDriverWait(self.browser, PATIENCE, poll_frequency=0.05).until(holds)

    def open(self, address: str) -> None:
        self.browser.get(address)
        self.until(lambda b: b.find_element(By.ID, "bot-name").text)

    @property
    def text(self) -> str:
        return self.browser.find_element(By.ID, "log").text

    def sees(self, text: str) -> None:
        self.until(lambda _: text in self.text)

    def start(self) -> None:
        self.until(lambda b: b.find_element(By.ID, "start").is_displayed())
        self.browser.find_element(By.ID, "start").click()

    @property
    def messages(self) -> int:
        return len(self.browser.find_elements(By.CSS_SELECTOR, "#log > li"))

    def press(self, label: str) -> None:
        """Press the newest button with this label, and wait for the answer: nobody types before they are asked."""
        before = self.messages

        def pressed(browser: webdriver.Chrome) -> bool:
            for button in reversed(browser.find_elements(By.CSS_SELECTOR, ".row button, .row a")):
                if button.text.strip() == label and button.is_enabled():
                    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
                    button.click()
                    return True
            return False

        self.until(_steady(pressed))
        self.until(lambda _: self.messages > before)

    def type(self, text: str) -> None:
        before = self.messages
        field = self.browser.find_element(By.ID, "text")
        field.send_keys(text + Keys.ENTER)
        self.until(lambda _: self.messages > before + 1)

    def become(self, name: str) -> None:
        self.browser.find_element(By.ID, "who").click()
        before = self.browser.find_element(By.ID, "log").get_attribute("innerHTML")
        self.until(_steady(lambda b: _click(b, "#who-menu button", name)))
        self.until(_steady(lambda b: b.find_element(By.ID, "who-name").text in name))
        if before:
            self.until(_steady(lambda b: b.find_element(By.ID, "log").get_attribute("innerHTML") != before))

    def picture(self, name: str) -> None:
        """Save what is on the screen, where pictures are wanted (``make pictures``)."""
        folder = os.environ.get("PRESCREEN_PICTURES")
        if folder:
            self.until(lambda b: b.execute_script("return document.getAnimations().length") == 0)
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.browser.save_screenshot(str(Path(folder) / f"{name}.png"))


def _click(browser: webdriver.Chrome, selector: str, text: str) -> bool:
    for item in browser.find_elements(By.CSS_SELECTOR, selector):
        if text in item.text and item.is_displayed():
            item.click()
            return True
    return False


def _steady(holds: Callable[[webdriver.Chrome], object]) -> Callable[[webdriver.Chrome], bool]:
    """A condition that outlives elements which are drawn anew while it looks."""
    from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException

    def look(browser: webdriver.Chrome) -> bool:
        try:
            return bool(holds(browser))
        except (StaleElementReferenceException, ElementClickInterceptedException):
            return False

    return look
