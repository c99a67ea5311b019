// Runs for the note below the Speak button, after microphone.js.
const note = element.querySelector("[data-mic]");
const usual = note.textContent;
const show = (problem) => {
  note.textContent = problem || usual;
  note.classList.toggle("em-error", Boolean(problem));
  if (!problem || window.self === window.top) return;
  const link = { href: location.href, target: "_blank", rel: "noopener", textContent: word("Open in a tab of its own") };
  note.append(" ", Object.assign(document.createElement("a"), link));
};
document.documentElement.classList.toggle("em-cannot-record", !canRecord());
const look = async () => show((await microphoneProblem()) || liveProblem());
window.addEventListener("em-microphone", (event) => show(event.detail));
navigator.permissions?.query({ name: "microphone" }).then((permission) => { permission.onchange = look; }, () => {});
look();
