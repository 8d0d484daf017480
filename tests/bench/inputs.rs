//! The inputs of the bench: own sentences, repeated with variation until they are large enough.

use encoding_rs::{GBK, WINDOWS_1252};

/// One input.
pub struct Input {
    pub name: &'static str,
    pub id: &'static str,
    pub bytes: Vec<u8>,
}

const CHINESE: &[&str] = &[
    "村里的磨坊今年重新开张，附近几个村子的人都把麦子送到这里来。",
    "磨坊主人说，水轮是他父亲留下的，修了三个月才修好，木头换了一大半。",
    "每天清晨五点，他先去看水位，再打开闸门，让水慢慢流进来。",
    "孩子们放学以后喜欢站在桥上，看水花在阳光下闪闪发亮。",
    "“机器磨的面粉更白，”他说，“可是石磨磨出来的更香。”",
    "去年秋天雨水少，河里的水不够，磨坊停了二十多天。",
    "县里的农业技术员来过两次，建议在上游修一个小水池。",
    "面粉装进布袋，每袋五十斤，用驴车送到镇上的集市。",
    "老人们记得，从前这条河上有七座磨坊，如今只剩下这一座。",
    "周末常有城里人开车来参观，临走总要买上一两袋面粉。",
];

/// News: foreign names, surnames, titles, idioms. A sentence in two has some, as in real news.
const NEWS: &[&str] = &[
    "来自荷兰的工程师范德斯海登看过水轮，称赞齿轮咬合得严丝合缝。",
    "据《清河晚报》记者翟蕴之报道，汛期前还要加固堰坝和涵洞。",
    "留学生伊万琴科在磨坊当了两个月志愿者，学会了筛面和蒸馍。",
    "县文物局副研究员阚志勇考证，石磨上的铭文刻于嘉靖年间。",
    "有人担忧游客蜂拥而至，老街的青石板路恐怕不堪重负。",
    "镇长邓毓秀在剪彩时说，修缮共花去八十七万元，分文未向村民摊派。",
    "摄影师麦克拉肯和妻子乌苏拉在桥头蹲守三天，拍到了翠鸟捕鱼。",
    "评论员岑霁认为，这类项目往往虎头蛇尾，关键在于日后谁来管护。",
];

const TRADITIONAL: &[&str] = &[
    "這條河從東邊的山裡流出來，經過三個村莊，最後進入湖中。",
    "漁民們說，湖裡的魚比過去少了，捕魚的時間卻越來越長。",
    "學校組織學生調查水質，他們記錄了溫度、顏色和氣味。",
    "專家認為，問題出在上遊的幾家工廠，廢水沒有經過處理。",
    "縣政府決定從今年開始，對所有工廠進行檢查。",
];

const ENGLISH: &[&str] = &[
    "The mill by the river opened again this year, and people from three villages bring their wheat.",
    "Its owner says that the wheel was his father's; mending it took him three months and half a forest.",
    "Every morning at five he looks at the water, then he opens the gate and lets it in, slowly.",
    "Children stand on the bridge after school and watch the drops glitter in the sun.",
    "Last autumn there was hardly any rain, and the mill stood still for more than twenty days.",
    "Old people remember seven mills along the river; only this one is left.",
];

/// Letters with marks, quotes and blanks that other charsets have in other places.
const FRENCH: &[&str] = &[
    "« Le moulin a rouvert cet été », dit la meunière ; l’écluse, elle, était restée fermée jusqu’à Noël.",
    "À cinq heures, il va voir l’eau, puis il ouvre la vanne ; les élèves s’arrêtent sur le pont après l’école.",
    "Le vieux meunier l’appelait «\u{a0}le cadeau oublié\u{a0}» et n’en parlait qu’à sa fille\u{a0}; elle a créé un musée.",
    "L’année dernière, la rivière était si basse que le moulin s’est arrêté plus de vingt jours.",
    "Où sont passés les sept moulins d’autrefois ? Il n’en reste qu’un, à côté du vieux château.",
];

const RUSSIAN: &[&str] = &[
    "«Мельница снова открылась этим летом», — говорит хозяйка; шлюз чинили почти три месяца.",
    "Каждое утро в пять часов он смотрит на воду, потом открывает заслонку и медленно пускает её внутрь.",
    "Мельник\u{a0}— человек немногословный, но о реке и о рыбе может говорить часами\u{a0}— так считают соседи.",
    "Прошлой осенью дождей почти не было, и мельница простояла больше двадцати дней.",
    "Старики помнят семь мельниц на этой реке; теперь осталась только одна.",
];

