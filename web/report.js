// The script of report.html: plays the figure in 3D, draws angle curves, contacts and events on one time axis.
import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import uPlot from "uplot";

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const SIDE = { left: 0x2f6fde, right: 0xe8792b, centre: 0x666f7a };
const css = (n) => "#" + n.toString(16).padStart(6, "0");
const bytes = (b64) => Uint8Array.from(atob(b64), (c) => c.charCodeAt(0));
const duration = Math.max(data.frames - 1, 1) / data.fps;

// -- the stage ----------------------------------------------------------------------------------
const stage = $("stage");
const renderer = new THREE.WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
renderer.shadowMap.enabled = true;
stage.appendChild(renderer.domElement);
const scene = new THREE.Scene();
scene.background = new THREE.Color(0xf4f6f8);
scene.add(new THREE.HemisphereLight(0xffffff, 0x9aa3ad, 2.2));
const sun = new THREE.DirectionalLight(0xffffff, 2.0);
sun.castShadow = true;
sun.shadow.mapSize.set(1024, 1024);
sun.shadow.camera.left = sun.shadow.camera.bottom = -2;
sun.shadow.camera.right = sun.shadow.camera.top = 2;
scene.add(sun, sun.target);
const camera = new THREE.PerspectiveCamera(38, 1, 0.05, 200);
const controls = new OrbitControls(camera, renderer.domElement);

// -- the figure: joints and limbs, from positions in millimetres (int16, -32768 is missing) -------
const figure = data.figure;
const raw = new Int16Array(bytes(figure.positions).buffer);
const [P, T, J] = figure.shape;
const at = (p, t, j, out) => {
  const i = ((p * T + t) * J + j) * 3;
  if (raw[i] === -32768) return false;
  out.set(raw[i], raw[i + 1], raw[i + 2]).multiplyScalar(figure.scale).add(origin);
  return true;
};
const origin = new THREE.Vector3(...figure.origin);
const flat = figure.flat;
const bones = new THREE.Group();
const unit = new THREE.CylinderGeometry(1, 1, 1, 8);
const ball = new THREE.SphereGeometry(1, 12, 8);
const paint = Object.fromEntries(Object.entries(SIDE).map(([k, v]) => [k, new THREE.MeshStandardMaterial({ color: v, roughness: 0.7 })]));
const limbs = [];
const balls = [];
const thick = figure.thickness;
for (let p = 0; p < P; p++) {
  for (const [a, b] of figure.limbs) {
    const mesh = new THREE.Mesh(unit, paint[figure.sides[b]]);
    mesh.castShadow = true;
    bones.add(mesh);
    limbs.push([p, a, b, mesh]);
  }
  for (let j = 0; j < J; j++) {
    const mesh = new THREE.Mesh(ball, paint[figure.sides[j]]);
    mesh.scale.setScalar(thick * 1.25);
    bones.add(mesh);
    balls.push([p, j, mesh]);
  }
}
scene.add(bones);
const A = new THREE.Vector3(), B = new THREE.Vector3(), UP = new THREE.Vector3(0, 1, 0), D = new THREE.Vector3();
function pose(frame) {
  for (const [p, a, b, mesh] of limbs) {
    mesh.visible = at(p, frame, a, A) && at(p, frame, b, B);
    if (!mesh.visible) continue;
    D.subVectors(B, A);
    const length = D.length();
    mesh.visible = length > 1e-6;
    mesh.position.copy(A).addScaledVector(D, 0.5);
    mesh.quaternion.setFromUnitVectors(UP, D.divideScalar(length || 1));
    mesh.scale.set(thick, length, thick);
  }
  for (const [p, j, mesh] of balls) mesh.visible = at(p, frame, j, mesh.position);
}

