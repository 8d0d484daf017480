#!/usr/bin/env python3
"""Writes a WARC file with damage of known kinds, and the truth about each of its records.

    scripts/dirty-warc.py OUT.warc[.gz|.zst] --mb 50 --damage 0.08 --seed 1

Beside it OUT….truth.jsonl has one line a record: `n` (from 0), `kind`, `damage`, `expect` (`out`, `left` or `bad`), `id`, `offset` and
`length` (its bytes in the file), and for a page `key` and `sentence`, which must be in the text that comes out. Streams; the texts are
our own (dirty_text.py). .zst needs the module zstandard.
"""

import argparse
import json
import os
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dirty_text  # noqa: E402

# kind of damage: what becomes of the record
DAMAGE = {
    "member-byte": "bad",  # a byte in the packed data is another
    "member-cut": "bad",  # the member ends in its middle and the next begins
    "member-magic": "bad",  # its first two bytes are others
    "member-checksum": "bad",
    "member-zeros": "bad",  # a block of zeros as a broken disk leaves them
    "version-line": "bad",  # WARX/1.0
    "body-gzip-broken": "bad",  # the HTTP body does not unpack
    "garbage-after": "out",  # foreign bytes behind the record
    "length-short": "out",
    "length-long": "out",
    "length-huge": "out",
    "length-missing": "out",
    "length-no-number": "out",
    "no-blank-lines": "out",  # nothing between this record and the next
    "bare-line-feeds": "out",
    "no-blank-after-head": "out",
    "two-in-one-member": "out",
    "chunked-cut": "out",  # the body ends in its last chunk
    "chunked-lie": "out",  # claimed and not so
    "gzip-lie": "out",
    "deflate-lie": "out",
    "body-gzip-cut": "out",
    "http-fields-bogus": "out",
    "http-status-bogus": "out",
    "http-missing": "out",
    "charset-bogus": "out",
    "charset-quoted": "out",
    "type-missing": "out",
}
PLAIN_ONLY = {"no-blank-lines"}
PACKED_ONLY = {"member-byte", "member-cut", "member-magic", "member-checksum", "two-in-one-member"}


def gzip_member(data, level=6):
    c = zlib.compressobj(level, zlib.DEFLATED, 31)
    return c.compress(data) + c.flush()


def zlib_body(data):
    return zlib.compress(data)


def chunked(rng, data):
    out, at = [], 0
    while at < len(data):
        n = rng.randint(200, 4000)
        part = data[at : at + n]
        out.append(b"%x\r\n%s\r\n" % (len(part), part))
        at += n
    return b"".join(out) + b"0\r\n\r\n"