/// As some sites set it: letters that look alike are Latin ones.
const SERBIAN: &[&str] = &[
    "Вoдeницa нa рeци пoнoвo рaди oвoг лeтa, кaжe влaсницa; брaнa je пoпрaвљaнa скoрo три мeсeцa.",
    "Свaкoг jутрa у пeт oн прoвeрaвa вoду, пa oтвaрa устaву и пoлaкo je пуштa унутрa.",
    "Прoшлe jeсeни кишe гoтoвo дa ниje билo, и вoдeницa je стajaлa вишe oд двaдeсeт дaнa.",
];

const KOREAN: &[&str] = &[
    "강가의 물레방아가 올해 다시 문을 열어 세 마을 사람들이 밀을 가져옵니다.",
    "주인은 아버지가 남긴 바퀴를 고치는 데 석 달이 걸렸다고 말했다.",
    "매일 아침 다섯 시에 그는 물을 살펴보고 천천히 수문을 연다.",
    "지난 가을에는 비가 적게 내려 방앗간이 스무 날 넘게 멈춰 있었습니다.",
    "노인들은 강을 따라 일곱 개의 방앗간이 있었다고 ‘또렷이’ 기억합니다.",
];

const VIETNAMESE: &[&str] = &[
    "Cối xay bên sông mở cửa lại năm nay, người dân ba làng mang lúa mì đến đó.",
    "Sáng nào ông cũng ra xem nước, sau đó mở cửa cống cho nước chảy vào từ từ.",
    "Mùa thu năm ngoái trời ít mưa, cối xay đứng yên hơn hai mươi ngày.",
];

const ARABIC: &[&str] = &[
    "فتحت الطاحونة أبوابها هذا العام، وجاء أهل القرى الثلاث بقمحهم، كما كانوا يفعلون من قبل.",
    "في كل صباح ينظر إلى الماء، ثم يفتح البوابة، ويتركه يدخل ببطء.",
    "هل تذكر الطواحين السبع؟ لم يبق منها إلا واحدة، قرب الجسر القديم.",
];

const THAI: &[&str] = &[
    "โรงสีริมแม่น้ำเปิดใหม่ปีนี้ ชาวบ้านจากสามหมู่บ้านนำข้าวมาที่นี่",
    "ทุกเช้าเขาไปดูระดับน้ำก่อน แล้วจึงเปิดประตูน้ำให้น้ำไหลเข้ามาช้า ๆ",
    "ปีที่แล้วฝนตกน้อย โรงสีหยุดไปมากกว่ายี่สิบวัน",
];

/// Names, terms and rarer words, as Chinese text has them in every paragraph: each of them is odd by itself.
const RARER: &[&str] = &[
    "瞿塘峡口的纤夫佝偻着背，踩着湿滑的礁石，喊着号子往上游挪。",
    "垃圾清运、污水纳管和扬尘治理，由镇里的环卫所统一招标，逾期罚款。",
    "他把砒霜、硝酸铵和氰化物锁进铁皮柜，钥匙交给保管员璩秀兰。",
    "翡翠镯子跌得粉碎，老太太攥着帕子，抽抽噎噎地骂了半晌。",
    "榫头、卯眼、椽子、檩条，木匠一样一样数给徒弟听。",
];

/// Characters of [`TRADITIONAL`] and their readings, as cloaked pages write them.
const READINGS: &[(char, &str)] = &[
    ('這', "zhè"),
    ('條', "tiáo"),
    ('從', "cóng"),
    ('東', "dōng"),
    ('邊', "biān"),
    ('過', "guò"),
    ('個', "gè"),
    ('莊', "zhuāng"),
    ('後', "hòu"),
    ('進', "jìn"),
    ('漁', "yú"),
    ('們', "men"),
    ('說', "shuō"),
    ('魚', "yú"),
    ('時', "shí"),
    ('間', "jiān"),
    ('來', "lái"),
    ('長', "zhǎng"),
    ('學', "xué"),
    ('組', "zǔ"),
    ('織', "zhī"),
    ('調', "diào"),
    ('質', "zhì"),
    ('記', "jì"),
    ('錄', "lù"),
    ('顏', "yán"),
    ('氣', "qì"),
    ('專', "zhuān"),
    ('問', "wèn"),
    ('題', "tí"),
];

