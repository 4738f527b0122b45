//! Runs a real browser, Chromium without a window, and speaks its DevTools protocol over two pipes: no library is needed for that.
//!
//! Where it is not installed a test says so and is skipped; with `LIMPID_REQUIRE_SERVERS=1` it fails instead.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::registry::is_installed;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running browser with one page. It is stopped, and its data removed, when it is dropped.
#[derive(Debug)]
pub struct Browser {
    child: Child,
    commands: File,
    messages: Receiver<Value>,
    session: String,
    sent: u64,
    events: Vec<Value>,
    _directory: TempDir,
}

impl Browser {
    /// Starts one, where Chromium is installed.
    pub fn start() -> Option<Self> {
        if !is_installed("chromium", "apt-get install chromium") {
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let [commands, answers] = ["commands", "answers"].map(|name| directory.path().join(name));
        for pipe in [&commands, &answers] {
            assert!(Command::new("mkfifo").arg(pipe).status().expect("mkfifo runs").success());
        }
        // The shell gives the browser the two pipes under the numbers that it asks for.
        let script = "exec chromium --headless --no-sandbox --disable-gpu --no-first-run --remote-debugging-pipe \
             --disable-background-networking --user-data-dir=\"$3\" about:blank 3<\"$1\" 4>\"$2\"";
        let child = Command::new("sh")
            .args(["-c", script, "sh"])
            .args([&commands, &answers, &directory.path().join("data")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let commands = OpenOptions::new().write(true).open(commands).expect("the pipe of commands");
        let answers = File::open(answers).expect("the pipe of answers");
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut answers = BufReader::new(answers);
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                if let Ok(value) = serde_json::from_slice(&message)
                    && sender.send(value).is_err()
                {
                    return;
                }
                message.clear();
            }
        });
        let mut browser = Self {
            child,
            commands,
            messages,
            session: String::new(),
            sent: 0,
            events: Vec::new(),
            _directory: directory,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            browser.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Log", "Runtime", "DOM", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.prefer("light");
        Some(browser)
    }

    /// Calls a method of the protocol.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.sent += 1;
        let id = self.sent;
        let mut command = json!({ "id": id, "method": method, "params": parameters });
        if !self.session.is_empty() {
            command["sessionId"] = json!(self.session);
        }
        self.commands.write_all(format!("{command}\0").as_bytes()).expect("the browser listens");
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("the browser answers");
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// Waits until the page that is being loaded is there.
    fn loaded(&mut self) {
        let begun = Instant::now();
        loop {
            let is_it = |event: &Value| event["method"] == "Page.loadEventFired";
            if let Some(place) = self.events.iter().position(is_it) {
                self.events.remove(place);
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "the page is not there");
            let message = self.messages.recv_timeout(PATIENCE).expect("the browser says something");
            self.events.push(message);
        }
    }

    /// Opens a page.
    pub fn open(&mut self, address: &str) {
        self.call("Page.navigate", json!({ "url": address }));
        self.loaded();
    }

    /// Switches scripts of pages off.
    pub fn without_scripts(&mut self) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    }

    fn node(&mut self, selector: &str) -> Value {
        let document = self.call("DOM.getDocument", json!({}));
        let found = self
            .call("DOM.querySelector", json!({ "nodeId": document["root"]["nodeId"], "selector": selector }));
        assert_ne!(found["nodeId"], 0, "nothing on the page is {selector}");
        found["nodeId"].clone()
    }

    /// Types a text into a field.
    pub fn type_into(&mut self, selector: &str, text: &str) {
        let node = self.node(selector);
        self.call("DOM.focus", json!({ "nodeId": node }));
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Clicks on something, as a person with a mouse does.
    pub fn click(&mut self, selector: &str) {
        let node = self.node(selector);
        self.call("DOM.scrollIntoViewIfNeeded", json!({ "nodeId": node }));
        let quads = self.call("DOM.getContentQuads", json!({ "nodeId": node }));
        let quad: Vec<f64> =
            quads["quads"][0].as_array().expect("a place").iter().filter_map(Value::as_f64).collect();
        let (x, y) = ((quad[0] + quad[4]) / 2.0, (quad[1] + quad[5]) / 2.0);
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Clicks on something that leads to another page.
    pub fn follow(&mut self, selector: &str) {
        self.click(selector);
        self.loaded();
    }

    /// The page as HTML, as the browser has it.
    pub fn html(&mut self) -> String {
        let document = self.call("DOM.getDocument", json!({}));
        let html = self.call("DOM.getOuterHTML", json!({ "nodeId": document["root"]["nodeId"] }));
        html["outerHTML"].as_str().expect("a page").to_owned()
    }

    /// The address of the page.
    pub fn address(&mut self) -> String {
        let history = self.call("Page.getNavigationHistory", json!({}));
        let current = history["currentIndex"].as_u64().expect("a place") as usize;
        history["entries"][current]["url"].as_str().expect("an address").to_owned()
    }

    /// Sets how wide the window is, and the theme of the machine.
    pub fn shape(&mut self, width: u32, theme: &str) {
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        self.prefer(theme);
    }

    /// Sets the theme of the machine. Nothing moves by itself: what is clicked on stands where it was found.
    fn prefer(&mut self, theme: &str) {
        let feature = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features = [feature("prefers-color-scheme", theme), feature("prefers-reduced-motion", "reduce")];
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// How wide the page is beyond its window.
    pub fn overflow(&mut self) -> f64 {
        let metrics = self.call("Page.getLayoutMetrics", json!({}));
        let width = |name: &str, field: &str| metrics[name][field].as_f64().unwrap_or_default();
        width("cssContentSize", "width") - width("cssLayoutViewport", "clientWidth")
    }

    /// What went wrong on all pages until now: errors of scripts, and what the policy of a page did not let happen.
    pub fn faults(&mut self) -> Vec<String> {
        // Everything that was said before this answer is here with it.
        self.call("DOM.getDocument", json!({}));
        let fault = |event: &Value| {
            let entry = &event["params"]["entry"];
            let is_bad = (event["method"] == "Log.entryAdded"
                && (entry["level"] == "error" || entry["source"] == "security"))
                || event["method"] == "Runtime.exceptionThrown";
            is_bad.then(|| event["params"].to_string())
        };
        self.events.iter().filter_map(fault).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The session is that of the page; the browser itself is asked to close.
        self.session.clear();
        self.sent += 1;
        let close = json!({ "id": self.sent, "method": "Browser.close" });
        if self.commands.write_all(format!("{close}\0").as_bytes()).is_err() {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}
