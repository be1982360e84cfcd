// Bundles each browser component of cnn/frontend into one module in cnn/frontend/dist (or the folder named as argument).
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { assembled } from "./wat.mjs";

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "cnn", "frontend");
const target = process.argv[2] ?? join(source, "dist");

// A component is a module at the top, or a folder with an index; what several share is in shared/.
const entries = {};
for (const entry of readdirSync(source, { withFileTypes: true })) {
  if (entry.isFile() && entry.name.endsWith(".ts")) entries[entry.name.slice(0, -3)] = join(source, entry.name);
  if (entry.isDirectory() && !["dist", "shared"].includes(entry.name)) {
    entries[entry.name] = join(source, entry.name, "index.ts");
  }
}

const webAssembly = {
  name: "wat",
  setup({ onLoad }) {
    onLoad({ filter: /\.wat$/ }, ({ path, suffix }) => ({
      contents: assembled(path, suffix === "?fused"),
      loader: "binary",
    }));
  },
};

rmSync(target, { recursive: true, force: true });
// Made small: Streamlit sends a component's code again whenever its data change, and people pass the pages on.
await build({
  entryPoints: entries,
  outdir: target,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  plugins: [webAssembly],
  charset: "utf8", // the texts hold × and −
  banner: { js: "// Made by npm run build from the TypeScript in cnn/frontend; do not edit." },
});