/// Sentences of `from` in an order that looks random and is the same each time, until `size` bytes; a paragraph is four of them.
fn prose(from: &[&str], size: usize, mut paragraph: impl FnMut(&str) -> String) -> String {
    let mut out = String::with_capacity(size + 1_000);
    let mut seed = 1u32;
    let mut number = 0;
    while out.len() < size {
        let mut text = String::new();
        for _ in 0..4 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(from[(seed >> 16) as usize % from.len()]);
            if from[0].is_ascii() {
                text.push(' ');
            }
        }
        number += 1;
        text.push_str(&format!("({number})"));
        out.push_str(&paragraph(&text));
        out.push('\n');
    }
    out
}

/// Paragraphs as web pages have them, with a head, links and a foot.
fn html(charset: &str, size: usize) -> String {
    let body = prose(CHINESE, size * 2 / 3, |p| {
        format!(
            "<p class=\"text\" style=\"text-indent:2em\">{p}<a href=\"/item/{}.html\" target=\"_blank\">更多</a>&nbsp;</p>\n<div class=\"ad\"></div>",
            p.len()
        )
    });
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"{charset}\"><title>磨坊重新开张</title>\n<script>var a = 1;</script></head>\n<body><ul class=\"nav\"><li><a href=\"/\">首页</a></li><li><a href=\"/news\">新闻</a></li></ul>\n<div id=\"main\">\n{body}</div><div class=\"footer\">版权所有</div></body></html>\n"
    )
}

/// All inputs, each of about `size` bytes.
pub fn all(size: usize) -> Vec<Input> {
    let mut turn = 0;
    let mojibake = prose(CHINESE, size, |p| {
        turn += 1;
        if turn % 10 == 0 { WINDOWS_1252.decode_without_bom_handling(p.as_bytes()).0.into_owned() } else { p.to_owned() }
    });
    let cloak = prose(TRADITIONAL, size, |p| {
        p.chars().fold(String::new(), |mut out, c| {
            out.push(c);
            if let Some((_, reading)) = READINGS.iter().find(|(r, _)| *r == c) {
                out.push_str(&format!("({reading})"));
            }
            out
        })
    });
    let chinese = [CHINESE, NEWS].concat();
    let rarer = [CHINESE, RARER].concat();
    let gbk = |text: String| GBK.encode(&text).0.into_owned();
    vec![
        Input { name: "clean Chinese text", id: "a.txt", bytes: prose(&chinese, size, str::to_owned).into_bytes() },
        Input { name: "clean Chinese text of rarer words", id: "a.txt", bytes: prose(&rarer, size, str::to_owned).into_bytes() },
        Input { name: "clean French text", id: "a.txt", bytes: prose(FRENCH, size, str::to_owned).into_bytes() },
        Input { name: "clean Russian text", id: "a.txt", bytes: prose(RUSSIAN, size, str::to_owned).into_bytes() },
        Input { name: "clean Serbian text, Latin letters in it", id: "a.txt", bytes: prose(SERBIAN, size, str::to_owned).into_bytes() },
        Input { name: "clean Korean text", id: "a.txt", bytes: prose(KOREAN, size, str::to_owned).into_bytes() },
        Input { name: "clean Vietnamese text", id: "a.txt", bytes: prose(VIETNAMESE, size, str::to_owned).into_bytes() },
        Input { name: "clean Arabic text", id: "a.txt", bytes: prose(ARABIC, size, str::to_owned).into_bytes() },
        Input { name: "clean Thai text", id: "a.txt", bytes: prose(THAI, size, str::to_owned).into_bytes() },
        Input { name: "clean ASCII text", id: "a.txt", bytes: prose(ENGLISH, size, str::to_owned).into_bytes() },
        Input { name: "clean HTML", id: "a.html", bytes: html("utf-8", size).into_bytes() },
        Input { name: "GBK text", id: "a.txt", bytes: gbk(prose(CHINESE, size, str::to_owned)) },
        Input { name: "GBK HTML", id: "a.html", bytes: gbk(html("gb2312", size)) },
        Input { name: "mojibake, one paragraph in ten", id: "a.txt", bytes: mojibake.into_bytes() },
        Input { name: "cloaked page", id: "a.txt", bytes: cloak.into_bytes() },
    ]
}
