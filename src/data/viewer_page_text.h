// SPDX-License-Identifier: MIT
// The parts of the viewer's page that never change. The data stand between them as `const DATA = …;`.
#pragma once

namespace lsk3d {

/// Up to the page's title.
inline constexpr const char* kViewerHead = R"html(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>)html";

/// After the title, up to the data.
inline constexpr const char* kViewerBody = R"html(</title>
<style>
html,body{margin:0;height:100%;background:#16161c;color:#ddd;font:14px/1.5 system-ui,sans-serif;overflow:hidden}
canvas{position:absolute;inset:0;width:100%;height:100%;cursor:grab;touch-action:none}
canvas:active{cursor:grabbing}
#panel{position:absolute;top:12px;left:12px;max-height:calc(100% - 24px);overflow:auto;background:#22222bdd;
border:1px solid #3a3a46;border-radius:8px;padding:10px 14px;box-sizing:border-box;max-width:280px}
h1{font-size:15px;margin:0 0 6px;overflow-wrap:anywhere}
#about{color:#9a9aa8;margin-bottom:8px}
.row{display:flex;align-items:center;gap:8px;margin:6px 0}
.row label{width:58px;color:#9a9aa8}
.row select,.row input{flex:1;min-width:0;background:#2d2d38;color:#ddd;border:1px solid #4a4a58;border-radius:4px}
button{background:#2d2d38;color:#ddd;border:1px solid #4a4a58;border-radius:4px;padding:2px 10px;cursor:pointer}
#legend div{display:flex;align-items:center;gap:8px;cursor:pointer;user-select:none}
#legend div.off{opacity:.35}
#legend i{width:13px;height:13px;border-radius:3px;flex:none}
#legend b{font-weight:400;flex:1}
#legend span{color:#9a9aa8;font-variant-numeric:tabular-nums}
</style></head><body>
<canvas id="view"></canvas>
<div id="panel"><h1 id="title"></h1><div id="about"></div>
<div class="row"><label for="mode">colour</label><select id="mode"></select></div>
<div class="row"><label for="size">points</label><input id="size" type="range" min="1" max="5" step="0.5" value="2"></div>
<div class="row"><button id="home">oblique</button><button id="top">from above</button><button id="seat">sensor</button></div>
<div id="legend"></div></div>
<script>
"use strict";
const DATA = )html";

/// After the data.
inline constexpr const char* kViewerScript = R"html(;
const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const element = id => document.getElementById(id);
const n = DATA.count, raw = bytes(DATA.positions), view16 = new DataView(raw.buffer);
const xyz = new Float32Array(3 * n);
for (let i = 0; i < 3 * n; ++i) xyz[i] = view16.getInt16(2 * i, true) * DATA.scale;
const remission = bytes(DATA.remission);
const layers = DATA.layers.map(l => ({name: l.name, classes: bytes(l.classes)}));
const hidden = new Set();
const pack = (r, g, b) => (255 << 24 | b << 16 | g << 8 | r) >>> 0;
const palette = Uint32Array.from(DATA.classes.map(c => pack(...c.color)));
const ramp = t => {  // dark blue over green to yellow
  t = Math.min(1, Math.max(0, t));
  return pack(255 * Math.min(1, Math.max(0.15, 2 * t - 0.7)), 255 * (0.2 + 0.75 * t), 255 * (0.65 - 0.5 * t));
};
const canvas = element("view"), context = canvas.getContext("2d");
let camera, image, pixels, depth, colors = new Uint32Array(n), shown = new Uint8Array(n), waiting = false;

function look(distance, yaw, pitch, x, y, z) { camera = {distance, yaw, pitch, x, y, z}; redraw(); }
const oblique = () => look(58, -Math.PI, 0.62, 6, 0, 0);
const above = () => look(95, -Math.PI, Math.PI / 2, 0, 0, 0);
const seat = () => look(0.5, -Math.PI, 0.02, 0.5, 0, 0.3);

function recolor() {
  const mode = element("mode").value, layer = layers[+mode];
  for (let i = 0; i < n; ++i) {
    const c = layers.length ? (layer || layers[0]).classes[i] : 0;
    shown[i] = hidden.has(c) ? 0 : 1;
    colors[i] = layer ? palette[c]
      : mode === "height" ? ramp((xyz[3 * i + 2] + 2.2) / 6) : ramp(remission[i] / 200);
  }
  redraw();
}

function legend() {
  const list = element("legend"), layer = layers[+element("mode").value] || layers[0];
  list.textContent = "";
  if (!layer) return;
  const counts = new Array(DATA.classes.length).fill(0);
  for (const c of layer.classes) ++counts[c];
  DATA.classes.forEach((entry, c) => {
    if (!counts[c]) return;
    const row = document.createElement("div"), square = document.createElement("i");
    const name = document.createElement("b"), share = document.createElement("span");
    square.style.background = `rgb(${entry.color.join()})`;
    name.textContent = entry.name;
    share.textContent = (100 * counts[c] / n).toFixed(2) + " %";
    row.title = counts[c] + " points; a click hides or shows them";
    row.className = hidden.has(c) ? "off" : "";
    row.append(square, name, share);
    row.onclick = () => { if (!hidden.delete(c)) hidden.add(c); legend(); recolor(); };
    list.append(row);
  });
}

function resize() {
  const density = Math.min(window.devicePixelRatio || 1, 1.5);
  canvas.width = Math.max(1, Math.round(innerWidth * density));
  canvas.height = Math.max(1, Math.round(innerHeight * density));
  image = context.createImageData(canvas.width, canvas.height);
  pixels = new Uint32Array(image.data.buffer);
  depth = new Float32Array(pixels.length);
  redraw();
}

function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; draw(); });
}

function axes() {  // right, up and forward of the camera, in the scan's frame
  const cy = Math.cos(camera.yaw), sy = Math.sin(camera.yaw);
  const cp = Math.cos(camera.pitch), sp = Math.sin(camera.pitch);
  return {right: [-sy, cy, 0], up: [-sp * cy, -sp * sy, cp], ahead: [-cp * cy, -cp * sy, -sp]};
}

function draw() {
  if (!image || !camera) return;
  const w = canvas.width, h = canvas.height, focal = 0.9 * Math.max(h, 0.6 * w);
  const {right: [rx, ry], up: [ux, uy, uz], ahead: [ax, ay, az]} = axes();
  const ex = camera.x - ax * camera.distance, ey = camera.y - ay * camera.distance;
  const ez = camera.z - az * camera.distance, wide = +element("size").value * h / 900;
  pixels.fill(0xff1c1616);
  depth.fill(Infinity);
  for (let i = 0, k = 0; i < n; ++i, k += 3) {
    if (!shown[i]) continue;
    const x = xyz[k] - ex, y = xyz[k + 1] - ey, z = xyz[k + 2] - ez;
    const far = x * ax + y * ay + z * az;
    if (far < 0.3) continue;
    const px = w / 2 + focal * (x * rx + y * ry) / far, py = h / 2 - focal * (x * ux + y * uy + z * uz) / far;
    const size = Math.max(1, Math.min(9, Math.round(wide * (0.55 + 22 / far))));
    const left = Math.round(px - size / 2), top = Math.round(py - size / 2);
    if (left < 0 || top < 0 || left + size > w || top + size > h) continue;
    for (let v = 0; v < size; ++v)
      for (let u = 0, at = (top + v) * w + left; u < size; ++u, ++at)
        if (far < depth[at]) { depth[at] = far; pixels[at] = colors[i]; }
  }
  context.putImageData(image, 0, 0);
}

function pan(dx, dy) {
  const {right, up} = axes(), step = 0.0013 * camera.distance + 0.004;
  ["x", "y", "z"].forEach((axis, k) => { camera[axis] += step * (dy * up[k] - dx * right[k]); });
}
function zoom(factor) { camera.distance = Math.min(400, Math.max(0.5, camera.distance * factor)); }

const fingers = new Map();
canvas.onpointerdown = e => { canvas.setPointerCapture(e.pointerId); fingers.set(e.pointerId, e); };
canvas.onpointerup = canvas.onpointercancel = e => fingers.delete(e.pointerId);
canvas.oncontextmenu = e => e.preventDefault();
canvas.onpointermove = e => {
  const before = fingers.get(e.pointerId);
  if (!before) return;
  const dx = e.clientX - before.clientX, dy = e.clientY - before.clientY;
  if (fingers.size === 2) {
    const other = [...fingers.values()].find(f => f.pointerId !== e.pointerId);
    const gap = f => Math.hypot(f.clientX - other.clientX, f.clientY - other.clientY) + 1;
    zoom(gap(before) / gap(e));
    pan(dx / 2, dy / 2);
  } else if (e.buttons & 6 || e.shiftKey) {
    pan(dx, dy);
  } else {
    camera.yaw -= 0.005 * dx;
    camera.pitch = Math.min(Math.PI / 2, Math.max(-0.4, camera.pitch + 0.005 * dy));
  }
  fingers.set(e.pointerId, e);
  redraw();
};
canvas.addEventListener("wheel", e => { e.preventDefault(); zoom(Math.exp(0.0012 * e.deltaY)); redraw(); },
                        {passive: false});

element("title").textContent = DATA.title;
element("about").textContent = n.toLocaleString("en") + " points. Drag turns, right drag moves, the wheel zooms.";
const option = (value, text) => element("mode").append(new Option(text, value));
layers.forEach((layer, i) => option(i, layer.name));
option("height", "height");
option("remission", "remission");
element("mode").onchange = () => { legend(); recolor(); };
element("size").oninput = redraw;
element("home").onclick = oblique;
element("top").onclick = above;
element("seat").onclick = seat;
window.onresize = resize;
legend();
recolor();
oblique();
resize();
</script></body></html>
)html";

}  // namespace lsk3d
