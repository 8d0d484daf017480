//! What becomes of small feeds, of sloppy ones, and of texts that are none.

use super::*;
use crate::block::Kind;

/// Reads and checks the laws: faithful, undoable, blocks in order and inside the text. The blocks, one a line, headings behind `#`.
fn lines(text: &str) -> String {
    let (layers, outline) = outline(text, false, Rules::builtin());
    let mut below = text.to_owned();
    for layer in &layers {
        assert!(layer.is_faithful(below.as_bytes()), "faithful");
        assert_eq!(layer.undo(below.as_bytes()), below.as_bytes(), "undoable");
        below = layer.text.to_string();
    }
    let mut at = 0;
    let mut out = Vec::new();
    for b in &outline.blocks {
        assert!(b.span.start >= at && !b.span.is_empty() && (b.node as usize) < outline.tree.len());
        at = b.span.end;
        let sign = if matches!(b.kind, Kind::Heading(_)) { "# " } else { "" };
        out.push(format!("{sign}{}", b.span.of(&below)));
    }
    out.join("\n")
}

fn rss(items: &str) -> String {
    format!(
        "<?xml version='1.0'?>\n<rss version='2.0'><channel><title>Hill Times</title><link>http://a.example</link>{items}</channel></rss>\n"
    )
}

fn atom(entries: &str) -> String {
    format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>Hill Times</title>{entries}</feed>")
}

fn fields(text: &str) -> String {
    let (_, outline) = outline(text, false, Rules::builtin());
    outline.fields.iter().map(|f| format!("{}={}", f.key, f.value)).collect::<Vec<_>>().join(" ")
}

#[test]
fn feeds_are_told_by_their_first_element() {
    for text in [
        "<rss version='2.0'><channel/></rss>",
        "\u{feff}\n<?xml version='1.0'?><?xml-stylesheet href='a'?><!-- by hand --><!DOCTYPE rss SYSTEM 'a'>\n<rss>\n <channel>",
        "<rdf:RDF xmlns:rdf='a' xmlns='http://purl.org/rss/1.0/'><channel>",
        "<feed xml:lang='en' xmlns='http://www.w3.org/2005/Atom'></feed>",
        "<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'></atom:feed>",
    ] {
        assert!(is_feed(text), "{text}");
    }
    for text in [
        "",
        "<rss",
        "<rss> is the first element of a feed, and <channel> the next.",
        "A feed begins with <rss version='2.0'><channel>.",
        "<?xml version='1.0'?><feeds><feed>hay</feed></feeds>",
        "<feed><entry>hay</entry></feed>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description/></rdf:RDF>",
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url/></urlset>",
        "<html><body><pre>&lt;rss&gt;&lt;channel&gt;</pre></body></html>",
        "<rss></rss><channel>",
    ] {
        assert!(!is_feed(text), "{text}");
    }
}

#[test]
fn the_longest_form_of_an_entry_is_its_text() {
    let entry = "<item><title>Rain</title><description>The road [...]</description><guid>7</guid>\
                 <content:encoded><![CDATA[<p>The <b>road</b> is wet.</p><p>So it goes.</p>]]></content:encoded></item>";
    assert_eq!(lines(&rss(entry)), "# Rain\nThe road is wet.\nSo it goes.");
    // what is blank is no text
    assert_eq!(lines(&rss(&entry.replace("<p>The <b>road</b> is wet.</p><p>So it goes.</p>", " "))), "# Rain\nThe road [...]");
}

#[test]
fn escaped_once_and_twice() {
    let entry = "<item><title>AT&amp;amp;T &amp;#8211; &lt;b&gt;bold&lt;/b&gt;</title><description>&lt;p&gt;Write &amp;lt;div&amp;gt; &amp;amp; close it.&lt;/p&gt;</description></item>";
    assert_eq!(lines(&rss(entry)), "# AT&T – bold\nWrite <div> & close it.");
    // characters that look like markup and are none
    let entry = "<item><title>The &lt;p&gt; element</title><description>1 &lt; 2 &amp; 3 &gt; 2</description></item>";
    assert_eq!(lines(&rss(entry)), "# The <p> element\n1 < 2 & 3 > 2");
    let entry = "<item><title><![CDATA[The <p> element & AT&amp;T]]></title><description><![CDATA[a <b]]></description></item>";
    assert_eq!(lines(&rss(entry)), "# The <p> element & AT&T\na <b");
}

