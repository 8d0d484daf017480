//! Drafts and pages as Markdown. The texts are our own.

use super::*;
use crate::draft::{Cut, Piece};

fn markdown(blocks: &[(Form, &str)], title: Option<&str>) -> String {
    let mut text = String::new();
    let mut pieces = Vec::new();
    for (kind, inner) in blocks {
        let start = text.len() as u32;
        text.push_str(inner);
        pieces.push(Piece { span: (start, text.len() as u32), kind: *kind, at: (0, 0), cut: None });
    }
    let draft = Draft { text: text.into(), pieces, title: title.map(Into::into), blocks: true, ..Draft::default() };
    of(&draft).into_owned()
}

fn paragraph(text: &str) -> String {
    markdown(&[(Form::Paragraph, text)], None).trim_end_matches('\n').to_owned()
}

#[test]
fn links_are_markdown_already() {
    let page = "<body><h1>A long title of its own</h1><h2>The <a href='/a_b*c'>old_ map</a> #</h2><p>It <b>hangs</b> in [1] the <a href='/h'>hall [2] *now*</a>.\
        <p>A second <a href='x'>one</a><a href='y'>and</a> a third.<table><tr><td>a<td><a href='/p|q'>b</a></table></body>";
    let options = crate::Options { links: true, boilerplate: false, ..crate::Options::default() };
    let page = crate::Kernel::new(options).page(crate::RawDoc { bytes: page.as_bytes(), ..crate::RawDoc::default() });
    let draft = Draft::of(&page, false, false, None, crate::Rules::builtin());
    assert_eq!(
        draft.clean(),
        "The [old_ map](/a_b*c) #\n\nIt hangs in [1] the [hall [2] *now*](/h).\n\nA second [one](x)[and](y) a third.\n\na\t[b](/p|q)\n"
    );
    let want = "## The [old\\_ map](/a_b*c) \\#\n\nIt hangs in \\[1\\] the [hall \\[2\\] \\*now\\*](/h).\n\n\
        A second [one](x)[and](y) a third.\n\n| a | [b](/p%7Cq) |\n| --- | --- |\n";
    assert_eq!(of(&draft), want);
}

#[test]
fn every_kind_of_block_has_its_form() {
    use Form::*;
    let blocks = [
        (Heading(2), "Roads"),
        (Paragraph, "Mud and stones."),
        (Item, "spade"),
        (Item, "barrow"),
        (Quote, "Dig."),
        (Quote, "Dig on."),
        (Row, "day\tmetres"),
        (Row, "1\t12"),
        (Code, "dig(1);\n  rest();"),
    ];
    let want = "# Work\n\n## Roads\n\nMud and stones.\n\n- spade\n- barrow\n\n> Dig.\n>\n> Dig on.\n\n| day | metres |\n| --- | --- |\n\
                | 1 | 12 |\n\n```\ndig(1);\n  rest();\n```\n";
    assert_eq!(markdown(&blocks, Some("Work")), want);
    assert_eq!(markdown(&[], None), "");
}

/// A page as Markdown.
fn page(html: &str) -> String {
    let options = crate::Options { boilerplate: false, ..crate::Options::default() };
    let page = crate::Kernel::new(options).page(crate::RawDoc { bytes: html.as_bytes(), ..crate::RawDoc::default() });
    of(&Draft::of(&page, false, false, None, crate::Rules::builtin())).into_owned()
}

#[test]
fn lists_in_lists_and_numbers() {
    let html = "<body><p>To do:</p><ol start=9><li>Dig the road<ul><li>by hand<li>or not</ul><li>Fill it.<p>Twice.</p><pre>dig\n\n fill</pre></ol>\
                <dl><dt>Road</dt><dd>of stones</dd><dt>Path</dt><dd>of mud</dd></dl></body>";
    let want = "To do:\n\n9. Dig the road\n   - by hand\n   - or not\n10. Fill it.\n\n    Twice.\n\n    ```\n    dig\n\n     fill\n    ```\n\n\
                - Road\n  - of stones\n- Path\n  - of mud\n";
    assert_eq!(page(html), want);
}

#[test]
fn an_item_that_was_left_out_takes_no_others_below_it() {
    let item = |depth| Nest { depth, ..Nest::default() };
    let piece = |at, out: bool| {
        let cut = out.then_some(Cut { rule: 0, first: None, similarity: None });
        Piece { span: (at, at + 1), kind: Form::Item, at: (0, 0), cut }
    };
    let pieces = vec![piece(0, false), piece(1, false), piece(2, true), piece(3, false)];
    let nests = vec![item(0), item(1), item(0), item(1)];
    let draft = Draft { text: "abcd".into(), pieces, nests, blocks: true, ..Draft::default() };
    assert_eq!(of(&draft), "- a\n  - b\n- d\n");
}

