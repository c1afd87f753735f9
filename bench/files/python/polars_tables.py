"""Files into the two tables and the profiles of cards and customers, with polars' lazy engine."""

import polars as pl

import catalogue as c

CARD_TYPE = pl.Enum(c.CARD_TYPES)
STATUS = pl.Enum(c.STATUSES)
OFFER = pl.Enum(list(c.OFFERS))


def scan(path: str, headers: dict[str, str]) -> pl.LazyFrame:
    """Bound columns under their canonical names; what the file lacks is missing throughout."""
    if path.endswith(".csv"):
        table = pl.scan_csv(path)
    elif path.endswith(".parquet"):
        table = pl.scan_parquet(path)
    else:
        # long tables go on over several sheets; others (a dictionary) have other headers
        sheets = pl.read_excel(path, sheet_id=0).values()
        table = pl.concat([s for s in sheets if len(set(headers) & set(s.columns)) > 4]).lazy()
    schema = table.collect_schema()
    bound = {header: headers[header] for header in schema.names() if header in headers}
    lacking = [name for name in dict.fromkeys(headers.values()) if name not in bound.values()]
    texts = [n for h, n in bound.items() if n in c.CATEGORIES and schema[h] == pl.String]
    return (
        table.select(pl.col(header).alias(name) for header, name in bound.items())
        .with_columns(
            pl.col(texts).cast(pl.Categorical),
            pl.selectors.decimal().cast(pl.Float64),
            # sums keep the type of what is summed
            pl.selectors.signed_integer().cast(pl.Int64),
        )
        .with_columns(pl.lit(None, pl.String if n in c.CATEGORIES else pl.Float64).alias(n) for n in lacking)
    )


def month(name: str, kind: pl.DataType) -> pl.Expr:
    """Months from year 0, of dates or of texts like 06/2025."""
    value = pl.col(name)
    if kind == pl.String:
        year, number = value.str.slice(3).cast(pl.Int32), value.str.slice(0, 2).cast(pl.Int32)
    else:
        year, number = value.dt.year(), value.dt.month().cast(pl.Int32)
    return year * 12 + number - 1


