import * as l10n from '@vscode/l10n';
import { html, type PropertyValues, type TemplateResult } from 'lit';
import type { Place } from '../../src/protocol/interpretation.js';
import { onThemeChange } from '../common/chart/theme.js';
import { PageElement } from '../common/pageElement.js';
import { drawMap, markRadius } from './draw.js';
import type { MapContent } from './mapView.js';
import { panned, placeAt, viewportOf, zoomed, type Size, type Viewport } from './viewport.js';

/** How far one key press goes: pixels, and the factor of zooming. */
const [panStep, zoomStep] = [60, 1.5];
/** Pixels within which the mouse finds a word. */
const wordReach = 8;

/**
 * The map itself: zoomed by wheel, keys and buttons, moved by dragging and arrow keys; a click or Page Up and Page Down choose a virtual token.
 * Fires `choose` with its position.
 */
export class TokenMapElement extends PageElement {
  static override properties = {
    content: { attribute: false },
    selected: { attribute: false },
    found: { attribute: false },
    summary: { attribute: false },
    hovered: { state: true },
  };
  declare content: MapContent;
  declare selected: number | undefined;
  declare found: readonly number[];
  /** What the map shows, in a sentence. */
  declare summary: string;
  declare private hovered: number | undefined;

  /** Undefined: all of it, whatever the size. */
  private view: Viewport | undefined;
  private dragged: { readonly from: Place; isMove: boolean } | undefined;
  private stopWatching: (() => void) | undefined;
  private readonly resize = new ResizeObserver(() => this.draw());

  constructor() {
    super();
    this.found = [];
    this.summary = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
    this.stopWatching = onThemeChange(() => this.draw());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
    this.stopWatching?.();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get('content') as MapContent | undefined;
    // Another projection has other places; another selection has not.
    if (before && before.map !== this.content.map) {
      this.view = undefined;
      this.hovered = undefined;
    }
  }

  protected override updated(): void {
    this.draw();
  }

  protected override render(): TemplateResult {
    const zoom = (factor: number) => () => this.zoomAt(factor, this.middle);
    return html`
      <canvas
        role="application"
        aria-roledescription=${l10n.t('map')}
        aria-label="${this.summary} ${l10n.t(
          'Arrow keys: move. Plus and minus: zoom. 0: everything. Page Up and Page Down: another virtual token.',
        )}"
        tabindex="0"
        @wheel=${this.onWheel}
        @pointerdown=${this.onPointerDown}
        @pointermove=${this.onPointerMove}
        @pointerup=${this.onPointerUp}
        @pointerleave=${() => (this.hovered = undefined)}
        @keydown=${this.onKey}
      ></canvas>
      <div class="zoom" role="group" aria-label=${l10n.t('Zoom')}>
        <vscode-toolbar-button
          icon="zoom-in"
          label=${l10n.t('Zoom in')}
          title=${l10n.t('Zoom in')}
          @click=${zoom(zoomStep)}
        >
        </vscode-toolbar-button>
        <vscode-toolbar-button
          icon="zoom-out"
          label=${l10n.t('Zoom out')}
          title=${l10n.t('Zoom out')}
          @click=${zoom(1 / zoomStep)}
        >
        </vscode-toolbar-button>
        <vscode-toolbar-button
          icon="screen-full"
          label=${l10n.t('Show everything')}
          title=${l10n.t('Show everything')}
          @click=${() => this.look(undefined)}
        ></vscode-toolbar-button>
      </div>
    `;
  }

  /** Moves a place into the middle, near enough to tell it from its neighbours. */
  centreOn(place: Place): void {
    const everything = viewportOf(this.places(), this.size);
    this.look({ centre: place, scale: Math.max(this.current.scale, 4 * everything.scale) });
  }

  private places(): readonly Place[] {
    const { words, virtual } = this.content.map;
    return [...words.map(({ at }) => at), ...virtual.flatMap(({ at, start }) => (start ? [at, start] : [at]))];
  }

  private get canvas(): HTMLCanvasElement | null {
    return this.querySelector('canvas');
  }
  private get size(): Size {
    const { clientWidth = 1, clientHeight = 1 } = this.canvas ?? {};
    return { width: clientWidth, height: clientHeight };
  }
  private get middle(): Place {
    return [this.size.width / 2, this.size.height / 2];
  }
  private get current(): Viewport {
    return this.view ?? viewportOf(this.places(), this.size);
  }

  private look(view: Viewport | undefined): void {
    this.view = view;
    this.draw();
  }

  private zoomAt(factor: number, pixel: Place): void {
    this.look(zoomed(this.current, this.size, factor, pixel));
  }

  private draw(): void {
    const { canvas, size, content, selected, found, hovered } = this;
    const context = canvas?.getContext('2d');
    if (!canvas || !context || !this.isConnected) return;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    context.scale(ratio, ratio);
    drawMap(context, { ...content, view: this.current, size, selected, found, hovered });
  }

  private choose(position: number): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: position }));
  }

  private readonly onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    this.zoomAt(Math.exp(-event.deltaY / 300), [event.offsetX, event.offsetY]);
  };

  private readonly onPointerDown = (event: PointerEvent): void => {
    this.dragged = { from: [event.offsetX, event.offsetY], isMove: false };
    this.canvas?.setPointerCapture(event.pointerId);
  };

  private readonly onPointerMove = ({ offsetX, offsetY }: PointerEvent): void => {
    const { dragged, current, size } = this;
    if (!dragged) {
      const words = this.content.map.words.map(({ at }) => at);
      this.hovered = placeAt(words, current, size, [offsetX, offsetY], wordReach);
      return;
    }
    const [right, down] = [offsetX - dragged.from[0], offsetY - dragged.from[1]];
    if (!dragged.isMove && Math.hypot(right, down) < 3) return;
    this.look(panned(current, [right, down]));
    this.dragged = { from: [offsetX, offsetY], isMove: true };
  };

  private readonly onPointerUp = ({ offsetX, offsetY }: PointerEvent): void => {
    const wasMove = this.dragged?.isMove === true;
    this.dragged = undefined;
    if (wasMove) return;
    const marks = this.content.map.virtual.map(({ at }) => at);
    const position = placeAt(marks, this.current, this.size, [offsetX, offsetY], markRadius + 4);
    if (position !== undefined) this.choose(position);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const moves: Record<string, Place> = {
      ArrowLeft: [panStep, 0],
      ArrowRight: [-panStep, 0],
      ArrowUp: [0, panStep],
      ArrowDown: [0, -panStep],
    };
    const count = this.content.map.virtual.length;
    const move = moves[event.key];
    if (move) this.look(panned(this.current, move));
    else if (event.key === '+' || event.key === '=') this.zoomAt(zoomStep, this.middle);
    else if (event.key === '-') this.zoomAt(1 / zoomStep, this.middle);
    else if (event.key === '0') this.look(undefined);
    else if (event.key === 'PageDown') this.choose(((this.selected ?? -1) + 1) % count);
    else if (event.key === 'PageUp') this.choose(((this.selected ?? 0) - 1 + count) % count);
    else return;
    event.preventDefault();
  };
}
customElements.define('softprompt-token-map', TokenMapElement);
