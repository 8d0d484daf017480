//! What holds of every cloaked text, whatever was cloaked and how: repair settles, undo gives the input back, and nothing of nothing
//! but damage costs without end. Texts are cloaked by the forward model.

use proptest::prelude::*;

use super::channel::{Decoder, Set, Shown, converted, garble};
use crate::repair::{cloak, repair};
use crate::rules::Rules;

/// Our own sentences, simplified; converted letter by letter they are what a kit cloaks.
const SENTENCES: [&str; 14] = [
    "清早，湖面上起了雾，船家把缆绳解开，慢慢摇向对岸。",
    "“今年的荷花开得早。”她笑着说，“再过几天就可以采莲蓬了！”",
    "当得知车站要迁走时，街坊们都去找管理处问个明白？",
    "小学校的墙上写着一行字：爱护树木，人人有责。",
    "他看了又看，还是不敢相信，这就是三十年前住过的院子。",
    "数据显示，上个月的雨量比往年多了两成；水库却没有满。",
    "老师让大家轮流朗读课文、抄写生词、回答问题。",
    "我们去守护站领了工具，一直干到天黑才回家。",
    "关键时刻顶得上，才算真本事，这句话父亲常说。",
    "市场（东门外）每逢三、六、九开张，卖鱼卖菜，也卖旧书。",
    "谁也没有想到，那条小路后来成了全县最热闹的街。",
    "啊！原来是你，怎么不早说？",
    "大海的声音很远，可是夜里听得清清楚楚。",
    "工人们修好了桥，会计算清了账，镇长这才松了一口气。",
];

/// Letters that may be annotated.
const LETTERS: &str = "數內學會時機業關實據當環開長過這們為說來對還沒問個車讀寫輪護師縣場門魚書條後應動經點樹責蓮湖霧";

fn text(lines: &[usize]) -> String {
    let mut text = String::new();
    for (nth, line) in lines.iter().enumerate() {
        text.push_str(SENTENCES[line % SENTENCES.len()]);
        if nth % 3 == 2 {
            text.push('\n');
        }
    }
    converted(&text)
}

fn cloaked() -> impl Strategy<Value = String> {
    let set = prop::collection::vec(any::<bool>(), LETTERS.chars().count());
    (prop::collection::vec(0..SENTENCES.len(), 6..40), set, 0u8..4, any::<bool>(), any::<bool>(), any::<u64>()).prop_map(
        |(lines, chosen, marks, browser, visible, seed)| {
            let set: String = LETTERS.chars().zip(chosen).filter(|(_, taken)| *taken).map(|(c, _)| c).collect();
            let decoder = if browser { Decoder::Replacing } else { Decoder::Windows };
            let shown = Shown { decoder, visible: visible && marks > 0, ..Shown::default() };
            let mut random = seed | 1;
            garble(&text(&lines), &Set::of(&set), shown, || {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                random % 4 < u64::from(marks)
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn repairing_twice_is_repairing_once(seen in cloaked()) {
        let once = repair(&seen, Rules::builtin());
        let text = once.layers.last().map_or(seen.as_str(), |l| &l.text);
        prop_assert!(repair(text, Rules::builtin()).layers.is_empty(), "{text}");
    }

    #[test]
    fn undo_gives_back_what_was_seen(seen in cloaked()) {
        if let Some((layer, _)) = cloak::pass(&seen, 1, Rules::builtin()) {
            prop_assert!(layer.is_faithful(seen.as_bytes()));
            prop_assert_eq!(layer.undo(seen.as_bytes()), seen.as_bytes());
        }
    }
}

#[test]
fn letters_in_step_are_only_ever_undressed() {
    // Nothing is torn here: every reading goes, and nothing else changes.
    let text = text(&[0, 5, 6, 8, 9, 10, 4, 13]).replace('當', "");
    let seen = super::channel::annotate(&text, &Set::of(LETTERS));
    let made = repair(&seen, Rules::builtin());
    assert_eq!(made.layers.last().map(|l| l.text.chars().filter(|c| *c == '(').count()), Some(1));
}

#[test]
fn a_page_of_nothing_but_damage_is_given_up() {
    let page = garble(&text(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]), &Set::of(LETTERS), Shown::default(), || false);
    assert!(cloak::pass(&page, 1, Rules::builtin()).is_some());
    assert!(cloak::pass(&(page + &"好?!".repeat(20_000)), 1, Rules::builtin()).is_none());
}
