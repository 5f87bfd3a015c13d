import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { navigate, reachOut, withoutPolicy } from './support/attack.ts';
import { command, isPackaged, launch, type Application } from './support/application.ts';
import { startCanary, type Canary } from './support/canary.ts';
import { expect, test as base } from './support/fixtures.ts';

// Each claim of the shell is attacked in the real application, the attack is watched to fail, and to be counted.

const test = base.extend<{ canary: Canary }>({
  // eslint-disable-next-line no-empty-pattern
  canary: async ({}, use) => {
    const canary = await startCanary();
    await use(canary);
    await canary.close();
  },
});

/** How often the shell says it denied something of this kind. */
function denied({ output }: Application, kind: string): number {
  return output().match(new RegExp(`^keyferry: ${kind} \\d+: `, 'gmu'))?.length ?? 0;
}

test('the canary hears what does reach it', async ({ canary }) => {
  await once(connect(canary.port, '127.0.0.1'), 'connect');
  await expect.poll(() => canary.reached()).toBe(1);
});

test('the page runs in a sandbox of the operating system', async ({ application }) => {
  const pid = await application.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  expect(status).toMatch(/^Seccomp:\s2$/mu);
  expect(status).toMatch(/^NoNewPrivs:\s1$/mu);
  const commandLine = readFileSync(`/proc/${application.electron.process().pid}/cmdline`, 'utf8');
  expect(commandLine).not.toContain('no-sandbox');
});

test('the page has no Node, and one frozen way to main', async ({ application }) => {
  const found = await application.page.evaluate(() => {
    const bridge = (window as unknown as { ceremony: object }).ceremony;
    return {
      node: ['require', 'process', 'module', 'Buffer', 'global', 'electron'].filter((name) => name in window),
      members: Object.keys(bridge),
      isFrozen: Object.isFrozen(bridge),
      isFixed: !Object.getOwnPropertyDescriptor(window, 'ceremony')?.configurable,
    };
  });
  expect(found).toEqual({ node: [], members: ['call', 'onNotice'], isFrozen: true, isFixed: true });
});

test('the policy of the page stops every connection', async ({ attacked, canary }) => {
  await reachOut(attacked.page, canary.port);
  expect(canary.reached()).toBe(0);
  expect(attacked.complaints().length).toBeGreaterThan(5);
});

test('the shell cancels and counts what gets past the policy', async ({ attacked, canary }) => {
  await withoutPolicy(attacked.page);
  await reachOut(attacked.page, canary.port);
  expect(canary.reached()).toBe(0);
  for (const kind of ['xhr', 'image', 'webSocket', 'stylesheet', 'media', 'script', 'ping']) {
    expect(attacked.output()).toMatch(new RegExp(`^keyferry: request \\d+: ${kind} `, 'mu'));
  }
  // A path or a query can carry away a secret; it must not end up in a terminal or a journal either.
  expect(attacked.output()).not.toContain('/fetch');
});

test('each layer below the filter stops a request on its own', async ({ attacked, canary }) => {
  await withoutPolicy(attacked.page);
  const outcomes = await attacked.electron.evaluate(async ({ BrowserWindow, net }, port) => {
    const session = BrowserWindow.getAllWindows()[0]?.webContents.session;
    if (session === undefined) throw new Error('no window');
    const outcome = (request: Promise<unknown>): Promise<string> =>
      request.then(
        () => 'reached',
        (error: unknown) => String(error),
      );
    const url = `http://127.0.0.1:${port}/`;
    const filtered = await outcome(session.fetch(url));
    const fromMain = await outcome(net.fetch(url));
    session.webRequest.onBeforeRequest(null);
    const unfiltered = await outcome(session.fetch(url));
    await session.setProxy({ mode: 'direct' });
    const direct = await outcome(session.fetch(url));
    return { filtered, fromMain, unfiltered, direct };
  }, canary.port);
  expect(outcomes).toEqual({
    filtered: expect.stringContaining('ERR_BLOCKED_BY_CLIENT'),
    fromMain: expect.stringContaining('ERR_BLOCKED_BY_CLIENT'),
    unfiltered: expect.stringContaining('ERR_PROXY_CONNECTION_FAILED'),
    direct: expect.stringContaining('ERR_NAME_NOT_RESOLVED'),
  });
  await reachOut(attacked.page, canary.port);
  expect(canary.reached()).toBe(0);
});

