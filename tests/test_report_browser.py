"""The report in a browser: no errors, figures and formulas visible, readable at the width of a phone."""

import shutil

import pytest

from theory.catalogue import theories
from theory.reproduce import reproduce

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
PHONE = 360

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs chromium and chromedriver"),
]

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

SIZES = """
return [...document.querySelectorAll(arguments[0])].map(element => {
  const box = element.getBoundingClientRect();
  return [box.width, box.height, element.naturalWidth ?? 1];
});
"""

OVERFLOWING = """
const width = document.documentElement.clientWidth, scrolls = element => {
  for (let box = element; box && box !== document.body; box = box.parentElement)
    if (getComputedStyle(box).overflowX === 'auto') return true;
  return false;
};
return [...document.body.querySelectorAll('*')]
  .filter(element => element.getBoundingClientRect().right > width + 1 && !scrolls(element))
  .map(element => element.tagName + ': ' + element.textContent.slice(0, 40));
"""


@pytest.fixture(scope="module")
def page(examples, tmp_path_factory):
    """The report of the examples, open at the width of a phone."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    report = reproduce(theories(examples), tmp_path_factory.mktemp("report")).report
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for option in OPTIONS:
        options.add_argument(option)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(DRIVER))
    metrics = {"width": PHONE, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(report.as_uri())
    yield browser
    browser.quit()


def test_there_are_no_errors_in_the_console(page):
    assert page.get_log("browser") == []


def test_figures_are_visible(page):
    sizes = page.execute_script(SIZES, "figure img")
    assert len(sizes) == 1
    assert all(width > 200 and height > 100 and loaded > 0 for width, height, loaded in sizes)


def test_formulas_are_visible(page):
    sizes = page.execute_script(SIZES, "article math")
    assert len(sizes) >= 2
    assert all(width > 5 and height > 5 for width, height, _ in sizes)


def test_nothing_overflows_at_the_width_of_a_phone(page):
    assert page.execute_script("return document.documentElement.clientWidth") == PHONE
    assert page.execute_script("return document.documentElement.scrollWidth") <= PHONE
    assert page.execute_script(OVERFLOWING) == []


def test_verdicts_and_failures_can_be_read(page):
    text = page.find_element("tag name", "body").text
    for words in ("not all holds", "agrees", "stands as EXACT", "RuntimeError: out of order", "Environment"):
        assert words in text
