import type { Page } from '@playwright/test';

// Whatever the application must never do is tried here, from inside its page.
/* eslint-disable no-restricted-globals, no-restricted-properties */

/** Takes the page's own policy away, so that what lies behind it is tested. */
export async function withoutPolicy(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setBypassCSP', { enabled: true });
  await page.reload();
}

/** The ways a page has to reach something. Each gets some time; how it fails does not matter. */
export async function reachOut(page: Page, port: number): Promise<void> {
  await page.evaluate(async (host) => {
    const element = (name: string, attributes: Record<string, string>): void => {
      const made = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      document.body.append(made);
    };
    const attempts: (() => unknown)[] = [
      () => fetch(`http://${host}/fetch`),
      () => fetch(`https://${host}/fetch`, { mode: 'no-cors' }),
      () => new WebSocket(`ws://${host}/socket`),
      () => new WebSocket(`wss://${host}/socket`),
      () => new EventSource(`http://${host}/events`),
      () => new WebTransport(`https://${host}/transport`).ready,
      () => navigator.sendBeacon(`http://${host}/beacon`, 'x'),
      () => element('img', { src: `http://${host}/image` }),
      () => element('iframe', { src: `http://${host}/frame` }),
      () => element('link', { rel: 'stylesheet', href: `http://${host}/style` }),
      () => element('link', { rel: 'preconnect', href: `http://${host}` }),
      () => element('link', { rel: 'dns-prefetch', href: `http://${host}` }),
      () => element('link', { rel: 'prefetch', href: `http://${host}/prefetch` }),
      () => element('video', { src: `http://${host}/video` }),
      () => element('object', { data: `http://${host}/object` }),
      () => import(/* @vite-ignore */ `http://${host}/script.js`),
      async () => {
        const peer = new RTCPeerConnection({
          iceServers: [
            { urls: `stun:${host}` },
            { urls: `turn:${host}?transport=tcp`, username: 'a', credential: 'b' },
          ],
        });
        peer.createDataChannel('x');
        await peer.setLocalDescription(await peer.createOffer());
      },
    ];
    for (const attempt of attempts) {
      try {
        await Promise.race([attempt(), new Promise((resolve) => setTimeout(resolve, 150))]);
      } catch {
        // Refused in its own way.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }, `127.0.0.1:${port}`);
}

/** Runs in the page: tries to go elsewhere, once the call that asked for it has returned. */
export function navigate({ way, url }: { way: 'location' | 'link' | 'form' | 'frame'; url: string }): void {
  const added = <N extends 'a' | 'form' | 'iframe'>(name: N): HTMLElementTagNameMap[N] =>
    document.body.appendChild(document.createElement(name));
  const ways = {
    location: () => location.assign(url),
    link: () => Object.assign(added('a'), { href: url }).click(),
    form: () => Object.assign(added('form'), { action: url }).submit(),
    frame: () => Object.assign(added('iframe'), { src: url }),
  };
  setTimeout(ways[way]);
}
