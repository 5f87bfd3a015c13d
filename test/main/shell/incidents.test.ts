import { describe, expect, it } from 'vitest';
import { createIncidents, placesOf, schemeAndHost } from '../../../main/shell/incidents.ts';

describe('incidents', () => {
  it('counts each kind on its own', () => {
    const lines: string[] = [];
    const { note } = createIncidents((line) => lines.push(line));
    note('request', 'a');
    note('window', 'b');
    note('request', 'c');
    expect(lines).toEqual(['keyferry: request 1: a', 'keyferry: window 1: b', 'keyferry: request 2: c']);
  });

  it.each([
    ['https://example.org:8443/path?pin=1234#x', 'https://example.org:8443'],
    ['http://user:1234@example.org/', 'http://example.org'],
    ['file:///home/1234', 'file://'],
    ['javascript:1234', 'javascript://'],
  ])('cuts %s down to where it points', (url, reported) => {
    expect(schemeAndHost(url)).toBe(reported);
  });

  it('does not repeat what is no address', () => {
    expect(schemeAndHost('1234')).not.toContain('1234');
  });

  it('says where an error arose but not what it says', () => {
    const places = placesOf(new RangeError('pin 1234\n    at 1234'));
    expect(places).not.toContain('1234');
    expect(places).toContain('RangeError');
    expect(places).toContain('incidents.test.ts');
    expect(placesOf('1234')).not.toContain('1234');
  });
});
