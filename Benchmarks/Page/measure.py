"""The page's speed and memory, in a headless Chromium, by turns with the native command on the same core.

    measure.py PAGE BROWSER DRIVER COMMAND [--rounds N] [--only PART,…]

PAGE is the built file, COMMAND the built command. Parts: opening, speed, frames, memory. Prints a table for each.
Scripts/bench-page runs it.

The Worker's thread is bound to one core, all other threads of the browser to another one; the command runs on the
Worker's core as MICROGPT_ISA=baseline, because WebAssembly's vectors are as wide as the baseline's.
"""

import argparse
import glob
import json
import os
import re
import statistics
import subprocess
import time
import urllib.request

import websocket
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

WORKER_CORE, OTHER_CORE = 1, 0
WIDTH, HEIGHT = 1440, 900

# In the page, before its own scripts. Presses play as soon as that has an effect, and notes when names appear.
OPENING = """
addEventListener("DOMContentLoaded", () => {
  const times = globalThis.openingTimes = {};
  const look = () => {
    const { state } = globalThis.microgptPage ?? {};
    if (state?.facts && !times.ready) { times.ready = performance.now(); document.getElementById("play").click(); }
    if (!times.name && document.querySelector("#sampleList li")) times.name = performance.now();
    if (state?.step >= 1000 && !times.trained) times.trained = performance.now();
    if ([...document.querySelectorAll("#sampleList .at")].some((at) => at.textContent === "1,000")) {
      times.trainedName = performance.now();
      return;
    }
    requestAnimationFrame(look);
  };
  look();
});
"""

# Trains to the end. Answers with steps and milliseconds: of the whole run, and from its first fifth on, when the
# browser has compiled the module a second time.
TRAINING = """
const answer = arguments[0], { state } = globalThis.microgptPage, begin = performance.now();
let early = null;
document.getElementById("play").click();
const look = () => {
  const { step, steps } = state, now = performance.now();
  if (!early && step >= steps / 5) early = { step, now };
  if (step < steps) return requestAnimationFrame(look);
  answer({ whole: 1000 * steps / (now - begin), settled: 1000 * (steps - early.step) / (now - early.now) });
};
look();
"""

# Begins a run of so many steps.
STARTING = """
const [engine, steps, answer] = arguments, { state, update } = globalThis.microgptPage, before = state.facts;
update({ settings: { ...state.settings, steps } });
const select = document.getElementById("engine");
select.value = engine;
select.dispatchEvent(new Event("change"));
const look = () => state.facts && state.facts !== before && state.frame && state.steps === steps ? answer() : requestAnimationFrame(look);
look();
"""


def start_browser(options):
    chrome_options = webdriver.ChromeOptions()
    chrome_options.binary_location = options.browser
    for argument in "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage":
        chrome_options.add_argument(argument)
    chrome = webdriver.Chrome(options=chrome_options, service=Service(options.driver))
    chrome.set_script_timeout(120)
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False})
    return chrome


def until(chrome, script, seconds=60):
    deadline = time.monotonic() + seconds
    while not chrome.execute_script("return " + script):
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds} s for {script}")
        time.sleep(0.01)


def open_page(chrome, options):
    chrome.get("about:blank")
    chrome.get("file://" + options.page)
    until(chrome, "Boolean(globalThis.microgptPage?.state.frame)")
    bind(chrome)


def descendants(parent):
    """A process and those that it has started."""
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="ascii", errors="replace") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            parents[int(path.split("/")[2])] = int(fields[1])
        except OSError:
            continue
    found = [parent]
    for process in found:
        found += [child for child, its_parent in parents.items() if its_parent == process]
    return found


