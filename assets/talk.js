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

const hush = (box) => {
  window.speechSynthesis?.cancel();
  box.audio?.pause();
  box.querySelector("[data-hush]").hidden = true;
};

const say = (box) => {
  hush(box);
  const silence = box.querySelector("[data-hush]");
  const started = () => { silence.hidden = false; box.dataset.spoken = "true"; };
  const ended = () => { silence.hidden = true; };
  const voice = localVoice();
  if (voice) {
    const words = new SpeechSynthesisUtterance(box.dataset.text);
    words.voice = voice;
    words.lang = voice.lang;
    words.rate = Number(box.dataset.rate);
    words.pitch = Number(box.dataset.pitch);
    words.volume = Number(box.dataset.volume);
    words.onstart = started;
    words.onend = ended;
    words.onerror = ended;
    window.speechSynthesis.speak(words);
  } else if (box.dataset.sound) {
    box.audio ??= new Audio(box.href);
    box.audio.onplay = started;
    box.audio.onpause = ended;
    box.audio.onended = ended;
    box.audio.play().catch(ended); // a browser that wants a click first; the button is there
  }
};

const setUpVoice = (box) => {
  if (box.dataset.sound) box.href = soundUrl(box);
  const link = box.querySelector("[data-download]");
  if (link) {
    link.href = box.href;
    link.download = link.dataset.download;
  }
  box.querySelector("[data-hear]").addEventListener("click", () => say(box));
  box.querySelector("[data-hush]").addEventListener("click", () => hush(box));
  if (!box.hasAttribute("data-aloud")) return;
  const before = playing(); // an example that is still being heard
  if (before) before.addEventListener("ended", () => box.isConnected && say(box), { once: true });
  else say(box);
};

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
  urls.splice(0).forEach((url) => URL.revokeObjectURL(url));
  element.querySelectorAll(".em-voice").forEach(setUpVoice);
  element.querySelectorAll("[data-play]").forEach(setUpPlayer);
  comeIntoView();
};

// Why there may be no microphone, each reason in its own words.
const microphoneProblem = async () => {
  const elsewhere = " Upload a recording or try an example instead.";
  if (!window.isSecureContext)
    return "Browsers give a microphone to https pages and to localhost only, and this page is neither." + elsewhere;
  if (!navigator.mediaDevices?.getUserMedia)
    return /iPad|iPhone|iPod/.test(navigator.userAgent)
      ? "On this iPhone or iPad only Safari gives pages a microphone. Open the page in Safari." + elsewhere
      : "This browser gives pages no microphone." + elsewhere;
  if (window.self !== window.top && document.featurePolicy?.allowsFeature("microphone") === false)
    return "The page around this one does not let it use the microphone. Open it in a tab of its own." + elsewhere;
  const permission = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
  if (permission) permission.onchange = showMicrophone;
  if (permission?.state === "denied")
    return "The microphone is blocked for this page. Allow it beside the address, then reload." + elsewhere;
  const devices = await navigator.mediaDevices.enumerateDevices();
  if (!devices.some((device) => device.kind === "audioinput"))
    return "No microphone was found on this device." + elsewhere;
  return "";
};

const note = element.querySelector("[data-mic]");
const usual = note?.textContent;
const showMicrophone = async () => {
  const problem = await microphoneProblem();
  note.textContent = problem || usual;
  note.classList.toggle("em-error", Boolean(problem));
};

if (note) {
  showMicrophone();
} else {
  render();
  watch("value", render);
}
