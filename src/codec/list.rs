//! `Codec`: the list of charsets with their names and labels. How each decodes lives in the sibling files.

use std::sync::OnceLock;

use encoding_rs::Encoding;

use crate::rules::table;

/// A charset, as a number to copy around. Equal numbers are equal charsets; the order is that of [`Codec::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Codec(u8);

/// How a charset decodes.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Utf8,
    Utf16 { big: bool },
    Utf32 { big: bool },
    Single(Source),
    Gb,
    Big5,
    ShiftJis,
    EucJp,
    EucKr,
    Johab,
    Hz,
    Iso2022,
}

/// Where the 256 characters of a single-byte charset come from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// The WHATWG table; undefined bytes stay undefined.
    Whatwg(&'static Encoding),
    /// The same with undefined bytes as the controls of their number.
    Sloppy(&'static Encoding),
    /// Bytes are code points.
    Latin1,
    /// The line of this charset's name in `codepages.tsv`.
    Page,
}

struct Entry {
    name: &'static str,
    kind: Kind,
}

macro_rules! codecs {
    ($($id:ident $name:literal $kind:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Number { $($id),* }

        impl Codec {
            $(#[doc = concat!("`", $name, "`.")] pub const $id: Codec = Codec(Number::$id as u8);)*

            /// Every charset we know.
            pub const ALL: &'static [Codec] = &[$(Codec::$id),*];
        }

        static ENTRIES: &[Entry] = &[$(Entry { name: $name, kind: $kind }),*];
    };
}

use Kind::{Single, Utf16, Utf32};
use Source::{Latin1, Page, Sloppy, Whatwg};

codecs! {
    UTF_8 "utf-8" Kind::Utf8;
    UTF_16LE "utf-16le" Utf16 { big: false };
    UTF_16BE "utf-16be" Utf16 { big: true };
    UTF_32LE "utf-32le" Utf32 { big: false };
    UTF_32BE "utf-32be" Utf32 { big: true };
    GB18030 "gb18030" Kind::Gb;
    GBK "gbk" Kind::Gb;
    BIG5 "big5" Kind::Big5;
    SHIFT_JIS "shift_jis" Kind::ShiftJis;
    EUC_JP "euc-jp" Kind::EucJp;
    EUC_KR "euc-kr" Kind::EucKr;
    JOHAB "johab" Kind::Johab;
    HZ "hz-gb-2312" Kind::Hz;
    ISO_2022_JP "iso-2022-jp" Kind::Iso2022;
    ISO_2022_KR "iso-2022-kr" Kind::Iso2022;
    ISO_2022_CN "iso-2022-cn" Kind::Iso2022;
    WINDOWS_1252 "windows-1252" Single(Whatwg(&encoding_rs::WINDOWS_1252_INIT));
    WINDOWS_1250 "windows-1250" Single(Whatwg(&encoding_rs::WINDOWS_1250_INIT));
    WINDOWS_1251 "windows-1251" Single(Whatwg(&encoding_rs::WINDOWS_1251_INIT));
    WINDOWS_1253 "windows-1253" Single(Whatwg(&encoding_rs::WINDOWS_1253_INIT));
    WINDOWS_1254 "windows-1254" Single(Whatwg(&encoding_rs::WINDOWS_1254_INIT));
    WINDOWS_1255 "windows-1255" Single(Whatwg(&encoding_rs::WINDOWS_1255_INIT));
    WINDOWS_1256 "windows-1256" Single(Whatwg(&encoding_rs::WINDOWS_1256_INIT));
    WINDOWS_1257 "windows-1257" Single(Whatwg(&encoding_rs::WINDOWS_1257_INIT));
    WINDOWS_1258 "windows-1258" Single(Whatwg(&encoding_rs::WINDOWS_1258_INIT));
    WINDOWS_874 "windows-874" Single(Whatwg(&encoding_rs::WINDOWS_874_INIT));
    ISO_8859_2 "iso-8859-2" Single(Whatwg(&encoding_rs::ISO_8859_2_INIT));
    ISO_8859_3 "iso-8859-3" Single(Whatwg(&encoding_rs::ISO_8859_3_INIT));
    ISO_8859_4 "iso-8859-4" Single(Whatwg(&encoding_rs::ISO_8859_4_INIT));
    ISO_8859_5 "iso-8859-5" Single(Whatwg(&encoding_rs::ISO_8859_5_INIT));
    ISO_8859_6 "iso-8859-6" Single(Whatwg(&encoding_rs::ISO_8859_6_INIT));
    ISO_8859_7 "iso-8859-7" Single(Whatwg(&encoding_rs::ISO_8859_7_INIT));
    ISO_8859_8 "iso-8859-8" Single(Whatwg(&encoding_rs::ISO_8859_8_INIT));
    ISO_8859_8_I "iso-8859-8-i" Single(Whatwg(&encoding_rs::ISO_8859_8_I_INIT));
    ISO_8859_10 "iso-8859-10" Single(Whatwg(&encoding_rs::ISO_8859_10_INIT));
    ISO_8859_13 "iso-8859-13" Single(Whatwg(&encoding_rs::ISO_8859_13_INIT));
    ISO_8859_14 "iso-8859-14" Single(Whatwg(&encoding_rs::ISO_8859_14_INIT));
    ISO_8859_15 "iso-8859-15" Single(Whatwg(&encoding_rs::ISO_8859_15_INIT));
    ISO_8859_16 "iso-8859-16" Single(Whatwg(&encoding_rs::ISO_8859_16_INIT));
    KOI8_R "koi8-r" Single(Whatwg(&encoding_rs::KOI8_R_INIT));
    KOI8_U "koi8-u" Single(Whatwg(&encoding_rs::KOI8_U_INIT));
    IBM866 "ibm866" Single(Whatwg(&encoding_rs::IBM866_INIT));
    MACINTOSH "macintosh" Single(Whatwg(&encoding_rs::MACINTOSH_INIT));
    X_MAC_CYRILLIC "x-mac-cyrillic" Single(Whatwg(&encoding_rs::X_MAC_CYRILLIC_INIT));
    X_USER_DEFINED "x-user-defined" Single(Whatwg(&encoding_rs::X_USER_DEFINED_INIT));
    LATIN_1 "iso-8859-1" Single(Latin1);
    SLOPPY_1253 "sloppy-windows-1253" Single(Sloppy(&encoding_rs::WINDOWS_1253_INIT));
    SLOPPY_1255 "sloppy-windows-1255" Single(Sloppy(&encoding_rs::WINDOWS_1255_INIT));
    SLOPPY_1257 "sloppy-windows-1257" Single(Sloppy(&encoding_rs::WINDOWS_1257_INIT));
    SLOPPY_874 "sloppy-windows-874" Single(Sloppy(&encoding_rs::WINDOWS_874_INIT));
    IBM437 "ibm437" Single(Page);
    IBM737 "ibm737" Single(Page);
    IBM775 "ibm775" Single(Page);
    IBM850 "ibm850" Single(Page);
    IBM852 "ibm852" Single(Page);
    IBM855 "ibm855" Single(Page);
    IBM857 "ibm857" Single(Page);
    IBM858 "ibm858" Single(Page);
    IBM860 "ibm860" Single(Page);
    IBM861 "ibm861" Single(Page);
    IBM862 "ibm862" Single(Page);
    IBM863 "ibm863" Single(Page);
    IBM864 "ibm864" Single(Page);
    IBM865 "ibm865" Single(Page);
    IBM869 "ibm869" Single(Page);
    CP720 "cp720" Single(Page);
    CP1125 "cp1125" Single(Page);
    X_MAC_CE "x-mac-ce" Single(Page);
    X_MAC_GREEK "x-mac-greek" Single(Page);
    X_MAC_TURKISH "x-mac-turkish" Single(Page);
    X_MAC_ICELANDIC "x-mac-icelandic" Single(Page);
    X_MAC_CROATIAN "x-mac-croatian" Single(Page);
    X_MAC_ROMANIAN "x-mac-romanian" Single(Page);
    ISO_8859_9 "iso-8859-9" Single(Page);
    ISO_8859_11 "iso-8859-11" Single(Page);
    KZ1048 "kz1048" Single(Page);
    PTCP154 "ptcp154" Single(Page);
    KOI8_T "koi8-t" Single(Page);
    VISCII "viscii" Single(Page);
}

/// Labels outside the WHATWG list, or which it turns away (`replacement`).
const LABELS: &[(&str, Codec)] = &[
    ("utf-32", Codec::UTF_32LE),
    ("utf-32le", Codec::UTF_32LE),
    ("utf-32be", Codec::UTF_32BE),
    ("utf32", Codec::UTF_32LE),
    ("utf8mb4", Codec::UTF_8),
    ("cp936", Codec::GB18030),
    ("ms936", Codec::GB18030),
    ("windows-936", Codec::GB18030),
    ("euc-cn", Codec::GB18030),
    ("gb18030-2022", Codec::GB18030),
    ("cp950", Codec::BIG5),
    ("windows-950", Codec::BIG5),
    ("big-5", Codec::BIG5),
    ("cp932", Codec::SHIFT_JIS),
    ("windows-932", Codec::SHIFT_JIS),
    ("eucjp", Codec::EUC_JP),
    ("cp949", Codec::EUC_KR),
    ("ms949", Codec::EUC_KR),
    ("uhc", Codec::EUC_KR),
    ("johab", Codec::JOHAB),
    ("cp1361", Codec::JOHAB),
    ("hz-gb-2312", Codec::HZ),
    ("hz", Codec::HZ),
    ("iso-2022-kr", Codec::ISO_2022_KR),
    ("csiso2022kr", Codec::ISO_2022_KR),
    ("iso-2022-cn", Codec::ISO_2022_CN),
    ("iso-2022-cn-ext", Codec::ISO_2022_CN),
    ("mac-cyrillic", Codec::X_MAC_CYRILLIC),
    ("maccyrillic", Codec::X_MAC_CYRILLIC),
    ("mac-roman", Codec::MACINTOSH),
    ("macroman", Codec::MACINTOSH),
];

const PAGES: &str = include_str!("../data/codepages.tsv");

impl Codec {
    /// WHATWG name in lower case; the usual name where WHATWG has none. Distinct for distinct charsets.
    pub fn name(self) -> &'static str {
        ENTRIES[usize::from(self.0)].name
    }

    pub(super) fn kind(self) -> Kind {
        ENTRIES[usize::from(self.0)].kind
    }

    pub(crate) fn number(self) -> usize {
        usize::from(self.0)
    }

    pub(crate) const COUNT: usize = Codec::ALL.len();

    /// The charset of exactly this [`Codec::name`].
    pub fn for_name(name: &str) -> Option<Codec> {
        Codec::ALL.iter().copied().find(|c| c.name() == name)
    }

    /// The charset a label means on the web: WHATWG's list and more, case and white space at the ends ignored, `_` as good as `-`
    /// where only that is missing. `gb2312` and `gbk` mean GB18030, `iso-8859-1` and `ascii` windows-1252, `big5` Big5-HKSCS,
    /// `tis-620` windows-874.
    pub fn for_label(label: &[u8]) -> Option<Codec> {
        let label = label.trim_ascii();
        if label.is_empty() || label.len() > 40 {
            return None;
        }
        let lower = String::from_utf8(label.to_ascii_lowercase()).ok()?;
        Codec::by_label(&lower).or_else(|| lower.contains('_').then(|| Codec::by_label(&lower.replace('_', "-")))?)
    }

    fn by_label(label: &str) -> Option<Codec> {
        if let Some(&(_, codec)) = LABELS.iter().find(|(l, _)| *l == label) {
            return Some(codec);
        }
        if let Some(e) = Encoding::for_label(label.as_bytes()) {
            return match e.name() {
                "GBK" => Some(Codec::GB18030),
                name => Codec::for_name(&name.to_ascii_lowercase()),
            };
        }
        for row in table::rows("codepages.tsv", PAGES, 3).flatten() {
            if row.cells[0] == label || row.cells[1].split(' ').any(|l| l == label) {
                return Codec::for_name(row.cells[0]);
            }
        }
        None
    }

    /// True when the bytes 00 to 7F at the start of a character are always ASCII. HZ and ISO-2022 begin in ASCII but leave it.
    pub fn holds_ascii(self) -> bool {
        !matches!(self.kind(), Kind::Utf16 { .. } | Kind::Utf32 { .. } | Kind::Hz | Kind::Iso2022)
    }

    /// True when every byte is one character.
    pub fn is_single_byte(self) -> bool {
        matches!(self.kind(), Kind::Single(_))
    }

    /// True for the charsets whose characters are pairs of bytes, some of them four or three: GBK, GB18030, Big5, Shift_JIS,
    /// EUC-JP, EUC-KR, Johab.
    pub fn is_double_byte(self) -> bool {
        matches!(self.kind(), Kind::Gb | Kind::Big5 | Kind::ShiftJis | Kind::EucJp | Kind::EucKr | Kind::Johab)
    }

    /// The same charset with undefined bytes read as the C1 controls of their number, as careless programs do; itself when it
    /// has no undefined byte or no such form.
    pub fn sloppy(self) -> Codec {
        match self {
            Codec::WINDOWS_1253 => Codec::SLOPPY_1253,
            Codec::WINDOWS_1255 => Codec::SLOPPY_1255,
            Codec::WINDOWS_1257 => Codec::SLOPPY_1257,
            Codec::WINDOWS_874 => Codec::SLOPPY_874,
            other => other,
        }
    }
}

impl std::fmt::Debug for Codec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The upper half of a page of `codepages.tsv`.
pub(super) fn page(name: &str) -> Option<[Option<char>; 128]> {
    type Page = (&'static str, [Option<char>; 128]);
    static PARSED: OnceLock<Vec<Page>> = OnceLock::new();
    let parsed = PARSED.get_or_init(|| {
        table::rows("codepages.tsv", PAGES, 3)
            .flatten()
            .map(|row| {
                let mut upper = [None; 128];
                for (cell, hex) in upper.iter_mut().zip(row.cells[2].split(' ')) {
                    *cell = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
                }
                (row.cells[0], upper)
            })
            .collect()
    });
    parsed.iter().find(|(n, _)| *n == name).map(|(_, upper)| *upper)
}
