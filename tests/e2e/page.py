#!/usr/bin/env python3
"""page.py URL TOKEN FOLDER AWAY: the page in Chromium, as a person uses it; screenshots go to FOLDER. It makes the file AWAY when the
server shall end, and removes it when that shall start again.

10,000 machines; web01 is armed and has booted once.
"""
import os
import pathlib
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

URL, TOKEN, FOLDER, AWAY = sys.argv[1:]
failed = 0


def check(what, good, detail=""):
    global failed
    print(f"{'ok' if good else 'not ok'} - page: {what}" + ("" if good else f": {detail}"))
    failed += not good


def browser(script=True):
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,800", "--force-color-profile=srgb"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not script:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except Exception:  # an element that was replaced meanwhile
            pass
        time.sleep(0.1)
    return None


def log_in(page):
    page.get(URL)
    page.find_element(By.ID, "token").send_keys(TOKEN)
    page.find_element(By.CSS_SELECTOR, "form button").click()


def text(page, css):
    """What is read there now; empty if there is nothing of it."""
    return "\n".join(element.text for element in page.find_elements(By.CSS_SELECTOR, css))


def shot(page, name):
    page.save_screenshot(str(pathlib.Path(FOLDER) / f"{name}.png"))


def scheme(page, value):
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": value}]})


def size(page, width, height):
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})


def go(page, name):
    page.execute_script("location.hash = arguments[0]", f"#/{name}")
    return until(lambda: page.find_element(By.TAG_NAME, "h1"))


LABELS = """
const named = (e) => e.getAttribute('aria-label') || e.labels?.length || e.textContent.trim() || e.getAttribute('aria-labelledby') || e.title;
return [...document.querySelectorAll('a, button, input, [role=grid], [role=img], [tabindex="0"]')]
    .filter((e) => e.getClientRects().length && !named(e)).map((e) => e.outerHTML.slice(0, 120));
"""
# WCAG 2 contrast of each text with its background, as far as colours are opaque.
CONTRAST = """
const number = (c) => c.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (e) => { for (; e; e = e.parentElement) { const c = number(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } return [255, 255, 255]; };
const bad = new Set();
for (const e of document.querySelectorAll('body *')) {
    if (!e.getClientRects().length || e.closest('svg') || e.disabled || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(number(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.add(`${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 20)} ${ratio.toFixed(2)}`);
}
return [...bad];
"""


def axe_says(page):
    """What is wrong by axe-core's rules for WCAG 2.1 A and AA."""
    page.execute_script(pathlib.Path(os.environ["AXE"]).read_text())
    return page.execute_async_script("""
        const done = arguments[0], runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
        const text = (v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => `${n.target} ${n.failureSummary}`).join("; ")}`;
        axe.run(document, {runOnly}).then((r) => done(r.violations.map(text)), (e) => done([`${e}`]));""")


def axe(page, name):
    """If axe-core is here."""
    if os.environ.get("AXE"):
        found = axe_says(page)
        check(f"{name}: axe-core finds nothing", not found, found[:4])


def axe_looks(page):
    """It does find what is wrong."""
    if os.environ.get("AXE"):
        page.execute_script("const i = document.createElement('img'); i.id = 'unnamed'; i.src = '/static/icon.svg'; document.body.append(i)")
        found = axe_says(page)
        page.execute_script("document.getElementById('unnamed').remove()")
        check("axe-core finds an image without a name", any(rule.startswith("image-alt") for rule in found), found)


def looks(page, name, schemes=("light", "dark")):
    """Both widths: screenshots, labels, contrast, nothing wider than the screen."""
    for width, height in ((1280, 800), (400, 800)):
        size(page, width, height)
        for colours in schemes:
            scheme(page, colours)
            time.sleep(0.15)
            shot(page, f"{name}-{width}-{colours}")
            low = page.execute_script(CONTRAST)
            check(f"{name} {width} {colours}: texts can be read", not low, low[:4])
        check(f"{name} {width}: not wider than the screen", page.execute_script("return document.documentElement.scrollWidth") <= width,
              page.execute_script("return document.documentElement.scrollWidth"))
        axe(page, f"{name} {width}")
        unnamed = page.execute_script(LABELS)
        check(f"{name} {width}: everything has a name", not unnamed, unnamed[:3])
    size(page, 1280, 800)
    scheme(page, "light")


