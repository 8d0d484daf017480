#!/usr/bin/env python3
"""Prints the rows of src/data/rules/repair.tsv for the pairs of src/data/mojibake-pairs.tsv: id, sentence, source, a sample that fires.

    python3 scripts/mojibake-rules.py CHECK > rows

CHECK is a program that reads texts, one a line with \\n and \\\\ escaped, and writes for each a line with the rules that fire on it.
The samples are sentences of our own, damaged by the codecs of Python; pairs on which none fires are left out.
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = {"windows-1252": "cp1252", "gb18030": "gbk", "big5": "cp950", "shift_jis": "cp932", "euc-jp": "euc_jp", "euc-kr": "cp949", "utf-8": "utf-8",
          "windows-1250": "cp1250", "windows-1251": "cp1251", "windows-1253": "cp1253", "windows-1254": "cp1254", "windows-1255": "cp1255",
          "windows-1256": "cp1256", "windows-1257": "cp1257", "windows-1258": "cp1258", "windows-874": "cp874", "iso-8859-1": "latin-1",
          "iso-8859-2": "iso8859_2", "iso-8859-5": "iso8859_5", "iso-8859-7": "iso8859_7", "iso-8859-15": "iso8859_15", "koi8-r": "koi8_r",
          "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic", "ibm437": "cp437", "ibm850": "cp850", "ibm852": "cp852", "ibm857": "cp857", "ibm866": "cp866",
          "sloppy-windows-1253": "cp1253", "sloppy-windows-1255": "cp1255", "sloppy-windows-1257": "cp1257", "sloppy-windows-874": "cp874"}
SENTENCES = [
    "春天来了，河边的柳树都绿了，孩子们在草地上放风筝。", "我们昨天去了图书馆，借了三本关于历史的书。", "明天天气很好，大家一起去公园。",
    "春天來了，河邊的柳樹都綠了，孩子們在草地上放風箏。", "我們昨天去了圖書館，借了三本關於歷史的書。", "他說這個問題很重要，我們應該一起討論。",
    "春になると川のほとりの柳が緑になり、子どもたちは草の上で遊びます。", "昨日は図書館に行って、歴史についての本を三冊借りました。", "これは私の大切な友達からの手紙です。",
    "봄이 오면 강가의 버드나무가 푸르게 되고 아이들은 풀밭에서 논다.", "어제 우리는 도서관에 가서 역사에 관한 책을 세 권 빌렸다.", "그는 이 문제가 매우 중요하다고 말했다.",
    "Весной ивы у реки становятся зелёными, и дети играют на траве.", "Вчера мы ходили в библиотеку и взяли три книги по истории.", "вчера вечером они долго говорили о книгах и о погоде",
    "Am Fluss grünen die Weiden, und die Kinder lassen Drachen über die Wiese fliegen, während wir früh gehen müssen.", "für schöne Bücher müssen wir größere Räume wählen", "Übermorgen hören wir schöne Lieder für Männer und Mädchen.",
    "Le printemps arrivé, les élèves préfèrent étudier près de la forêt où coule une rivière.", "«Où étiez-vous l’été passé?» — «À la forêt, près du château.»", "L’été dernier, l’élève a écrit “déjà” près du château…",
    "Wiosną wierzby nad rzeką zielenieją, a dzieci puszczają latawce na łące, gdyż są śmiałe.", "Żółte książki leżą na półkach, które są piękne, choć wąskie.", "Příští týden půjdeme do školy a žáci řeknou, že čtou příběhy.",
    "Dün akşam kütüphaneye gittik ve tarih üzerine üç kitap aldık, çünkü yağmur yağıyordu ve güneş görünmüyordu.", "Mùa xuân đến, cây liễu bên sông trở nên xanh và trẻ em thả diều.",
    "Την άνοιξη τα παιδιά παίζουν κοντά στο ποτάμι και διαβάζουν βιβλία.", "באביב הילדים משחקים ליד הנהר וקוראים ספרים על ההיסטוריה.", "في الربيع يلعب الأطفال قرب النهر ويقرأون الكتب عن التاريخ.",
    "ในฤดูใบไม้ผลิเด็กๆ เล่นอยู่ริมแม่น้ำและอ่านหนังสือประวัติศาสตร์", "Pavasarį vaikai žaidžia prie upės ir skaito knygas apie šalies istoriją, kurią mėgsta.", "más próximo está el café turístico del jardín",
]


def read(data, name):
    """Bytes as a careless decoder reads them, or None."""
    codec = PYTHON[name]
    if name in ("big5", "shift_jis", "euc-jp", "euc-kr", "gb18030"):
        try:
            return data.decode("gb18030" if name == "gb18030" else codec)
        except UnicodeDecodeError:
            return None
    out = []
    for b in data:
        try:
            out.append(bytes([b]).decode(codec))
        except UnicodeDecodeError:
            out.append(chr(b))
    return "".join(out)


def pieces(sentence):
    yield sentence
    words = sentence.split(" ")
    for n in (8, 5, 3) if len(words) > 3 else ():
        for i in range(0, len(words) - n):
            yield " ".join(words[i:i + n])
    for n in (16, 12, 8):
        for i in range(0, max(0, len(sentence) - n), 2):
            yield sentence[i:i + n].strip()


def pairs():
    for line in open(os.path.join(HERE, "..", "src", "data", "mojibake-pairs.tsv"), encoding="utf-8"):
        if not line.startswith("#") and line.strip():
            name, written = line.rstrip("\n").split("\t")
            for w in written.split(" "):
                yield w, name
                if name == "windows-1252":
                    yield w, "iso-8859-1"


def cell(text):
    return "".join(c if 0x20 < ord(c) < 0x7F and c != "\\" or 0x4E00 <= ord(c) < 0xA000 else "\\s" if c == " " else "\\u{%x}" % ord(c) for c in text)


def main():
    check, samples = sys.argv[1], []
    done = set()
    for written, name in pairs():
        if (written, name) in done:
            continue
        done.add((written, name))
        count = 0
        for sentence in SENTENCES:
            for piece in pieces(sentence):
                try:
                    garbled = read(piece.encode(PYTHON[written]), name)
                except UnicodeEncodeError:
                    continue
                if garbled and garbled != piece and "\n" not in garbled and "\r" not in garbled:
                    samples.append((written, name, garbled))
                    count += 1
                    if count % 4 == 0:
                        break
    out = subprocess.run([check], input="".join(s[2].replace("\\", "\\\\") + "\n" for s in samples).encode(), stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")
    best = {}
    for (written, name, garbled), fired in zip(samples, out):
        rule = f"repair/{written}-as-{name}".replace("_", "-").replace("sloppy-", "")
        if rule in fired.split(" ") and (rule not in best or len(garbled) < len(best[rule][2])):
            best[rule] = (written, name, garbled)
    for rule in sorted(best):
        written, name, garbled = best[rule]
        label = {"gb18030": "GBK", "big5": "Big5", "shift_jis": "Shift_JIS", "ibm437": "CP437", "ibm850": "CP850", "ibm852": "CP852", "ibm866": "CP866"}
        say = lambda n: label.get(n.replace("sloppy-", ""), n.replace("sloppy-", "").upper() if n.startswith(("utf", "euc", "iso", "koi")) else n.replace("sloppy-", ""))
        print("\t".join([rule, f"written in {say(written)}, read as {say(name)}", "mojibake-pairs.tsv", cell(garbled), "MA\\u{c7}\\u{c3}\\sE\\sLIM\\u{c3}O"]))


main()