for (const target of ['https://example.org/', 'file:///etc/passwd', 'data:text/html,x', 'app://other/']) {
  test(`the page cannot navigate to ${target}`, async ({ attacked }) => {
    const { page } = attacked;
    await withoutPolicy(page);
    await page.evaluate(() => Object.assign(window, { planted: true }));
    for (const way of ['location', 'link', 'form', 'frame'] as const) {
      await page.evaluate(navigate, { way, url: target });
      await page.waitForTimeout(300);
    }
    expect(page.url()).toBe('app://keyferry/');
    // Not even brought back: the page was never left.
    expect(await page.evaluate(() => 'planted' in window)).toBe(true);
    expect(page.frames().filter((frame) => frame.url().startsWith(target))).toEqual([]);
  });
}

test('a page that strays to an empty one is brought back', async ({ attacked }) => {
  await attacked.page.evaluate(() => {
    setTimeout(() => (location.href = 'about:blank'));
  });
  await expect.poll(() => denied(attacked, 'navigation')).toBe(1);
  await expect.poll(() => attacked.page.url()).toBe('app://keyferry/');
});

test('navigation is counted', async ({ attacked }) => {
  await attacked.page.evaluate(() => (location.href = 'https://example.org/?pin=1234'));
  await expect.poll(() => denied(attacked, 'navigation')).toBeGreaterThan(0);
  expect(attacked.output()).not.toContain('1234');
});

