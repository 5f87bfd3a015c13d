#!/usr/bin/env python3
"""Checks the bundle of a Keyferry key ceremony, offline.

    python3 verify.py BUNDLE [--checkpoint "size first last"] [--manifest-sha256 HEX]
                             [--log-key-sha256 HEX | --log-key PEM] [--json]

Written from docs/record-format.md ("the page") and from nothing else: it shares no
code with the application. "Section 5.3" below is a section of that page. Needed:
Python 3.9 or later and the `openssl` command, which verifies the signatures.

One line a rule: outcome, rule, reason. Exit code 0: sound. 1: something is broken.
2: something that matters could not be checked, or the call was wrong. Nothing is
written into the bundle, nothing of it is run, and there is no network.
"""
import sys

if sys.version_info < (3, 9):
    sys.stderr.write("verify.py: Python 3.9 or later is needed\n")
    sys.exit(2)
if __name__ == "__main__" and not sys.flags.isolated and not getattr(sys.flags, "safe_path", False):
    # Python looks for modules beside the script first. This script may lie in the
    # bundle, where a file `json.py` would then be run in place of Python's own.
    del sys.path[0]

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
import unicodedata
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Callable, Iterator, NamedTuple, Optional

MOST_FILES = 2000
MOST_BYTES = 32 * 1024 * 1024
MOST_BYTES_IN_ALL = 256 * 1024 * 1024
MOST_FOLDERS = 8
MOST_LEVELS = 32  # of JSON in the bundle's files but the log
MOST_LOG_LEVELS = 64
MOST_INTEGER = 2**53 - 1

SPECS = ("rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384", "ec-p521", "ec-secp256k1",
         "aes-128", "aes-192", "aes-256", "hmac-224", "hmac-256", "hmac-384", "hmac-512")
ROLES = ("administrator", "operator", "custodian", "witness", "auditor")
METHODS = ("oaep", "pkcs1-v1_5", "rsa-aes")
HASHES = ("sha1", "sha256", "sha384", "sha512", None)
PERFORMED = ("single", "composed", "native")
# White space that Unicode does not call a separator (section 3).
BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\ufeff"


class Broken(Exception):
    """The rule does not hold."""


class NotCheckable(Exception):
    """The rule cannot be checked here."""


def need(condition: bool, reason: str) -> None:
    """Breaks the rule that is being checked unless the condition holds."""
    if not condition:
        raise Broken(reason)


# ---------------------------------------------------------------------------
# Forms of values
# ---------------------------------------------------------------------------

def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_words(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def is_text_or_null(value: Any) -> bool:
    return value is None or isinstance(value, str)


def is_whole(value: Any) -> bool:
    """An integer; True and False are none, though Python takes them for 1 and 0."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def is_object(value: Any) -> bool:
    return isinstance(value, dict)


def is_list(value: Any) -> bool:
    return isinstance(value, list)


def is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def matches(pattern: str, value: Any, flags: int = 0) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value, flags | re.ASCII) is not None


def is_hex(value: Any) -> bool:
    return matches(r"([0-9a-f]{2})+", value)


def is_hex_or_null(value: Any) -> bool:
    return value is None or is_hex(value)


def is_sha256(value: Any) -> bool:
    return matches(r"[0-9a-f]{64}", value)


def is_one_of(*values: Any) -> Callable[[Any], bool]:
    return lambda value: (value is None or isinstance(value, str)) and value in values


def is_key_id(value: Any) -> bool:
    return matches(r"[a-z0-9-]{1,40}", value)


def is_ceremony_id(value: Any) -> bool:
    return matches(r"[a-z0-9-]{8,40}", value)


def is_path(value: Any) -> bool:
    """A path within the bundle (section 1)."""
    part = r"[A-Za-z0-9_-][A-Za-z0-9._ -]{0,254}"
    return matches(f"{part}(/{part})*", value)


def parts_between_blanks(text: str) -> list[str]:
    """What is written with blanks between (section 3)."""
    return "".join(" " if char in BLANKS or unicodedata.category(char) in ("Zs", "Zl", "Zp") else char
                   for char in text).split(" ")


def is_blank(text: str) -> bool:
    """Nothing but what section 3 calls blank."""
    return not any(parts_between_blanks(text))


def has_members(value: Any, form: dict[str, Callable[[Any], bool]]) -> bool:
    """An object with these members in these forms; others are passed over."""
    return isinstance(value, dict) and all(name in value and check(value[name]) for name, check in form.items())


def is_exactly(value: Any, form: dict[str, Callable[[Any], bool]]) -> bool:
    """An object with these members in this order, in these forms, and no others."""
    return has_members(value, form) and list(value) == list(form)


def moment(text: Any) -> int:
    """Nanoseconds since 1970 of a moment (section 1.2), a day and time that exist."""
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z", text) \
        if isinstance(text, str) else None
    if found is None:
        raise Broken("a moment is not of its form")
    try:
        whole = datetime.strptime(found[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        raise Broken(f"there is no such moment as {text}")
    seconds = (whole - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(seconds=1)
    return seconds * 10**9 + int((found[2] or "0").ljust(9, "0"))


def is_moment(value: Any) -> bool:
    try:
        moment(value)
        return True
    except Broken:
        return False


def is_moment_or_null(value: Any) -> bool:
    return value is None or is_moment(value)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def decode_base64(text: Any, url: bool = False) -> bytes:
    """Canonical base64: with padding, or base64url without it. Encoding again gives the same text."""
    need(is_text(text) and text.isascii(), "a text is not base64")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4) if url else text, altchars=b"-_" if url else None)
    except (binascii.Error, ValueError):
        raise Broken("a text is not base64")
    need(encode_base64(data, url) == text, "a text is not base64 in its canonical form")
    return data


def encode_base64(data: bytes, url: bool = False) -> str:
    if url:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")
    return base64.b64encode(data).decode()


# ---------------------------------------------------------------------------
# JSON (sections 1.2 and 2.1)
# ---------------------------------------------------------------------------

# What every object of ECMAScript has (section 1.2).
NAMES_OF_EVERY_OBJECT = {
    "__proto__", "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString",
    "valueOf", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"}


def without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    need(len(value) == len(pairs), "a member is given twice")
    return value


def without_odd_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(not NAMES_OF_EVERY_OBJECT & {name for name, _ in pairs}, "a member has the name of one that every object has")
    return without_twins(pairs)


def read_integer(digits: str) -> int:
    need(len(digits) <= 17 and abs(int(digits)) <= MOST_INTEGER, "a number is too large")
    return int(digits)


def refuse_number(_: str) -> None:
    raise Broken("a number is no integer")


def parse_json(data: bytes, fractions: bool = False, of_log: bool = False) -> Any:
    """Strict JSON in UTF-8: no member twice, no NaN, bounded depth, no lone surrogate."""
    most_levels = MOST_LOG_LEVELS if of_log else MOST_LEVELS
    try:
        value = json.loads(data.decode("utf-8"), parse_int=read_integer, parse_constant=refuse_number,
                           object_pairs_hook=without_twins if of_log else without_odd_names,
                           parse_float=float if fractions else refuse_number)
    except (ValueError, RecursionError):
        raise Broken("it is not JSON in UTF-8")
    need(levels(value, most_levels) <= most_levels, f"it has more than {most_levels} levels")
    return value


def levels(value: Any, most: int) -> int:
    """How deep lists and objects are nested; counting stops behind `most`."""
    row, depth = [value], 0
    while depth <= most:
        row = [item for item in row if isinstance(item, (dict, list))]
        if not row:
            break
        depth += 1
        row = [child for item in row for child in (item.values() if isinstance(item, dict) else item)]
    return depth


def has_fraction(value: Any) -> bool:
    if isinstance(value, dict):
        return any(has_fraction(item) for item in value.values())
    if isinstance(value, list):
        return any(has_fraction(item) for item in value)
    return isinstance(value, float)


def fraction(value: float) -> str:
    """A number that is no integer, from 0 to 8760, as ECMAScript writes it (section 2.1)."""
    need(0 <= value <= 8760, "a number is out of range")
    if value == int(value):
        return str(int(value))
    if value >= 1e-6:
        return format(Decimal(repr(value)), "f")
    digits, exponent = repr(value).split("e")
    return f"{digits}e{int(exponent)}"


def canonical_text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return fraction(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical_text(item) for item in value) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    members = [f"{json.dumps(name, ensure_ascii=False)}:{canonical_text(value[name])}" for name in names]
    return "{" + ",".join(members) + "}"


def canonical(value: Any) -> bytes:
    """RFC 8785 (section 2.1)."""
    try:
        return canonical_text(value).encode("utf-8")
    except UnicodeEncodeError:
        raise Broken("a text holds a lone surrogate")


def pretty(value: Any) -> bytes:
    """The form of MANIFEST.json and of the JSON among the key files (section 1.2)."""
    try:
        return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        raise Broken("a text holds a lone surrogate")


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 is not true, and the order of members makes no difference."""
    return canonical(one) == canonical(other)


# ---------------------------------------------------------------------------
# The Merkle tree (sections 2.2 and 6.6)
# ---------------------------------------------------------------------------

def split_at(count: int) -> int:
    """The largest power of two below count."""
    return 1 << ((count - 1).bit_length() - 1)


class Tree:
    """The tree of RFC 6962 over the entries."""

    def __init__(self, entries: list[bytes]) -> None:
        self.leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
        self.known: dict[tuple[int, int], bytes] = {}

    def node(self, start: int, end: int) -> bytes:
        """The root over the leaves from start up to, not including, end."""
        if end - start == 1:
            return self.leaves[start]
        if (start, end) not in self.known:
            middle = start + split_at(end - start)
            both = self.node(start, middle) + self.node(middle, end)
            self.known[(start, end)] = hashlib.sha256(b"\x01" + both).digest()
        return self.known[(start, end)]

    def root(self, size: int) -> bytes:
        return self.node(0, size)

    def path(self, index: int) -> list[bytes]:
        """The audit path of a leaf, from its sibling up."""
        start, end, path = 0, len(self.leaves), []
        while end - start > 1:
            middle = start + split_at(end - start)
            if index < middle:
                path.append(self.node(middle, end))
                end = middle
            else:
                path.append(self.node(start, middle))
                start = middle
        return path[::-1]


# ---------------------------------------------------------------------------
# Keys and signatures (sections 4, 6.1, 6.3, 6.4, 7.1)
# ---------------------------------------------------------------------------

P256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
P256_FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RSA_ALGORITHM = bytes.fromhex("300d06092a864886f70d0101010500")

# The statement of entry 5 in section 4, its key and its signature: openssl is tried with them.
SAMPLE_STATEMENT = (
    b'{"ceremony":"rehearsal-2026-11-23-7f3a9c","keyferryStatement":1,"log":{"head":"c200883b7e8e8afe45790c9913902c'
    b'331a2c7812e9e36cc5191bd24062678aab","size":4},"parameters":"97c2d3a7dae6bc8ef114928d1aa0cacf9b7e93fbdd2ef18ee3'
    b'15ed57f4f8378f","person":"p3","planSha256":"2d0fb63be3473e8646ebd68ebec051350c22b1a867de542c62e0a509ea9f0ebb",'
    b'"purpose":"approval","subject":"roll-call.start"}')
SAMPLE_KEY = P256_PREFIX + bytes.fromhex(
    "589b73cac0859874edd2fd04ed2cc98a420b060bce9c163cbd5c0e391f64416e"
    "4f1ebb8130d87bf0f22885fed394da03f3aa782a83599de335b57573f8d9678e")
SAMPLE_SIGNATURE = bytes.fromhex(
    "3046022100c9ffb460ade39eaae814ebd08e94de55910679961713aefa5c1974ac34f89b28"
    "022100981a59735491be0f4cfea19581cc77040e33230e7555c91397cf39587c353527")


def der_element(data: bytes, at: int, tag: int) -> tuple[bytes, int]:
    """Content and end of a DER element of that tag, its length in the one encoding."""
    need(len(data) >= at + 2 and data[at] == tag, "it is not the DER that it should be")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7F
        need(1 <= count <= 4 and len(data) >= start + count, "it is not the DER that it should be")
        length, start = int.from_bytes(data[start:start + count], "big"), start + count
        need(length >= 0x80 and length >> (8 * (count - 1)) > 0, "a length is not in its one encoding")
    need(len(data) >= start + length, "it is cut short")
    return data[start:start + length], start + length


def der_positive(data: bytes, at: int) -> tuple[int, int]:
    """A positive INTEGER in its one encoding, and its end."""
    content, end = der_element(data, at, 0x02)
    need(len(content) > 0 and content[0] < 0x80, "an integer is not positive")
    need(content[0] > 0 or (len(content) > 1 and content[1] >= 0x80), "an integer is not in its one encoding")
    return int.from_bytes(content, "big"), end


def rsa_numbers(spki: bytes) -> tuple[int, int]:
    """Modulus and exponent of a DER SubjectPublicKeyInfo of rsaEncryption with NULL (sections 7.1, 7.4)."""
    outer, end = der_element(spki, 0, 0x30)
    need(end == len(spki) and outer.startswith(RSA_ALGORITHM), "it is no RSA key")
    bits, end = der_element(outer, len(RSA_ALGORITHM), 0x03)
    need(end == len(outer) and bits[:1] == b"\x00", "it is no RSA key")
    inner, end = der_element(bits, 1, 0x30)
    need(end == len(bits), "something is behind the RSA key")
    modulus, at = der_positive(inner, 0)
    exponent, end = der_positive(inner, at)
    need(end == len(inner), "something is behind the RSA key")
    return modulus, exponent


def p256_key(key_hex: Any) -> bytes:
    """An uncompressed point of P-256, as DER (section 4)."""
    need(is_hex(key_hex), "a public key is not hex")
    key = bytes.fromhex(key_hex)
    need(len(key) == 91 and key.startswith(P256_PREFIX), "a public key is not a P-256 key of the form of section 4")
    x, y = int.from_bytes(key[27:59], "big"), int.from_bytes(key[59:], "big")
    need(x < P256_FIELD and y < P256_FIELD and (y * y - (x * x * x - 3 * x + P256_B)) % P256_FIELD == 0,
         "a public key is no point of P-256")
    return key


def check_signature_form(signature: bytes) -> None:
    """ECDSA-Sig-Value in DER (section 4)."""
    need(8 <= len(signature) <= 72, "a signature is not 8 to 72 bytes long")
    content, end = der_element(signature, 0, 0x30)
    need(end == len(signature), "something is behind a signature")
    r, at = der_positive(content, 0)
    s, end = der_positive(content, at)
    need(end == len(content) and r < P256_ORDER and s < P256_ORDER, "a signature is out of range")


def pem(der: bytes) -> bytes:
    """Section 6.4."""
    text = base64.b64encode(der).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()


class OpenSsl:
    """Verifies ECDSA signatures with the openssl command; each one once."""

    def __init__(self, bundle: str) -> None:
        self.bundle = bundle
        self.program: Optional[str] = None
        self.folder: Optional[str] = None
        self.known: dict[tuple[bytes, bytes, bytes], bool] = {}
        self.missing: Optional[str] = None

    def start(self) -> None:
        """Finds openssl, never in the bundle, and tries it with the example of section 4."""
        found = shutil.which("openssl")
        if found is None:
            self.missing = "the command openssl is missing"
        elif is_within(found, self.bundle) or is_within(tempfile.gettempdir(), self.bundle):
            self.missing = "openssl, or the folder for temporary files, is in the bundle"
        else:
            self.program = os.path.realpath(found)
            try:
                self.folder = tempfile.mkdtemp(prefix="keyferry-verify-")
                good = self.run(SAMPLE_KEY, SAMPLE_STATEMENT, SAMPLE_SIGNATURE)
                bad = self.run(SAMPLE_KEY, SAMPLE_STATEMENT + b" ", SAMPLE_SIGNATURE)
            except (OSError, subprocess.SubprocessError):
                good, bad = False, False
            if not good or bad:
                self.missing = "openssl cannot be run, or does not tell a good signature from a bad one"

    def stop(self) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, key: bytes, data: bytes, signature: bytes) -> bool:
        paths = {name: os.path.join(self.folder or "", name) for name in ("key.pem", "data", "signature")}
        for name, content in (("key.pem", pem(key)), ("data", data), ("signature", signature)):
            with open(paths[name], "wb") as file:
                file.write(content)
        command = [self.program or "openssl", "dgst", "-sha256", "-verify", paths["key.pem"],
                   "-signature", paths["signature"], paths["data"]]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=60, check=False)
        return done.returncode == 0 and done.stdout.strip() == b"Verified OK"

    def verify(self, key: bytes, data: bytes, signature: bytes, what: str) -> None:
        """Breaks the rule unless the signature is by that key over these bytes."""
        check_signature_form(signature)
        if self.missing is not None:
            raise NotCheckable(self.missing)
        triple = (key, hashlib.sha256(data).digest(), signature)
        if triple not in self.known:
            self.known[triple] = self.run(key, data, signature)
        need(self.known[triple], f"{what} does not hold")


