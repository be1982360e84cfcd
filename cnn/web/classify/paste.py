"""The component that takes a picture from the clipboard, wherever on the page it is pasted."""

import base64
import binascii
from collections.abc import Callable

import streamlit as st

from cnn.core.errors import PictureError
from cnn.images.file_checks import MAX_BYTES

KEY = "paste"
MOST_TEXT = MAX_BYTES * 4 // 3 + 8
_component = st.components.v2.component(
    "cnn_lab_paste",
    html='<p class="paste" role="status"></p>',
    css="""
.paste {
  margin: 0;
  font-family: var(--st-font);
  font-size: 0.85rem;
  color: var(--st-text-color);
  opacity: 0.8;
}
""",
    js=f"""
// A picture that is pasted goes to Python as base64; text is left alone.
const MOST = {MAX_BYTES};
export default function ({{ parentElement, setTriggerValue }}) {{
  const words = parentElement.querySelector(".paste");
  const say = (text) => (words.textContent = text);
  const usual = `Or paste a picture: ${{navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl+"}}V.`;
  if (!words.textContent) say(usual);
  const pasted = (event) => {{
    const file = [...(event.clipboardData?.files ?? [])].find((found) => found.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    if (file.size > MOST)
      return say(`The pasted picture has ${{file.size.toLocaleString("en")}} bytes; at most
      ${{MOST.toLocaleString("en")}} are allowed: make it smaller and try again.`);
    say("Reading the pasted picture…");
    const reader = new FileReader();
    reader.onload = () => {{
      say(usual);
      setTriggerValue("pasted", reader.result.slice(reader.result.indexOf(",") + 1));
    }};
    reader.readAsDataURL(file);
  }};
  words.stop?.(); // this function may run again for the same element: only one shall listen
  words.stop = () => document.removeEventListener("paste", pasted);
  document.addEventListener("paste", pasted);
  return words.stop;
}}
""",
)


def show_paste(on_paste: Callable[[bytes], object], on_problem: Callable[[str], object]) -> None:
    """Listen for a pasted picture, and say so on the page.

    Args:
        on_paste: is called with its bytes, which nobody vouches for.
        on_problem: is called with a sentence where they are too many.
    """

    def pasted() -> None:
        try:
            data = read_pasted(st.session_state[KEY].pasted)
        except PictureError as error:
            on_problem(str(error))
            return
        if data is not None:
            on_paste(data)

    _component(key=KEY, on_pasted_change=pasted)


def read_pasted(value: object) -> bytes | None:
    """Return the bytes that a browser sends as base64, None where it sends something else.

    Raises:
        PictureError: where they are too many.
    """
    if not isinstance(value, str):
        return None
    if len(value) > MOST_TEXT:
        raise PictureError(
            f"The pasted picture is larger than {MAX_BYTES // 2**20} MB, which is the most that is allowed: "
            "make it smaller and try again."
        )
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
