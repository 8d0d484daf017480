//! The packed model file: gzip members one behind the other, a head and the parts of the model, each unpacked alone and when it is asked for.
//! What a part holds is not known here.

use flate2::{Decompress, FlushDecompress};

/// Made by scripts/train-model.py; sources and settings are in model.md beside it. Packed, so that it takes less than 2 MB of the binary.
const FILE: &[u8] = include_bytes!("../data/model.bin.gz");

/// Bytes of a member before its packed bytes, with the extra field that says how long it is, and behind them: checksum and size.
const HEAD: usize = 20;
const TAIL: usize = 8;
/// Where the extra field says how many bytes a member is.
const LENGTH: usize = 16;

/// The parts of the file, packed.
#[derive(Debug)]
pub(super) struct Packed(Vec<&'static [u8]>);

impl Packed {
    /// Finds the members.
    ///
    /// # Panics
    /// When the file is of another version: never in a released crate.
    pub fn open() -> Packed {
        let mut members = Vec::new();
        let mut rest = FILE;
        while let Some(length) = rest.get(LENGTH..).and_then(<[u8]>::first_chunk) {
            let (member, behind) = rest.split_at(u32::from_le_bytes(*length) as usize);
            members.push(member);
            rest = behind;
        }
        let packed = Packed(members);
        assert_eq!(packed.member(0).read().get(..4), Some(&b"JWM2"[..]), "src/data/model.bin.gz is not a model of this version");
        packed
    }

    /// Part number `at`, unpacked.
    pub fn part(&self, at: usize) -> &'static [u8] {
        self.later(at).unpack()
    }

    /// Part number `at`, as it is packed.
    pub fn later(&self, at: usize) -> Later {
        self.member(at + 1)
    }

    fn member(&self, at: usize) -> Later {
        Later(self.0[at])
    }
}

/// A part that is unpacked when it is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Later(&'static [u8]);

impl Later {
    /// The part. It stays for as long as the program runs, so each is to be asked for once.
    pub fn unpack(self) -> &'static [u8] {
        self.read().leak()
    }

    /// The checksum is not looked at: tests read the whole file.
    fn read(self) -> Vec<u8> {
        let Later(member) = self;
        let size = member.last_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize);
        let mut unpacked = Vec::with_capacity(size);
        let done = Decompress::new(false).decompress_vec(&member[HEAD..member.len() - TAIL], &mut unpacked, FlushDecompress::Finish);
        assert!(done.is_ok() && unpacked.len() == size, "src/data/model.bin.gz is whole");
        unpacked
    }
}