def is_within(path: str, folder: str) -> bool:
    inner, outer = os.path.realpath(path), os.path.realpath(folder)
    return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)


def note_line(name: str, key: bytes, signature: bytes) -> str:
    """One signature line of a note (section 6.3)."""
    return f"\u2014 {name} {encode_base64(hashlib.sha256(key).digest()[:4] + signature)}\n"


def signature_of_note(note: bytes, text: bytes, name: str, key: bytes) -> bytes:
    """The signature of a note over that text which has one line, by that key (section 6.3)."""
    start = text + b"\n" + f"\u2014 {name} ".encode()
    need(note.startswith(start) and note.endswith(b"\n"), "a note is not over its text, or not by its name")
    try:
        line = decode_base64(note[len(start):-1].decode("ascii"))
    except UnicodeDecodeError:
        raise Broken("a note is not base64")
    need(line[:4] == hashlib.sha256(key).digest()[:4], "a note has the id of another key")
    need(note == text + b"\n" + note_line(name, key, line[4:]).encode(), "a note has more than one line")
    return line[4:]


# ---------------------------------------------------------------------------
# The folder (section 1)
# ---------------------------------------------------------------------------

def is_utf8(name: str) -> bool:
    """Whether the bytes of a name, which Python carries in lone surrogates where they are none, are UTF-8."""
    return not any(unicodedata.category(char) == "Cs" for char in name)


class Folder:
    """The files of a bundle. Links are not followed, and every read has a limit."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.files: dict[str, int] = {}
        self.walk(root, "", 0)
        need(sum(self.files.values()) <= MOST_BYTES_IN_ALL, "the files are larger than 256 MiB in all")

    def walk(self, folder: str, prefix: str, depth: int) -> None:
        """BUNDLE-PLAIN-FILES (section 1)."""
        with os.scandir(folder) as items:
            for item in items:
                path = prefix + item.name
                need(is_utf8(path), "a name is no UTF-8")
                found = item.stat(follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    need(depth < MOST_FOLDERS, f"there are more than {MOST_FOLDERS} folders in each other")
                    self.walk(item.path, path + "/", depth + 1)
                    continue
                need(stat.S_ISREG(found.st_mode), f"{path} is no plain file")
                need(found.st_size <= MOST_BYTES, f"{path} is larger than 32 MiB")
                self.files[path] = found.st_size
                need(len(self.files) <= MOST_FILES, f"there are more than {MOST_FILES} files")

    def check_readable(self) -> None:
        for path in self.files:
            self.open(path).close()

    def open(self, path: str) -> Any:
        need(path in self.files, f"{path} is missing")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(os.path.join(self.root, *path.split("/")), flags), "rb")

    def read(self, path: str) -> bytes:
        with self.open(path) as file:
            data = file.read(MOST_BYTES + 1)
        need(len(data) == self.files[path], f"{path} changed while it was read")
        return data

    def below(self, prefix: str) -> list[str]:
        return sorted(path for path in self.files if path.startswith(prefix))


# ---------------------------------------------------------------------------
# The manifest (section 1.2)
# ---------------------------------------------------------------------------

MANIFEST_FORM = {
    "keyferryManifest": lambda value: is_whole(value) and value == 1,
    "ceremony": is_ceremony_id,
    "title": is_words,
    "planSha256": is_sha256,
    "mode": is_one_of("rehearsal", "production"),
    "createdAt": is_moment,
    "generator": is_words,
    "keys": lambda value: is_list(value) and len(value) > 0,
    "files": is_list,
}
KEY_FORM = {
    "id": is_key_id,
    "spec": is_one_of(*SPECS),
    "destination": lambda value: is_object(value) and list(value)[:1] == ["type"] and is_words(value["type"]),
    "kek": lambda value: is_exactly(value, {
        "spkiSha256": is_sha256, "bits": lambda bits: is_whole(bits) and bits >= 0,
        "id": lambda text: text is None or is_words(text)}),
    "wrap": lambda value: is_exactly(value, {
        "method": is_one_of(*METHODS), "oaepHash": is_one_of(*HASHES), "performed": is_one_of(*PERFORMED)}),
    "publicKey": lambda value: value is None or is_exactly(value, {"spkiSha256": is_sha256}),
    "keyCheckValues": lambda value: is_list(value) and all(is_exactly(item, {
        "method": is_one_of("aes-ecb-zero-block", "sha256-of-value"), "value": is_words}) for item in value),
    "deadline": is_moment_or_null,
    "files": lambda value: is_list(value) and all(is_path(path) for path in value),
}
FILE_FORM = {"path": is_path, "sha256": is_sha256, "bytes": lambda value: is_whole(value) and value >= 0}


def check_form(value: Any, form: dict[str, Callable[[Any], bool]], what: str) -> None:
    """Like is_exactly, but says what is wrong."""
    need(is_object(value) and list(value) == list(form), f"{what} has not exactly its members in their order")
    for name, check in form.items():
        need(check(value[name]), f"{what}: {name} is not of its form")


def read_manifest(data: bytes) -> dict[str, Any]:
    """BUNDLE-MANIFEST-SCHEMA (section 1.2)."""
    manifest = parse_json(data)
    check_form(manifest, MANIFEST_FORM, "MANIFEST.json")
    for key in manifest["keys"]:
        check_form(key, KEY_FORM, "a key of MANIFEST.json")
    for file in manifest["files"]:
        check_form(file, FILE_FORM, "a file of MANIFEST.json")
    ids = [key["id"] for key in manifest["keys"]]
    need(len(set(ids)) == len(ids), "MANIFEST.json has a key twice")
    paths = [file["path"] for file in manifest["files"]]
    need(all(one < next_one for one, next_one in zip(paths, paths[1:])), "the files of MANIFEST.json are not sorted")
    need(pretty(manifest) == data, "MANIFEST.json is not written in its one form")
    return manifest


# ---------------------------------------------------------------------------
# The plan and its destinations (sections 7.1 and 7.4)
# ---------------------------------------------------------------------------

DESTINATIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "azure-key-vault": (("keyName", "operations"), ("vault", "managedHsm", "cloud")),
    "aws-kms": (("keyId", "wrappingAlgorithm"), ("validTo",)),
    "huawei-kms": (("endpoint", "projectId", "keyId", "wrappingAlgorithm"), ("validTo",)),
    "ibm-key-protect": (("region", "instance", "keyName"), ()),
    "google-cloud-kms": (("importJob", "cryptoKey", "algorithm"), ()),
    "oci-vault": (("compartment", "managementEndpoint", "displayName", "wrappingAlgorithm"), ()),
    "vault-transit": (("address", "keyName", "product"), ("mount", "hash")),
    "alibaba-kms": (("region", "keyId", "wrappingAlgorithm"), ("validTo",)),
    "tencent-kms": (("region", "keyId", "wrappingAlgorithm"), ("validTo",)),
}
AZURE_HOSTS = {
    ("vault", "public"): ("vault.azure.net",),
    ("vault", "china"): ("vault.azure.cn",),
    ("vault", "us-government"): ("vault.usgovcloudapi.net",),
    ("managedHsm", "public"): ("managedhsm.azure.net",),
    ("managedHsm", "china"): ("managedhsm.azure.cn", "managedhsm.chinacloudapi.cn"),
    ("managedHsm", "us-government"): ("managedhsm.usgovcloudapi.net",),
}
RSA_SPECS = tuple(spec for spec in SPECS if spec.startswith("rsa-"))
EC_SPECS = tuple(spec for spec in SPECS if spec.startswith("ec-"))
AES_SPECS = tuple(spec for spec in SPECS if spec.startswith("aes-"))
HMAC_SPECS = tuple(spec for spec in SPECS if spec.startswith("hmac-"))


def check_plan(plan: Any) -> None:
    """The form of a plan (section 7.1)."""
    form = {"keyferryPlan": lambda value: is_whole(value) and value == 1,
            "title": lambda value: is_text(value) and value != "", "roles": is_object, "quorum": is_object,
            "keys": lambda value: is_list(value) and len(value) > 0}
    others = {"purpose": is_text, "copies": lambda value: is_whole(value) and 1 <= value <= 4,
              "uploadMarginHours": lambda value: not isinstance(value, bool) and isinstance(value, (int, float))
              and 0 <= value <= 8760, "separate": is_list}
    need(has_members(plan, form) and set(plan) <= set(form) | set(others), "the plan has not exactly its members")
    for name, check in others.items():
        need(name not in plan or check(plan[name]), f"the plan: {name} is not of its form")
    for counts in (plan["roles"], plan["quorum"]):
        need(all(role in ROLES and is_whole(count) and 0 <= count <= 20 for role, count in counts.items()),
             "the plan: roles and quorum are not numbers by role")
    need(sum(plan["quorum"].values()) > 0, "the plan's quorum asks for nobody")
    need(all(count <= plan["roles"].get(role, 0) for role, count in plan["quorum"].items()),
         "the plan's quorum asks for more people than there are")
    for roles in plan.get("separate", []):
        need(is_texts(roles) and len(roles) >= 2 and len(set(roles)) == len(roles) and set(roles) <= set(ROLES),
             "the plan: separate is not of its form")
    for key in plan["keys"]:
        check_planned_key(key)
    need(len({key["id"] for key in plan["keys"]}) == len(plan["keys"]), "the plan has a key twice")


def check_planned_key(key: Any) -> None:
    form = {"id": is_key_id, "spec": is_one_of(*SPECS), "after": is_one_of("destroy", "keep"),
            "destination": is_object, "source": lambda value: value == "generate" or is_exactly(value, {
                "existing": lambda inner: is_exactly(inner, {
                    "ckaId": lambda text: matches(r"([0-9a-fA-F]{2}){1,64}", text)})})}
    need(has_members(key, form) and set(key) == set(form), "a key of the plan is not of its form")
    destination = key["destination"]
    need(is_text(destination.get("type")), "a destination has no type")
    if destination["type"] not in DESTINATIONS:
        return
    must, may = DESTINATIONS[destination["type"]]
    need(set(must) <= set(destination) <= {"type", *must, *may}, "a destination has not exactly its members")
    for name, value in destination.items():
        need(is_texts(value) if name == "operations" else is_text(value), f"a destination: {name} is not of its form")
    if destination["type"] == "azure-key-vault":
        need(("vault" in destination) != ("managedHsm" in destination), "a destination is not one vault or Managed HSM")
        clouds = ("public", "china", "us-government")
        need(destination.get("cloud", "public") in clouds, "a destination has no known cloud")
    if destination["type"] == "vault-transit":
        need(destination["product"] in ("vault", "openbao"), "a destination has no known product")
    if "validTo" in destination:
        moment(destination["validTo"])


def check_known(keys: list[dict[str, Any]]) -> None:
    """A destination of a later version cannot be judged here (section 7.4)."""
    for key in keys:
        if key["destination"]["type"] not in DESTINATIONS:
            raise NotCheckable(f"this version does not know {key['destination']['type']}")


def with_defaults(destination: dict[str, Any]) -> dict[str, Any]:
    """A destination with its defaults filled in (section 7.4)."""
    defaults = {"azure-key-vault": {"cloud": "public"}, "vault-transit": {"mount": "transit", "hash": "SHA256"}}
    return {**defaults.get(destination["type"], {}), **destination}


class Way(NamedTuple):
    """One line of the table of ways in section 7.4."""
    option: str
    method: str
    hash: Optional[str]
    bits: tuple[int, ...]
    specs: tuple[str, ...]
    nonce: Optional[str] = None


def google_spec(algorithm: str) -> Optional[str]:
    """The spec of Google's algorithm (section 7.4)."""
    if algorithm in ("google-symmetric-encryption", "aes-256-gcm", "aes-256-cbc", "aes-256-ctr"):
        return "aes-256"
    curves = {"ec-sign-p256-sha256": "ec-p256", "ec-sign-p384-sha384": "ec-p384",
              "ec-sign-secp256k1-sha256": "ec-secp256k1"}
    if algorithm in curves:
        return curves[algorithm]
    for spec in HMAC_SPECS:
        if algorithm == spec.replace("hmac-", "hmac-sha"):
            return spec
    for spec in RSA_SPECS:
        n = spec[4:]
        forms = [f"rsa-sign-pss-{n}-sha256", f"rsa-sign-pkcs1-{n}-sha256", f"rsa-sign-raw-pkcs1-{n}",
                 f"rsa-decrypt-oaep-{n}-sha1", f"rsa-decrypt-oaep-{n}-sha256"]
        if n == "4096":
            forms += [f"rsa-sign-pss-{n}-sha512", f"rsa-sign-pkcs1-{n}-sha512", f"rsa-decrypt-oaep-{n}-sha512"]
        if algorithm in forms:
            return spec
    return None


def all_ways(destination: dict[str, Any]) -> list[Way]:
    """The ways of a destination before an option and a spec are chosen (section 7.4)."""
    kind = destination["type"]
    two = (("SHA_256", "sha256"), ("SHA_1", "sha1"))
    any_size = (2048, 3072, 4096)
    if kind == "azure-key-vault":
        specs = RSA_SPECS + EC_SPECS + (AES_SPECS if "managedHsm" in destination else ())
        return [Way("CKM_RSA_AES_KEY_WRAP", "rsa-aes", "sha1", any_size, specs)]
    if kind == "aws-kms":
        china = destination["keyId"].startswith("arn:aws-cn:")
        direct = HMAC_SPECS if china else ("aes-256",) + HMAC_SPECS
        composed = () if china else RSA_SPECS + EC_SPECS
        return [Way(f"RSAES_OAEP_{name}", "oaep", digest, any_size, direct) for name, digest in two] + \
               [Way(f"RSA_AES_KEY_WRAP_{name}", "rsa-aes", digest, any_size, composed) for name, digest in two]
    if kind in ("huawei-kms", "alibaba-kms", "tencent-kms"):
        huawei = kind == "huawei-kms"
        direct = ("aes-256", "hmac-256", "hmac-384", "hmac-512") if huawei else ("aes-256",)
        ways = [Way(f"RSAES_OAEP_{name}", "oaep", digest, (2048,), direct) for name, digest in two]
        ways += [Way("RSAES_PKCS1_V1_5", "pkcs1-v1_5", None, (2048,), direct)]
        pairs = RSA_SPECS + ("ec-p256", "ec-p384") if huawei and "validTo" not in destination else ()
        return ways + [way._replace(method="rsa-aes", specs=pairs) for way in ways]
    if kind == "ibm-key-protect":
        return [Way("RSAES_OAEP_SHA_256", "oaep", "sha256", (4096,), AES_SPECS, "aes-gcm")]
    if kind == "google-cloud-kms":
        spec = google_spec(destination["algorithm"])
        specs = () if spec is None else (spec,)
        direct = specs if spec in ("aes-256",) + HMAC_SPECS else ()
        return [Way(f"rsa-oaep-{bits}-{digest}-aes-256", "rsa-aes", digest, (bits,), specs)
                for bits in (3072, 4096) for digest in ("sha256", "sha1")] + \
               [Way(f"rsa-oaep-{bits}-sha256", "oaep", "sha256", (bits,), direct) for bits in (3072, 4096)]
    if kind == "oci-vault":
        return [Way("RSA_OAEP_AES_SHA256", "rsa-aes", "sha256", (4096,), AES_SPECS + RSA_SPECS),
                Way("RSA_OAEP_SHA256", "oaep", "sha256", (4096,), AES_SPECS)]
    specs = ("aes-128", "aes-256") + HMAC_SPECS + RSA_SPECS + ("ec-p256", "ec-p384", "ec-p521")
    return [Way(name, "rsa-aes", name.lower(), (4096,), specs) for name in ("SHA256", "SHA1", "SHA384", "SHA512")]


