import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { assembled } from "./scripts/wat.mjs";

// The expected values are Python's: written anew for each run.
const fixtures = process.env.CNN_LAB_FIXTURES ?? mkdtempSync(join(tmpdir(), "cnn-lab-fixtures-"));
process.env.CNN_LAB_FIXTURES = fixtures;

// As scripts/bundle.mjs does it.
const webAssembly = {
  name: "wat",
  enforce: "pre" as const,
  load(id: string): string | null {
    const [path = "", suffix] = id.split("?");
    if (!path.endsWith(".wat")) return null;
    return `export default Uint8Array.from([${assembled(path, suffix === "fused")}])`;
  },
};

export default defineConfig({
  plugins: [webAssembly],
  test: {
    include: ["tests/frontend/**/*.test.ts"],
    environment: "happy-dom",
    testTimeout: 120_000, // a busy machine is no failure
    globalSetup: "tests/frontend/write_fixtures.mjs",
    coverage: {
      provider: "v8",
      include: ["cnn/frontend/**/*.ts"],
      exclude: ["cnn/frontend/dist/**"],
      reporter: ["text", "json-summary"],
      reportsDirectory: "coverage",
    },
  },
});
