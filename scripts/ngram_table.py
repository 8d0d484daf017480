"""N-grams as the model file has them: counted, merged, the most useful ones in a hash table of buckets, as src/model/table.rs reads it. No text
and no language is known here; train-model.py says what is counted.
"""
import numpy as np

BUCKET = 16    # slots a bucket of the hash tables


def cost(p):
    """Probability -> 1/16 nats in a byte. Rounded twice, so that the last bit of a logarithm cannot show."""
    c = np.round(np.round(-np.log(np.maximum(p, 1e-30)) * 16, 4))
    return np.clip(c, 0, 254).astype(np.uint8)


def mix(keys, salt):
    """The hash of src/model/table.rs."""
    with np.errstate(over="ignore"):
        h = (keys.astype(np.uint64) ^ np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(32)
        h *= np.uint64(0xD6E8FEB86659FD93)
        return h


def places(keys, slots, salt):
    """Bucket of each key in a table of so many slots, and how many buckets that table has."""
    buckets = max(1, -(-slots // BUCKET))
    h = mix(keys, salt)
    b = ((h >> np.uint64(32)) * np.uint64(buckets)) >> np.uint64(32)
    return b.astype(np.int64), buckets


def best(keys, score, slots, salt):
    """Which keys a table of so many slots holds: the most useful ones of each bucket."""
    b, _ = places(keys, slots, salt)
    score = np.round(score, 6)
    order = np.lexsort((keys, -score, b))
    b = b[order]
    chosen = np.zeros(len(keys), bool)
    chosen[order] = np.arange(len(b)) - np.searchsorted(b, b) < BUCKET
    return chosen & (score > 0)


def first(score, count):
    """The so many most useful ones."""
    chosen = np.zeros(len(score), bool)
    chosen[np.lexsort((np.arange(len(score)), -np.round(score, 6)))[:count]] = True
    return chosen & (score > 0)


def table(keys, slots, values, salt):
    """Bucketed hash table of keys that `best` chose: fingerprints (u16, 0 = empty) and one row of bytes for each value array, by slot.

    Returns (buckets, bytes of all parts)."""
    b, buckets = places(keys, slots, salt)
    fp = ((mix(keys, salt) >> np.uint64(8)) & np.uint64(0xFFFF)).astype(np.uint16)
    fp[fp == 0] = 1
    order = np.lexsort((keys, b))
    b = b[order]
    rank = np.arange(len(b)) - np.searchsorted(b, b)
    assert rank.max() < BUCKET
    slot = b * BUCKET + rank
    fps = np.zeros(buckets * BUCKET, np.uint16)
    fps[slot] = fp[order]
    out = [fps.astype("<u2").tobytes()]
    for v in values:
        rows = np.zeros((buckets * BUCKET,) + v.shape[1:], np.uint8)
        rows[slot] = v[order]
        out.append(rows.tobytes())
    return buckets, out


def merge(parts):
    """[(keys, raw, weighted)] -> one such triple, ascending keys."""
    k = np.concatenate([p[0] for p in parts])
    r = np.concatenate([p[1] for p in parts])
    w = np.concatenate([p[2] for p in parts])
    order = np.argsort(k, kind="stable")
    k, r, w = k[order], r[order], w[order]
    first = np.flatnonzero(np.concatenate(([True], k[1:] != k[:-1])))
    return k[first], np.add.reduceat(r, first), np.add.reduceat(w, first)


def grams(ids, n, weight):
    ids = ids.astype(np.uint64)
    keys = ids[n - 1:].copy()
    for i in range(1, n):
        keys |= ids[n - 1 - i: len(ids) - i] << np.uint64(16 * i)
    k, c = np.unique(keys, return_counts=True)
    return k, c.astype(np.float64), c.astype(np.float64) * weight
