-- One row per customer: attributes, cards in numbers, measures. Analyses about customers read this table, so
-- that no join to cards can count a customer once per card.
with held as (
  select
    user_id,
    count(*) as cards,
    count(*) filter (where type = 'credit') as credit_cards,
    count(*) filter (where type = 'debit') as debit_cards,
    count(*) filter (where type = 'prepaid') as prepaid_cards,
    count(*) filter (where is_valid) as valid_cards,
    count(*) filter (where is_valid and type = 'credit') as valid_credit_cards,
    count(*) filter (where is_valid and type in ('debit', 'prepaid')) as valid_other_cards,
    sum(credit_limit_usd) filter (where type = 'credit') as credit_limit_usd,
    sum(credit_limit_usd) filter (where is_valid and type = 'credit') as credit_limit_summed_usd,
    sum(case when balance_usd < 0 then 0 else balance_usd end) filter (where is_valid and type = 'credit')
      as balance_summed_usd,
    sum(balance_usd) as balance_usd,
    sum(case when balance_usd < 0 then 0 else balance_usd end) filter (where status = 'expired' and type = 'credit')
      as balance_expired_usd,
    count(*) filter (where type = 'credit' and credit_limit_usd is null) as credit_cards_without_limit,
    count(*) filter (where is_valid and type = 'credit' and credit_limit_usd is null)
      as valid_credit_cards_without_limit,
    count(*) filter (where is_valid and type = 'credit' and (balance_usd is null or credit_limit_usd is null))
      as valid_credit_cards_without_balance,
    min(opened_on) filter (where is_valid and type = 'credit') as first_credit_opened_on,
    count(*) filter (where status = 'expired' and type = 'credit') as expired_credit_cards,
    count(*) filter (where is_valid and expires_soon) as cards_expiring_soon,
    -- a card that expires in the month it was opened was never in use; without an opening month it counts
    count(*) filter (where is_valid and expires_soon and not coalesce(opened_on = expires_on, false))
      as cards_expiring_soon_in_use,
    count(*) filter (where is_valid and not has_chip) as valid_cards_without_chip,
    count(*) filter (where is_valid and not has_chip and not expires_soon) as valid_cards_without_chip_later
  from card_profile
  where has_customer
  group by user_id
),

-- the last digits of a sum depend on the order of the cards, and what is learnt from it must not
summed as (
  select
    held.*,
    case
      when credit_limit_summed_usd < 1e12 then round(credit_limit_summed_usd * 1e6) / 1e6
      else credit_limit_summed_usd
    end as credit_limit_valid_usd,
    case when balance_summed_usd < 1e12 then round(balance_summed_usd * 1e6) / 1e6 else balance_summed_usd end
      as balance_valid_usd
  from held
),

measured as (
  select
    users.user_id,
    users.age,
    users.birth_year,
    users.birth_month,
    users.retirement_age,
    users.gender,
    users.employment_status,
    users.annual_income_usd,
    users.area_income_usd,
    users.total_debt_usd,
    users.credit_score,
    users.latitude,
    users.longitude,
    users.state,
    users.city,
    users.nearest_place,
    users.defaulted,
    users.days_past_due,
    coalesce(summed.cards, 0) as cards,
    coalesce(summed.credit_cards, 0) as credit_cards,
    coalesce(summed.debit_cards, 0) as debit_cards,
    coalesce(summed.prepaid_cards, 0) as prepaid_cards,
    coalesce(summed.valid_cards, 0) as valid_cards,
    coalesce(summed.valid_credit_cards, 0) as valid_credit_cards,
    coalesce(summed.valid_other_cards, 0) as valid_other_cards,
    coalesce(summed.expired_credit_cards, 0) as expired_credit_cards,
    coalesce(summed.cards_expiring_soon, 0) as cards_expiring_soon,
    coalesce(summed.cards_expiring_soon_in_use, 0) as cards_expiring_soon_in_use,
    coalesce(summed.valid_cards_without_chip, 0) as valid_cards_without_chip,
    coalesce(summed.valid_cards_without_chip_later, 0) as valid_cards_without_chip_later,
    -- no credit card is a limit of 0; a credit card whose limit is missing is not
    case when coalesce(summed.credit_cards_without_limit, 0) = 0 then coalesce(summed.credit_limit_usd, 0) end
      as credit_limit_usd,
    case
      when coalesce(summed.valid_credit_cards_without_limit, 0) = 0 then coalesce(summed.credit_limit_valid_usd, 0)
    end as credit_limit_valid_usd,
    summed.balance_usd,
    summed.balance_expired_usd,
    case
      when summed.valid_credit_cards > 0 and summed.valid_credit_cards_without_balance = 0 then summed.balance_valid_usd
    end as balance_valid_usd,
    summed.first_credit_opened_on,
    (extract(year from {{as_of}}) - extract(year from summed.first_credit_opened_on)) * 12
      + extract(month from {{as_of}}) - extract(month from summed.first_credit_opened_on) as months_since_first_credit_card,
    case
      when users.annual_income_usd > 0 then cast(users.total_debt_usd as double) / nullif(users.annual_income_usd, 0)
    end as debt_to_income,
    case
      when lower(users.employment_status) = 'retired' then true
      when users.employment_status is not null then false
      when users.age >= users.retirement_age then true
      when users.age < users.retirement_age then false
    end as is_retired,
    users.retirement_age - users.age as years_to_retirement
  from users
  left join summed on summed.user_id = users.user_id
),

