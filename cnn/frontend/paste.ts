// A picture pasted anywhere on the page is sent to Python as base64; pasted text is ignored. Where there is no
// keyboard, a button reads the clipboard.
import { find, type Mount, make, makeButton } from "./shared/dom.ts";
import { canHover } from "./shared/input.ts";
import { grouped } from "./shared/numbers.ts";

// The dialog for files shows pictures first; any other file can be chosen too. Without it, iPhones send HEIC.
const ACCEPT = "image/jpeg,image/png,image/webp,.jfif,.jpe";
const CHOOSERS = '[data-testid="stFileUploader"] input[type="file"]';
const LOST = "The server was restarted, so your pictures are gone. Please upload them again.";
const EMPTY = "Your browser gave this page nothing to paste: save the picture, then choose the file above.";
// What Python said before, for as long as the page is open
const page = window as Window & { cnnLabTray?: { tray: string; pictures: number } };

const stops = new WeakMap<HTMLElement, () => void>();

interface Data {
  most: number;
  tray: string;
  pictures: number;
}

export default function paste({ data, parentElement, setTriggerValue }: Mount<Data>): () => void {
  const place = find(parentElement, ".paste");
  const words = place.querySelector<HTMLElement>(".told") ?? make("span", place, "told");
  const keys = `Or paste a picture: ${navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl+"}V.`;
  const usual = canHover() || !navigator.clipboard ? keys : "Or use the clipboard:";
  const say = (text: string) => {
    words.textContent = text;
  };
  if (!words.textContent) say(usual);
  const last = page.cnnLabTray;
  if (last?.pictures && data.tray !== last.tray) say(LOST);
  else if (data.pictures && words.textContent === LOST) say(usual);
  page.cnnLabTray = { tray: data.tray, pictures: data.pictures };

  const send = (file: Blob) => {
    if (file.size > data.most) {
      const most = grouped(data.most);
      say(
        `The pasted picture has ${grouped(file.size)} bytes; at most ${most} are allowed. Make it smaller and try again.`,
      );
      return;
    }
    say("Reading the pasted picture…");
    const reader = new FileReader();
    reader.onload = () => {
      say(usual);
      const url = reader.result as string;
      setTriggerValue("pasted", url.slice(url.indexOf(",") + 1));
    };
    reader.readAsDataURL(file);
  };
  const pasted = (event: ClipboardEvent) => {
    const file = [...(event.clipboardData?.files ?? [])].find((found) => found.type.startsWith("image/"));
    if (!file) {
      const kinds = event.clipboardData?.types ?? [];
      if (!kinds.length || kinds.includes("Files")) say(EMPTY); // WebKitGTK hands a picture over without its bytes
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
  stops.get(place)?.(); // this function may run again for the same element: only one listens
  const stop = () => document.removeEventListener("paste", pasted);
  stops.set(place, stop);
  document.addEventListener("paste", pasted);
  document.addEventListener("click", preferPictures, true);
  return stop;
}

function preferPictures(): void {
  for (const chooser of document.querySelectorAll<HTMLInputElement>(CHOOSERS)) chooser.accept = ACCEPT;
}

async function fromClipboard(): Promise<Blob | null> {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((name) => name.startsWith("image/"));
      if (type) return await item.getType(type);
    }
  } catch {
    // The browser does not allow it, or has nothing: one sentence says both.
  }
  return null;
}
