// Runs for the note below the Speak button, after microphone.js.
const note = element.querySelector("[data-mic]");
const usual = note.textContent;
const show = (problem) => {
  note.textContent = problem || usual;
  note.classList.toggle("em-error", Boolean(problem));
};
const look = async () => show(await microphoneProblem());
window.addEventListener("em-microphone", (event) => show(event.detail));
navigator.permissions?.query({ name: "microphone" }).then((permission) => { permission.onchange = look; }, () => {});
look();
