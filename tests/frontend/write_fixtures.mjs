// Lets Python write the payloads and the expected values before the tests run.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";

export default function setup() {
  const folder = process.env.CNN_LAB_FIXTURES;
  const python = process.env.PYTHON ?? ".venv/bin/python";
  execFileSync(python, ["tests/frontend/write_fixtures.py", folder], {
    env: { ...process.env, PYTHONPATH: "." },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return () => rmSync(folder, { recursive: true, force: true });
}
