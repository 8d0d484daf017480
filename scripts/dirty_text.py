"""Texts of our own for the generators of dirty dumps: sentences from templates in nine languages, each page with a key of its own.

Seeded and fast: paragraphs come from a pool that is made once, only the paragraph with the key is new on each page.
"""

import random

# Each language: openings, middles, ends of sentences, and the sentence that holds the key. Templates and words are our own.
LANGUAGES = {
    "zh": {
        "charsets": ["utf-8", "utf-8", "gbk", "gb18030"],
        "a": ["清晨的雾还没有散去，", "他们沿着河岸慢慢地走，", "村口的老人告诉我们，", "会议一直开到傍晚，", "新修的公路穿过山谷，", "图书馆二楼靠窗的位置，", "这一年的收成比往年好，", "工人们把仪器搬进了库房，"],
        "b": ["远处传来了几声鸟叫，", "谁也没有说起昨天的事情，", "桥下的水流得很急，", "桌上的茶已经凉了，", "孩子们在院子里数着落叶，", "记录本上写满了数字，", "邻居送来一篮子橘子，", "窗外的灯一盏一盏地亮了，"],
        "c": ["于是大家决定第二天再来。", "这件事后来写进了县里的年鉴。", "没有人知道答案究竟在哪里。", "我们把结果整理成了一份报告。", "直到很多年以后他才想起这句话。", "第二组的数据和第一组差别不大。"],
        "key": "档案编号{key}的这份记录保存在北边的仓库里，管理员每个季度都会打开门窗通风，并且在册子上写下当天的温度和湿度。",
        "titles": ["河边的记录", "仓库纪事", "山谷里的公路", "关于收成的报告"],
        "nav": ["首页", "新闻", "论坛", "关于我们", "登录"],
    },
    "zh-Hant": {
        "charsets": ["utf-8", "big5"],
        "a": ["清晨的霧還沒有散去，", "他們沿著河岸慢慢地走，", "村口的老人告訴我們，", "會議一直開到傍晚，", "新修的公路穿過山谷，"],
        "b": ["遠處傳來了幾聲鳥叫，", "誰也沒有說起昨天的事情，", "橋下的水流得很急，", "桌上的茶已經涼了，"],
        "c": ["於是大家決定第二天再來。", "這件事後來寫進了縣裡的年鑑。", "沒有人知道答案究竟在哪裡。", "我們把結果整理成了一份報告。"],
        "key": "檔案編號{key}的這份記錄保存在北邊的倉庫裡，管理員每個季度都會打開門窗通風，並且在冊子上寫下當天的溫度和濕度。",
        "titles": ["河邊的記錄", "倉庫紀事"],
        "nav": ["首頁", "新聞", "論壇", "關於我們"],
    },
    "ja": {
        "charsets": ["utf-8", "shift_jis", "euc-jp"],
        "a": ["朝の霧がまだ残っていて、", "川沿いの道をゆっくり歩くと、", "会議は夕方まで続き、", "新しい道路は谷を抜けて、", "図書館の二階の窓際で、"],
        "b": ["遠くで鳥の声が聞こえ、", "机の上のお茶は冷めてしまい、", "子どもたちは落ち葉を数え、", "記録には数字が並び、"],
        "c": ["翌日また来ることに決めました。", "結果を報告書にまとめました。", "答えは誰にも分かりませんでした。", "この話は後に町の年鑑に載りました。"],
        "key": "記録番号{key}の書類は北側の倉庫に保管されており、担当者は季節ごとに窓を開けて風を通し、その日の温度と湿度を帳面に書き込みます。",
        "titles": ["川沿いの記録", "倉庫の話"],
        "nav": ["ホーム", "ニュース", "お問い合わせ"],
    },
    "ko": {
        "charsets": ["utf-8", "euc-kr"],
        "a": ["아침 안개가 아직 걷히지 않았고 ", "그들은 강가를 따라 천천히 걸었으며 ", "회의는 저녁까지 이어졌고 ", "새로 난 길은 골짜기를 지나 "],
        "b": ["멀리서 새 소리가 들려왔으며 ", "책상 위의 차는 이미 식었고 ", "아이들은 마당에서 낙엽을 세었으며 "],
        "c": ["모두 다음 날 다시 오기로 했다.", "우리는 결과를 보고서로 정리했다.", "아무도 답을 알지 못했다."],
        "key": "기록 번호 {key} 문서는 북쪽 창고에 보관되어 있으며 관리인은 계절마다 창문을 열어 환기하고 그날의 온도와 습도를 장부에 적는다.",
        "titles": ["강가의 기록", "창고 이야기"],
        "nav": ["홈", "소식", "문의"],
    },
    "en": {
        "charsets": ["utf-8", "windows-1252"],
        "a": ["The morning mist had not lifted yet, ", "They walked slowly along the river, ", "The meeting went on until the evening, ", "The new road runs through the valley, ", "On the second floor of the library, "],
        "b": ["and far away a few birds were calling, ", "while the tea on the table grew cold, ", "and the children counted fallen leaves in the yard, ", "with page after page of figures in the notebook, "],
        "c": ["so everybody agreed to come back the next day.", "and the results were put together in a report.", "and nobody knew where the answer was to be found.", "which later went into the yearbook of the county."],
        "key": "The record with the number {key} is kept in the northern store, where the keeper opens the windows every season and writes the temperature of the day into a ledger.",
        "titles": ["Notes from the river", "A store in the north"],
        "nav": ["Home", "News", "Forum", "About", "Log in"],
    },
    "de": {
        "charsets": ["utf-8", "iso-8859-1"],
        "a": ["Der Nebel hatte sich noch nicht gelöst, ", "Sie gingen langsam am Ufer entlang, ", "Die Sitzung dauerte bis zum späten Abend, ", "Die neue Straße führt quer durchs Tal, "],
        "b": ["und in der Ferne riefen einige Vögel, ", "während der Tee auf dem Tisch kalt wurde, ", "und die Kinder zählten die Blätter im Hof, "],
        "c": ["also beschlossen alle, am nächsten Tag wiederzukommen.", "und die Ergebnisse wurden in einem Bericht zusammengefasst.", "und niemand wusste, wo die Lösung lag."],
        "key": "Die Akte mit der Nummer {key} liegt im nördlichen Lager, wo der Verwalter zu jeder Jahreszeit die Fenster öffnet und die Temperatur in ein Heft einträgt.",
        "titles": ["Notizen vom Fluss", "Das nördliche Lager"],
        "nav": ["Startseite", "Nachrichten", "Über uns"],
    },
    "ru": {
        "charsets": ["utf-8", "windows-1251", "koi8-r"],
        "a": ["Утренний туман ещё не рассеялся, ", "Они медленно шли вдоль берега, ", "Собрание продолжалось до вечера, ", "Новая дорога проходит через долину, "],
        "b": ["вдалеке кричали птицы, ", "чай на столе давно остыл, ", "дети считали во дворе опавшие листья, "],
        "c": ["и все решили вернуться на следующий день.", "и результаты собрали в один отчёт.", "и никто не знал, где искать ответ."],
        "key": "Запись под номером {key} хранится на северном складе, где смотритель каждый сезон открывает окна и заносит температуру дня в журнал.",
        "titles": ["Записки с берега", "Северный склад"],
        "nav": ["Главная", "Новости", "О нас"],
    },
    "es": {
        "charsets": ["utf-8", "iso-8859-1"],
        "a": ["La niebla de la mañana no se había levantado, ", "Caminaban despacio junto al río, ", "La reunión duró hasta el anochecer, "],
        "b": ["a lo lejos se oían algunos pájaros, ", "el té de la mesa se había enfriado, ", "los niños contaban hojas en el patio, "],
        "c": ["así que decidieron volver al día siguiente.", "y los resultados se reunieron en un informe.", "y nadie sabía dónde estaba la respuesta."],
        "key": "El registro con el número {key} se guarda en el almacén del norte, donde el encargado abre las ventanas cada estación y anota la temperatura del día en un cuaderno.",
        "titles": ["Notas del río", "El almacén del norte"],
        "nav": ["Inicio", "Noticias", "Contacto"],
    },
    "fr": {
        "charsets": ["utf-8", "iso-8859-1"],
        "a": ["La brume du matin ne s'était pas encore levée, ", "Ils marchaient lentement le long de la rivière, ", "La réunion a duré jusqu'au soir, "],
        "b": ["au loin quelques oiseaux appelaient, ", "le thé refroidissait sur la table, ", "les enfants comptaient les feuilles dans la cour, "],
        "c": ["et tous décidèrent de revenir le lendemain.", "et les résultats furent réunis dans un rapport.", "et personne ne savait où trouver la réponse."],
        "key": "Le dossier portant le numéro {key} est conservé dans l'entrepôt du nord, où le gardien ouvre les fenêtres chaque saison et note la température du jour dans un registre.",
        "titles": ["Notes de la rivière", "L'entrepôt du nord"],
        "nav": ["Accueil", "Actualités", "Contact"],
    },
}


