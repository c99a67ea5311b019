"""What the Correlations page does in the browser itself: pictures, the address, the keys of the matrix."""

from __future__ import annotations

# The browser says how wide it is; the labels are laid out for that. It is the last input of every event.
MEASURE = "(...inputs) => [...inputs.slice(0, -1), window.innerWidth < 760 ? 'narrow' : 'wide']"
ARRIVE = "(...inputs) => [...inputs.slice(0, -2), window.location.search, window.innerWidth < 760 ? 'narrow' : 'wide']"

# A picture has its own paper and ink: the page's style sheet, which inks figures for its scheme, is not in it.
_PICTURES = """
const word = (text) => window.emWords?.[text] ?? text;
const picture = async (button) => {
  const drawn = document.querySelector(`#${button.dataset.plot} .js-plotly-plot`);
  if (!drawn || !window.Plotly) throw new Error(word('found no plot to save'));
  const layout = {...drawn.layout, paper_bgcolor: '#fffdfa', plot_bgcolor: '#fffdfa',
    font: {...drawn.layout.font, color: '#2f2a25'}};
  const address = await window.Plotly.toImage({data: drawn.data, layout}, {format: button.dataset.picture,
    width: drawn.clientWidth, height: drawn.clientHeight, scale: button.dataset.picture === 'png' ? 2 : 1});
  const link = document.createElement('a');
  link.href = address; link.download = `${button.dataset.file}.${button.dataset.picture}`; link.click();
};
const say = (words) => { const place = element.querySelector('.em-said'); if (place) place.textContent = words; };
"""

# Copying without the clipboard's permission, as inside a frame, goes through a selection.
TAKE_SCRIPT = f"""{_PICTURES}
const copied = async (text) => {{
  try {{ await navigator.clipboard.writeText(text); return true; }}
  catch {{
    const box = document.createElement('textarea');
    box.value = text; document.body.append(box); box.select();
    const done = document.execCommand('copy'); box.remove(); return done;
  }}
}};
element.addEventListener('click', async (event) => {{
  const button = event.target.closest('button');
  if (button?.dataset.picture) picture(button).catch((error) => say(`${{word('Not saved')}}: ${{error.message}}`));
  else if (button?.dataset.download) trigger('download', {{kind: button.dataset.download}});
  else if (button?.dataset.copyLink !== undefined && button)
    say(await copied(location.href) ? word('Link copied') : word('Not copied: take it from the address bar'));
}});
let board = element.querySelector('[data-board]')?.dataset.board;
const follow = () => {{
  say('');
  const {{query, board: now}} = element.querySelector('[data-query]')?.dataset ?? {{}};
  if (!query) return;
  const opened = '#em-pairs .label-wrap.open, #em-within .label-wrap.open';
  if (now !== board || document.querySelector(opened)) trigger('select', {{}});
  board = now;
  const kept = new URLSearchParams(location.search);
  ['board', 'x', 'y', 'language', 'colour', 'preset'].forEach((name) => kept.delete(name));
  const all = [query.slice(1), kept.toString()].filter(Boolean).join('&');
  history.replaceState(history.state, '', `${{location.pathname}}?${{all}}`);
}};
watch('value', follow);
"""

PRESETS_SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-preset]');
  if (button) trigger('select', {preset: button.dataset.preset});
});
// A window that becomes narrow or wide, as when a phone is turned, gets labels laid out for it: the preset named by
// nothing leaves the axes as they are.
matchMedia('(max-width: 759px)').addEventListener('change', () => trigger('select', {preset: ''}));
"""

ALL_POINTS_SCRIPT = """
element.addEventListener('click', (event) => { if (event.target.closest('button[data-all]')) trigger('select', {}); });
"""

PICTURES_SCRIPT = f"""{_PICTURES}
element.addEventListener('click', (event) => {{
  const button = event.target.closest('button[data-picture]');
  if (button) picture(button);
}});
"""

# One cell of the matrix is in the way of the Tab key; the arrow keys lead to the others.
MATRIX_SCRIPT = """
const cells = () => [...element.querySelectorAll('button[data-pair]')];
const ready = () => {
  const all = cells();
  const first = all.find((cell) => cell.getAttribute('aria-current')) ?? all[0];
  if (first && !all.some((cell) => cell.tabIndex === 0)) first.tabIndex = 0;
};
const go = (cell) => {
  if (!cell) return;
  cells().forEach((other) => { other.tabIndex = -1; });
  cell.tabIndex = 0; cell.focus();
};
ready();
watch('value', ready);
element.addEventListener('keydown', (event) => {
  const cell = event.target.closest('button[data-pair]');
  if (!cell) return;
  const row = cell.closest('tr'), place = [...row.querySelectorAll('button')].indexOf(cell);
  const at = (line, i) => {
    const all = line ? [...line.querySelectorAll('button')] : [];
    return all[Math.min(i, all.length - 1)];
  };
  const next = {ArrowRight: () => at(row, place + 1), ArrowLeft: () => at(row, Math.max(place - 1, 0)),
    ArrowUp: () => at(row.previousElementSibling, place), ArrowDown: () => at(row.nextElementSibling, place),
    Home: () => at(row, 0), End: () => at(row, 999)}[event.key];
  if (!next) return;
  event.preventDefault(); go(next());
});
element.addEventListener('click', (event) => {
  const cell = event.target.closest('button[data-pair]');
  if (!cell) return;
  cells().forEach((other) => other.removeAttribute('aria-current'));
  cell.setAttribute('aria-current', 'true');
  trigger('select', {pair: cell.dataset.pair});
  window.scrollTo({top: 0});
  document.querySelector('#em-verdict .em-verdict')?.focus({preventScroll: true});
});
"""
