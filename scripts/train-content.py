#!/usr/bin/env python3
"""Trains src/data/content/trees.tsv: which blocks of an HTML page are its main content.

Needs the development kit beside the project (../shared/extract: pages with their main text) and `pip install lightgbm`.
  1. lays the pages out, runs the crate's own feature printer on them (cargo test, content::training)
  2. labels every block by the share of its 4-token shingles that the page's main text has; of pages that come with snippets that
     are or are not content, only blocks that hold one of them
  3. trains boosted trees, each page with equal weight
Only thresholds and leaf values reach the table, nothing of the pages.

`--folds` writes no table. It trains five tables, each without the pages of every fifth site, cleans the pages of those sites with the
whole program, and prints F1 by group of pages: what to expect of pages never seen. F1 of the table in the crate on the pages it was trained on
says little: it is two points higher (0.914 for 0.892 when this was written).
"""
import argparse, collections, gzip, hashlib, html, json, os, re, subprocess, sys, tempfile
import numpy as np
import lightgbm as lgb

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
KIT = os.path.join(ROOT, "..", "shared", "extract")
sys.path.insert(0, KIT)
import score  # the kit's scorer: tokens, shingles

# trees of sixteen leaves did worse on sites left out, those of six no better
PARAMETERS = dict(objective="cross_entropy", learning_rate=0.1, num_leaves=8, max_depth=4, min_data_in_leaf=150,
                  feature_fraction=0.3, bagging_fraction=0.6, bagging_freq=1, lambda_l2=10, max_bin=63, seed=1, verbosity=-1,
                  num_threads=1)
FOLDS = 5


def name(row):
    return row["id"].replace("/", "__") + ".html"


def site(row):
    match = re.match(r"\w+://([^/]+)", row.get("url") or "")
    host = (match.group(1) if match else row["id"]).lower().split(".")
    return ".".join(host[-3:] if len(host[-2]) <= 3 and len(host) > 2 else host[-2:]) if len(host) > 1 else host[0]


def run_test(name, **env):
    subprocess.check_call(["cargo", "test", "--release", "--lib", "content::training::" + name, "--", "--ignored"], cwd=ROOT,
                          stdout=subprocess.DEVNULL, env=dict(os.environ, **env))


def features(rows, work, again):
    """Names, values, and of each block: number of the page, its file, number of the block, elements, text."""
    pages, out = os.path.join(work, "pages"), os.path.join(work, "features")
    os.makedirs(pages, exist_ok=True)
    for row in rows:
        path = os.path.join(pages, name(row))
        if not os.path.exists(path):
            open(path, "wb").write(gzip.open(os.path.join(KIT, row["html_path"])).read())
    if not again:
        run_test("features_of_pages", PAGES=pages, FEATURES=out)
    names = open(out + ".names").read().split("\n")
    values = np.fromfile(out + ".f32", dtype="<f4").reshape(-1, len(names))
    return names, values, [json.loads(line) for line in open(out + ".blocks")]


def menus(names, values):
    """Blocks the program does not ask the trees about: `is_menu` of content/mod.rs."""
    value = lambda name: values[:, names.index(name)]
    return (value("link") >= 0.95) & (value("units") < 60) & ((value("t_nav") > 0) | (value("t_footer") > 0))


def label_by_snippets(row, texts, share, weight, ks):
    gold = json.load(open(os.path.join(KIT, row["gold_path"]), encoding="utf8"))
    # soft hyphens are gone from our text
    sides = [[score.norm_ws(snippet.replace("\u00ad", "")) for snippet in gold[side]] for side in ("with", "without")]
    for k, text in zip(ks, texts):
        text = score.norm_ws(text)
        inside, outside = (any(s and (s in text or (len(text) >= 12 and text in s)) for s in side) for side in sides)
        if inside != outside:
            share[k], weight[k] = inside, min(60, len(score.toks(text)) + 5)
    weight[ks] /= max(1e-9, weight[ks].sum())


def label(rows, blocks):
    """Per block: share of it that is content, and its weight."""
    by_page = collections.defaultdict(list)
    for k, block in enumerate(blocks):
        by_page[block[1]].append(k)
    share, weight = np.zeros(len(blocks)), np.zeros(len(blocks))
    for page, ks in by_page.items():
        if rows[page]["gold_kind"] == "snippets":
            label_by_snippets(rows[page], [blocks[k][4] for k in ks], share, weight, ks)
            continue
        # some sources left character references in their texts: `&#8217;` would be a word
        gold = html.unescape(open(os.path.join(KIT, rows[page]["gold_path"]), encoding="utf8").read()).replace("\u00ad", "")
        lines = {tuple(score.toks(line)) for line in gold.split("\n")}
        tokens = score.toks(gold)
        grams = {n: set(zip(*(tokens[i:] for i in range(n)))) for n in (1, 2, 3, 4)}
        own = [score.toks(blocks[k][4]) for k in ks]
        short = []
        for j, (k, t) in enumerate(zip(ks, own)):
            if tuple(t) in lines:
                share[k] = 1
            elif len(t) >= 4:
                inside = list(zip(*(t[i:] for i in range(4))))
                share[k] = sum(s in grams[4] for s in inside) / len(inside)
            elif t:
                short.append(j)
        for j in short:
            # a short block is content where it stands between content, or where a shingle across its border is in the text
            k, t = ks[j], own[j]
            if tuple(t) not in grams[len(t)]:
                continue
            before = (own[j - 1] if j else [])[-(4 - len(t)):] + t
            after = t + (own[j + 1] if j + 1 < len(own) else [])[: 4 - len(t)]
            crosses = any(len(s) == 4 and tuple(s) in grams[4] for s in (before, after))
            near = [[i for i in r if 0 <= i < len(own) and len(own[i]) >= 4] for r in (range(j - 1, j - 4, -1), range(j + 1, j + 4))]
            between = all(r and share[ks[r[0]]] > 0.6 for r in near)
            share[k] = 1 if crosses or between else 0
        for k, t in zip(ks, own):
            weight[k] = (len(t) + 1) / (len(tokens) + 100)
        # a page whose boilerplate dwarfs its text counts as one page all the same
        weight[ks] /= max(1, weight[ks].sum() / 3)
    return share, weight * 1000