banded as (
  select
    measured.*,
    cast(balance_valid_usd as double) / nullif(credit_limit_valid_usd, 0) as utilisation,
    case
      when age < 18 then {{age_band: <18}}
      when age < 25 then {{age_band: 18-24}}
      when age < 35 then {{age_band: 25-34}}
      when age < 45 then {{age_band: 35-44}}
      when age < 55 then {{age_band: 45-54}}
      when age < 65 then {{age_band: 55-64}}
      when age >= 65 then {{age_band: 65+}}
    end as age_band,
    case
      when annual_income_usd < 25000 then {{income_band: <25k}}
      when annual_income_usd < 50000 then {{income_band: 25k-50k}}
      when annual_income_usd < 75000 then {{income_band: 50k-75k}}
      when annual_income_usd < 100000 then {{income_band: 75k-100k}}
      when annual_income_usd >= 100000 then {{income_band: 100k+}}
    end as income_band,
    case
      when credit_score < 580 then {{score_band: poor}}
      when credit_score < 670 then {{score_band: fair}}
      when credit_score < 740 then {{score_band: good}}
      when credit_score < 800 then {{score_band: very_good}}
      when credit_score >= 800 then {{score_band: exceptional}}
    end as score_band,
    case
      when debt_to_income <= 0.36 then {{debt_tier: low}}
      when debt_to_income <= 0.5 then {{debt_tier: moderate}}
      when debt_to_income <= 1 then {{debt_tier: high}}
      when debt_to_income > 1 then {{debt_tier: very_high}}
    end as debt_tier,
    case
      when is_retired then {{retirement_band: retired}}
      -- whoever works past the retirement age by the stated status is due now
      when years_to_retirement <= 5 then {{retirement_band: 0-5}}
      when years_to_retirement <= 10 then {{retirement_band: 6-10}}
      when years_to_retirement <= 20 then {{retirement_band: 11-20}}
      when years_to_retirement <= 30 then {{retirement_band: 21-30}}
      when years_to_retirement > 30 then {{retirement_band: over 30}}
    end as retirement_band,
    -- a status that the file does not state is derived for retirement only; the rest stays unknown
    case
      when employment_status is not null then employment_status
      when is_retired then 'retired'
    end as employment,
    debt_to_income > {{high_debt.ratio}} as is_high_debt,
    credit_score < {{high_risk.score_below}}
      or (credit_score < {{high_risk.score_below_with_debt}} and debt_to_income > {{high_risk.debt_ratio}})
      as is_high_risk,
    credit_score > {{premium.score_min}} and annual_income_usd > {{premium.income_min_usd}} as is_premium,
    credit_score < {{assistance.score_max}} and total_debt_usd > {{assistance.debt_share}} * annual_income_usd
      as is_assistance
  from measured
)

select
  banded.*,
  case
    when valid_credit_cards = 0 or balance_valid_usd is null then null
    when credit_limit_valid_usd = 0 and balance_valid_usd > 0 then {{utilisation_band: balance without limit}}
    when balance_valid_usd = 0 then {{utilisation_band: zero}}
    when utilisation < 0.1 then {{utilisation_band: <10%}}
    when utilisation < 0.3 then {{utilisation_band: 10-30%}}
    when utilisation < 0.5 then {{utilisation_band: 30-50%}}
    when utilisation < 0.75 then {{utilisation_band: 50-75%}}
    when utilisation <= 1 then {{utilisation_band: 75-100%}}
    else {{utilisation_band: over}}
  end as utilisation_band
from banded
