//! The languages the model knows, and where each stands in the model file.

/// Script families in the order of the model file; the tables of Chinese, Japanese and Korean come before them.
pub(super) const FAMILIES: usize = 15;
/// Families with upper and lower case: the first ones.
pub(super) const CASED: usize = 4;
/// Family of the Latin letters.
pub(super) const LATIN: usize = 0;
/// Columns of each family in one row of sums: first column of family n.
pub(super) const FIRST_COLUMN: [usize; FAMILIES + 1] = [0, 34, 41, 42, 43, 44, 45, 49, 50, 51, 52, 53, 54, 55, 56, 57];

macro_rules! languages {
    ($($variant:ident $code:literal $place:expr, $says:literal;)*) => {
        /// A language the model has a table or a column for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Language {
            $(#[doc = $says] $variant,)*
        }

        impl Language {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Language] = &[$(Language::$variant),*];

            /// ISO 639-3 code.
            pub fn code(self) -> &'static str {
                match self { $(Language::$variant => $code),* }
            }

            /// Name in English.
            pub fn name(self) -> &'static str {
                stringify_name(match self { $(Language::$variant => $says),* })
            }

            pub(super) const fn place(self) -> Place {
                match self { $(Language::$variant => $place),* }
            }
        }
    };
}

fn stringify_name(says: &'static str) -> &'static str {
    says.split([',', '.']).next().unwrap_or(says)
}

/// Where a language stands in the model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A table of its own: 0 Chinese, 1 Japanese, 2 Korean.
    Table(usize),
    /// A family and a column of it.
    Column(usize, usize),
}

impl Place {
    /// True for a column of the family of this number or of a later one, or past all families.
    pub const fn is_from(self, family: usize) -> bool {
        matches!(self, Place::Column(own, _) if own >= family)
    }
}

use Place::{Column, Table};

languages! {
    Chinese "zho" Table(0), "Chinese, both scripts.";
    Japanese "jpn" Table(1), "Japanese.";
    Korean "kor" Table(2), "Korean.";
    Catalan "cat" Column(0, 1), "Catalan.";
    Czech "ces" Column(0, 2), "Czech.";
    German "deu" Column(0, 3), "German.";
    English "eng" Column(0, 4), "English.";
    Finnish "fin" Column(0, 5), "Finnish.";
    French "fra" Column(0, 6), "French.";
    Hungarian "hun" Column(0, 7), "Hungarian.";
    Indonesian "ind" Column(0, 8), "Indonesian.";
    Italian "ita" Column(0, 9), "Italian.";
    Dutch "nld" Column(0, 10), "Dutch.";
    Polish "pol" Column(0, 11), "Polish.";
    Portuguese "por" Column(0, 12), "Portuguese.";
    Romanian "ron" Column(0, 13), "Romanian.";
    Spanish "spa" Column(0, 14), "Spanish.";
    Swahili "swa" Column(0, 15), "Swahili.";
    Swedish "swe" Column(0, 16), "Swedish.";
    Turkish "tur" Column(0, 17), "Turkish.";
    Vietnamese "vie" Column(0, 18), "Vietnamese.";
    Afrikaans "afr" Column(0, 19), "Afrikaans.";
    Croatian "hrv" Column(0, 20), "Croatian and Bosnian, in Latin letters.";
    Welsh "cym" Column(0, 21), "Welsh.";
    Danish "dan" Column(0, 22), "Danish.";
    Esperanto "epo" Column(0, 23), "Esperanto.";
    Estonian "est" Column(0, 24), "Estonian.";
    Basque "eus" Column(0, 25), "Basque.";
    Irish "gle" Column(0, 26), "Irish.";
    Icelandic "isl" Column(0, 27), "Icelandic.";
    Latvian "lav" Column(0, 28), "Latvian.";
    Lithuanian "lit" Column(0, 29), "Lithuanian.";
    Norwegian "nor" Column(0, 30), "Norwegian, both forms.";
    Slovak "slk" Column(0, 31), "Slovak.";
    Slovenian "slv" Column(0, 32), "Slovenian.";
    Albanian "sqi" Column(0, 33), "Albanian.";
    Bulgarian "bul" Column(1, 1), "Bulgarian.";
    Kazakh "kaz" Column(1, 2), "Kazakh, in Cyrillic.";
    Mongolian "mon" Column(1, 3), "Mongolian, in Cyrillic.";
    Russian "rus" Column(1, 4), "Russian.";
    Serbian "srp" Column(1, 5), "Serbian, in Cyrillic.";
    Ukrainian "ukr" Column(1, 6), "Ukrainian.";
    Greek "ell" Column(2, 0), "Greek.";
    Armenian "hye" Column(3, 0), "Armenian.";
    Georgian "kat" Column(4, 0), "Georgian.";
    Hebrew "heb" Column(5, 0), "Hebrew.";
    Arabic "arb" Column(6, 1), "Arabic.";
    Persian "fas" Column(6, 2), "Persian.";
    Urdu "urd" Column(6, 3), "Urdu.";
    Hindi "hin" Column(7, 0), "Hindi.";
    Bengali "ben" Column(8, 0), "Bengali.";
    Tamil "tam" Column(9, 0), "Tamil.";
    Thai "tha" Column(10, 0), "Thai.";
    Lao "lao" Column(11, 0), "Lao.";
    Khmer "khm" Column(12, 0), "Khmer.";
    Burmese "mya" Column(13, 0), "Burmese.";
    Amharic "amh" Column(14, 0), "Amharic.";
}