def read(users_path: str, cards_path: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    users, cards = scan(users_path, c.USER_HEADERS), scan(cards_path, c.CARD_HEADERS)
    kinds = cards.collect_schema()
    has_chip = pl.col("has_chip")
    kind = pl.col("type").cast(pl.String).str.to_lowercase()
    cards = cards.with_columns(
        *[month(name, kinds[name]).alias(name) for name in c.MONTHS],
        has_chip if kinds["has_chip"] == pl.Boolean else has_chip.str.to_lowercase() == "yes",
        pl.when(kind.str.contains("prepaid")).then(pl.lit("prepaid")).otherwise(kind).cast(CARD_TYPE).alias("type"),
    )
    stated = pl.col("employment_status").cast(pl.String).str.to_lowercase().str.replace_all("-", "_")
    users = users.with_columns(stated.cast(pl.Categorical).alias("employment_status"))
    users, cards = pl.collect_all([users, cards])
    return users, cards


def infer_as_of(users: pl.DataFrame, cards: pl.DataFrame) -> int:
    first = pl.col("birth_year") * 12 + pl.col("birth_month") - 1 + pl.col("age") * 12
    windows = users.lazy().group_by(first.alias("first")).len().drop_nulls().collect()
    return c.fullest_month(dict(windows.iter_rows()), cards["opened_on"].max())


def cards_profile(cards: pl.DataFrame, users: pl.DataFrame, as_of: int) -> pl.LazyFrame:
    expires, opened = pl.col("expires_on"), pl.col("opened_on")
    not_yet_opened = (opened > as_of).fill_null(False)
    return cards.lazy().with_columns(
        pl.col("user_id").is_in(users["user_id"].implode()).alias("has_customer"),
        pl.when(expires < as_of).then(pl.lit("expired", STATUS))
        .when(expires < as_of + c.EXPIRING_MONTHS).then(pl.lit("expiring", STATUS))
        .when(expires.is_not_null()).then(pl.lit("later", STATUS)).alias("status"),
        (expires == as_of).alias("is_this_month"),
        ((expires >= as_of) & (expires < as_of + c.RENEWAL_MONTHS)).alias("expires_soon"),
        not_yet_opened.alias("is_not_yet_opened"),
        ((expires >= as_of) & ~not_yet_opened).alias("is_valid"),
    )


def held_by_customer(cards: pl.LazyFrame) -> pl.LazyFrame:
    col = pl.col
    credit, valid, expired = col("type") == "credit", col("is_valid"), col("status") == "expired"
    valid_credit = valid & credit
    soon, no_chip = valid & col("expires_soon"), valid & ~col("has_chip")
    limit, balance = col("credit_limit_usd"), col("balance_usd").clip(0)
    in_use = (col("opened_on") != col("expires_on")).fill_null(True)

    def count(condition: pl.Expr) -> pl.Expr:
        return condition.sum().cast(pl.Int64)

    return cards.group_by("user_id").agg(
        pl.len().cast(pl.Int64).alias("cards"),
        count(credit).alias("credit_cards"),
        count(col("type") == "debit").alias("debit_cards"),
        count(col("type") == "prepaid").alias("prepaid_cards"),
        count(valid).alias("valid_cards"),
        count(valid_credit).alias("valid_credit_cards"),
        count(valid & (col("type") != "credit")).alias("valid_other_cards"),
        count(expired & credit).alias("expired_credit_cards"),
        count(soon).alias("cards_expiring_soon"),
        count(soon & in_use).alias("cards_expiring_soon_in_use"),
        count(no_chip).alias("valid_cards_without_chip"),
        count(no_chip & ~col("expires_soon")).alias("valid_cards_without_chip_later"),
        count(credit & limit.is_null()).alias("lacking_limit"),
        count(valid_credit & limit.is_null()).alias("lacking_valid_limit"),
        count(valid_credit & (limit.is_null() | balance.is_null())).alias("lacking_balance"),
        limit.filter(credit).sum().alias("credit_limit_usd"),
        limit.filter(valid_credit).sum().alias("credit_limit_valid_usd"),
        balance.filter(valid_credit).sum().alias("balance_valid_usd"),
        pl.when(count(expired & credit) > 0).then(balance.filter(expired & credit).sum()).alias("balance_expired_usd"),
        col("opened_on").filter(valid_credit).min().alias("first_credit_opened_on"),
    )


def customer_profile(users: pl.DataFrame, cards: pl.LazyFrame) -> pl.LazyFrame:
    col = pl.col
    held = held_by_customer(cards)
    kept = {"user_id", "balance_expired_usd", "first_credit_opened_on"}
    counts = [name for name in held.collect_schema().names() if name not in kept]
    income, debt, score = col("annual_income_usd"), col("total_debt_usd"), col("credit_score")
    stated, years = col("employment_status"), col("years_to_retirement")
    limit, balance = col("credit_limit_valid_usd"), col("balance_valid_usd")
    ratio = col("debt_to_income")
    return (
        users.lazy()
        .join(held, on="user_id", how="left", maintain_order="left")
        .with_columns(col(counts).fill_null(0))
        .with_columns(
            pl.when(col("lacking_limit") == 0).then(col("credit_limit_usd")),
            pl.when(col("lacking_valid_limit") == 0).then(limit.round(6)),
            pl.when((col("valid_credit_cards") > 0) & (col("lacking_balance") == 0)).then(balance.round(6)),
            pl.when(income > 0).then(debt / income).alias("debt_to_income"),
            (col("retirement_age") - col("age")).alias("years_to_retirement"),
        )
        .with_columns(
            pl.when(limit != 0).then(balance / limit).alias("utilisation"),
            pl.when(stated.is_null()).then(years <= 0).otherwise(stated == "retired").alias("is_retired"),
        )
        .with_columns(
            pl.when(stated.is_null() & col("is_retired")).then(pl.lit("retired"))
            .otherwise(stated.cast(pl.String)).cast(pl.Categorical).alias("employment"),
            bands_from(col("age"), c.AGE_FROM, [c.UNDERAGE, *c.AGE_BANDS]).alias("age_band"),
            bands_from(income, c.INCOME_FROM, c.INCOME_BANDS).alias("income_band"),
            bands_from(score, c.SCORE_FROM, c.SCORE_BANDS).alias("score_band"),
            bands_up_to(ratio, c.DEBT_UP_TO, c.DEBT_TIERS).alias("debt_tier"),
            pl.when(col("is_retired")).then(pl.lit("retired", pl.Enum(c.RETIREMENT_BANDS)))
            .otherwise(bands_up_to(years, c.RETIREMENT_UP_TO, c.RETIREMENT_BANDS[1:]).cast(
                pl.Enum(c.RETIREMENT_BANDS))).alias("retirement_band"),
            utilisation_bands().alias("utilisation_band"),
            (ratio > c.HIGH_DEBT).fill_null(False).alias("is_high_debt"),
            (score < c.HIGH_RISK["score"]).fill_null(False).alias("is_low_score"),
            ((score < c.HIGH_RISK["score_with_debt"]) & (ratio > c.HIGH_RISK["debt"])).fill_null(False)
            .alias("is_low_score_with_debt"),
            ((score > c.PREMIUM["score"]) & (income > c.PREMIUM["income"])).fill_null(False).alias("is_premium"),
            ((score < c.ASSISTANCE["score"]) & (debt > c.ASSISTANCE["debt_share"] * income)).fill_null(False)
            .alias("is_assistance"),
        )
        .with_columns((col("is_low_score") | col("is_low_score_with_debt")).alias("is_high_risk"))
    )


def bands_from(value: pl.Expr, bounds: list[float], labels: list[str]) -> pl.Expr:
    """Bands that hold their lower bound."""
    return value.cut(bounds, labels=labels, left_closed=True).cast(pl.Enum(labels))


def bands_up_to(value: pl.Expr, bounds: list[float], labels: list[str]) -> pl.Expr:
    """Bands that hold their upper bound."""
    return value.cut(bounds, labels=labels).cast(pl.Enum(labels))


def utilisation_bands() -> pl.Expr:
    band = pl.Enum(c.UTILISATION_BANDS)
    zero, *between, full, over, unlimited = [pl.lit(name, band) for name in c.UTILISATION_BANDS]
    limit, balance, share = (pl.col(n) for n in ("credit_limit_valid_usd", "balance_valid_usd", "utilisation"))
    found = pl.when(balance.is_null()).then(pl.lit(None, band)).when((limit == 0) & (balance > 0)).then(unlimited)
    found = found.when(balance == 0).then(zero)
    for bound, name in zip(c.UTILISATION_FROM, between):
        found = found.when(share < bound).then(name)
    return found.when(share <= 1).then(full).otherwise(over)


def offer_profile(p: pl.LazyFrame, has_balances: bool, has_openings: bool, as_of: int) -> pl.LazyFrame:
    """One row per offer and eligible customer, with the first gate that fails, if any."""
    col, gates, review = pl.col, c.CREDIT_GATES, c.LINE_REVIEW
    income, score, ratio = col("annual_income_usd"), col("credit_score"), col("debt_to_income")
    limit, balance, used = (col(n) for n in ("credit_limit_valid_usd", "balance_valid_usd", "utilisation"))
    credit_gates = [
        (col("is_assistance"), "in the assistance audience"),
        (income < gates["income"], "income below the minimum"),
        (score < gates["score"], "credit score below the minimum"),
        (ratio > gates["debt"], "debt to income above the maximum"),
        (income.is_null() | score.is_null() | ratio.is_null(), "income, credit score or debt missing"),
    ]
    gate = first_of(credit_gates)
    is_premium = col("is_premium") & (col("valid_credit_cards") > 0)
    low, high = review["utilisation"]
    opened = col("first_credit_opened_on")
    line_review = first_of([
        *credit_gates,
        (score < review["score"], "credit score below the review minimum"),
        (opened > as_of - review["opened_months"], "credit cards opened too recently"),
        (opened.is_null() & has_openings, "opening month missing"),
        (is_premium & gate.is_null(), "already in premium-upgrade"),
        (used.is_null() & has_balances, "utilisation missing"),
        (~used.is_between(low, high) & has_balances, "utilisation outside the bounds"),
    ])
    eligible = {
        "hardship-outreach": (
            col("is_assistance"), first_of([(income < gates["income"], "income too low to be a true figure")]),
        ),
        "card-renewal": (
            col("cards_expiring_soon") > 0,
            first_of([
                (col("cards_expiring_soon_in_use") == 0, "every such card expires in the month it was opened"),
            ]),
        ),
        "chip-upgrade": (
            col("valid_cards_without_chip") > 0,
            first_of([(col("valid_cards_without_chip_later") == 0, "a renewal replaces the card soon")]),
        ),
        "first-credit-card": ((col("valid_other_cards") > 0) & (col("credit_cards") == 0), gate),
        "credit-card-return": (
            (col("credit_cards") > 0) & (col("expired_credit_cards") == col("credit_cards")), gate,
        ),
        "premium-upgrade": (is_premium, gate),
        "credit-line-review": ((limit > 0) & (limit < review["limit_share"] * income), line_review),
        "balance-transfer": (
            (col("total_debt_usd") > balance)
            & (limit - balance >= c.TRANSFER["headroom"])
            & (used < c.TRANSFER["utilisation"]),
            gate,
        ),
        "retirement-information": (
            ~col("is_retired") & (col("years_to_retirement") <= c.RETIREMENT_YEARS),
            first_of([(col("is_assistance"), "in the assistance audience")]),
        ),
    }
    reasons = list(dict.fromkeys(reason for _, reason in c.OFFERS.values()))
    return pl.concat(
        p.filter(chosen).select(
            "user_id",
            pl.lit(offer, OFFER).alias("offer"),
            pl.lit(c.OFFERS[offer][1], pl.Enum(reasons)).alias("reason"),
            excluded.cast(pl.Categorical).alias("excluded_because"),
        )
        for offer, (chosen, excluded) in eligible.items()
    )


def first_of(rules: list[tuple[pl.Expr, str]]) -> pl.Expr:
    """The first rule that holds."""
    return pl.coalesce(pl.when(rule).then(pl.lit(reason)) for rule, reason in rules)