// where the figure is, for the camera to follow
const centre = new THREE.Vector3(), low = new THREE.Vector3(), high = new THREE.Vector3();
function place(frame, out) {
  let n = 0;
  out.set(0, 0, 0);
  for (let p = 0; p < P; p++) for (let j = 0; j < J; j++) if (at(p, frame, j, A)) { out.add(A); n++; }
  return n ? out.divideScalar(n) : null;
}
const box = new THREE.Box3();
for (let t = 0; t < T; t += Math.max(1, Math.floor(T / 50))) for (let p = 0; p < P; p++) for (let j = 0; j < J; j++) if (at(p, t, j, A)) box.expandByPoint(A);
const first = place(0, new THREE.Vector3()) || box.getCenter(new THREE.Vector3());
const tall = flat ? box.max.y - box.min.y : 1.7;
const ground = Math.min(box.min.y, 1e9);
if (!flat) {
  const grid = new THREE.GridHelper(20, 40, 0xb9c1ca, 0xd9dee4);
  grid.position.y = ground;
  const floor = new THREE.Mesh(new THREE.PlaneGeometry(60, 60), new THREE.ShadowMaterial({ opacity: 0.18 }));
  floor.rotation.x = -Math.PI / 2;
  floor.position.y = ground + 0.001;
  floor.receiveShadow = true;
  scene.add(grid, floor);
}
controls.target.copy(first);
camera.position.copy(first).add(flat ? new THREE.Vector3(0, 0, tall * 1.9) : new THREE.Vector3(2.2, 0.9, 3.2));

// -- the body -----------------------------------------------------------------------------------
let mixer = null, body = null;
if (data.glb) {
  new GLTFLoader().parse(bytes(data.glb).buffer, "", (gltf) => {
    body = gltf.scene;
    body.traverse((o) => {
      if (o.isMesh) { o.castShadow = true; o.frustumCulled = false; }
    });
    scene.add(body);
    mixer = new THREE.AnimationMixer(body);
    if (gltf.animations.length) mixer.clipAction(gltf.animations[0]).play();
    $("show-body").disabled = false;
    $("show-body").checked = true;
    $("show-bones").checked = false;
    show();
    document.body.dataset.ready = "body";
    draw();
  }, (e) => console.error("body", e));
} else {
  $("show-body").parentElement.hidden = true;
  document.body.dataset.ready = "figure";
}
function show() {
  if (body) body.visible = $("show-body").checked;
  bones.visible = $("show-bones").checked;
}
$("show-body").onchange = $("show-bones").onchange = () => { show(); draw(); };

// -- time ---------------------------------------------------------------------------------------
let time = 0, playing = false, last = 0;
const slider = $("time");
slider.max = duration;
slider.step = 1 / data.fps;
slider.oninput = () => { playing = false; $("play").textContent = "▶"; seek(+slider.value); };
$("play").onclick = () => {
  playing = !playing;
  $("play").textContent = playing ? "❚❚" : "▶";
  last = performance.now();
  if (playing) requestAnimationFrame(tick);
};
addEventListener("keydown", (e) => {
  if (e.target.tagName === "INPUT" && e.target.type === "range" && e.key !== " ") return;
  if (e.key === " ") { e.preventDefault(); $("play").click(); }
  if (e.key === "ArrowRight") seek(time + 1 / data.fps);
  if (e.key === "ArrowLeft") seek(time - 1 / data.fps);
});
function tick(now) {
  if (!playing) return;
  seek((time + ((now - last) / 1000) * +$("speed").value) % duration);
  last = now;
  requestAnimationFrame(tick);
}
function seek(t) {
  time = Math.min(Math.max(t, 0), duration);
  slider.value = time;
  $("clock").textContent = `${time.toFixed(2)} s`;
  draw();
  mark();
}
function draw() {
  const frame = Math.min(T - 1, Math.round((time / duration) * (T - 1)));
  pose(frame);
  if (mixer) mixer.setTime(Math.min(time, data.glb_duration - 1e-4));
  if ($("follow").checked && place(frame, centre) && !flat) {
    D.subVectors(centre, controls.target);
    D.y = 0;
    controls.target.add(D);
    camera.position.add(D);
  }
  sun.position.copy(controls.target).add(A.set(1.5, 4, 2.5));
  sun.target.position.copy(controls.target);
  controls.update();
  renderer.render(scene, camera);
  document.body.dataset.frame = frame;
}
controls.addEventListener("change", () => renderer.render(scene, camera));
new ResizeObserver(() => {
  const { clientWidth: w, clientHeight: h } = stage;
  renderer.setSize(w, h);
  camera.aspect = w / h;
  camera.updateProjectionMatrix();
  draw();
}).observe(stage);

