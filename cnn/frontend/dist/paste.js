// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/paste.ts
function paste_default({ data, parentElement, setTriggerValue }) {
  const words = parentElement.querySelector(".paste");
  const say = (text) => {
    words.textContent = text;
  };
  const usual = `Or paste a picture: ${navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl+"}V.`;
  if (!words.textContent) say(usual);
  const pasted = (event) => {
    const file = [...event.clipboardData?.files ?? []].find((found) => found.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    if (file.size > data.most) {
      const [size, most] = [file.size, data.most].map((bytes) => bytes.toLocaleString("en"));
      say(`The pasted picture has ${size} bytes; at most ${most} are allowed: make it smaller and try again.`);
      return;
    }
    say("Reading the pasted picture…");
    const reader = new FileReader();
    reader.onload = () => {
      say(usual);
      setTriggerValue("pasted", reader.result.slice(reader.result.indexOf(",") + 1));
    };
    reader.readAsDataURL(file);
  };
  words.stop?.();
  words.stop = () => document.removeEventListener("paste", pasted);
  document.addEventListener("paste", pasted);
  return words.stop;
}
export {
  paste_default as default
};
