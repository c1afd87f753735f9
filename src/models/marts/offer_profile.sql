-- One row per offer and customer who is eligible for it, with the first reason against, if any.
-- Gates for credit offers come first, in this order; never age, gender, place or retirement. Hardship
-- suppresses selling, never service.
with gated as (
  select
    customer_profile.*,
    case
      when is_assistance then 'in the assistance audience'
      when annual_income_usd < {{credit_offer.income_min_usd}} then 'income below the minimum'
      when credit_score < {{credit_offer.score_min}} then 'credit score below the minimum'
      when debt_to_income > {{credit_offer.debt_ratio_max}} then 'debt to income above the maximum'
      when annual_income_usd is null or credit_score is null or debt_to_income is null
        then 'income, credit score or debt missing'
    end as credit_gate
  from customer_profile
),

premium_upgrade as (
  select
    user_id,
    'premium-upgrade' as offer,
    'premium audience with a valid credit card' as reason,
    credit_gate as excluded_because
  from gated
  where is_premium and valid_credit_cards > 0
),

hardship_outreach as (
  select
    user_id,
    'hardship-outreach' as offer,
    'in the assistance audience' as reason,
    case
      when annual_income_usd < {{credit_offer.income_min_usd}} then 'income too low to be a true figure'
    end as excluded_because
  from gated
  where is_assistance
),

card_renewal as (
  select
    user_id,
    'card-renewal' as offer,
    'a valid card expires soon' as reason,
    case
      when cards_expiring_soon_in_use = 0 then 'every such card expires in the month it was opened'
    end as excluded_because
  from gated
  where cards_expiring_soon > 0
),

chip_upgrade as (
  select
    user_id,
    'chip-upgrade' as offer,
    'a valid card has no chip' as reason,
    case
      when valid_cards_without_chip_later = 0 then 'a renewal replaces the card soon'
    end as excluded_because
  from gated
  where valid_cards_without_chip > 0
),

first_credit_card as (
  select
    user_id,
    'first-credit-card' as offer,
    'a valid debit or prepaid card and no credit card on file' as reason,
    credit_gate as excluded_because
  from gated
  where valid_other_cards > 0 and credit_cards = 0
),

credit_card_return as (
  select
    user_id,
    'credit-card-return' as offer,
    'credit cards on file, all expired' as reason,
    credit_gate as excluded_because
  from gated
  where credit_cards > 0 and expired_credit_cards = credit_cards
),

credit_line_review as (
  select
    gated.user_id,
    'credit-line-review' as offer,
    'valid credit limit is small beside the income' as reason,
    case
      when gated.credit_gate is not null then gated.credit_gate
      when gated.credit_score < {{credit_line_review.score_min}} then 'credit score below the review minimum'
      when gated.first_credit_opened_on >= {{as_of_minus(credit_line_review.opened_months)}}
        then 'credit cards opened too recently'
      when {{has(cards.opened_on)}} and gated.first_credit_opened_on is null then 'opening month missing'
      when premium_upgrade.user_id is not null then 'already in premium-upgrade'
      when {{has(utilisation)}} and gated.utilisation is null then 'utilisation missing'
      when {{has(utilisation)}} and (
        gated.utilisation < {{credit_line_review.utilisation_min}}
        or gated.utilisation > {{credit_line_review.utilisation_max}}
      ) then 'utilisation outside the bounds'
    end as excluded_because
  from gated
  left join premium_upgrade
    on premium_upgrade.user_id = gated.user_id and premium_upgrade.excluded_because is null
  where gated.credit_limit_valid_usd > 0
    and gated.credit_limit_valid_usd < {{credit_line_review.limit_share}} * gated.annual_income_usd
),

balance_transfer as (
  select
    user_id,
    'balance-transfer' as offer,
    'debt elsewhere and unused limit here' as reason,
    credit_gate as excluded_because
  from gated
  where total_debt_usd > balance_valid_usd
    and credit_limit_valid_usd - balance_valid_usd >= {{balance_transfer.headroom_min_usd}}
    and utilisation < {{balance_transfer.utilisation_max}}
),

retirement_information as (
  select
    user_id,
    'retirement-information' as offer,
    'retires within the years' as reason,
    case when is_assistance then 'in the assistance audience' end as excluded_because
  from gated
  where not is_retired
    -- whoever works past the retirement age is due now
    and years_to_retirement <= {{retirement_information.years}}
)

select user_id, offer, reason, excluded_because from hardship_outreach
union all
select user_id, offer, reason, excluded_because from card_renewal
union all
select user_id, offer, reason, excluded_because from chip_upgrade
union all
select user_id, offer, reason, excluded_because from first_credit_card
union all
select user_id, offer, reason, excluded_because from credit_card_return
union all
select user_id, offer, reason, excluded_because from premium_upgrade
union all
select user_id, offer, reason, excluded_because from credit_line_review
union all
select user_id, offer, reason, excluded_because from balance_transfer
union all
select user_id, offer, reason, excluded_because from retirement_information
