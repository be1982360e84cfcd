// One safetensors blob: 8 bytes of header length, a JSON header, the arrays. Python's facts are in its metadata.

export type Values = Uint8Array | Float32Array | Int32Array;

export interface Tensor<V extends Values = Float32Array> {
  values: V;
  shape: number[];
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export interface OpenBlob<Facts> {
  facts: Facts;
  names: string[];
  floats(name: string): Tensor<Float32Array>;
  bytes(name: string): Tensor<Uint8Array>;
}

/** Open a blob; `key` is the name in the metadata under which Python put its facts as JSON. */
export function openBlob<Facts>(data: Uint8Array, key = "facts"): OpenBlob<Facts> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(data.subarray(8, start))) as Record<string, Entry> & {
    __metadata__: Record<string, string>;
  };
  const raw = (name: string, ...dtypes: string[]): [ArrayBuffer, number[], string] => {
    const entry = header[name];
    if (!entry) throw new Error(`the blob has no ${name}`);
    if (!dtypes.includes(entry.dtype)) throw new Error(`${name} is ${entry.dtype}, not ${dtypes[0]}`);
    const [from, to] = entry.data_offsets;
    return [data.slice(start + from, start + to).buffer as ArrayBuffer, entry.shape, entry.dtype]; // a copy begins at byte 0
  };
  const facts = header.__metadata__[key];
  if (facts === undefined) throw new Error(`the blob's metadata have no ${key}`);
  return {
    facts: JSON.parse(facts) as Facts,
    names: Object.keys(header).filter((name) => name !== "__metadata__"),
    floats(name) {
      const [buffer, shape, dtype] = raw(name, "F32", "F16");
      return { values: dtype === "F32" ? new Float32Array(buffer) : fromHalves(new Uint16Array(buffer)), shape };
    },
    bytes(name) {
      const [buffer, shape] = raw(name, "U8");
      return { values: new Uint8Array(buffer), shape };
    },
  };
}

/** float16 as float32: a sign, five bits of exponent, ten of fraction. */
export function fromHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15); // no infinity or NaN: weights are finite
  });
}
