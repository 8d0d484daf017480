//! The hash table of the model file: buckets of 16 fingerprints, each slot with rows of bytes beside it. What the bytes mean is
//! not known here.

/// Slots a bucket; `BUCKET` of scripts/ngram_table.py.
const BUCKET: usize = 16;

/// Takes parts off the front of the model file.
pub(super) struct Cut<'f>(pub &'f [u8]);

impl<'f> Cut<'f> {
    /// The next `len` bytes.
    pub fn bytes(&mut self, len: usize) -> &'f [u8] {
        let (head, tail) = self.0.split_at(len);
        self.0 = tail;
        head
    }

    /// The next little-endian number.
    pub fn number(&mut self) -> usize {
        let b = self.bytes(4);
        u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize
    }
}

/// Fingerprints of the keys of one table. A look-up touches one bucket and is wrong for 16 in 65,535 keys that are not stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    fingerprints: &'static [u8],
    buckets: u64,
    salt: u64,
}

impl Table {
    pub fn cut(from: &mut Cut<'static>, buckets: usize, salt: u64) -> Table {
        Table { fingerprints: from.bytes(buckets * BUCKET * 2), buckets: buckets as u64, salt }
    }

    /// Number of slots: rows of every array that lies beside the table.
    pub fn slots(&self) -> usize {
        self.fingerprints.len() / 2
    }

    /// The slot of a key, if the table has it.
    #[inline(always)]
    pub fn slot(&self, key: u64) -> Option<usize> {
        let mut h = (key ^ self.salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        h ^= h >> 32;
        h = h.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let bucket = (((h >> 32) * self.buckets) >> 32) as usize;
        let wanted = (((h >> 8) & 0xFFFF) as u16).max(1);
        let all: &[u8; BUCKET * 2] = self.fingerprints[bucket * BUCKET * 2..].first_chunk()?;
        // Most keys that are asked for are not stored: whether any of the 16 is the wanted one is found out at once.
        if !all.as_chunks::<2>().0.iter().fold(false, |any, f| any | (u16::from_le_bytes(*f) == wanted)) {
            return None;
        }
        // Four fingerprints a word: the top bit of a lane is set when it equals the wanted one. Only lanes above a true match of
        // the same word can be set wrongly, so the lowest bit over all words is right.
        const ONES: u64 = 0x0001_0001_0001_0001;
        let wanted = u64::from(wanted) * ONES;
        let words = all.as_chunks::<8>().0;
        let mut hits = 0;
        for (i, word) in words.iter().enumerate() {
            let lanes = u64::from_le_bytes(*word) ^ wanted;
            hits |= (lanes.wrapping_sub(ONES) & !lanes & (ONES << 15)) >> (3 - i);
        }
        let first = hits.trailing_zeros() as usize;
        Some(bucket * BUCKET + 4 * (first % 16 - 12) + first / 16)
    }
}
