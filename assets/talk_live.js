// Runs for the panel of the hands-free turn, after microphone.js, with its `element`, `trigger` and `server` (gr.HTML).
// Sound goes to the server in numbered pieces, one after another, so that none is lost and none overtakes another.
const button = element.querySelector("[data-speak]");
const words = element.querySelector("[data-words]");
const voice = element.querySelector("[data-voice]");
const state = element.querySelector("[data-state]");
const keep = element.querySelector("[data-keep]");
const PIECE = 4_000; // milliseconds of sound sent at once at most, after a connection that stood still
const TRIES = 8;
const LATE = 700; // milliseconds after a turn has ended by itself in which a press was meant for that end
const TIMES = "#talk-times .em-times"; // what a finished turn shows last

// idle, starting, listening, answering (the reply begins, and is taken back if one goes on), replying
let turn = { phase: "idle" };
let ended = -LATE; // when a turn last did so by itself

const LABELS = { idle: word("Speak"), starting: word("One moment …"), listening: word("Listening … press when done"),
  answering: word("Listening … press when done"), replying: word("Speak") };
const enter = (phase, said = "") => {
  turn.phase = phase;
  element.querySelector("[data-live]").dataset.phase = phase;
  button.textContent = LABELS[phase];
  button.setAttribute("aria-pressed", String(phase === "listening" || phase === "answering"));
  state.textContent = said;
};

// What is heard while one speaks: the words, and the strongest cues of the voice with how sure they are.
const showHeard = (known) => {
  words.textContent = known.words;
  words.hidden = !known.words;
  const lines = (known.voice ?? []).map(({ words, percent }) => {
    const line = document.createElement("li");
    line.append(words, " ", Object.assign(document.createElement("span"), { textContent: percent }));
    return line;
  });
  voice.querySelector("ul").replaceChildren(...lines);
  voice.hidden = !lines.length;
};
const hideHeard = () => showHeard({ words: "" });

const closeMicrophone = () => {
  turn.stream?.getTracks().forEach((track) => track.stop());
  if (turn.context && turn.context.state !== "closed") turn.context.close();
  turn.stream = turn.context = null;
};

const reset = (said = "") => {
  closeMicrophone();
  clearTimeout(turn.again);
  turn = { phase: "idle" };
  element.querySelector("[data-live]").style.removeProperty("--em-level");
  enter("idle", said);
};

const problem = (text) => {
  reset();
  hideHeard();
  dispatchEvent(new CustomEvent("em-microphone", { detail: text }));
};

// Why the browser gave no microphone, in a sentence with a way out.
const refused = async (error) => {
  const known = await microphoneProblem();
  const elsewhere = word(" Use one of the other ways below, or try an example.");
  if (known) return known;
  if (liveProblem()) return liveProblem();
  if (error.name === "NotAllowedError")
    return window.self === window.top
      ? word("The microphone was refused. Press Speak again and allow it.") + elsewhere
      : word("The microphone was refused inside this frame. Open the page in a tab of its own.") + elsewhere;
  if (error.name === "NotReadableError") return word("Another program is using the microphone.") + elsewhere;
  if (error.name === "NotFoundError") return word("No microphone was found on this device.") + elsewhere;
  return word("The browser gave no sound.") + elsewhere;
};

const TAP = `registerProcessor("em-tap", class extends AudioWorkletProcessor {
  constructor() { super(); this.size = Math.round(sampleRate / 10); this.kept = new Float32Array(this.size); this.at = 0; }
  process([[mono]]) {
    for (const value of mono ?? []) {
      this.kept[this.at++] = value;
      if (this.at === this.size) { this.port.postMessage(this.kept.slice()); this.at = 0; }
    }
    return true;
  }
});`;

// 16 kHz is what the server hears with; a browser that cannot resample a microphone gives its own rate.
const listen = async (stream) => {
  const open = async (options) => {
    const context = new AudioContext(options);
    try {
      const source = context.createMediaStreamSource(stream);
      const url = URL.createObjectURL(new Blob([TAP], { type: "text/javascript" }));
      await context.audioWorklet.addModule(url).finally(() => URL.revokeObjectURL(url));
      const tap = new AudioWorkletNode(context, "em-tap", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
      tap.port.onmessage = ({ data }) => heard(data);
      source.connect(tap);
      await context.resume();
      return context;
    } catch (error) {
      context.close();
      throw error;
    }
  };
  try {
    return await open({ sampleRate: 16_000 });
  } catch {
    return open({});
  }
};

const heard = (samples) => {
  if (!turn.context || turn.finishing) return;
  turn.waiting.push(Int16Array.from(samples, (v) => Math.max(-32768, Math.min(32767, Math.round(v * 32768)))));
  send();
};

const base64 = (parts) => {
  const bytes = parts.flatMap((part) => [...new Uint8Array(part.buffer)]);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.slice(at, at + 8192));
  return btoa(text);
};

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const send = async () => {
  const mine = turn;
  if (mine.sending || !mine.key) return;
  mine.sending = true;
  while (mine === turn && mine.waiting.length) {
    const parts = mine.waiting.splice(0, PIECE / 100);
    const piece = { key: mine.key, number: mine.number, rate: mine.rate, pcm: base64(parts) };
    let known;
    for (let tried = 0; !known && tried < TRIES && mine === turn; tried++) {
      if (tried) await pause(250 * tried);
      known = await server.hear(piece); // nothing comes back when the server could not be reached
    }
    if (mine !== turn) return;
    if (!known) return problem(word("The connection to the server was lost. Press Speak to try again."));
    mine.number += 1;
    show(known);
  }
  mine.sending = false;
  if (mine === turn && mine.finishing && mine.phase !== "replying") finish();
};

