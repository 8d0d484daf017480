//! `Tag`: the tag names extraction cares about, as numbers, and what each means for the flow of text. No parsing.

/// A tag name, as far as extraction cares; everything else is [`Tag::OTHER`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u8);

/// Begins and ends a visual paragraph, and is an element of the tree.
const BLOCK: u8 = 1;
/// Has no content and no end tag.
const VOID: u8 = 2;
/// Its content is not markup until its own end tag.
const RAW: u8 = 4;
/// Its content is never visible text of the page.
const UNSEEN: u8 = 8;
/// Ends an open `<p>`.
const CLOSES_P: u8 = 16;
/// End tags inside do not reach elements outside.
const SCOPE: u8 = 32;

macro_rules! tags {
    ($($name:ident $text:literal $flags:expr;)*) => {
        #[allow(dead_code, non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u8)]
        enum Number { None, $($name),* }

        impl Tag {
            $(
                #[doc = concat!("`<", $text, ">`")]
                pub const $name: Tag = Tag(Number::$name as u8);
            )*
        }

        const NAMES: &[&str] = &["", $($text),*];
        const FLAGS: &[u8] = &[0, $($flags),*];
    };
}

tags! {
    HTML "html" BLOCK | SCOPE;
    HEAD "head" BLOCK;
    BODY "body" BLOCK;
    ADDRESS "address" BLOCK | CLOSES_P;
    ARTICLE "article" BLOCK | CLOSES_P;
    ASIDE "aside" BLOCK | CLOSES_P;
    BLOCKQUOTE "blockquote" BLOCK | CLOSES_P;
    CENTER "center" BLOCK | CLOSES_P;
    DETAILS "details" BLOCK | CLOSES_P;
    SUMMARY "summary" BLOCK | CLOSES_P;
    DIALOG "dialog" BLOCK | CLOSES_P | UNSEEN;
    DIR "dir" BLOCK | CLOSES_P;
    DIV "div" BLOCK | CLOSES_P;
    DL "dl" BLOCK | CLOSES_P;
    DT "dt" BLOCK | CLOSES_P;
    DD "dd" BLOCK | CLOSES_P;
    FIELDSET "fieldset" BLOCK | CLOSES_P;
    FIGCAPTION "figcaption" BLOCK | CLOSES_P;
    FIGURE "figure" BLOCK | CLOSES_P;
    FOOTER "footer" BLOCK | CLOSES_P;
    FORM "form" BLOCK | CLOSES_P;
    H1 "h1" BLOCK | CLOSES_P;
    H2 "h2" BLOCK | CLOSES_P;
    H3 "h3" BLOCK | CLOSES_P;
    H4 "h4" BLOCK | CLOSES_P;
    H5 "h5" BLOCK | CLOSES_P;
    H6 "h6" BLOCK | CLOSES_P;
    HEADER "header" BLOCK | CLOSES_P;
    HGROUP "hgroup" BLOCK | CLOSES_P;
    HR "hr" BLOCK | VOID | CLOSES_P;
    LEGEND "legend" BLOCK;
    LI "li" BLOCK | CLOSES_P;
    MAIN "main" BLOCK | CLOSES_P;
    MENU "menu" BLOCK | CLOSES_P;
    NAV "nav" BLOCK | CLOSES_P;
    OL "ol" BLOCK | CLOSES_P;
    P "p" BLOCK | CLOSES_P;
    PRE "pre" BLOCK | CLOSES_P;
    LISTING "listing" BLOCK | CLOSES_P;
    XMP "xmp" BLOCK | CLOSES_P | RAW;
    PLAINTEXT "plaintext" BLOCK | CLOSES_P | RAW;
    SEARCH "search" BLOCK | CLOSES_P;
    SECTION "section" BLOCK | CLOSES_P;
    UL "ul" BLOCK | CLOSES_P;
    MARQUEE "marquee" BLOCK | SCOPE;
    TABLE "table" BLOCK | CLOSES_P | SCOPE;
    CAPTION "caption" BLOCK | SCOPE;
    COLGROUP "colgroup" BLOCK;
    COL "col" VOID;
    THEAD "thead" BLOCK;
    TBODY "tbody" BLOCK;
    TFOOT "tfoot" BLOCK;
    TR "tr" BLOCK;
    TD "td" BLOCK | SCOPE;
    TH "th" BLOCK | SCOPE;
    BUTTON "button" BLOCK;
    LABEL "label" 0;
    SELECT "select" UNSEEN;
    DATALIST "datalist" UNSEEN;
    OPTION "option" UNSEEN;
    OPTGROUP "optgroup" UNSEEN;
    INPUT "input" VOID;
    TEXTAREA "textarea" RAW | UNSEEN;
    SCRIPT "script" RAW | UNSEEN;
    STYLE "style" RAW | UNSEEN;
    NOSCRIPT "noscript" RAW | UNSEEN;
    IFRAME "iframe" RAW | UNSEEN;
    NOEMBED "noembed" RAW | UNSEEN;
    NOFRAMES "noframes" RAW | UNSEEN;
    TITLE "title" RAW | UNSEEN;
    TEMPLATE "template" UNSEEN | SCOPE;
    SVG "svg" UNSEEN | SCOPE;
    OBJECT "object" UNSEEN | SCOPE;
    AUDIO "audio" UNSEEN;
    VIDEO "video" UNSEEN;
    CANVAS "canvas" UNSEEN;
    APPLET "applet" UNSEEN | SCOPE;
    MAP "map" UNSEEN;
    MATH "math" 0;
    ANNOTATION "annotation" UNSEEN;
    RP "rp" 0;
    RT "rt" 0;
    AREA "area" VOID;
    BASE "base" VOID;
    BASEFONT "basefont" VOID;
    BGSOUND "bgsound" VOID;
    BR "br" VOID;
    EMBED "embed" VOID;
    FRAME "frame" VOID;
    IMG "img" VOID;
    KEYGEN "keygen" VOID;
    LINK "link" VOID;
    META "meta" VOID;
    PARAM "param" VOID;
    SOURCE "source" VOID;
    TRACK "track" VOID;
    WBR "wbr" VOID;
    A "a" 0;
    ABBR "abbr" 0;
    B "b" 0;
    BIG "big" 0;
    CITE "cite" 0;
    CODE "code" 0;
    DEL "del" 0;
    EM "em" 0;
    FONT "font" 0;
    I "i" 0;
    INS "ins" 0;
    KBD "kbd" 0;
    MARK "mark" 0;
    NOBR "nobr" 0;
    PICTURE "picture" 0;
    Q "q" 0;
    RUBY "ruby" 0;
    S "s" 0;
    SAMP "samp" 0;
    SMALL "small" 0;
    SPAN "span" 0;
    STRIKE "strike" 0;
    STRONG "strong" 0;
    SUB "sub" 0;
    SUP "sup" 0;
    TIME "time" 0;
    TT "tt" 0;
    U "u" 0;
    VAR "var" 0;
}

