//! The words of bylines: what each announces, and how names of publishers end. How a line is read is `mod`'s.

use std::sync::OnceLock;

use crate::rules::table;

/// What a byline word announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Author,
    /// 记者, 通讯员: a person, never a pen name, because interviews begin lines the same way.
    Reporter,
    Editor,
    Source,
    Date,
    Photo,
    Other,
}

/// The words of `src/data/byline.tsv`, longest first, so that the first match is the longest.
fn keys() -> &'static [(String, Role)] {
    static KEYS: OnceLock<Vec<(String, Role)>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let mut all = Vec::new();
        for row in table::rows("byline.tsv", include_str!("../data/byline.tsv"), 2).flatten() {
            let role = match row.cells[1] {
                "author" => Role::Author,
                "reporter" => Role::Reporter,
                "editor" => Role::Editor,
                "source" => Role::Source,
                "date" => Role::Date,
                "photo" => Role::Photo,
                _ => Role::Other,
            };
            all.push((row.cells[0].to_owned(), role));
        }
        all.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(&b.0)));
        all
    })
}

/// The words that begin with `first`, upper or lower case, in the order of [`keys`]: most lines begin with none.
pub(super) fn keys_from(first: char) -> &'static [(String, Role)] {
    type Group = (char, Vec<(String, Role)>);
    static GROUPS: OnceLock<Vec<Group>> = OnceLock::new();
    let groups = GROUPS.get_or_init(|| {
        let mut groups: Vec<Group> = Vec::new();
        for (word, role) in keys() {
            let Some(c) = word.chars().next().map(|c| c.to_ascii_lowercase()) else { continue };
            match groups.binary_search_by_key(&c, |g| g.0) {
                Ok(at) => groups[at].1.push((word.clone(), *role)),
                Err(at) => groups.insert(at, (c, vec![(word.clone(), *role)])),
            }
        }
        groups
    });
    groups.binary_search_by_key(&first.to_ascii_lowercase(), |g| g.0).map_or(&[], |at| &groups[at].1)
}

/// Ends of names of papers, sites, agencies and offices: a word that ends so can be a source without a word before it.
const PUBLISHERS: &[&str] = &[
    "网",
    "網",
    "报",
    "報",
    "社",
    "台",
    "臺",
    "刊",
    "志",
    "誌",
    "在线",
    "在線",
    "新闻",
    "新聞",
    "客户端",
    "客戶端",
    "频道",
    "頻道",
    "传媒",
    "傳媒",
    "融媒",
    "融媒体",
    "日报",
    "晚报",
    "周刊",
    "杂志",
    "头条",
    "頭條",
    "发布",
    "號",
    "号",
    "观察",
    "中心",
    "研究院",
    "大学",
    "大學",
    "出版社",
    "公众号",
    "论坛",
    "財經",
    "财经",
    "党建",
    "电视",
    "電視",
    "播报",
    "资讯",
    "資訊",
];

/// True when `s` reads as the name of a publisher, not of a person.
pub fn is_publisher(s: &str) -> bool {
    // Most words end in no such way: a look at the last character tells.
    let ends = match s.as_bytes().last_chunk::<3>() {
        Some([.., b'm' | b'n']) => s.ends_with(".com") || s.ends_with(".cn"),
        Some(last @ [0xe3..=0xff, _, _]) => {
            PUBLISHERS.iter().any(|p| p.as_bytes().last_chunk::<3>() == Some(last) && s.ends_with(p) && s.len() > p.len())
        }
        _ => false,
    };
    ends && (2..=20).contains(&s.chars().take(21).count()) && !s.contains(['，', '。', ',', '：', ':', '“', '第', '令'])
}