// -- curves -------------------------------------------------------------------------------------
const sync = uPlot.sync("time");
const plots = [];
// a single frame, or a curve that is flat, tells uPlot no range: it would show 0 to 100
const still = data.curve_frames > 1 ? { time: false } : { time: false, range: [0, Math.max(duration, 0.1)] };
const spread = (_, low, high) => (low == null || high - low < 0.01 ? [(low ?? 0) - 1, (low ?? 0) + 1] : uPlot.rangeNum(low, high, 0.1, true));
const times = Array.from({ length: data.curve_frames }, (_, i) => (i / Math.max(data.curve_frames - 1, 1)) * duration);
for (const group of data.curves) {
  const holder = document.createElement("div");
  holder.className = "plot";
  $("curves").appendChild(holder);
  const series = group.series.map((s) => ({
    label: s.name,
    stroke: css(SIDE[s.side]),
    width: 1.6,
    value: (_, v) => (v == null ? "–" : v.toFixed(1) + group.unit),
  }));
  const plot = new uPlot(
    {
      width: holder.clientWidth || 420,
      height: 190,
      title: group.title,
      cursor: { sync: { key: "time" }, drag: { x: true, y: false } },
      scales: { x: still, y: { range: spread } },
      axes: [{ values: (_, v) => v.map((x) => x + " s") }, { values: (_, v) => v.map((x) => x + group.unit), size: 56 }],
      series: [{ label: "time", value: (_, v) => (v == null ? "–" : v.toFixed(2) + " s") }, ...series],
      hooks: { draw: [(u) => line(u)] },
    },
    [times, ...group.series.map((s) => s.values)],
    holder,
  );
  plot.over.addEventListener("click", () => { if (plot.cursor.left >= 0) seek(plot.posToVal(plot.cursor.left, "x")); });
  new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: 190 })).observe(holder);
  sync.sub(plot);
  plots.push(plot);
}
function line(u) {
  const x = u.valToPos(time, "x", true);
  u.ctx.save();
  u.ctx.strokeStyle = "#c0262d";
  u.ctx.lineWidth = devicePixelRatio;
  u.ctx.beginPath();
  u.ctx.moveTo(x, u.bbox.top);
  u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
  u.ctx.stroke();
  u.ctx.restore();
}
let marking = 0;
function mark() {
  cancelAnimationFrame(marking);
  marking = requestAnimationFrame(() => {
    plots.forEach((p) => p.redraw(false));
    document.querySelectorAll(".now").forEach((n) => (n.style.left = (100 * time) / duration + "%"));
  });
}

// -- contacts and events on the same axis ---------------------------------------------------------
for (const track of data.tracks) {
  const row = document.createElement("div");
  row.className = "track";
  const name = document.createElement("span");
  name.textContent = track.name;
  const bar = document.createElement("div");
  bar.className = "bar";
  for (const [start, end, label] of track.spans) {
    const span = document.createElement("i");
    span.style.left = (100 * start) / duration + "%";
    span.style.width = Math.max((100 * (end - start)) / duration, 0.3) + "%";
    span.style.background = css(SIDE[track.side]);
    span.title = `${label} ${start.toFixed(2)}–${end.toFixed(2)} s`;
    bar.appendChild(span);
  }
  const now = document.createElement("b");
  now.className = "now";
  bar.appendChild(now);
  bar.onclick = (e) => seek(((e.clientX - bar.getBoundingClientRect().left) / bar.clientWidth) * duration);
  row.append(name, bar);
  $("tracks").appendChild(row);
}
seek(0);
show();