/// Slots of the table by name: a power of two, over twice the number of names.
const SLOTS: usize = 512;

/// Number by hashed name, open addressing; built by the compiler.
const TABLE: [u8; SLOTS] = {
    let mut table = [0u8; SLOTS];
    let mut i = 1;
    while i < NAMES.len() {
        let mut slot = slot(key(NAMES[i].as_bytes()));
        while table[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = i as u8;
        i += 1;
    }
    table
};

/// The keys of all names, by number.
const KEYS: [u64; NAMES.len()] = {
    let mut keys = [0u64; NAMES.len()];
    let mut i = 1;
    while i < NAMES.len() {
        keys[i] = key(NAMES[i].as_bytes());
        i += 1;
    }
    keys
};

/// A number for a name, the same for upper and lower case. Names up to eight letters have keys of their own; a longer name
/// may share one by accident, which costs a wrong end tag in a page that was made for it.
pub(crate) const fn key(name: &[u8]) -> u64 {
    let mut k = 0u64;
    let mut i = 0;
    while i < name.len() {
        k = (k.rotate_left(8)) ^ (name[i] | 0x20) as u64;
        if i >= 8 {
            k = k.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        i += 1;
    }
    k
}

const fn slot(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize
}

impl Tag {
    /// An element without meaning of its own.
    pub const OTHER: Tag = Tag(0);

    /// The tag called `name`, in upper or lower case; [`Tag::OTHER`] for a name that means nothing here.
    pub fn of(name: &[u8]) -> Tag {
        Tag::by_key(key(name))
    }

    /// The tag whose name has this [`key`].
    pub(crate) fn by_key(key: u64) -> Tag {
        let mut at = slot(key);
        loop {
            let n = TABLE[at];
            if n == 0 || KEYS[n as usize] == key {
                return Tag(n);
            }
            at = (at + 1) % SLOTS;
        }
    }

    /// The name in lower case; empty for [`Tag::OTHER`].
    pub fn name(self) -> &'static str {
        NAMES.get(self.0 as usize).copied().unwrap_or("")
    }

    fn has(self, flag: u8) -> bool {
        FLAGS.get(self.0 as usize).is_some_and(|f| f & flag != 0)
    }

    /// Begins and ends a visual paragraph.
    pub fn is_block(self) -> bool {
        self.has(BLOCK)
    }

    /// Has no content and no end tag.
    pub fn is_void(self) -> bool {
        self.has(VOID)
    }

    /// Its content is not markup until its own end tag.
    pub fn is_raw(self) -> bool {
        self.has(RAW)
    }

    /// Its content is never visible text: scripts, form controls, pictures, players.
    pub fn is_unseen(self) -> bool {
        self.has(UNSEEN)
    }

    /// Its start tag ends an open `<p>`.
    pub fn closes_p(self) -> bool {
        self.has(CLOSES_P)
    }

    /// End tags inside it do not reach elements outside it.
    pub fn is_scope(self) -> bool {
        self.has(SCOPE)
    }

    /// The level of a heading.
    pub fn heading(self) -> Option<u8> {
        (Tag::H1.0..=Tag::H6.0).contains(&self.0).then(|| self.0 - Tag::H1.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_any_case() {
        for (i, name) in NAMES.iter().enumerate().skip(1) {
            assert_eq!(Tag::of(name.as_bytes()).0 as usize, i, "{name}");
            assert_eq!(Tag::of(name.to_uppercase().as_bytes()).name(), *name);
        }
        assert_eq!(Tag::of(b"blockquotes"), Tag::OTHER);
        assert_eq!(Tag::of(b""), Tag::OTHER);
    }

    #[test]
    fn headings_have_levels() {
        assert_eq!((Tag::H1.heading(), Tag::H6.heading(), Tag::HR.heading()), (Some(1), Some(6), None));
    }
}
