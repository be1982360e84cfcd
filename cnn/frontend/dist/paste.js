// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
function makeButton(parent, name, text, label = "") {
  const button = make("button", parent, name, text);
  button.type = "button";
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  return button;
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var grouped = (number) => number.toLocaleString("en");

// cnn/frontend/shared/input.ts
var canHover = () => matchMedia("(hover: hover)").matches;

// cnn/frontend/paste.ts
var ACCEPT = "image/jpeg,image/png,image/webp,.jfif,.jpe";
var CHOOSERS = '[data-testid="stFileUploader"] input[type="file"]';
var LOST = "The server was restarted, so your pictures are gone. Please upload them again.";
var EMPTY = "Your browser gave this page nothing to paste: save the picture, then choose the file above.";
var page = window;
var stops = /* @__PURE__ */ new WeakMap();
function paste({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".paste");
  const words = place.querySelector(".told") ?? make("span", place, "told");
  const keys = `Or paste a picture: ${navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl+"}V.`;
  const usual = canHover() || !navigator.clipboard ? keys : "Or use the clipboard:";
  const say = (text) => {
    words.textContent = text;
  };
  if (!words.textContent) say(usual);
  const last = page.cnnLabTray;
  if (last?.pictures && data.tray !== last.tray) say(LOST);
  else if (data.pictures && words.textContent === LOST) say(usual);
  page.cnnLabTray = { tray: data.tray, pictures: data.pictures };
  const send = (file) => {
    if (file.size > data.most) {
      const most = grouped(data.most);
      say(
        `The pasted picture has ${grouped(file.size)} bytes; at most ${most} are allowed. Make it smaller and try again.`
      );
      return;
    }
    say("Reading the pasted picture…");
    const reader = new FileReader();
    reader.onload = () => {
      say(usual);
      const url = reader.result;
      setTriggerValue("pasted", url.slice(url.indexOf(",") + 1));
    };
    reader.readAsDataURL(file);
  };
  const pasted = (event) => {
    const file = [...event.clipboardData?.files ?? []].find((found) => found.type.startsWith("image/"));
    if (!file) {
      const kinds = event.clipboardData?.types ?? [];
      if (!kinds.length || kinds.includes("Files")) say(EMPTY);
      return;
    }
    event.preventDefault();
    send(file);
  };
  if (!canHover() && navigator.clipboard) {
    const button = place.querySelector("button") ?? makeButton(place, "", "Paste");
    button.onclick = async () => {
      const file = await fromClipboard();
      if (file) send(file);
      else
        say("No picture could be read from the clipboard. Copy one first, and allow this page to read the clipboard.");
    };
  }
  stops.get(place)?.();
  const stop = () => document.removeEventListener("paste", pasted);
  stops.set(place, stop);
  document.addEventListener("paste", pasted);
  document.addEventListener("click", preferPictures, true);
  return stop;
}
function preferPictures() {
  for (const chooser of document.querySelectorAll(CHOOSERS)) chooser.accept = ACCEPT;
}
async function fromClipboard() {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((name) => name.startsWith("image/"));
      if (type) return await item.getType(type);
    }
  } catch {
  }
  return null;
}
export {
  paste as default
};
