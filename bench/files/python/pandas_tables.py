"""Files into the two tables and the profiles of cards and customers, with pandas."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import catalogue as c


def read(path: str, headers: dict[str, str], engine: str) -> pd.DataFrame:
    """Bound columns under their canonical names; what the file lacks is missing throughout."""
    if path.endswith(".csv"):
        table = pd.read_csv(path, engine="pyarrow")
    elif path.endswith(".parquet"):
        table = read_parquet(path)
    else:
        key = next(iter(headers))
        sheets = pd.read_excel(path, sheet_name=None, engine=engine).values()
        # long tables go on over several sheets; others (a dictionary) have other headers
        table = pd.concat([s for s in sheets if len(set(headers) & set(s.columns)) > 4], ignore_index=True)
    table = table[[h for h in table.columns if h in headers]].rename(columns=headers)
    for column in c.CATEGORIES:
        if column in table:
            values = table[column].astype("category")
            table[column] = values.cat.set_categories(sorted(values.cat.categories))
    return table.reindex(columns=list(dict.fromkeys([*table.columns, *headers.values()])))


def read_parquet(path: str) -> pd.DataFrame:
    """Decimals and dates as numbers and timestamps: as Python objects they would be slow."""
    table = pq.read_table(path)
    for i, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.float64()))
    return table.to_pandas(date_as_object=False, strings_to_categorical=True)


def month(values: pd.Series) -> pd.Series:
    """Months from year 0, of dates or of texts like 06/2025."""
    if values.isna().all():
        return values.astype("float64")
    dates = values if values.dtype.kind == "M" else pd.to_datetime(values, format="%m/%Y")
    return dates.dt.year * 12 + dates.dt.month - 1


def flag(values: pd.Series) -> pd.Series:
    if values.dtype.kind == "b":
        return values
    return values.astype("category").str.lower() == "yes"


def infer_as_of(users: pd.DataFrame, cards: pd.DataFrame) -> int:
    first = users.birth_year * 12 + users.birth_month - 1 + users.age * 12
    return c.fullest_month(first.value_counts().to_dict(), int(cards.opened_on.max()))


def cards_profile(cards: pd.DataFrame, users: pd.DataFrame, as_of: int) -> pd.DataFrame:
    expires, opened = cards.expires_on, cards.opened_on
    cards["has_customer"] = cards.user_id.isin(users.user_id)
    later = np.where(expires < as_of + c.EXPIRING_MONTHS, 1, 2)
    codes = np.where(expires.isna(), -1, np.where(expires < as_of, 0, later))
    cards["status"] = pd.Categorical.from_codes(codes, c.STATUSES)
    cards["is_this_month"] = expires == as_of
    cards["expires_soon"] = (expires >= as_of) & (expires < as_of + c.RENEWAL_MONTHS)
    cards["is_not_yet_opened"] = opened > as_of
    cards["is_valid"] = (expires >= as_of) & ~cards.is_not_yet_opened
    return cards


def held_by_customer(cards: pd.DataFrame) -> pd.DataFrame:
    credit, valid = cards.type == "credit", cards.is_valid
    valid_credit = valid & credit
    balance = cards.balance_usd.clip(lower=0)
    in_use = cards.opened_on != cards.expires_on
    expired_balance = balance.where((cards.status == "expired") & credit)
    flags = pd.DataFrame({
        "user_id": cards.user_id,
        "cards": True,
        "credit_cards": credit,
        "debit_cards": cards.type == "debit",
        "prepaid_cards": cards.type == "prepaid",
        "valid_cards": valid,
        "valid_credit_cards": valid_credit,
        "valid_other_cards": valid & cards.type.isin(["debit", "prepaid"]),
        "expired_credit_cards": (cards.status == "expired") & credit,
        "cards_expiring_soon": valid & cards.expires_soon,
        "cards_expiring_soon_in_use": valid & cards.expires_soon & in_use,
        "valid_cards_without_chip": valid & ~cards.has_chip,
        "valid_cards_without_chip_later": valid & ~cards.has_chip & ~cards.expires_soon,
        "lacking_limit": credit & cards.credit_limit_usd.isna(),
        "lacking_valid_limit": valid_credit & cards.credit_limit_usd.isna(),
        "lacking_balance": valid_credit & (cards.balance_usd.isna() | cards.credit_limit_usd.isna()),
        "credit_limit_usd": cards.credit_limit_usd.where(credit),
        "credit_limit_valid_usd": cards.credit_limit_usd.where(valid_credit),
        "balance_valid_usd": balance.where(valid_credit),
    })
    held = flags.groupby("user_id", sort=False).sum()
    held["balance_expired_usd"] = expired_balance.groupby(cards.user_id).sum(min_count=1)
    held["first_credit_opened_on"] = cards.opened_on.where(valid_credit).groupby(cards.user_id).min()
    return held


def customer_profile(users: pd.DataFrame, cards: pd.DataFrame, as_of: int) -> pd.DataFrame:
    held = held_by_customer(cards).reindex(users.user_id)
    counts = held.columns.drop(["first_credit_opened_on", "balance_expired_usd"])
    held[counts] = held[counts].fillna(0)
    whole = [name for name in counts if not name.endswith("_usd")]
    held = held.astype({name: "int64" for name in whole}).reset_index(drop=True)
    p = pd.concat([users.reset_index(drop=True), held], axis=1)

    p["credit_limit_usd"] = p.credit_limit_usd.where(p.lacking_limit == 0)
    p["credit_limit_valid_usd"] = p.credit_limit_valid_usd.round(6).where(p.lacking_valid_limit == 0)
    is_known = (p.valid_credit_cards > 0) & (p.lacking_balance == 0)
    p["balance_valid_usd"] = p.balance_valid_usd.round(6).where(is_known)
    p["debt_to_income"] = (p.total_debt_usd / p.annual_income_usd).where(p.annual_income_usd > 0)
    p["utilisation"] = p.balance_valid_usd / p.credit_limit_valid_usd.where(p.credit_limit_valid_usd != 0)
    p["months_since_first_credit_card"] = as_of - p.first_credit_opened_on
    p["years_to_retirement"] = p.retirement_age - p.age
    stated = p.employment_status.astype("category").cat.rename_categories(str.lower)
    stated = stated.cat.rename_categories(lambda name: name.replace("-", "_"))
    p["employment_status"] = stated
    p["is_retired"] = np.where(stated.isna(), p.years_to_retirement <= 0, stated == "retired")
    employment = stated if "retired" in stated.cat.categories else stated.cat.add_categories("retired")
    p["employment"] = employment.mask(stated.isna() & p.is_retired, "retired")

    p["age_band"] = bands_from(p.age, c.AGE_FROM, [c.UNDERAGE, *c.AGE_BANDS])
    p["income_band"] = bands_from(p.annual_income_usd, c.INCOME_FROM, c.INCOME_BANDS)
    p["score_band"] = bands_from(p.credit_score, c.SCORE_FROM, c.SCORE_BANDS)
    p["debt_tier"] = bands_up_to(p.debt_to_income, c.DEBT_UP_TO, c.DEBT_TIERS)
    years = bands_up_to(p.years_to_retirement, c.RETIREMENT_UP_TO, c.RETIREMENT_BANDS[1:])
    years = years.cat.set_categories(c.RETIREMENT_BANDS)
    p["retirement_band"] = years.mask(p.is_retired, "retired")
    p["utilisation_band"] = utilisation_bands(p)

    score, income, debt = p.credit_score, p.annual_income_usd, p.total_debt_usd
    p["is_high_debt"] = p.debt_to_income > c.HIGH_DEBT
    p["is_low_score"] = score < c.HIGH_RISK["score"]
    p["is_low_score_with_debt"] = (score < c.HIGH_RISK["score_with_debt"]) & (p.debt_to_income > c.HIGH_RISK["debt"])
    p["is_high_risk"] = p.is_low_score | p.is_low_score_with_debt
    p["is_premium"] = (score > c.PREMIUM["score"]) & (income > c.PREMIUM["income"])
    p["is_assistance"] = (score < c.ASSISTANCE["score"]) & (debt > c.ASSISTANCE["debt_share"] * income)
    return p


def bands_from(values: pd.Series, bounds: list[float], labels: list[str]) -> pd.Series:
    """Bands that hold their lower bound."""
    return pd.cut(values, [-np.inf, *bounds, np.inf], right=False, labels=labels)


def bands_up_to(values: pd.Series, bounds: list[float], labels: list[str]) -> pd.Series:
    """Bands that hold their upper bound."""
    return pd.cut(values, [-np.inf, *bounds, np.inf], labels=labels)


def utilisation_bands(p: pd.DataFrame) -> pd.Series:
    zero, *between, full, over, unlimited = range(len(c.UTILISATION_BANDS))
    codes = np.select(
        [
            p.balance_valid_usd.isna(),
            (p.credit_limit_valid_usd == 0) & (p.balance_valid_usd > 0),
            p.balance_valid_usd == 0,
            *[p.utilisation < bound for bound in c.UTILISATION_FROM],
            p.utilisation <= 1,
        ],
        [-1, unlimited, zero, *between, full],
        over,
    )
    return pd.Series(pd.Categorical.from_codes(codes, c.UTILISATION_BANDS))


def offer_profile(p: pd.DataFrame, has_balances: bool, has_openings: bool, as_of: int) -> pd.DataFrame:
    """One row per offer and eligible customer, with the first gate that fails, if any."""
    gates = c.CREDIT_GATES
    credit_gate = [
        (p.is_assistance, "in the assistance audience"),
        (p.annual_income_usd < gates["income"], "income below the minimum"),
        (p.credit_score < gates["score"], "credit score below the minimum"),
        (p.debt_to_income > gates["debt"], "debt to income above the maximum"),
        (
            p.annual_income_usd.isna() | p.credit_score.isna() | p.debt_to_income.isna(),
            "income, credit score or debt missing",
        ),
    ]
    gate = first_of(credit_gate)
    is_premium_candidate = p.is_premium & (p.valid_credit_cards > 0) & gate.isna()
    review = c.LINE_REVIEW
    low, high = review["utilisation"]
    line_review = first_of([
        *credit_gate,
        (p.credit_score < review["score"], "credit score below the review minimum"),
        (p.first_credit_opened_on > as_of - review["opened_months"], "credit cards opened too recently"),
        (p.first_credit_opened_on.isna() & has_openings, "opening month missing"),
        (is_premium_candidate, "already in premium-upgrade"),
        (p.utilisation.isna() & has_balances, "utilisation missing"),
        (((p.utilisation < low) | (p.utilisation > high)) & has_balances, "utilisation outside the bounds"),
    ])
    headroom = p.credit_limit_valid_usd - p.balance_valid_usd
    eligible = {
        "hardship-outreach": (
            p.is_assistance,
            first_of([(p.annual_income_usd < gates["income"], "income too low to be a true figure")]),
        ),
        "card-renewal": (
            p.cards_expiring_soon > 0,
            first_of([(p.cards_expiring_soon_in_use == 0, "every such card expires in the month it was opened")]),
        ),
        "chip-upgrade": (
            p.valid_cards_without_chip > 0,
            first_of([(p.valid_cards_without_chip_later == 0, "a renewal replaces the card soon")]),
        ),
        "first-credit-card": ((p.valid_other_cards > 0) & (p.credit_cards == 0), gate),
        "credit-card-return": ((p.credit_cards > 0) & (p.expired_credit_cards == p.credit_cards), gate),
        "premium-upgrade": (p.is_premium & (p.valid_credit_cards > 0), gate),
        "credit-line-review": (
            (p.credit_limit_valid_usd > 0)
            & (p.credit_limit_valid_usd < review["limit_share"] * p.annual_income_usd),
            line_review,
        ),
        "balance-transfer": (
            (p.total_debt_usd > p.balance_valid_usd)
            & (headroom >= c.TRANSFER["headroom"])
            & (p.utilisation < c.TRANSFER["utilisation"]),
            gate,
        ),
        "retirement-information": (
            ~p.is_retired & (p.years_to_retirement <= c.RETIREMENT_YEARS),
            first_of([(p.is_assistance, "in the assistance audience")]),
        ),
    }
    parts = [
        pd.DataFrame({
            "user_id": p.user_id[chosen],
            "offer": pd.Categorical([offer], c.OFFERS).repeat(chosen.sum()),
            "reason": pd.Categorical([c.OFFERS[offer][1]]).repeat(chosen.sum()),
            "excluded_because": excluded[chosen].astype("str"),
        })
        for offer, (chosen, excluded) in eligible.items()
    ]
    return pd.concat(parts)


def first_of(rules: list[tuple[pd.Series, str]]) -> pd.Series:
    """The first rule that holds."""
    codes = np.select([rule for rule, _ in rules], range(len(rules)), -1)
    return pd.Series(pd.Categorical.from_codes(codes, [reason for _, reason in rules]), index=rules[0][0].index)