test('the page cannot open a window or embed a page', async ({ attacked }) => {
  const { page, electron } = attacked;
  await withoutPolicy(page);
  const opened = await page.evaluate(async () => {
    const link = document.createElement('a');
    link.target = '_blank';
    link.href = 'https://example.org/';
    document.body.append(link);
    link.click();
    const view = document.createElement('webview');
    view.setAttribute('src', 'https://example.org/');
    document.body.append(view);
    const results = ['https://example.org/', 'app://keyferry/', 'about:blank', ''].map((url) => window.open(url));
    await new Promise((resolve) => setTimeout(resolve, 300));
    return results.filter((result) => result !== null).length;
  });
  expect(opened).toBe(0);
  expect(denied(attacked, 'window')).toBeGreaterThanOrEqual(5);
  expect(await electron.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
});

test('every permission is denied', async ({ attacked }) => {
  const outcomes = await attacked.page.evaluate(async () => {
    const outcome = async (attempt: () => Promise<unknown>): Promise<string> => {
      try {
        const limit = new Promise((resolve) => setTimeout(() => resolve('no answer'), 2000));
        return String(await Promise.race([attempt(), limit]));
      } catch (error) {
        return error instanceof Error ? error.name : String(error);
      }
    };
    const device = navigator as unknown as Record<string, { requestDevice(options: object): Promise<unknown> }>;
    const position = (): Promise<unknown> =>
      new Promise((resolve, reject) => {
        navigator.geolocation.getCurrentPosition(resolve, ({ code }) => reject(new Error(String(code))));
      });
    const names = ['camera', 'microphone', 'geolocation', 'notifications', 'clipboard-read', 'midi'];
    const granted = async (name: string): Promise<string> =>
      (await navigator.permissions.query({ name: name as PermissionName })).state;
    return {
      asked: await Promise.all(names.map(granted)),
      camera: await outcome(() => navigator.mediaDevices.getUserMedia({ video: true })),
      microphone: await outcome(() => navigator.mediaDevices.getUserMedia({ audio: true })),
      screen: await outcome(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
      position: await outcome(position),
      notification: await outcome(() => Notification.requestPermission()),
      clipboard: await outcome(() => navigator.clipboard.readText()),
      midi: await outcome(() => navigator.requestMIDIAccess({ sysex: true })),
      persistence: await outcome(() => navigator.storage.persist()),
      usb: await outcome(async () => device['usb']?.requestDevice({ filters: [] })),
      hid: await outcome(async () => {
        const devices = await (device['hid']?.requestDevice({ filters: [] }) as Promise<unknown[]>);
        return devices.length === 0 ? 'none' : 'a device';
      }),
      bluetooth: await outcome(async () => device['bluetooth']?.requestDevice({ acceptAllDevices: true })),
    };
  });
  expect(outcomes).toEqual({
    asked: Array<string>(6).fill('denied'),
    // A machine without a camera says so before it asks.
    camera: expect.stringMatching(/NotAllowedError|NotFoundError/u),
    microphone: expect.stringMatching(/NotAllowedError|NotFoundError/u),
    screen: expect.stringMatching(/NotAllowedError|NotSupportedError/u),
    position: 'Error',
    notification: 'denied',
    clipboard: 'NotAllowedError',
    midi: expect.stringMatching(/NotAllowedError|SecurityError/u),
    persistence: 'false',
    usb: expect.stringMatching(/Error/u),
    hid: 'none',
    bluetooth: expect.stringMatching(/Error|undefined/u),
  });
  expect(denied(attacked, 'permission')).toBeGreaterThanOrEqual(4);
});

test('nothing is downloaded', async ({ attacked }) => {
  await attacked.page.evaluate(() => {
    for (const href of ['app://keyferry/index.html', URL.createObjectURL(new Blob(['x']))]) {
      const link = document.createElement('a');
      link.href = href;
      link.download = 'keyferry-planted';
      document.body.append(link);
      link.click();
    }
  });
  await expect.poll(() => denied(attacked, 'download')).toBeGreaterThan(0);
});

test('there are no developer tools, no menu and no key that reloads the page', async ({ attacked }) => {
  const { page, electron } = attacked;
  await page.evaluate(() => Object.assign(window, { planted: true }));
  for (const keys of ['Control+R', 'F5', 'Control+Shift+I', 'F12', 'Control+W', 'Control+N']) {
    await page.keyboard.press(keys);
  }
  const found = await electron.evaluate(async ({ BrowserWindow, Menu }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    contents?.openDevTools();
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { tools: contents?.isDevToolsOpened(), menu: Menu.getApplicationMenu() };
  });
  expect(found).toEqual({ tools: false, menu: null });
  expect(await page.evaluate(() => 'planted' in window)).toBe(true);
});

test('a declared call is answered, anything else is refused and counted', async ({ attacked }) => {
  const call = (name: unknown, input: unknown): Promise<unknown> =>
    attacked.page.evaluate(
      ([what, payload]) => {
        const bridge = window as unknown as { ceremony: { call(name: unknown, input: unknown): Promise<unknown> } };
        return bridge.ceremony.call(what, payload);
      },
      [name, input],
    );
  expect(await call('app.about', {})).toMatchObject({ ok: true, value: { electron: '43.2.0' } });
  expect(denied(attacked, 'call')).toBe(0);
  const undeclared = { ok: false, refusal: { rule: 'CALL-AS-DECLARED' } };
  expect(await call('app.about', { more: 1 })).toMatchObject(undeclared);
  expect(await call('__proto__', {})).toMatchObject(undeclared);
  expect(await call({ toString: 'app.about' }, {})).toMatchObject(undeclared);
  expect(denied(attacked, 'call')).toBe(3);
});

test('another window is refused, even with the same page and the same preload', async ({ attacked }) => {
  const reply = await attacked.electron.evaluate(async ({ app, BrowserWindow }) => {
    const session = BrowserWindow.getAllWindows()[0]?.webContents.session;
    if (session === undefined) throw new Error('no window');
    const preload = `${app.getAppPath()}/dist/preload/preload.cjs`;
    const planted = new BrowserWindow({ show: false, webPreferences: { preload, session, sandbox: true } });
    await planted.loadURL('app://keyferry/');
    return planted.webContents.executeJavaScript("window.ceremony.call('app.about', {})") as Promise<unknown>;
  });
  expect(reply).toMatchObject({ ok: false, refusal: { rule: 'CALL-AS-DECLARED' } });
});

test('app: serves the built page and nothing beside it', async ({ application }) => {
  const found = await application.electron.evaluate(async ({ BrowserWindow }) => {
    const session = BrowserWindow.getAllWindows()[0]?.webContents.session;
    const status = async (path: string): Promise<number | undefined> =>
      (await session?.fetch(`app://keyferry${path}`))?.status;
    return {
      page: await status('/index.html'),
      above: await status('/..%2f..%2fpackage.json'),
      climbing: await status('/../../package.json'),
      absent: await status('/absent.js'),
    };
  });
  expect(found).toEqual({ page: 200, above: 404, climbing: 404, absent: 404 });
});

test('what the page stores is gone when it closes', async ({ desk }) => {
  const marker = 'planted-4711-marker';
  const application = await launch(desk.profile);
  await application.page.evaluate((text) => localStorage.setItem('planted', text), marker);
  await application.page.waitForTimeout(500);
  await application.close();
  const files = (await readdir(desk.profile, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
  for (const file of files) {
    expect((await readFile(join(file.parentPath, file.name))).includes(marker)).toBe(false);
  }
  const again = await launch(desk.profile);
  expect(await again.page.evaluate(() => localStorage.getItem('planted'))).toBeNull();
  await again.close();
});

test('a second start brings the first window forward and ends', async ({ application, desk }) => {
  const told = application.electron.evaluate(
    ({ app }) => new Promise((resolve) => app.once('second-instance', () => resolve(true))),
  );
  const { executable, first } = command();
  const second = spawn(executable, [...first, `--profile=${desk.profile}`], { stdio: 'ignore' });
  const [code] = (await once(second, 'exit')) as [number | null];
  expect(code).toBe(0);
  expect(await told).toBe(true);
  expect(await application.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('a page that crashes is loaded again', async ({ attacked }) => {
  await attacked.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
  });
  await expect.poll(() => denied(attacked, 'renderer')).toBe(1);
  const title = (): Promise<unknown> =>
    attacked.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript("'ceremony' in window && document.title"),
    );
  await expect.poll(title).toContain('Keyferry');
});

test('Ctrl with plus, minus and zero changes the size of everything', async ({ application }) => {
  // The keys a page gets from Playwright do not pass through the shell; these come in as from the keyboard.
  const levelAfter = (keys: readonly string[]): Promise<number | undefined> =>
    application.electron.evaluate(async ({ BrowserWindow }, pressed) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      for (const keyCode of pressed) contents?.sendInputEvent({ type: 'keyDown', keyCode, modifiers: ['control'] });
      await new Promise((resolve) => setTimeout(resolve, 200));
      return contents?.getZoomLevel();
    }, keys);
  expect(await levelAfter(['='])).toBe(1);
  expect(await levelAfter(['-', '-'])).toBe(-1);
  expect(await levelAfter(['0'])).toBe(0);
});

test('the profile is readable by its user only, and spelling is not looked up', async ({ application, desk }) => {
  expect(statSync(desk.profile).mode & 0o077).toBe(0);
  const isChecking = await application.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.session.isSpellCheckerEnabled(),
  );
  expect(isChecking).toBe(false);
});

if (isPackaged) {
  for (const argument of ['--no-sandbox', '--disable-web-security', '--js-flags=--expose-gc']) {
    test(`the package does not start with ${argument}`, async ({ desk }) => {
      const { executable } = command();
      const child = spawn(executable, [`--profile=${desk.profile}`, argument], { stdio: 'ignore' });
      expect(await once(child, 'exit')).toEqual([2, null]);
    });
  }
}
