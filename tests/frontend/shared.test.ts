// Numbers, colours, the blob, the lessons' window, the overlay and the unrolled vector, against Python.
import { describe, expect, test } from "vitest";
import { type Column, fieldsOf } from "../../cnn/frontend/flow.ts";
import { type CellMap, mapValue } from "../../cnn/frontend/overlay.ts";
import { onPaper } from "../../cnn/frontend/page_tools.ts";
import { openBlob } from "../../cnn/frontend/shared/blob.ts";
import { colourOf, inkOn, luminance, type Rgb, rgb, withTable } from "../../cnn/frontend/shared/colours.ts";
import { distance } from "../../cnn/frontend/shared/flight.ts";
import {
  adaptive,
  bracketed,
  compact,
  exact,
  fixed,
  largest,
  near,
  percent,
  significant,
  written,
} from "../../cnn/frontend/shared/numbers.ts";
import { meanSize } from "../../cnn/frontend/tiles.ts";
import { indexOf, mapKeys, placeOf } from "../../cnn/frontend/unroll.ts";
import { dotProduct, dotTotal, poolValue, readMap, seenBy, winnerOf } from "../../cnn/frontend/window.ts";
import { apart, blob, index } from "./python.ts";

describe("numbers as text", () => {
  test.each([
    [fixed(-0.00004), "0.0000"],
    [fixed(-1.23456, 2), "−1.23"],
    [fixed(-5.65e26), "−5.65e26"],
    [bracketed(-0.5, 1), "(−0.5)"],
    [bracketed(0.5, 1), "0.5"],
    [percent(0.6934), "69.3 %"],
    [percent(0.0002), "< 0.1 %"],
    [percent(0.99996), "> 99.9 %"],
    [percent(0), "0.0 %"],
    [percent(1), "100.0 %"],
    [exact(-0.1), "−0.1"],
    [exact(0.30000001192092896), "0.3"],
    [significant(0), "0"],
    [significant(-1234.5), "−1230"],
    [compact(0), "0.00"],
    [compact(12.34), "12.3"],
    [compact(-123.4), "−123"],
    [compact(0.00012), "1.2e−4"],
    [compact(123456), "1.2e5"],
    [compact(-1.8e7), "−1.8e7"],
    [adaptive(0.05), "0.0500"],
    [adaptive(3e30), "3.00e30"],
    [adaptive(-0.5), "−0.500"],
    [adaptive(1.5), "1.50"],
    [meanSize(0), "0"],
    [meanSize(0.001), "<0.01"],
    [meanSize(0.5), "0.50"],
    [meanSize(123.4), "123"],
  ])("%s", (text, expected) => expect(text).toBe(expected));

  test("a share is the same text as in Python", () => {
    for (const { share, text } of index.shares) expect(percent(share)).toBe(text);
  });

  test("near is relative from 1 up and absolute below", () => {
    expect(near(0.00009, 0)).toBe(true);
    expect(near(0.00011, 0)).toBe(false);
    expect(near(1000.09, 1000)).toBe(true);
    expect(near(1000.11, 1000)).toBe(false);
  });

  test("the first of equals is the largest", () => expect(largest([1, 3, 3])).toBe(1));
});