class Texts:
    """Pages and texts, each with a key that stands nowhere else."""

    def __init__(self, rng, paragraphs=200):
        self.rng = rng
        self.names = list(LANGUAGES)
        # half of the pages are Chinese
        self.weights = [8] + [1] * (len(self.names) - 1)
        self.pool = {}
        for name, words in LANGUAGES.items():
            pool = []
            for _ in range(paragraphs):
                n = rng.randint(3, 7)
                pool.append("".join(rng.choice(words["a"]) + rng.choice(words["b"]) + rng.choice(words["c"]) + " " * (name not in ("zh", "zh-Hant", "ja")) for _ in range(n)).strip())
            self.pool[name] = pool

    def key(self, number):
        return "K%07dX%04d" % (number, self.rng.randrange(10000))

    def text(self, number):
        """(language, key, sentence, paragraphs): the sentence with the key is the second paragraph."""
        rng = self.rng
        name = rng.choices(self.names, self.weights)[0]
        key = self.key(number)
        sentence = LANGUAGES[name]["key"].format(key=key)
        pool = self.pool[name]
        paragraphs = [rng.choice(pool), sentence + pool[number % len(pool)] if name in ("zh", "zh-Hant", "ja") else sentence + " " + pool[number % len(pool)]]
        paragraphs += [rng.choice(pool) for _ in range(rng.randint(1, 6))]
        return name, key, sentence, paragraphs

    def page(self, number):
        """(key, sentence, charset, HTML in bytes, whether it names its charset itself)."""
        rng = self.rng
        name, key, sentence, paragraphs = self.text(number)
        words = LANGUAGES[name]
        charset = rng.choice(words["charsets"])
        title = rng.choice(words["titles"])
        named = rng.random() < 0.6
        meta = '<meta charset="%s">' % charset if named else ""
        nav = "".join('<li><a href="/%d">%s</a></li>' % (i, w) for i, w in enumerate(words["nav"]))
        body = "".join("<p>%s</p>\n" % p for p in paragraphs)
        html = (
            '<!DOCTYPE html>\n<html lang="%s"><head>%s<title>%s</title></head>\n<body><ul class="nav">%s</ul>\n'
            '<div class="article"><h1>%s</h1>\n%s</div>\n<div class="footer">&copy; 2020</div></body></html>\n'
            % (name, meta, title, nav, title, body)
        )
        return key, sentence, charset, html.encode(charset, "xmlcharrefreplace"), named


def rng(seed):
    return random.Random(seed)
