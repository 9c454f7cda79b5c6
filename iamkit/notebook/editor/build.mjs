// Bundles src/ into ../static/exercise.js and exercise.css: `npm ci && node build.mjs [output folder]`.
// The result depends on the sources alone, so that a test can compare it byte for byte.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

import esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? join(here, "..", "static");

function sources(folder = "src") {
  const entries = readdirSync(join(here, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : [path];
  });
}

// The same sum as tests/notebook/test_editor_bundle.py makes without Node: line ends do not count.
function digest() {
  const total = createHash("sha256");
  for (const path of ["build.mjs", "package-lock.json", "package.json", ...sources()].sort()) {
    const text = readFileSync(join(here, path), "utf8").replaceAll("\r\n", "\n");
    total.update(`${createHash("sha256").update(text).digest("hex")}  ${path}\n`);
  }
  return total.digest("hex");
}

// The licences of what is bundled ask that their text goes along.
function licenses(inputs) {
  const packages = new Set(inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean));
  const byText = new Map();
  for (const name of [...packages].sort()) {
    const folder = join(here, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const text = readFileSync(join(folder, "LICENSE"), "utf8").trim();
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  return [...byText].map(([text, names]) => `/*\nBundled here: ${names.join(", ")}\n\n${text}\n*/\n`).join("");
}

const result = await esbuild.build({
  absWorkingDir: here,
  entryPoints: { exercise: "src/index.js", "exercise-style": "src/style.css" },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
  outdir: "out",
});

const banner = `/* iamkit exercise widget, built from iamkit/notebook/editor; sources sha256 ${digest()} */\n`;
const built = (ending) => result.outputFiles.find((file) => file.path.endsWith(ending)).text;
mkdirSync(output, { recursive: true });
writeFileSync(join(output, "exercise.js"), banner + built("exercise.js") + licenses(Object.keys(result.metafile.inputs)));
writeFileSync(join(output, "exercise.css"), banner + built("exercise-style.css"));