describe("colours", () => {
  test.each(index.colours)("a scale's colours are those of the mosaics: $scale.low", ({ scale, values, colours }) => {
    const table = withTable(scale);
    values.forEach((value, i) => {
      const expected = colours[i] as Rgb;
      // 511 steps: a channel may be one step of its ramp beside
      colourOf(value, table).forEach((channel, c) =>
        expect(Math.abs(channel - (expected[c] as number))).toBeLessThan(3),
      );
    });
  });

  test("zero of a signed scale has exactly the ground", () => {
    const { scale } = index.colours.find((one) => one.scale.stops.length === 3) as (typeof index.colours)[number];
    expect(colourOf(0, withTable(scale))).toEqual(rgb(scale.stops[1] as string));
  });

  test("ink on every grey can be read (4.5 to 1)", () => {
    for (let level = 0; level < 256; level++) {
      const [ground, ink] = [luminance([level, level, level]), luminance(rgb(inkOn([level, level, level])))];
      const contrast = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
      expect(contrast, `grey ${level}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(luminance([255, 255, 255])).toBeCloseTo(1, 6);
    expect(luminance([255, 0, 0])).toBeCloseTo(0.2126, 6);
  });
});

test("a blob says what it lacks", () => {
  const data = blob("overlay.bin");
  expect(() => openBlob(data, "nothing")).toThrow("nothing");
  expect(() => openBlob(data).floats("picture")).toThrow("U8");
  expect(() => openBlob(data).bytes("map9")).toThrow("map9");
  expect(openBlob(data).names.sort()).toEqual(["map0", "picture"]);
  const shifted = new Uint8Array(data.length + 3);
  shifted.set(data, 3); // the page's bytes do not begin where their buffer does
  expect(openBlob(shifted.subarray(3)).floats("map0").values).toEqual(openBlob(data).floats("map0").values);
});

describe("the lessons' window", () => {
  test.each(index.windows)("$path: every sum is the map's", ({ path, expected }) => {
    const map = readMap(blob(path));
    expect(map.rows * map.columns * map.maps).toBe(expected.length);
    for (let row = 0; row < map.rows; row++) {
      for (let column = 0; column < map.columns; column++) {
        map.rules.forEach((rule, which) => {
          const cells = seenBy(map, row, column, 0);
          const value = rule === "dot" ? dotTotal(map, row, column) : poolValue(rule, cells);
          const theirs = expected[(row * map.columns + column) * map.maps + which] as number;
          expect(apart(value, theirs), `${rule} at ${row}, ${column}`).toBeLessThan(2e-5);
          for (const cell of cells) {
            const outside = cell.y < 0 || cell.x < 0 || cell.y >= map.height || cell.x >= map.width;
            expect(cell.padding).toBe(outside);
            if (outside) expect(cell.value).toBe(0);
          }
        });
      }
    }
  });

  test("a tie has no winner", () => {
    const cell = (value: number) => ({ y: 0, x: 0, value, weight: 0, padding: false });
    expect(winnerOf([cell(1), cell(1)])).toBeNull();
    expect(winnerOf([cell(1), cell(2)])?.value).toBe(2);
    expect(dotProduct([{ ...cell(2), weight: 3 }])).toBe(6);
  });
});

test("the overlay's values are nearest, and between cells as np.interp has them", () => {
  const [one] = index.overlays;
  if (!one) throw new Error("no overlay");
  const { facts, floats } = openBlob<{ maps: CellMap[] }>(blob(one.path));
  const { values, shape } = floats("map0");
  const map = { ...(facts.maps[0] as CellMap), values, rows: shape[0] as number, columns: shape[1] as number };
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) {
      expect(mapValue(map, y + 0.5, x + 0.5, false)).toBeCloseTo(one.nearest[32 * y + x] as number, 6);
      expect(mapValue(map, y + 0.5, x + 0.5, true)).toBeCloseTo(one.smooth[32 * y + x] as number, 5);
    }
  }
  expect(mapValue({ ...map, start: 4 }, 0.5, 8, false)).toBeNull();
});

describe("what a cell of Home's network depends on", () => {
  const column = (name: string, rows: number, size = 1, stride = 1, before = 0): Column => ({
    ...{ name, rows, columns: rows, size, stride, before, mixes: size === 3 },
    ...{ across: 2, count: 12, tile: 64, pitch: 70, wide: 134 },
  });
  const lecture = [
    column("input", 32),
    column("conv1", 32, 3, 1, 1),
    column("relu1", 32),
    column("pool1", 16, 2, 2),
    column("conv2", 16, 3, 1, 1),
    column("relu2", 16),
    column("pool2", 8, 2, 2),
  ];
  const rows = (row: number) => fieldsOf(lecture, 6, 5, row, 3).map(({ top, bottom }) => [top, bottom]);

  test("worked by hand, in the middle", () =>
    expect(rows(3)).toEqual([
      [9, 19],
      [10, 18],
      [10, 18],
      [5, 9],
      [6, 8],
      [6, 8],
      [3, 4],
    ]));

  test("at the edge the padding is no pixels", () => {
    expect(rows(0)[0]).toEqual([0, 7]);
    expect(rows(7)[0]).toEqual([25, 32]);
  });

  test("ReLU and pooling read their own map, a convolution all maps", () =>
    expect(fieldsOf(lecture, 6, 5, 3, 3).map(({ map }) => map)).toEqual([null, null, null, null, 5, 5, 5]));
});

describe("a page on paper", () => {
  test.each([
    ["a wide one lies", [1280, 800], { zoom: 1047 / 1280, landscape: true }],
    ["a tall one stands", [1280, 1700], { zoom: 718 / 1280, landscape: false }],
    ["a small one is not enlarged", [500, 400], { zoom: 1, landscape: false }],
    ["a very tall one keeps the width, on several sheets", [1280, 4000], { zoom: 718 / 1280, landscape: false }],
  ])("%s", (_, [wide, tall], expected) => expect(onPaper(wide as number, tall as number)).toEqual(expected));
});

describe("how far a page scrolls to what was chosen", () => {
  test.each([
    ["below the window: as far as it must", { top: 900, bottom: 1300 }, 400],
    ["in sight: not at all", { top: 200, bottom: 600 }, 0],
    ["above it: back", { top: -50, bottom: 300 }, -150],
    ["taller than the window: its upper edge counts", { top: 700, bottom: 1700 }, 600],
  ])("%s", (_, box, way) => expect(distance(box, 100, 900)).toBe(way));
});

describe("the unrolled vector", () => {
  const grid = { height: 3, width: 4, channels: 7 };

  test("an index is where NumPy's reshape puts it", () => {
    let expected = 0; // rows, then columns, then channels
    for (let row = 0; row < grid.height; row++) {
      for (let column = 0; column < grid.width; column++) {
        for (let channel = 0; channel < grid.channels; channel++, expected++) {
          expect(indexOf(grid, row, column, channel)).toBe(expected);
          expect(placeOf(grid, expected)).toEqual([row, column, channel]);
        }
      }
    }
  });

  test.each([
    ["ArrowRight", [0, 3, 0], [0, 0, 1]],
    ["ArrowLeft", [1, 0, 1], [1, 3, 0]],
    ["ArrowDown", [2, 1, 0], [0, 1, 6]],
    ["ArrowUp", [0, 1, 6], [2, 1, 0]],
    ["PageDown", [1, 1, 5], [1, 1, 6]],
    ["PageDown", [1, 1, 6], [1, 1, 6]],
  ])("%s leads on into the map beside", (key, from, to) => {
    const [row, column, channel] = from as [number, number, number];
    expect(placeOf(grid, mapKeys(grid, indexOf(grid, row, column, channel), key) as number)).toEqual(to);
  });

  test("other keys lead nowhere", () => expect(mapKeys(grid, 0, "a")).toBeNull());
});

test("three significant digits are written as Python writes them", () => {
  const values = [-0.8319, 20.0855, 12345.6, 1.2e-7, 0, 123456];
  expect(values.map(written)).toEqual(["−0.832", "20.1", "12,346", "1.20·10⁻⁷", "0", "1.23·10⁵"]);
});
