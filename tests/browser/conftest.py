"""A real Chromium. `make test` installs it where it can (scripts/ensure-browser)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

_T = TypeVar("_T")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.test 127.0.0.1",
    "--window-size=1200,900",
)
SECONDS = 30
"""How long a page may take on a machine that is busy with other tests."""


class Screen:
    """What somebody sees, and does with keyboard and mouse."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        self.driver.get(url)

    def until(self, found: Callable[[], _T]) -> _T:
        """Wait until there is something, and return it."""
        try:
            return WebDriverWait(self.driver, SECONDS, 0.05).until(lambda _: found())
        except TimeoutException:
            raise AssertionError(f"not on the page:\n{self.text}") from None

    def find(self, selector: str) -> WebElement:
        """Return the newest such element, once there is one."""
        return self.until(lambda: self.driver.find_elements(By.CSS_SELECTOR, selector))[-1]

    def press(self, label: str, within: str = "main") -> None:
        """Press the newest button, or follow the newest link, of that name."""
        kinds = "self::button or self::a or self::summary"
        path = f'//{within}//*[({kinds}) and normalize-space()="{label}"]'
        button = self.until(lambda: self.driver.find_elements(By.XPATH, path))[-1]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()

    def fill_in(self, name: str, text: str) -> None:
        """Type into a field, in place of what it held."""
        field = self.find(f'[name="{name}"]')
        if field.tag_name == "select":
            field.send_keys(text)
            return
        field.clear()
        field.send_keys(text)

    def read_until(self, words: str) -> str:
        """Wait until the page has these words, and return all of its text."""
        self.until(lambda: words in self.text)
        return self.text

    @property
    def text(self) -> str:
        return str(self.driver.execute_script("return document.body.innerText"))

    def complaints(self) -> list[str]:
        """What the browser found wrong in scripts, and what the policy forbade; answers that
        refuse something are none of it."""
        found = [str(line["message"]) for line in self.driver.get_log("browser")]
        return [one for one in found if "Failed to load resource" not in one]


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """A browser that has never been anywhere."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), None)
    driver = shutil.which("chromedriver")
    assert browser, "no Chromium: run scripts/ensure-browser"
    assert driver, "no chromedriver: run scripts/ensure-browser"
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path}/browser"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.set_capability("timeouts", {"pageLoad": SECONDS * 1000})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield Screen(chrome)
    finally:
        chrome.quit()
