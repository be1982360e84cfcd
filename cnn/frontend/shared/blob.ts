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
  const raw = (name: string, dtype: string): [ArrayBuffer, number[]] => {
    const entry = header[name];
    if (!entry) throw new Error(`the blob holds no ${name}`);
    if (entry.dtype !== dtype) throw new Error(`${name} is ${entry.dtype}, not ${dtype}`);
    const [from, to] = entry.data_offsets;
    return [data.slice(start + from, start + to).buffer as ArrayBuffer, entry.shape]; // a copy begins at byte 0
  };
  const facts = header.__metadata__[key];
  if (facts === undefined) throw new Error(`the blob's metadata hold no ${key}`);
  return {
    facts: JSON.parse(facts) as Facts,
    names: Object.keys(header).filter((name) => name !== "__metadata__"),
    floats(name) {
      const [buffer, shape] = raw(name, "F32");
      return { values: new Float32Array(buffer), shape };
    },
    bytes(name) {
      const [buffer, shape] = raw(name, "U8");
      return { values: new Uint8Array(buffer), shape };
    },
  };
}
