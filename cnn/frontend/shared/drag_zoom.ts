// The view that a rectangle drawn over a chart asks for, by the rules of plotly.js (dragbox.js, 3.x): a flat box
// keeps the range of y, a narrow one that of x, a tiny one changes nothing.

const LEAST = 8; // pixels: less is a click (MINDRAG there)
const FLAT = 20; // pixels: sides below this may count as not meant (MINZOOM there)

export interface Point {
  clientX: number;
  clientY: number;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type View = [number, number, number, number]; // ends of x, ends of y

/** Return the rectangle between two points in the area of a plot, all in pixels. */
export function box(from: Point, to: Point, area: Box): Box {
  const inside = (value: number, start: number, length: number) => Math.min(Math.max(value, start), start + length);
  const x = [from.clientX, inside(to.clientX, area.left, area.width)] as const;
  const y = [from.clientY, inside(to.clientY, area.top, area.height)] as const;
  return { left: Math.min(...x), top: Math.min(...y), width: Math.abs(x[1] - x[0]), height: Math.abs(y[1] - y[0]) };
}

/** Return the view inside a box, null where the box is too small to mean one. */
export function zoomedView(view: View, drawn: Box, area: Box): View | null {
  const { width, height } = drawn;
  const flat = height < Math.min(Math.max(width * 0.6, LEAST), FLAT);
  const narrow = !flat && width < Math.min(height * 0.6, FLAT);
  if (flat && width < LEAST) return null;
  const [x0, x1, y0, y1] = view;
  const atX = (pixels: number) => x0 + ((x1 - x0) * (pixels - area.left)) / area.width;
  const atY = (pixels: number) => y1 - ((y1 - y0) * (pixels - area.top)) / area.height;
  return [
    ...((narrow ? [x0, x1] : [atX(drawn.left), atX(drawn.left + width)]) as [number, number]),
    ...((flat ? [y0, y1] : [atY(drawn.top + height), atY(drawn.top)]) as [number, number]),
  ];
}
