// WebAssembly is written as text, and is in a bundle as bytes. With ?fused, products and sums are one operation each
// (relaxed SIMD), which only newer browsers have.
import { readFileSync } from "node:fs";
import startWabt from "wabt";

const { parseWat } = await startWabt();
const product = /\(f32x4\.add (\(local\.get \$\w+\)) \(f32x4\.mul (\(local\.get \$\w+\)) (\(local\.get \$\w+\))\)\)/g;

/** The module that the text in `path` is, as bytes. */
export function assembled(path, fused) {
  const text = readFileSync(path, "utf8");
  const written = fused ? text.replaceAll(product, "(f32x4.relaxed_madd $2 $3 $1)") : text;
  const parsed = parseWat(path, written, { simd: true, relaxed_simd: true });
  parsed.validate();
  return parsed.toBinary({}).buffer;
}
