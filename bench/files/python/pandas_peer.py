"""
Every analysis of the catalogue that needs no learning, with pandas: vectorised, categories for texts, one pass of
group-by for the cards. One file of JSON lines per analysis.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

import catalogue as c
import pandas_tables as tables


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("users")
    parser.add_argument("cards", nargs="?", help="left out: the users are read, and nothing else")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--learn", action="store_true", help="also what needs learning")
    parser.add_argument("--engine", default="openpyxl", choices=["openpyxl", "calamine"])
    asked = parser.parse_args()
    if asked.cards is None:
        print(*pd.read_excel(asked.users, engine=asked.engine).shape)
        return
    asked.out.mkdir(parents=True)
    users = tables.read(asked.users, c.USER_HEADERS, asked.engine)
    cards = tables.read(asked.cards, c.CARD_HEADERS, asked.engine)
    p, found = analyses(users, cards)
    if asked.learn:
        from learning import learned  # what it needs is large

        found |= learned(p)
    for name, rows in found.items():
        rows.to_json(asked.out / f"{name}.json", orient="records", lines=True, double_precision=15)


def analyses(users: pd.DataFrame, cards: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The customers' profile, and the rows of every analysis."""
    for column in c.MONTHS:
        cards[column] = tables.month(cards[column])
    cards["has_chip"] = tables.flag(cards.has_chip)
    kinds = cards.type.cat.rename_categories(lambda kind: "prepaid" if "repaid" in kind else kind.lower())
    cards["type"] = kinds.cat.set_categories(c.CARD_TYPES)
    as_of = tables.infer_as_of(users, cards)
    cards = tables.cards_profile(cards, users, as_of)
    p = tables.customer_profile(users, cards, as_of)
    has_balances = cards.balance_usd.notna().any()
    offers = tables.offer_profile(p, has_balances, cards.opened_on.notna().any(), as_of)
    offers_made = offers[offers.excluded_because.isna()]
    n = len(p)
    return p, {
        "numeric-summary": numeric_summary(p),
        "portfolio-summary": portfolio_summary(p, cards),
        "age-distribution": counted(p.age_band, "band").pipe(without_empty, "band", c.UNDERAGE),
        "customers-by-state": by_state(p),
        "employment-status": employment(p),
        "gender-ratio": by_size(counted(p.gender, "value"), "value"),
        "income-distribution": counted(p.income_band, "band"),
        "retirement-horizon": counted(p.retirement_band, "band"),
        "accounts-opened": (cards.opened_on // 12).value_counts(dropna=False).sort_index()
        .rename_axis("year").reset_index(name="cards"),
        "card-security": card_security(cards, as_of // 12),
        "cards-by-brand-and-type": by_brand_and_type(cards),
        "cards-per-customer": counted(p.cards, "cards"),
        "ownership-by-segment": ownership(p),
        "rates-by-segment": rates(p),
        "customers-with-several-cards": p.loc[
            p.cards > 1, ["user_id", "cards", "credit_cards", "debit_cards", "prepaid_cards"]
        ].sort_values(["cards", "user_id"], ascending=[False, True]),
        "correlations": correlations(p),
        "credit-score-bands": counted(p.score_band, "band").merge(
            p.groupby("score_band", observed=False).debt_to_income.mean().rename("debt_to_income_mean"),
            left_on="band", right_index=True, how="left",
        ),
        "debt-tiers": counted(p.debt_tier, "tier"),
        "debt-to-income": debt_to_income(p),
        "risk-matrix": p.groupby(["score_band", "debt_tier"], observed=False).size()
        .rename("customers").reset_index(),
        "utilisation": utilisation(p),
        "high-debt-customers": p.loc[
            p.is_high_debt, ["user_id", "debt_to_income", "total_debt_usd", "annual_income_usd", "credit_score"]
        ].sort_values(["debt_to_income", "user_id"], ascending=[False, True]),
        "high-risk-customers": high_risk(p),
        "card-expiry": card_expiry(cards),
        "expiry-calendar": calendar(cards),
        "expiring-cards": expiring(cards, p),
        "marketing-audiences": pd.DataFrame(
            {
                "audience": name,
                "customers": member.sum(),
                "also_high_debt": (member & p.is_high_debt).sum(),
                "without_credit_card": (member & (p.credit_cards == 0)).sum(),
                "share": member.sum() / n,
            }
            for name, member in audiences(p).items()
        ),
        "offers": offers_in_numbers(offers, has_balances),
        "selection-fairness": fairness(p, offers_made, [
            offer for offer in c.OFFERS if has_balances or offer != c.NEEDS_BALANCES
        ]),
        "audience-members": pd.concat(
            p.loc[member, ["user_id", "credit_score", "annual_income_usd", "total_debt_usd", "debt_to_income",
                           "credit_cards"]].sort_values("user_id").assign(audience=name)
            for name, member in audiences(p).items()
        ),
        "offer-candidates": offers.sort_values(["offer", "user_id"]),
    }


def counted(values: pd.Series, name: str) -> pd.DataFrame:
    """Customers per value in the order of the values, every band of a scale, and the missing where there are some."""
    sizes = values.value_counts(sort=False, dropna=False)
    if isinstance(values.dtype, pd.CategoricalDtype):
        sizes = sizes.reindex([*values.cat.categories, *([np.nan] if values.isna().any() else [])])
    else:
        sizes = sizes.sort_index()
    return pd.DataFrame({name: sizes.index, "customers": sizes.to_numpy(), "share": sizes.to_numpy() / len(values)})


def without_empty(rows: pd.DataFrame, column: str, value: str) -> pd.DataFrame:
    return rows[(rows[column] != value) | (rows.customers > 0)]


def by_size(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Largest first, the missing last."""
    return rows.assign(is_missing=rows[name].isna()).sort_values(
        ["is_missing", "customers", name], ascending=[True, False, True]
    ).drop(columns="is_missing")


def audiences(p: pd.DataFrame) -> dict[str, pd.Series]:
    return {"premium": p.is_premium, "assistance": p.is_assistance}


def numeric_summary(p: pd.DataFrame) -> pd.DataFrame:
    values = p[c.MEASURES].assign(credit_limit_usd=p.credit_limit_usd.where(p.credit_cards > 0))
    values = values.dropna(axis="columns", how="all")
    quantiles = values.quantile([0.25, 0.5, 0.75, 0.9, 0.99]).T
    quantiles.columns = ["p25", "median", "p75", "p90", "p99"]
    return pd.DataFrame({
        "customers": values.count(),
        "missing": values.isna().sum(),
        "mean": values.mean(),
        "std": values.std(),
        "min": values.min(),
        **quantiles,
        "max": values.max(),
    }).rename_axis("measure").reset_index()


def portfolio_summary(p: pd.DataFrame, cards: pd.DataFrame) -> pd.DataFrame:
    credit = cards.type == "credit"
    return pd.DataFrame([{
        "customers": len(p),
        "cards": len(cards),
        **{f"{kind}_cards": (cards.type == kind).sum() for kind in c.CARD_TYPES},
        "cards_per_customer_mean": p.cards.mean(),
        "cards_per_customer_median": p.cards.median(),
        "customers_with_several_cards": (p.cards > 1).sum(),
        "customers_without_credit_card": (p.credit_cards == 0).sum(),
        "credit_limit_usd": cards.credit_limit_usd[credit].sum(),
        "cards_valid": cards.is_valid.sum(),
        "credit_limit_valid_usd": cards.credit_limit_usd[credit & cards.is_valid].sum(),
        "customers_without_valid_credit_card": (p.valid_credit_cards == 0).sum(),
        "customers_without_valid_card": (p.valid_cards == 0).sum(),
        "total_debt_usd": p.total_debt_usd.sum(),
        "income_median_usd": p.annual_income_usd.median(),
        "age_mean": p.age.mean(),
        "age_median": p.age.median(),
        "credit_score_mean": p.credit_score.mean(),
        "cards_without_customer": (~cards.has_customer).sum(),
    }])


def by_state(p: pd.DataFrame) -> pd.DataFrame:
    rows = p.groupby("state", observed=True, dropna=False).agg(
        customers=("user_id", "size"),
        income_median_usd=("annual_income_usd", "median"),
        debt_to_income_median=("debt_to_income", "median"),
    ).reset_index()
    return by_size(rows.assign(share=rows.customers / len(p)), "state")


def employment(p: pd.DataFrame) -> pd.DataFrame:
    derived = p.employment[p.employment_status.isna()].value_counts()
    rows = counted(p.employment, "value")
    rows["derived"] = rows.value.map(derived).fillna(0).astype(int)
    return by_size(rows[rows.customers > 0], "value")


def card_security(cards: pd.DataFrame, year: int) -> pd.DataFrame:
    findings = {"no_chip": ~cards.has_chip}
    if cards.pin_changed_year.notna().any():
        findings["old_pin"] = year - cards.pin_changed_year > c.PIN_YEARS
    return pd.DataFrame(
        {
            "finding": name,
            "cards": found.sum(),
            "share": found.mean(),
            "valid_cards": (found & cards.is_valid).sum(),
            "unknown": found.isna().sum(),
        }
        for name, found in findings.items()
    )


def by_brand_and_type(cards: pd.DataFrame) -> pd.DataFrame:
    rows = cards.groupby(["brand", "type"], observed=False).agg(
        cards=("card_id", "size"),
        credit_limit_mean_usd=("credit_limit_usd", "mean"),
        credit_limit_median_usd=("credit_limit_usd", "median"),
    ).reset_index()
    return rows.assign(share=rows.cards / len(cards))


def debt_to_income(p: pd.DataFrame) -> pd.DataFrame:
    known = p[p.debt_to_income.notna()]
    return pd.DataFrame([{
        "customers": len(known),
        "mean": known.debt_to_income.mean(),
        "median": known.debt_to_income.median(),
        "ratio_of_sums": known.total_debt_usd.sum() / known.annual_income_usd.sum(),
        "customers_high_debt": known.is_high_debt.sum(),
        "share_high_debt": known.is_high_debt.mean(),
    }])


def correlations(p: pd.DataFrame) -> pd.DataFrame:
    values = p[c.CORRELATED].dropna(axis="columns", how="all")
    pearson, spearman = values.corr(), values.corr(method="spearman")
    known = values.notna()
    return pd.DataFrame(
        {
            "x": x,
            "y": y,
            "pearson": pearson.at[x, y],
            "spearman": spearman.at[x, y],
            "customers": (known[x] & known[y]).sum(),
        }
        for i, x in enumerate(values.columns)
        for y in values.columns[i + 1:]
    )


def utilisation(p: pd.DataFrame) -> pd.DataFrame:
    sums = p.groupby("utilisation_band", observed=True, dropna=False)[["balance_valid_usd", "balance_expired_usd"]]
    sums = sums.sum(min_count=1).set_axis(["balance_usd", "balance_expired_usd"], axis=1)
    return counted(p.utilisation_band, "band").merge(sums, left_on="band", right_index=True, how="left")


def high_risk(p: pd.DataFrame) -> pd.DataFrame:
    rows = p.loc[p.is_high_risk, ["user_id", "credit_score", "score_band", "debt_to_income", "utilisation"]]
    both = f"{c.LOW_SCORE}; {c.LOW_SCORE_WITH_DEBT}"
    low, with_debt = p.is_low_score[p.is_high_risk], p.is_low_score_with_debt[p.is_high_risk]
    rows["reasons"] = np.select([low & with_debt, low], [both, c.LOW_SCORE], c.LOW_SCORE_WITH_DEBT)
    return rows.sort_values(["credit_score", "debt_to_income", "user_id"], ascending=[True, False, True])


def card_expiry(cards: pd.DataFrame) -> pd.DataFrame:
    flags = pd.DataFrame({
        "cards": True,
        **{f"{kind}_cards": cards.type == kind for kind in c.CARD_TYPES},
        "this_month": cards.is_this_month,
        "not_yet_opened": cards.is_not_yet_opened,
    })
    return flags.groupby(cards.status, observed=False).sum().reset_index()


def month_names(months: pd.Series) -> pd.Series:
    """Named once per month rather than once per card."""
    named = {m: f"{int(m) // 12:04}-{int(m) % 12 + 1:02}" for m in months.dropna().unique()}
    return months.map(named)


def calendar(cards: pd.DataFrame) -> pd.DataFrame:
    flags = pd.DataFrame({"cards": True, "credit_cards": cards.type == "credit"})
    rows = flags.groupby(cards.expires_on, dropna=False).sum().reset_index()
    return rows.assign(month=month_names(rows.expires_on)).drop(columns="expires_on")


def expiring(cards: pd.DataFrame, p: pd.DataFrame) -> pd.DataFrame:
    rows = cards.loc[cards.status == "expiring", ["card_id", "user_id", "brand", "type", "expires_on"]]
    rows = rows.merge(p[["user_id", "is_premium"]].rename(columns={"is_premium": "premium_audience"}), how="left")
    rows = rows.sort_values(["expires_on", "card_id"])
    return rows.assign(expires_on=month_names(rows.expires_on))


def offers_in_numbers(offers: pd.DataFrame, has_balances: bool) -> pd.DataFrame:
    eligible = offers.groupby("offer", observed=False).size()
    excluded = offers.groupby(["offer", "excluded_because"], observed=True).size().rename("customers").reset_index()
    excluded = excluded.sort_values(["customers", "excluded_because"], ascending=[False, True])
    excluded["why"] = excluded.excluded_because + ": " + excluded.customers.astype(str)
    why = excluded.groupby("offer", observed=False).why.agg("; ".join)
    stopped = excluded.groupby("offer", observed=False).customers.sum()
    remarks = {} if has_balances else c.WITHOUT_BALANCES
    rows = pd.DataFrame({
        "customers": eligible - stopped,
        "eligible": eligible,
        "excluded": stopped,
        "kind": [kind for kind, _ in c.OFFERS.values()],
        "why": ["; ".join(filter(None, [remarks.get(offer), why[offer]])) or None for offer in c.OFFERS],
    }, index=pd.Index(c.OFFERS, name="offer"))
    if not has_balances:
        rows.loc[c.NEEDS_BALANCES, ["customers", "eligible", "excluded"]] = None
    return rows.reset_index()


def listed_segments(rows: pd.DataFrame, dimension: str) -> list:
    """Bands of a scale are all there, under 18 only where it occurs; open segments by name; the missing last."""
    found = [s for s in rows.index if pd.notna(s)]
    missing = [s for s in rows.index if pd.isna(s)]
    closed = c.SEGMENTS[dimension]
    if closed is None:
        return [*sorted(found), *missing]
    return [*[s for s in found if s not in closed], *closed, *missing]


def wilson(successes: pd.Series, known: pd.Series) -> tuple[pd.Series, pd.Series]:
    z2 = c.Z**2
    half = c.Z * np.sqrt(successes * (known - successes) / known + z2 / 4)
    low, high = (successes + z2 / 2 - half) / (known + z2), (successes + z2 / 2 + half) / (known + z2)
    low = low.mask(successes == 0, 0.0).where(known > 0)
    return low, high.mask(successes == known, 1.0).where(known > 0)


def cells_of(p: pd.DataFrame, totals: pd.DataFrame, dimension: str) -> pd.DataFrame:
    keys = [p[dimension].rename("segment"), p.age_band.rename("age")]
    return totals.groupby(keys, observed=True, dropna=False).sum()


def standardised(cells: pd.DataFrame, total: str, known: str, mix: pd.Series) -> pd.Series:
    """A segment's mean per age band, weighted by the ages of all customers."""
    weight = cells.index.get_level_values("age").map(mix).astype(float)
    there = cells[known] > 0
    covered = pd.Series(weight, cells.index).where(there).groupby("segment", observed=True, dropna=False).sum()
    weighted = (weight * cells[total] / cells[known]).groupby("segment", observed=True, dropna=False).sum()
    return (weighted / covered).where(covered >= c.LEAST_COVERAGE)


def ownership(p: pd.DataFrame) -> pd.DataFrame:
    mix = p.age_band.value_counts(normalize=True)
    totals = pd.DataFrame({
        "customers": 1, "cards": p.cards, "valid_cards": p.valid_cards, "with_credit_card": p.credit_cards > 0,
    })
    parts = []
    for dimension in c.OWNERSHIP_DIMENSIONS:
        cells = cells_of(p, totals, dimension)
        rows = cells.groupby("segment", observed=True, dropna=False).sum()
        rows["standardised"] = np.nan if dimension == "age_band" else standardised(cells, "cards", "customers", mix)
        rows = rows.reindex(listed_segments(rows, dimension))
        customers = rows.customers.fillna(0).astype(int)
        low, high = wilson(rows.with_credit_card, rows.customers)
        parts.append(pd.DataFrame({
            "dimension": dimension,
            "segment": rows.index,
            "customers": customers.array,
            "cards_per_customer": (rows.cards / rows.customers).array,
            "valid_cards_per_customer": (rows.valid_cards / rows.customers).array,
            "share_with_credit_card": (rows.with_credit_card / rows.customers).array,
            "share_low": low.array,
            "share_high": high.array,
            "cards_per_customer_age_standardised": rows.standardised.array,
            "small": (customers < c.SMALL).array,
        }))
    return pd.concat(parts)


def rates(p: pd.DataFrame) -> pd.DataFrame:
    """What the segments are compared by: the values of the customers who are known, and whether it is a share."""
    measured = {
        "cards_per_customer": (p.cards, False),
        "valid_cards_per_customer": (p.valid_cards, False),
        "share_with_credit_card": (p.credit_cards > 0, True),
        "debt_to_income_mean": (p.debt_to_income, False),
        "share_high_debt": (p.is_high_debt.where(p.debt_to_income.notna()).astype(float), True),
        "utilisation_mean": (p.utilisation, False),
        "share_high_risk": (p.is_high_risk.where(p.credit_score.notna()).astype(float), True),
        "share_premium": (p.is_premium, True),
        "share_assistance": (p.is_assistance, True),
    }
    measured = {rate: (values, is_share) for rate, (values, is_share) in measured.items() if values.notna().any()}
    totals = pd.DataFrame({
        "customers": 1,
        **{rate: values for rate, (values, _) in measured.items()},
        **{f"known_{rate}": values.notna() for rate, (values, _) in measured.items()},
    })
    mix = p.age_band.value_counts(normalize=True)
    parts = []
    for dimension in c.SEGMENTS:
        cells = cells_of(p, totals, dimension)
        sums = cells.groupby("segment", observed=True, dropna=False).sum()
        for rate, (_, is_share) in measured.items():
            rows = sums[["customers", rate, f"known_{rate}"]].set_axis(["customers", "total", "known"], axis=1)
            if dimension != "age_band":
                rows = rows.assign(standardised=standardised(cells, rate, f"known_{rate}", mix))
            rows = rows.reindex(columns=["customers", "total", "known", "standardised"])
            rows = rows.reindex(listed_segments(rows, dimension))
            low, high = wilson(rows.total, rows.known) if is_share else (np.nan, np.nan)
            known = rows.known.fillna(0).astype(int)
            parts.append(pd.DataFrame({
                "dimension": dimension,
                "segment": rows.index,
                "rate": rate,
                "customers": rows.customers.fillna(0).astype(int).array,
                "share_of_customers": (rows.customers.fillna(0) / len(p)).array,
                "known": known.array,
                "raw": (rows.total / rows.known).array,
                "raw_low": np.asarray(low),
                "raw_high": np.asarray(high),
                "age_standardised": rows.standardised.array,
                "small": (known < c.SMALL).array,
            }))
    return pd.concat(parts)


def fairness(p: pd.DataFrame, candidates: pd.DataFrame, offers: list[str]) -> pd.DataFrame:
    chosen = {**audiences(p), **{
        offer: p.user_id.isin(candidates.user_id[candidates.offer == offer]) for offer in offers
    }}
    chosen = pd.DataFrame({"customers": 1, **chosen})
    under, over = f"under {c.AGE_SPLIT}", f"{c.AGE_SPLIT} and over"
    age_group = pd.cut(p.age, [-np.inf, c.AGE_SPLIT, np.inf], right=False, labels=[under, over])
    sums = {
        dimension: chosen.groupby(group, observed=True, dropna=False).sum()
        for dimension, group in {"gender": p.gender, "age_group": age_group}.items()
    }
    return pd.concat(
        compared(selection, dimension, rows.customers, rows[selection])
        for selection in chosen.columns[1:]
        for dimension, rows in sums.items()
    )


def compared(selection: str, dimension: str, customers: pd.Series, selected: pd.Series) -> pd.DataFrame:
    rows = pd.DataFrame({
        "group": customers.index,
        "selected": selected.to_numpy(),
        "customers": customers.to_numpy(),
        "rate": (selected / customers).to_numpy(),
    })
    rows["small"] = rows.customers < c.SMALL
    # a small group is no reference, unless all are
    named = rows[rows.group.notna()].sort_values(["small", "rate"], ascending=[True, False], kind="stable")
    base = named.iloc[0]
    others = rows.group.notna() & (rows.group != base.group)
    with np.errstate(divide="ignore", invalid="ignore"):
        rows["ratio"] = (rows.rate / base.rate).where(rows.group.notna() & (base.rate > 0))
        middle = rows.selected * base.customers / (base.selected * rows.customers)
        error = np.sqrt(1 / rows.selected - 1 / rows.customers + 1 / base.selected - 1 / base.customers)
        known = others & (rows.selected > 0) & (base.selected > 0)
        rows["ratio_low"] = (middle * np.exp(-c.Z * error)).where(known)
        rows["ratio_high"] = (middle * np.exp(c.Z * error)).where(known)
    return rows.assign(selection=selection, dimension=dimension)


if __name__ == "__main__":
    main()
