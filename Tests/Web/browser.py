"""The built page in a headless Chromium, from its file and from a server: it trains, pauses, goes back and forth, verifies
itself, learns another text and opens every line; nothing is on its console, and it asks for nothing.

    browser.py PAGE BROWSER DRIVER [PICTURES]

PAGE is the built file. With PICTURES, a folder, screenshots and the poster are kept there, to be looked at. Needs
selenium. Scripts/test-page runs it.
"""

import base64
import functools
import http.server
import json
import os
import sys
import tempfile
import threading
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

page, browser, driver = (os.path.abspath(path) if os.path.sep in path else path for path in sys.argv[1:4])
pictures = sys.argv[4] if len(sys.argv) > 4 else None
failures = 0


def check(condition, place, message):
    global failures
    if not condition:
        failures += 1
        print(f"failed: {place}: {message}")


class Visit:
    """One opening of the page."""

    def __init__(self, chrome, address, width=1440, height=900, scheme="light", features=()):
        self.chrome, self.address, self.place = chrome, address, f"{address}, {scheme}, {width} px"
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}, *({"name": name, "value": value} for name, value in features)]})
        chrome.get("about:blank")
        chrome.get_log("performance")
        chrome.get_log("browser")
        chrome.get(address)
        self.until("the program to stand", "return document.querySelectorAll('#sheet .line').length > 190")
        self.until("the module to answer", "return document.querySelector('#documentText').value !== ''")

    def until(self, what, script, seconds=60):
        try:
            WebDriverWait(self.chrome, seconds, 0.05).until(lambda chrome: chrome.execute_script(script))
        except Exception:  # noqa: BLE001 -- a timeout, whatever its cause, is what is reported
            check(False, self.place, f"waited {seconds} s for {what}")

    def text(self, part):
        return self.chrome.execute_script(f"return document.getElementById('{part}').textContent")

    def click(self, part):
        self.chrome.execute_script(f"document.getElementById('{part}').click()")

    def speed(self, place):
        """Moves the slider; 7 is all that the machine gives, at which a run may end between two looks at it."""
        self.chrome.execute_script(
            "const s = document.getElementById('speed'); s.value = arguments[0]; s.dispatchEvent(new Event('input', {bubbles: true}))", place)

    def press(self, key):
        self.chrome.find_element(By.TAG_NAME, "body").send_keys(key)

    def step(self):
        return int(self.text("stepFigure").replace(",", ""))

    def until_step(self, step):
        self.until(f"step {step}", f"return document.getElementById('stepFigure').textContent.replace(',', '') === '{step}'")

    def picture(self, name):
        if pictures:
            self.chrome.save_screenshot(os.path.join(pictures, f"{name}.png"))

    def close(self):
        for entry in self.chrome.get_log("browser"):
            check(False, self.place, f"the console says {entry['message']}")
        asked = []
        for entry in self.chrome.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        others = [url for url in asked if url.split("#")[0] != self.address and not url.startswith(("data:", "blob:", "about:"))]
        check(not others, self.place, f"it asks for {others}")
        check(asked, self.place, "its own request was not seen, so others would not be")


def train(visit):
    """The run to its end, paused on the way; back and forth; verified."""
    visit.speed(5)
    visit.press(Keys.SPACE)
    visit.until("the first steps", "return Number(document.getElementById('stepFigure').textContent) > 5")
    visit.press(Keys.SPACE)
    time.sleep(0.3)
    paused = visit.step()
    time.sleep(0.3)
    check(visit.step() == paused, visit.place, f"it is paused at step {paused} and goes on to {visit.step()}")
    check(5 < paused < 1000, visit.place, f"it is paused at step {paused}")
    visit.press(Keys.ARROW_RIGHT)
    visit.until_step(paused + 1)
    visit.speed(7)
    visit.press(Keys.SPACE)
    visit.until_step(1000)
    time.sleep(0.5)
    last = visit.text("loss")
    visit.press(Keys.HOME)
    visit.until_step(0)
    visit.press(Keys.END)
    visit.until_step(1000)
    time.sleep(0.5)
    check(visit.text("loss") == last, visit.place, f"the loss of step 1,000 was {last} and is {visit.text('loss')}")
    visit.click("verify")
    visit.until("the verification", "return ['good', 'bad'].includes(document.getElementById('verify').dataset.state)", 120)
    said = visit.chrome.execute_script("return document.body.textContent")
    check("1000/1000 losses, parameters, 20/20 samples: bit for bit" in said, visit.place, "it does not verify itself")
    check(visit.chrome.execute_script("return document.querySelectorAll('#sampleList li').length") >= 10, visit.place, "it shows fewer than 10 samples")


def open_lines(visit, program):
    """Down through the program: the panel of every line that computes."""
    chrome = visit.chrome
    chrome.execute_script(
        "const s = document.getElementById('program'); s.value = arguments[0]; s.dispatchEvent(new Event('change', {bubbles: true}))",
        program)
    chrome.execute_script("document.getElementById('sheet').focus()")
    seen = []
    while True:
        chrome.find_element(By.ID, "sheet").send_keys(Keys.ARROW_DOWN)
        before = seen[-1] if seen else ""
        deadline = time.monotonic() + 5
        line = before
        while line == before and time.monotonic() < deadline:
            line = chrome.execute_script(
                "const p = document.getElementById('panel'); if (p.hidden || p.dataset.wait) return '';"
                "return (/line (\\d+)/.exec(p.textContent) || ['', ''])[1]") or before
        if line == before or line in seen:
            break
        seen.append(line)
    return seen


