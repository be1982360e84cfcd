// Pictures from a file, the clipboard or the camera, as the 32×32 pixels of a network. They never leave the page.
import { find, write } from "../shared/dom.ts";

export const SIDE = 32;
const MOST_BYTES = 30_000_000;
const MOST_PIXELS = 100_000_000;
const UNREADABLE = "This browser cannot read this file as a picture. Use a JPEG, PNG or WebP.";

/** The pixels (32, 32, 3) of a picture's middle, or the sentence on why there are none. */
async function readPicture(file: Blob): Promise<Uint8Array | string> {
  if (file.size > MOST_BYTES) {
    return `This file has ${Math.round(file.size / 1e6)} MB; use a picture of at most ${MOST_BYTES / 1e6} MB.`;
  }
  const size = await pngSize(file);
  if (size && size.width * size.height > MOST_PIXELS) {
    return `This picture has ${size.width} × ${size.height} pixels; use one of at most ${MOST_PIXELS / 1e6} million.`;
  }
  try {
    const image = await createImageBitmap(file);
    const pixels = shrink(image, image.width, image.height);
    image.close();
    return pixels;
  } catch {
    return UNREADABLE;
  }
}

/** What a PNG says of its size: a few bytes can stand for any number of pixels. Other kinds are bounded by their bytes. */
async function pngSize(file: Blob): Promise<{ width: number; height: number } | null> {
  const head = new DataView(await file.slice(0, 24).arrayBuffer());
  if (head.byteLength < 24 || head.getUint32(0) !== 0x89504e47) return null;
  return { width: head.getUint32(16), height: head.getUint32(20) };
}

/** The square in the middle, made smaller by halves, so that every pixel of the photo counts. */
function shrink(source: CanvasImageSource, width: number, height: number): Uint8Array {
  const side = Math.min(width, height);
  let now = Math.max(SIDE, Math.min(side, 1024));
  let canvas = square(now, source, (width - side) / 2, (height - side) / 2, side);
  while (now > SIDE) {
    const next = Math.max(SIDE, now >> 1);
    canvas = square(next, canvas, 0, 0, now);
    now = next;
  }
  const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, SIDE, SIDE);
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)] as number);
}

function square(size: number, from: CanvasImageSource, x: number, y: number, cut: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.fillStyle = "#FFFFFF"; // what is transparent lies on white
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = "high";
  context.drawImage(from, x, y, cut, cut, 0, 0, size, size);
  return canvas;
}

/** Take pictures that are chosen, pasted, dropped or taken, with the elements that such a page has for them. */
export function listenToPictures(show: (pixels: Uint8Array, name: string) => void): void {
  const say = (problem: string) => write(find(document, "#problem"), problem);
  let given = 0;
  const take = async (file: File | null | undefined, name: string) => {
    if (!file) return;
    given += 1;
    const mine = given;
    const found = await readPicture(file);
    if (mine !== given) return; // another one was chosen meanwhile
    say(typeof found === "string" ? found : "");
    if (typeof found !== "string") show(found, name);
  };
  const file = find<HTMLInputElement>(document, "#file");
  file.addEventListener("change", () => take(file.files?.[0], "your photo"));
  document.addEventListener("paste", (event) => take(event.clipboardData?.files[0], "your picture"));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer?.files[0], "your picture");
  });
  const [area, use, shoot] = ["#camera", "#use-camera", "#shoot"].map((name) => find(document, name));
  listenToCamera(area as HTMLElement, use as HTMLElement, shoot as HTMLElement, {
    take: (pixels) => show(pixels, "your photo"),
    say,
  });
}

/** Let one button start and stop the camera, another take a picture; the camera is off as soon as it was taken. */
function listenToCamera(
  area: HTMLElement,
  use: HTMLElement,
  shoot: HTMLElement,
  told: { take(pixels: Uint8Array): void; say(problem: string): void },
): void {
  const video = area.querySelector("video") as HTMLVideoElement;
  let stream: MediaStream | null = null;
  let asked = false;
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = video.srcObject = null;
    area.hidden = true;
    use.setAttribute("aria-expanded", "false");
  };
  use.addEventListener("click", async () => {
    if (stream) {
      stop();
      return;
    }
    if (asked) return; // the browser still asks whether the camera may be used
    asked = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      area.hidden = false;
      use.setAttribute("aria-expanded", "true");
      await video.play();
      told.say("");
      shoot.focus();
    } catch {
      stop();
      told.say(
        "There is no camera, or the browser does not allow it on a page opened from a file. Choose a photo instead.",
      );
    } finally {
      asked = false;
    }
  });
  shoot.addEventListener("click", () => {
    if (!video.videoWidth) return; // no picture has come yet
    told.take(shrink(video, video.videoWidth, video.videoHeight));
    stop();
    use.focus();
  });
}
