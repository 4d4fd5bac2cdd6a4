// Draws a graph that the page holds as data, in columns by distance. A bundle of its own, asked for
// by the pages that draw: the library weighs more than everything else together.
//
//   <div data-graph="{nodes, edges}"><button data-graph-act="closer">…<div data-graph-canvas>
//
// The canvas is an image for who sees it; what it shows stands as a list on the page too.
import cytoscape from "cytoscape";

interface Drawn {
  id: string;
  label: string;
  note: string;
  depth: number;
  count: number;
  link: string;
  tier: string;
  sure: boolean;
}
interface Drawing {
  nodes: Drawn[];
  edges: [string, string][];
}

const COLUMN = 230;
const ROW = 64;
const TALL = 14;

// The library would write its one rule into the page, which the security policy refuses; it stands
// in our own style sheet, and this tells the library that it is there.
const mark = document.createElement("meta");
mark.id = "__________cytoscape_stylesheet";
document.head.append(mark);

/** Puts each node in the column of its distance; a tall column takes several. */
function places(nodes: Drawn[]): Map<string, { x: number; y: number }> {
  const columns = new Map<number, Drawn[]>();
  for (const node of nodes) columns.set(node.depth, [...(columns.get(node.depth) ?? []), node]);
  const found = new Map<string, { x: number; y: number }>();
  let x = 0;
  for (const depth of [...columns.keys()].sort((a, b) => a - b)) {
    const column = columns.get(depth)!;
    for (let at = 0; at < column.length; at += TALL) {
      const part = column.slice(at, at + TALL);
      part.forEach((node, row) =>
        found.set(node.id, { x, y: (row - (part.length - 1) / 2) * ROW }),
      );
      x += COLUMN;
    }
    x += COLUMN / 3;
  }
  return found;
}

function colours(holder: HTMLElement): Record<string, string> {
  const style = getComputedStyle(holder);
  const one = (name: string, other: string) => style.getPropertyValue(name).trim() || other;
  return {
    text: style.color,
    line: one("--tblr-border-color", "#b0b7c3"),
    start: one("--tblr-danger", "#c92a2a"),
    item: one("--tblr-primary", "#1864ab"),
    other: one("--tblr-secondary", "#667382"),
  };
}

function draw(holder: HTMLElement): void {
  const canvas = holder.querySelector<HTMLElement>("[data-graph-canvas]");
  if (!canvas) return;
  const drawing = JSON.parse(holder.dataset.graph ?? "{}") as Drawing;
  const at = places(drawing.nodes);
  const colour = colours(holder);
  const graph = cytoscape({
    container: canvas,
    elements: [
      ...drawing.nodes.map((node) => ({
        data: {
          id: node.id,
          link: node.link,
          size: Math.min(26 + Math.log2(node.count) * 6, 90),
          words: node.note ? `${node.label}\n${node.note}` : node.label,
        },
        position: at.get(node.id)!,
        classes: node.depth === 0 ? "start" : node.sure ? "" : "unsure",
      })),
      ...drawing.edges.map(([source, target], number) => ({
        data: { id: `e${number}`, source, target },
      })),
    ],
    layout: { name: "preset", fit: true, padding: 28 },
    style: [
      {
        selector: "node",
        style: {
          label: "data(words)",
          "text-wrap": "wrap",
          "text-valign": "bottom",
          "text-margin-y": 3,
          "font-size": 12,
          "font-family": "Inter Variable, system-ui, sans-serif",
          color: colour.text,
          width: "data(size)",
          height: "data(size)",
          "background-color": colour.item,
        },
      },
      { selector: ".start", style: { "background-color": colour.start, "font-weight": "bold" } },
      { selector: ".unsure", style: { "background-color": colour.other } },
      {
        selector: "edge",
        style: {
          width: 1.5,
          "line-color": colour.line,
          "target-arrow-color": colour.line,
          "target-arrow-shape": "triangle",
          "curve-style": "bezier",
        },
      },
    ],
    minZoom: 0.15,
    maxZoom: 3,
    userZoomingEnabled: false,
    autoungrabify: true,
    boxSelectionEnabled: false,
  } as cytoscape.CytoscapeOptions);
  graph.on("tap", "node", (event) => {
    const link = event.target.data("link") as string;
    if (link) location.assign(link);
  });
  const zoom = (by: number) =>
    graph.zoom({
      level: graph.zoom() * by,
      renderedPosition: { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 },
    });
  holder.addEventListener("click", (event) => {
    const act = (event.target as Element).closest<HTMLElement>("[data-graph-act]")?.dataset.graphAct;
    if (act === "closer") zoom(1.3);
    else if (act === "further") zoom(1 / 1.3);
    else if (act === "fit") graph.fit(undefined, 28);
  });
  graph.one("render", () => {
    holder.dataset.graphDrawn = String(Math.round(performance.now()));
  });
}

for (const holder of document.querySelectorAll<HTMLElement>("[data-graph]")) draw(holder);