def open_ways(key: dict[str, Any]) -> list[Way]:
    """The ways that the plan leaves open for a key (section 7.4)."""
    destination = with_defaults(key["destination"])
    option = destination.get("wrappingAlgorithm", destination.get("hash"))
    return [way for way in all_ways(destination) if key["spec"] in way.specs and option in (None, way.option)]


def azure_hosts(destination: dict[str, Any]) -> list[str]:
    place = "vault" if "vault" in destination else "managedHsm"
    suffixes = AZURE_HOSTS[(place, destination.get("cloud", "public"))]
    return [f"{destination[place].lower()}.{suffix}" for suffix in suffixes]


def check_kek_id(destination: dict[str, Any], kek_id: Any) -> None:
    """The id of a wrapping key (section 7.4)."""
    kind = destination["type"]
    if kind == "azure-key-vault":
        hosts = "|".join(re.escape(host) for host in azure_hosts(destination))
        good = matches(f"https://({hosts})/keys/[0-9a-z-]{{1,127}}/[0-9a-f]{{32}}", kek_id, re.IGNORECASE)
    else:
        member = {"ibm-key-protect": "instance", "google-cloud-kms": "importJob"}.get(kind, "keyId")
        wanted = None if kind in ("oci-vault", "vault-transit") else destination[member]
        good = kek_id == wanted
    need(good, "the id of a wrapping key is not that of its destination")


def scope(destination: dict[str, Any]) -> tuple[str, ...]:
    """Which vault or instance a destination is (section 7.4)."""
    kind, full = destination["type"], with_defaults(destination)
    if kind == "azure-key-vault":
        return (azure_hosts(full)[0],)
    if kind == "huawei-kms":
        return (re.sub(r"^https://", "", full["endpoint"]) + f"/{full['projectId']}/{full['keyId']}",)
    members = {"aws-kms": ("keyId",), "ibm-key-protect": ("region", "instance"), "google-cloud-kms": ("importJob",),
               "oci-vault": ("managementEndpoint",), "vault-transit": ("address", "mount")}
    return tuple(full[name] for name in members.get(kind, ("region", "keyId")))


# ---------------------------------------------------------------------------
# The log extract (sections 2 and 3)
# ---------------------------------------------------------------------------

class Entry(NamedTuple):
    sequence: int
    previous: str
    time: str
    milliseconds: int
    actor: str
    event: Any
    line: bytes

    @property
    def kind(self) -> str:
        """The type of the event; empty if it has none."""
        found = self.event.get("type") if isinstance(self.event, dict) else None
        return found if isinstance(found, str) else ""


