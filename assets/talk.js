// Runs once for each of the Talk page's parts that make sound, with that part's `element` and `watch` (gr.HTML).
// Sound arrives inside the page as base64 and becomes an object URL here, so that no audio file lies on the server.
const urls = [];

const soundUrl = (node) => {
  const bytes = Uint8Array.from(atob(node.dataset.sound), (c) => c.charCodeAt(0));
  urls.push(URL.createObjectURL(new Blob([bytes], { type: node.dataset.type })));
  return urls.at(-1);
};

const playing = () => [...document.querySelectorAll("audio")].find((a) => !a.paused && !a.ended);

// Only voices on the visitor's own machine: others send the text to a company's server.
const localVoice = () =>
  (window.speechSynthesis?.getVoices() ?? []).find((v) => v.localService && v.lang.toLowerCase().startsWith("en"));
window.speechSynthesis?.getVoices(); // the list is filled after the first call

// The sentences of a reply, said one after another as they arrive. `turn` is the one that is being said.
const line = { turn: "", taken: 0, waiting: [], saying: null, gap: 0, silenced: false, spoken: false };
const box = () => element.querySelector(".em-voice");
const silence = (hidden) => element.querySelector("[data-hush]")?.toggleAttribute("hidden", hidden);

// Told by the page to whoever looks at it; drawn anew with the next sentence, the box has forgotten it.
const markSpoken = () => { if (line.spoken && box()) box().dataset.spoken = "true"; };

const hush = () => {
  clearTimeout(line.gap);
  line.waiting = [];
  window.speechSynthesis?.cancel();
  line.saying?.pause?.();
  line.saying = null;
  silence(true);
};

const next = () => {
  if (line.saying || !line.waiting.length || !box()) return;
  const other = playing(); // an example that is still being heard
  if (other) {
    ["ended", "pause"].forEach((end) => other.addEventListener(end, next, { once: true }));
    return;
  }
  const { text, wav } = line.waiting.shift();
  const how = box().dataset;
  const url = wav && URL.createObjectURL(wav);
  const started = () => { silence(false); line.spoken = true; markSpoken(); };
  const ended = () => {
    if (url) URL.revokeObjectURL(url);
    if (line.saying !== said) return; // it was silenced
    line.saying = null;
    if (!line.waiting.length) silence(true);
    line.gap = setTimeout(next, 1000 * Number(how.pause));
  };
  const voice = localVoice();
  let said = null;
  if (voice) {
    said = new SpeechSynthesisUtterance(text);
    said.voice = voice;
    said.lang = voice.lang;
    said.rate = Number(how.rate);
    said.pitch = Number(how.pitch);
    said.volume = Number(how.volume);
    said.onstart = started;
    said.onend = said.onerror = ended;
    line.saying = said;
    window.speechSynthesis.speak(said);
  } else if (wav) {
    said = new Audio(url);
    said.onplay = started;
    said.onended = ended;
    line.saying = said;
    said.play().catch(() => hush()); // a browser that wants a click first; the button is there
  } else next();
};

const bytesOf = (node) => Uint8Array.from(atob(node.dataset.sound), (c) => c.charCodeAt(0));
const sentence = (node) => ({
  text: node.dataset.sentence,
  wav: node.dataset.sound ? new Blob([bytesOf(node)], { type: node.dataset.type }) : null,
});

// One file of all sentences with the pauses between them. Each is 16-bit mono PCM behind a header of 44 bytes.
const HEADER = 44;
const oneFile = (nodes, pause) => {
  const wavs = nodes.map(bytesOf);
  const header = wavs[0].slice(0, HEADER);
  const fields = new DataView(header.buffer);
  const gap = new Uint8Array(2 * Math.round(pause * fields.getUint32(24, true)));
  const parts = wavs.flatMap((wav) => [gap, wav.subarray(HEADER)]).slice(1);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  fields.setUint32(4, HEADER - 8 + size, true);
  fields.setUint32(40, size, true);
  return new Blob([header, ...parts], { type: "audio/wav" });
};

const setUpVoice = (said) => {
  const nodes = [...said.querySelectorAll("[data-sentence]")];
  if (said.dataset.turn !== line.turn) {
    hush();
    Object.assign(line, { turn: said.dataset.turn, taken: 0, silenced: false, spoken: false });
  }
  markSpoken();
  const link = said.querySelector("[data-download]");
  if (link && nodes.length) {
    urls.push(URL.createObjectURL(oneFile(nodes, Number(said.dataset.pause))));
    link.href = urls.at(-1);
    link.download = link.dataset.download;
  }
  said.querySelector("[data-hear]").addEventListener("click", () => {
    hush();
    line.silenced = false;
    line.waiting = nodes.map(sentence);
    next();
  });
  said.querySelector("[data-hush]").addEventListener("click", () => { line.silenced = true; hush(); });
  if (line.saying) silence(false);
  if (said.hasAttribute("data-aloud") && !line.silenced) line.waiting.push(...nodes.slice(line.taken).map(sentence));
  line.taken = nodes.length;
  next();
};
window.addEventListener("em-hush", () => { line.silenced = true; hush(); });

const setUpPlayer = (box) => {
  const audio = box.querySelector("audio");
  audio.src = soundUrl(box);
  audio.play().catch(() => {}); // a browser that cannot play it, or wants a click first; the controls are there
};

// On a phone the answer lies below the microphone: show it when its first part is there.
const comeIntoView = () => {
  if (window.innerWidth > 900 || !element.querySelector(".em-cues")) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector("#talk-answer").scrollIntoView({ behavior: calm ? "auto" : "smooth" });
};

const render = () => {
  const before = urls.splice(0); // a player may still be reading one
  setTimeout(() => before.forEach((url) => URL.revokeObjectURL(url)), 60000);
  element.querySelectorAll(".em-voice").forEach(setUpVoice);
  element.querySelectorAll("[data-play]").forEach(setUpPlayer);
  element.querySelectorAll("[data-player]").forEach((place) => { place.querySelector("audio").src = soundUrl(place); });
  comeIntoView();
};

render();
watch("value", render);