class Writer:
    def __init__(self, args):
        self.rng = dirty_text.rng(args.seed)
        self.texts = dirty_text.Texts(self.rng)
        self.packed = "gz" if args.out.endswith(".gz") else "zst" if args.out.endswith(".zst") else None
        if self.packed == "zst":
            import zstandard

            self.zstd = zstandard.ZstdCompressor(level=3, write_checksum=True)
        self.out = open(args.out, "wb")
        self.truth = open(args.out + ".truth.jsonl", "w", encoding="utf-8")
        self.offset = 0
        self.number = 0
        self.kinds = [d for d in DAMAGE if self.possible(d)]
        if args.kinds:
            self.kinds = [d for d in args.kinds.split(",") if self.possible(d)]
        self.pending = None

    def possible(self, damage):
        if self.packed:
            # zstd frames are damaged in the same ways
            return damage not in PLAIN_ONLY
        return damage not in PACKED_ONLY

    def pack(self, data):
        if self.packed == "gz":
            return gzip_member(data)
        if self.packed == "zst":
            return self.zstd.compress(data)
        return data

    def put(self, data, truth):
        truth["offset"], truth["length"] = self.offset, len(data)
        self.out.write(data)
        self.offset += len(data)
        self.truth.write(json.dumps(truth, ensure_ascii=False) + "\n")

    def record(self, kind, block, damage=None, media="application/http; msgtype=response", blank=b"\r\n\r\n"):
        n = self.number
        self.number += 1
        uuid = "%08x-0000-4000-8000-%012x" % (self.rng.getrandbits(32), n)
        length = str(len(block))
        if damage == "length-short":
            length = str(self.rng.randint(0, len(block) - 1))
        elif damage == "length-long":
            length = str(len(block) + self.rng.randint(5, 5000))
        elif damage == "length-huge":
            length = "999999999999"
        elif damage == "length-no-number":
            length = self.rng.choice(["-1", "many", "0x1F", ""])
        lines = [
            "WARX/1.0" if damage == "version-line" else self.rng.choice(["WARC/1.0", "WARC/1.1"]),
            "WARC-Type: " + kind,
            "WARC-Record-ID: <urn:uuid:%s>" % uuid,
            "WARC-Date: 2020-05-%02dT10:00:00Z" % (n % 28 + 1),
            "WARC-Target-URI: http://site%d.example/page/%d" % (n % 97, n),
            "Content-Type: " + media,
            "Content-Length: " + length,
        ]
        if damage == "length-missing":
            lines.pop()
        if damage == "type-missing":
            lines.pop(1)
        end = "\n" if damage == "bare-line-feeds" else "\r\n"
        head = (end.join(lines) + end + end).encode()
        if damage == "no-blank-after-head":
            head = head[: -len(end)]
        if damage == "no-blank-lines":
            blank = b""
        return "urn:uuid:" + uuid, head + block + blank

    def page(self, damage):
        key, sentence, charset, html, named = self.texts.page(self.number)
        rng = self.rng
        label = charset if not named or rng.random() < 0.5 else None
        fields = ["Server: example", "Content-Type: text/html" + ("; charset=" + label if label else "")]
        if damage == "charset-bogus":
            fields[1] = "Content-Type: text/html; charset=" + rng.choice(["none", "x-user", "utf8mb4", "%s"])
            if not named:
                html = html.replace(b"<title>", b'<meta charset="%s"><title>' % charset.encode(), 1)
        elif damage == "charset-quoted":
            fields[1] = 'Content-Type: text/html;charset="%s" ' % charset
        body = html
        coding = rng.random()
        if damage in ("body-gzip-broken", "body-gzip-cut"):
            body = gzip_member(body)
            fields.append("Content-Encoding: gzip")
            if damage == "body-gzip-cut":
                body = body[: len(body) * 9 // 10]
            else:
                at = len(body) // 2
                body = body[:at] + bytes(b ^ 0x5A for b in body[at : at + 8]) + body[at + 8 :]
        elif damage in ("gzip-lie", "deflate-lie", "chunked-lie"):
            fields.append({"g": "Content-Encoding: gzip", "d": "Content-Encoding: deflate", "c": "Transfer-Encoding: chunked"}[damage[0]])
        elif damage == "chunked-cut":
            body = chunked(rng, body)
            body = body[: -rng.randint(8, 60)]
            fields.append("Transfer-Encoding: chunked")
        elif damage is None and coding < 0.3:
            body = gzip_member(body)
            fields.append("Content-Encoding: gzip")
        elif damage is None and coding < 0.4:
            body = zlib_body(body)
            fields.append("Content-Encoding: deflate")
        if damage is None and rng.random() < 0.3:
            body = chunked(rng, body)
            fields.append("Transfer-Encoding: chunked")
        if damage == "http-fields-bogus":
            fields += [" folded: twice", "no colon here", ": no name", "Content-Type: text/html", "X-Odd: \xe9\xff"]
        status = "HTTP/1.1 200 OK"
        if damage == "http-status-bogus":
            status = rng.choice(["HTTP/1.1 OK", "HTTP/1.1 200", "HTTP/1.0  200  Fine", "HTTP/2 200"])
        if damage == "http-missing":
            block = html
        else:
            block = ("\r\n".join([status] + fields) + "\r\n\r\n").encode("latin-1") + body
        return key, sentence, block

    def one(self, damage):
        rng = self.rng
        what = rng.random() if damage is None else 0.0
        truth = {"n": self.number, "kind": "response", "damage": damage, "expect": DAMAGE.get(damage, "out")}
        if what < 0.72:
            truth["key"], truth["sentence"], block = self.page(damage)
            truth["id"], data = self.record("response", block, damage)
        elif what < 0.80:
            name, truth["key"], truth["sentence"], paragraphs = self.texts.text(self.number)
            truth["kind"] = "conversion"
            truth["id"], data = self.record("conversion", "\n".join(paragraphs).encode(), media="text/plain")
        else:
            truth["expect"] = "left"
            kind, block = rng.choice(
                [
                    ("request", b"GET /page HTTP/1.1\r\nHost: a.example\r\n\r\n"),
                    ("metadata", b"fetchTimeMs: 17\r\n"),
                    ("revisit", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
                    ("warcinfo", b"software: dirty-warc\r\nformat: WARC File Format 1.0\r\n"),
                    ("not-found", b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html><p>nothing here</p></html>"),
                    ("image", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n" + rng.randbytes(300)),
                    ("lying-image", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n\xff\xd8\xff\xe0" + rng.randbytes(300)),
                    ("json", b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"a":1}'),
                    ("empty", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
                ]
            )
            truth["kind"] = kind
            known = kind if kind in ("request", "metadata", "revisit", "warcinfo") else "response"
            truth["id"], data = self.record(known, block)
        if damage == "two-in-one-member":
            # with the next record, which is whole
            self.pending = (truth, data)
            return
        if self.pending:
            before, first = self.pending
            self.pending = None
            packed = self.pack(first + data)
            before["offset"], before["length"] = self.offset, len(packed)
            self.truth.write(json.dumps(before, ensure_ascii=False) + "\n")
            self.put(packed, truth)
            return
        packed = self.pack(data)
        if damage == "member-byte":
            at = rng.randint(len(packed) // 3, len(packed) * 2 // 3)
            packed = packed[:at] + bytes([packed[at] ^ (1 << rng.randrange(8))]) + packed[at + 1 :]
        elif damage == "member-cut":
            packed = packed[: rng.randint(20, len(packed) - 9)]
        elif damage == "member-magic":
            packed = b"\0\0" + packed[2:]
        elif damage == "member-checksum":
            at = -6 if self.packed == "gz" else -2
            packed = packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :] if at != -1 else packed
        elif damage == "member-zeros":
            # in a plain file its head as well, so that no record is left of it
            packed = b"\0" * len(packed)
        elif damage == "garbage-after":
            packed += rng.randbytes(rng.randint(1, 3000)) if self.packed else b"\xfe garbage \xff" * rng.randint(1, 99) + b"\r\n"
        self.put(packed, truth)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("out")
    p.add_argument("--mb", type=float, default=10, help="size of the file")
    p.add_argument("--damage", type=float, default=0.08, help="share of damaged records")
    p.add_argument("--kinds", help="only these kinds of damage, by commas")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--cut", action="store_true", help="the file ends in its last record")
    args = p.parse_args()
    w = Writer(args)
    size = args.mb * 1e6
    turn = 0
    while w.offset < size or w.pending:
        damage = None
        if not w.pending and w.rng.random() < args.damage:
            damage = w.kinds[turn % len(w.kinds)]
            turn += 1
        w.one(damage)
    if args.cut:
        key, sentence, block = w.page(None)
        truth = {"n": w.number, "kind": "response", "damage": "file-cut", "expect": "bad", "key": key, "sentence": sentence}
        truth["id"], data = w.record("response", block)
        data = w.pack(data)
        w.put(data[: len(data) * 2 // 3], truth)
    w.out.close()
    w.truth.close()
    print("%s: %d records, %d bytes" % (args.out, w.number, w.offset))


if __name__ == "__main__":
    main()
