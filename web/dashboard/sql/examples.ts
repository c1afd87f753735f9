/** Queries that are right on every portfolio, to start from. */
export const examples: readonly { readonly title: string; readonly query: string }[] = [
  {
    title: "Customers and incomes by score band",
    query: `select
  score_band,
  count(*) as customers,
  median(annual_income_usd) as median_income_usd
from customer_profile
group by score_band
order by min(credit_score) nulls last`,
  },
  {
    title: "Valid cards by the month they expire in",
    query: `select
  strftime(expires_on, '%Y-%m') as month,
  count(*) as cards
from card_profile
where is_valid
group by month
order by month`,
  },
  {
    title: "Credit limits by brand and type",
    query: `select
  brand,
  type,
  count(*) as cards,
  sum(credit_limit_usd) as limit_usd
from card_profile
where is_valid
group by brand, type
order by cards desc`,
  },
  {
    title: "Twenty customers with the highest debt to income",
    query: `select user_id, debt_to_income, total_debt_usd, annual_income_usd, credit_score
from customer_profile
where debt_to_income is not null
order by debt_to_income desc, user_id
limit 20`,
  },
  {
    title: "Who gets which offer, and why not",
    query: `select
  offer,
  coalesce(excluded_because, 'offered') as outcome,
  count(*) as customers
from offer_profile
group by offer, outcome
order by offer, customers desc`,
  },
  {
    title: "Debt to income of those with and without several cards",
    query: `with grouped as (
  select cards > 1 as has_several, debt_to_income
  from customer_profile
  where cards > 0
)

select
  has_several,
  count(*) as customers,
  count(debt_to_income) as with_a_ratio,
  round(median(debt_to_income), 3) as median_debt_to_income
from grouped
group by has_several
order by has_several`,
  },
  {
    title: "What was found in the files",
    query: `select table_name, column_name, code, count(*) as findings
from issues
group by all
order by findings desc`,
  },
];
