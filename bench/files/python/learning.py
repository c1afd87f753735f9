"""
What the analyses of the topic predict ask, with scikit-learn and xgboost: a scorecard and trees in five folds of a
sample, scores of all customers, and segments by k-means. The algorithms are not ours, so that neither are the
figures: the time stands beside ours, and nothing is compared.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score, brier_score_loss, roc_auc_score, roc_curve, silhouette_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

import catalogue as c
import pandas_tables as tables

sys.path.append(str(Path(__file__).parents[2] / "models"))
from reference import bins_of, evidence_of, places  # noqa: E402

SAMPLE, CLUSTERED = 50_000, 5_000
# 20 points double the odds, 600 stand for 50 to 1
FACTOR = 20 / np.log(2)
OFFSET = 600 - FACTOR * np.log(50)


class Scorecard:
    """Weights of evidence of binned inputs, added up by a logistic regression."""

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Scorecard":
        self.bounds = [bins_of(column, y) for column in x.T]
        held = [places(column, bounds) for column, bounds in zip(x.T, self.bounds)]
        self.evidence = [evidence_of(at, y, len(b) + 2) for at, b in zip(held, self.bounds)]
        self.model = LogisticRegression(max_iter=1000).fit(self.weights(x), y)
        self.counts = [(np.bincount(at, minlength=len(e)), np.bincount(at, y, len(e))) for at, e in zip(held, self.evidence)]
        return self

    def weights(self, x: np.ndarray) -> np.ndarray:
        return np.column_stack([e[places(col, b)] for col, b, e in zip(x.T, self.bounds, self.evidence)])

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        return self.model.predict_proba(self.weights(x))

    @property
    def points(self) -> list[np.ndarray]:
        return [-FACTOR * beta * e for beta, e in zip(self.model.coef_[0], self.evidence)]


def trees() -> XGBClassifier:
    return XGBClassifier(
        n_estimators=200, max_depth=4, learning_rate=0.05, reg_lambda=1, min_child_weight=10, max_bin=255,
    )


def learned(p: pd.DataFrame) -> dict[str, pd.DataFrame]:
    x, y = p[c.LEARNT].to_numpy(float), tables.flag(p.defaulted).to_numpy(int)
    drawn = np.random.default_rng(1).permutation(len(p))[:SAMPLE]
    x_drawn, y_drawn = x[drawn], y[drawn]
    candidates = {"scorecard": Scorecard, "trees": trees}
    unseen = {name: np.zeros(len(drawn)) for name in candidates}
    for train, test in StratifiedKFold(5, shuffle=True, random_state=1).split(x_drawn, y_drawn):
        for name, make in candidates.items():
            model = make().fit(x_drawn[train], y_drawn[train])
            unseen[name][test] = model.predict_proba(x_drawn[test])[:, 1]
    card = Scorecard().fit(x_drawn, y_drawn)
    pd_all = card.predict_proba(x)[:, 1]
    scored = p.assign(pd=pd_all, score=OFFSET - FACTOR * np.log(pd_all / (1 - pd_all)), y=y)
    scored["band"] = tables.bands_from(scored.pd, c.RISK_FROM, c.RISK_BANDS)
    return {
        "model-validation": pd.concat(validation(name, y_drawn, pred) for name, pred in unseen.items()),
        "model-gains": pd.concat(tenths(name, y_drawn, pred, 20) for name, pred in unseen.items()),
        "model-calibration": pd.concat(tenths(name, y_drawn, pred, 10) for name, pred in unseen.items()),
        "model-inputs": pd.DataFrame({"input": c.LEARNT, "coefficient": card.model.coef_[0],
                                      "points_range": [np.ptp(points) for points in card.points]}),
        "model-characteristics": pd.concat(
            pd.DataFrame({"input": name, "points": points, "woe": e, "customers": n, "defaults": bad})
            for name, points, e, (n, bad) in zip(c.LEARNT, card.points, card.evidence, card.counts)
        ),
        "model-fairness": fairness(p.iloc[drawn], y_drawn, unseen["scorecard"]),
        "default-bands": in_sums(scored.groupby("band", observed=False)),
        "default-scores": in_sums(scored.groupby(scored.score // 10 * 10)),
        "default-cut-offs": in_sums(scored.groupby(pd.qcut(scored.score.rank(method="first"), 50, labels=False)))
        .iloc[::-1].cumsum(),
        "default-watchlist": watchlist(scored, card, x),
        "segments": segments(p, y),
    }


def validation(name: str, y: np.ndarray, pred: np.ndarray) -> pd.DataFrame:
    false, true, _ = roc_curve(y, pred)
    auc, log_odds = roc_auc_score(y, pred), np.log(pred / (1 - pred))
    line = LogisticRegression(C=np.inf).fit(log_odds.reshape(-1, 1), y)
    return pd.DataFrame({"candidate": name, "metric": ["AUC", "Gini", "KS", "Brier", "slope", "intercept"], "value": [
        auc, 2 * auc - 1, np.max(true - false), brier_score_loss(y, pred), line.coef_[0, 0], line.intercept_[0],
    ]})


def tenths(name: str, y: np.ndarray, pred: np.ndarray, parts: int) -> pd.DataFrame:
    rows = pd.DataFrame({"y": y, "pd": pred})
    bins = pd.qcut(rows.pd.rank(method="first", ascending=False), parts, labels=False)
    return rows.groupby(bins).agg(customers=("y", "size"), defaults=("y", "sum"), pd_mean=("pd", "mean")) \
        .assign(model=name)


def fairness(p: pd.DataFrame, y: np.ndarray, pred: np.ndarray) -> pd.DataFrame:
    selected = pred <= y.mean()
    groups = {"gender": p.gender, "age_group": p.age >= c.AGE_SPLIT}
    return pd.concat(
        pd.Series(selected).groupby(group.to_numpy(), observed=True).agg(["size", "sum", "mean"]).assign(dimension=name)
        for name, group in groups.items()
    )


def in_sums(groups) -> pd.DataFrame:
    return groups.agg(
        customers=("pd", "size"), pd_mean=("pd", "mean"), defaults=("y", "sum"), total_debt_usd=("total_debt_usd", "sum"),
        credit_limit_valid_usd=("credit_limit_valid_usd", "sum"), balance_valid_usd=("balance_valid_usd", "sum"),
    )


def watchlist(scored: pd.DataFrame, card: Scorecard, x: np.ndarray) -> pd.DataFrame:
    rows = scored.sort_values(["pd", "user_id"], ascending=[False, True]).head(int(len(scored) * c.WATCHED))
    at = rows.index.to_numpy()
    held = [points[places(x[at, j], card.bounds[j])] for j, points in enumerate(card.points)]
    lost = np.column_stack([points.max() - own for points, own in zip(card.points, held)])
    worst = np.argsort(-lost, axis=1)[:, :4]
    names = np.array(c.LEARNT)[worst]
    reasons = pd.Series(names[:, 0])
    for column in names.T[1:]:
        reasons = reasons + "; " + column
    return rows[["user_id", "pd", "score", "band", *c.LEARNT]].assign(reasons=reasons.to_numpy())


def segments(p: pd.DataFrame, y: np.ndarray) -> pd.DataFrame:
    values = p[c.BEHAVIOUR].fillna(p[c.BEHAVIOUR].median())
    values = values.clip(values.quantile(0.01), values.quantile(0.99), axis=1)
    points = StandardScaler().fit_transform(values)
    few = points[np.random.default_rng(1).permutation(len(points))[:CLUSTERED]]
    tried = []
    for k in range(2, 7):
        model = KMeans(k, n_init=10, random_state=1).fit(few)
        other = KMeans(k, n_init=10, random_state=2).fit(few)
        tried.append((silhouette_score(few, model.labels_), adjusted_rand_score(model.labels_, other.labels_), model))
    silhouette, agreement, model = max(tried, key=lambda found: found[0])
    rows = p[c.BEHAVIOUR].assign(y=y).groupby(model.predict(points))
    return rows.mean().assign(customers=rows.size(), silhouette=silhouette, agreement=agreement)
