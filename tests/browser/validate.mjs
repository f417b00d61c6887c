// Khronos' validator on each file named: prints one JSON object, path -> issues.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const validator = createRequire(import.meta.url)("gltf-validator");
const out = {};
for (const path of process.argv.slice(2)) {
  const report = await validator.validateBytes(new Uint8Array(readFileSync(path)), { maxIssues: 20 });
  out[path] = report.issues;
}
console.log(JSON.stringify(out));