def machines(page):
    check("all machines are shown", until(lambda: "10001 machines" in text(page, ".count") or "10000 machines" in text(page, ".count")), text(page, ".count"))
    check("live", until(lambda: text(page, ".state").startswith("live · boss")), text(page, ".state"))
    rows = page.find_elements(By.CSS_SELECTOR, ".rows .row")
    check("only what is seen is drawn", 5 < len(rows) < 60, len(rows))
    took = page.execute_async_script("""
        const done = arguments[0], grid = document.querySelector('.grid'), times = [];
        let i = 0, last = performance.now();
        requestAnimationFrame(function step(now) {
            times.push(now - last); last = now;
            grid.scrollTop = grid.scrollHeight * (i % 2 ? i / 60 : 1 - i / 60);
            if (++i < 60) requestAnimationFrame(step); else done(times.slice(2).sort((a, b) => a - b));
        });""")
    middle, worst = took[len(took) // 2], took[-1]
    print(f"# 60 jumps through 10,000 rows: middle {middle:.0f} ms, worst {worst:.0f} ms a frame")
    check("10,000 rows scroll", middle < 100, took)
    page.execute_script("const g = document.querySelector('.grid'); g.scrollTop = g.scrollHeight")
    check("to the end", until(lambda: "rack-09997" in text(page, ".rows")), text(page, ".rows")[-200:])
    page.execute_script("document.querySelector('.grid').scrollTop = 0")
    axe_looks(page)
    looks(page, "machines")
    search = page.find_element(By.ID, "search")
    page.find_element(By.TAG_NAME, "body").send_keys("/")
    check("/ searches", page.switch_to.active_element == search)
    search.send_keys("rack-0042")
    check("search", until(lambda: text(page, ".count").startswith("10 machines of")), text(page, ".count"))
    search.send_keys(Keys.BACKSPACE * 9)
    page.find_element(By.CSS_SELECTOR, '[data-filter="armed"]').click()
    check("filter", until(lambda: "web01" in text(page, ".rows") and "rack" not in text(page, ".rows")), text(page, ".rows"))
    check("a boot bar", page.find_elements(By.CSS_SELECTOR, ".rows .bar .now span"))
    page.find_element(By.CSS_SELECTOR, '[data-filter="unknown"]').click()
    check("an unknown machine", until(lambda: "08:00:27:00:00:99, OS-ID" in text(page, ".rows")), text(page, ".rows"))
    page.find_element(By.CSS_SELECTOR, '[data-filter="all"]').click()


def keyboard(page):
    page.refresh()  # the next tab begins at the top
    check("read again", until(lambda: "web01" in text(page, ".rows")))
    order = []
    for _ in range(24):
        page.switch_to.active_element.send_keys(Keys.TAB)
        element = page.switch_to.active_element
        order.append(element.get_attribute("aria-label") or element.text or element.get_attribute("id"))
        if element.get_attribute("role") == "grid":
            break
    places = [order.index(word) if word in order else -1 for word in ("Skip to the content", "Machines", "Health", "Log out", "search", "All", "Unknown")]
    check("the tab key goes as one reads", -1 not in places and places == sorted(places), order)
    grid = page.switch_to.active_element
    check("to the table", grid.get_attribute("role") == "grid", order)
    grid.send_keys(Keys.HOME)
    grid.send_keys(Keys.ARROW_DOWN)
    grid.send_keys(Keys.SPACE)
    check("a row is chosen by keys", until(lambda: "1 machine selected" in text(page, ".orders")))
    grid.send_keys(Keys.SPACE)
    grid.send_keys(Keys.END)
    check("End", until(lambda: page.execute_script("return document.querySelector('.row.active')?.id") in ("row-10000", "row-9999")))
    grid.send_keys(Keys.HOME)
    grid.send_keys(Keys.ENTER)
    check("Enter opens", until(lambda: text(page, "h1") == "web01"), text(page, "h1"))


def orders(page):
    state = lambda: text(page, ".facts .mood")  # noqa: E731
    go(page, "machine/08:00:27:4d:4d:aa")
    check("a machine by its address", until(lambda: text(page, "h1") == "web01"))
    check("armed", until(lambda: state() == "armed"), state())
    check("its timeline", until(lambda: page.find_elements(By.CSS_SELECTOR, "svg.timeline rect")))
    go(page, "machine/08:00:27:4d:4d:ab")
    check("why, with its reason", until(lambda: "INSTALL_FAILED" in text(page, ".why.bad")), text(page, "main"))
    check("what its installer sent", "the installer says one thing\nand another" in text(page, "pre"), text(page, "main"))
    looks(page, "machine")
    go(page, "machine/08:00:28:00:00:00")
    check("why, with its cause", until(lambda: "other-server-first" in text(page, ".why .cause")), text(page, "main"))
    check("what shows it", "10.77.0.77" in text(page, ".why .cause"), text(page, ".why"))
    check("and the cure", "[dhcp] mode = proxy" in text(page, ".why .cause"), text(page, ".why"))
    go(page, "machine/08:00:27:4d:4d:aa")
    until(lambda: text(page, "h1") == "web01")
    page.find_element(By.ID, "disarm").click()
    until(lambda: page.find_element(By.CSS_SELECTOR, "dialog .primary"))
    page.find_element(By.CSS_SELECTOR, "dialog .primary").click()
    check("disarm says what it did", until(lambda: "web01: disarmed; boots its disk" in text(page, "dialog")), text(page, "dialog"))
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    check("the page follows by itself", until(lambda: state() != "armed"), state())
    page.find_element(By.ID, "arm").click()
    check("arm asks as the command line does", until(lambda: "Install 1 machine? What is on the disk will be LOST." in text(page, "dialog")), text(page, "dialog"))
    check("it shows the disk", "/dev/vda" in text(page, "dialog"))
    looks(page, "arm")
    go_button = page.find_element(By.CSS_SELECTOR, "dialog .danger")
    check("nothing is armed by a click", not go_button.is_enabled())
    typed = page.find_element(By.ID, "typed")
    typed.send_keys("web0")
    check("half a name is none", not go_button.is_enabled())
    typed.send_keys("1")
    check("the name is", go_button.is_enabled())
    go_button.click()
    check("armed by the page", until(lambda: "armed 1 machine: installed at the next network boot" in text(page, "dialog")), text(page, "dialog"))
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    check("and it shows", until(lambda: state() == "armed"), state())
    check("by whom", until(lambda: "token boss" in text(page, ".facts")), text(page, ".facts"))
    page.find_element(By.XPATH, "//button[contains(., 'would get')]").click()
    check("what it would get", until(lambda: "kernel" in text(page, "section[aria-label='What it would get'] pre")))
    go(page, "machines")
    search = until(lambda: page.find_element(By.ID, "search"))
    search.send_keys("rack-0000")
    until(lambda: text(page, ".count").startswith("10 machines of"))
    page.find_element(By.CSS_SELECTOR, ".head input").click()
    until(lambda: "10 machines selected" in text(page, ".orders"))
    page.find_element(By.CSS_SELECTOR, ".orders .danger").click()
    check("several: their number is typed", until(lambda: "Type 10 to go on" in text(page, "dialog")), text(page, "dialog"))
    check("the question counts", "Install 10 machines? What is on the disks will be LOST." in text(page, "dialog"))
    page.find_element(By.CSS_SELECTOR, "dialog [type=button]").click()
    check("cancelled", until(lambda: not page.find_elements(By.TAG_NAME, "dialog")))


def others(page):
    for name, word in (("boots", "boot"), ("images", "debian-12"), ("nets", "10.77.0.0/24"), ("health", "store")):
        go(page, name)
        check(name, until(lambda word=word: word in text(page, "main")), text(page, "main"))
        looks(page, name, ("dark",) if name in ("boots", "nets") else ("light",))
    go(page, "machine/08:00:27:00:00:99")
    check("a stranger's line to copy", until(lambda: "08:00:27:00:00:99, OS-ID" in text(page, ".why")), text(page, "main"))


def server_goes(page):
    go(page, "machines")
    until(lambda: text(page, ".state").startswith("live"))
    pathlib.Path(AWAY).touch()
    check("the server is away: said", until(lambda: text(page, ".state") == "no connection: tries again", 20), text(page, ".state"))
    check("what was known stays", "as last heard" in text(page, ".count") and "rack-0000" in text(page, ".rows"), text(page, ".count"))
    shot(page, "away")
    pathlib.Path(AWAY).unlink()
    check("it is back: live by itself", until(lambda: text(page, ".state").startswith("live"), 30), text(page, ".state"))
    page.get_log("browser")  # it complained of the connection, rightly


def without_script():
    page = browser(script=False)
    try:
        page.get(URL)
        shot(page, "login")
        log_in(page)
        check("without script: the table", until(lambda: "web01" in text(page, "table")))
        page.find_element(By.ID, "q").send_keys("rack-00042")
        page.find_element(By.CSS_SELECTOR, "form[role=search] button").click()
        check("without script: search", until(lambda: "rack-00042" in text(page, "table") and "web01" not in text(page, "table")))
        check("without script: a caption and heads", len(page.find_elements(By.CSS_SELECTOR, "table caption, th[scope=col]")) == 7)
        shot(page, "plain")
    finally:
        page.quit()


def main():
    page = browser()
    try:
        page.set_script_timeout(30)
        page.get(URL)
        page.find_element(By.ID, "token").send_keys("pxed_wrong")
        page.find_element(By.CSS_SELECTOR, "form button").click()
        check("a wrong token is said", until(lambda: "not known here" in text(page, "[role=alert]")))
        log_in(page)
        machines(page)
        keyboard(page)
        orders(page)
        others(page)
        said = [entry["message"] for entry in page.get_log("browser") if "403" not in entry["message"] and "favicon" not in entry["message"]]
        check("the browser has nothing to complain of", not said, said[:5])
        hosts = page.execute_script("return [...new Set(performance.getEntriesByType('resource').map((e) => new URL(e.name).origin))]")
        check("no request leaves the server", set(hosts) <= {URL}, hosts)
        server_goes(page)
    except Exception:
        print("\n".join(entry["message"] for entry in page.get_log("browser")))
        shot(page, "where-it-ended")
        raise
    finally:
        page.quit()
    without_script()
    return 1 if failed else 0


sys.exit(main())