def number(x):
    return ("%.6g" % x).replace("e-0", "e-").replace("e+0", "e")


def preorder(node, names):
    if "leaf_value" in node:
        return ["=" + "%.4g" % node["leaf_value"]]
    here = "%s<=%s" % (names[node["split_feature"]], number(node["threshold"]))
    return [here] + preorder(node["left_child"], names) + preorder(node["right_child"], names)


def table(model, names, path):
    with open(path, "w", encoding="ascii", newline="\n") as out:
        out.write("# Is a block of an HTML page main content? Boosted trees over the features named below; the logistic of the sum of the\n"
                  "# leaves is a probability. Made by scripts/train-content.py from the development pages of the kit (their sources are in its\n"
                  "# README); thresholds and leaf values only. A tree in preorder: `name<=value` goes to the next step if true, `=value` is a leaf.\n")
        out.write("features\t%s\nbase\t0\n" % " ".join(names))
        for tree in model.dump_model()["tree_info"]:
            out.write("tree\t%s\n" % " ".join(preorder(tree["tree_structure"], names)))


def report(rows, texts):
    """F1 over shingles by group, of the texts in a folder."""
    groups = collections.defaultdict(list)
    for row in rows:
        path = os.path.join(texts, name(row))
        if row["gold_kind"] != "fulltext" or not os.path.exists(path):
            continue
        text = open(path, encoding="utf8").read()
        gold = open(os.path.join(KIT, row["gold_path"]), encoding="utf8").read()
        result = score.tpfpfn(score.shingles(score.toks(gold)), score.shingles(score.toks(text))) + (not text.strip(),)
        own = ["set " + row["set"]]
        if row.get("bench", True):
            own += ["all", "language " + (row["lang"] if row["lang"] in ("zh", "ja", "en") else "other")]
        if row.get("page_type"):
            own.append("type " + row["page_type"])
        for group in own:
            groups[group].append(result)
    for group, results in sorted(groups.items()):
        p, r, f = score.prf(*(sum(x[i] for x in results) for i in range(3)))
        print("%-28s %4d pages  F1 %.3f  P %.3f  R %.3f  empty %d" % (group, len(results), f, p, r, sum(x[3] for x in results)), flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "jingwen-content"))
    ap.add_argument("--trees", type=int, default=200)
    ap.add_argument("--again", action="store_true", help="take the features an earlier run has left in the work folder")
    ap.add_argument("--folds", action="store_true", help="write no table; F1 by group on pages of sites left out")
    ap.add_argument("--seen", action="store_true", help="write no table; F1 by group of the table in the crate on all pages")
    args = ap.parse_args()
    rows = [json.loads(line) for line in open(os.path.join(KIT, "manifest.jsonl"), encoding="utf8")]
    rows = {name(r): r for r in rows}
    own = os.path.join(ROOT, "src", "data", "content", "trees.tsv")
    pages, texts = os.path.join(args.work, "pages"), os.path.join(args.work, "texts")
    os.makedirs(texts, exist_ok=True)
    names, values, blocks = features(list(rows.values()), args.work, args.again or args.seen)
    if args.seen:
        run_test("texts_of_pages", PAGES=pages, TEXTS=texts, TREES=own, ONLY="\n".join(rows))
        return report(rows.values(), texts)
    share, weight = label(rows, blocks)
    weight[menus(names, values)] = 0
    fold_of = {n: int(hashlib.md5(site(r).encode()).hexdigest(), 16) % FOLDS for n, r in rows.items()}
    folds = np.array([fold_of[b[1]] for b in blocks])

    def train(select):
        select = select & (weight > 0)
        return lgb.train(PARAMETERS, lgb.Dataset(values[select], share[select], weight=weight[select], feature_name=names), args.trees)

    if not args.folds:
        return table(train(np.ones(len(blocks), bool)), names, own)
    for fold in range(FOLDS):
        left_out = os.path.join(args.work, "fold-%d.tsv" % fold)
        table(train(folds != fold), names, left_out)
        run_test("texts_of_pages", PAGES=pages, TEXTS=texts, TREES=left_out, ONLY="\n".join(n for n in rows if fold_of[n] == fold))
    report(rows.values(), texts)


if __name__ == "__main__":
    main()