def type_own(visit, text):
    """A document of the reader's own."""
    visit.chrome.execute_script(
        "const d = document.getElementById('documentText'); d.value = arguments[0];"
        "d.dispatchEvent(new Event('input', {bubbles: true})); d.dispatchEvent(new Event('change', {bubbles: true}))", text)
    visit.until(f"the document {text}", f"return document.querySelectorAll('#tokens .chip').length === {len(text) + 1}")


def learn(visit):
    """Texts of the reader's own: pasted, chosen as a file, dropped; and one that cannot be used."""
    chrome = visit.chrome

    def learned(words):
        visit.until(f"a document of {words}", f"return {json.dumps(words)}.includes(document.getElementById('documentText').value)")
        visit.press(Keys.ARROW_RIGHT)
        visit.until_step(1)

    chrome.execute_script(
        "const p = document.getElementById('paste'); p.value = 'tic\\ntac\\ntoe\\ntictac'; p.dispatchEvent(new Event('change', {bubbles: true}))")
    learned(["tic", "tac", "toe", "tictac"])
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("été\nébène\n")
        file.flush()
        chrome.find_element(By.ID, "file").send_keys(file.name)
        learned(["été", "ébène"])
    chrome.execute_script(
        "const data = new DataTransfer(); data.items.add(new File(['uno\\ndue\\ntre'], 'numeri.txt', {type: 'text/plain'}));"
        "dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))")
    learned(["uno", "due", "tre"])
    chrome.execute_script(
        "const p = document.getElementById('paste'); p.value = '  \\n '; p.dispatchEvent(new Event('change', {bubbles: true}))")
    visit.until("a sentence about the empty text", "return document.getElementById('message').textContent.includes('empty')")
    chrome.execute_script(
        "const e = document.getElementById('engine'); e.value = 'fast'; e.dispatchEvent(new Event('change', {bubbles: true}))")
    visit.until_step(0)
    visit.press(Keys.SPACE)
    visit.until_step(1000)
    visit.close()


chrome_options = webdriver.ChromeOptions()
chrome_options.binary_location = browser
for argument in "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage":
    chrome_options.add_argument(argument)
chrome_options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=os.path.dirname(page))
handler.log_message = lambda *_: None
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
server.RequestHandlerClass.func.log_message = lambda *_: None
threading.Thread(target=server.serve_forever, daemon=True).start()
file = "file://" + page
chrome = webdriver.Chrome(options=chrome_options, service=Service(driver))
try:
    for address in file, f"http://127.0.0.1:{server.server_port}/{os.path.basename(page)}":
        visit = Visit(chrome, address)
        train(visit)
        visit.picture("trained-" + address.split(":")[0])
        for program in "microgpt", "matrix":
            seen = open_lines(visit, program)
            print(f"{address.split(':')[0]}, {program}: {len(seen)} lines opened")
            lines = chrome.execute_script("return [...document.querySelectorAll('.line')].flatMap((line, i) => line.classList.contains('computes') ? [String(i + 1)] : [])")
            check(len(lines) > 100 and sorted(seen) == sorted(lines), visit.place, f"of {program} not all lines open: {set(lines) - set(seen)}")
        visit.close()
    for width, height in (390, 844), (1024, 768), (1440, 900), (2560, 1440):
        for scheme in "light", "dark":
            visit = Visit(chrome, file, width, height, scheme)
            visit.press(Keys.SPACE)
            visit.until_step(1000)
            right = chrome.execute_script("return document.documentElement.scrollWidth")
            check(right <= width, visit.place, f"it is {right} px wide")
            visit.picture(f"{width}-{scheme}")
            visit.close()
    # A line by its address, with what it reads lit.
    for width, height, scheme in (1440, 900, "dark"), (390, 844, "light"):
        visit = Visit(chrome, file + "#L157", width, height, scheme)
        visit.press(Keys.SPACE)
        visit.until_step(1000)
        visit.until("the panel of line 157", "const p = document.getElementById('panel'); return !p.hidden && !p.dataset.wait && p.textContent.includes('line 157')")
        type_own(visit, "emma")
        visit.picture(f"line-{width}")
        visit.address = file
        visit.close()
    learn(Visit(chrome, file))
    # With the system's wish for little motion and much contrast.
    visit = Visit(chrome, file, features=[("prefers-reduced-motion", "reduce"), ("prefers-contrast", "more")])
    check(chrome.execute_script("return document.documentElement.classList.contains('contrast')"), visit.place, "it is not in high contrast")
    visit.press(Keys.SPACE)
    visit.until_step(1000)
    check(chrome.execute_script("return document.getAnimations().length") == 0, visit.place, "something moves in spite of reduced motion")
    visit.picture("contrast")
    check(chrome.execute_script("return localStorage.getItem('microgpt.contrast')") is None, visit.place, "it keeps a contrast that nobody chose")
    visit.close()
    visit = Visit(chrome, file)
    visit.press(Keys.SPACE)
    visit.until_step(1000)
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    poster = base64.b64decode(chrome.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})["data"])
    check(poster.count(b"/Type /Page\n") + poster.count(b"/Type /Page ") + poster.count(b"/Type /Page/") == 1, file, "the poster is not one page")
    if pictures:
        with open(os.path.join(pictures, "poster.pdf"), "wb") as output:
            output.write(poster)
finally:
    chrome.quit()
    server.shutdown()
sys.exit(1 if failures else 0)
