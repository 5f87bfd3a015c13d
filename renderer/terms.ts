/** A word of the trade, for somebody who hears it for the first time. */
export interface Term {
  readonly word: string;
  readonly means: string;
}

const meanings = {
  Approval:
    'A person’s signature over exactly what the screen shows, made with a key that only their passphrase opens.',
  Passphrase: 'Several words that only one person knows. It opens that person’s approval key, today and never again.',
  Initials: 'Two to four letters that stand for one person of the roll call, on the screen and on paper.',
  Quorum: 'So many people of each role that the plan asks for at every step that matters.',
  'PIN in parts': 'One PIN of which several people know a part each: none of them can open the token alone.',
  'Wrapping key, KEK':
    'The cloud’s public key, under which a target key leaves the token. Only the cloud has its private half.',
  'Target key': 'The key that is brought to the cloud.',
  SubjectPublicKeyInfo: 'The standard form of a public key in bytes. The fingerprint is the SHA-256 of these bytes.',
  'JWK thumbprint': 'Another hash of the same public key: some tools of online desks show only this one.',
  'Import token, import job':
    'What some clouds hand out with a wrapping key. It ends at a fixed time; the upload must be before it.',
  CKA_ID: 'The id of a key inside the token.',
  'KCV-ECB':
    'Check value of an AES key: 3 bytes of a block of zeros, encrypted under it. It shows a mix-up, never the key.',
  'KCV-SHA256': 'Check value of an HMAC key: its SHA-256.',
  'RSA-OAEP': 'The sound way to encrypt a short key under an RSA key.',
  'RSAES-PKCS1-v1_5': 'The old way to encrypt a short key under an RSA key; attacks on it have been known since 1998.',
  'RSA-AES key wrap': 'For long keys: an AES key wraps the target key, and RSA-OAEP wraps the AES key.',
  'Ephemeral key': 'The AES key of an RSA-AES key wrap, made for one wrap and destroyed after it.',
  Nonce:
    'A number that IBM hands out. Encrypted under the target key it comes back as a proof that both have the same key.',
  IV: 'Initialisation vector: the number, not secret, that an encryption with AES-GCM begins with.',
} as const;

type Word = keyof typeof meanings;

/** The words of a step, by its id without a key. */
const wordsAt: Readonly<Partial<Record<string, readonly Word[]>>> = {
  'prepare.plan': ['Target key', 'Wrapping key, KEK', 'CKA_ID', 'RSA-OAEP', 'RSA-AES key wrap', 'RSAES-PKCS1-v1_5'],
  'roll-call.people': ['Initials'],
  'roll-call.present': ['Approval', 'Passphrase'],
  'roll-call.start': ['Approval', 'Quorum'],
  'token.identify': ['PIN in parts'],
  'token.log-in': ['PIN in parts'],
  'token.accept': ['RSA-OAEP', 'RSA-AES key wrap', 'Ephemeral key', 'RSAES-PKCS1-v1_5', 'Nonce'],
  'bring-in.read': ['Wrapping key, KEK', 'Import token, import job', 'Nonce'],
  'bring-in.compare': ['Wrapping key, KEK', 'SubjectPublicKeyInfo', 'JWK thumbprint', 'Import token, import job'],
  'bring-in.accept': ['Wrapping key, KEK', 'Import token, import job', 'RSA-OAEP', 'RSA-AES key wrap', 'Nonce'],
  'keys.make': ['Target key', 'CKA_ID'],
  'keys.check': ['CKA_ID', 'KCV-ECB', 'KCV-SHA256'],
  'wrap.approve': ['Wrapping key, KEK', 'Import token, import job', 'RSA-OAEP', 'RSA-AES key wrap', 'Nonce'],
  'wrap.weak': ['RSAES-PKCS1-v1_5', 'RSA-OAEP'],
  'wrap.wrap': ['Wrapping key, KEK', 'Ephemeral key', 'Nonce', 'IV'],
  'wrap.check': ['Ephemeral key', 'Nonce', 'IV'],
};

/**
 * Explains the words that a step shows.
 * @param step - id of the step, and of the key that it is about, if any
 * @returns none where a step needs no explanation
 */
export function termsAt({ id, key }: { readonly id: string; readonly key: string | null }): readonly Term[] {
  const words = wordsAt[key === null ? id : id.slice(0, -key.length - 1)] ?? [];
  return words.map((word) => ({ word, means: meanings[word] }));
}
