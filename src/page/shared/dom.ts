/** Elements from values. Text only ever becomes text: nothing here parses markup. */

export type Child = Node | string | number | null | undefined;
export type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

/** `onclick` and the like take functions; `true` sets an empty attribute, `false`, null and undefined none. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined)
      node.setAttribute(name, value === true ? '' : String(value));
  }
  return append(node, children);
}

export function append<T extends Node>(node: T, children: readonly Child[]): T {
  for (const child of children) {
    if (child === null || child === undefined) continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** In place of what was there. */
export function fill<T extends Node>(node: T, ...children: readonly Child[]): T {
  node.textContent = '';
  return append(node, children);
}

/** The element that the page must have. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

const LONGEST_NAME = 160;

/** Controls and overrides of direction, which could make one text look like another. */
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text from outside as it may be shown: short, on one line, in its own direction. */
export function cleanName(text: string): string {
  const visible = text.slice(0, LONGEST_NAME * 2).replace(INVISIBLE, '\u00b7');
  return visible.length > LONGEST_NAME || text.length > LONGEST_NAME * 2
    ? `${visible.slice(0, LONGEST_NAME)}\u2026`
    : visible;
}

export function nameElement(text: string): HTMLElement {
  return element('bdi', { class: 'name' }, cleanName(text));
}

/** Buttons of which one is pressed at a time; `select` presses one from outside, or none. */
export function segments<T>(
  label: string,
  choices: readonly (readonly [string, T])[],
  onSelect: (value: T) => void,
): { node: HTMLElement; select: (value: T | null) => void } {
  const buttons = choices.map(([text, value]) =>
    element(
      'button',
      { type: 'button', class: 'button', 'aria-pressed': 'false', onclick: () => onSelect(value) },
      text,
    ),
  );
  const select = (value: T | null) =>
    buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(choices[i]?.[1] === value)));
  return { node: element('div', { class: 'segments', role: 'group', 'aria-label': label }, ...buttons), select };
}

/** A checkbox with the colour of its series; `area` shows a filled swatch. */
export function seriesKey(
  label: string,
  { color, checked, area = false }: { color: string; checked: boolean; area?: boolean },
  onChange: (checked: boolean) => void,
): HTMLElement {
  const box = element('input', { type: 'checkbox', checked });
  box.addEventListener('change', () => onChange(box.checked));
  const swatch = element('span', { class: area ? 'swatch area' : 'swatch', 'aria-hidden': 'true' });
  swatch.style.setProperty('--swatch', `var(${color})`);
  return element('label', { class: 'key' }, box, swatch, element('span', {}, label));
}
