// The leaderboard's own listeners. What is done becomes a list of actions; one message is under way at a time, so that
// quick clicks are told in their order and none is lost.
const frame = () => element.querySelector('.em-scroll');
const board = () => element.querySelector('.em-board');
let told = [], underWay = 0;
const tell = (act, value) => {
  if (act === 'search') told = told.filter(([other]) => other !== act);  // the whole text counts, not its letters
  if (act) told.push([act, value ?? '']);
  if (underWay || !told.length || board()?.dataset.opening !== undefined) return;
  underWay = setTimeout(() => { underWay = 0; tell(); }, 3000);  // an answer that never comes holds nobody up
  trigger('select', {acts: told.splice(0)});
};
const answered = () => { clearTimeout(underWay); underWay = 0; tell(); };

const copied = async (button, text) => {
  let done = true;
  try { await navigator.clipboard.writeText(text); }
  catch {  // inside a frame without that permission, copying goes through a selection
    const box = document.createElement('textarea');
    box.value = text; document.body.append(box); box.select();
    done = document.execCommand('copy'); box.remove();
  }
  clearTimeout(button.timer);
  button.before ??= button.textContent;
  const said = done ? 'Copied' : 'Not copied';
  button.textContent = window.emWords?.[said] ?? said;
  button.timer = setTimeout(() => { button.textContent = button.before; }, 2000);
};
const query = () => board()?.dataset.query ?? '';
const link = () => (board()?.dataset.address || location.origin + location.pathname) + (query() ? '?' + query() : '');

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const data = button.dataset;
  if (data.sort) tell(event.shiftKey ? 'then' : 'sort', data.sort);
  else if (data.act) tell(data.act, data.value);
  else if (data.download) trigger('download', {kind: data.download});
  else if (data.copy) copied(button, document.getElementById(data.copy).textContent);
  else if (data.copyLink !== undefined) copied(button, link());
});
element.addEventListener('change', (event) => {
  const field = event.target, data = field.dataset;
  if (data.size) {
    const end = (name) => element.querySelector(`[data-size=${name}]`).value;
    tell('size', `${end('low')}..${end('high')}`);
  } else if (data.act && field.type === 'checkbox') tell(data.act, data.value);
  else if (data.act && field.value) tell(data.act, field.value);
});
document.addEventListener('input', (event) => {
  if (event.target.closest('#em-find')) tell('search', event.target.value);
});
// The arrows walk from cell to cell of a scrolling table as they scroll; Home and End go to its sides.
element.addEventListener('keydown', (event) => {
  if (event.target !== frame() || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === 'Home') frame().scrollLeft = 0;
  else if (event.key === 'End') frame().scrollLeft = frame().scrollWidth;
  else return;
  event.preventDefault();
});

const head = () => frame().querySelector('thead').getBoundingClientRect().bottom;
const place = (row) => row.getBoundingClientRect().top - head();
let seen = {}, waiting = false, focused = null;
const note = () => {
  waiting = false;
  const shown = frame();
  if (!shown) return;
  const row = [...shown.querySelectorAll('tbody:last-of-type tr[data-row]')].find((row) => place(row) + row.offsetHeight > 0);
  seen = {...shown.dataset, scrolled: shown.scrollTop > 0, row: row?.dataset.row, at: row ? place(row) : 0};
  const more = shown.querySelector('[data-act=more]');
  if (more && seen.scrolled && more.getBoundingClientRect().top < shown.getBoundingClientRect().bottom + 200) {
    if (!told.length && !underWay) tell('more');
  }
};
element.addEventListener('scroll', () => {
  if (!waiting) requestAnimationFrame(note);
  waiting = true;
}, true);
const stops = (row) => [...row.querySelectorAll('a, button')];
element.addEventListener('focusin', (event) => {
  const row = event.target.closest('tr[data-row]');
  focused = row && {row: row.dataset.row, stop: stops(row).indexOf(event.target)};
});
element.addEventListener('focusout', (event) => { if (event.relatedTarget) focused = null; });
const find = (slug) => [...element.querySelectorAll('tr[data-row]')].find((row) => row.dataset.row === slug);

// What a visitor has ticked or typed is theirs until the server has answered; then boxes are as the view says.
const settle = () => {
  element.querySelectorAll('input[type=checkbox]').forEach((box) => { box.checked = box.hasAttribute('checked'); });
  element.querySelectorAll('input[data-size]').forEach((field) => {
    if (field !== document.activeElement) field.value = field.getAttribute('value') ?? '';
  });
  element.querySelectorAll('select').forEach((list) => {
    [...list.options].forEach((option) => { option.selected = option.hasAttribute('selected'); });
  });
  const shown = frame();
  if (shown) shown.style.setProperty('--em-head', `${shown.querySelector('thead').offsetHeight}px`);
};
// The address follows what is shown, but for what the host has put there, and not inside a frame, where nobody sees it.
const follow = () => {
  if (!board() || window.top !== window) return;
  const kept = new URLSearchParams(location.search);
  [...kept.keys()].forEach((name) => { if (!name.startsWith('__')) kept.delete(name); });
  const all = [query(), kept.toString()].filter(Boolean).join('&');
  history.replaceState(history.state, '', location.pathname + (all ? '?' + all : ''));
};


const arrived = () => document.documentElement.classList.remove('em-arriving');
setTimeout(() => {  // a server that does not answer must leave the page neither empty nor deaf
  arrived();
  board()?.removeAttribute('data-opening');
  tell();
}, 8000);

note();
settle();
watch('value', () => {
  answered();
  arrived();
  follow();
  settle();
  const shown = frame();
  if (!shown) return;
  const row = seen.row && find(seen.row);
  if (shown.dataset.board !== seen.board) shown.scrollTo(0, 0);
  else if (shown.dataset.view === seen.view && seen.scrolled && row) shown.scrollTop += place(row) - seen.at;
  const active = document.activeElement;
  if (focused && (active === document.body || element.contains(active))) {
    const own = find(focused.row);
    (own && stops(own)[focused.stop] || shown).focus({preventScroll: true});
  }
  note();
});
