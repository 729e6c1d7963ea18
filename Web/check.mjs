// Checks the page's modules without a compiler: syntax, the bundler's rules, and names that would meet in one scope.
// node Web/check.mjs
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
/** `worker.js` and `unpack.js` stand alone; `mock.js` and `assets.js` are for development. */
const OUTSIDE = new Set(["assets.js", "mock.js", "worker.js", "unpack.js"]);
const files = readdirSync(folder).filter((name) => name.endsWith(".js"));
const exported = new Map([["assets.js", new Set(["programs", "startWorker"])]]), declared = new Map(), problems = [];

for (const file of files) {
  const text = readFileSync(join(folder, file), "utf8");
  try {
    execFileSync(process.execPath, ["--input-type=module", "--check"], { input: text, stdio: ["pipe", "ignore", "pipe"] });
  } catch (error) { problems.push(`${file}: ${String(error.stderr).trim()}`); }
  if (OUTSIDE.has(file)) continue;
  if (!text.startsWith("// @ts-check\n")) problems.push(`${file}: begin with "// @ts-check".`);
  if (/^export default|\bimport\(|^import (?!\{)|^export (?!function |async function |const |class )|innerHTML|\beval\(|https?:\/\//m.test(text)) problems.push(`${file}: only named imports and exports, no dynamic import, no innerHTML, no network.`);
  const names = new Set();
  exported.set(file, names);
  for (const [, isExport, name] of text.matchAll(/^(export )?(?:async )?(?:function|const|let|class)\s+([A-Za-z_$][\w$]*)/gm)) {
    if (declared.has(name)) problems.push(`${file}: "${name}" is also declared in ${declared.get(name)}; a bundle has one scope.`);
    declared.set(name, file);
    if (isExport) names.add(name);
  }
  for (const match of text.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)) {
    const before = text.slice(0, match.index).trimEnd();
    if (!before.endsWith("*/")) problems.push(`${file}: say what "${match[1]}" is for.`);
  }
}
for (const file of files.filter((name) => !OUTSIDE.has(name))) {
  const text = readFileSync(join(folder, file), "utf8");
  for (const [, list, source] of text.matchAll(/^import \{([^}]*)\} from "\.\/([^"]+)";/gm)) {
    for (const name of list.split(",").map((n) => n.trim()).filter(Boolean)) {
      if (!exported.get(source)?.has(name)) problems.push(`${file}: ${source} exports no "${name}".`);
      if ((text.match(new RegExp(`\\b${name}\\b`, "g")) ?? []).length < 2) problems.push(`${file}: "${name}" is imported but not used.`);
    }
  }
}
/** Follows imports; a module that is met again on the same path closes a circle. */
const graph = new Map(files.filter((name) => !OUTSIDE.has(name)).map((name) => [name, [...readFileSync(join(folder, name), "utf8").matchAll(/^import .* from "\.\/([^"]+)";/gm)].map((match) => match[1])]));
const finished = new Set();
function follow(name, path) {
  if (path.includes(name)) problems.push(`${[...path, name].join(" imports ")}: a circle`);
  else if (!finished.has(name)) { for (const next of graph.get(name) ?? []) follow(next, [...path, name]); finished.add(name); }
}
follow("main.js", []);
const html = readFileSync(join(folder, "page.html"), "utf8"), code = files.filter((name) => !OUTSIDE.has(name)).map((f) => readFileSync(join(folder, f), "utf8")).join("\n");
for (const [, id] of code.matchAll(/(?:part|write|getElementById)\("([\w-]+)"/g)) {
  if (!html.includes(`id="${id}"`) ) problems.push(`page.html has no element "${id}".`);
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? `${exported.size - 1} modules: no problem found` : `${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
