import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyTree, growTree, rootOf } from '../../../app/audit/growing-tree.ts';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  nodeHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../../app/audit/tree.ts';

/**
 * The test vectors of the Certificate Transparency reference implementation: certificate-transparency
 * cpp/merkletree/merkle_tree_test.cc, the same in transparency-dev/merkle testonly/constants.go.
 */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const leaves = inputs.map((input) => leafHash(hexToBytes(input)));
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const l0n0 = '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d';
const l0n1 = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const l0n4 = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const l1n0 = 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125';
const l1n1 = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const l1n2 = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';
const l1n3 = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
const l2n0 = 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7';
const l2n1 = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';

const hexes = (hashes: readonly Uint8Array[]) => hashes.map((hash) => bytesToHex(hash));
const root = (size: number) => hexToBytes(roots[size] ?? '');
const leaf = (index: number) => ({ index, hash: leaves[index] ?? new Uint8Array() });

describe('reference vectors', () => {
  it('separates leaves from nodes as RFC 6962 says', () => {
    expect(bytesToHex(leafHash(utf8ToBytes('L123456')))).toBe(
      '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
    );
    expect(bytesToHex(nodeHash(utf8ToBytes('N123'), utf8ToBytes('N456')))).toBe(
      'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb',
    );
  });

  it.each(roots.map((_, size) => size))('has the published root of %i leaves, at once and grown', (size) => {
    expect(bytesToHex(treeRoot(leaves.slice(0, size)))).toBe(roots[size]);
    const grown = leaves.slice(0, size).reduce(growTree, emptyTree);
    expect(bytesToHex(rootOf(grown))).toBe(roots[size]);
    expect(grown.size).toBe(size);
  });

  it.each([
    [0, 1, []],
    [0, 8, [l0n1, l1n1, l2n1]],
    [5, 8, [l0n4, l1n3, l2n0]],
    [2, 3, [l1n0]],
    [1, 5, [l0n0, l1n1, l0n4]],
  ])('proves leaf %i in %i leaves with the published path', (index, size, path) => {
    const proof = inclusionProof(index, leaves.slice(0, size));
    expect(hexes(proof)).toEqual(path);
    expect(verifyInclusion(leaf(index), { size, root: root(size) }, proof)).toBe(true);
  });

  it.each([
    [1, 1, []],
    [1, 8, [l0n1, l1n1, l2n1]],
    [6, 8, [l1n2, l1n3, l2n0]],
    [2, 5, [l1n1, l0n4]],
  ])('proves that %i leaves are the beginning of %i with the published proof', (first, second, path) => {
    const proof = consistencyProof(first, leaves.slice(0, second));
    expect(hexes(proof)).toEqual(path);
    expect(verifyConsistency({ size: first, root: root(first) }, { size: second, root: root(second) }, proof)).toBe(
      true,
    );
  });
});

const someLeaves = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 70 })
  .map((data) => data.map(leafHash));
const flip = (hash: Uint8Array) => hash.map((byte, index) => (index === 7 ? byte ^ 1 : byte));

describe('laws', () => {
  it('grows to the root that it has at once', () => {
    fc.assert(
      fc.property(someLeaves, (all) => {
        expect(rootOf(all.reduce(growTree, emptyTree))).toEqual(treeRoot(all));
      }),
    );
  });

  it('proves every leaf, and no other leaf, index, size, root or path', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), (all, seed) => {
        const index = seed % all.length;
        const hash = all[index] ?? new Uint8Array();
        const tree = { size: all.length, root: treeRoot(all) };
        const proof = inclusionProof(index, all);
        expect(verifyInclusion({ index, hash }, tree, proof)).toBe(true);
        expect(verifyInclusion({ index, hash: flip(hash) }, tree, proof)).toBe(false);
        expect(verifyInclusion({ index, hash }, { ...tree, root: flip(tree.root) }, proof)).toBe(false);
        expect(verifyInclusion({ index, hash }, tree, [...proof, hash])).toBe(false);
        expect(verifyInclusion({ index, hash }, { ...tree, size: tree.size * 2 }, proof)).toBe(false);
        proof.forEach((node, at) =>
          expect(verifyInclusion({ index, hash }, tree, proof.with(at, flip(node)))).toBe(false),
        );
        if (proof.length > 0) expect(verifyInclusion({ index, hash }, tree, proof.slice(1))).toBe(false);
      }),
    );
  });

  it('proves every beginning, and no other root or path', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), (all, seed) => {
        const first = 1 + (seed % all.length);
        const older = { size: first, root: treeRoot(all.slice(0, first)) };
        const newer = { size: all.length, root: treeRoot(all) };
        const proof = consistencyProof(first, all);
        expect(verifyConsistency(older, newer, proof)).toBe(true);
        expect(verifyConsistency({ ...older, root: flip(older.root) }, newer, proof)).toBe(false);
        expect(verifyConsistency(older, { ...newer, root: flip(newer.root) }, proof)).toBe(false);
        expect(verifyConsistency(older, newer, [...proof, newer.root])).toBe(false);
        proof.forEach((node, at) => expect(verifyConsistency(older, newer, proof.with(at, flip(node)))).toBe(false));
        if (proof.length > 0) expect(verifyConsistency(older, newer, proof.slice(0, -1))).toBe(false);
      }),
    );
  });
});

describe('nonsense', () => {
  it.each([
    [0, 0],
    [1, 1],
    [-1, 8],
    [0.5, 8],
    [8, 8],
  ])('does not find leaf %d in %d leaves', (index, size) => {
    expect(verifyInclusion({ index, hash: root(1) }, { size, root: root(1) }, [])).toBe(false);
  });

  it.each([
    [0, 8],
    [8, 6],
    [6.5, 8],
    [6, Number.MAX_SAFE_INTEGER + 1],
  ])('does not connect %d leaves with %d without a proof', (first, second) => {
    expect(verifyConsistency({ size: first, root: root(8) }, { size: second, root: root(8) }, [])).toBe(false);
  });

  it('does not take an empty proof for a size that is no power of two', () => {
    expect(verifyConsistency({ size: 6, root: root(6) }, { size: 8, root: root(8) }, [])).toBe(false);
  });

  it('proves nothing that is not there', () => {
    expect(() => inclusionProof(8, leaves)).toThrow(RangeError);
    expect(() => inclusionProof(0, [])).toThrow(RangeError);
    expect(() => consistencyProof(9, leaves)).toThrow(RangeError);
    expect(() => consistencyProof(0, leaves)).toThrow(RangeError);
  });

  it('copes with sizes beyond 32 bits', () => {
    const size = 2 ** 40 + 1;
    expect(
      verifyInclusion({ index: size - 1, hash: root(1) }, { size, root: nodeHash(root(2), root(1)) }, [root(2)]),
    ).toBe(true);
  });
});
