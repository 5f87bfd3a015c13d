import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAssets, type Assets } from '../../../main/shell/assets.ts';

let folder: string;
let assets: Assets;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyferry-assets-'));
  const renderer = join(folder, 'renderer');
  await mkdir(join(renderer, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.html'), 'secret');
  await writeFile(join(renderer, 'index.html'), '<!doctype html>');
  await writeFile(join(renderer, 'assets', 'a.js'), 'run()');
  await writeFile(join(renderer, 'assets', 'plan.json'), '{}');
  await symlink(join(folder, 'secret.html'), join(renderer, 'link.html'));
  assets = await openAssets(renderer);
});

afterAll(() => rm(folder, { recursive: true }));

const get = (url: string): Promise<Response> => assets(new Request(url));

describe('the files of the window', () => {
  it.each([
    ['app://keyferry/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['app://keyferry/index.html', 'text/html; charset=utf-8', '<!doctype html>'],
    ['app://keyferry/assets/a.js', 'text/javascript; charset=utf-8', 'run()'],
    ['app://keyferry/assets/a.js?v=1#x', 'text/javascript; charset=utf-8', 'run()'],
  ])('serves %s', async (url, type, body) => {
    const response = await get(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toBe(body);
  });

  it.each([
    'app://keyferry/../secret.html',
    'app://keyferry/assets/../../secret.html',
    'app://keyferry/%2e%2e/secret.html',
    'app://keyferry/..%2fsecret.html',
    'app://keyferry/assets%2fa.js',
    'app://keyferry//assets/a.js',
    'app://keyferry/assets',
    'app://keyferry/assets/a.js%00',
    'app://keyferry/assets/plan.json',
    'app://keyferry/link.html',
    'app://keyferry/absent.js',
    'app://other/index.html',
    'https://keyferry/index.html',
  ])('does not serve %s', async (url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('answers nothing but GET', async () => {
    expect((await assets(new Request('app://keyferry/index.html', { method: 'POST' }))).status).toBe(404);
  });

  it.each(['app://keyferry/', 'app://keyferry/absent.js'])('sends the policy with %s', async (url) => {
    const { headers } = await get(url);
    const policy = new Map(
      (headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
        const [name = '', ...values] = directive.split(' ');
        return [name, values.join(' ')];
      }),
    );
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('script-src')).toBe("'self'");
    expect(policy.get('frame-ancestors')).toBe("'none'");
    expect(policy.get('form-action')).toBe("'none'");
    expect(policy.get('base-uri')).toBe("'none'");
    expect(policy.get('require-trusted-types-for')).toBe("'script'");
    expect([...policy.values()].join(' ')).not.toMatch(/unsafe|data:|blob:|\*/u);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
