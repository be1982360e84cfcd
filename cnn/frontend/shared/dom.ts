// Elements, found or made, with types; a missing element is an error at once, not a null later.
import type { FrontendRendererArgs } from "@streamlit/component-v2-lib";

/** What Streamlit hands to a component: its data, the place where it stands, and the two ways back to Python. */
export type Mount<Data> = Omit<FrontendRendererArgs<Record<string, unknown>, Data>, "parentElement"> & {
  parentElement: HTMLElement | ShadowRoot;
};

const LOOK_AGAIN = 1000; // milliseconds

/**
 * Return what Streamlit calls, for a component that has something to end.
 *
 * Streamlit ends a call that newer data have overtaken once it has returned, sometimes after the newer call has drawn in
 * the same place and sometimes before. So an end is carried out when the place has left the page, and never once
 * something newer is drawn there, which has taken over what it found.
 */
export function lasting<M extends { parentElement: HTMLElement | ShadowRoot }>(
  draw: (mount: M) => () => void,
): (mount: M) => () => void {
  const ends = new WeakMap<HTMLElement | ShadowRoot, () => void>();
  return (mount) => {
    const place = mount.parentElement;
    const end = draw(mount);
    ends.set(place, end);
    const endWhenGone = (wait: number): void => {
      if (ends.get(place) !== end) return;
      if (place.isConnected) {
        setTimeout(endWhenGone, wait, LOOK_AGAIN);
        return;
      }
      ends.delete(place);
      end();
    };
    return () => endWhenGone(0);
  };
}

/** Return the first match of a selector, or throw: a component's own markup is always there. */
export function find<E extends Element = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}

/** Return all matches of a selector. */
export function findAll<E extends Element = HTMLElement>(root: ParentNode, selector: string): E[] {
  return [...root.querySelectorAll<E>(selector)];
}

/** Return child number `i` of an element that has it. */
export function child<E extends Element = HTMLElement>(parent: Element, i: number): E {
  const found = parent.children[i];
  if (!found) throw new Error(`no child ${i} here`);
  return found as E;
}

/** Make an element, with its class and text, at the end of `parent`. */
export function make<K extends keyof HTMLElementTagNameMap>(
  kind: K,
  parent?: Element | null,
  name = "",
  text?: string,
): HTMLElementTagNameMap[K] {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

/** Make a button with its class, its text and, where the text is not enough, an accessible name. */
export function makeButton(parent: Element, name: string, text: string, label = ""): HTMLButtonElement {
  const button = make("button", parent, name, text);
  button.type = "button";
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  return button;
}

/** Make an SVG element with attributes. */
export function makeSvg<K extends keyof SVGElementTagNameMap>(
  kind: K,
  parent: Element,
  attributes: Record<string, string | number> = {},
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
  setAttributes(element, attributes);
  parent.append(element);
  return element;
}

export function setAttributes(element: Element, attributes: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** Write a text only where it differs, so that a selection or a screen reader is not disturbed. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Escape text for HTML, between tags and in attribute quotes. */
export function escapeHtml(text: unknown): string {
  return String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Put HTML into an element. Styles in it are written `data-style`: a page whose policy is strict ignores style attributes. */
export function fill(element: Element, html: string): void {
  element.innerHTML = html;
  for (const styled of findAll(element, "[data-style]")) styled.style.cssText = styled.dataset.style ?? "";
}

/** Have as many children as wanted: surplus ones go, missing ones are made. */
export function keepChildren(parent: Element, count: number, add: () => void): void {
  while (parent.children.length > count) parent.lastElementChild?.remove();
  while (parent.children.length < count) add();
}

/** The element that has the focus inside this component. */
export function focusedIn(place: Element): HTMLElement | null {
  const root = place.getRootNode() as Document | ShadowRoot;
  return root.activeElement instanceof HTMLElement ? root.activeElement : null;
}

/** How much larger an element is on the screen than in its own pixels: above 1 in large type, which zooms the page. */
export const zoomOf = (element: HTMLElement): number =>
  element.getBoundingClientRect().width / element.offsetWidth || 1;
