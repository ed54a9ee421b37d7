#!/usr/bin/env python3
"""watched.py URL TOKEN FOLDER SECONDS: one machine's page in Chromium, never read again, while the machine is installed."""
import pathlib
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

URL, TOKEN, FOLDER, SECONDS = sys.argv[1:]
MAC = "08:00:27:4d:4d:aa"
STAGES = ["discovered", "leased", "script", "kernel", "answer", "installing", "disk"]
failed = 0


def check(what, good, detail=""):
    global failed
    print(f"{'ok' if good else 'not ok'} - page: {what}" + ("" if good else f": {detail}"), flush=True)
    failed += not good


def text(page, css):
    try:
        return "\n".join(element.text for element in page.find_elements(By.CSS_SELECTOR, css))
    except Exception:  # replaced while it was read
        return ""


def until(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except Exception:  # an element that was replaced meanwhile
            pass
        time.sleep(0.25)
    return False


options = webdriver.ChromeOptions()
for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,1000"):
    options.add_argument(argument)
page = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
try:
    page.get(URL)
    page.find_element(By.ID, "token").send_keys(TOKEN)
    page.find_element(By.CSS_SELECTOR, "form button").click()
    until(lambda: "web01" in text(page, ".rows"), 20)
    page.execute_script("location.hash = arguments[0]; window.sameDocument = true", f"#/machine/{MAC}")
    check("it waits", until(lambda: text(page, "h1") == "web01" and "Nothing has been heard" in text(page, "main"), 20), text(page, "main"))
    moods, seen = [], []

    def look():
        mood = text(page, ".facts .mood")
        if mood and mood not in moods[-1:]:
            moods.append(mood)
            page.save_screenshot(str(pathlib.Path(FOLDER) / f"watched-{mood}.png"))
        journal = text(page, "main table")
        seen.extend(stage for stage in STAGES if stage in journal and stage not in seen)
        return mood == "installed"

    check("installed", until(look, float(SECONDS)), moods)
    check("the states came by themselves, in order", moods == ["armed", "installing", "installed"], moods)
    check("every stage of the boot was there", seen and set(STAGES) <= set(seen), seen)
    check("as a picture", len(page.find_elements(By.CSS_SELECTOR, "svg.timeline rect")) >= 4)
    check("its hardware was told", "QEMU" in text(page, ".facts") or "Standard PC" in text(page, ".facts"), text(page, ".facts"))
    check("the page was never read again", page.execute_script("return window.sameDocument") is True)
    said = [entry["message"] for entry in page.get_log("browser") if entry["level"] == "SEVERE" and "favicon" not in entry["message"]]
    check("the browser has nothing to complain of", not said, said[:3])
finally:
    page.quit()
print(f"page: {failed} failed")