#[test]
fn lines_of_a_text_without_markup_stay() {
    let entry = "<item><description>\n  One.\n  Two.\n\n  Three.\n</description></item>";
    assert_eq!(lines(&rss(entry)), "One.\nTwo.\nThree.");
}

#[test]
fn atom_says_how_text_is_written() {
    let entry =
        "<entry><title>A &lt;b&gt; &amp;amp; c</title><content type='html'>&lt;p&gt;x&lt;/p&gt;</content><summary>y</summary></entry>";
    assert_eq!(lines(&atom(entry)), "# A <b> &amp; c\nx");
    let entry = "<entry><title type='text'><![CDATA[A <b>]]></title><content type='xhtml'><h:div xmlns:h='http://www.w3.org/1999/xhtml'>\
                 <h:p>x<h:a id='k'/>y<h:br/>z</h:p><h:p>w</h:p></h:div></content></entry>";
    assert_eq!(lines(&atom(entry)), "# A <b>\nxy\nz\nw");
    let entry = "<entry><content type='image/png'>aGF5</content><summary>A picture.</summary></entry>";
    assert_eq!(lines(&atom(entry)), "A picture.");
}

#[test]
fn an_entry_ends_where_it_ends() {
    // a tag, a comment, a script cut off by whoever shortened the text
    for cut in ["<a href=\"", "<script>x", "<!-- x", "<div hidden>x", "<textarea>", "<b"] {
        let entry = format!(
            "<item><title>One</title><description><![CDATA[<p>Text.</p>{cut}]]></description></item><item><title>Two</title><description>More.</description></item>"
        );
        let read = lines(&rss(&entry));
        assert!(read.starts_with("# One\nText.") && read.ends_with("# Two\nMore."), "{cut}: {read}");
    }
    // tags too few
    let sloppy = "<item><title>One<description>Text.</description><item><title>Two</title><description>More.</item><item><title>Three</title></item>";
    assert!(lines(&rss(sloppy)).ends_with("# Two\nMore.\n# Three"), "{}", lines(&rss(sloppy)));
}

#[test]
fn a_title_behind_its_text_stands_before_it() {
    let entry = "<item><description>More &amp; more.</description><title>Two &amp; a &lt;p&gt;</title></item>";
    assert_eq!(lines(&rss(entry)), "# Two & a <p>\nMore & more.");
}

#[test]
fn what_belongs_to_others_is_not_of_the_entry() {
    let entry = "<entry><source><title>Valley Post</title><author><name>Bo</name></author></source><title>Rain</title>\
                 <author><name>Anna Dorp</name><email>a@a.example</email></author><summary>Wet.</summary></entry>";
    assert_eq!(lines(&atom(entry)), "# Rain\nWet.");
    assert_eq!(fields(&atom(entry)), "feed:entries=1 feed:title=Hill Times feed:author=Anna Dorp");
    let channel = "<image><title>Logo</title></image><textInput><title>Search</title></textInput><item><title>Rain</title></item>";
    assert_eq!(lines(&rss(channel)), "# Rain");
}

#[test]
fn who_signs_all_entries_signs_the_feed_and_one_entry_has_a_day() {
    let item = |author: &str| format!("<item><title>Rain</title>{author}<pubDate>Thu, 09 May 2024 08:05:00 GMT</pubDate></item>");
    let head = |n| format!("feed:entries={n} feed:title=Hill Times feed:link=http://a.example");
    let (anna, none) = (item("<author>anna@a.example (Anna Dorp)</author>"), item(""));
    assert_eq!(fields(&rss(&anna)), format!("{} feed:author=Anna Dorp feed:date=Thu, 09 May 2024 08:05:00 GMT", head(1)));
    assert_eq!(fields(&rss(&format!("{anna}{none}"))), head(2));
    assert_eq!(fields(&rss(&anna.repeat(2))), format!("{} feed:author=Anna Dorp", head(2)));
    assert_eq!(fields(&rss(&item("<author>anna@a.example</author>"))), format!("{} feed:date=Thu, 09 May 2024 08:05:00 GMT", head(1)));
}

#[test]
fn anything_is_read_and_time_is_linear() {
    for unit in [
        "<item>",
        "<title>",
        "<item><title>",
        "<![CDATA[",
        "&amp;",
        "&",
        "<content:encoded>",
        "]]>",
        "<a:b:c>",
        "</item>",
        "<description>\n",
        "<author><name>",
    ] {
        for head in [
            "<rss><channel>",
            "<rss><channel><item><description>",
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>",
        ] {
            lines(&format!("{head}{}", unit.repeat(200_000 / unit.len())));
        }
    }
}