def bind(chrome):
    """The Worker's thread to its core, the browser's others to the other one. Returns the renderer's process."""
    renderer = None
    for process in descendants(chrome.service.process.pid):
        for path in glob.glob(f"/proc/{process}/task/*/comm"):
            try:
                with open(path, encoding="utf-8") as file:
                    is_worker = file.read().startswith("DedicatedWorker")
                os.sched_setaffinity(int(path.split("/")[4]), {WORKER_CORE if is_worker else OTHER_CORE})
            except OSError:
                continue
            if is_worker:
                renderer = process
    if renderer is None:
        raise SystemExit("There is no thread named DedicatedWorker.")
    return renderer


def native(options, engine, steps):
    """Steps a second of the command."""
    result = subprocess.run(
        ["taskset", "-c", str(WORKER_CORE), options.command, "--engine", engine, "--steps", str(steps), "--samples", "0"],
        env={**os.environ, "MICROGPT_ISA": "baseline"}, capture_output=True, text=True, check=True)
    return float(re.findall(r"([\d,.]+) steps/s", result.stdout + result.stderr)[-1].replace(",", ""))


def row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def best_and_median(numbers):
    return f"{max(numbers):,.0f} ({statistics.median(numbers):,.0f})"


def speed(chrome, options):
    row("run", "native", "page, whole run", "page, from the first fifth on", "ratio of bests", "of medians")
    row(*["---"] * 6)
    for engine, steps, is_fresh in ("exact", 20000, False), ("fast", 100000, False), ("exact", 1000, True), ("fast", 1000, True):
        natives, wholes, settleds = [], [], []
        open_page(chrome, options)
        for _ in range(options.rounds):
            natives.append(native(options, engine, max(steps, 20000)))
            if is_fresh:
                open_page(chrome, options)
            chrome.execute_async_script(STARTING, engine, steps)
            answer = chrome.execute_async_script(TRAINING)
            wholes.append(answer["whole"])
            settleds.append(answer["settled"])
        page = wholes
        row(f"{engine}, {steps:,} steps" + (", the first after opening" if is_fresh else ""), best_and_median(natives),
            best_and_median(wholes), "" if is_fresh else best_and_median(settleds), f"{max(page) / max(natives):.2f}",
            f"{statistics.median(page) / statistics.median(natives):.2f}")


def opening(chrome, options):
    script = chrome.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": OPENING})["identifier"]
    rounds = []
    for _ in range(options.rounds):
        chrome.get("about:blank")
        chrome.get("file://" + options.page)
        until(chrome, "globalThis.openingTimes?.trainedName > 0")
        rounds.append(chrome.execute_script(
            "const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;"
            "return { paint, ...openingTimes }"))
    chrome.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})
    row("from opening, exact, ms", "best", "median")
    row("---", "---", "---")
    for key, name in (("paint", "first paint with content"), ("ready", "the module has answered; play is pressed"),
                      ("name", "a first name stands there"), ("trained", "1,000 steps are taken"),
                      ("trainedName", "the first name of the trained model stands there")):
        times = [times[key] for times in rounds]
        row(name, f"{min(times):.0f}", f"{statistics.median(times):.0f}")


def trace(chrome, seconds):
    """What the browser's threads did for some time. Selenium does not hand traces over, so that is asked of the browser."""
    address = chrome.capabilities["goog:chromeOptions"]["debuggerAddress"]
    with urllib.request.urlopen(f"http://{address}/json/version") as answer:
        socket = websocket.create_connection(json.load(answer)["webSocketDebuggerUrl"], suppress_origin=True, timeout=60)
    categories = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
    socket.send(json.dumps({"id": 1, "method": "Tracing.start", "params": {
        "transferMode": "ReportEvents", "traceConfig": {"includedCategories": categories, "excludedCategories": ["*"]}}}))
    while json.loads(socket.recv()).get("id") != 1:
        pass
    time.sleep(seconds)
    socket.send(json.dumps({"id": 2, "method": "Tracing.end"}))
    events = []
    while True:
        message = json.loads(socket.recv())
        if message.get("method") == "Tracing.dataCollected":
            events += message["params"]["value"]
        elif message.get("method") == "Tracing.tracingComplete":
            socket.close()
            return events


