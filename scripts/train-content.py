#!/usr/bin/env python3
"""Trains src/data/content/trees.tsv: which blocks of an HTML page are its main content.

Needs the development kit beside the project (../shared/extract: pages with their main text) and `pip install lightgbm`.
  1. lays the pages out, runs the crate's own feature printer on them (cargo test, content::training)
  2. labels every block by the share of its 4-token shingles that the page's main text has
  3. trains boosted trees, each page with equal weight; `--folds` first reports F1 on pages of sites left out
Only thresholds and leaf values reach the table, nothing of the pages.
"""
import argparse, collections, gzip, hashlib, json, os, re, subprocess, sys, tempfile
import numpy as np
import lightgbm as lgb

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
KIT = os.path.join(ROOT, "..", "shared", "extract")
sys.path.insert(0, KIT)
import score  # the kit's scorer: tokens, shingles

PARAMETERS = dict(objective="cross_entropy", learning_rate=0.1, num_leaves=16, max_depth=5, min_data_in_leaf=150,
                  feature_fraction=0.3, bagging_fraction=0.6, bagging_freq=1, lambda_l2=10, max_bin=63, seed=1, verbosity=-1,
                  num_threads=2)


def name(row):
    return row["id"].replace("/", "__") + ".html"


def site(row):
    match = re.match(r"\w+://([^/]+)", row.get("url") or "")
    host = (match.group(1) if match else row["id"]).lower().split(".")
    return ".".join(host[-3:] if len(host[-2]) <= 3 and len(host) > 2 else host[-2:]) if len(host) > 1 else host[0]


def features(rows, work):
    pages = os.path.join(work, "pages")
    os.makedirs(pages, exist_ok=True)
    for row in rows:
        path = os.path.join(pages, name(row))
        if not os.path.exists(path):
            open(path, "wb").write(gzip.open(os.path.join(KIT, row["html_path"])).read())
    out = os.path.join(work, "features")
    subprocess.check_call(["cargo", "test", "--release", "--lib", "content::training", "--", "--ignored"], cwd=ROOT,
                          env=dict(os.environ, PAGES=pages, FEATURES=out))
    names = open(out + ".names").read().split("\n")
    values = np.fromfile(out + ".f32", dtype="<f4").reshape(-1, len(names))
    return names, values, [json.loads(line) for line in open(out + ".blocks")]


def label(rows, blocks):
    """Per block: share of it that is content, and its weight."""
    by_page = collections.defaultdict(list)
    for k, block in enumerate(blocks):
        by_page[block[1]].append(k)
    share, weight = np.zeros(len(blocks)), np.zeros(len(blocks))
    for page, ks in by_page.items():
        gold = open(os.path.join(KIT, rows[page]["gold_path"]), encoding="utf8").read()
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


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "jingwen-content"))
    ap.add_argument("--trees", type=int, default=120)
    ap.add_argument("--folds", action="store_true")
    ap.add_argument("--fold", type=int, help="leave out one fold of five, for scoring with the program itself")
    args = ap.parse_args()
    rows = [json.loads(line) for line in open(os.path.join(KIT, "manifest.jsonl"), encoding="utf8")]
    rows = {name(r): r for r in rows if r["gold_kind"] == "fulltext"}
    names, values, blocks = features(list(rows.values()), args.work)
    share, weight = label(rows, blocks)
    folds = np.array([int(hashlib.md5(site(rows[b[1]]).encode()).hexdigest(), 16) % 5 for b in blocks])

    def train(select):
        return lgb.train(PARAMETERS, lgb.Dataset(values[select], share[select], weight=weight[select], feature_name=names), args.trees)

    if args.folds:
        guess = np.zeros(len(blocks))
        for fold in range(5):
            guess[folds == fold] = train(folds != fold).predict(values[folds == fold])
        loss = -(share * np.log(guess + 1e-9) + (1 - share) * np.log(1 - guess + 1e-9))
        print("loss on sites left out: %.4f" % ((loss * weight).sum() / weight.sum()))
    model = train(folds != args.fold if args.fold is not None else np.ones(len(blocks), bool)).dump_model()
    with open(os.path.join(ROOT, "src", "data", "content", "trees.tsv"), "w", encoding="ascii", newline="\n") as out:
        out.write("# Is a block of an HTML page main content? Boosted trees over the features named below; the logistic of the sum of the\n"
                  "# leaves is a probability. Made by scripts/train-content.py from the development pages of the kit (their sources are in its\n"
                  "# README); thresholds and leaf values only. A tree in preorder: `name<=value` goes to the next step if true, `=value` is a leaf.\n")
        out.write("features\t%s\nbase\t0\n" % " ".join(names))
        for tree in model["tree_info"]:
            out.write("tree\t%s\n" % " ".join(preorder(tree["tree_structure"], names)))


if __name__ == "__main__":
    main()
