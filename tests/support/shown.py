"""How Chromium shows a picture: read from a canvas, on white."""

import base64

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

DRAW = """
async (data) => {
  const blob = new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]);
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  try { await image.decode(); } catch { return null; }
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const pen = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0);
  const pixels = new Uint8Array(pen.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  let text = "";
  for (let i = 0; i < pixels.length; i += 32768) text += String.fromCharCode(...pixels.subarray(i, i + 32768));
  return [canvas.width, canvas.height, btoa(text)];
}
"""


def shown(page: Page, data: bytes) -> NDArray[np.uint8] | None:
    """Return what the browser draws, uint8 (h, w, 3), or None where it shows nothing."""
    answer = page.evaluate(DRAW, base64.b64encode(data).decode())
    if answer is None:
        return None
    width, height, pixels = answer
    return np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(height, width, 4)[..., :3]