def read_entry(line: bytes, sequence: int, previous: str) -> Entry:
    """One line of the extract (section 2)."""
    value = parse_json(line, fractions=sequence == 1, of_log=True)
    need(is_object(value) and set(value) == {"sequence", "previous", "time", "actor", "event"},
         "it has not exactly the five members")
    need(canonical(value) == line, "it is not canonical")
    need(not has_fraction(without_margin(value)), "a number is no integer")
    need(is_whole(value["sequence"]) and value["sequence"] == sequence, "its number does not follow")
    need(value["previous"] == previous, "it does not carry the hash of the line before")
    need(matches(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z", value["time"]), "its time is not of its form")
    need(is_text(value["actor"]) and value["actor"] != "", "its actor is not of its form")
    milliseconds = moment(value["time"]) // 10**6
    return Entry(sequence, previous, value["time"], milliseconds, value["actor"], value["event"], line)


def without_margin(value: Any) -> Any:
    """An entry, or a plan, without the one member that may be no integer (section 2.1)."""
    if is_object(value) and is_object(value.get("event")) and is_object(value["event"].get("plan")):
        return {**value, "event": {**value["event"], "plan": without_margin(value["event"]["plan"])}}
    return {name: item for name, item in value.items() if name != "uploadMarginHours"}


def read_log(data: bytes) -> list[Entry]:
    """LOG-CHAIN-INTACT (section 2)."""
    need(data.endswith(b"\n"), "the last line has no end")
    entries: list[Entry] = []
    previous = "0" * 64
    for number, line in enumerate(data[:-1].split(b"\n"), 1):
        try:
            entries.append(read_entry(line, number, previous))
        except Broken as broken:
            raise Broken(f"line {number}: {broken}")
        previous = sha256(line)
    return entries


# ---------------------------------------------------------------------------
# The forms of events (sections 3.1 to 3.3)
# ---------------------------------------------------------------------------

Form = Callable[[Any], bool]


def is_count(value: Any) -> bool:
    return is_whole(value) and value >= 0


def is_number(value: Any) -> bool:
    return is_whole(value) and value >= 1


def list_of(form: Form) -> Form:
    return lambda value: is_list(value) and all(form(item) for item in value)


def or_null(form: Form) -> Form:
    return lambda value: value is None or form(value)


def form_of(must: dict[str, Form], may: dict[str, Form] = {}) -> Form:
    """An object of exactly these members, in any order; those of `may` can be missing."""
    def check(value: Any) -> bool:
        return is_object(value) and set(must) <= set(value) <= set(must) | set(may) and all(
            (must.get(name) or may[name])(item) for name, item in value.items())
    return check


def one_form(member: str, forms: dict[str, Form]) -> Form:
    """An object whose form is told by its member."""
    return lambda value: is_object(value) and is_text(value.get(member)) and value[member] in forms \
        and forms[value[member]]({name: item for name, item in value.items() if name != member})


PLACE = form_of({"size": is_number, "head": is_sha256})
REFUSAL = form_of({"rule": is_text, "cause": is_text, "remedy": is_text}, {"code": is_text, "key": is_text})
NOTICES = list_of(form_of({"rule": is_text, "text": is_text}))
ATTRIBUTES = list_of(form_of({"name": is_text, "asked": is_text, "found": is_text}))
PIN = form_of({name: is_flag for name in ("initialised", "protectedPath", "countLow", "finalTry", "locked")})
CREDENTIAL_MEMBERS = {"how": is_one_of("one", "parts", "pad"), "by": is_texts, "finalTryAccepted": is_flag}
CREDENTIAL = one_form("kind", {"credential": form_of(CREDENTIAL_MEMBERS)})
PERSON = form_of({"id": is_text, "name": is_text, "organisation": is_text, "roles": is_texts, "initials": is_text,
                  "identifiedBy": is_text})
INPUT = one_form("kind", {
    "none": form_of({}),
    "people": form_of({"people": list_of(PERSON)}),
    "folders": form_of({"folders": is_texts}),
    "credential": form_of(CREDENTIAL_MEMBERS),
    "key-ids": form_of({"keyIds": is_texts}),
})
METHOD = is_one_of(*METHODS)
PROOF = form_of({"spec": is_text, "method": METHOD, "oaepHash": is_text_or_null, "nonce": is_text_or_null,
                 "performed": is_one_of(*PERFORMED), "kwpMechanism": is_text_or_null, "payloadBytes": is_count})
LACKING = form_of({"spec": is_text, "method": METHOD, "oaepHash": is_text_or_null, "rule": is_text, "cause": is_text})
KEK = form_of({
    "key": is_text, "spki": is_hex, "spkiSha256": is_sha256, "bits": is_count, "id": is_text_or_null,
    "deadline": is_text_or_null, "option": is_text_or_null, "importToken": is_hex_or_null, "nonce": is_hex_or_null,
    "files": list_of(form_of({"name": is_text, "sha256": is_sha256, "bytes": is_count, "as": is_text})),
    "notices": NOTICES})
MADE = form_of({
    "key": is_text, "ckaId": is_hex, "attributes": ATTRIBUTES, "publicKey": is_hex_or_null,
    "publicKeySha256": or_null(is_sha256), "keyCheckValues": list_of(form_of({
        "method": is_one_of("aes-ecb-zero-block", "sha256-of-value"), "value": is_text}))})
NOTHING = form_of({})


def are_keks(value: Any) -> bool:
    """Each key once: of two nobody could say which is meant."""
    return list_of(KEK)(value) and len({kek["key"] for kek in value}) == len(value)


REQUEST = one_form("kind", {
    "inspect-workstation": NOTHING, "identify-token": NOTHING, "log-in": NOTHING, "probe-token": NOTHING,
    "make-log-key": NOTHING, "sign-checkpoint": NOTHING,
    "read-inbound": form_of({"folder": is_text}),
    "make-key": form_of({"key": is_text, "ckaId": is_hex, "label": is_text}),
    "find-key": form_of({"key": is_text, "ckaId": is_hex}),
    "wrap-key": form_of({"key": is_text}),
    "sign-bundle": form_of({"createdAt": is_text, "logSize": is_count}),
    "write-copy": form_of({"copy": is_number, "folder": is_text}),
    "destroy-key": form_of({"key": is_text, "ckaId": is_hex}),
    "destroy-log-key": NOTHING, "log-out": NOTHING,
})
OUTCOME = one_form("kind", {
    "inspect-workstation": form_of({
        "application": is_text, "electron": is_text, "node": is_text, "platform": is_text, "host": is_text,
        "interfaces": list_of(form_of({"name": is_text, "state": is_text, "address": is_text})), "notices": NOTICES}),
    "identify-token": form_of({"pin": PIN, "identity": form_of({
        "serial": is_text, "label": is_text, "manufacturer": is_text, "model": is_text, "firmware": is_text,
        "hardware": is_text, "moduleSha256": is_sha256, "moduleDescription": is_text, "cryptoki": is_text})}),
    "log-in": form_of({"pin": PIN}),
    "probe-token": form_of({
        "mechanisms": list_of(form_of({"name": is_text, "number": is_text, "listed": is_flag, "wraps": is_flag})),
        "proofs": list_of(PROOF), "lacking": list_of(LACKING)}),
    "make-log-key": form_of({"publicKey": is_hex, "attributes": ATTRIBUTES}),
    "sign-checkpoint": form_of({"size": is_number, "root": is_sha256, "signature": is_hex, "kept": is_flag}),
    "read-inbound": form_of({"keks": are_keks}),
    "make-key": MADE, "find-key": MADE,
    "wrap-key": form_of({"key": is_text, "proof": PROOF, "parts": list_of(form_of({
        "name": is_text, "sha256": is_sha256, "bytes": is_count}))}),
    "sign-bundle": form_of({"checkpoint": is_hex, "manifest": is_hex, "manifestSha256": is_sha256}),
    "write-copy": form_of({
        "copy": is_number, "folder": is_text, "manifestSha256": is_sha256,
        "files": list_of(form_of({"path": is_text, "sha256": is_sha256, "bytes": is_count}))}),
    "destroy-key": form_of({"key": is_text, "destroyed": is_count}),
    "destroy-log-key": form_of({"destroyed": is_count}),
    "log-out": NOTHING,
})
BY_TWO = {"by": is_text, "witness": is_text}
RECORD = one_form("kind", {
    "bag-sealed": form_of({"bag": is_text, "content": is_text, "replaces": is_text_or_null, **BY_TWO}),
    "bag-opened": form_of({"bag": is_text, "content": is_text, "idMatched": is_flag, **BY_TWO}),
    "bag-destroyed": form_of({"bag": is_text, **BY_TWO}),
    "medium": form_of({
        "label": is_text, "serial": is_text, "use": is_one_of("inbound", "outbound", "other"),
        "written": or_null(form_of({"copy": is_number, "manifestSha256": is_sha256})), "bag": is_text, **BY_TWO}),
    "credential": form_of({
        "what": is_text, "state": is_one_of("brought", "issued", "returned", "destroyed"), "bag": is_text, **BY_TWO}),
})
DECISION = is_one_of("go-on", "leave-out")
SHOWN_STEP = form_of({"plan": is_sha256, "subject": is_text, "number": is_text, "title": is_text, "says": is_texts,
                      "checks": is_texts, "facts": is_list, "input": INPUT})
SHOWN_DECISION = form_of({
    "plan": is_sha256, "subject": is_text, "step": is_text, "expected": is_text, "happened": is_text,
    "rule": is_text_or_null, "decided": is_text, "decision": DECISION, "key": is_text_or_null})
EVENT = one_form("type", {
    "ceremony-opened": form_of({
        "ceremony": is_ceremony_id, "mode": is_one_of("rehearsal", "production"), "application": is_text,
        "tokenSerial": is_text_or_null, "siteSha256": or_null(is_sha256),
        "planApproval": or_null(form_of({"approver": is_text, "role": is_text, "time": is_text})),
        "planSha256": is_sha256, "plan": is_object}),
    "ceremony-resumed": form_of({"application": is_text, "log": PLACE}),
    "log-repaired": form_of({
        "kept": is_one_of("log", "copy"), "other": is_one_of("extended", "replaced", "none"), "missing": is_count,
        "cut": is_count, "rule": is_text_or_null, "aside": is_text_or_null}),
    "step-confirmed": form_of({"step": is_text, "number": is_text, "title": is_text, "ticks": is_texts,
                               "confirmedBy": is_texts, "input": INPUT}),
    "effect-requested": form_of({"effect": is_number, "step": is_text, "request": REQUEST}),
    "effect-completed": form_of({"effect": is_number, "settled": is_flag, "outcome": OUTCOME}),
    "effect-interrupted": form_of({"effect": is_number, "refusal": REFUSAL}),
    "effect-failed": form_of({"effect": is_number, "settled": is_flag, "refusal": REFUSAL}, {"pin": PIN}),
    "token-reopened": form_of({"serial": is_text, "credential": CREDENTIAL, "confirmedBy": is_texts}),
    "token-not-reopened": form_of({"refusal": REFUSAL, "credential": CREDENTIAL, "confirmedBy": is_texts},
                                  {"pin": PIN}),
    "approval-key-registered": form_of({"person": is_text, "publicKey": is_hex, "log": PLACE, "signature": is_hex}),
    "approval-asked": form_of({"subject": is_text, "sha256": is_sha256,
                               "parameters": lambda value: SHOWN_STEP(value) or SHOWN_DECISION(value)}),
    "approval-given": form_of({
        "subject": is_text, "person": is_text, "parametersSha256": is_sha256, "log": PLACE, "signature": is_hex,
        "cosignature": is_hex_or_null}),
    "passphrase-refused": form_of({"person": is_text, "subject": is_text}),
    "exception-opened": form_of({"exception": is_number, "step": is_text, "expected": is_text, "happened": is_text,
                                 "openedBy": is_text, "rule": is_text_or_null}),
    "exception-closed": form_of({"exception": is_number, "decided": is_text, "decision": DECISION,
                                 "key": is_text_or_null, "confirmedBy": is_texts}),
    "break-started": form_of({"reason": is_text, "by": is_text}),
    "person-returned": form_of({"person": is_text, "log": PLACE, "signature": is_hex}),
    "person-absent": form_of({"person": is_text, "reason": is_text}),
    "break-ended": NOTHING,
    "custody-recorded": form_of({"record": RECORD}),
    "ceremony-stopped": form_of({"step": is_text, "reason": is_text}),
})


class Log:
    """The extract, whose events have their forms and whose plan has its form."""

    def __init__(self, entries: list[Entry]) -> None:
        need(entries[0].kind == "ceremony-opened", "the first entry is not ceremony-opened")
        self.entries = entries
        self.opened: dict[str, Any] = entries[0].event
        self.plan: dict[str, Any] = self.opened["plan"]
        check_plan(self.plan)
        self.keys: dict[str, dict[str, Any]] = {key["id"]: key for key in self.plan["keys"]}
        self.seats: int = sum(self.plan["roles"].values())
        self.origin = f"keyferry/{self.opened['ceremony']}"
        self.left_out = [entry.event["key"] for entry in self.of("exception-closed") if entry.event["key"] is not None]
        self.requests: dict[int, Entry] = {entry.event["effect"]: entry for entry in self.of("effect-requested")}

    def of(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind]

    def completed(self, *kinds: str) -> list[Entry]:
        """The completed works of these kinds, in their order."""
        return [entry for entry in self.of("effect-completed") if entry.event["outcome"]["kind"] in kinds]

    def last(self, *kinds: str, key: Optional[str] = None, before: Optional[int] = None) -> Entry:
        """The last completed work of these kinds: of what was repeated it stands (section 3.3)."""
        found = [entry for entry in self.completed(*kinds)
                 if (key is None or entry.event["outcome"].get("key") == key)
                 and (before is None or entry.sequence < before)]
        need(len(found) > 0, f"the log has no {' or '.join(kinds)}" + (f" of {key}" if key else ""))
        return found[-1]

    def kek(self, key: str) -> dict[str, Any]:
        """The wrapping key of a key: its item in the last read-inbound."""
        items = [item for item in self.last("read-inbound").event["outcome"]["keks"] if item["key"] == key]
        need(len(items) == 1, f"the log has not one wrapping key of {key}")
        return items[0]

    def log_key(self) -> bytes:
        """The one key of the log (section 6.2)."""
        made = self.completed("make-log-key")
        need(len(made) == 1, f"the log key was made {len(made)} times, not once")
        return p256_key(made[0].event["outcome"]["publicKey"])

    def approval_keys(self) -> dict[str, bytes]:
        """The key of everybody who has registered one."""
        events = [entry.event for entry in self.of("approval-key-registered")]
        return {event["person"]: p256_key(event["publicKey"]) for event in events}

    def remaining_keys(self) -> list[dict[str, Any]]:
        """The keys of the plan that were not left out."""
        return [key for key in self.plan["keys"] if key["id"] not in self.left_out]


def is_quorum(log: Log, people: dict[str, Any], names: list[str]) -> bool:
    """The quorum (section 5.1)."""
    if not are_people(people, names, 1):
        return False
    return all(sum(role in people[name]["roles"] for name in names) >= count
               for role, count in log.plan["quorum"].items())


def are_people(people: dict[str, Any], names: list[str], least: int) -> bool:
    """At least so many names, each named at roll call and none twice."""
    return len(names) >= least and len(set(names)) == len(names) and all(name in people for name in names)


class Room:
    """Who is there and what is open, as section 5.1 says."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, bytes] = {}
        self.approval: Optional[dict[str, Any]] = None
        self.approved: list[str] = []
        self.wrong: dict[str, int] = {}
        self.exceptions: dict[int, dict[str, Any]] = {}
        self.in_break = False
        self.returned: list[str] = []
        self.absent: list[str] = []

    @property
    def seated(self) -> bool:
        """Somebody is named, and everybody named has a key."""
        return len(self.people) > 0 and all(person in self.keys for person in self.people)

    @property
    def waited_for(self) -> list[str]:
        return [person for person in self.people if person not in self.absent + self.returned] if self.in_break else []

    def apply(self, entry: Entry) -> None:
        """The effect of an entry on the state: the table of section 5.1."""
        kind, event = entry.kind, entry.event
        if kind in ("step-confirmed", "exception-opened", "exception-closed", "break-started", "ceremony-resumed",
                    "effect-failed", "ceremony-stopped"):
            self.approval, self.approved = None, []
        if kind == "step-confirmed" and event["input"]["kind"] == "people":
            self.people = {person["id"]: person for person in event["input"]["people"]}
        elif kind == "approval-key-registered":
            self.keys[event["person"]] = bytes.fromhex(event["publicKey"])
        elif kind == "approval-asked":
            self.approval, self.approved = event, []
        elif kind == "approval-given":
            self.approved = self.approved + [event["person"]]
            self.wrong[event["person"]] = 0
        elif kind == "passphrase-refused":
            self.wrong[event["person"]] = self.wrong.get(event["person"], 0) + 1
        elif kind == "exception-opened":
            self.exceptions[event["exception"]] = event
        elif kind == "exception-closed":
            self.exceptions.pop(event["exception"], None)
        elif kind in ("break-started", "ceremony-resumed"):
            self.in_break, self.returned = self.seated, []
        elif kind == "person-returned":
            self.returned = self.returned + [event["person"]]
            self.wrong[event["person"]] = 0
        elif kind == "person-absent":
            self.absent = self.absent + [event["person"]]
        elif kind in ("break-ended", "ceremony-stopped"):
            self.in_break = False

    def follow(self, log: Log) -> Iterator[Entry]:
        """Each entry, with the room as it was just before it."""
        for entry in log.entries:
            yield entry
            self.apply(entry)


# ---------------------------------------------------------------------------
# What the rules share
# ---------------------------------------------------------------------------

class Known(NamedTuple):
    """What the reader has by another way than the bundle (section 6.7); None where nothing was given."""
    checkpoint: Optional[list[str]]
    log_key_sha256: Optional[str]
    manifest_sha256: Optional[str]


NOTHING_KNOWN = Known(None, None, None)


class Bundle:
    """Everything a rule may look at. What could not be read makes what needs it not-checkable."""

    def __init__(self, folder: Folder, openssl: OpenSsl, known: Known) -> None:
        self.folder = folder
        self.openssl = openssl
        self.known = known
        self.found_manifest: Optional[dict[str, Any]] = None
        self.found_entries: Optional[list[Entry]] = None
        self.in_form = False
        self.found_log: Optional[Log] = None
        self.found_tree: Optional[Tree] = None

    @property
    def manifest(self) -> dict[str, Any]:
        if self.found_manifest is None:
            raise NotCheckable("MANIFEST.json could not be read")
        return self.found_manifest

    @property
    def entries(self) -> list[Entry]:
        if self.found_entries is None:
            raise NotCheckable("the log extract could not be read")
        return self.found_entries

    @property
    def log(self) -> Log:
        if not self.in_form:
            raise NotCheckable("the events of the log could not be read")
        if self.found_log is None:
            self.found_log = Log(self.entries)
        return self.found_log

    @property
    def tree(self) -> Tree:
        if self.found_tree is None:
            self.found_tree = Tree([entry.line for entry in self.entries])
        return self.found_tree

    def checkpoint_text(self, size: int) -> bytes:
        """Section 6.1."""
        return f"{self.log.origin}\n{size}\n{encode_base64(self.tree.root(size))}\n".encode()

    def whole_note(self) -> bytes:
        """The note over the whole extract, once its signature holds (section 6.3)."""
        size = len(self.entries)
        note = self.folder.read(f"record/checkpoints/{size:06}.note")
        text = self.checkpoint_text(size)
        signature = signature_of_note(note, text, self.log.origin, self.log.log_key())
        self.openssl.verify(self.log.log_key(), text, signature, "the checkpoint over the whole extract")
        return note

    def listed(self) -> list[str]:
        return [file["path"] for file in self.manifest["files"]]

    def planned_key(self, key_id: str) -> dict[str, Any]:
        need(key_id in self.log.keys, f"{key_id} is no key of the plan")
        return self.log.keys[key_id]


# ---------------------------------------------------------------------------
# Rules on files (sections 1 and 1.2)
# ---------------------------------------------------------------------------

def manifest_schema(bundle: Bundle) -> str:
    bundle.found_manifest = read_manifest(bundle.folder.read("MANIFEST.json"))
    return f"{len(bundle.manifest['keys'])} keys and {len(bundle.manifest['files'])} files are named"


def files_as_listed(bundle: Bundle) -> str:
    for file in bundle.manifest["files"]:
        need(file["path"] in bundle.folder.files, f"{file['path']} is missing")
        need(bundle.folder.files[file["path"]] == file["bytes"], f"{file['path']} has another length")
        need(sha256(bundle.folder.read(file["path"])) == file["sha256"], f"{file['path']} has another hash")
    return "lengths and hashes are the same"


def no_unlisted_file(bundle: Bundle) -> str:
    unlisted = set(bundle.folder.files) - set(bundle.listed()) - {"MANIFEST.json", "MANIFEST.json.note"}
    need(not unlisted, f"not in the manifest: {', '.join(sorted(unlisted)[:5])}")
    return "nothing else is there"


def files_known(bundle: Bundle) -> str:
    always = {"UPLOAD.md", "record/plan.json", "record/log.jsonl", "record/transcript.txt", "record/report.json",
              "record/upload.html"}
    listed = set(bundle.listed())
    need(always <= listed, f"not listed: {', '.join(sorted(always - listed))}")
    for path in listed - always - {"record/verify.py"}:
        need(path.startswith(("keys/", "record/checkpoints/", "record/keys/", "record/proofs/")),
             f"{path} is no file of a bundle")
    return "every listed file is one that a bundle has"


def named_as_ceremony(bundle: Bundle) -> str:
    ceremony, mode = bundle.manifest["ceremony"], bundle.manifest["mode"]
    need(ceremony.startswith("rehearsal-") == (mode == "rehearsal"), "mode and id differ on whether it was a rehearsal")
    if os.path.basename(os.path.realpath(bundle.folder.root)) != f"keyferry-{ceremony}":
        raise NotCheckable(f"the folder has another name than keyferry-{ceremony}: copies may be renamed")
    return f"the folder is keyferry-{ceremony}"


# ---------------------------------------------------------------------------
# Rules on the extract as a whole (sections 2, 3.4, 9.1)
# ---------------------------------------------------------------------------

def chain_intact(bundle: Bundle) -> str:
    bundle.found_entries = read_log(bundle.folder.read("record/log.jsonl"))
    return f"{len(bundle.entries)} entries follow each other"


def events_in_form(bundle: Bundle) -> str:
    for entry in bundle.entries:
        need(EVENT(entry.event), f"entry {entry.sequence}, {entry.kind or 'of no type'}: it is not of its form")
    bundle.in_form = True
    return f"{len(bundle.entries)} events are of their forms"


def log_of_ceremony(bundle: Bundle) -> str:
    manifest, log = bundle.manifest, bundle.log
    need(all(entry.kind != "ceremony-opened" for entry in log.entries[1:]), "a ceremony is opened twice")
    for ours, theirs in (("ceremony", "ceremony"), ("mode", "mode"), ("application", "generator")):
        need(log.opened[ours] == manifest[theirs], f"{theirs} of the manifest is not that of the log")
    last = log.entries[-1]
    need(last.kind == "effect-requested" and last.event["request"]["kind"] == "sign-bundle",
         "the last entry does not ask to sign the bundle")
    request = last.event["request"]
    need(request.get("createdAt") == manifest["createdAt"], "createdAt of the manifest is not that of the log")
    need(is_whole(request.get("logSize")) and request["logSize"] == last.sequence,
         "the log is longer or shorter than it says")
    return "from the opening to the writing of the bundle"


def plan_as_hashed(bundle: Bundle) -> str:
    data = bundle.folder.read("record/plan.json")
    plan = parse_json(data, fractions=True)
    need(canonical(plan) == data, "record/plan.json is not canonical")
    need(is_object(plan) and not has_fraction(without_margin(plan)), "record/plan.json has a number that is no integer")
    opened = bundle.log.opened
    hashes = {sha256(data), sha256(canonical(opened["plan"])), opened["planSha256"], bundle.manifest["planSha256"]}
    need(len(hashes) == 1, "plan, log and manifest name different hashes")
    return f"it is {sha256(data)}"


def in_words(name: str) -> str:
    """A name in words (section 9.1)."""
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda found: " " + found[0].lower(), name.replace("-", " "))


def plain(text: str) -> str:
    return "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") else char for char in text)


def value_in_words(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, str) else canonical_text(value)


def members_in_words(members: list[tuple[str, Any]], indent: str) -> Iterator[str]:
    for name, value in members:
        if isinstance(value, (dict, list)) and len(value) > 0:
            yield f"{indent}{plain(in_words(name))}:"
            yield from members_in_words(parts_of(value), indent + "  ")
        else:
            yield f"{indent}{plain(in_words(name))}: {value_in_words(value)}"


def parts_of(value: Any) -> list[tuple[str, Any]]:
    """Members, sorted, or items by their numbers."""
    if isinstance(value, list):
        return [(str(number), item) for number, item in enumerate(value, 1)]
    return [(name, value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))]


def entry_in_words(entry: Entry) -> Iterator[str]:
    event = entry.event if isinstance(entry.event, dict) else {"value": entry.event}
    typed = isinstance(event.get("type"), str) and event is entry.event
    title = in_words(event["type"]) if typed else "entry"
    time = entry.time.replace("T", " ").replace("Z", " UTC")
    yield f"{entry.sequence}  {time}  {plain(entry.actor)}  {plain(title)}"
    yield from members_in_words([part for part in parts_of(event) if not typed or part[0] != "type"], "    ")
    yield f"    hash: {sha256(entry.line)}"
    yield ""


def transcript_as_logged(bundle: Bundle) -> str:
    lines = ["Transcript of the ceremony"]
    first = bundle.entries[0].event
    if is_object(first) and first.get("type") == "ceremony-opened" and first.get("mode") == "rehearsal":
        lines.append("REHEARSAL: never put these keys to use.")
    lines += ["Each entry: number, time (UTC), who, what. The log itself, which this is made from, is log.jsonl.", ""]
    for entry in bundle.entries:
        lines += entry_in_words(entry)
    lines.append(f"End of the transcript: {len(bundle.entries)} entries.")
    expected = "".join(line + "\n" for line in lines).encode("utf-8")
    found = bundle.folder.read("record/transcript.txt")
    if found != expected:
        pairs = zip(found.split(b"\n"), expected.split(b"\n"))
        differing = next((number for number, (one, other) in enumerate(pairs, 1) if one != other), "at its end")
        raise Broken(f"it is not what the extract gives: line {differing}")
    return "it is what the extract gives"


def report_as_logged(bundle: Bundle) -> str:
    raise NotCheckable("only the application that wrote it can tell: its wording is that of its version")


def upload_as_logged(bundle: Bundle) -> str:
    raise NotCheckable("only the application that wrote them can tell: their wording is that of its version")


# ---------------------------------------------------------------------------
# Roll call (section 5.2)
# ---------------------------------------------------------------------------

IGNORABLE = ((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
             (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F),
             (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
             (0xE0000, 0xE0FFF))


def bare(text: str) -> str:
    """NFKD, without marks and without what nobody sees."""
    return "".join(char for char in unicodedata.normalize("NFKD", text)
                   if not unicodedata.category(char).startswith("M")
                   and not any(first <= ord(char) <= last for first, last in IGNORABLE))


def fold(text: str) -> str:
    """What is left of a name when only letters and digits count."""
    folded = bare(bare(text).lower().upper())
    return " ".join("".join(char if unicodedata.category(char)[0] in "LN" else " " for char in folded).split())


def check_words(text: str, most: int, what: str) -> None:
    need(1 <= len(text) <= most, f"{what} has not 1 to {most} characters")
    need(all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text),
         f"{what} holds a character that nobody sees")
    need(not is_blank(text[0]) and not is_blank(text[-1]), f"{what} begins or ends with white space")


def check_people(log: Log, people: list[dict[str, Any]]) -> None:
    for person in people:
        check_words(person["name"], 60, "a name")
        check_words(person["identifiedBy"], 80, "how somebody was identified")
        need(2 <= len(person["initials"]) <= 4 and all(unicodedata.category(char) in ("Lu", "Lo")
             for char in person["initials"]), "initials are not 2 to 4 capital letters")
        roles = person["roles"]
        need(len(roles) >= 1 and len(set(roles)) == len(roles) and set(roles) <= set(ROLES),
             "roles are not of the five")
    for member in ("id", "initials"):
        need(len({person[member] for person in people}) == len(people), f"two people have the same {member}")
    check_namesakes(people)
    for role in ROLES:
        need(sum(role in person["roles"] for person in people) == log.plan["roles"].get(role, 0),
             f"there are not as many of the role {role} as the plan has")
    need(len(people) >= min(2, log.seats), "there are too few people")
    lists = log.plan.get("separate")
    if lists is None:
        lists = [[one, other] for one in ("witness", "auditor") for other in ROLES if other != one]
    for person in people:
        need(all(sum(role in person["roles"] for role in roles) < 2 for roles in lists),
             "somebody holds two roles that the plan separates")


def check_namesakes(people: list[dict[str, Any]]) -> None:
    folded = [tuple(fold(person[member]) for member in ("name", "organisation", "identifiedBy")) for person in people]
    for number, one in enumerate(folded):
        for other in folded[number + 1:]:
            if one[0] == other[0]:
                need("" not in one[1:] + other[1:] and one[1] != other[1] and one[2] != other[2],
                     "two people of one name cannot be told apart")


def roll_call_as_planned(bundle: Bundle) -> str:
    calls = [entry for entry in bundle.log.of("step-confirmed") if entry.event["input"]["kind"] == "people"]
    need(len(calls) > 0, "nobody was named")
    for entry in calls:
        need(entry.event["step"] == "roll-call.people", f"entry {entry.sequence} names people at another step")
        check_people(bundle.log, entry.event["input"]["people"])
    return f"{len(calls[-1].event['input']['people'])} people, as the plan seats them"


# ---------------------------------------------------------------------------
# Steps (section 5.3)
# ---------------------------------------------------------------------------

class Step(NamedTuple):
    id: str
    number: str
    checks: int
    signed: bool = False
    each: dict[str, str] = {}  # work for each key: its kind, by key id
    work: tuple[str, ...] = ()  # other work, after that for each key
    about: Optional[list[str]] = None  # passed over when none of these keys is carried


SIGNED_STEPS = ("roll-call.start", "bring-in.accept", "keys.make", "wrap.weak", "wrap.approve", "take-out.write")


def weak_keys(log: Log) -> list[str]:
    """The keys that may be wrapped with PKCS#1 v1.5."""
    return [key["id"] for key in log.plan["keys"] if any(way.hash is None for way in open_ways(key))]


def planned_steps(log: Log) -> list[Step]:
    """The steps that the plan implies, up to the end of the extract: the table of section 5.3."""
    check_known(log.plan["keys"])
    ids = list(log.keys)
    made = {key: "make-key" if log.keys[key]["source"] == "generate" else "find-key" for key in ids}
    sign = ("sign-checkpoint",)
    phases: list[list[tuple[str, int, dict[str, Any]]]] = [
        [("prepare.workstation", 0, {"work": ("inspect-workstation",)}), ("prepare.findings", 3, {}),
         ("prepare.plan", 2, {})],
        [("roll-call.people", 1, {}), ("roll-call.present", 1, {}), ("roll-call.start", 0, {})],
        [("token.identify", 0, {"work": ("identify-token",)}), ("token.log-in", 1, {"work": ("log-in",)}),
         ("token.probe", 0, {"work": ("probe-token", "make-log-key") + sign}), ("token.accept", 1, {})],
        [("bring-in.read", 1, {"work": ("read-inbound",)})]
        + [(f"bring-in.compare.{key}", 2, {"about": [key]}) for key in ids]
        + [("bring-in.accept", 1, {"work": sign})],
        [("keys.make", 1, {"each": made, "work": sign}), ("keys.check", 2, {})],
        ([("wrap.weak", 1, {"work": sign, "about": weak_keys(log)})] if weak_keys(log) else [])
        + [("wrap.approve", 1, {"work": sign}),
           ("wrap.wrap", 0, {"each": {key: "wrap-key" for key in ids}, "work": sign}), ("wrap.check", 1, {})],
        [("take-out.write", 0, {"work": ("sign-bundle", "write-copy")})],
    ]
    return [Step(name, f"{phase}.{place}", checks, signed=name in SIGNED_STEPS, **more)
            for phase, steps in enumerate(phases, 1) for place, (name, checks, more) in enumerate(steps, 1)]


class Course:
    """Where the ceremony stands: the current step and its work."""

    def __init__(self, log: Log) -> None:
        self.steps = planned_steps(log)
        self.at = 0
        self.carried = list(log.keys)
        self.ordered = False
        self.under_way: Optional[Entry] = None
        self.unknown = False
        self.log = log
        self.serial: Optional[str] = log.opened["tokenSerial"]
        self.done: list[str] = []
        self.done_keys: list[str] = []
        self.requested = 0

    @property
    def step(self) -> Step:
        need(self.at < len(self.steps), "something comes after the last step")
        return self.steps[self.at]

    def keys_left(self) -> list[str]:
        return [key for key in self.carried if key in self.step.each and key not in self.done_keys]

    def work_left(self) -> list[str]:
        return [kind for kind in self.step.work if kind not in self.done]

    def go_on_if_over(self) -> bool:
        if self.keys_left() or self.work_left():
            return False
        self.go_on()
        return True

    def go_on(self) -> None:
        """The next step begins with nothing done; what is about no carried key is passed over."""
        self.at, self.ordered, self.done, self.done_keys = self.at + 1, False, [], []
        while self.at < len(self.steps) and self.steps[self.at].about is not None \
                and not set(self.steps[self.at].about or []) & set(self.carried):
            self.at += 1

    def confirm(self, event: dict[str, Any], room: Room) -> None:
        """Rule 1."""
        step = self.step
        need(event["step"] == step.id, f"{event['step']} is confirmed where {step.id} is due")
        need(event["number"] == step.number, f"{step.id} has the number {event['number']}, not {step.number}")
        need(self.under_way is None, "a step is confirmed while work is under way")
        need(sorted(event["ticks"]) == [str(number) for number in range(1, step.checks + 1)],
             f"{step.id} has not exactly its {step.checks} checks ticked")
        if step.signed:
            asked = room.approval["parameters"].get("checks") if room.approval else None
            need(is_list(asked) and len(asked) == step.checks, f"{step.id}: what was asked has not its checks")
        if not self.go_on_if_over():
            self.ordered = True

    def request(self, entry: Entry) -> None:
        """Rule 2."""
        event, step, kind = entry.event, self.step, entry.event["request"]["kind"]
        key = event["request"].get("key")
        self.requested += 1
        need(event["effect"] == self.requested, "the number of a work does not follow")
        need(event["step"] == step.id, f"work is asked for at {event['step']} where {step.id} is current")
        need(self.ordered and self.under_way is None,
             "work is asked for that was not ordered, or while other work is under way")
        if self.keys_left():
            need(key in self.keys_left() and step.each[key] == kind, f"{kind} of {key} is not the work that is due")
        else:
            need(self.work_left()[:1] == [kind] and key is None, f"{kind} is not the work that is due")
        if kind == "find-key":
            need(event["request"]["ckaId"] == self.log.keys[key]["source"]["existing"]["ckaId"].lower(),
                 f"another key in the token than the plan has is taken for {key}")
        self.under_way, self.unknown = entry, False

    def check_under_way(self, event: dict[str, Any]) -> dict[str, Any]:
        """The request of the work under way, which the event is about."""
        need(self.under_way is not None, "something is told of work that is not under way")
        assert self.under_way is not None
        need(event["effect"] == self.under_way.event["effect"], "something is told of work that is not under way")
        return self.under_way.event["request"]

    def complete(self, event: dict[str, Any]) -> None:
        """Rule 3."""
        request, outcome = self.check_under_way(event), event["outcome"]
        need(event["settled"] or not self.unknown, "nobody looked what became of work that was interrupted")
        need(outcome["kind"] == request["kind"] and outcome.get("key") == request.get("key"),
             "an outcome is of other work than that under way")
        need(outcome.get("ckaId") == request.get("ckaId"), "an outcome is of another key in the token")
        need(outcome["kind"] != "write-copy", "a copy was written, and the log goes on")
        if outcome["kind"] == "identify-token":
            need(self.serial in (None, outcome["identity"]["serial"]), "another token was identified")
            self.serial = outcome["identity"]["serial"]
        self.under_way = None
        if request.get("key") is None:
            self.done.append(request["kind"])
        else:
            self.done_keys.append(request["key"])
        if not self.go_on_if_over() and event["settled"]:
            self.ordered = False

    def fail(self, event: dict[str, Any]) -> None:
        """Rule 4."""
        self.check_under_way(event)
        need(event["settled"] or not self.unknown, "nobody looked what became of work that was interrupted")
        self.under_way, self.ordered = None, False

    def leave_out(self, key: str) -> None:
        """Rule 5."""
        need(self.under_way is None, f"{key} is left out while work is under way")
        self.carried = [other for other in self.carried if other != key]
        self.ordered = False
        self.done = [kind for kind in self.done if kind != "sign-bundle"]
        if self.step.each and not self.keys_left():
            self.go_on()


def steps_as_planned(bundle: Bundle) -> str:
    course, room = Course(bundle.log), Room()
    for entry in room.follow(bundle.log):
        try:
            if entry.kind == "step-confirmed":
                course.confirm(entry.event, room)
            elif entry.kind == "effect-requested":
                course.request(entry)
            elif entry.kind == "effect-completed":
                course.complete(entry.event)
            elif entry.kind == "effect-interrupted":
                course.check_under_way(entry.event)
                course.unknown = True
            elif entry.kind == "ceremony-resumed":
                course.unknown = course.under_way is not None
            elif entry.kind == "effect-failed":
                course.fail(entry.event)
            elif entry.kind == "token-reopened":
                need(entry.event["serial"] == course.serial, "another token was opened")
            elif entry.kind == "exception-closed" and entry.event["key"] is not None:
                course.leave_out(entry.event["key"])
        except Broken as broken:
            raise Broken(f"entry {entry.sequence}: {broken}")
    need(course.step.id == "take-out.write" and course.under_way is not None,
         "it does not end with the writing of the bundle")
    return f"{len(course.steps)} steps in their order"


# ---------------------------------------------------------------------------
# Confirmations and the quorum (section 5.4)
# ---------------------------------------------------------------------------

class Confirmed:
    """The last confirmation of each step, and the last time that work failed or was settled."""

    def __init__(self) -> None:
        self.steps: dict[str, Entry] = {}
        self.upset = 0
        self.read = 0

    def apply(self, entry: Entry) -> None:
        if entry.kind == "step-confirmed":
            self.steps[entry.event["step"]] = entry
        elif entry.kind == "effect-failed" or (entry.kind == "effect-completed" and entry.event["settled"]):
            self.upset = entry.sequence
        if entry.kind == "effect-completed" and entry.event["outcome"]["kind"] == "read-inbound":
            self.read = entry.sequence

    def is_fresh(self, step: str) -> bool:
        """Confirmed later than the last failed or settled work."""
        return step in self.steps and self.steps[step].sequence > self.upset


def check_wrap(log: Log, room: Room, confirmed: Confirmed, outcome: dict[str, Any]) -> None:
    """What must have been confirmed before a key is wrapped."""
    key = outcome["key"]
    steps = [f"bring-in.compare.{key}", "bring-in.accept", "wrap.approve", "wrap.wrap"]
    if outcome["proof"]["oaepHash"] is None:
        steps.insert(2, "wrap.weak")
    need(confirmed.read > 0, "nothing was brought in before a wrap")
    after = confirmed.read
    for step in steps:
        need(step in confirmed.steps and confirmed.steps[step].sequence > after,
             f"{key} was wrapped, but {step} was not confirmed in its place")
        event, after = confirmed.steps[step].event, confirmed.steps[step].sequence
        if step in ("wrap.wrap", f"bring-in.compare.{key}"):
            good = are_people(room.people, event["confirmedBy"], min(2, log.seats))
        else:
            good = is_quorum(log, room.people, event["confirmedBy"])
        need(good, f"{key} was wrapped, but {step} was not confirmed by those who must")
        if step == "wrap.weak":
            need(key in event["input"].get("keyIds", []), f"{key} was not typed at wrap.weak")
    need(confirmed.is_fresh("wrap.wrap"), f"{key} was wrapped, but not confirmed anew after a failure")


class Blame:
    """The key that the last failure was because of, while nothing but people's events came since."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.key: Any = None

    def apply(self, entry: Entry) -> None:
        if entry.kind == "effect-failed":
            asked = self.log.requests.get(entry.event["effect"])
            of_request = asked.event["request"].get("key") if asked else None
            self.key = of_request if of_request is not None else entry.event["refusal"].get("key")
        elif entry.kind in ("effect-requested", "effect-completed", "effect-interrupted", "step-confirmed") \
                or (entry.kind == "exception-closed" and entry.event["key"] is not None):
            self.key = None


def check_left_out(log: Log, room: Room, blame: Blame, carried: list[str], entry: Entry, present: bool) -> None:
    """When a key may be left out."""
    event, key = entry.event, entry.event["key"]
    need(key in carried, f"{key} is left out, and is not there to be left out")
    need(len(carried) > 1, "the last key is left out")
    need(not is_blank(event["decided"]), f"{key} is left out without a word")
    need(present, f"{key} is left out before everybody was present")
    need(is_quorum(log, room.people, event["confirmedBy"]), f"{key} is left out, but not by the quorum")
    need(blame.key == key, f"{key} is left out, but no failure was because of it")


def confirmed_as_planned(bundle: Bundle) -> str:
    log = bundle.log
    need(not log.of("ceremony-stopped"), "the ceremony was aborted")
    room, confirmed, blame = Room(), Confirmed(), Blame(log)
    carried, wrapped = list(log.keys), set()
    for entry in room.follow(log):
        if entry.kind == "effect-completed" and entry.event["outcome"]["kind"] == "wrap-key":
            key = entry.event["outcome"]["key"]
            need(key in carried, f"{key} was wrapped, and is no key that is carried")
            check_wrap(log, room, confirmed, entry.event["outcome"])
            wrapped.add(key)
        if entry.kind == "exception-closed":
            event = entry.event
            need((event["decision"] == "leave-out") == (event["key"] is not None), "a decision does not fit its key")
            if event["key"] is not None:
                check_left_out(log, room, blame, carried, entry, "roll-call.present" in confirmed.steps)
                carried.remove(event["key"])
        confirmed.apply(entry)
        blame.apply(entry)
    need(set(carried) <= wrapped, f"not wrapped: {', '.join(sorted(set(carried) - wrapped))}")
    left_out = f", left out: {', '.join(log.left_out)}" if log.left_out else ""
    return f"{len(carried)} keys were wrapped as confirmed{left_out}"


def lists_in(value: Any) -> Iterator[list[Any]]:
    """All lists, at any depth."""
    if isinstance(value, list):
        yield value
    if isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from lists_in(item)


def shows(parameters: Any, key: str, fingerprint: str) -> bool:
    """Some list has the key's id as an item, and the fingerprint as another."""
    for items in lists_in(parameters):
        texts = [item for item in items if isinstance(item, str)]
        plain_texts = [text.replace(" ", "").lower() for text in texts]
        if key in texts and fingerprint in plain_texts:
            return True
    return False


def check_signed_step(log: Log, room: Room, event: dict[str, Any]) -> None:
    step, approval = event["step"], room.approval
    need(is_quorum(log, room.people, event["confirmedBy"]), f"{step} was not confirmed by the quorum")
    need(approval is not None and approval["subject"] == step, f"{step} was confirmed without an approval of it")
    assert approval is not None
    need(all(name in room.approved for name in event["confirmedBy"]), f"{step} was confirmed by somebody who did not sign")
    need("input" in approval["parameters"] and same(approval["parameters"]["input"], event["input"]),
         f"{step} was confirmed with another input than was approved")
    need(all(approval["parameters"][name] == event[name] for name in ("number", "title")),
         f"{step} was called otherwise when it was approved")


def quorum_approved(bundle: Bundle) -> str:
    log, room, confirmed = bundle.log, Room(), Confirmed()
    shown: Any = None
    for entry in room.follow(log):
        if entry.kind == "step-confirmed":
            step = entry.event["step"]
            need("roll-call.start" in confirmed.steps or step == "roll-call.start"
                 or step.startswith(("prepare.", "roll-call.")), f"{step} was confirmed before the start")
            if step in SIGNED_STEPS:
                check_signed_step(log, room, entry.event)
            if step == "wrap.approve":
                shown = room.approval["parameters"] if room.approval else None
        elif entry.kind == "effect-requested":
            needed = {"make-key": "keys.make", "find-key": "keys.make", "sign-bundle": "take-out.write"}
            step = needed.get(entry.event["request"]["kind"], "")
            need(step == "" or confirmed.is_fresh(step), f"entry {entry.sequence}: {step} was not confirmed for this work")
        confirmed.apply(entry)
    for step in SIGNED_STEPS:
        need(step in confirmed.steps or step == "wrap.weak", f"{step} was never confirmed")
    for key in log.remaining_keys():
        need(shows(shown, key["id"], log.kek(key["id"])["spkiSha256"]),
             f"the approval of the wrap does not show {key['id']} with its wrapping key")
    return "every deciding step was approved as it was shown and done"


# ---------------------------------------------------------------------------
# Approvals (section 4)
# ---------------------------------------------------------------------------

def statement(log: Log, purpose: str, subject: str, parameters: str, event: dict[str, Any]) -> bytes:
    """What a person signs."""
    return canonical({"keyferryStatement": 1, "ceremony": log.opened["ceremony"], "planSha256": log.opened["planSha256"],
                      "purpose": purpose, "subject": subject, "parameters": parameters, "person": event["person"],
                      "log": event["log"]})


class Approvals:
    """BUNDLE-APPROVALS-SIGNED: each entry is judged by the room as it was just before."""

    def __init__(self, log: Log, openssl: OpenSsl) -> None:
        self.log = log
        self.openssl = openssl
        self.room = Room()
        self.present = False
        self.count = 0

    def check(self, entry: Entry) -> None:
        if entry.kind == "step-confirmed":
            self.step(entry.event)
        elif entry.kind == "approval-key-registered":
            self.registration(entry)
        elif entry.kind == "approval-asked":
            self.asked(entry.event)
        elif entry.kind == "approval-given":
            self.given(entry)
        elif entry.kind == "person-returned":
            self.signed(entry, "return", "return", self.record_hash(entry), self.key_of(entry))

    def step(self, event: dict[str, Any]) -> None:
        need(event["input"]["kind"] != "people" or not self.room.keys, "people are named after somebody has a key")
        if event["step"] == "roll-call.present":
            need(self.room.seated, "somebody is present without a key")
            self.present = True

    def record_hash(self, entry: Entry) -> str:
        need(entry.event["person"] in self.room.people, "somebody signed who was not named")
        return sha256(canonical(self.room.people[entry.event["person"]]))

    def key_of(self, entry: Entry) -> bytes:
        need(entry.event["person"] in self.room.keys, "somebody signed who has no key")
        return self.room.keys[entry.event["person"]]

    def registration(self, entry: Entry) -> None:
        key = p256_key(entry.event["publicKey"])
        need(not self.present, "a key came after everybody was present")
        need(entry.event["person"] not in self.room.keys, "somebody has a second key")
        need(key not in self.room.keys.values(), "two people have the same key")
        self.signed(entry, "roll-call", "roll-call", self.record_hash(entry), key)

    def asked(self, event: dict[str, Any]) -> None:
        parameters = event["parameters"]
        need(sha256(canonical(parameters)) == event["sha256"], "what was asked has another hash")
        need(parameters.get("subject") == event["subject"], "what was asked has another subject")
        need(parameters.get("plan") == self.log.opened["planSha256"], "what was asked is of another plan")
        need(("decided" in parameters) == event["subject"].startswith("exception."),
             "a step was shown like a decision, or a decision like a step")

    def given(self, entry: Entry) -> None:
        event, approval = entry.event, self.room.approval
        need(approval is not None, "something was approved that was not asked, or no longer")
        assert approval is not None
        need(event["subject"] == approval["subject"] and event["parametersSha256"] == approval["sha256"],
             "something else was approved than was asked")
        need(event["person"] not in self.room.approved, "somebody approved twice")
        self.record_hash(entry)
        self.signed(entry, "approval", event["subject"], event["parametersSha256"], self.key_of(entry))

    def signed(self, entry: Entry, purpose: str, subject: str, parameters: str, key: bytes) -> None:
        event = entry.event
        need(event["person"] not in self.room.absent, "somebody signed who had left")
        need(event["log"]["size"] == entry.sequence - 1 and event["log"]["head"] == entry.previous,
             "a signature is not of its place in the log")
        text = statement(self.log, purpose, subject, parameters, event)
        self.openssl.verify(key, text, bytes.fromhex(event["signature"]), f"the signature of {event['person']}")
        self.count += 1


def approvals_signed(bundle: Bundle) -> str:
    approvals = Approvals(bundle.log, bundle.openssl)
    for entry in approvals.room.follow(bundle.log):
        try:
            approvals.check(entry)
        except Broken as broken:
            raise Broken(f"entry {entry.sequence}: {broken}")
    need(approvals.room.seated, "somebody named has no key, or nobody was named")
    return f"{approvals.count} signatures of {len(approvals.room.keys)} people hold"


# ---------------------------------------------------------------------------
# Exceptions, breaks, clock (sections 5.5 to 5.7)
# ---------------------------------------------------------------------------

def due_exception(entry: Entry, room: Room) -> Optional[tuple[str, Optional[str]]]:
    """Rule, and perhaps the words, of the exception that the next entry must be."""
    kind, event = entry.kind, entry.event
    if kind in ("effect-failed", "token-not-reopened"):
        return event["refusal"]["rule"], event["refusal"]["cause"]
    if kind == "person-absent":
        return "BREAK-ENDED-BY-EVERYBODY", None
    if kind == "effect-completed" and event["settled"]:
        return "EFFECT-SETTLED-BY-LOOKING", None
    if kind == "log-repaired" and (event["rule"] is not None or event["missing"] > 4):
        return event["rule"] if event["rule"] is not None else "LOG-COPIES-AGREE", None
    if kind == "custody-recorded" and event["record"]["kind"] == "bag-opened" and not event["record"]["idMatched"]:
        return "CUSTODY-BAG-AS-LISTED", None
    if kind == "passphrase-refused" and (room.wrong.get(event["person"], 0) + 1) % 3 == 0:
        return "APPROVAL-PASSPHRASE-ACCEPTED", None
    return None


def check_opening(event: dict[str, Any], room: Room, due: Optional[tuple[str, Optional[str]]], number: int) -> None:
    need(event["exception"] == number, "the number of an exception does not follow")
    need(not is_blank(event["expected"]) and not is_blank(event["happened"]), "an exception says nothing")
    need(event["openedBy"] == "keyferry" or event["openedBy"] in room.people, "an exception is opened by nobody named")
    if due is not None:
        need(event["openedBy"] == "keyferry" and event["rule"] == due[0], f"the exception {due[0]} is not told at once")
        need(due[1] is None or event["happened"] == due[1], "an exception tells of another cause")


def check_closing(log: Log, room: Room, event: dict[str, Any]) -> None:
    opening = room.exceptions.get(event["exception"])
    need(opening is not None, "an exception is closed that is not open")
    assert opening is not None
    need(not is_blank(event["decided"]), "an exception is closed without a word")
    need(is_quorum(log, room.people, event["confirmedBy"]), "an exception is closed, but not by the quorum")
    expected = {"plan": log.opened["planSha256"], "subject": f"exception.{event['exception']}"}
    expected.update({name: opening[name] for name in ("step", "expected", "happened", "rule")})
    expected.update({name: event[name] for name in ("decided", "decision", "key")})
    approval = room.approval
    need(approval is not None and approval["subject"] == expected["subject"], "an exception is closed without an approval")
    assert approval is not None
    need(same(approval["parameters"], expected), "an exception is closed otherwise than was approved")
    need(all(name in room.approved for name in event["confirmedBy"]), "an exception is closed by somebody who did not sign")


def exceptions_closed(bundle: Bundle) -> str:
    room, opened = Room(), 0
    due: list[tuple[str, Optional[str]]] = []
    for entry in room.follow(bundle.log):
        try:
            told_next = entry.kind in ("exception-opened", "log-repaired")
            need(not due or told_next, "what went wrong before is not told at once")
            if entry.kind == "exception-opened":
                opened += 1
                check_opening(entry.event, room, due.pop(0) if due else None, opened)
            elif entry.kind == "exception-closed":
                check_closing(bundle.log, room, entry.event)
            elif entry.kind in ("step-confirmed", "token-reopened"):
                need(not (room.exceptions and room.seated), "something was confirmed while an exception was open")
            found = due_exception(entry, room)
            due += [found] if found is not None else []
        except Broken as broken:
            raise Broken(f"entry {entry.sequence}: {broken}")
    need(not due and not room.exceptions, "an exception is open at the end")
    return f"{opened} exceptions, all closed"


NOT_IN_A_BREAK = ("step-confirmed", "approval-asked", "approval-given", "exception-closed", "token-reopened",
                  "break-started", "effect-requested")


def check_break(room: Room, entry: Entry) -> None:
    kind, event = entry.kind, entry.event
    need(not (room.in_break and kind in NOT_IN_A_BREAK), f"{kind} in a break")
    if kind in ("person-returned", "person-absent"):
        need(event["person"] in room.waited_for, "somebody returns or leaves who is not waited for")
    if kind == "person-absent":
        need(not is_blank(event["reason"]), "an absence has no reason")
    if kind == "break-ended":
        need(room.in_break and not room.waited_for, "a break ends that is none, or while somebody is waited for")
    if kind == "break-started":
        need(event["by"] in room.keys and event["by"] not in room.absent, "a break is started by nobody who is there")
    if "confirmedBy" in event:
        need(are_people(room.people, event["confirmedBy"], 0) and not set(event["confirmedBy"]) & set(room.absent),
             "somebody confirmed who is not there, or twice")
    credential = event.get("credential", event["input"] if kind == "step-confirmed" else {})
    typists = credential["by"] if credential.get("kind") == "credential" else []
    need(are_people(room.people, typists, 0) and not set(typists) & set(room.absent), "somebody typed who is not there")
    if kind == "ceremony-resumed":
        need(event["log"] == {"size": entry.sequence - 1, "head": entry.previous}, "it tells of another place of a log")


def breaks_ended(bundle: Bundle) -> str:
    room, breaks = Room(), 0
    for entry in room.follow(bundle.log):
        try:
            check_break(room, entry)
        except Broken as broken:
            raise Broken(f"entry {entry.sequence}: {broken}")
        breaks += entry.kind == "break-ended"
    need(not room.in_break, "it ends in a break")
    return f"{breaks} breaks, all ended"


def clock_told(bundle: Bundle) -> str:
    latest, behind, at_work = bundle.entries[0].milliseconds, False, False
    for entry in bundle.log.entries:
        if entry.kind == "exception-opened" and entry.event["openedBy"] == "keyferry" \
                and entry.event["rule"] == "CLOCK-NOT-SET-BACK":
            latest, behind = entry.milliseconds, False
            continue
        if behind and not at_work:
            need(entry.kind in ("effect-requested", "exception-opened", "break-ended", "log-repaired"),
                 f"entry {entry.sequence}: the clock was set back, and nothing tells of it")
        if not behind and entry.milliseconds < latest - 2000:
            behind = True
        latest = max(latest, entry.milliseconds)
        if entry.kind == "effect-requested":
            at_work = True
        elif entry.kind in ("effect-completed", "effect-failed"):
            at_work = False
    need(not behind, "the clock was set back, and nothing tells of it")
    return "time goes forward, or an exception tells of the clock"


# ---------------------------------------------------------------------------
# Checkpoints (sections 4, 6.2, 6.3, 6.4)
# ---------------------------------------------------------------------------

def logged_checkpoints(bundle: Bundle) -> dict[int, bytes]:
    """The logged checkpoints by size, with their signatures, once they hold (section 6.2)."""
    log, key = bundle.log, bundle.log.log_key()
    made = log.completed("make-log-key")[0].sequence
    found: dict[int, bytes] = {}
    for entry in log.completed("sign-checkpoint"):
        outcome, where = entry.event["outcome"], f"entry {entry.sequence}: the checkpoint"
        size = outcome["size"]
        need(entry.event["effect"] in log.requests, f"{where} was not asked for")
        asked = log.requests[entry.event["effect"]]
        need(made < entry.sequence and asked.sequence < entry.sequence, f"{where} comes before its time")
        need(max([0, *found]) < size <= asked.sequence, f"{where} has a size that cannot be")
        need(outcome["root"] == bundle.tree.root(size).hex(), f"{where} has another root than the log")
        signature = bytes.fromhex(outcome["signature"])
        bundle.openssl.verify(key, bundle.checkpoint_text(size), signature, f"{where}: its signature")
        found[size] = signature
    return found


def cosignatures(log: Log) -> dict[int, dict[str, bytes]]:
    """Who cosigned which checkpoint, by its size: the first cosignature of each (section 6.3)."""
    found: dict[int, dict[str, bytes]] = {}
    size = 0
    for entry in log.entries:
        if entry.kind == "effect-completed" and entry.event["outcome"]["kind"] == "sign-checkpoint":
            size = entry.event["outcome"]["size"]
        elif entry.kind == "approval-given" and entry.event["cosignature"] is not None:
            found.setdefault(size, {}).setdefault(entry.event["person"], bytes.fromhex(entry.event["cosignature"]))
    return found


def expected_notes(bundle: Bundle) -> dict[str, bytes]:
    """The notes of the logged checkpoints, to the byte (section 6.3)."""
    log, people = bundle.log, bundle.log.approval_keys()
    cosigned = cosignatures(log)
    notes = {}
    for size, signature in logged_checkpoints(bundle).items():
        lines = [note_line(log.origin, log.log_key(), signature)]
        for person, cosignature in cosigned.get(size, {}).items():
            need(person in people, f"{person} cosigned without a key")
            lines.append(note_line(f"{log.origin}/{person}", people[person], cosignature))
        need(len(lines) <= 128, "a note has more than 128 signatures")
        text = bundle.checkpoint_text(size) + b"\n" + "".join(lines).encode()
        notes[f"record/checkpoints/{size:06}.note"] = text
    return notes


def expected_keys(log: Log) -> dict[str, bytes]:
    """The public keys as PEM, to the byte (section 6.4)."""
    found = {"record/keys/log.pem": pem(log.log_key())}
    for person, key in log.approval_keys().items():
        need(matches(r"[a-z0-9.-]{1,120}", person) and person != "log", "the id of a person is not of its form")
        found[f"record/keys/{person}.pem"] = pem(key)
    return found


def checkpoints_signed(bundle: Bundle) -> str:
    expected = {**expected_notes(bundle), **expected_keys(bundle.log)}
    whole = f"record/checkpoints/{len(bundle.entries):06}.note"
    need(whole not in expected, "a logged checkpoint is over the whole extract")
    expected[whole] = bundle.whole_note()
    found = bundle.folder.below("record/checkpoints/") + bundle.folder.below("record/keys/")
    need(set(found) == set(expected), f"missing or besides: {', '.join(sorted(set(found) ^ set(expected))[:5])}")
    for path, data in expected.items():
        need(bundle.folder.read(path) == data, f"{path} is not what the log gives")
    notes = len(bundle.folder.below("record/checkpoints/"))
    return f"{notes} checkpoints, the last over all {len(bundle.entries)} entries"


def checkpoints_cosigned(bundle: Bundle) -> str:
    keys, size, count = bundle.log.approval_keys(), 0, 0
    for entry in bundle.log.entries:
        if entry.kind == "effect-completed" and entry.event["outcome"]["kind"] == "sign-checkpoint":
            size = entry.event["outcome"]["size"]
            need(1 <= size <= len(bundle.entries), f"entry {entry.sequence}: the checkpoint has a size that cannot be")
        if entry.kind != "approval-given":
            continue
        person, cosignature = entry.event["person"], entry.event["cosignature"]
        need((cosignature is None) == (size == 0), f"entry {entry.sequence}: a cosignature is missing, or before its time")
        if cosignature is not None:
            need(person in keys, f"entry {entry.sequence}: somebody cosigned who has no key")
            bundle.openssl.verify(keys[person], bundle.checkpoint_text(size), bytes.fromhex(cosignature),
                                  f"entry {entry.sequence}: the cosignature of {person}")
            count += 1
    return f"{count} cosignatures hold"


# ---------------------------------------------------------------------------
# Keys of the plan (section 7.1)
# ---------------------------------------------------------------------------

def keys_as_planned(bundle: Bundle) -> str:
    log, manifest = bundle.log, bundle.manifest
    need(manifest["title"] == log.plan["title"], "the manifest has another title than the plan")
    planned = [{"id": key["id"], "spec": key["spec"], "destination": with_defaults(key["destination"])}
               for key in log.remaining_keys()]
    found = [{name: key[name] for name in ("id", "spec", "destination")} for key in manifest["keys"]]
    need(same(planned, found), "the manifest names other keys than the plan")
    return f"{len(found)} keys" + (f", left out: {', '.join(log.left_out)}" if log.left_out else "")


def keys_as_logged(bundle: Bundle) -> str:
    for key in bundle.manifest["keys"]:
        kek = bundle.log.kek(key["id"])
        made = bundle.log.last("make-key", "find-key", key=key["id"]).event["outcome"]
        proof = bundle.log.last("wrap-key", key=key["id"]).event["outcome"]["proof"]
        need(kek["spkiSha256"] == sha256(bytes.fromhex(kek["spki"])), f"{key['id']}: the wrapping key has another hash")
        public = None if made["publicKey"] is None else {"spkiSha256": sha256(bytes.fromhex(made["publicKey"]))}
        need(made["publicKeySha256"] == (public["spkiSha256"] if public else None),
             f"{key['id']}: the public key has another hash")
        logged = {"kek": {name: kek[name] for name in ("spkiSha256", "bits", "id")},
                  "wrap": {name: proof[name] for name in ("method", "oaepHash", "performed")},
                  "publicKey": public, "keyCheckValues": made["keyCheckValues"], "deadline": kek["deadline"]}
        for name, value in logged.items():
            need(same(key[name], value), f"{key['id']}: {name} is not what the log recorded")
    return "what is said of each key is what the log recorded"


EC_FORMS = {
    "ec-p256": ("3059301306072a8648ce3d020106082a8648ce3d03010703420004", 32),
    "ec-p384": ("3076301006072a8648ce3d020106052b8104002203620004", 48),
    "ec-p521": ("30819b301006072a8648ce3d020106052b810400230381860004", 66),
    "ec-secp256k1": ("3056301006072a8648ce3d020106052b8104000a03420004", 32),
}


def public_key_as_listed(bundle: Bundle) -> str:
    pairs = 0
    for key in bundle.manifest["keys"]:
        spec = key["spec"]
        if not spec.startswith(("rsa-", "ec-")):
            need(key["publicKey"] is None, f"{key['id']} is a secret key, and has a public one")
            continue
        need(key["publicKey"] is not None, f"{key['id']} has no public key")
        data = bundle.folder.read(f"keys/{key['id']}/public-key.pem")
        lines = data.split(b"\n")
        der = decode_base64(b"".join(lines[1:-2]).decode("ascii", "replace"))
        need(pem(der) == data, f"{key['id']}: public-key.pem is not in its one form")
        need(sha256(der) == key["publicKey"]["spkiSha256"], f"{key['id']}: public-key.pem is another key")
        if spec in EC_FORMS:
            prefix, size = EC_FORMS[spec]
            start = bytes.fromhex(prefix)
            need(der.startswith(start) and len(der) == len(start) + 2 * size, f"{key['id']}: it is no key of {spec}")
        else:
            need(rsa_numbers(der)[0].bit_length() == int(spec[4:]), f"{key['id']}: it is no key of {spec}")
        pairs += 1
    return f"{pairs} public keys, of their kinds"


def deadline_ahead(bundle: Bundle) -> str:
    deadlines = []
    for key in bundle.manifest["keys"]:
        if key["deadline"] is not None:
            end = moment(key["deadline"])
            wrapped = bundle.log.last("wrap-key", key=key["id"])
            need(end > moment(bundle.manifest["createdAt"]) and end > moment(wrapped.time),
                 f"{key['id']}: the import token had ended")
            deadlines.append(f"{key['id']} until {key['deadline']}")
    if deadlines:
        raise NotCheckable(f"compare with your clock: {', '.join(deadlines)}")
    return "no key has a deadline"


# ---------------------------------------------------------------------------
# Ways of wrapping (section 7.4)
# ---------------------------------------------------------------------------

def odd_primes(end: int) -> list[int]:
    return [n for n in range(3, end, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]


def check_rsa_key(kek: dict[str, Any], way: Way) -> int:
    """The wrapping key is sound as far as anybody can see; its modulus."""
    modulus, exponent = rsa_numbers(bytes.fromhex(kek["spki"]))
    need(modulus.bit_length() == kek["bits"] and kek["bits"] in way.bits, "it has not as many bits as it must")
    need(exponent % 2 == 1 and 3 <= exponent < 2**256, "its exponent is not what it must be")
    need(all(modulus % prime for prime in [2] + odd_primes(752)), "its modulus has a small factor")
    powers = {prime: {pow(65537, power, prime) for power in range(prime)} for prime in odd_primes(168)}
    need(any(modulus % prime not in known for prime, known in powers.items()), "it is a ROCA key")
    return modulus


def way_of(key: dict[str, Any], kek: dict[str, Any]) -> Way:
    """The way that is open for a key of the plan, with this wrapping key."""
    ways = open_ways(key)
    if kek["option"] is not None:
        ways = [way for way in ways if way.option == kek["option"]]
    need(len(ways) == 1, f"{key['id']}: there is not one way to wrap it")
    return ways[0]


SIX = ("spec", "method", "oaepHash", "nonce", "performed", "kwpMechanism")


def check_proof(log: Log, key: dict[str, Any], way: Way) -> None:
    wrapped = log.last("wrap-key", key=key["id"])
    outcome = wrapped.event["outcome"]
    proof = outcome["proof"]
    need((proof["spec"], proof["method"], proof["oaepHash"], proof["nonce"]) ==
         (key["spec"], way.method, way.hash, way.nonce), "it was wrapped in another way")
    composed = way.method == "rsa-aes"
    need((proof["performed"] != "single") == composed and (proof["kwpMechanism"] is not None) == composed,
         "its wrap was not performed as its way asks")
    proofs = log.last("probe-token", before=wrapped.sequence).event["outcome"]["proofs"]
    need(any(all(same(item[name], proof[name]) for name in SIX) for item in proofs), "the token had not proved its way")
    names = (["wrapped ephemeral key"] if composed else []) + ["wrapped target key"]
    names += ["IV of the nonce", "encrypted nonce"] if way.nonce else []
    need([part["name"] for part in outcome["parts"]] == names, "its parts are not those of its way")


def wraps_as_proven(bundle: Bundle) -> str:
    log, seen = bundle.log, []
    check_known(log.plan["keys"])
    need({kek["key"] for kek in log.last("read-inbound").event["outcome"]["keks"]} <= set(log.keys),
         "a wrapping key was read for a key that the plan has not")
    for key in log.remaining_keys():
        kek = log.kek(key["id"])
        way = way_of(key, kek)
        try:
            check_kek_id(key["destination"], kek["id"])
            modulus = check_rsa_key(kek, way)
            need(kek["nonce"] is None if way.nonce is None else len(kek["nonce"] or "") == 24, "its nonce is not 12 bytes")
            check_proof(log, key, way)
        except Broken as broken:
            raise Broken(f"{key['id']}: {broken}")
        place = (key["destination"]["type"], scope(key["destination"]))
        plain_id = kek["id"] if kek["importToken"] is None and kek["nonce"] is None else None
        for other_place, other_modulus, other_id, other_spki in seen:
            need(modulus != other_modulus or place == other_place, f"{key['id']}: its wrapping key is that of another place")
            need(place != other_place or plain_id is None or plain_id != other_id or kek["spki"] == other_spki,
                 f"{key['id']}: two wrapping keys have one id")
        seen.append((place, modulus, plain_id, kek["spki"]))
    return f"{len(seen)} wraps, each in a way that the plan leaves open and the token had proved"


# ---------------------------------------------------------------------------
# Key files (sections 7.2 and 7.3)
# ---------------------------------------------------------------------------

KWP_LENGTHS = {
    "aes-128": ((24, 24),), "aes-192": ((32, 32),), "aes-256": ((40, 40),), "hmac-256": ((40, 40),),
    "hmac-224": ((40, 40),), "hmac-384": ((56, 56),), "hmac-512": ((72, 72),),
    "rsa-2048": ((1200, 1272),), "rsa-3072": ((1776, 1848),), "rsa-4096": ((2352, 2424),),
    "ec-p256": ((72, 104), (144, 168)), "ec-secp256k1": ((72, 104), (144, 168)),
    "ec-p384": ((88, 120), (192, 216)), "ec-p521": ((104, 136), (248, 272)),
}


class KeyFiles:
    """What the key files of one key hold; reading them checks their form (BLOB-SHAPE-VALID)."""

    def __init__(self, bundle: Bundle, key: dict[str, Any]) -> None:
        self.bundle = bundle
        self.key = key
        planned = bundle.planned_key(key["id"])
        self.destination = with_defaults(planned["destination"])
        self.spec: str = planned["spec"]
        self.names: list[str] = []
        self.rsa = b""
        self.kwp: Optional[bytes] = None
        self.iv: Optional[bytes] = None
        self.nonce: Optional[bytes] = None
        self.token: Optional[bytes] = None
        wrap = key["wrap"]
        self.composed = wrap["method"] == "rsa-aes"
        need(any((way.method, way.hash) == (wrap["method"], wrap["oaepHash"]) and key["kek"]["bits"] in way.bits
                 for way in open_ways(planned)), "it is wrapped in a way that the plan does not leave open")
        readers = {"azure-key-vault": self.azure, "aws-kms": self.aws, "huawei-kms": self.huawei,
                   "ibm-key-protect": self.ibm, "google-cloud-kms": self.google, "oci-vault": self.oci,
                   "vault-transit": self.vault, "alibaba-kms": self.alibaba, "tencent-kms": self.alibaba}
        readers[self.destination["type"]]()
        self.check_parts()
        self.check_names()

    def read(self, name: str) -> bytes:
        self.names.append(name)
        return self.bundle.folder.read(f"keys/{self.key['id']}/{name}")

    def read_json(self, name: str) -> tuple[bytes, dict[str, Any]]:
        data = self.read(name)
        value = parse_json(data)
        need(is_object(value), f"{name} is no object")
        return data, value

    def split(self, blob: bytes) -> None:
        """The joined blob (section 7.2)."""
        size = self.key["kek"]["bits"] // 8
        self.rsa = blob[:size] if self.composed else blob
        self.kwp = blob[size:] if self.composed else None

    def check_parts(self) -> None:
        """Section 7.2."""
        need(len(self.rsa) * 8 == self.key["kek"]["bits"] and any(self.rsa), "the RSA part has not its form")
        if self.kwp is not None:
            good = any(first <= len(self.kwp) <= last for first, last in KWP_LENGTHS[self.spec])
            need(good and len(self.kwp) % 8 == 0 and any(self.kwp), "the KWP part has not its form")

    def check_names(self) -> None:
        prefix = f"keys/{self.key['id']}/"
        found = {path[len(prefix):] for path in self.bundle.folder.below(prefix)} - {"public-key.pem"}
        need(found == set(self.names), "there are other files than the destination wants")

    def check_token(self, token: bytes) -> None:
        need(1 <= len(token) <= 6144, "the import token has not its length")
        self.token = token

    def end(self) -> Optional[int]:
        """validTo in whole seconds since 1970."""
        return moment(self.destination["validTo"]) // 10**9 if "validTo" in self.destination else None

    def azure(self) -> None:
        data, value = self.read_json(f"KeyTransferPackage-{self.destination['keyName']}.byok")
        blob = decode_base64(value.get("ciphertext"), url=True)
        generator = value.get("generator")
        need(is_text(generator) and 1 <= len(generator) <= 256, "its generator is not of its form")
        header = {"kid": self.key["kek"]["id"], "alg": "dir", "enc": "CKM_RSA_AES_KEY_WRAP"}
        expected = {"schema_version": "1.0.0", "header": header, "ciphertext": value["ciphertext"], "generator": generator}
        need(pretty(expected) == data, "the transfer package has not its form")
        self.split(blob)

    def aws(self) -> None:
        self.split(self.read("EncryptedKeyMaterial.bin"))
        self.check_token(self.read("ImportToken.bin"))

    def huawei(self) -> None:
        data, value = self.read_json("import-request.json")
        self.rsa = self.read("EncryptedKeyMaterial.bin")
        self.check_token(self.read("ImportToken.bin"))
        token = encode_base64(self.token or b"")
        need(200 <= len(token) <= 6144, "the import token has not its length")
        expected: dict[str, Any] = {"key_id": self.destination["keyId"], "import_token": token,
                                    "encrypted_key_material": encode_base64(self.rsa)}
        if self.composed:
            self.kwp = self.read("EncryptedPrivateKey.bin")
            expected["encrypted_privatekey"] = encode_base64(self.kwp)
        if self.end() is not None:
            expected["expiration_time"] = self.end()
        need(pretty(expected) == data, "import-request.json has not its form")

    def ibm(self) -> None:
        data, value = self.read_json("create-key.json")
        resources = value.get("resources")
        need(is_list(resources) and len(resources) == 1 and is_object(resources[0]), "create-key.json has not its form")
        kind, resource = "application/vnd.ibm.kms.key+json", resources[0]
        self.rsa = decode_base64(resource.get("payload"))
        self.nonce, self.iv = decode_base64(resource.get("encryptedNonce")), decode_base64(resource.get("iv"))
        need(len(self.nonce) == 28 and any(self.nonce) and len(self.iv) == 12 and any(self.iv), "nonce or IV have not their form")
        expected = {"metadata": {"collectionType": kind, "collectionTotal": 1}, "resources": [{
            "type": kind, "name": self.destination["keyName"], "extractable": False, "payload": resource["payload"],
            "encryptionAlgorithm": "RSAES_OAEP_SHA_256", "encryptedNonce": resource["encryptedNonce"],
            "iv": resource["iv"]}]}
        need(pretty(expected) == data, "create-key.json has not its form")

    def google(self) -> None:
        self.split(self.read("wrapped-key.bin"))

    def oci(self) -> None:
        shape = self.read("key-shape.json")
        algorithm, bits = self.spec.split("-")
        need(pretty({"algorithm": algorithm.upper(), "length": int(bits) // 8}) == shape, "key-shape.json has not its form")
        data, value = self.read_json("wrapped-import-key.json")
        blob = decode_base64(value.get("keyMaterial"))
        expected = {"keyMaterial": value["keyMaterial"], "wrappingAlgorithm": self.destination["wrappingAlgorithm"]}
        need(pretty(expected) == data, "wrapped-import-key.json has not its form")
        self.split(blob)

    def vault(self) -> None:
        self.split(decode_base64(self.read("wrapped.b64").decode("ascii", "replace")))

    def alibaba(self) -> None:
        data, value = self.read_json("import-request.json")
        self.rsa = decode_base64(value.get("EncryptedKeyMaterial"))
        self.check_token(decode_base64(value.get("ImportToken")))
        end = "KeyMaterialExpireUnix" if self.destination["type"] == "alibaba-kms" else "ValidTo"
        expected = {"KeyId": self.destination["keyId"], "EncryptedKeyMaterial": value["EncryptedKeyMaterial"],
                    "ImportToken": value["ImportToken"], end: self.end() or 0}
        need(pretty(expected) == data, "import-request.json has not its form")


def key_files(bundle: Bundle, key: dict[str, Any]) -> KeyFiles:
    try:
        return KeyFiles(bundle, key)
    except Broken as broken:
        raise Broken(f"{key['id']}: {broken}")


def blobs_as_listed(bundle: Bundle) -> str:
    below = {path for path in bundle.listed() if path.startswith("keys/")}
    for key in bundle.manifest["keys"]:
        own = sorted(path for path in below if path.startswith(f"keys/{key['id']}/"))
        need(sorted(key["files"]) == own, f"{key['id']} does not list exactly the files in its folder")
        has_public = f"keys/{key['id']}/public-key.pem" in own
        need(has_public == key["spec"].startswith(("rsa-", "ec-")), f"{key['id']}: public-key.pem is missing, or besides")
        below -= set(own)
    need(not below, f"of no key: {', '.join(sorted(below)[:5])}")
    return "each key lists exactly the files in its folder"


def blob_shape_valid(bundle: Bundle) -> str:
    check_known(bundle.manifest["keys"])
    for key in bundle.manifest["keys"]:
        key_files(bundle, key)
    return f"the files of {len(bundle.manifest['keys'])} keys have the form that their destination wants"


def blobs_as_logged(bundle: Bundle) -> str:
    check_known(bundle.manifest["keys"])
    for key in bundle.manifest["keys"]:
        files = key_files(bundle, key)
        found = [{"sha256": sha256(part), "bytes": len(part)}
                 for part in (files.rsa, files.kwp, files.iv, files.nonce) if part is not None]
        parts = bundle.log.last("wrap-key", key=key["id"]).event["outcome"]["parts"]
        logged = [{"sha256": part["sha256"], "bytes": part["bytes"]} for part in parts]
        need(same(found, logged), f"{key['id']}: the files hold something else than the token gave out")
        token = None if files.token is None else files.token.hex()
        need(token == bundle.log.kek(key["id"])["importToken"], f"{key['id']}: it is another import token")
    return "they hold what the token gave out"


# ---------------------------------------------------------------------------
# Proofs, the manifest's note, and what is trusted from elsewhere (sections 6.5 to 6.7)
# ---------------------------------------------------------------------------

def vouching_entry(bundle: Bundle, path: str) -> int:
    """The entry that vouches for a file (section 6.6)."""
    if path == "record/plan.json":
        return 1
    if not path.startswith("keys/"):
        return len(bundle.entries)
    key, name = path.split("/", 2)[1:]
    if name == "ImportToken.bin":
        return bundle.log.last("read-inbound").sequence
    if name == "public-key.pem":
        return bundle.log.last("make-key", "find-key", key=key).sequence
    return bundle.log.last("wrap-key", key=key).sequence


def proofs_hold(bundle: Bundle) -> str:
    apart = ("record/checkpoints/", "record/proofs/", "record/keys/")
    files = [path for path in bundle.folder.files
             if path not in ("MANIFEST.json", "MANIFEST.json.note") and not path.startswith(apart)]
    expected = {f"record/proofs/{path}.tlog-proof": path for path in files}
    found = set(bundle.folder.below("record/proofs/"))
    need(found == set(expected), f"missing or besides: {', '.join(sorted(found ^ set(expected))[:5])}")
    note = bundle.whole_note()
    for proof, path in expected.items():
        index = vouching_entry(bundle, path) - 1
        hashes = "".join(encode_base64(node) + "\n" for node in bundle.tree.path(index))
        text = f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n".encode() + note
        need(bundle.folder.read(proof) == text, f"{proof} is not the proof of entry {index + 1}")
    return f"{len(expected)} files have their proof"


def manifest_signed(bundle: Bundle) -> str:
    text, key = bundle.folder.read("MANIFEST.json"), bundle.log.log_key()
    signature = signature_of_note(bundle.folder.read("MANIFEST.json.note"), text, bundle.log.origin, key)
    need(b"\n\n" not in text, "MANIFEST.json has an empty line")
    need(all(char == "\n" or unicodedata.category(char) != "Cc" for char in text.decode("utf-8")),
         "MANIFEST.json holds a control character")
    bundle.openssl.verify(key, text, signature, "the signature of the manifest")
    return f"the manifest {sha256(text)} is signed by the log key"


def checkpoint_as_on_paper(bundle: Bundle) -> str:
    paper = bundle.known.checkpoint
    if paper is None:
        raise NotCheckable("no checkpoint was given: compare one with the paper, with --checkpoint")
    entries = bundle.entries
    size = int(paper[0])
    if size > len(entries):
        raise NotCheckable("this checkpoint was signed after the bundle was made: take an earlier line of the paper")
    root = bundle.tree.root(size)
    words = [EVEN_WORDS.split()[root[0]], ODD_WORDS.split()[root[31]]]
    need([word.lower() for word in paper[1:]] == [word.lower() for word in words],
         f"the log has {size} {words[0]} \u2026 {words[1]}")
    return f"{size} {words[0]} \u2026 {words[1]}"


def log_key_trusted(bundle: Bundle) -> str:
    given = bundle.known.log_key_sha256
    if given is None:
        raise NotCheckable("no log key was given: who has its hash, or the key, by another way gives it")
    found = sha256(bundle.log.log_key())
    need(found == given, f"the log was signed by another key, {found}")
    return f"it is the log key that was given, {given}"


def manifest_as_on_paper(bundle: Bundle) -> str:
    given = bundle.known.manifest_sha256
    if given is None:
        raise NotCheckable("no hash of the manifest was given: compare it with the paper, with --manifest-sha256")
    _ = bundle.manifest  # not-checkable where it cannot be read
    found = sha256(bundle.folder.read("MANIFEST.json"))
    need(found == given, f"MANIFEST.json has the hash {found}")
    return f"it is {found}"


# ---------------------------------------------------------------------------
# Outcomes (section 9)
# ---------------------------------------------------------------------------

RULES: list[tuple[str, Callable[[Bundle], str]]] = [
    ("BUNDLE-MANIFEST-SCHEMA", manifest_schema),
    ("BUNDLE-FILES-AS-LISTED", files_as_listed),
    ("BUNDLE-NO-UNLISTED-FILE", no_unlisted_file),
    ("BUNDLE-FILES-KNOWN", files_known),
    ("BUNDLE-NAMED-AS-CEREMONY", named_as_ceremony),
    ("LOG-CHAIN-INTACT", chain_intact),
    ("BUNDLE-EVENTS-IN-FORM", events_in_form),
    ("BUNDLE-LOG-OF-CEREMONY", log_of_ceremony),
    ("BUNDLE-PLAN-AS-HASHED", plan_as_hashed),
    ("BUNDLE-TRANSCRIPT-AS-LOGGED", transcript_as_logged),
    ("BUNDLE-REPORT-AS-LOGGED", report_as_logged),
    ("BUNDLE-UPLOAD-AS-LOGGED", upload_as_logged),
    ("BUNDLE-ROLL-CALL-AS-PLANNED", roll_call_as_planned),
    ("BUNDLE-STEPS-AS-PLANNED", steps_as_planned),
    ("BUNDLE-CONFIRMED-AS-PLANNED", confirmed_as_planned),
    ("BUNDLE-APPROVALS-SIGNED", approvals_signed),
    ("BUNDLE-QUORUM-APPROVED", quorum_approved),
    ("BUNDLE-EXCEPTIONS-CLOSED", exceptions_closed),
    ("BUNDLE-BREAKS-ENDED", breaks_ended),
    ("BUNDLE-CLOCK-TOLD", clock_told),
    ("BUNDLE-CHECKPOINTS-SIGNED", checkpoints_signed),
    ("BUNDLE-CHECKPOINTS-COSIGNED", checkpoints_cosigned),
    ("BUNDLE-KEYS-AS-PLANNED", keys_as_planned),
    ("BUNDLE-KEYS-AS-LOGGED", keys_as_logged),
    ("BUNDLE-WRAPS-AS-PROVEN", wraps_as_proven),
    ("BUNDLE-BLOBS-AS-LISTED", blobs_as_listed),
    ("BLOB-SHAPE-VALID", blob_shape_valid),
    ("BUNDLE-BLOBS-AS-LOGGED", blobs_as_logged),
    ("BUNDLE-PUBLIC-KEY-AS-LISTED", public_key_as_listed),
    ("BUNDLE-DEADLINE-AHEAD", deadline_ahead),
    ("BUNDLE-PROOFS-HOLD", proofs_hold),
    ("BUNDLE-SIGNED", manifest_signed),
    ("BUNDLE-CHECKPOINT-AS-ON-PAPER", checkpoint_as_on_paper),
    ("BUNDLE-LOG-KEY-TRUSTED", log_key_trusted),
    ("BUNDLE-MANIFEST-AS-ON-PAPER", manifest_as_on_paper),
]
FOR_THE_READER = {"BUNDLE-NAMED-AS-CEREMONY", "BUNDLE-REPORT-AS-LOGGED", "BUNDLE-UPLOAD-AS-LOGGED",
                  "BUNDLE-DEADLINE-AHEAD", "BUNDLE-CHECKPOINT-AS-ON-PAPER", "BUNDLE-LOG-KEY-TRUSTED",
                  "BUNDLE-MANIFEST-AS-ON-PAPER"}


class Outcome(NamedTuple):
    rule: str
    outcome: str
    detail: str


def judge(rule: str, check: Callable[[], str]) -> Outcome:
    """One rule. Whatever goes wrong in it, it never passes."""
    try:
        return Outcome(rule, "holds", check())
    except Broken as broken:
        return Outcome(rule, "broken", str(broken))
    except NotCheckable as reason:
        return Outcome(rule, "not-checkable", str(reason))
    except OSError as error:
        return Outcome(rule, "not-checkable", f"a file could not be read: {error.strerror}")
    except Exception as error:  # noqa: BLE001 - a hostile bundle must not get past a rule by breaking it
        return Outcome(rule, "broken", f"it could not be read ({type(error).__name__})")


def judge_all(root: str, openssl: OpenSsl, known: Known) -> list[Outcome]:
    folders: list[Folder] = []

    def plain_files() -> str:
        try:
            folders.append(Folder(root))
            folders[0].check_readable()
        except OSError as error:
            raise NotCheckable(f"it could not be read: {error.strerror}")
        return "plain files and folders only"

    first = judge("BUNDLE-PLAIN-FILES", plain_files)
    if first.outcome != "holds":
        return [first]
    bundle = Bundle(folders[0], openssl, known)
    return [judge(rule, lambda check=check: check(bundle)) for rule, check in RULES]


def exit_code(outcomes: list[Outcome], asked: frozenset[str] = frozenset()) -> int:
    """A rule that the reader asked about is not left to the reader (section 9)."""
    if any(outcome.outcome == "broken" for outcome in outcomes):
        return 1
    left = FOR_THE_READER - asked
    return 2 if any(outcome.outcome == "not-checkable" and outcome.rule not in left for outcome in outcomes) else 0


def read_paper(text: str) -> list[str]:
    """A checkpoint as the paper has it (section 6.7)."""
    parts = [part for part in parts_between_blanks(text.replace("\u2026", " ").replace("...", " ")) if part != ""]
    if not matches(r"[1-9][0-9]{0,8} [A-Za-z]+ [A-Za-z]+", " ".join(parts)):
        raise argparse.ArgumentTypeError('it is written "size first last"')
    return parts


def read_hash(text: str) -> str:
    """A SHA-256 as the paper has it (section 6.7)."""
    digits = "".join(parts_between_blanks(text)).lower()
    if not matches(r"[0-9a-f]{64}", digits):
        raise argparse.ArgumentTypeError("it is written as 64 hex digits")
    return digits


def read_trusted(path: str) -> str:
    """The hash of the log key that came another way."""
    try:
        with open(path, "rb") as file:
            text = file.read(65536).decode("ascii").replace("\r\n", "\n")
        found = re.fullmatch(r"[ \t\n\r\f\v]*-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=\n]*)"
                             r"-----END PUBLIC KEY-----[ \t\n\r\f\v]*", text)
        if found is None:
            raise ValueError("no public key")
        return sha256(decode_base64(found[1].replace("\n", "")))
    except (OSError, ValueError, Broken):
        raise argparse.ArgumentTypeError("it is no file with a public key as PEM")


def is_bundle(path: str) -> bool:
    try:
        return "MANIFEST.json" in os.listdir(path)
    except OSError:
        return False


class Once(argparse.Action):
    """Of what is given twice nobody could say which was held against the bundle."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any,
                 option_string: Optional[str] = None) -> None:
        if getattr(namespace, self.dest) is not None:
            parser.error(f"{option_string} is given twice")
        setattr(namespace, self.dest, values)


def write_out(outcomes: list[Outcome], code: int, as_json: bool) -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if as_json:
        print(json.dumps({"exit": code, "rules": [outcome._asdict() for outcome in outcomes]}, indent=2))
        return
    for outcome in outcomes:
        print(f"{outcome.outcome:<13}  {outcome.rule}  {plain(outcome.detail)}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="verify.py", description="Checks the bundle of a Keyferry key ceremony, offline.",
                                     allow_abbrev=False)
    parser.add_argument("bundle", metavar="BUNDLE")
    parser.add_argument("--checkpoint", action=Once, type=read_paper, metavar='"size first last"')
    parser.add_argument("--manifest-sha256", action=Once, type=read_hash, metavar="HEX")
    log_key = parser.add_mutually_exclusive_group()
    log_key.add_argument("--log-key-sha256", action=Once, type=read_hash, metavar="HEX")
    log_key.add_argument("--log-key", action=Once, dest="log_key_sha256", type=read_trusted, metavar="PEM")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if not is_bundle(options.bundle):
        print(f"verify.py: {plain(options.bundle)} is no bundle: no folder with a MANIFEST.json", file=sys.stderr)
        return 2
    openssl = OpenSsl(options.bundle)
    try:
        openssl.start()
        known = Known(options.checkpoint, options.log_key_sha256, options.manifest_sha256)
        outcomes = judge_all(options.bundle, openssl, known)
    finally:
        openssl.stop()
    given = {"BUNDLE-CHECKPOINT-AS-ON-PAPER": known.checkpoint, "BUNDLE-LOG-KEY-TRUSTED": known.log_key_sha256,
             "BUNDLE-MANIFEST-AS-ON-PAPER": known.manifest_sha256}
    code = exit_code(outcomes, frozenset(rule for rule, value in given.items() if value is not None))
    write_out(outcomes, code, options.json)
    return code


# The PGP words (appendix A).
EVEN_WORDS = """
aardvark absurd accrue acme adrift adult afflict ahead aimless Algol allow alone ammo ancient apple artist
assume Athens atlas Aztec baboon backfield backward banjo beaming bedlamp beehive beeswax befriend Belfast
berserk billiard bison blackjack blockade blowtorch bluebird bombast bookshelf brackish breadline breakup
brickyard briefcase Burbank button buzzard cement chairlift chatter checkup chisel choking chopper Christmas
clamshell classic classroom cleanup clockwork cobra commence concert cowbell crackdown cranky crowfoot crucial
crumpled crusade cubic dashboard deadbolt deckhand dogsled dragnet drainage dreadful drifter dropper drumbeat
drunken Dupont dwelling eating edict egghead eightball endorse endow enlist erase escape exceed eyeglass
eyetooth facial fallout flagpole flatfoot flytrap fracture framework freedom frighten gazelle Geiger glitter
glucose goggles goldfish gremlin guidance hamlet highchair hockey indoors indulge inverse involve island
jawbone keyboard kickoff kiwi klaxon locale lockup merit minnow miser Mohawk mural music necklace Neptune
newborn nightbird Oakland obtuse offload optic orca payday peachy pheasant physique playhouse Pluto preclude
prefer preshrunk printer prowler pupil puppy python quadrant quiver quota ragtime ratchet rebirth reform
regain reindeer rematch repay retouch revenge reward rhythm ribcage ringbolt robust rocker ruffled sailboat
sawdust scallion scenic scorecard Scotland seabird select sentence shadow shamrock showgirl skullcap skydive
slingshot slowdown snapline snapshot snowcap snowslide solo southward soybean spaniel spearhead spellbind
spheroid spigot spindle spyglass stagehand stagnate stairway standard stapler steamship sterling stockman
stopwatch stormy sugar surmount suspense sweatband swelter tactics talon tapeworm tempest tiger tissue tonic
topmost tracker transit trauma treadmill Trojan trouble tumor tunnel tycoon uncut unearth unwind uproot upset
upshot vapor village virus Vulcan waffle wallet watchword wayside willow woodlark Zulu
"""
ODD_WORDS = """
adroitness adviser aftermath aggregate alkali almighty amulet amusement antenna applicant Apollo armistice
article asteroid Atlantic atmosphere autopsy Babylon backwater barbecue belowground bifocals bodyguard
bookseller borderline bottomless Bradbury bravado Brazilian breakaway Burlington businessman butterfat Camelot
candidate cannonball Capricorn caravan caretaker celebrate cellulose certify chambermaid Cherokee Chicago
clergyman coherence combustion commando company component concurrent confidence conformist congregate
consensus consulting corporate corrosion councilman crossover crucifix cumbersome customer Dakota decadence
December decimal designing detector detergent determine dictator dinosaur direction disable disbelief
disruptive distortion document embezzle enchanting enrollment enterprise equation equipment escapade Eskimo
everyday examine existence exodus fascinate filament finicky forever fortitude frequency gadgetry Galveston
getaway glossary gossamer graduate gravity guitarist hamburger Hamilton handiwork hazardous headwaters
hemisphere hesitate hideaway holiness hurricane hydraulic impartial impetus inception indigo inertia infancy
inferno informant insincere insurgent integrate intention inventive Istanbul Jamaica Jupiter leprosy
letterhead liberty maritime matchmaker maverick Medusa megaton microscope microwave midsummer millionaire
miracle misnomer molasses molecule Montana monument mosquito narrative nebula newsletter Norwegian October
Ohio onlooker opulent Orlando outfielder Pacific pandemic Pandora paperweight paragon paragraph paramount
passenger pedigree Pegasus penetrate perceptive performance pharmacy phonetic photograph pioneer pocketful
politeness positive potato processor provincial proximate puberty publisher pyramid quantity racketeer
rebellion recipe recover repellent replica reproduce resistor responsive retraction retrieval retrospect
revenue revival revolver sandalwood sardonic Saturday savagery scavenger sensation sociable souvenir
specialist speculate stethoscope stupendous supportive surrender suspicious sympathy tambourine telephone
therapist tobacco tolerance tomorrow torpedo tradition travesty trombonist truncated typewriter ultimate
undaunted underfoot unicorn unify universe unravel upcoming vacancy vagabond vertigo Virginia visitor vocalist
voyager warranty Waterloo whimsical Wichita Wilmington Wyoming yesteryear Yucatan
"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
