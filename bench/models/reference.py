"""The same folds, inputs, settings and constraints with scikit-learn and xgboost. Reads a job, prints one JSON line."""

import json
import os
import platform
import sys
import time

import numpy as np
import sklearn
import xgboost
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve
from sklearn.tree import DecisionTreeClassifier


def bins_of(x, y):
    """Bounds by a small decision tree per input, each with a twentieth of the rows at least."""
    known = ~np.isnan(x)
    tree = DecisionTreeClassifier(max_leaf_nodes=10, min_samples_leaf=max(1, len(y) // 20), random_state=0)
    tree.fit(x[known].reshape(-1, 1), y[known])
    thresholds = tree.tree_.threshold[tree.tree_.feature == 0]
    return np.sort(thresholds)


def places(x, bounds):
    """A bin per row; the missing have the last one."""
    return np.where(np.isnan(x), len(bounds) + 1, np.searchsorted(bounds, x, side="left"))


def evidence_of(at, y, bins):
    goods = np.bincount(at[y == 0], minlength=bins) + 0.5
    bads = np.bincount(at[y == 1], minlength=bins) + 0.5
    return np.log((goods / goods.sum()) / (bads / bads.sum()))


def scorecard(x, y, asked):
    began = time.perf_counter()
    all_bounds, all_evidence, columns = [], [], []
    for j in range(x.shape[1]):
        bounds = bins_of(x[:, j], y)
        at = places(x[:, j], bounds)
        evidence = evidence_of(at, y, len(bounds) + 2)
        all_bounds.append(bounds)
        all_evidence.append(evidence)
        columns.append(evidence[at])
    model = LogisticRegression(C=1.0, max_iter=1000).fit(np.column_stack(columns), y)
    seconds = time.perf_counter() - began
    held = [evidence[places(asked[:, j], bounds)] for j, (bounds, evidence) in enumerate(zip(all_bounds, all_evidence))]
    return model.predict_proba(np.column_stack(held))[:, 1], seconds


def trees(x, y, asked, settings, monotone):
    parameters = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": settings["depth"],
        "eta": settings["rate"],
        "lambda": settings["lambda"],
        "min_child_weight": settings["min_child_weight"],
        "max_bin": settings["bins"],
        "base_score": float(y.mean()),
        "monotone_constraints": tuple(monotone),
        "verbosity": 0,
    }
    seconds = np.inf
    # threads that wait for each other are slower than one where the machine has other work: the faster counts
    for threads in {1, os.cpu_count() or 1}:
        began = time.perf_counter()
        data = xgboost.DMatrix(x, label=y, nthread=threads)
        model = xgboost.train({**parameters, "nthread": threads}, data, num_boost_round=settings["rounds"])
        seconds = min(seconds, time.perf_counter() - began)
    return model.predict(xgboost.DMatrix(asked)).astype(float), seconds


def measured(y, pd, seconds):
    false, true, _ = roc_curve(y, pd)
    return {
        "auc": roc_auc_score(y, pd),
        "ks": float(np.max(true - false)),
        "brier": brier_score_loss(y, pd),
        "seconds": seconds,
    }


def run(job):
    table = np.genfromtxt(job["file"], delimiter=",", skip_header=1)
    fold, y, x = table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2:]
    by_scorecard, by_trees = np.zeros(len(y)), np.zeros(len(y))
    times = [0.0, 0.0]
    for k, monotone in enumerate(job["monotone"]):
        train, test = fold != k, fold == k
        by_scorecard[test], seconds = scorecard(x[train], y[train], x[test])
        times[0] += seconds
        by_trees[test], seconds = trees(x[train], y[train], x[test], job["settings"], monotone)
        times[1] += seconds
    return {"scorecard": measured(y, by_scorecard, times[0]), "trees": measured(y, by_trees, times[1])}


def main():
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    versions = {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "xgboost": xgboost.__version__,
        "numpy": np.__version__,
    }
    print(json.dumps({"versions": versions, "sets": {job["name"]: run(job) for job in jobs}}))


if __name__ == "__main__":
    main()