def frame_times(events):
    """The main thread's processor time from each frame's beginning to that of the next, in ms."""
    tasks, beginnings = {}, {}
    for event in events:
        thread = (event["pid"], event["tid"])
        if event["name"] == "RunTask" and event["ph"] == "X":
            tasks.setdefault(thread, {})[event["ts"]] = event.get("tdur", event.get("dur", 0)) / 1000
        elif event["name"] == "FireAnimationFrame":
            beginnings.setdefault(thread, []).append(event["ts"])
    thread = max(beginnings, key=lambda known: len(beginnings[known]))
    starts, work = sorted(beginnings[thread]), sorted(tasks[thread].items())
    # The task with a frame's callbacks has begun before them.
    starts = [max((begin for begin, _ in work if begin <= start), default=start) for start in starts]
    return [sum(duration for begin, duration in work if start <= begin < end) for start, end in zip(starts, starts[1:]) if start < end]


def frames(chrome, options):
    row("main thread in a frame, ms", "frames", "median", "99th percentile", "longest")
    row(*["---"] * 5)
    for engine, steps in ("exact", 60000), ("fast", 300000):
        for line, name in (None, "no panel"), (112, "panel of line 112"):
            open_page(chrome, options)
            chrome.execute_async_script(STARTING, engine, steps)
            if line:
                chrome.execute_script("microgptPage.update({ focus: { line: arguments[0], pinned: true } })", line)
                time.sleep(0.5)
            chrome.execute_script("document.getElementById('play').click()")
            time.sleep(0.5)
            times = sorted(frame_times(trace(chrome, 3)))
            row(f"{engine}, {name}", str(len(times)), f"{statistics.median(times):.1f}",
                f"{times[min(len(times) - 1, int(0.99 * len(times)))]:.1f}", f"{times[-1]:.1f}")


def memory(chrome, options):
    open_page(chrome, options)

    def measured():
        chrome.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        heap = chrome.execute_cdp_cmd("Runtime.getHeapUsage", {})["usedSize"]
        with open(f"/proc/{bind(chrome)}/smaps_rollup", encoding="ascii") as file:
            private = int(re.search(r"Private_Dirty: +(\d+)", file.read()).group(1)) * 1024
        return chrome.execute_script("return microgptPage.state.frame.memory"), heap, private

    chrome.execute_async_script(STARTING, "fast", 100000)
    chrome.execute_script("document.getElementById('play').click()")
    until(chrome, "microgptPage.state.step >= 1000")
    chrome.execute_script("document.getElementById('play').click()")
    time.sleep(1)
    first = measured()
    chrome.execute_script("document.getElementById('play').click()")
    until(chrome, "microgptPage.state.step === 100000")
    plot = chrome.find_element(By.ID, "plotBox")
    width = plot.size["width"]
    for count in range(100):
        ActionChains(chrome, duration=0).move_to_element_with_offset(plot, (count * 7919) % (width - 60) - width // 2 + 40, 0).click().perform()
        until(chrome, "microgptPage.state.frame.replaying === 0 && microgptPage.state.frame.step === microgptPage.state.step")
    time.sleep(1)
    last = measured()
    row("bytes in MiB, fast", "after 1,000 steps", "after 100,000 steps and 100 rewinds", "more")
    row(*["---"] * 4)
    for name, before, after in zip(("the module", "the page's JavaScript, collected", "the renderer's process, private"), first, last):
        row(name, *(f"{bytes / 2 ** 20:.1f}" for bytes in (before, after, after - before)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in "page", "browser", "driver", "command":
        parser.add_argument(name, type=os.path.abspath)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="opening,speed,frames,memory")
    options = parser.parse_args()
    parts = options.only.split(",")
    chrome = start_browser(options)
    try:
        for name, part in ("opening", opening), ("speed", speed), ("memory", memory), ("frames", frames):
            if name in parts:
                part(chrome, options)
                print()
    finally:
        chrome.quit()


main()
