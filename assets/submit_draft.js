// The draft of the Submit page: kept in this browser alone, so that a reload, a sign-in or a lost connection lose
// nothing. Put in front of the page's small scripts, with `names`, `allowed` and `start` of the form.
const KEY = "echomind-submit-1"; // another number when what is kept changes its shape
const DAY = 24 * 3600 * 1000; // for so long a receipt is shown again

const read = () => {
  try {
    const draft = JSON.parse(localStorage.getItem(KEY));
    return draft && typeof draft === "object" ? draft : {};
  } catch {
    return {}; // a browser that keeps nothing, or something that is no draft: the page begins anew
  }
};
const write = (draft) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    console.info("This browser keeps no draft.");
  }
};
const forget = () => {
  try {
    localStorage.removeItem(KEY);
  } catch {
    console.info("This browser keeps no draft.");
  }
};
const text = (value) => (typeof value === "string" ? value : "");

const fieldsOf = (values) => Object.fromEntries(names.map((name, place) => [name, text(values[place])]));
const isBegun = (fields) => names.some((name) => fields[name] !== start[name]);

// The form's fields, with every change of one. A page that is being opened changes them too, before the draft is read.
const put = (draft, fields) => {
  if (draft.tray || isBegun(fields)) write({ ...draft, fields });
  else if (!draft.receipt) forget();
};
const keep = (...values) => {
  if (window.emDraftIsRead) put(read(), fieldsOf(values));
};

// Gradio calls none of these once it has lost the connection, and then opens the page anew: what is filled in meanwhile
// is kept as the browser tells it.
const keepFilledIn = ({ target }) => {
  const name = names.find((name) => target.closest?.(`#submit-${name}`));
  if (!name) return;
  const draft = read();
  put(draft, { ...start, ...draft.fields, [name]: target.value });
};

// All that the page has now: the form's fields, the tray's token, the receipt.
const save = (...values) => {
  const fields = fieldsOf(values);
  const [tray, receipt] = values.slice(names.length).map(text);
  if (receipt) write({ receipt, received: read().received ?? Date.now() });
  else if (tray || isBegun(fields)) write({ ...read(), fields, tray, receipt: "" });
  else forget();
};

// The form's fields, the tray's token, the receipt and the step, as they were kept.
const restore = () => {
  const draft = read();
  if (!window.emDraftIsRead) document.addEventListener("input", keepFilledIn, true);
  window.emDraftIsRead = true;
  const kept = (name) => {
    const value = draft.fields?.[name];
    return typeof value === "string" && (!allowed[name] || allowed[name].includes(value)) ? value : start[name];
  };
  const chosen = (name) => {
    const value = kept(name);
    return value || !allowed[name] || allowed[name].includes("") ? value : null; // null: no button is pressed
  };
  const receipt = Date.now() - draft.received < DAY ? text(draft.receipt) : "";
  return [...names.map(chosen), text(draft.tray), receipt, Number(draft.step) || 1];
};

// Which step is open, as the page shows it; a step that opens is seen from its top.
const remember = () => {
  const walk = document.querySelector("#submit-walk");
  if (walk && walk.getBoundingClientRect().top < 0) walk.scrollIntoView();
  const open = document.querySelector("#submit-walk .step-button.active");
  const draft = read();
  if (open && draft.fields) write({ ...draft, step: Number(open.dataset.tabId) });
};

// Everything as at the first visit.
const begin = () => {
  forget();
  return [...names.map((name) => start[name] || (allowed[name] && !allowed[name].includes("") ? null : "")), "", "", 1];
};
