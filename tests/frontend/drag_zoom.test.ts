// The view that a drag over a chart asks for, against values worked by hand.
import { describe, expect, test } from "vitest";
import { box, zoomedView } from "../../cnn/frontend/shared/drag_zoom.ts";

const AREA = { left: 100, top: 50, width: 400, height: 200 };
const VIEW = [0, 4, 1, 3] as [number, number, number, number]; // 100 pixels per unit of x and of y
const at = (clientX: number, clientY: number) => ({ clientX, clientY });

describe("a drag over a chart", () => {
  test("asks for what is under the box, in either direction", () => {
    const wanted = [1, 3, 1.5, 2.5];
    expect(zoomedView(VIEW, box(at(200, 100), at(400, 200), AREA), AREA)).toEqual(wanted);
    expect(zoomedView(VIEW, box(at(400, 200), at(200, 100), AREA), AREA)).toEqual(wanted);
  });
  test("ends at the edge of the chart", () => {
    expect(zoomedView(VIEW, box(at(200, 100), at(900, 900), AREA), AREA)).toEqual([1, 4, 1, 2.5]);
  });
  test("keeps the range of the side that is hardly moved", () => {
    expect(zoomedView(VIEW, box(at(200, 100), at(300, 105), AREA), AREA)).toEqual([1, 2, 1, 3]);
    expect(zoomedView(VIEW, box(at(200, 100), at(205, 200), AREA), AREA)).toEqual([0, 4, 1.5, 2.5]);
  });
  test("of a few pixels is a click", () => {
    expect(zoomedView(VIEW, box(at(200, 100), at(206, 106), AREA), AREA)).toBeNull();
  });
});
