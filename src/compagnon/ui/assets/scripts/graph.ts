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

const NARROW = window.innerWidth < 600;
const COLUMN = NARROW ? 165 : 230;
const ROW = 64;
// Under this the words, of 12 pixels, are too small to read.
const READABLE = 0.9;
// Letters of a name that stand in a column; the list says all of them.
const MOST = NARROW ? 22 : 30;
// No browser draws a wider canvas than this many pixels for sure.
const WIDEST = 12_000;

// The library would write its one rule into the page, which the security policy refuses; it stands
// in our own style sheet, and this tells the library that it is there.
const mark = document.createElement("meta");
mark.id = "__________cytoscape_stylesheet";
document.head.append(mark);

type Places = Map<string, { x: number; y: number }>;

/** Puts each node in the column of its distance; one of more than `tall` nodes takes several. */
function places(nodes: Drawn[], tall: number): Places {
  const columns = new Map<number, Drawn[]>();
  for (const node of nodes) columns.set(node.depth, [...(columns.get(node.depth) ?? []), node]);
  const found: Places = new Map();
  let x = 0;
  for (const depth of [...columns.keys()].sort((a, b) => a - b)) {
    const column = columns.get(depth)!;
    for (let at = 0; at < column.length; at += tall) {
      const part = column.slice(at, at + tall);
      part.forEach((node, row) =>
        found.set(node.id, { x, y: (row - (part.length - 1) / 2) * ROW }),
      );
      x += COLUMN;
    }
    x += COLUMN / 3;
  }
  return found;
}

/** How wide and high a drawing is, with its words around the outermost nodes. */
function extent(at: Places): { wide: number; high: number } {
  const all = [...at.values()];
  const across = all.map((one) => one.x);
  const along = all.map((one) => one.y);
  return {
    wide: Math.max(...across) - Math.min(...across) + COLUMN,
    high: Math.max(...along) - Math.min(...along) + 2 * ROW,
  };
}

/** What shows all of a drawing in the frame, at its own size at most. */
function whole(at: Places, frame: HTMLElement): number {
  const { wide, high } = extent(at);
  return Math.min(frame.clientWidth / wide, frame.clientHeight / high, 1);
}

/**
 * The columns that show everything at a size one can read; where none do, columns as high as the
 * frame, made taller, which scrolls sideways.
 */
function arranged(nodes: Drawn[], frame: HTMLElement): { at: Places; zoom: number } {
  const tries = [14, 10, 8, 6, 5, 4, 18].map((tall) => places(nodes, tall));
  const sizes = tries.map((at) => whole(at, frame));
  const best = sizes.indexOf(Math.max(...sizes));
  if (sizes[best]! >= READABLE) return { at: tries[best]!, zoom: sizes[best]! };
  frame.classList.add("is-tall");
  const rows = Math.floor(frame.clientHeight / (ROW * READABLE)) - 2;
  return { at: places(nodes, Math.max(4, rows)), zoom: READABLE };
}

const short = (text: string) => (text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text);

function colours(holder: HTMLElement): Record<string, string> {
  const style = getComputedStyle(holder);
  const one = (name: string, other: string) => style.getPropertyValue(name).trim() || other;
  return {
    text: style.color,
    ground: one("--tblr-bg-surface", "#ffffff"),
    line: one("--tblr-border-color", "#b0b7c3"),
    start: one("--tblr-danger", "#c92a2a"),
    item: one("--tblr-primary", "#1864ab"),
    other: one("--tblr-secondary", "#667382"),
  };
}

function draw(holder: HTMLElement): void {
  const canvas = holder.querySelector<HTMLElement>("[data-graph-canvas]");
  const frame = canvas?.parentElement;
  if (!canvas || !frame) return;
  const drawing = JSON.parse(holder.dataset.graph ?? "{}") as Drawing;
  if (!drawing.nodes.length) return;
  const { at, zoom: first } = arranged(drawing.nodes, frame);
  const { wide, high } = extent(at);
  // The canvas is as large as what it shows, and the frame scrolls it: by hand, wheel and keys.
  const sized = (zoom: number) => {
    canvas.style.width = `${Math.max(wide * zoom, frame.clientWidth)}px`;
    canvas.style.height = `${Math.max(high * zoom, frame.clientHeight)}px`;
  };
  sized(first);
  const colour = colours(holder);
  const graph = cytoscape({
    container: canvas,
    elements: [
      ...drawing.nodes.map((node) => ({
        data: {
          id: node.id,
          link: node.link,
          size: Math.min(26 + Math.log2(node.count) * 6, 90),
          words: node.note ? `${short(node.label)}\n${short(node.note)}` : short(node.label),
        },
        position: at.get(node.id)!,
        classes: node.depth === 0 ? "start" : node.sure ? "" : "unsure",
      })),
      ...drawing.edges.map(([source, target], number) => ({
        data: { id: `e${number}`, source, target },
      })),
    ],
    layout: { name: "preset", fit: false },
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
          // Links pass behind the words.
          "text-background-color": colour.ground,
          "text-background-opacity": 0.85,
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
    minZoom: 0.05,
    maxZoom: 3,
    userZoomingEnabled: false,
    userPanningEnabled: false,
    autoungrabify: true,
    boxSelectionEnabled: false,
  } as cytoscape.CytoscapeOptions);
  graph.on("tap", "node", (event) => {
    const link = event.target.data("link") as string;
    if (link) location.assign(link);
  });
  const show = (zoom: number) => {
    const sharp = Math.max(1, window.devicePixelRatio);
    const to = Math.max(0.05, Math.min(zoom, 3, WIDEST / sharp / Math.max(wide, high)));
    // What stands in the middle stays there.
    const across = (frame.scrollLeft + frame.clientWidth / 2) / canvas.clientWidth;
    const along = (frame.scrollTop + frame.clientHeight / 2) / canvas.clientHeight;
    sized(to);
    graph.resize();
    graph.zoom(to);
    const all = [...at.values()];
    const left = Math.min(...all.map((one) => one.x)) - COLUMN / 2;
    const top = Math.min(...all.map((one) => one.y)) - ROW;
    graph.pan({
      x: Math.max(0, (canvas.clientWidth - wide * to) / 2) - left * to,
      y: Math.max(0, (canvas.clientHeight - high * to) / 2) - top * to,
    });
    frame.scrollTo(
      across * canvas.clientWidth - frame.clientWidth / 2,
      along * canvas.clientHeight - frame.clientHeight / 2,
    );
  };
  show(first);
  frame.scrollTo(0, Math.max(0, (canvas.clientHeight - frame.clientHeight) / 2));
  holder.addEventListener("click", (event) => {
    const act = (event.target as Element).closest<HTMLElement>("[data-graph-act]")?.dataset.graphAct;
    if (act === "closer") show(graph.zoom() * 1.3);
    else if (act === "further") show(graph.zoom() / 1.3);
    else if (act === "fit") show(whole(at, frame));
  });
  graph.one("render", () => {
    holder.dataset.graphDrawn = String(Math.round(performance.now()));
  });
}

for (const holder of document.querySelectorAll<HTMLElement>("[data-graph]")) draw(holder);
