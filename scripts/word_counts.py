"""Counts of letters within words, by the files of lingua-language-detector 1.3.5 (Apache-2.0), and which of its languages are used for what.
What becomes of them is train-model.py's.
"""
import json
import os

import brotli

# Latin languages without text in the corpus, by the counts of letters within words that lingua has of them (several: the mean of these).
COUNTED = [("afr", "af"), ("hrv", "hr bs"), ("cym", "cy"), ("dan", "da"), ("epo", "eo"), ("est", "et"), ("eus", "eu"), ("gle", "ga"), ("isl", "is"), ("lav", "lv"),
           ("lit", "lt"), ("nor", "nb nn"), ("slk", "sk"), ("slv", "sl"), ("sqi", "sq")]
# Latin languages of the corpus, by the name of such counts: they are added to those of the text.
BESIDE_TEXT = dict(cat="ca", ces="cs", deu="de", eng="en", fin="fi", fra="fr", hun="hu", ind="id", ita="it", nld="nl", pol="pl", por="pt", ron="ro", spa="es", swa="sw",
                   swe="sv", tur="tr", vie="vi")


def read_words(folder, codes):
    """Counts of letters within words, a word with a blank before and behind: {one, two, three characters: share of all letters}.

    The files have each n-gram as a fraction of the (n-1)-gram before its last letter. What is missing of a whole is what ends there, and what
    an n-gram has more than those that are longer by a letter before it, begins with it: nothing is estimated."""
    mean = {}
    for code in codes:
        share = {"": 1.0}
        for name in ("unigrams", "bigrams", "trigrams"):
            grams_of = json.loads(brotli.decompress(open(os.path.join(folder, code, name + ".json.br"), "rb").read()))["ngrams"]
            for fraction, found in sorted(grams_of.items()):
                a, b = map(int, fraction.split("/"))
                for g in found.split(" "):
                    share[g] = share[g[:-1]] * a / b
        behind, before = {}, {}
        for g, n in share.items():
            if g:
                behind[g[:-1]] = behind.get(g[:-1], 0) + n
                before[g[1:]] = before.get(g[1:], 0) + n
        left = lambda g, longer: n if (n := share[g] - longer.get(g, 0)) > 1e-12 else 0
        word = {g: n for g, n in share.items() if len(g) == 3}
        for g in share:
            if len(g) == 2:
                word[" " + g], word[g + " "] = left(g, before), left(g, behind)
        for g in share:
            if len(g) == 1:
                starts = sum(n for w, n in word.items() if w[0] == " " and w[1] == g and w[2] != " ")
                alone = left(g, before) - starts
                word[" " + g + " "] = alone if alone > 1e-12 else 0
        for g, n in word.items():
            mean[g] = mean.get(g, 0) + n / len(codes)
    return mean
