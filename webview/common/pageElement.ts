import { LitElement } from 'lit';

/** An element in the page itself, where its styles are. */
export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