#[test]
fn quotations_in_quotations_and_in_items() {
    let html = "<body><blockquote><p>One.</p><blockquote><p>Two.</p></blockquote><p>Three.</p></blockquote><p>Four.</p>\
                <ul><li>Five<blockquote>six</blockquote></ul></body>";
    let want = "> One.\n>\n> > Two.\n>\n> Three.\n\nFour.\n\n- Five\n\n  > six\n";
    assert_eq!(page(html), want);
}

#[test]
fn every_listing_has_fences_of_its_own_and_no_line_numbers() {
    let html = "<body><p>Dig:</p><pre>dig(1);\ndig(2);</pre><pre>rest();\nsleep();</pre></body>";
    assert_eq!(page(html), "Dig:\n\n```\ndig(1);\ndig(2);\n```\n\n```\nrest();\nsleep();\n```\n");
    let html = "<body><p>Dig:</p><pre><span class=lineno>1</span>dig(1);\n<span class=\"x lineno\">2 </span>dig(2);\n<b class=lineno>x3</b></pre></body>";
    assert_eq!(page(html), "Dig:\n\n```\ndig(1);\ndig(2);\nx3\n```\n");
    // lines of one listing
    let html = "<body><p>Dig:</p><pre>dig(1);</pre><pre>dig(2);</pre></body>";
    assert_eq!(page(html), "Dig:\n\n```\ndig(1);\ndig(2);\n```\n");
}

#[test]
fn what_was_left_out_stays_out_and_repaired_text_is_no_markdown() {
    let cut = Some(Cut { rule: 0, first: None, similarity: None });
    let piece = |span, cut| Piece { span, kind: Form::Paragraph, at: (0, 0), cut };
    let mut draft: Draft<'_> =
        Draft { text: "*ab".into(), pieces: vec![piece((1, 2), cut), piece((2, 3), None)], blocks: true, ..Draft::default() };
    assert_eq!(of(&draft), "b\n");
    draft.blocks = false;
    assert!(matches!(of(&draft), Cow::Borrowed("*ab")));
}

#[test]
fn signs_that_would_be_markup_are_escaped_and_others_are_not() {
    for (plain, escaped) in [
        ("a*b*c", r"a\*b\*c"),
        ("snake_case and _x_", r"snake_case and \_x\_"),
        ("2 * 3 and 2 _ 3", "2 * 3 and 2 _ 3"),
        ("[a](b) ![c](d)", r"\[a](b) !\[c](d)"),
        ("a < b <b> </b>", r"a < b \<b> \</b>"),
        ("R&D &amp; &#20; & ;", r"R&D \&amp; \&#20; & ;"),
        (r"C:\dir \* end\", r"C:\dir \\\* end\\"),
        ("`x` 3~5", r"\`x\` 3\~5"),
        ("a | b", "a | b"),
        ("他说：“好。”", "他说：“好。”"),
    ] {
        assert_eq!(paragraph(plain), escaped);
    }
}

#[test]
fn signs_at_the_beginning_of_a_line_are_escaped_where_they_begin_a_block() {
    for (plain, escaped) in [
        ("# a", r"\# a"),
        ("#a", "#a"),
        ("####### a", "####### a"),
        ("- a", r"\- a"),
        ("-5", "-5"),
        ("---", r"\---"),
        ("===", r"\==="),
        ("> a", r"\> a"),
        ("+ a", r"\+ a"),
        ("* a", r"\* a"),
        ("12. a", r"12\. a"),
        ("12.5", "12.5"),
        ("1234567890. a", "1234567890. a"),
        ("one\n- two", "one\\\n\\- two"),
    ] {
        assert_eq!(paragraph(plain), escaped);
    }
}

#[test]
fn headings_end_where_they_end() {
    assert_eq!(markdown(&[(Form::Heading(9), "C\n #")], None), "###### C \\#\n");
    assert_eq!(markdown(&[(Form::Heading(1), "a # b")], None), "# a # b\n");
}

#[test]
fn fences_are_longer_than_what_is_between() {
    assert_eq!(markdown(&[(Form::Code, "```\nx\n````")], None), "`````\n```\nx\n````\n`````\n");
}

#[test]
fn tables_escape_bars_and_fill_short_rows() {
    let rows = [(Form::Row, "a|b\tc\td"), (Form::Row, "e")];
    assert_eq!(markdown(&rows, None), "| a\\|b | c | d |\n| --- | --- | --- |\n| e | | |\n");
    assert_eq!(markdown(&[(Form::Row, "a"), (Form::Row, "b")], None), "a\n\nb\n");
}

#[test]
fn a_wide_row_does_not_make_every_row_wide() {
    let wide = "x\t".repeat(10_000);
    let rows: Vec<(Form, &str)> = std::iter::once((Form::Row, &*wide)).chain(std::iter::repeat_n((Form::Row, "y"), 1000)).collect();
    assert!(markdown(&rows, None).len() < 500_000);
}
