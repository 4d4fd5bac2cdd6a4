// Builds everything a browser receives into static/ui: the style sheet, the scripts, the icons'
// sprite and the fonts. The output is committed, so installing Compagnon needs no node; it holds
// no date, no path and no machine's name, so that CI can build again and compare byte for byte.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../../..");
const modules = join(root, "node_modules");
const out = resolve(here, "../static/ui");

const FONTS = ["inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2"];
const NOTICE = "/*! Tabler, htmx, idiomorph, Stimulus: licences in licences.txt */\n";

async function styles() {
  const { css } = sass.compile(join(here, "styles/app.scss"), {
    loadPaths: [modules],
    quietDeps: true,
    style: "expanded",
  });
  const { code } = await esbuild.transform(css, {
    loader: "css",
    minify: true,
    legalComments: "none",
    target: ["chrome123", "firefox120", "safari17.5"],
  });
  await writeFile(join(out, "app.css"), NOTICE + code);
}

async function scripts() {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: {
      app: join(here, "scripts/app.ts"),
      theme: join(here, "scripts/theme.ts"),
      graph: join(here, "scripts/graph.ts"),
      grid: join(here, "scripts/grid.ts"),
      "grid-worker": join(here, "scripts/grid-worker.ts"),
      scan: join(here, "scripts/scan.ts"),
      portal: join(here, "scripts/portal.ts"),
      "portal-worker": join(here, "scripts/portal-worker.ts"),
    },
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2022"],
    legalComments: "none",
    banner: { js: NOTICE.trim() },
  });
}

async function icons() {
  const names = JSON.parse(await readFile(join(here, "icons.json"), "utf8")).sort();
  const symbols = [];
  for (const name of names) {
    const svg = await readFile(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const shapes = [...svg.matchAll(/<(?:path|circle|rect|line|polyline)[^>]*\/>/g)]
      .map(([shape]) => shape.replace(/\s+\/>/, "/>"))
      .filter((shape) => !shape.includes('stroke="none"'))
      .join("");
    if (!shapes) throw new Error(`the icon ${name} draws nothing`);
    symbols.push(
      `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" ` +
        `stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`,
    );
  }
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  await writeFile(join(out, "icons.svg"), sprite);
  return names;
}

async function licences() {
  // Tabler ships its licence with its icons only: same authors, same text.
  const parts = [
    ["Tabler", "@tabler/core/LICENSE", "@tabler/icons/LICENSE"],
    ["Tabler Icons", "@tabler/icons/LICENSE"],
    ["htmx", "htmx.org/LICENSE"],
    ["idiomorph", "idiomorph/LICENSE"],
    ["Stimulus", "@hotwired/stimulus/LICENSE.md"],
    ["jsQR", "jsqr/LICENSE"],
    ["Cytoscape.js", "cytoscape/LICENSE"],
    ["Inter", "@fontsource-variable/inter/LICENSE"],
  ];
  const texts = [];
  for (const [name, path, textPath] of parts) {
    const version = JSON.parse(
      await readFile(join(modules, path.split("/").slice(0, path.startsWith("@") ? 2 : 1).join("/"), "package.json"), "utf8"),
    );
    const text = await readFile(join(modules, textPath ?? path), "utf8");
    texts.push(`${name} ${version.version}\n${"=".repeat(60)}\n${text.trim()}\n`);
  }
  await writeFile(join(out, "licences.txt"), texts.join("\n\n"));
}

await mkdir(out, { recursive: true });
for (const old of await readdir(out)) await rm(join(out, old), { recursive: true });
await mkdir(join(out, "fonts"));
for (const font of FONTS) {
  await copyFile(join(modules, "@fontsource-variable/inter/files", font), join(out, "fonts", font));
}
for (const art of await readdir(join(here, "art"))) await copyFile(join(here, "art", art), join(out, art));
const [names] = await Promise.all([icons(), styles(), scripts(), licences()]);

// The pages ask for each file with the first digits of its digest: a new build is never stale.
const versions = {};
for (const name of (await readdir(out)).sort()) {
  if (name === "fonts") continue;
  const digest = createHash("sha256").update(await readFile(join(out, name))).digest("hex");
  versions[name] = digest.slice(0, 12);
}
await writeFile(join(out, "manifest.json"), JSON.stringify({ versions, icons: names }, null, 1) + "\n");
