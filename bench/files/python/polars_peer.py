"""
Every analysis of the catalogue that needs no learning, with polars: files are scanned, the profiles and then all
analyses are collected together by the lazy engine on all cores. One file of JSON lines per analysis.
"""

import argparse
from pathlib import Path

import polars as pl

import catalogue as c
import polars_tables as tables

col = pl.col


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("users")
    parser.add_argument("cards", nargs="?", help="left out: the users are read, and nothing else")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.cards is None:
        print(*pl.read_excel(asked.users).shape)
        return
    asked.out.mkdir(parents=True)
    users, cards = tables.read(asked.users, asked.cards)
    found = analyses(users, cards)
    for name, rows in zip(found, pl.collect_all(found.values())):
        rows.write_ndjson(asked.out / f"{name}.json")


def analyses(users: pl.DataFrame, cards: pl.DataFrame) -> dict[str, pl.LazyFrame]:
    as_of = tables.infer_as_of(users, cards)
    has_balances, has_openings = (cards[n].count() > 0 for n in ("balance_usd", "opened_on"))
    has_pins = cards["pin_changed_year"].count() > 0
    cards = tables.cards_profile(cards, users, as_of)
    cards, profile = pl.collect_all([cards, tables.customer_profile(users, cards)])
    cards, p = cards.lazy(), profile.lazy()
    offers = tables.offer_profile(p, has_balances, has_openings, as_of).collect()
    cells = cells_of(profile)
    return {
        "numeric-summary": numeric_summary(profile),
        "portfolio-summary": portfolio_summary(p, cards),
        "age-distribution": counted(p, "age_band", "band", [c.UNDERAGE, *c.AGE_BANDS])
        .filter((col("band") != c.UNDERAGE) | (col("customers") > 0)),
        "customers-by-state": by_state(p),
        "employment-status": by_size(
            p.group_by(col("employment").cast(pl.String).alias("value")).agg(
                pl.len().alias("customers"),
                (pl.len() / profile.height).alias("share"),
                (col("employment").count() - col("employment_status").count()).alias("derived"),
            ), "value",
        ),
        "gender-ratio": by_size(counted(p, "gender", "value"), "value"),
        "income-distribution": counted(p, "income_band", "band", c.INCOME_BANDS),
        "retirement-horizon": counted(p, "retirement_band", "band", c.RETIREMENT_BANDS),
        "accounts-opened": cards.group_by((col("opened_on") // 12).alias("year")).agg(pl.len().alias("cards"))
        .sort("year", nulls_last=True),
        "card-security": card_security(cards, as_of // 12, has_pins),
        "cards-by-brand-and-type": by_brand_and_type(cards),
        "cards-per-customer": counted(p, "cards", "cards").sort("cards"),
        "ownership-by-segment": ownership(cells),
        "rates-by-segment": rates(cells),
        "customers-with-several-cards": p.filter(col("cards") > 1)
        .select("user_id", "cards", "credit_cards", "debit_cards", "prepaid_cards")
        .sort("cards", "user_id", descending=[True, False]),
        "correlations": correlations(profile),
        "credit-score-bands": counted(p, "score_band", "band", c.SCORE_BANDS).join(
            p.group_by(col("score_band").alias("band")).agg(col("debt_to_income").mean().alias("debt_to_income_mean")),
            on="band", how="left", nulls_equal=True, maintain_order="left",
        ),
        "debt-tiers": counted(p, "debt_tier", "tier", c.DEBT_TIERS),
        "debt-to-income": debt_to_income(p),
        "risk-matrix": risk_matrix(p),
        "utilisation": counted(p, "utilisation_band", "band", c.UTILISATION_BANDS).join(
            p.group_by(col("utilisation_band").alias("band")).agg(
                known_sum("balance_valid_usd").alias("balance_usd"), known_sum("balance_expired_usd"),
            ),
            on="band", how="left", nulls_equal=True, maintain_order="left",
        ),
        "high-debt-customers": p.filter("is_high_debt")
        .select("user_id", "debt_to_income", "total_debt_usd", "annual_income_usd", "credit_score")
        .sort("debt_to_income", "user_id", descending=[True, False]),
        "high-risk-customers": high_risk(p),
        "card-expiry": card_expiry(cards),
        "expiry-calendar": cards.group_by("expires_on").agg(
            pl.len().alias("cards"), (col("type") == "credit").sum().alias("credit_cards"),
        ).sort("expires_on", nulls_last=True).select(month_name().alias("month"), "cards", "credit_cards"),
        "expiring-cards": cards.filter(col("status") == "expiring")
        .join(p.select("user_id", col("is_premium").alias("premium_audience")), on="user_id", how="left")
        .sort("expires_on", "card_id")
        .select("card_id", "user_id", "brand", "type", month_name().alias("expires_on"), "premium_audience"),
        "marketing-audiences": pl.concat(
            p.select(
                pl.lit(name).alias("audience"),
                member.sum().alias("customers"),
                (member & col("is_high_debt")).sum().alias("also_high_debt"),
                (member & (col("credit_cards") == 0)).sum().alias("without_credit_card"),
                member.mean().alias("share"),
            )
            for name, member in AUDIENCES.items()
        ),
        "offers": offers_in_numbers(offers.lazy(), has_balances),
        "selection-fairness": fairness(profile, offers, [
            offer for offer in c.OFFERS if has_balances or offer != c.NEEDS_BALANCES
        ]),
        "audience-members": pl.concat(
            p.filter(member).sort("user_id").select(
                pl.lit(name).alias("audience"), "user_id", "credit_score", "annual_income_usd", "total_debt_usd",
                "debt_to_income", "credit_cards",
            )
            for name, member in AUDIENCES.items()
        ),
        "offer-candidates": offers.lazy().sort("offer", "user_id"),
    }


AUDIENCES = {"premium": col("is_premium"), "assistance": col("is_assistance")}


def counted(p: pl.LazyFrame, column: str, name: str, scale: list[str] | None = None) -> pl.LazyFrame:
    """Customers per value; of a scale every band in its order, and the missing where there are some."""
    rows = p.group_by(col(column).alias(name)).agg(pl.len().alias("customers"))
    if scale is not None:
        bands = pl.LazyFrame({name: scale}, schema={name: pl.Enum(scale)})
        rows = bands.join(rows, on=name, how="full", coalesce=True, nulls_equal=True)
        rows = rows.with_columns(col("customers").fill_null(0)).sort(name, nulls_last=True)
    return rows.with_columns((col("customers") / col("customers").sum()).alias("share"))


def by_size(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Largest first, the missing last."""
    value = col(name).cast(pl.String)
    return rows.with_columns(value).sort(value.is_null(), "customers", name, descending=[False, True, False])


def known_sum(name: str) -> pl.Expr:
    """Missing where nothing is known, and not 0."""
    return pl.when(col(name).count() > 0).then(col(name).sum()).alias(name)


def month_name() -> pl.Expr:
    """Named once per month rather than once per row."""
    months = pl.int_range(1900 * 12, 2200 * 12, eager=True, dtype=pl.Int32)
    names = [f"{m // 12}-{m % 12 + 1:02}" for m in months]
    return col("expires_on").cast(pl.Int32).replace_strict(months, names, default=None)


def numeric_summary(profile: pl.DataFrame) -> pl.LazyFrame:
    values = profile.select(
        *[col(name).cast(pl.Float64) for name in c.MEASURES if name != "credit_limit_usd"],
        pl.when(col("credit_cards") > 0).then(col("credit_limit_usd")).cast(pl.Float64).alias("credit_limit_usd"),
    )
    quantiles = {"p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9, "p99": 0.99}
    return pl.concat(
        # sorted once for all quantiles
        values.lazy().select(col(name).drop_nulls().sort()).select(
            pl.lit(name).alias("measure"),
            pl.len().alias("customers"),
            (values.height - pl.len().cast(pl.Int64)).alias("missing"),
            col(name).mean().alias("mean"),
            col(name).std().alias("std"),
            col(name).min().alias("min"),
            *[col(name).quantile(q, "linear").alias(label) for label, q in quantiles.items()],
            col(name).max().alias("max"),
        )
        for name in values.columns
        if values[name].count() > 0
    )


def portfolio_summary(p: pl.LazyFrame, cards: pl.LazyFrame) -> pl.LazyFrame:
    credit, limit = col("type") == "credit", col("credit_limit_usd")
    of_cards = cards.select(
        pl.len().alias("cards"),
        *[(col("type") == kind).sum().alias(f"{kind}_cards") for kind in c.CARD_TYPES],
        limit.filter(credit).sum().alias("credit_limit_usd"),
        col("is_valid").sum().alias("cards_valid"),
        limit.filter(credit & col("is_valid")).sum().alias("credit_limit_valid_usd"),
        (~col("has_customer")).sum().alias("cards_without_customer"),
    )
    of_customers = p.select(
        pl.len().alias("customers"),
        col("cards").mean().alias("cards_per_customer_mean"),
        col("cards").median().alias("cards_per_customer_median"),
        (col("cards") > 1).sum().alias("customers_with_several_cards"),
        (col("credit_cards") == 0).sum().alias("customers_without_credit_card"),
        (col("valid_credit_cards") == 0).sum().alias("customers_without_valid_credit_card"),
        (col("valid_cards") == 0).sum().alias("customers_without_valid_card"),
        col("total_debt_usd").sum(),
        col("annual_income_usd").median().alias("income_median_usd"),
        col("age").mean().alias("age_mean"),
        col("age").median().alias("age_median"),
        col("credit_score").mean().alias("credit_score_mean"),
    )
    return pl.concat([of_customers, of_cards], how="horizontal")


def by_state(p: pl.LazyFrame) -> pl.LazyFrame:
    rows = p.group_by("state").agg(
        pl.len().alias("customers"),
        col("annual_income_usd").median().alias("income_median_usd"),
        col("debt_to_income").median().alias("debt_to_income_median"),
    )
    return by_size(rows.with_columns((col("customers") / col("customers").sum()).alias("share")), "state")


def card_security(cards: pl.LazyFrame, year: int, has_pins: bool) -> pl.LazyFrame:
    findings = {"no_chip": ~col("has_chip")}
    if has_pins:
        findings["old_pin"] = year - col("pin_changed_year") > c.PIN_YEARS
    return pl.concat(
        cards.select(
            pl.lit(name).alias("finding"),
            found.sum().alias("cards"),
            (found.sum() / pl.len()).alias("share"),
            (found & col("is_valid")).sum().alias("valid_cards"),
            found.null_count().alias("unknown"),
        )
        for name, found in findings.items()
    )


def by_brand_and_type(cards: pl.LazyFrame) -> pl.LazyFrame:
    brand = col("brand").cast(pl.String)
    kinds = pl.LazyFrame({"type": c.CARD_TYPES}, schema={"type": tables.CARD_TYPE})
    pairs = cards.select(col("brand").unique()).select(brand).join(kinds, how="cross")
    counted = cards.group_by("brand", "type").agg(
        pl.len().alias("cards"),
        col("credit_limit_usd").mean().alias("credit_limit_mean_usd"),
        col("credit_limit_usd").median().alias("credit_limit_median_usd"),
    ).with_columns(brand)
    return (
        pairs.join(counted, on=["brand", "type"], how="left")
        .with_columns(col("cards").fill_null(0))
        .with_columns((col("cards") / col("cards").sum()).alias("share"))
        .sort("brand", "type", nulls_last=True)
    )


def correlations(profile: pl.DataFrame) -> pl.LazyFrame:
    names = [name for name in c.CORRELATED if profile[name].count() > 0]
    gaps = [name for name in names if profile[name].null_count() > 0]

    def ranks(name: str, other: str) -> str:
        """Among the customers who have both; ranked once for all others without gaps."""
        return f"rank of {name} beside {other}" if other in gaps else f"rank of {name}"

    def rank(name: str, other: str) -> pl.Expr:
        known = pl.when(col(other).is_not_null()).then(col(name)) if other in gaps else col(name)
        return known.rank().alias(ranks(name, other))

    pairs = [(x, y) for i, x in enumerate(names) for y in names[i + 1:]]
    needed = {ranks(a, b): rank(a, b) for x, y in pairs for a, b in ((x, y), (y, x))}
    ranked = profile.lazy().select(*names, *needed.values())
    found = ranked.select(
        pl.struct(
            pl.corr(x, y).alias("pearson"),
            pl.corr(ranks(x, y), ranks(y, x)).alias("spearman"),
            (col(x).is_not_null() & col(y).is_not_null()).sum().alias("customers"),
        ).alias(f"{x} {y}")
        for x, y in pairs
    ).unpivot(variable_name="pair")
    names_of = col("pair").str.split(" ")
    return found.select(names_of.list.get(0).alias("x"), names_of.list.get(1).alias("y"), col("value")).unnest("value")


def debt_to_income(p: pl.LazyFrame) -> pl.LazyFrame:
    return p.filter(col("debt_to_income").is_not_null()).select(
        pl.len().alias("customers"),
        col("debt_to_income").mean().alias("mean"),
        col("debt_to_income").median().alias("median"),
        (col("total_debt_usd").sum() / col("annual_income_usd").sum()).alias("ratio_of_sums"),
        col("is_high_debt").sum().alias("customers_high_debt"),
        col("is_high_debt").mean().alias("share_high_debt"),
    )


def risk_matrix(p: pl.LazyFrame) -> pl.LazyFrame:
    scores = pl.LazyFrame({"score_band": c.SCORE_BANDS}, schema={"score_band": pl.Enum(c.SCORE_BANDS)})
    tiers = pl.LazyFrame({"debt_tier": c.DEBT_TIERS}, schema={"debt_tier": pl.Enum(c.DEBT_TIERS)})
    keys = ["score_band", "debt_tier"]
    rows = scores.join(tiers, how="cross").join(
        p.group_by(keys).agg(pl.len().alias("customers")), on=keys, how="full", coalesce=True, nulls_equal=True,
    )
    return rows.with_columns(col("customers").fill_null(0)).sort(keys, nulls_last=True)


def high_risk(p: pl.LazyFrame) -> pl.LazyFrame:
    both = pl.lit(f"{c.LOW_SCORE}; {c.LOW_SCORE_WITH_DEBT}")
    return (
        p.filter("is_high_risk")
        .sort("credit_score", "debt_to_income", "user_id", descending=[False, True, False], nulls_last=True)
        .select(
            "user_id", "credit_score", "score_band", "debt_to_income", "utilisation",
            pl.when(col("is_low_score") & col("is_low_score_with_debt")).then(both)
            .when("is_low_score").then(pl.lit(c.LOW_SCORE))
            .otherwise(pl.lit(c.LOW_SCORE_WITH_DEBT)).alias("reasons"),
        )
    )


def card_expiry(cards: pl.LazyFrame) -> pl.LazyFrame:
    statuses = pl.LazyFrame({"status": c.STATUSES}, schema={"status": tables.STATUS})
    counted = cards.group_by("status").agg(
        pl.len().alias("cards"),
        *[(col("type") == kind).sum().alias(f"{kind}_cards") for kind in c.CARD_TYPES],
        col("is_this_month").sum().alias("this_month"),
        col("is_not_yet_opened").sum().alias("not_yet_opened"),
    )
    rows = statuses.join(counted, on="status", how="full", coalesce=True, nulls_equal=True)
    return rows.with_columns(pl.selectors.numeric().fill_null(0)).sort("status", nulls_last=True)


def offers_in_numbers(offers: pl.LazyFrame, has_balances: bool) -> pl.LazyFrame:
    remarks = {} if has_balances else c.WITHOUT_BALANCES
    remark = col("offer").cast(pl.String).replace_strict(remarks, default=None, return_dtype=pl.String)
    is_computable = pl.lit(has_balances) | (col("offer") != c.NEEDS_BALANCES)
    counts = ["customers", "eligible", "excluded"]
    kinds = [kind for kind, _ in c.OFFERS.values()]
    listed = pl.LazyFrame({"offer": list(c.OFFERS), "kind": kinds}, schema={"offer": tables.OFFER, "kind": pl.String})
    sizes = offers.group_by("offer").agg(
        pl.len().alias("eligible"), col("excluded_because").count().alias("excluded"),
    )
    reasons = (
        offers.filter(col("excluded_because").is_not_null())
        .group_by("offer", col("excluded_because").cast(pl.String).alias("reason")).len()
        .sort("len", "reason", descending=[True, False])
        .group_by("offer", maintain_order=True)
        .agg(pl.format("{}: {}", "reason", "len").str.join("; ").alias("why"))
    )
    return (
        listed.join(sizes, on="offer", how="left").join(reasons, on="offer", how="left")
        .with_columns(col("eligible", "excluded").fill_null(0))
        .with_columns((col("eligible") - col("excluded")).alias("customers"))
        .with_columns(
            pl.when(is_computable).then(col(counts)),
            pl.coalesce(pl.concat_str(remark, "why", separator="; "), remark, "why").alias("why"),
        )
        .sort("offer")
    )


RATES = {
    "cards_per_customer": (col("cards"), False),
    "valid_cards_per_customer": (col("valid_cards"), False),
    "share_with_credit_card": (col("credit_cards") > 0, True),
    "debt_to_income_mean": (col("debt_to_income"), False),
    "share_high_debt": (pl.when(col("debt_to_income").is_not_null()).then(col("is_high_debt")), True),
    "utilisation_mean": (col("utilisation"), False),
    "share_high_risk": (pl.when(col("credit_score").is_not_null()).then(col("is_high_risk")), True),
    "share_premium": (col("is_premium"), True),
    "share_assistance": (col("is_assistance"), True),
}


def cells_of(profile: pl.DataFrame) -> pl.DataFrame:
    """Customers who are alike in every dimension, together: what segments are compared by needs them once."""
    return profile.lazy().group_by(*c.SEGMENTS).agg(
        pl.len().alias("customers"),
        *[value.sum().cast(pl.Float64).alias(f"total_{rate}") for rate, (value, _) in RATES.items()],
        *[value.count().alias(f"known_{rate}") for rate, (value, _) in RATES.items()],
    ).collect()


def segments(cells: pl.DataFrame, dimension: str, rate: str) -> pl.LazyFrame:
    """One row per segment: every band of a scale, under 18 and the missing where there are some, others by name."""
    mix = (
        cells.lazy().filter(col("age_band").is_not_null()).group_by(col("age_band").alias("age"))
        .agg(col("customers").sum().alias("mix"))
        .with_columns((col("mix") / col("mix").sum()).alias("mix"))
    )
    total, known = col(f"total_{rate}"), col(f"known_{rate}")
    rows = (
        cells.lazy().group_by(col(dimension).cast(pl.String).alias("segment"), col("age_band").alias("age"))
        .agg(col("customers").sum(), total.sum().alias("total"), known.sum().alias("known"))
        .join(mix, on="age", how="left")
        .group_by("segment").agg(
            col("customers", "total", "known").sum(),
            col("mix").filter(col("known") > 0).sum().alias("covered"),
            (col("mix") * col("total") / col("known")).filter(col("known") > 0).sum().alias("weighted"),
        )
    )
    closed = c.SEGMENTS[dimension] or []
    listed = pl.LazyFrame({"segment": closed, "place": range(1, len(closed) + 1)},
                          schema={"segment": pl.String, "place": pl.Int32})
    place = pl.when(col("segment") == c.UNDERAGE).then(0).otherwise("place")
    covered = (col("covered") >= c.LEAST_COVERAGE) & (pl.lit(dimension) != "age_band")
    return (
        listed.join(rows, on="segment", how="full", coalesce=True)
        .sort(place, "segment", nulls_last=True)
        .with_columns(
            pl.lit(dimension).alias("dimension"),
            col("customers", "known").fill_null(0),
            pl.when(covered).then(col("weighted") / col("covered")).alias("age_standardised"),
        )
        .with_columns(pl.when(col("known") > 0).then(col("total") / col("known")).alias("raw"))
    )


def wilson() -> tuple[pl.Expr, pl.Expr]:
    total, known, z2 = col("total"), col("known"), c.Z**2
    half = c.Z * (total * (known - total) / known + z2 / 4).sqrt()
    low, high = (total + z2 / 2 - half) / (known + z2), (total + z2 / 2 + half) / (known + z2)
    return (
        pl.when(known == 0).then(None).when(total == 0).then(0.0).otherwise(low),
        pl.when(known == 0).then(None).when(total == known).then(1.0).otherwise(high),
    )


def ownership(cells: pl.DataFrame) -> pl.LazyFrame:
    low, high = wilson()

    def of(dimension: str) -> pl.LazyFrame:
        held = segments(cells, dimension, "cards_per_customer")
        valid = segments(cells, dimension, "valid_cards_per_customer")
        credit = segments(cells, dimension, "share_with_credit_card")
        return pl.concat([
            held.select("dimension", "segment", "customers", col("raw").alias("cards_per_customer"),
                        col("age_standardised").alias("cards_per_customer_age_standardised"),
                        (col("customers") < c.SMALL).alias("small")),
            valid.select(col("raw").alias("valid_cards_per_customer")),
            credit.select(col("raw").alias("share_with_credit_card"), low.alias("share_low"), high.alias("share_high")),
        ], how="horizontal")

    return pl.concat(of(dimension) for dimension in c.OWNERSHIP_DIMENSIONS)


def rates(cells: pl.DataFrame) -> pl.LazyFrame:
    low, high = wilson()
    missing = pl.lit(None, pl.Float64)
    return pl.concat(
        segments(cells, dimension, rate).select(
            "dimension", "segment", pl.lit(rate).alias("rate"), "customers",
            (col("customers") / col("customers").sum()).alias("share_of_customers"),
            "known", "raw",
            (low if is_share else missing).alias("raw_low"), (high if is_share else missing).alias("raw_high"),
            "age_standardised", (col("known") < c.SMALL).alias("small"),
        )
        for dimension in c.SEGMENTS
        for rate, (_, is_share) in RATES.items()
        if cells[f"known_{rate}"].sum() > 0
    )


def fairness(profile: pl.DataFrame, offers: pl.DataFrame, listed: list[str]) -> pl.LazyFrame:
    candidates = offers.filter(col("excluded_because").is_null()).partition_by("offer", as_dict=True)
    chosen = {**AUDIENCES, **{
        offer: col("user_id").is_in(candidates[offer,]["user_id"].implode()) if (offer,) in candidates else pl.lit(False)
        for offer in listed
    }}
    under, over = f"under {c.AGE_SPLIT}", f"{c.AGE_SPLIT} and over"
    groups = {
        "gender": col("gender").cast(pl.String),
        "age_group": pl.when(col("age") < c.AGE_SPLIT).then(pl.lit(under))
        .when(col("age") >= c.AGE_SPLIT).then(pl.lit(over)),
    }
    counts = profile.lazy().group_by(*[group.alias(name) for name, group in groups.items()]).agg(
        pl.len().alias("customers"), *[member.sum().alias(name) for name, member in chosen.items()],
    ).collect().lazy()
    return pl.concat(compared(counts, selection, dimension) for selection in chosen for dimension in groups)


def compared(counts: pl.LazyFrame, selection: str, dimension: str) -> pl.LazyFrame:
    group, rate, selected, customers = col("group"), col("rate"), col("selected"), col("customers")
    rows = counts.group_by(col(dimension).alias("group")).agg(
        customers.sum().cast(pl.Int64), col(selection).sum().cast(pl.Int64).alias("selected"),
    ).with_columns((selected / customers).alias("rate"), (customers < c.SMALL).alias("small"))
    # a small group is no reference, unless all are
    base = rows.filter(group.is_not_null()).sort("small", "rate", "group", descending=[False, True, False]).head(1)
    rows = rows.join(base.select(
        group.alias("base"), rate.alias("base_rate"), selected.alias("base_selected"), customers.alias("base_customers"),
    ), how="cross")
    middle = selected * col("base_customers") / (col("base_selected") * customers)
    error = (1 / selected - 1 / customers + 1 / col("base_selected") - 1 / col("base_customers")).sqrt()
    is_known = (group != col("base")) & (selected > 0) & (col("base_selected") > 0)
    return rows.sort(~group.str.starts_with("under "), "group", nulls_last=True).select(
        pl.lit(selection).alias("selection"), pl.lit(dimension).alias("dimension"), "group", "selected", "customers",
        "rate",
        pl.when(group.is_not_null() & (col("base_rate") > 0)).then(rate / col("base_rate")).alias("ratio"),
        pl.when(is_known).then(middle * (-c.Z * error).exp()).alias("ratio_low"),
        pl.when(is_known).then(middle * (c.Z * error).exp()).alias("ratio_high"),
        "small",
    )


if __name__ == "__main__":
    main()
