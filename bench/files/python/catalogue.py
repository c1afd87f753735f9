"""What both peers have to know of the catalogue: headers, thresholds, bands and names. No figure is made here."""

USER_HEADERS = {
    "User ID": "user_id", "main_id": "user_id",
    "Age": "age", "current_age": "age",
    "Gender": "gender", "gender": "gender",
    "Birth Year": "birth_year", "birth_year": "birth_year",
    "Birth Month": "birth_month", "birth_month": "birth_month",
    "Retirement Age": "retirement_age", "retirement_age": "retirement_age",
    "Employment Status": "employment_status",
    "Income": "annual_income_usd", "yearly_income": "annual_income_usd",
    "per_capita_income": "area_income_usd",
    "Total Debt": "total_debt_usd", "total_debt": "total_debt_usd",
    "Credit Score": "credit_score", "credit_score": "credit_score",
    "State": "state",
    "Defaulted": "defaulted",
}
CARD_HEADERS = {
    "Card ID": "card_id", "card_id": "card_id",
    "User ID": "user_id", "client_id": "user_id",
    "Card Brand": "brand", "card_brand": "brand",
    "Card Type": "type", "card_type": "type",
    "Credit Limit": "credit_limit_usd", "credit_limit": "credit_limit_usd",
    "Outstanding Balance": "balance_usd",
    "Open Date": "opened_on", "acct_open_date": "opened_on",
    "Expiration Date": "expires_on", "expires": "expires_on",
    "Chip": "has_chip", "has_chip": "has_chip",
    "year_pin_last_changed": "pin_changed_year",
}
CATEGORIES = ["gender", "employment_status", "state", "brand", "type"]
MONTHS = ["opened_on", "expires_on"]

CARD_TYPES = ["credit", "debit", "prepaid"]
STATUSES = ["expired", "expiring", "later"]
UNDERAGE = "<18"
AGE_BANDS = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]
AGE_FROM = [18, 25, 35, 45, 55, 65]
INCOME_BANDS = ["<25k", "25k-50k", "50k-75k", "75k-100k", "100k+"]
INCOME_FROM = [25_000, 50_000, 75_000, 100_000]
SCORE_BANDS = ["poor", "fair", "good", "very_good", "exceptional"]
SCORE_FROM = [580, 670, 740, 800]
DEBT_TIERS = ["low", "moderate", "high", "very_high"]
DEBT_UP_TO = [0.36, 0.5, 1]
RETIREMENT_BANDS = ["retired", "0-5", "6-10", "11-20", "21-30", "over 30"]
RETIREMENT_UP_TO = [5, 10, 20, 30]
UTILISATION_BANDS = ["zero", "<10%", "10-30%", "30-50%", "50-75%", "75-100%", "over", "balance without limit"]
UTILISATION_FROM = [0.1, 0.3, 0.5, 0.75]

EXPIRING_MONTHS = 12
RENEWAL_MONTHS = 3
HIGH_DEBT = 0.5
HIGH_RISK = {"score": 580, "score_with_debt": 670, "debt": 1}
PREMIUM = {"score": 700, "income": 50_000}
ASSISTANCE = {"score": 600, "debt_share": 0.6}
CREDIT_GATES = {"income": 5_000, "score": 670, "debt": 1.5}
LINE_REVIEW = {"limit_share": 0.3, "score": 700, "utilisation": (0.3, 0.8), "opened_months": 12}
TRANSFER = {"headroom": 1_000, "utilisation": 0.5}
RETIREMENT_YEARS = 10
PIN_YEARS = 7
AGE_SPLIT = 62
SMALL = 30
LEAST_COVERAGE = 0.95 - 1e-9
Z = 1.959963984540054

MEASURES = [
    "age", "retirement_age", "years_to_retirement", "area_income_usd", "annual_income_usd", "total_debt_usd",
    "credit_score", "cards", "debt_to_income", "utilisation", "credit_limit_usd",
]
CORRELATED = [
    "age", "annual_income_usd", "area_income_usd", "total_debt_usd", "credit_score", "cards", "debt_to_income",
    "utilisation",
]
SEGMENTS = {
    "age_band": AGE_BANDS,
    "income_band": INCOME_BANDS,
    "employment": None,
    "score_band": SCORE_BANDS,
    "gender": None,
}
"""Of the segments in which cards are held; those of the rates have gender too."""
OWNERSHIP_DIMENSIONS = ["age_band", "income_band", "employment", "score_band"]

OFFERS = {
    "hardship-outreach": ("support", "in the assistance audience"),
    "card-renewal": ("service", "a valid card expires soon"),
    "chip-upgrade": ("service", "a valid card has no chip"),
    "first-credit-card": ("credit", "a valid debit or prepaid card and no credit card on file"),
    "credit-card-return": ("credit", "credit cards on file, all expired"),
    "premium-upgrade": ("credit", "premium audience with a valid credit card"),
    "credit-line-review": ("credit", "valid credit limit is small beside the income"),
    "balance-transfer": ("credit", "debt elsewhere and unused limit here"),
    "retirement-information": ("information", "retires within the years"),
}
"""What is said of offers where the cards have no balances."""
WITHOUT_BALANCES = {
    "credit-line-review": "utilisation untested",
    "balance-transfer": "not computable: no balance column",
}
NEEDS_BALANCES = "balance-transfer"
RISK_BANDS = ["low", "moderate", "high", "very_high"]
RISK_FROM = [0.05, 0.1, 0.25]
WATCHED = 0.1
"""What defaults are learnt from, and what segments are made of."""
LEARNT = [
    "utilisation", "debt_to_income", "credit_score", "annual_income_usd", "total_debt_usd", "credit_limit_valid_usd",
    "balance_valid_usd", "cards", "credit_cards", "valid_credit_cards", "months_since_first_credit_card",
]
BEHAVIOUR = ["utilisation", "debt_to_income", "credit_score", "annual_income_usd", "credit_limit_valid_usd", "cards"]
LOW_SCORE = f"credit score below {HIGH_RISK['score']}"
LOW_SCORE_WITH_DEBT = (
    f"credit score below {HIGH_RISK['score_with_debt']} with debt to income above {HIGH_RISK['debt']}"
)


def month_of(year: int, month: int) -> int:
    """Months are counted from year 0."""
    return year * 12 + month - 1


def fullest_month(windows: dict[int, int], latest_opening: int) -> int:
    """
    The month in which most stated ages agree with birth year and month; `windows`: first months of the years in
    which an age holds, with their numbers of customers. Where several fit as many, the latest run of months, and in
    it the one nearest to the latest opening.
    """
    edges: dict[int, int] = {}
    for first, customers in windows.items():
        edges[first] = edges.get(first, 0) + customers
        edges[first + 12] = edges.get(first + 12, 0) - customers
    months = sorted(edges)
    fitting, best, run = 0, -1, (0, 0)
    for here, after in zip(months, months[1:] + months[-1:]):
        fitting += edges[here]
        if fitting >= best:
            best, run = fitting, (here, after - 1)
    return min(max(latest_opening, run[0]), run[1])
