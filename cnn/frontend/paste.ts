// A picture that is pasted anywhere on the page goes to Python as base64; text is left alone. Where there is no
// keyboard, a button reads the clipboard.
import { find, type Mount, make, makeButton } from "./shared/dom.ts";
import { canHover } from "./shared/input.ts";
import { grouped } from "./shared/numbers.ts";

const stops = new WeakMap<HTMLElement, () => void>();

export default function paste({ data, parentElement, setTriggerValue }: Mount<{ most: number }>): () => void {
  const place = find(parentElement, ".paste");
  const words = place.querySelector<HTMLElement>(".told") ?? make("span", place, "told");
  const keys = `Or paste a picture: ${navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl+"}V.`;
  const usual = canHover() || !navigator.clipboard ? keys : "Or take it from the clipboard:";
  const say = (text: string) => {
    words.textContent = text;
  };
  if (!words.textContent) say(usual);

  const send = (file: Blob) => {
    if (file.size > data.most) {
      const most = grouped(data.most);
      say(
        `The pasted picture has ${grouped(file.size)} bytes; at most ${most} are allowed: make it smaller and try again.`,
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
    if (!file) return;
    event.preventDefault();
    send(file);
  };
  if (!canHover() && navigator.clipboard) {
    const button = place.querySelector("button") ?? makeButton(place, "", "Paste");
    button.onclick = async () => {
      const file = await fromClipboard();
      if (file) send(file);
      else say("No picture could be read from the clipboard: copy one first, and allow this page to read it.");
    };
  }
  stops.get(place)?.(); // this function may run again for the same element: only one listens
  const stop = () => document.removeEventListener("paste", pasted);
  stops.set(place, stop);
  document.addEventListener("paste", pasted);
  return stop;
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