const finish = async () => {
  const mine = turn;
  const known = await server.finish({ key: mine.key });
  if (mine !== turn) return;
  if (known) show(known);
  else problem(word("The connection to the server was lost. Press Speak to try again."));
};

const show = (known) => {
  if (known.error) return problem(known.error);
  if (turn.phase === "replying") return;
  if (known.ended === "closed") return reset();
  const level = Math.max(0, Math.min(1, (known.level + 65) / 50));
  element.querySelector("[data-live]").style.setProperty("--em-level", level.toFixed(2));
  showHeard(known);
  if (known.phase === "speaking" && turn.phase === "answering") enter("listening", word("Go on."));
  if (known.phase === "answering" && turn.phase === "listening") {
    enter("answering");
    trigger("submit");
  }
  if (known.phase !== "over") return;
  const asked = turn.phase === "answering";
  closeMicrophone();
  enter("replying", word("Done listening."));
  if (!turn.finishing) ended = performance.now();
  hideHeard();
  if (!asked) trigger("submit");
  if (keep.checked && known.ended !== "nothing") goOn();
  else turn = { phase: "replying" };
};

// Listen again once the reply has been said: never to one's own voice.
const goOn = () => {
  const mine = (turn = { phase: "replying" });
  let quiet = 0;
  let begun = false;
  const look = () => {
    if (mine !== turn || !keep.checked) return;
    const busy = document.querySelector("#talk-status .em-busy");
    begun ||= Boolean(busy);
    const speaking = document.querySelector("#talk-voice [data-hush]:not([hidden])");
    const sounding = [...document.querySelectorAll("audio")].some((a) => !a.paused && !a.ended);
    const times = document.querySelector(TIMES); // of this turn: shown since, or after "busy", which a quick reply skips
    const done = !busy && times && (begun || times.dataset.earlier === undefined);
    quiet = done && !speaking && !sounding && !window.speechSynthesis?.speaking ? quiet + 1 : 0;
    if (quiet >= 6) start();
    else mine.again = setTimeout(look, 200);
  };
  mine.again = setTimeout(look, 200);
};

const start = async () => {
  clearTimeout(turn.again);
  dispatchEvent(new Event("em-hush"));
  document.querySelectorAll("audio").forEach((audio) => audio.pause());
  document.querySelectorAll(TIMES).forEach((times) => (times.dataset.earlier = ""));
  const mine = (turn = { phase: "starting", waiting: [], number: 0 });
  enter("starting");
  hideHeard();
  try {
    if (liveProblem()) throw new Error(liveProblem());
    // What makes a voice telling, its level above all, is left as it is.
    const wanted = { echoCancellation: true, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    if (mine !== turn) return stream.getTracks().forEach((track) => track.stop());
    mine.stream = stream;
    trigger("click"); // the server opens a turn and sends its key; sound is kept meanwhile
    const context = await listen(stream);
    if (mine !== turn) return context.close();
    mine.context = context;
    mine.rate = context.sampleRate;
    dispatchEvent(new CustomEvent("em-microphone", { detail: "" }));
    enter("listening", word("Listening."));
    send();
  } catch (error) {
    if (mine === turn) problem(await refused(error));
  }
};

button.addEventListener("click", (event) => {
  event.stopPropagation();
  if (turn.phase === "replying" && performance.now() - ended < LATE) return;
  if (turn.phase === "idle" || turn.phase === "replying") return start();
  if (turn.phase === "starting") return reset();
  turn.finishing = true;
  closeMicrophone();
  if (!turn.sending && turn.key) finish();
});

window.addEventListener("em-begun", ({ detail }) => {
  if (!["starting", "listening"].includes(turn.phase) || turn.key) return;
  if (detail.problem) return problem(detail.problem);
  turn.key = detail.key;
  send();
});
window.addEventListener("em-stop", () => {
  hideHeard();
  reset();
});
enter("idle");
